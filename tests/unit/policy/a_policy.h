/*
 * a_policy.h - settings and policies out of a test's own texts, what was told of them, and what is decided by
 * them; each test has its own. Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_POLICY_A_POLICY_H
#define WEIR_TESTS_UNIT_POLICY_A_POLICY_H

#include "policy/decide.h"

#include <stdlib.h>

struct fixture {
    struct arena    *arena;
    struct diag      diag;
    struct settings *settings;
    struct policy   *policy;
    struct facts     facts;
    struct decision  decision;
    struct fault     why;
};

/* What weir.yaml, a.yaml and b.yaml say; NULL where there is no such file. */
static const char *text_of_settings, *text_of_a, *text_of_b;

static inline bool texts_reader(struct arena *arena, const char *file, struct slice *text)
{
    const char *says = strcmp(file, "weir.yaml") == 0 ? text_of_settings
                       : strcmp(file, "a.yaml") == 0  ? text_of_a
                       : strcmp(file, "b.yaml") == 0  ? text_of_b
                                                      : NULL;
    (void)arena;
    if (says)
        *text = slice_str(says);
    return says;
}

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    diag_init(&f->diag);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    diag_fini(&f->diag);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static inline void take_settings(struct fixture *f, const char *text)
{
    text_of_settings = text;
    f->settings = settings_read(f->arena, "weir.yaml", texts_reader, NULL, &f->diag);
}

/* The policies a.yaml and b.yaml, for the settings that were taken. */
static inline void compile(struct fixture *f, const char *a, const char *b)
{
    text_of_a = a;
    text_of_b = b;
    f->policy = policy_read(f->arena, f->settings, texts_reader, &f->diag);
}

static inline void assert_errors(struct fixture *f, const char *text)
{
    assert_string_equal(arena_cstr(f->arena, buf_slice(&f->diag.text)), text);
}

#endif
