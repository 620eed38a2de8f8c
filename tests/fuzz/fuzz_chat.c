/*
 * fuzz_chat.c - any bytes as a request, an answer and an error body. A request that is read goes out unchanged
 * when nothing changes, and can be read again when everything does; an error always comes out as JSON.
 */
#include "wire/answer.h"
#include "wire/chat.h"
#include "wire/error.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"model\":\"m\",\"stream\":true,\"n\":2,\"max_tokens\":5,\"messages\":[{\"role\":\"system\",\"content\":"
    "\"a\\u00e9\"},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"image_url\",\"image_url\":{"
    "}}]}],"
    "\"metadata\":{\"a b\":\"c\"}}",
    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"x\",\"function\":{"
    "\"name\":\"f\","
    "\"arguments\":\"{}\"}}]}],\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":{\"enum\":[\"a\"]}}}],"
    "\"stream_options\":{}}",
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"tool_calls\":[{\"index\":1,\"function\":{"
    "\"arguments\":\"b\"}}]},"
    "\"logprobs\":{\"content\":[{\"logprob\":-1}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}"
    "}",
    "[{\"error\":{\"message\":\"m\",\"code\":1,\"status\":\"S\"}}]",
    NULL,
};

static void try_request(struct arena *arena, struct slice body, struct buf *out)
{
    struct chat  c;
    struct fault why;
    if (!chat_read(arena, body, &c, &why))
        return;
    chat_write(&c, &(struct chat_changes){ 0 }, arena, out);
    if (!slice_eq(buf_slice(out), body))
        abort();
    buf_reset(out);

    /* Not all texts alike: a key of the client's may be among them. */
    for (size_t i = 0; i < c.text_count; i++)
        c.text[i].now = slice_str(arena_printf(arena, "\"changed\" \xFF %zu", i));
    struct chat_changes all = { S("new \"model\""), .max_tokens = 77, .ask_usage = true, .ask_logprobs = true };
    chat_write(&c, &all, arena, out);
    struct chat again;
    if (!chat_read(arena, buf_slice(out), &again, &why) || !slice_eq(again.model, all.model) ||
        again.max_tokens != 77 || !again.include_usage || !again.has_logprobs)
        abort();
    (void)chat_question(&again, arena);
    buf_reset(out);
}

static void try_answer(struct arena *arena, struct slice body, struct buf *out)
{
    struct answer a;
    struct fault  why;
    if (!answer_read(arena, body, &a, &why))
        return;
    size_t            count;
    struct json_edit *strip = answer_edits_strip(&a, arena, &count);
    struct json_edit *edits = arena_array(arena, count + a.text_count, sizeof *edits);
    if (count)
        memcpy(edits, strip, count * sizeof *edits);
    for (size_t i = 0; i < a.text_count; i++)
        edits[count++] = answer_edit_text(&a.text[i], S("\"changed\""), arena);
    json_splice(body, edits, count, out);
    struct answer again;
    if (!answer_read(arena, buf_slice(out), &again, &why) || again.logprob_count ||
        again.text_count != a.text_count)
        abort();
    buf_reset(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  body = slice_of((const char *)data, size);
    struct buf    out;
    buf_init(&out, 1 << 20);
    try_request(arena, body, &out);
    try_answer(arena, body, &out);

    error_mend(body, 500, arena, &out);
    struct json j;
    if (!json_read(arena, buf_slice(&out), &j, NULL) ||
        json_kind(&j, json_get(&j, json_get(&j, 0, "error"), "message")) != JSON_STRING)
        abort();
    buf_fini(&out);
    arena_free(&arena);
    return 0;
}
