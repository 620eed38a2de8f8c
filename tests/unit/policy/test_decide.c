/* test_decide.c - policies are compiled with all their mistakes told, and decide as the headers say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"

#include <stdio.h>

static const char settings_text[] = "providers:\n"
                                    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
                                    "  mid: { api: openai, url: https://mid.example, zone: trusted }\n"
                                    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
                                    "models:\n"
                                    "  small: { provider: near, model: tiny }\n"
                                    "  middle: { provider: mid, model: medium }\n"
                                    "  large: { provider: far, model: huge }\n"
                                    "aliases: { big: large, gpt-4o: auto }\n"
                                    "teams:\n"
                                    "  interns: { keys: [key-of-interns] }\n"
                                    "  staff: { keys: [key-of-staff-12] }\n"
                                    "policies: [a.yaml, b.yaml]\n";

static int begin(void **state)
{
    set_up(state);
    struct fixture *f = *state;
    take_settings(f, settings_text);
    assert_non_null(f->settings);
    f->facts = (struct facts){
        .team = &f->settings->team[0],
        .model = S("auto"),
        .is_inspected = true,
        .is_judged = true,
        .judgement = { .difficulty = 0.5f,
                       .topic = TOPIC_CODE,
                       .topic_share = { [TOPIC_CODE] = 0.8f, [TOPIC_MATH] = 0.2f },
                       .sensitivity = 0.65f,
                       .injection = 0.1f },
        .tokens = 100,
    };
    return 0;
}

static bool decided(struct fixture *f)
{
    return decide(f->policy, &f->facts, &f->decision, &f->why);
}

#define REST "routes: [{ name: rest, ask: [large, small] }]\n"

/* Does a route with this condition take the facts? */
static bool route_takes(struct fixture *f, const char *when)
{
    compile(f,
            arena_printf(f->arena,
                         "routes: [{ name: it, when: %s, ask: [small] }, { name: rest, ask: [large] }]\n",
                         when),
            "");
    assert_errors(f, "");
    assert_true(decided(f));
    return strcmp(f->decision.route, "it") == 0;
}

/* Does a privacy rule with this condition apply? */
static bool privacy_applies(struct fixture *f, const char *when)
{
    compile(f, arena_printf(f->arena, "privacy: [{ name: it, when: %s, reach: trusted }]\n" REST, when), "");
    assert_errors(f, "");
    (void)decided(f);
    for (unsigned i = 0; i < f->decision.rule_count; i++) {
        if (strcmp(f->decision.rule[i], "it") == 0)
            return true;
    }
    return false;
}

