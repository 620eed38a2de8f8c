/* test_grant.c - what a team and a key may use at most narrows every decision, and nothing leads around it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"
#include "policy/costs.h"
#include "policy/stay.h"

static const char settings_text[] = "providers:\n"
                                    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
                                    "  mid: { api: openai, url: https://mid.example, zone: trusted }\n"
                                    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
                                    "models:\n"
                                    "  small: { provider: near, model: tiny }\n"
                                    "  middle: { provider: mid, model: medium }\n"
                                    "  large: { provider: far, model: huge }\n"
                                    "  both: { any: [small, large] }\n"
                                    "aliases: { big: large }\n"
                                    "teams: { a: { keys: [key-of-team-a] }, b: { reach: trusted } }\n"
                                    "policies: [a.yaml]\n";
static const char policy_text[] =
    "cost:\n"
    "  - { name: everyone, budget: { usd: 1, every: day } }\n"
    "  - { name: not b, when: { not: { team: b } }, limit: { requests: 1 } }\n"
    "  - { name: a alone, for: { team: a }, budget: { usd: 1, every: day } }\n"
    "  - { name: a or long, when: { any: [{ team: a }, { tokens: { above: 9 } }] }, limit: { requests: 1 } }\n"
    "routes:\n"
    "  - { name: easy, when: { difficulty: { below: 0.3 } }, ask: [small],\n"
    "      escalate: { to: large, when: { confidence: { below: 0.6 } } } }\n"
    "  - { name: dear, when: { tokens: { above: 100 } }, ask: [large, middle] }\n"
    "  - { name: rest, ask: [middle, large] }\n";

static struct grant of_key; /* what the key that asks may use */

static int begin(void **state)
{
    set_up(state);
    struct fixture *f = *state;
    take_settings(f, settings_text);
    compile(f, policy_text, NULL);
    assert_errors(f, "");
    f->facts = (struct facts){ .team = &f->settings->team[0],
                               .grants.of[GRANT_OF_KEY] = &of_key,
                               .model = S("auto"),
                               .is_inspected = true,
                               .is_judged = true,
                               .judgement.difficulty = 0.5f };
    return 0;
}

static const char *const small[] = { "small" }, *const large[] = { "large" }, *const both[] = { "both" };
static const char *const rest[] = { "rest" }, *const asked[] = { ROUTE_ASKED }, *const local[] = { "local" };

/* The first model asked; NULL where it is refused. */
static const char *first(struct fixture *f, struct grant grant, const char *model)
{
    of_key = grant;
    f->facts.model = slice_str(model);
    return decide(f->policy, &f->facts, &f->decision, &f->why) ? f->decision.candidate[0]->name : NULL;
}

static void assert_refused(struct fixture *f, enum fault_kind kind, const char *words)
{
    assert_int_equal(f->why.kind, kind);
    if (!strstr(f->why.detail, words))
        fail_msg("\"%s\" does not say \"%s\"", f->why.detail, words);
}

static void an_empty_grant_narrows_nothing(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(first(f, (struct grant){ 0 }, "auto"), "middle");
    assert_int_equal(f->decision.count, 2);
}

static void models_are_struck_out_and_told_only_to_who_named_them(void **state)
{
    struct fixture    *f = *state;
    const struct grant grant = { .models = { large, 1 } };
    assert_string_equal(first(f, grant, "auto"), "large");
    assert_int_equal(f->decision.count, 1);
    assert_string_equal(first(f, grant, "big"), "large");
    assert_null(first(f, grant, "small"));
    assert_refused(f, FAULT_NOT_ALLOWED, "this API key may not use model \"small\"");
    assert_null(first(f, (struct grant){ .models = { small, 1 } }, "auto"));
    assert_refused(f, FAULT_NOT_ALLOWED, "may use no model that route \"rest\" asks");
    assert_null(strstr(f->why.detail, "large"));
    assert_null(first(f, (struct grant){ .models = { small, 1 } }, "larg"));
    assert_null(strstr(f->why.detail, "large"));
}

static void a_draft_that_is_not_allowed_gives_way_to_what_it_escalates_to(void **state)
{
    struct fixture *f = *state;
    f->facts.judgement.difficulty = 0.1f;
    assert_string_equal(first(f, (struct grant){ .models = { large, 1 } }, "auto"), "large");
    assert_null(f->decision.escalate_to);
    assert_string_equal(first(f, (struct grant){ .models = { small, 1 } }, "auto"), "small");
    assert_null(f->decision.escalate_to);
}

static void a_name_of_several_models_allows_each_of_them(void **state)
{
    struct fixture    *f = *state;
    const struct grant grant = { .models = { both, 1 } };
    assert_string_equal(first(f, grant, "auto"), "large");
    assert_string_equal(first(f, grant, "small"), "small");
    assert_string_equal(first(f, grant, "both"), "small");
    assert_non_null(f->decision.first_of);
    assert_null(first(f, grant, "middle"));
    assert_string_equal(first(f, (struct grant){ .models = { large, 1 } }, "both"), "large");
    assert_null(f->decision.first_of); /* else the cache would give them what the other has answered */
}

