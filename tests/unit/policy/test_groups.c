/* test_groups.c - several models under one name: read with their mistakes told, asked one after the other, and
 * never beyond the reach; and who is asked instead. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"

#define PROVIDERS                                                                                              \
    "providers:\n"                                                                                             \
    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"                                          \
    "  far: { api: openai, url: https://api.openai.com/v1, zone: cloud }\n"                                    \
    "  farther: { api: openai, url: https://far.example, zone: cloud, limit_key: max_tokens, breaker: off }\n"
#define MODELS                                                                                                 \
    "models:\n"                                                                                                \
    "  small: { provider: near, model: tiny }\n"                                                               \
    "  eu: { provider: far, model: huge }\n"                                                                   \
    "  us: { provider: farther, model: huge }\n"                                                               \
    "  long: { provider: far, model: longer }\n"
#define GROUPS                                                                                                 \
    "  huge: { any: [ { model: eu, priority: 2 }, us ] }\n"                                                    \
    "  mixed: { any: [us, small, eu], choose: least_busy }\n"                                                  \
    "aliases: { big: huge }\n"                                                                                 \
    "policies: [a.yaml]\n"

static void begin(struct fixture *f, const char *policy)
{
    take_settings(f, PROVIDERS MODELS GROUPS);
    assert_non_null(f->settings);
    compile(f, policy, NULL);
    assert_errors(f, "");
    f->facts = (struct facts){ .team = &f->settings->team[0], .model = S("auto"), .is_inspected = true };
}

/* "us eu small": who is asked, in order. */
static const char *asked(struct fixture *f)
{
    struct buf names;
    buf_init(&names, 1000);
    if (!decide(f->policy, &f->facts, &f->decision, &f->why))
        buf_printf(&names, "%s", fault_code(f->why.kind));
    else
        for (unsigned i = 0; i < f->decision.count; i++)
            buf_printf(&names, "%s%s", i ? " " : "", f->decision.candidate[i]->name);
    const char *text = arena_cstr(f->arena, buf_slice(&names));
    buf_fini(&names);
    return text;
}

static void a_group_is_asked_as_its_members(void **state)
{
    struct fixture *f = *state;
    begin(f, "routes: [{ name: all, ask: [big, small, mixed] }]\n");
    assert_string_equal(asked(f), "us eu small"); /* each of them once */
    assert_string_equal(f->decision.first_of->name, "huge");
    f->facts.model = S("huge"); /* also what two models are called at their providers */
    assert_string_equal(asked(f), "us eu");
    assert_string_equal(f->decision.route, "asked");
    f->facts.model = S("eu");
    assert_string_equal(asked(f), "eu");
    assert_null(f->decision.first_of);
}

static void how_its_members_stand_decides_the_order(void **state)
{
    struct fixture *f = *state;
    begin(
        f,
        "routes: [{ name: all, ask: [mixed], escalate: { to: huge, when: { confidence: { below: 1 } } } }]\n");
    struct standing standing[4] = { [0] = { .busy = 2 }, [1] = { .busy = 1 }, [2] = { .is_away = true } };
    f->facts.standing = standing;
    assert_string_equal(asked(f), "eu small us");
    assert_string_equal(f->decision.escalate_to->name, "eu"); /* us, which comes first, is away */
}

static void a_draft_escalates_to_the_first_member_that_the_request_may_go_to(void **state)
{
    struct fixture *f = *state;
    begin(f, "privacy: [{ name: home, for: { user: ann }, reach: local }]\n"
             "routes: [{ name: all, ask: [eu, small], escalate: { to: mixed, when: { confidence: { below: 1 "
             "} } } }]\n");
    assert_string_equal(asked(f), "eu small");
    assert_string_equal(f->decision.escalate_to->provider->name, "far");
    f->facts.payer = &(struct payer){ .user = "ann", .key = "", .team = "" };
    assert_string_equal(asked(f), "small");
    assert_string_equal(f->decision.escalate_to->name, "small");
}

static void the_law_of_zones_strikes_members_and_stand_ins(void **state)
{
    struct fixture *f = *state;
    begin(f, "privacy: [{ name: home, reach: local }]\n"
             "routes: [{ name: all, ask: [mixed], instead: { error: [big, small], context: long } }]\n");
    assert_string_equal(asked(f), "small");
    assert_int_equal(f->decision.struck_count, 2);
    assert_int_equal(f->decision.instead[INSTEAD_ERROR].count, 1);
    assert_string_equal(f->decision.instead[INSTEAD_ERROR].model[0]->name, "small");
    assert_int_equal(f->decision.instead[INSTEAD_CONTEXT].count, 0);
    f->facts.model = S("huge");
    assert_string_equal(asked(f), "out_of_reach");
}

static void stand_ins_are_told_by_reason(void **state)
{
    struct fixture *f = *state;
    begin(
        f,
        "routes: [{ name: all, ask: [small], instead: { error: big, context: [long], filter: [eu, us] } }]\n");
    assert_string_equal(asked(f), "small");
    assert_int_equal(f->decision.instead[INSTEAD_ERROR].count, 2);
    assert_string_equal(f->decision.instead[INSTEAD_CONTEXT].model[0]->name, "long");
    assert_string_equal(f->decision.instead[INSTEAD_FILTER].model[1]->name, "us");
    f->facts.model =
        S("weir/cloud"); /* of the route only what is beyond this machine: here nothing but stand-ins */
    assert_string_equal(asked(f), "eu us long");
    f->facts.model = S("small"); /* whoever names a model gets it, or an error */
    assert_string_equal(asked(f), "small");
    assert_int_equal(f->decision.instead[INSTEAD_ERROR].count, 0);
}

