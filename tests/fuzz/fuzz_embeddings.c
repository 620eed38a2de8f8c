/* fuzz_embeddings.c - any bytes as a request for embeddings: what is read has texts, and within the limits. */
#include "wire/embeddings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"model\":\"m\",\"input\":\"a\\u00e9\",\"encoding_format\":\"float\",\"dimensions\":384,\"user\":\"u\"}",
    "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\"}",
    "{\"model\":\"m\",\"input\":[[1,2],[3]]}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena             *arena = arena_new();
    struct embeddings_request request;
    struct fault              why = { 0 };
    if (embeddings_read(arena, slice_of((const char *)data, size), &request, &why)) {
        if (request.count == 0 || request.count > EMBEDDINGS_TEXTS_MOST || request.model.len == 0 ||
            request.dimensions < 0)
            abort();
        for (size_t i = 0; i < request.count; i++)
            if (request.text[i].len == 0)
                abort();
    } else if (why.kind == FAULT_NONE) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