static void routes_are_passed_over(void **state)
{
    struct fixture    *f = *state;
    const struct grant grant = { .routes = { rest, 1 } };
    f->facts.tokens = 1000;
    assert_string_equal(first(f, (struct grant){ 0 }, "auto"), "large");
    assert_string_equal(first(f, grant, "auto"), "middle");
    assert_string_equal(f->decision.route, "rest");
    assert_null(first(f, grant, "weir/dear"));
    assert_refused(f, FAULT_NOT_ALLOWED, "may not take route \"dear\"");
    assert_null(first(f, grant, "large"));
    assert_refused(f, FAULT_NOT_ALLOWED, "may not name a model");
    assert_string_equal(first(f, (struct grant){ 0 }, "weir/local"), "small");
    assert_null(first(f, grant, "weir/local")); /* which would lead to what the route does not ask */
    assert_refused(f, FAULT_NOT_ALLOWED, "route \"rest\" asks none in zone");
    assert_string_equal(first(f, grant, "weir/cloud"), "middle");
    assert_string_equal(first(f, (struct grant){ .routes = { asked, 1 } }, "large"), "large");
    assert_null(first(f, (struct grant){ .routes = { asked, 1 } }, "auto"));
    assert_refused(f, FAULT_NOT_ALLOWED, "may not take route \"dear\"");
}

static void zones_are_struck_out(void **state)
{
    struct fixture    *f = *state;
    const struct grant grant = { .zones = { local, 1 } };
    assert_null(first(f, grant, "large"));
    assert_refused(f, FAULT_NOT_ALLOWED,
                   "model \"large\" is in zone \"cloud\", which this API key may not use");
    assert_null(first(f, grant, "auto"));
    assert_string_equal(first(f, grant, "small"), "small");
    assert_int_equal(f->decision.reach, 2); /* whom it may ask, not how far its data may go */
}

static void a_reach_is_a_reach_and_the_nearest_wins(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(first(f, (struct grant){ .reach = "trusted" }, "auto"), "middle");
    assert_int_equal(f->decision.count, 1);
    assert_string_equal(f->decision.reach_rule, "the API key's reach");
    assert_null(first(f, (struct grant){ .reach = "trusted" }, "large"));
    assert_refused(f, FAULT_OUT_OF_REACH, "the API key's reach");
    f->facts.grants.of[GRANT_OF_TEAM] = &f->settings->team[1].grant;
    assert_string_equal(first(f, (struct grant){ .reach = "cloud" }, "auto"), "middle");
    assert_string_equal(f->decision.reach_rule, "the team's reach");
    assert_string_equal(first(f, (struct grant){ .reach = "local" }, "small"), "small");
    assert_int_equal(f->decision.reach, 0);
}

/* Law 2: a zone that the settings do not name any more is no leave to go anywhere. */
static void a_reach_that_is_not_known_is_the_nearest(void **state)
{
    struct fixture *f = *state;
    assert_null(first(f, (struct grant){ .reach = "gone" }, "auto"));
    assert_string_equal(first(f, (struct grant){ .reach = "gone" }, "small"), "small");
}

static void a_conversation_stays_with_no_model_that_is_not_allowed(void **state)
{
    struct fixture        *f = *state;
    const struct companion with = { .model = settings_model(f->settings, S("large")) };
    f->facts.ends_in_tool = true;
    assert_string_equal(first(f, (struct grant){ 0 }, "auto"), "middle");
    assert_true(decision_stay(f->policy, &f->facts, &with, &f->decision));
    static const char *const middle[] = { "middle" };
    assert_string_equal(first(f, (struct grant){ .models = { middle, 1 } }, "auto"), "middle");
    assert_false(decision_stay(f->policy, &f->facts, &with, &f->decision));
    assert_int_equal(f->decision.count, 1);
}

static void costs_concern_the_teams_that_they_may_apply_to(void **state)
{
    struct fixture    *f = *state;
    static const char *names[] = { "everyone", "not b", "a alone", "a or long" };
    static const bool  of_b[] = { true, false, false, true };
    struct cost        cost;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(policy_cost(f->policy, i, &cost));
        assert_string_equal(cost.name, names[i]);
        assert_int_equal(cost.budget != NULL, i % 2 == 0);
        assert_true(policy_cost_concerns(f->policy, i, &f->settings->team[0]));
        assert_int_equal(policy_cost_concerns(f->policy, i, &f->settings->team[1]), of_b[i]);
    }
    assert_false(policy_cost(f->policy, 4, &cost));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_grant_narrows_nothing),
        TEST(models_are_struck_out_and_told_only_to_who_named_them),
        TEST(a_draft_that_is_not_allowed_gives_way_to_what_it_escalates_to),
        TEST(a_name_of_several_models_allows_each_of_them),
        TEST(routes_are_passed_over),
        TEST(zones_are_struck_out),
        TEST(a_reach_is_a_reach_and_the_nearest_wins),
        TEST(a_reach_that_is_not_known_is_the_nearest),
        TEST(a_conversation_stays_with_no_model_that_is_not_allowed),
        TEST(costs_concern_the_teams_that_they_may_apply_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