static void every_condition(void **state)
{
    struct fixture *f = *state;
    f->facts.pii = 1u << PII_EMAIL;
    f->facts.has_tools = true;
    f->facts.ends_in_tool = true;
    static const struct {
        const char *when;
        bool        holds;
    } rows[] = {
        { "{ pii: email }", true },
        { "{ pii: [phone, email] }", true },
        { "{ pii: any }", true },
        { "{ pii: phone }", false },
        { "{ topic: code }", true },
        { "{ topic: [legal, code] }", true },
        { "{ topic: math }", false },
        { "{ topic: { is: math, above: 0.1 } }", true },
        { "{ topic: { is: math, above: 0.3 } }", false },
        { "{ difficulty: { below: 0.6 } }", true },
        { "{ difficulty: { below: 0.5 } }", false },
        { "{ difficulty: { above: 0.4, below: 0.6 } }", true },
        { "{ difficulty: { above: 0.5 } }", false },
        { "{ sensitivity: { above: 0.6 } }", true },
        { "{ sensitivity: { above: 0.7 } }", false },
        { "{ injection: { below: 0.2 } }", true },
        { "{ injection: { above: 0.8 } }", false },
        { "{ tokens: { above: 99 } }", true },
        { "{ tokens: { above: 100 } }", false },
        { "{ model: auto }", true },
        { "{ model: [big, gpt-4o] }", false },
        { "{ team: interns }", true },
        { "{ team: [staff] }", false },
        { "{ tools: true }", true },
        { "{ tools: false }", false },
        { "{ tool_loop: true }", true },
        { "{ stream: true }", false },
        { "{ stream: false }", true },
        { "{ pii: email, topic: code }", true },
        { "{ pii: email, topic: math }", false },
        { "{ any: [{ pii: phone }, { topic: code }] }", true },
        { "{ any: [{ pii: phone }, { topic: math }] }", false },
        { "{ all: [{ pii: email }, { not: { topic: math } }] }", true },
        { "{ not: { any: [{ pii: email }] } }", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (route_takes(f, rows[i].when) != rows[i].holds || privacy_applies(f, rows[i].when) != rows[i].holds)
            fail_msg("%s", rows[i].when);
    }
    assert_true(route_takes(f, "{ unreadable: false }")); /* privacy rules say what becomes of such parts */
}

/* Law 2: a condition whose facts are not known makes privacy rules apply, however it is turned. */
static void unknown_facts_fail_closed(void **state)
{
    struct fixture *f = *state;
    f->facts.is_judged = false;
    assert_true(privacy_applies(f, "{ topic: medical }"));
    assert_true(privacy_applies(f, "{ not: { topic: medical } }"));
    assert_true(privacy_applies(f, "{ difficulty: { below: 0.1 } }"));
    assert_true(privacy_applies(f, "{ sensitivity: { above: 0.9 } }"));
    assert_true(privacy_applies(f, "{ injection: { above: 0.9 } }"));
    assert_true(route_takes(f, "{ injection: { above: 0.9 } }"));
    assert_false(route_takes(f, "{ sensitivity: { below: 0.9 } }"));
    assert_false(privacy_applies(f, "{ topic: medical, tools: true }"));
    assert_false(route_takes(f, "{ topic: medical }"));
    assert_false(route_takes(f, "{ not: { topic: medical } }"));
    assert_true(route_takes(f, "{ difficulty: { above: 0.9 } }"));
    assert_false(route_takes(f, "{ difficulty: { below: 0.9 } }"));

    f->facts.is_judged = true;
    f->facts.is_inspected = false;
    assert_true(privacy_applies(f, "{ pii: email }"));
    assert_true(privacy_applies(f, "{ not: { pii: email } }"));
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.reach_rule, "law: not inspected");
    assert_int_equal(f->decision.hide, PII_ALL);
}

static void what_is_not_asked_need_not_be_known(void **state)
{
    struct fixture *f = *state;
    compile(f, REST, "");
    f->facts.is_inspected = f->facts.is_judged = false;
    assert_false(policy_needs(f->policy).pii || policy_needs(f->policy).judgement);
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 2);
    assert_int_equal(f->decision.hide, 0);
    compile(f, "privacy: [{ name: p, redact: placeholder }]\n", "");
    assert_true(policy_needs(f->policy).pii);
    compile(f, "routes: [{ name: r, when: { topic: code }, ask: [small] }]\n", "");
    assert_true(policy_needs(f->policy).judgement);
}

static void the_law_of_zones(void **state)
{
    static const bool allowed[3][3] = { { true, false, false }, { true, true, false }, { true, true, true } };
    (void)state;
    for (unsigned reach = 0; reach < 3; reach++) {
        for (unsigned zone = 0; zone < 3; zone++)
            assert_int_equal(reach_allows(reach, zone), allowed[reach][zone]);
    }
}

