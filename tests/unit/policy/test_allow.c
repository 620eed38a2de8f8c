/* test_allow.c - `allow:`: what may pass, told as such, and the strictest of several rules and files wins. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "two_policies.h"

#define MASK "privacy: [{ name: mask, when: { pii: [email, phone, api_key] }, redact: placeholder }]\n"

static const pii_set email = (pii_set)1 << PII_EMAIL, phone = (pii_set)1 << PII_PHONE,
                     key = (pii_set)1 << PII_API_KEY;

static void what_is_allowed_is_no_finding_and_is_told(void **state)
{
    struct two_policies *t = *state;
    two_open(t, "allow:\n  - domains: [example.com]\n  - values: [Help@Partner.example]\n" MASK, "");
    assert_int_equal(two_find(t, "ann@example.com, bob@mail.EXAMPLE.com, help@partner.example"), 0);
    assert_int_equal(t->inspection.allowed_count, 3);
    assert_int_equal(t->inspection.allowed[1].finding.start, 17);
    assert_int_equal(t->inspection.allowed[0].by.line, 2);
    assert_int_equal(t->inspection.allowed[2].by.line, 3);
    assert_int_equal(two_find(t, "ann@badexample.com"), email);
    assert_int_equal(two_find(t, "ann@example.com.evil.example"), email);
    assert_int_equal(two_find(t, "ann@example.com eve@example.org"), email);
    assert_int_equal(t->inspection.findings[0].count, 1);
    assert_int_equal(t->inspection.findings[0].item[0].start, 16);
}

static void a_regex_allows_whole_values(void **state)
{
    struct two_policies *t = *state;
    two_open(t, "allow: [{ kinds: phone, regex: '\\+1 415 555 [0-9]{4}' }]\n" MASK, "");
    assert_int_equal(two_find(t, "call +1 415 555 2671"), 0);
    assert_int_equal(two_find(t, "call +1 415 556 2671"), phone);
    assert_int_equal(two_find(t, "call +44 20 7946 0958"), phone);
}

static void secrets_are_allowed_by_name_alone(void **state)
{
    static const char    prompt[] = "xoxb-2374982374-qk3jhf8Ks0d9";
    struct two_policies *t = *state;
    two_open(t, "allow: [{ regex: '.*' }, { kinds: any, regex: '.*' }]\n" MASK, "");
    assert_int_equal(two_find(t, prompt), key);
    two_tear_down(state);
    two_set_up(state);
    t = *state;
    two_open(t, "allow: [{ kinds: [api_key], regex: '.*' }]\n" MASK, "");
    assert_int_equal(two_find(t, prompt), 0);
}

/* Another file's rule that speaks of the kind has not allowed it. */
static void a_file_allows_for_its_own_rules(void **state)
{
    struct two_policies *t = *state;
    two_open(t, "allow: [{ domains: [example.com] }]\n" MASK,
             "privacy: [{ name: other, when: { pii: email }, reach: local }]\n");
    assert_int_equal(two_find(t, "ann@example.com"), email);
    assert_int_equal(t->inspection.allowed_count, 0);
    two_tear_down(state);
    two_set_up(state);
    t = *state;
    two_open(t, "allow: [{ domains: [example.com] }]\n" MASK,
             "privacy: [{ name: other, when: { pii: iban }, reach: local }]\n");
    assert_int_equal(two_find(t, "ann@example.com"), 0);
}

static void a_rule_allows_for_itself(void **state)
{
    struct two_policies *t = *state;
    two_open(
        t,
        "privacy:\n"
        "  - { name: one, when: { pii: email }, allow: [{ domains: [example.com] }], redact: placeholder }\n",
        "");
    assert_int_equal(two_find(t, "ann@example.com"), 0);
    two_tear_down(state);
    two_set_up(state);
    t = *state;
    two_open(
        t,
        "privacy:\n"
        "  - { name: one, when: { pii: email }, allow: [{ domains: [example.com] }], redact: placeholder }\n"
        "  - { name: two, when: { not: { pii: email } }, reach: local }\n",
        "");
    assert_int_equal(two_find(t, "ann@example.com"), email);
}

static void mistakes_are_told(void **state)
{
    struct two_policies *t = *state;
    assert_null(
        two_read(t, "allow: [{ kinds: email }, { domain: x }, { regex: '(' }, { kinds: [emial], values: x }]",
                 "privacy: [{ name: r, when: { pii: email }, reach: local, allow: { values: x } }]"));
    assert_told(t, "a.yaml:1:9: an allowance needs `domains`, `values`, `regex` or `names`");
    assert_told(t, "a.yaml:1:29: there is no key \"domain\" here, did you mean \"domains\"?");
    assert_told(t, "a.yaml:1:51: the regex is refused: Missing close parenthesis");
    assert_told(t, "a.yaml:1:68: there is no kind of pii \"emial\", did you mean \"email\"?");
    assert_told(t, "b.yaml:1:65: allow must be a list");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_allowed_is_no_finding_and_is_told, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(a_regex_allows_whole_values, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(secrets_are_allowed_by_name_alone, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(a_file_allows_for_its_own_rules, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(a_rule_allows_for_itself, two_set_up, two_tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_told, two_set_up, two_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
