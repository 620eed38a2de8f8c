/* fuzz_kept.c - any bytes as what was kept, as a request, and as a stream that was told: what comes out is
 * JSON. */
#include "wire/kept.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char *const fuzz_seeds[];
const char *const        fuzz_seeds[] = {
           "{\"answer\":{\"id\":\"r\",\"output\":[{\"id\":\"o\"}]},\"asked\":[{\"id\":\"a\"},{\"id\":\"b\"}],"
                  "\"input\":[{\"role\":"
                  "\"user\",\"content\":\"x\"},{\"type\":\"reasoning\"}],\"messages\":[{\"role\":\"user\",\"content\":[]}]}",
           "data: "
                  "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\",\"tool_calls\":[{\"index\":1}]},"
                  "\"logprobs\":"
                  "{\"content\":[{}]}}]}\n\ndata: [DONE]\n\n",
           "data: {\"type\":\"response.completed\",\"response\":{}}\n\n",
           NULL,
};

static void must_be_json(struct arena *arena, struct buf *out)
{
    struct json json;
    if (!out->full && !json_read(arena, buf_slice(out), &json, NULL))
        abort();
    buf_reset(out);
}

static void try_document(struct arena *arena, struct slice text, struct buf *out)
{
    struct kept       kept;
    struct json       request;
    const struct page page = { .limit = 1, .is_descending = true };
    if (!json_read(arena, text, &request, NULL))
        return;
    kept_asked(DIALECT_RESPONSES, &request, S("resp_1"), arena, out);
    must_be_json(arena, out);
    kept_asked(DIALECT_OPENAI, &request, S("chatcmpl-1"), arena, out);
    must_be_json(arena, out);
    if (!kept_read(arena, text, &kept, NULL))
        return;
    if (page_write(&kept.json, kept.asked, &page, arena, out, NULL))
        must_be_json(arena, out);
    kept_join(&request, &kept, arena, out);
    must_be_json(arena, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  text = slice_of((const char *)data, size);
    struct buf    out;
    buf_init(&out, 1 << 20);
    try_document(arena, text, &out);
    if (kept_answer(DIALECT_OPENAI, true, text, arena, &out))
        must_be_json(arena, &out);
    buf_reset(&out);
    if (kept_answer(DIALECT_RESPONSES, true, text, arena, &out))
        must_be_json(arena, &out);
    buf_fini(&out);
    arena_free(&arena);
    return 0;
}
