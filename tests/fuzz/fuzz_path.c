/* fuzz_path.c - any target: nothing is read beyond it, and what a query holds is no longer than the query. */
#include "wire/path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct slice  text = slice_of((const char *)data, size), id = { 0 }, key, value, rest = text;
    if (path_matches("/v1/{id}/x", text, &id) && (id.len == 0 || path_decode(arena, id).len > id.len))
        abort();
    while (query_next(&rest, arena, &key, &value))
        if (key.len + value.len > size)
            abort();
    arena_free(&arena);
    return 0;
}

extern const char *const fuzz_seeds[];
const char *const        fuzz_seeds[] = { "/v1/a%2fb/x", "limit=5&order=asc&metadata%5Ba%5D=b+c&&x", NULL };
