/* Any bytes, in two parts, read as two questions and compared both ways: the same is found. */
#include "policy/alike.h"

#include "base/die.h"

const char *const fuzz_seeds[] = { "What is 5kg in `lb`?\nIs \"it\" $5k on 2024-03-05?",
                                   "was A beaten by B\nDid B beat A in the U.S.", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct alike *alike;
    if (!alike)
        alike = alike_new();
    struct arena            *arena = arena_new();
    struct slice             all = slice_of((const char *)data, size);
    size_t                   end = slice_find_byte(all, '\n');
    const struct alike_text *a = alike_read(alike, arena, slice_cut(all, 0, end));
    const struct alike_text *b =
        alike_read(alike, arena, slice_cut(all, end == SLICE_NONE ? size : end + 1, size));
    if ((alike_differs(a, b) == ALIKE_NONE) != (alike_differs(b, a) == ALIKE_NONE))
        die("two questions differ in one direction alone");
    arena_free(&arena);
    return 0;
}
