/* test_stay.c - a conversation stays where a tool loop or a warm cache holds it, and within its reach. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/stay.h"

#include <stdlib.h>

static const char settings_text[] =
    "providers:\n"
    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
    "models:\n"
    "  small: { provider: near, model: tiny }\n"
    "  cheap: { provider: far, model: c, price: { input: 0.25, cached: 0.025, output: 2 } }\n"
    "  large: { provider: far, model: l, price: { input: 1.25, cached: 0.125, output: 10 } }\n"
    "policies: [a.yaml]\n";
static const char *policy_text;

static bool reader(struct arena *arena, const char *file, struct slice *text)
{
    (void)arena;
    *text = slice_str(slice_is(slice_str(file), "a.yaml") ? policy_text : settings_text);
    return true;
}

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

#define ROUTES(first, more)                                                                                    \
    "privacy: [{ name: stays, when: { pii: us_ssn }, reach: local }]\n"                                        \
    "routes: [{ name: it, ask: [" first                                                                        \
    "], escalate: { to: large, when: { confidence: { below: 0.5 } } } }" more "]\n"

struct stage {
    struct arena    *arena;
    struct diag      diag;
    struct policy   *policy;
    struct settings *settings;
    struct facts     facts;
    struct companion with;
    struct decision  decision;
};

static int set_up(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    s->arena = arena_new();
    diag_init(&s->diag);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *s = *state;
    diag_fini(&s->diag);
    arena_free(&s->arena);
    free(s);
    return 0;
}

static void begin(struct stage *s, const char *policy)
{
    policy_text = policy;
    s->settings = settings_read(s->arena, "weir.yaml", reader, no_env, &s->diag);
    assert_non_null(s->settings);
    s->policy = policy_read(s->arena, s->settings, reader, &s->diag);
    assert_non_null(s->policy);
    s->facts = (struct facts){ .team = &s->settings->team[0], .model = S("auto"), .is_inspected = true };
}

/* Answered by that model before, with so many tokens. */
static void answered(struct stage *s, const char *model, int64_t prompt, int64_t cached, int64_t completion)
{
    s->with = (struct companion){ .model = settings_model(s->settings, slice_str(model)),
                                  .prompt_tokens = prompt,
                                  .completion_tokens = completion,
                                  .cached_tokens = cached };
}

/* Who is asked first. */
static const char *first(struct stage *s)
{
    struct fault why = { 0 };
    assert_true(decide(s->policy, &s->facts, &s->decision, &why));
    bool           has_moved = decision_stay(s->policy, &s->facts, &s->with, &s->decision);
    const unsigned rules = s->decision.rule_count;
    assert_int_equal(has_moved, rules && slice_starts(slice_str(s->decision.rule[rules - 1]), S("law: ")));
    return s->decision.candidate[0]->name;
}

static void test_a_tool_loop_stays(void **state)
{
    struct stage *s = *state;
    begin(s, ROUTES("small", ""));
    answered(s, "large", 100, 0, 10);
    assert_string_equal(first(s), "small"); /* a person's turn */
    s->facts.ends_in_tool = true;
    assert_string_equal(first(s), "large");
    assert_int_equal(s->decision.count, 2);
    assert_string_equal(s->decision.candidate[1]->name, "small");
    assert_null(s->decision.escalate_to);
    answered(s, "small", 100, 0, 10);
    assert_string_equal(first(s), "small");
    assert_null(s->decision.escalate_to); /* nor does it go up within the loop */
}

static void test_no_loop_leads_beyond_the_reach_or_around_the_operators_word(void **state)
{
    struct stage *s = *state;
    begin(s, ROUTES("small", ""));
    answered(s, "large", 100, 0, 10);
    s->facts.ends_in_tool = true;
    s->facts.pii = (pii_set)1 << PII_US_SSN;
    assert_string_equal(first(s), "small");
    s->facts.pii = 0;
    s->facts.model = S("small");
    assert_string_equal(first(s), "small");
    s->facts.model = S("weir/it");
    assert_string_equal(first(s), "small");

    begin(s, ROUTES("small", ", { name: loops, when: { tool_loop: true }, ask: [small] }"));
    s->facts.ends_in_tool = true;
    assert_string_equal(first(s), "small");
}

/* 100,000 tokens of which 98,000 are cached: staying costs 12,250 + 2,500 + 5,000, moving 25,000 + 1,000. */
static void test_a_warm_cache_is_weighed_against_a_cheaper_model(void **state)
{
    struct stage *s = *state;
    begin(s, ROUTES("cheap", ""));
    answered(s, "large", 100000, 98000, 500);
    assert_string_equal(first(s), "large");
    assert_null(s->decision.escalate_to);
    answered(s, "large", 20000, 18000, 500); /* 9,750 and 6,000 */
    assert_string_equal(first(s), "cheap");
    answered(s, "large", 100000, 0, 500);
    assert_string_equal(first(s), "cheap");
    answered(s, "large", 100000, 98000, 500);
    s->with.since_ms = STAY_WARM_MS + 1;
    assert_string_equal(first(s), "cheap");
    answered(s, "large", 100000, 98000, 500);
    begin(s, ROUTES("small", "")); /* which costs nothing at all */
    assert_string_equal(first(s), "small");
}

static void test_a_better_model_is_not_held_back(void **state)
{
    struct stage *s = *state;
    begin(s, ROUTES("large", ""));
    answered(s, "cheap", 100000, 98000, 500);
    assert_string_equal(first(s), "large");
    s->with = (struct companion){ 0 };
    assert_string_equal(first(s), "large");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_tool_loop_stays),
        TEST(test_no_loop_leads_beyond_the_reach_or_around_the_operators_word),
        TEST(test_a_warm_cache_is_weighed_against_a_cheaper_model),
        TEST(test_a_better_model_is_not_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