static void the_nearest_reach_of_all_files_wins(void **state)
{
    struct fixture *f = *state;
    compile(f, "privacy: [{ name: mid, reach: trusted }, { name: far, reach: cloud }]\n",
            "privacy: [{ name: near, reach: local }]\n"
            "routes: [{ name: rest, ask: [large, middle, small], escalate: { to: big, when: { confidence: { "
            "below: 0.5 } } } }]\n");
    assert_errors(f, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.reach_rule, "near");
    assert_int_equal(f->decision.count, 1);
    assert_string_equal(f->decision.candidate[0]->name, "small");
    assert_int_equal(f->decision.struck_count, 2);
    assert_string_equal(f->decision.struck[0]->name, "large");
    assert_null(f->decision.escalate_to);
    assert_int_equal(f->decision.rule_count, 4);
    assert_string_equal(f->decision.rule[1], "far");
}

static void a_route_brings_all_it_says(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "routes:\n"
            "  - name: easy\n"
            "    when: { difficulty: { below: 0.6 } }\n"
            "    ask: [large, big, small]\n"
            "    escalate: { to: middle, when: { confidence: { below: 0.6 } } }\n"
            "    compress: { above_tokens: 6000, to: 0.5 }\n"
            "    cache: { keep: 24h }\n",
            "");
    assert_errors(f, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.count, 2); /* big is large */
    assert_string_equal(f->decision.candidate[1]->name, "small");
    assert_string_equal(f->decision.escalate_to->name, "middle");
    assert_true(f->decision.escalation.below == 0.6);
    assert_int_equal(f->decision.compress_above_tokens, 6000);
    assert_true(f->decision.compress_to == 0.5);
    assert_int_equal(f->decision.cache->keep_ms, 86400000);
}

static void redaction_adds_up(void **state)
{
    struct fixture *f = *state;
    pii_set         key = 1u << PII_API_KEY | 1u << PII_PASSWORD | 1u << PII_URL_LOGIN, email = 1u << PII_EMAIL,
            phone = 1u << PII_PHONE, iban = 1u << PII_IBAN;
    compile(f,
            "privacy:\n"
            "  - { name: a, when: { any: [{ pii: email }, { not: { pii: iban } }] }, redact: placeholder }\n"
            "  - { name: b, when: { tools: false }, redact: { phone: placeholder } }\n" REST,
            "");
    assert_errors(f, "");
    f->facts.pii = email | iban;
    assert_true(decided(f));
    assert_int_equal(f->decision.hide, email | phone | key);
    f->facts.has_tools = true;
    assert_true(decided(f));
    assert_int_equal(f->decision.hide, email | key);
    compile(f, "privacy: [{ name: all, redact: placeholder }]\n" REST, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.hide, pii_any());
}

static void the_strictest_way_to_hide_wins(void **state)
{
    struct fixture *f = *state;
    pii_set email = 1u << PII_EMAIL, phone = 1u << PII_PHONE, iban = 1u << PII_IBAN, card = 1u << PII_CARD;
    compile(f,
            "privacy:\n"
            "  - { name: a, when: { pii: [email, phone] }, redact: surrogate }\n"
            "  - { name: b, redact: { phone: placeholder, iban: remove, payment_card: surrogate } }\n"
            "  - { name: c, redact: { iban: surrogate } }\n" REST,
            "");
    assert_errors(f, "");
    f->facts.pii = email;
    assert_true(decided(f));
    assert_int_equal(f->decision.surrogate, email | card);
    assert_int_equal(f->decision.remove, iban);
    assert_int_equal(f->decision.hide & (email | phone | iban | card), email | phone | iban | card);
    compile(f, "privacy: [{ name: a, redact: { email: scramble } }, { name: b, redact: {} }]\n" REST, "");
    assert_errors(f, "a.yaml:1:39: email cannot be \"scramble\"\n"
                     "a.yaml:1:72: redact is a way to hide, or a map { KIND: WAY }\n");
}

