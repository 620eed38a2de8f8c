/* fuzz_answer_form.c - whatever was kept: what is spread can be gathered again, and spread to the same. */
#include "wire/answer_form.h"

#include <stdlib.h>

enum { MOST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = {
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\","
    "\"reasoning\":\"b\",\"tool_calls\":[{\"id\":\"a\","
    "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":1}}",
    "data: "
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\ndata: "
    "{\"choices\":[{\"index\":0,"
    "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"x\"}}]},\"finish_reason\":\"stop\"}]"
    "}\n\ndata: [DONE]\n\n",
    "{\"type\":\"message\",\"id\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"end_"
    "turn\",\"usage\":{\"input_tokens\":1}}",
    NULL,
};

static void spread_and_back(struct arena *arena, struct slice document)
{
    struct buf stream, gathered, again;
    buf_init(&stream, MOST);
    buf_init(&gathered, MOST);
    buf_init(&again, MOST);
    if (answer_spread(arena, DIALECT_OPENAI, document, &stream) &&
        answer_gather(arena, DIALECT_OPENAI, buf_slice(&stream), GATHER_ALL_OR_NOTHING, &gathered)) {
        if (!answer_spread(arena, DIALECT_OPENAI, buf_slice(&gathered), &again))
            abort();
        buf_reset(&stream);
        if (!answer_gather(arena, DIALECT_OPENAI, buf_slice(&again), GATHER_ALL_OR_NOTHING, &stream) ||
            !slice_eq(buf_slice(&stream), buf_slice(&gathered)))
            abort();
    }
    buf_fini(&stream);
    buf_fini(&gathered);
    buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *arena = arena_new();
    struct slice  answer = arena_copy(arena, slice_of((const char *)bytes, len));
    struct buf    out;
    buf_init(&out, MOST);
    spread_and_back(arena, answer);
    for (int dialect = DIALECT_OPENAI; dialect <= DIALECT_ANTHROPIC; dialect++) {
        buf_reset(&out);
        if (answer_gather(arena, (enum dialect)dialect, answer, GATHER_WHAT_IS_KNOWN, &out) && out.full)
            abort();
        buf_reset(&out);
        if (answer_spread(arena, (enum dialect)dialect, answer, &out) && out.full)
            abort();
    }
    buf_fini(&out);
    arena_free(&arena);
    return 0;
}
