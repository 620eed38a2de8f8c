/*
 * fuzz_heads.c - a file of heads may be anything; one that is not sealed is refused, and none is read beyond
 * its end.
 */
#include "slm/heads.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = { "WEIRHEAD\1", "WEIRHEAD", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    /* A copy to the byte, so that ASan sees a read behind it. */
    char *copy = malloc(len ? len : 1);
    if (!copy)
        return 0;
    memcpy(copy, bytes, len);
    struct heads heads;
    struct fault why = { .kind = FAULT_NONE };
    if (heads_read(slice_of(copy, len), &heads, &why) != (why.kind == FAULT_NONE))
        abort();
    free(copy);
    return 0;
}
