/*
 * quoted.h - JSON that can be read in a test's source: apostrophes stand for quotes.
 */
#ifndef WEIR_TESTS_UNIT_WIRE_QUOTED_H
#define WEIR_TESTS_UNIT_WIRE_QUOTED_H

#include "base/arena.h"

/* A copy in the arena, with a NUL behind it. */
static struct slice quoted(struct arena *arena, const char *text)
{
    char *copy = arena_cstr(arena, slice_str(text));
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return slice_str(copy);
}

#endif
