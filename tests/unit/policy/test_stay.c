/* test_stay.c - a conversation stays where a tool loop or a warm cache holds it, and within its reach. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"
#include "policy/stay.h"

static const char settings_text[] =
    "providers:\n"
    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
    "models:\n"
    "  small: { provider: near, model: tiny }\n"
    "  cheap: { provider: far, model: c, price: { input: 0.25, cached: 0.025, output: 2 } }\n"
    "  large: { provider: far, model: l, price: { input: 1.25, cached: 0.125, output: 10 } }\n"
    "policies: [a.yaml]\n";
static struct companion with; /* who answered before */

#define ROUTES(first, more)                                                                                    \
    "privacy: [{ name: stays, when: { pii: us_ssn }, reach: local }]\n"                                        \
    "routes: [{ name: it, ask: [" first                                                                        \
    "], escalate: { to: large, when: { confidence: { below: 0.5 } } } }" more "]\n"

static void begin(struct fixture *f, const char *policy)
{
    take_settings(f, settings_text);
    assert_non_null(f->settings);
    compile(f, policy, NULL);
    assert_non_null(f->policy);
    f->facts = (struct facts){ .team = &f->settings->team[0], .model = S("auto"), .is_inspected = true };
}

/* Answered by that model before, with so many tokens. */
static void answered(struct fixture *f, const char *model, int64_t prompt, int64_t cached, int64_t completion)
{
    with = (struct companion){ .model = settings_model(f->settings, slice_str(model)),
                               .prompt_tokens = prompt,
                               .completion_tokens = completion,
                               .cached_tokens = cached };
}

/* Who is asked first. */
static const char *first(struct fixture *f)
{
    struct fault why = { 0 };
    assert_true(decide(f->policy, &f->facts, &f->decision, &why));
    bool           has_moved = decision_stay(f->policy, &f->facts, &with, &f->decision);
    const unsigned rules = f->decision.rule_count;
    assert_int_equal(has_moved, rules && slice_starts(slice_str(f->decision.rule[rules - 1]), S("law: ")));
    return f->decision.candidate[0]->name;
}

static void test_a_tool_loop_stays(void **state)
{
    struct fixture *f = *state;
    begin(f, ROUTES("small", ""));
    answered(f, "large", 100, 0, 10);
    assert_string_equal(first(f), "small"); /* a person's turn */
    f->facts.ends_in_tool = true;
    assert_string_equal(first(f), "large");
    assert_int_equal(f->decision.count, 2);
    assert_string_equal(f->decision.candidate[1]->name, "small");
    assert_null(f->decision.escalate_to);
    answered(f, "small", 100, 0, 10);
    assert_string_equal(first(f), "small");
    assert_null(f->decision.escalate_to); /* nor does it go up within the loop */
}

static void test_no_loop_leads_beyond_the_reach_or_around_the_operators_word(void **state)
{
    struct fixture *f = *state;
    begin(f, ROUTES("small", ""));
    answered(f, "large", 100, 0, 10);
    f->facts.ends_in_tool = true;
    f->facts.pii = (pii_set)1 << PII_US_SSN;
    assert_string_equal(first(f), "small");
    f->facts.pii = 0;
    f->facts.model = S("small");
    assert_string_equal(first(f), "small");
    f->facts.model = S("weir/it");
    assert_string_equal(first(f), "small");

    begin(f, ROUTES("small", ", { name: loops, when: { tool_loop: true }, ask: [small] }"));
    f->facts.ends_in_tool = true;
    assert_string_equal(first(f), "small");
}

/* 100,000 tokens of which 98,000 are cached: staying costs 12,250 + 2,500 + 5,000, moving 25,000 + 1,000. */
static void test_a_warm_cache_is_weighed_against_a_cheaper_model(void **state)
{
    struct fixture *f = *state;
    begin(f, ROUTES("cheap", ""));
    answered(f, "large", 100000, 98000, 500);
    assert_string_equal(first(f), "large");
    assert_null(f->decision.escalate_to);
    answered(f, "large", 20000, 18000, 500); /* 9,750 and 6,000 */
    assert_string_equal(first(f), "cheap");
    answered(f, "large", 100000, 0, 500);
    assert_string_equal(first(f), "cheap");
    answered(f, "large", 100000, 98000, 500);
    with.since_ms = STAY_WARM_MS + 1;
    assert_string_equal(first(f), "cheap");
    answered(f, "large", 100000, 98000, 500);
    begin(f, ROUTES("small", "")); /* which costs nothing at all */
    assert_string_equal(first(f), "small");
}

static void test_a_better_model_is_not_held_back(void **state)
{
    struct fixture *f = *state;
    begin(f, ROUTES("large", ""));
    answered(f, "cheap", 100000, 98000, 500);
    assert_string_equal(first(f), "large");
    with = (struct companion){ 0 };
    assert_string_equal(first(f), "large");
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
