/*
 * an_arena.h - an arena for each test, as its state. Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_AN_ARENA_H
#define WEIR_TESTS_UNIT_AN_ARENA_H

#include "base/arena.h"

static int set_up(void **state)
{
    *state = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_free(&arena);
    return 0;
}

#endif
