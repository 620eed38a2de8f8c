/* fuzz_held.c - anything that a generator may say of itself. */
#include "wire/held.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"models\":[{\"name\":\"qwen3:1.7b\",\"size\":1359293444,\"details\":{\"parameter_size\":\"2.0B\"}}]}",
    "{\"data\":[{\"id\":\"m.gguf\",\"meta\":{\"n_ctx_train\":131072,\"size\":4912898304}}]}",
    "[{\"id\":0,\"is_processing\":true}]",
    "{\"status\":\"pulling 8f68\",\"total\":200,\"completed\":50}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena    *arena = arena_new();
    struct slice     body = slice_of((const char *)data, size);
    struct held_list list;
    struct pull_line line;
    if (!held_read(arena, body, &list) && list.count > 0)
        __builtin_trap();
    (void)held_busy(arena, body);
    if (pull_read(arena, body, &line) && (line.completed < 0 || line.completed > line.total))
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
