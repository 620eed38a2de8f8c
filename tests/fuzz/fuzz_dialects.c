/*
 * fuzz_dialects.c - any bytes as a request or an answer of either dialect: what is read can be written again, a
 * translated request is JSON, and an answer says the same whether it comes whole or byte by byte.
 */
#include "wire/translate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 };

const char *const fuzz_seeds[] = {
    "{\"model\":\"m\",\"max_tokens\":9,\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":[{"
    "\"type\":\"text\","
    "\"text\":\"a\"},{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"image\","
    "\"source\":{\"type\":"
    "\"url\",\"url\":\"https://"
    "a\"}}]}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"w\","
    "\"input\":{\"a\":1}}]}],\"tools\":[{\"name\":\"w\",\"input_schema\":{}}],\"tool_choice\":{\"type\":"
    "\"any\"}}",
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"assistant\","
    "\"content\":null,\"tool_calls\":"
    "[{\"id\":\"c\",\"function\":{\"name\":\"w\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":"
    "\"c\",\"content\":\"r\"},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/"
    "png;base64,AA\"}}]}],\"stop\":\"x\"}",
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":1}}}\n\n"
    "data: "
    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\","
    "\"name\":\"w\"}}\n\n"
    "data: {\"type\":\"content_block_stop\",\"index\":0}\n\ndata: "
    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
    "\"tool_use\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
    "data: "
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":"
    "{\"name\":\"w\"}},"
    "{\"index\":1,\"function\":{\"arguments\":\"{\"}}]}}]}\n\ndata: "
    "{\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    NULL,
};

static void check_request(struct arena *arena, struct slice body, enum dialect from)
{
    enum dialect    to = from == DIALECT_OPENAI ? DIALECT_ANTHROPIC : DIALECT_OPENAI;
    struct chat     chat;
    struct left_out left_out;
    struct json     json;
    struct buf      out;
    buf_init(&out, MOST);
    if (chat_read_in(from, arena, body, &chat, NULL)) {
        chat_write(&chat, &(struct chat_changes){ 0 }, arena, &out);
        if (!out.full && !slice_eq(buf_slice(&out), body))
            abort();
        buf_reset(&out);
        if (translate_request(arena, from, to, body, (struct limits_of_model){ 0 }, &out, &left_out, NULL) &&
            !out.full && !json_read(arena, buf_slice(&out), &json, NULL))
            abort();
    }
    buf_fini(&out);
}

static bool say(struct arena *arena, struct slice body, enum dialect from, bool is_stream, size_t step,
                struct buf *out)
{
    enum dialect        to = from == DIALECT_OPENAI ? DIALECT_ANTHROPIC : DIALECT_OPENAI;
    struct translation *t = translation_new(arena, from, to, is_stream, MOST, 1);
    for (size_t at = 0; at < body.len; at += step)
        if (!translation_feed(t, slice_cut(body, at, at + step), out, NULL))
            return false;
    return translation_end(t, out, NULL);
}

static void check_answer(struct arena *arena, struct slice body, enum dialect from, bool is_stream)
{
    struct buf whole, bytes;
    buf_init(&whole, MOST);
    buf_init(&bytes, MOST);
    bool ok = say(arena, body, from, is_stream, body.len + 1, &whole);
    if (ok != say(arena, body, from, is_stream, 1, &bytes) || !slice_eq(buf_slice(&whole), buf_slice(&bytes)))
        abort();
    buf_fini(&whole);
    buf_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  body = slice_of((const char *)data, size);
    for (int from = DIALECT_OPENAI; from <= DIALECT_ANTHROPIC; from++) {
        check_request(arena, body, (enum dialect)from);
        check_answer(arena, body, (enum dialect)from, true);
        check_answer(arena, body, (enum dialect)from, false);
    }
    arena_free(&arena);
    return 0;
}
