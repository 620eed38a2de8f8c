/*
 * two_policies.h - two policy files, a.yaml and b.yaml, under settings of two models; for tests of what stands
 * in policies. Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_POLICY_TWO_POLICIES_H
#define WEIR_TESTS_UNIT_POLICY_TWO_POLICIES_H

#include "a_policy.h"
#include "policy/inspect.h"

static const char two_settings[] = "providers:\n"
                                   "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
                                   "  far: { api: openai, url: https://far.example, zone: cloud }\n"
                                   "models:\n"
                                   "  small: { provider: near, model: tiny }\n"
                                   "  large: { provider: far, model: huge }\n"
                                   "policies: [a.yaml, b.yaml]\n";

struct two_policies {
    struct arena          *arena;
    struct diag            diag;
    struct settings       *settings;
    struct policy         *policy;
    struct finder         *finder;
    struct finder_scratch *scratch;
    struct inspector       inspector;
    struct inspection      inspection;
};

static int two_set_up(void **state)
{
    struct two_policies *t = calloc(1, sizeof *t);
    t->arena = arena_new();
    diag_init(&t->diag);
    text_of_settings = two_settings;
    t->settings = settings_read(t->arena, "weir.yaml", texts_reader, NULL, &t->diag);
    assert_non_null(t->settings);
    *state = t;
    return 0;
}

static int two_tear_down(void **state)
{
    struct two_policies *t = *state;
    finder_scratch_free(&t->scratch);
    finder_free(&t->finder);
    diag_fini(&t->diag);
    arena_free(&t->arena);
    free(t);
    return 0;
}

/* The policy, or NULL with what is wrong with the files in t->diag. */
static struct policy *two_read(struct two_policies *t, const char *a, const char *b)
{
    text_of_a = a;
    text_of_b = b;
    t->policy = policy_read(t->arena, t->settings, texts_reader, &t->diag);
    return t->policy;
}

static void two_open(struct two_policies *t, const char *a, const char *b)
{
    struct fault why = { 0 };
    if (!two_read(t, a, b))
        fail_msg("%.*s", SLICE_ARG(buf_slice(&t->diag.text)));
    t->finder = policy_finder(t->policy, &why);
    if (!t->finder)
        fail_msg("%s", why.detail);
    t->scratch = finder_scratch_new(t->finder);
    t->inspector = (struct inspector){ .finder = t->finder, .scratch = t->scratch, .policy = t->policy };
}

/* The kinds that are found in a prompt. */
static pii_set two_find(struct two_policies *t, const char *prompt)
{
    static const struct needs pii = { .pii = true };
    struct chat               chat;
    struct fault              why;
    assert_true(chat_of_prompt(t->arena, S("auto"), slice_str(prompt), &chat, &why));
    assert_true(inspect(&t->inspector, pii, t->arena, &chat, &t->inspection, &why));
    return t->inspection.pii;
}

static void assert_told(const struct two_policies *t, const char *words)
{
    if (slice_find(buf_slice(&t->diag.text), slice_str(words)) == SLICE_NONE)
        fail_msg("\"%s\" is not in:\n%.*s", words, SLICE_ARG(buf_slice(&t->diag.text)));
}

#endif
