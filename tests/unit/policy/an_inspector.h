/*
 * an_inspector.h - an inspector with a finder and no model, and room for what it finds; each test has its own.
 * Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_POLICY_AN_INSPECTOR_H
#define WEIR_TESTS_UNIT_POLICY_AN_INSPECTOR_H

#include "policy/inspect.h"

#include <stdlib.h>

struct fixture {
    struct arena          *arena;
    struct finder         *finder;
    struct finder_scratch *scratch;
    struct inspector       inspector;
    struct chat            chat;
    struct inspection      inspection;
    struct fault           why;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    f->finder = finder_new(&f->why);
    f->scratch = finder_scratch_new(f->finder);
    f->inspector = (struct inspector){ .finder = f->finder, .scratch = f->scratch };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    finder_scratch_free(&f->scratch);
    finder_free(&f->finder);
    arena_free(&f->arena);
    free(f);
    return 0;
}

#endif