static void what_is_asked_about_stays(void **state)
{
    struct fixture *f = *state;
    compile(f, "privacy: [{ name: a, redact: { email: placeholder }, if_needed: local }]\n" REST, "");
    assert_errors(f, "");
    assert_true(policy_needs(f->policy).needed);
    f->facts.pii = f->facts.needed = 1u << PII_PHONE;
    assert_true(decided(f));
    assert_int_not_equal(f->decision.reach, 0);
    f->facts.needed = 1u << PII_EMAIL;
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.reach_rule, "a");
    compile(f, "privacy: [{ name: a, reach: local, if_needed: local }]\n" REST, "");
    assert_errors(
        f, "a.yaml:1:47: if_needed stands beside `redact`: when what is hidden is what is asked about\n");
}

static void answers_are_blocked_before_they_are_redacted(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "privacy:\n"
            "  - { name: a, answers: { pii: [email, us_ssn], do: redact } }\n"
            "  - { name: b, answers: { pii: us_ssn, do: block } }\n" REST,
            "");
    assert_errors(f, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.answers_redact, 1u << PII_EMAIL);
    assert_int_equal(f->decision.answers_block, 1u << PII_US_SSN);
    assert_string_equal(f->decision.answers_rule, "b");
}

static void unreadable_parts_stay_unless_all_rules_let_them_go(void **state)
{
    struct fixture *f = *state;
    f->facts.has_unreadable = true;
    compile(f, REST, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.rule[0], "law: unreadable parts");
    compile(f, "privacy: [{ name: pictures, unreadable: allow }]\n" REST, "");
    assert_errors(f, "");
    assert_true(decided(f));
    assert_int_not_equal(f->decision.reach, 0);
    compile(f, "privacy: [{ name: pictures, unreadable: allow }, { name: no, unreadable: local }]\n" REST, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 0);
    assert_string_equal(f->decision.reach_rule, "no");
    compile(f, "privacy: [{ name: pictures, unreadable: deny }, { name: no, unreadable: local }]\n" REST, "");
    assert_false(decided(f));
    assert_int_equal(f->why.kind, FAULT_DENIED);
    f->facts.has_unreadable = false;
    assert_true(decided(f));
    assert_int_equal(f->decision.rule_count, 1); /* the route's */
}

/* Law 2: what is not known lets nothing pass. */
static void an_unknown_condition_allows_nothing(void **state)
{
    struct fixture *f = *state;
    f->facts.has_unreadable = true;
    f->facts.is_judged = false;
    compile(f, "privacy: [{ name: a, when: { topic: code }, unreadable: allow }]\n" REST, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.reach, 0);
    compile(f, "privacy: [{ name: a, when: { unreadable: true }, reach: local }]\n" REST, "");
    compile(f, "privacy: [{ name: a, unreadable: allow, redact: placeholder }]\n" REST, "");
    assert_errors(f, "a.yaml:1:11: say `unreadable: local`, `deny` or `allow` in place of asking for it\n"
                     "a.yaml:1:34: `unreadable` is said by a rule of its own\n");
}

static void a_denial_names_its_rule(void **state)
{
    struct fixture *f = *state;
    compile(
        f,
        "privacy: [{ name: no cards, when: { pii: payment_card }, deny: \"cards are not for models\" }]\n" REST,
        "");
    assert_true(decided(f));
    f->facts.pii = 1u << PII_CARD;
    assert_false(decided(f));
    assert_int_equal(f->why.kind, FAULT_DENIED);
    assert_string_equal(f->why.detail, "rule \"no cards\": cards are not for models");
    compile(f, "privacy: [{ name: never, deny: true }, { name: always, deny: false }]\n" REST, "");
    assert_false(decided(f));
    assert_string_equal(f->why.detail, "rule \"never\"");
}

