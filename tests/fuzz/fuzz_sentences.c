/*
 * fuzz_sentences.c - whatever the text, its units tile it: nothing lost, nothing twice, none empty.
 */
#include "slm/shorten.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = {
    "Mr. Smith paid 3.14 dollars. He left!\n\n- one\n- two. Three\n1. four",
    "Text.\n```c\nint x;\n```\n    indented. code\n\n{\"a\": [1, 2, \"}\\\"\"]}\n",
    "# Head\n| a | b |\n|---|---|\n| c | d |\n\u4eca\u5929\u3002\u4f60\u597d\uff1f\u201cYes.\u201d \u2026 [1, "
    "[2]]\n~~~\n~~~",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *arena = arena_new();
    struct slice *unit;
    bool         *is_code;
    const char   *text = (const char *)bytes;
    size_t        count = sentences_split(arena, slice_of(text, len), &unit, &is_code), at = 0;
    for (size_t i = 0; i < count; i++) {
        if (unit[i].len == 0 || unit[i].ptr != text + at)
            abort();
        at += unit[i].len;
    }
    if (at != len)
        abort();
    arena_free(&arena);
    return 0;
}
