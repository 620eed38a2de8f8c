/*
 * test_classes.c - classes of policy files: read with all their mistakes told, asked by rules, learned where
 * there is a model (what needs one is skipped where deploy/model has not fetched it).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"
#include "policy/inspect.h"

#include <unistd.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

static const char settings_text[] = "providers:\n"
                                    "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
                                    "  far: { api: openai, url: https://far.example, zone: cloud }\n"
                                    "models:\n"
                                    "  small: { provider: near, model: tiny }\n"
                                    "  large: { provider: far, model: huge }\n"
                                    "slm: { model: none }\n"
                                    "policies: [a.yaml, b.yaml]\n";

static const char classes_text[] =
    "classes:\n"
    "  billing: { examples: [where is my invoice?, you charged me twice, I need a receipt, the bill is wrong] "
    "}\n"
    "  garden: { examples: [when do I plant tomatoes?, my roses have black spots, how do I water a lawn?] }\n";

static int begin(void **state)
{
    set_up(state);
    struct fixture *f = *state;
    take_settings(f, settings_text);
    assert_non_null(f->settings);
    f->facts = (struct facts){ .team = f->settings->team, .model = S("auto"), .is_inspected = true };
    return 0;
}

static void classes_of_all_files_are_known_to_all_rules(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "routes: [{ name: it, when: { class: [billing, idle] }, ask: [small] }]\n" /* before its classes */
            "classes: { idle: { examples: [chatter] } }\n",
            classes_text);
    assert_errors(f, "");
    assert_true(policy_needs(f->policy).classes);
    assert_false(policy_needs(f->policy).judgement);
    assert_int_equal(policy_class_count(f->policy), 3);
    assert_string_equal(policy_class(f->policy, 0), "idle");
    assert_string_equal(policy_class(f->policy, 2), "garden");
    assert_string_equal(policy_class(f->policy, 3), "none");
    assert_null(policy_classes(f->policy)); /* not learned yet */
}