static void budgets_and_limits_of_payers(void **state)
{
    struct fixture *f = *state;
    compile(
        f,
        "cost:\n"
        "  - { name: each, budget: { usd: 1, every: day, per: user, time_zone: '+02:00' }, alert_at: [50%, "
        "80%], over: clamp }\n"
        "  - { name: ann, for: { user: ann }, budget: { usd: 2, rolling: 24h }, over: { clamp: { least_tokens: "
        "9 } } }\n"
        "  - { name: batch, for: { tag: batch, model: large }, budget: { usd: 3, total: true, per: all } }\n"
        "  - { name: key, for: { key: abc }, limit: { requests: 60, tokens: 9000, at_once: 4, per: [key, "
        "model] } }\n" REST,
        "");
    assert_errors(f, "");
    const struct payer ann = {
        .team = "interns", .key = "abc", .user = "ann", .tag = { "x", "batch" }, .tags = 2
    };
    const struct payer bob = { .team = "interns", .key = "d", .user = "bob" };
    struct facts       facts = f->facts;
    facts.payer = &ann;
    assert_true(decide(f->policy, &facts, &f->decision, &f->why));
    assert_int_equal(f->decision.budget_count, 3);
    const struct budget *each = f->decision.budget[0], *batch = f->decision.budget[2];
    assert_int_equal(each->scope.per, PER_USER);
    assert_int_equal(each->window.kind, EVERY_DAY);
    assert_int_equal(time_zone_offset(each->window.zone, 0), 7200);
    assert_int_equal(each->marks, 2);
    assert_int_equal(each->mark[1], 80);
    assert_int_equal(each->over, OVER_CLAMP);
    assert_int_equal(f->decision.budget[1]->window.rolling_ms, 86400000);
    assert_int_equal(f->decision.budget[1]->clamp_least_tokens, 9);
    assert_int_equal(batch->scope.per, 0);
    assert_int_equal(batch->window.kind, TOTAL);
    assert_true(scope_covers(&batch->scope, settings_model(f->settings, S("large"))));
    assert_false(scope_covers(&batch->scope, settings_model(f->settings, S("small"))));
    assert_int_equal(f->decision.limit_count, 1);
    assert_int_equal(f->decision.limit[0]->tokens_a_minute, 9000);
    assert_int_equal(f->decision.limit[0]->scope.per, PER_KEY | PER_MODEL);
    facts.payer = &bob;
    assert_true(decide(f->policy, &facts, &f->decision, &f->why));
    assert_int_equal(f->decision.budget_count, 1);
    assert_int_equal(f->decision.limit_count, 0);
    facts.payer = NULL;
    assert_true(decide(f->policy, &facts, &f->decision, &f->why));
    assert_int_equal(f->decision.budget_count, 1);
}

static void budgets_of_the_team(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "cost:\n"
            "  - { name: interns, for: { team: interns }, budget: { usd: 20, every: month }, over: local }\n"
            "  - { name: staff, for: { team: staff }, budget: { usd: 0.5, every: month } }\n" REST,
            "");
    assert_errors(f, "");
    assert_true(decided(f));
    assert_int_equal(f->decision.budget_count, 1);
    assert_string_equal(f->decision.budget[0]->name, "interns");
    assert_int_equal(f->decision.budget[0]->limit_nanousd, 20000000000);
    assert_int_equal(f->decision.budget[0]->over, OVER_LOCAL);
    f->facts.team = &f->settings->team[1];
    assert_true(decided(f));
    assert_int_equal(f->decision.budget[0]->limit_nanousd, 500000000);
    assert_int_equal(f->decision.budget[0]->over, OVER_DENY);
}

static void a_model_asked_for_is_honoured_but_not_around_policy(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "privacy: [{ name: home, when: { pii: email }, reach: local }]\n"
            "cost: [{ name: all, budget: { usd: 1, every: month } }]\n"
            "routes: [{ name: rest, ask: [small], cache: { keep: 1h } }]\n",
            "");
    const char *names[] = { "large", "huge", "big" };
    for (size_t i = 0; i < 3; i++) {
        f->facts.pii = 0;
        f->facts.model = slice_str(names[i]);
        assert_true(decided(f));
        assert_string_equal(f->decision.candidate[0]->name, "large");
        assert_string_equal(f->decision.route, "asked");
        assert_int_equal(f->decision.budget_count, 1);
        assert_null(f->decision.cache); /* it is the route's */
        f->facts.pii = 1u << PII_EMAIL;
        assert_false(decided(f));
        assert_int_equal(f->why.kind, FAULT_OUT_OF_REACH);
        assert_string_equal(
            f->why.detail,
            "rule \"home\" keeps this request in zone local, and model \"large\" is in zone cloud");
    }
    f->facts.model = S("gpt-4o");
    assert_true(decided(f));
    assert_string_equal(f->decision.route, "rest");
    f->facts.model = S("lagre");
    assert_false(decided(f));
    assert_int_equal(f->why.kind, FAULT_NO_SUCH_MODEL);
    assert_string_equal(f->why.detail, "\"lagre\", did you mean \"large\"?");
    assert_string_equal(f->why.param, "model");
}

