/* fuzz_moderations.c - any bytes as a request for moderations: what is read has texts, and within the limits.
 */
#include "wire/moderations.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char *const fuzz_seeds[];
const char *const        fuzz_seeds[] = {
           "{\"input\":[\"a\",\"b\"],\"model\":\"m\"}",
           "{\"input\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}",
           NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena              *arena = arena_new();
    struct moderations_request request;
    struct fault               why = { 0 };
    if (moderations_read(arena, slice_of((const char *)data, size), &request, &why)) {
        if (request.count == 0 || request.count > MODERATIONS_TEXTS_MOST)
            abort();
        for (size_t i = 0; i < request.count; i++)
            if (request.text[i].len > size)
                abort();
    } else if (!why.kind) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