static void every_mistake_of_a_group_is_told(void **state)
{
    struct fixture *f = *state;
    take_settings(f, PROVIDERS MODELS "  a: { any: [eu, { model: su, weight: 0 }, eu], chose: order }\n"
                                      "  b: { any: [], choose: lateny }\n"
                                      "  auto: { any: [eu, b] }\n"
                                      "aliases: { a: small }\n");
    assert_null(f->settings);
    assert_errors(f, "weir.yaml:12:3: \"auto\" means that the routes choose; no model can be named so\n"
                     "weir.yaml:10:49: there is no key \"chose\" here, did you mean \"choose\"?\n"
                     "weir.yaml:10:27: there is no model \"su\"\n"
                     "weir.yaml:10:44: model \"eu\" stands twice in a\n"
                     "weir.yaml:11:25: choose cannot be \"lateny\", did you mean \"latency\"?\n"
                     "weir.yaml:11:13: b names no model\n"
                     "weir.yaml:12:21: there is no model \"b\"\n"
                     "weir.yaml:13:12: \"a\" is a name already; an alias needs one of its own\n");
}

/* All that a route may ask has room, or is told when the policy is read. */
static void none_is_left_out_in_silence(void **state)
{
    struct fixture *f = *state;
    struct buf      text;
    buf_init(&text, 1 << 16);
    buf_add_str(&text, PROVIDERS "models:\n");
    for (int i = 0; i < CANDIDATES_MOST + 1; i++)
        buf_printf(&text, "  m%d: { provider: far, model: m%d }\n", i, i);
    for (int half = 0; half < 2; half++) {
        buf_printf(&text, "  g%d: { any: [", half);
        for (int i = half; i < CANDIDATES_MOST + 1; i += 2)
            buf_printf(&text, "m%d,", i);
        buf_add_str(&text, "] }\n");
    }
    buf_add_str(&text, "policies: [a.yaml]\n");
    buf_add_byte(&text, '\0');
    take_settings(f, text.ptr);
    assert_errors(f, "");
    compile(f, "routes: [{ name: all, ask: [g0, m1, m3] }]\n", NULL);
    assert_errors(f, "");
    f->facts = (struct facts){ .team = &f->settings->team[0], .model = S("auto"), .is_inspected = true };
    assert_true(decide(f->policy, &f->facts, &f->decision, &f->why));
    assert_int_equal(f->decision.count, 35);
    compile(f, "routes: [{ name: all, ask: [g0, g1] }, { name: one, ask: [m0], instead: { error: g1 } }]\n",
            NULL);
    assert_errors(f, "a.yaml:1:10: more than 64 models to ask, those of groups counted\n"
                     "a.yaml:1:73: more than 16 models to ask instead, those of groups counted\n");
    buf_fini(&text);
}

static void what_providers_are_told_besides(void **state)
{
    struct fixture *f = *state;
    take_settings(f, PROVIDERS
                  "  ours: { api: ollama, url: http://localhost:11434, zone: local, start: [ollama, serve],\n"
                  "          output: o.log, breaker: { failures: 2, within: 1s }, progress: 9s }\n"
                  "  le: { api: openai, url: https://api.mistral.ai/v1, zone: cloud }\n" MODELS);
    assert_errors(f, "");
    const struct provider *p = f->settings->provider;
    assert_int_equal(p[0].limit_key, LIMIT_AS_SENT);
    assert_int_equal(p[1].limit_key, LIMIT_MAX_COMPLETION_TOKENS); /* known of that host */
    assert_int_equal(p[2].limit_key, LIMIT_MAX_TOKENS);
    assert_int_equal(p[0].breaker.failures, 5);
    assert_int_equal(p[2].breaker.failures, 0);
    assert_null(p[0].start);
    assert_null(p[0].health);
    assert_string_equal(p[3].start[1], "serve");
    assert_null(p[3].start[2]);
    assert_string_equal(p[3].health, "/api/ps");
    assert_string_equal(p[3].output_file, "o.log");
    assert_int_equal(p[3].breaker.within_ms, 1000);
    assert_int_equal(p[3].breaker.rest_ms, 10000);
    assert_int_equal(p[3].progress_ms, 9000);
    assert_string_equal(p[4].api->word, "mistral"); /* known of that host, too */
}

static void every_mistake_of_a_provider_is_told(void **state)
{
    struct fixture *f = *state;
    take_settings(
        f, "providers:\n"
           "  a: { api: openai, url: https://far.example, zone: cloud, start: [x], health: ok }\n"
           "  b: { api: openai, url: http://localhost, zone: local, start: [], limit_key: tokens }\n"
           "  c: { api: openai, url: http://localhost, zone: local, output: o, breaker: { failures: 0 } }\n"
           "models: { m: { provider: a, model: m } }\n");
    assert_null(f->settings);
    assert_errors(f, "weir.yaml:2:67: provider a is on another machine; Weir starts what runs on this one\n"
                     "weir.yaml:2:80: health is a path, such as /health\n"
                     "weir.yaml:3:64: start is the program and its arguments: [ollama, serve]\n"
                     "weir.yaml:3:79: limit_key cannot be \"tokens\"\n"
                     "weir.yaml:4:65: output is for a provider with `start`\n"
                     "weir.yaml:4:89: a whole number from 1 to 1000 was expected, not \"0\"\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_group_is_asked_as_its_members),
        TEST(how_its_members_stand_decides_the_order),
        TEST(a_draft_escalates_to_the_first_member_that_the_request_may_go_to),
        TEST(the_law_of_zones_strikes_members_and_stand_ins),
        TEST(stand_ins_are_told_by_reason),
        TEST(every_mistake_of_a_group_is_told),
        TEST(none_is_left_out_in_silence),
        TEST(what_providers_are_told_besides),
        TEST(every_mistake_of_a_provider_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