static void without_routes_models_are_asked_in_order(void **state)
{
    struct fixture *f = *state;
    compile(f, "privacy: [{ name: not far, reach: trusted }]\n", "");
    assert_true(decided(f));
    assert_string_equal(f->decision.route, "in order");
    assert_int_equal(f->decision.count, 2);
    assert_string_equal(f->decision.candidate[1]->name, "middle");
}

static void no_route_is_no_model(void **state)
{
    struct fixture *f = *state;
    compile(f, "routes: [{ name: hard, when: { difficulty: { above: 0.9 } }, ask: [large] }]\n", "");
    assert_false(decided(f));
    assert_int_equal(f->why.kind, FAULT_NO_SUCH_MODEL);
}

static void every_mistake_is_told_in_one_run(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "privcy: []\n"
            "privacy:\n"
            "  - { name: a, when: { pii: emial, topics: x }, reach: locl }\n"
            "  - { name: a, when: {} }\n"
            "  - { when: { difficulty: { below: 2 } }, deny: x }\n"
            "  - { name: b, redact: hash }\n"
            "cost:\n"
            "  - { name: c, for: { team: intern }, budget: { usd: 1, every: moth }, over: locale }\n"
            "  - { name: d }\n"
            "routes:\n"
            "  - { name: e, ask: [lrage], escalate: { to: small }, cache: { kepe: 1h } }\n",
            "routes:\n"
            "  - { name: e, when: { topic: medicla }, ask: [] }\n"
            "tests:\n"
            "  - { prompt: hi, expect: { raech: local, model: smal } }\n");
    assert_null(f->policy);
    assert_errors(f,
                  "a.yaml:1:1: there is no key \"privcy\" here, did you mean \"privacy\"?\n"
                  "a.yaml:3:36: there is no key \"topics\" here, did you mean \"topic\"?\n"
                  "a.yaml:3:29: there is no kind of pii \"emial\", did you mean \"email\"?\n"
                  "a.yaml:3:56: there is no zone \"locl\", did you mean \"local\"?\n"
                  "a.yaml:4:13: a rule \"a\" is there already\n"
                  "a.yaml:4:22: an empty condition; left out, a rule always applies\n"
                  "a.yaml:4:5: a privacy rule needs `reach`, `redact`, `deny`, `answers` or `unreadable`\n"
                  "a.yaml:5:5: a rule needs a `name`: decisions are told by it\n"
                  "a.yaml:5:36: a number from 0 to 1 was expected, not \"2\"\n"
                  "a.yaml:6:24: redact cannot be \"hash\"\n"
                  "a.yaml:8:29: there is no team in the settings named \"intern\", did you mean \"interns\"?\n"
                  "a.yaml:8:64: every cannot be \"moth\", did you mean \"month\"?\n"
                  "a.yaml:8:78: over cannot be \"locale\", did you mean \"local\"?\n"
                  "a.yaml:9:5: a cost rule needs a `budget` or a `limit`\n"
                  "a.yaml:11:22: there is no model in the settings named \"lrage\", did you mean \"large\"?\n"
                  "a.yaml:11:40: escalate is { to: MODEL, when: { confidence: { below: 0.6 } } }\n"
                  "a.yaml:11:64: there is no key \"kepe\" here, did you mean \"keep\"?\n"
                  "a.yaml:11:62: cache needs `keep`: for how long, such as 24h\n"
                  "b.yaml:2:13: a rule \"e\" is there already\n"
                  "b.yaml:2:31: there is no topic \"medicla\", did you mean \"medical\"?\n"
                  "b.yaml:2:47: ask names no model\n"
                  "b.yaml:4:29: there is no key \"raech\" here, did you mean \"reach\"?\n"
                  "b.yaml:4:50: there is no model in the settings named \"smal\", did you mean \"small\"?\n");
}