static void every_mistake_is_told_in_one_run(void **state)
{
    struct fixture *f = *state;
    compile(f,
            "classes:\n"
            "  billing: { examples: [a, b] }\n"
            "  empty: { examples: [] }\n"
            "  missing: {}\n"
            "  none: { examples: [a] }\n"
            "  list: [a]\n"
            "  odd: { examples: { a: b }, exampels: [c] }\n"
            "routes:\n"
            "  - { name: one, when: { class: biling }, ask: [small] }\n"
            "  - { name: two, when: { class: { above: 0.5 } }, ask: [small] }\n"
            "  - { name: three, when: { class: { is: billing, above: 2 } }, ask: [small] }\n",
            "classes:\n"
            "  billing: { examples: [c] }\n"
            "tests: [{ prompt: x, expect: { class: billin } }]\n");
    assert_null(f->policy);
    struct slice             told = buf_slice(&f->diag.text);
    static const char *const wanted[] = {
        "a.yaml:3:10: a class needs `examples`",
        "a.yaml:4:12: a class needs `examples`",
        "a.yaml:5:3: no class can be called \"none\"",
        "a.yaml:6:9: a class must be a map",
        "a.yaml:7:20: examples must be a list",
        "a.yaml:7:30: ",
        "a.yaml:9:33: there is no class \"biling\", did you mean \"billing\"?",
        "a.yaml:10:33: class needs `is`",
        "a.yaml:11:57: ",
        "b.yaml:2:3: a class \"billing\" is there already",
        "b.yaml:3:39: there is no class \"billin\", did you mean \"billing\"?",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (slice_find(told, slice_str(wanted[i])) == SLICE_NONE)
            fail_msg("not told: %s\n%.*s", wanted[i], SLICE_ARG(told));
    assert_int_equal(f->diag.errors, sizeof wanted / sizeof *wanted);
}

static void without_classes_none_can_be_asked_for(void **state)
{
    struct fixture *f = *state;
    compile(f, "routes: [{ name: it, when: { class: billing }, ask: [small] }]\n", "");
    assert_errors(f, "a.yaml:1:37: there is no class \"billing\": `classes:` names none\n");
}

static bool route_takes(struct fixture *f, const char *when)
{
    struct fault why = { 0 };
    compile(f,
            arena_printf(f->arena,
                         "routes: [{ name: it, when: %s, ask: [small] }, { name: rest, ask: [large] }]\n",
                         when),
            classes_text);
    assert_errors(f, "");
    assert_true(decide(f->policy, &f->facts, &f->decision, &why));
    return strcmp(f->decision.route, "it") == 0;
}

static void rules_ask_for_the_likeliest_or_for_a_share(void **state)
{
    struct fixture    *f = *state;
    static const float share[] = { 0.3f, 0.6f }; /* billing, garden */
    f->facts.class_share = share;
    f->facts.class_best = 1;
    assert_true(route_takes(f, "{ class: garden }"));
    assert_false(route_takes(f, "{ class: billing }"));
    assert_true(route_takes(f, "{ class: [billing, garden] }"));
    assert_true(route_takes(f, "{ not: { class: billing } }"));
    assert_true(route_takes(f, "{ class: { is: billing, above: 0.2 } }"));
    assert_false(route_takes(f, "{ class: { is: [billing, garden], above: 0.7 } }"));
    f->facts.class_best = 2; /* none of them */
    assert_false(route_takes(f, "{ class: [billing, garden] }"));
}

static void what_was_not_judged_is_private_but_takes_no_route(void **state)
{
    struct fixture *f = *state;
    struct fault    why = { 0 };
    assert_false(route_takes(f, "{ class: garden }"));
    assert_false(route_takes(f, "{ not: { class: garden } }"));
    compile(f,
            "privacy: [{ name: home, when: { class: garden }, reach: local }]\n"
            "routes: [{ name: it, ask: [large, small] }]\n",
            classes_text);
    assert_errors(f, "");
    assert_true(decide(f->policy, &f->facts, &f->decision, &why));
    assert_int_equal(f->decision.reach, 0);
}

static void learned_classes_pass_the_policys_tests(void **state)
{
    struct fixture *f = *state;
    struct fault    why = { 0 };
    unsigned        count;
    if (access(MODEL "/model.safetensors", R_OK) != 0)
        skip();
    compile(f, classes_text,
            "routes:\n"
            "  - { name: money, when: { class: billing }, ask: [small] }\n"
            "  - { name: rest, ask: [large] }\n"
            "tests:\n"
            "  - { prompt: I was billed two times, expect: { class: billing, route: money } }\n"
            "  - { prompt: who painted the Mona Lisa?, expect: { class: none, route: rest } }\n"
            "  - { prompt: who painted the Mona Lisa?, expect: { class: garden } }\n");
    assert_errors(f, "");
    struct slm *slm = slm_open(MODEL, &why);
    assert_non_null(slm);
    struct slm_worker *worker = slm_worker_new(slm);
    struct inspector   inspector = { .finder = finder_new(&why), .worker = worker };
    inspector.scratch = finder_scratch_new(inspector.finder);
    assert_int_equal(policy_test(f->policy, &inspector, &count, &f->diag), 3); /* nothing is learned yet */
    buf_reset(&f->diag.text);

    policy_learn(f->policy, f->arena, worker);
    inspector.classes = policy_classes(f->policy);
    assert_int_equal(policy_test(f->policy, &inspector, &count, &f->diag), 1);
    assert_int_equal(count, 3);
    assert_errors(f, "b.yaml:7:5: the test expects class \"garden\", and got \"none\"\n");

    struct finder_scratch *scratch = inspector.scratch;
    struct finder         *finder = (struct finder *)inspector.finder;
    finder_scratch_free(&scratch);
    finder_free(&finder);
    slm_worker_free(&worker);
    slm_close(&slm);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(classes_of_all_files_are_known_to_all_rules),
        TEST(every_mistake_is_told_in_one_run),
        TEST(without_classes_none_can_be_asked_for),
        TEST(rules_ask_for_the_likeliest_or_for_a_share),
        TEST(what_was_not_judged_is_private_but_takes_no_route),
        TEST(learned_classes_pass_the_policys_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
