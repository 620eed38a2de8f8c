/* test_choose.c - the names that a client may ask for, and that none of them leads around a rule. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"

static const char settings_text[] =
    "providers:\n"
    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
    "models:\n"
    "  small: { provider: near, model: tiny }\n"
    "  large: { provider: far, model: huge }\n"
    "aliases: { gpt-4o-mini: auto, cheap: weir/local, quick: weir/easy-stays }\n"
    "policies: [a.yaml]\n";
static const char policy_text[] =
    "privacy: [{ name: numbers stay, when: { pii: us_ssn }, reach: local }]\n"
    "routes:\n"
    "  - { name: easy stays, when: { difficulty: { below: 0.3 } }, ask: [small],\n"
    "      escalate: { to: large, when: { confidence: { below: 0.6 } } } }\n"
    "  - { name: the rest, ask: [large] }\n";

static int begin(void **state)
{
    set_up(state);
    struct fixture *f = *state;
    take_settings(f, settings_text);
    assert_non_null(f->settings);
    compile(f, policy_text, NULL);
    assert_non_null(f->policy);
    f->facts = (struct facts){
        .team = &f->settings->team[0], .is_inspected = true, .is_judged = true, .judgement.difficulty = 0.5f
    };
    return 0;
}

/* Who is asked for that name, in order, "-" between them; the fault's code where nobody is. */
static const char *asked(struct fixture *f, const char *name)
{
    f->facts.model = slice_str(name);
    f->why = (struct fault){ 0 };
    if (!decide(f->policy, &f->facts, &f->decision, &f->why))
        return fault_code(f->why.kind);
    const char *names = "";
    for (unsigned i = 0; i < f->decision.count; i++)
        names = arena_printf(f->arena, "%s%s%s", names, i ? "-" : "", f->decision.candidate[i]->name);
    return names;
}

static void test_names_of_our_own(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(asked(f, "weir/auto"), "large");
    assert_string_equal(asked(f, "gpt-4o-mini"), "large");
    assert_string_equal(asked(f, "weir/local"), "small");
    assert_string_equal(asked(f, "cheap"), "small");
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.reach_rule, "asked: weir/local");
    assert_string_equal(asked(f, "weir/cloud"), "large");

    f->facts.judgement.difficulty = 0.1f;
    assert_string_equal(asked(f, "weir/auto"), "small");
    assert_string_equal(asked(f, "weir/cloud"), "large");
    assert_null(f->decision.escalate_to);
    assert_string_equal(asked(f, "weir/local"), "small");
    assert_null(f->decision.escalate_to);
}

static void test_a_route_is_asked_for_whatever_its_condition(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(asked(f, "weir/easy stays"), "small");
    assert_string_equal(asked(f, "weir/easy-stays"), "small");
    assert_string_equal(asked(f, "quick"), "small");
    assert_string_equal(f->decision.route, "easy stays");
    assert_string_equal(f->decision.escalate_to->name, "large");
    assert_string_equal(asked(f, "weir/the-rest"), "large");
    assert_string_equal(asked(f, "weir/nowhere"), "model_not_found");
    assert_string_equal(asked(f, "easy stays"), "model_not_found");
}

/* Law 1: what must stay here stays, whatever name is asked for, and the error says why. */
static void test_no_name_leads_around_a_rule(void **state)
{
    struct fixture *f = *state;
    f->facts.pii = (pii_set)1 << PII_US_SSN;
    assert_string_equal(asked(f, "weir/cloud"), fault_code(FAULT_OUT_OF_REACH));
    assert_non_null(strstr(f->why.detail, "numbers stay"));
    assert_string_equal(asked(f, "weir/the-rest"), fault_code(FAULT_OUT_OF_REACH));
    assert_string_equal(asked(f, "weir/local"), "small");
    assert_string_equal(f->decision.reach_rule, "numbers stay");
    assert_string_equal(asked(f, "weir/easy-stays"), "small");
    assert_null(f->decision.escalate_to);
}

static void test_every_route_is_told(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(policy_route(f->policy, 0), "easy stays");
    assert_string_equal(policy_route(f->policy, 1), "the rest");
    assert_null(policy_route(f->policy, 2));
    assert_true(policy_knows(f->policy, S("weir/the-rest")));
    assert_false(policy_knows(f->policy, S("weir/")));
}

static void test_an_alias_of_no_route_is_told(void **state)
{
    struct fixture *f = *state;
    take_settings(f, "providers: { near: { api: openai, url: http://127.0.0.1:1, zone: local } }\n"
                     "models: { small: { provider: near, model: a }, large: { provider: near, model: b } }\n"
                     "aliases:\n  quick: weir/easy\n"
                     "policies: [a.yaml]\n");
    assert_non_null(f->settings);
    compile(f, policy_text, NULL);
    assert_null(f->policy);
    assert_errors(f, "weir.yaml:4:10: there is no route for \"weir/easy\"\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_names_of_our_own),
        TEST(test_a_route_is_asked_for_whatever_its_condition),
        TEST(test_no_name_leads_around_a_rule),
        TEST(test_every_route_is_told),
        TEST(test_an_alias_of_no_route_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