static void a_missing_file_is_told(void **state)
{
    struct fixture *f = *state;
    f->settings->policy_file[1] = "c.yaml";
    compile(f, REST, "");
    assert_null(f->policy);
    assert_errors(f, "c.yaml: the policy file cannot be read\n");
}

static void a_shipped_policy_says_which_models_it_needs(void **state)
{
    struct fixture *f = *state;
    f->settings->model[2].name = "vast"; /* and nothing else is called large */
    f->settings->alias_count = 0;
    f->settings->policy_file[0] = "builtin:default.yaml";
    f->settings->policy_count = 1;
    compile(f, "", "");
    assert_null(f->policy);
    assert_true(slice_find(buf_slice(&f->diag.text), S("this policy asks for a model \"large\"")) !=
                SLICE_NONE);
}

static void a_share_is_held_against_the_bar_that_is_handed_in(void **state)
{
    struct fixture     *f = *state;
    const struct share *share;
    double              bar[SHARES_MOST] = { 0.4 };
    const char         *hardest = "{ difficulty: { hardest: 20% } }"; /* the facts' difficulty is .5 */
    assert_true(route_takes(f, hardest));                             /* the reference's bar, .44 or so */
    assert_int_equal(policy_shares(f->policy, &share), 1);
    assert_float_equal(share[0].share, 0.2, 1e-9);
    assert_true(share[0].reference > 0.3 && share[0].reference < 0.5);
    assert_true(policy_needs(f->policy).judgement);
    f->facts.bar = bar;
    assert_true(route_takes(f, hardest));
    bar[0] = 0.5; /* at the bar is not above it */
    assert_false(route_takes(f, hardest));
    assert_true(route_takes(f, "{ not: { difficulty: { hardest: 20 % } } }"));
    bar[1] = 0.1; /* each share has a bar of its own */
    assert_true(
        route_takes(f, "{ any: [{ difficulty: { hardest: 20% } }, { difficulty: { hardest: 60% } }] }"));
    f->facts.is_judged = false; /* counts as the hardest there is */
    assert_true(route_takes(f, hardest));
    assert_true(privacy_applies(f, hardest));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_condition),
        TEST(unknown_facts_fail_closed),
        TEST(what_is_not_asked_need_not_be_known),
        TEST(a_share_is_held_against_the_bar_that_is_handed_in),
        TEST(the_law_of_zones),
        TEST(the_nearest_reach_of_all_files_wins),
        TEST(a_route_brings_all_it_says),
        TEST(redaction_adds_up),
        TEST(the_strictest_way_to_hide_wins),
        TEST(what_is_asked_about_stays),
        TEST(answers_are_blocked_before_they_are_redacted),
        TEST(unreadable_parts_stay_unless_all_rules_let_them_go),
        TEST(an_unknown_condition_allows_nothing),
        TEST(a_denial_names_its_rule),
        TEST(budgets_and_limits_of_payers),
        TEST(budgets_of_the_team),
        TEST(a_model_asked_for_is_honoured_but_not_around_policy),
        TEST(without_routes_models_are_asked_in_order),
        TEST(no_route_is_no_model),
        TEST(every_mistake_is_told_in_one_run),
        TEST(a_missing_file_is_told),
        TEST(a_shipped_policy_says_which_models_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
