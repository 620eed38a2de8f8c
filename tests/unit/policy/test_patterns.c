/* test_patterns.c - `patterns:` of policy files: found with what ships, asked for by rules, tested, and their
 * mistakes told with their places. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "two_policies.h"

static const char employees[] = "patterns:\n"
                                "  - name: staff_number\n"
                                "    regex: '\\bE-[0-9]{6}\\b'\n"
                                "    check: luhn\n"
                                "    context: { lowers: [Order] }\n"
                                "    tests: { finds: [E-123455], ignores: [E-123456, order E-123455] }\n"
                                "  - name: old badges\n"
                                "    kind: staff_number\n"
                                "    regex: [\"B[0-9]{4}\", \"OLD[0-9]+\"]\n"
                                "    context: { needs: badge }\n"
                                "  - { name: visa folder, kind: passport, regex: 'VF-[A-Z]{3}' }\n";

static pii_set staff(void)
{
    return (pii_set)1 << pii_of(S("staff_number"));
}

static void they_are_found_and_have_a_kind(void **state)
{
    struct two_policies *t = *state;
    two_open(t, employees, "privacy: [{ name: r, when: { pii: staff_number }, redact: placeholder }]\n");
    assert_true(pii_of(S("staff_number")) >= PII_KINDS);
    assert_string_equal(pii_tag(pii_of(S("staff_number"))), "STAFFNUMBER");
    assert_int_equal(two_find(t, "E-123455 is in"), staff());
    assert_int_equal(two_find(t, "E-123456 is in"), 0);
    assert_int_equal(two_find(t, "your ORDER E-123455"), 0);
    assert_int_equal(two_find(t, "B1234 is in"), 0);
    assert_int_equal(two_find(t, "the badge B1234"), staff());
    assert_int_equal(two_find(t, "see VF-ABC"), (pii_set)1 << PII_PASSPORT);
    assert_int_equal(two_find(t, "E-123455 a@example.org"), staff() | (pii_set)1 << PII_EMAIL);
}

static void a_match_of_many_ends_is_one_finding(void **state)
{
    struct two_policies *t = *state;
    two_open(t, employees, "");
    two_find(t, "badge OLD12345678901234567890");
    assert_int_equal(t->inspection.findings[0].count, 1);
    assert_int_equal(t->inspection.findings[0].item[0].start, 6);
    assert_int_equal(t->inspection.findings[0].item[0].end, 29);
    assert_string_equal(t->inspection.findings[0].item[0].source, "old badges");
}

static void rules_hide_them(void **state)
{
    struct two_policies *t = *state;
    struct facts         facts;
    struct decision      decision;
    struct chat          chat = { .model = SLICE("auto") };
    two_open(t, employees,
             "privacy: [{ name: r, when: { pii: staff_number }, redact: placeholder, reach: local }]\n");
    two_find(t, "E-123455");
    facts_of(&chat, &t->inspection, t->settings->team, &facts);
    assert_true(decide(t->policy, &facts, &decision, NULL));
    assert_true(decision.hide & staff());
    assert_int_equal(decision.reach, 0);
}

static void their_tests_are_run(void **state)
{
    struct two_policies *t = *state;
    unsigned             count;
    two_open(t, employees,
             "patterns:\n"
             "  - { name: wrong, regex: 'W[0-9]', tests: { finds: [W1, w1], ignores: [x, W2] } }\n");
    assert_int_equal(policy_test(t->policy, &t->inspector, &count, &t->diag), 2);
    assert_int_equal(count, 7);
    assert_told(t, "b.yaml:2:58: the pattern \"wrong\" should find this, and does not");
    assert_told(t, "b.yaml:2:76: the pattern \"wrong\" should ignore this, and does not");
}

static void mistakes_are_told(void **state)
{
    struct two_policies *t = *state;
    assert_null(two_read(t,
                         "patterns:\n"
                         "  - { name: a, regex: '[0-9' }\n"
                         "  - { name: b, regex: x, check: lunh }\n"
                         "  - { name: b, regex: y }\n"
                         "  - { name: C d, regex: x }\n"
                         "  - { name: e, regex: x, kind: email, tag: MAIL }\n"
                         "  - { name: f, regex: x, tag: EMAIL }\n"
                         "  - { regex: x }\n"
                         "  - { name: h, regex: 'x*' }\n"
                         "  - { name: i, regex: x, context: { raises: a, needs: b } }\n",
                         "privacy: [{ name: r, when: { pii: never_named }, reach: local }]\n"));
    assert_told(t,
                "a.yaml:2:23: the regex of \"a\" is refused: Unterminated character class starting at index 0");
    assert_told(t, "a.yaml:3:33: there is no check \"lunh\", did you mean \"luhn\"?");
    assert_told(t, "a.yaml:4:13: a pattern \"b\" is there already");
    assert_told(t, "a.yaml:5:5: a kind is called by small letters");
    assert_told(t, "a.yaml:6:39: email has its tag: EMAIL");
    assert_told(t, "a.yaml:7:5: the tag EMAIL is that of the kind email");
    assert_told(t, "a.yaml:8:5: a pattern needs `name` and `regex`");
    assert_told(t, "a.yaml:9:23: the regex of \"h\" is refused: Pattern matches empty buffer");
    assert_told(t, "a.yaml:10:48: context has either `raises` or `needs`");
    assert_told(t, "b.yaml:1:35: there is no kind of pii \"never_named\"");
}

/* A kind is the process's, but only a policy that has the pattern may name it. */
static void a_kind_of_other_policies_is_not_known(void **state)
{
    struct two_policies *t = *state;
    enum pii_kind        kind;
    struct fault         why;
    assert_true(pii_define(S("elsewhere"), S("ELSEWHERE"), &kind, &why));
    assert_null(two_read(t, "", "privacy: [{ name: r, when: { pii: elsewhere }, reach: local }]\n"));
    assert_told(t, "there is no kind of pii \"elsewhere\"");
    assert_non_null(two_read(t, "patterns: [{ name: elsewhere, regex: x }]",
                             "privacy: [{ name: r, when: { pii: elsewhere }, reach: local }]\n"));
    assert_int_equal(pii_of(S("elsewhere")), kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_found_and_have_a_kind, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(a_match_of_many_ends_is_one_finding, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(rules_hide_them, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(their_tests_are_run, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_told, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(a_kind_of_other_policies_is_not_known, two_set_up, two_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
