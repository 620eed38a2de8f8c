/* fuzz_ollama.c - any bytes as what Ollama's clients ask besides chats, and as what they are told: all that is
 * written is JSON. */
#include "wire/ollama.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"model\":\"m:latest\",\"input\":[\"a\\u00e9\"],\"dimensions\":8}",
    "{\"model\":\"m\",\"prompt\":\"\",\"keep_alive\":\"0s\"}",
    "{\"model\":\"m\",\"messages\":[]}",
    "{\"data\":[{\"embedding\":[1,0.5]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":3}}",
    NULL,
};

static void judge(struct arena *arena, bool is_written, struct buf *out)
{
    struct json json;
    if (is_written && !out->full && !json_read(arena, buf_slice(out), &json, NULL))
        abort();
    buf_reset(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena      *arena = arena_new();
    struct slice       body = slice_of((const char *)data, size);
    struct fault       why;
    struct ollama_load load;
    struct buf         out;
    buf_init(&out, 1 << 20);
    judge(arena, ollama_read_embed(arena, body, &out, &why), &out);
    judge(arena, ollama_tell_embed(arena, body, false, &out), &out);
    judge(arena, ollama_tell_embed(arena, body, true, &out), &out);
    if (ollama_is_load(DIALECT_OLLAMA_GENERATE, arena, body, &load)) {
        ollama_write_loaded(DIALECT_OLLAMA_GENERATE, &load, 0, &out);
        judge(arena, true, &out);
    }
    buf_fini(&out);
    arena_free(&arena);
    return 0;
}
