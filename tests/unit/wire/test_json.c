/* test_json.c - asking a document: members, strings, numbers, and that JSON_NONE is safe. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/json.h"

static struct json read_or_fail(struct arena *arena, const char *text)
{
    struct json  j;
    struct fault why = { 0 };
    if (!json_read(arena, slice_str(text), &j, &why))
        fail_msg("%s: %s", text, why.detail);
    return j;
}

static void test_members(void **state)
{
    struct json j = read_or_fail(*state, " {\"a\": [1, \"two\", {}] , \"b\\u0063\":null,\"\":true} ");
    assert_int_equal(json_kind(&j, 0), JSON_OBJECT);
    json_at a = json_get(&j, 0, "a");
    assert_true(slice_is(json_raw(&j, a), "[1, \"two\", {}]"));
    json_at e = json_first(&j, a);
    assert_int_equal(json_kind(&j, e), JSON_NUMBER);
    e = json_next(&j, e);
    assert_true(slice_is(json_string(&j, e, *state), "two"));
    e = json_next(&j, e);
    assert_int_equal(json_kind(&j, e), JSON_OBJECT);
    assert_int_equal(json_first(&j, e), JSON_NONE);
    assert_int_equal(json_next(&j, e), JSON_NONE);

    json_at bc = json_get(&j, 0, "bc");
    assert_int_not_equal(bc, JSON_NONE);
    assert_true(slice_is(json_key(&j, bc, *state), "bc"));
    assert_true(json_key_is(&j, bc, "bc"));
    assert_false(json_key_is(&j, bc, "b"));
    assert_false(json_key_is(&j, bc, "bcd"));
    assert_false(json_key_is(&j, 0, ""));
    assert_int_equal(json_kind(&j, json_get(&j, 0, "")), JSON_TRUE);
    assert_int_equal(json_get(&j, 0, "c"), JSON_NONE);
    assert_int_equal(json_get(&j, a, "a"), JSON_NONE);
}

static void test_none_is_safe(void **state)
{
    struct json j = { 0 };
    struct json whole = read_or_fail(*state, "[]");
    for (int round = 0; round < 2; round++, j = whole) {
        json_at at = round == 0 ? 0 : JSON_NONE;
        int64_t i;
        double  d;
        assert_int_equal(json_kind(&j, at), JSON_NULL);
        assert_int_equal(json_raw(&j, at).len, 0);
        assert_int_equal(json_get(&j, at, "a"), JSON_NONE);
        assert_int_equal(json_first(&j, at), JSON_NONE);
        assert_int_equal(json_next(&j, at), JSON_NONE);
        assert_null(json_string(&j, at, *state).ptr);
        assert_null(json_key(&j, at, *state).ptr);
        assert_false(json_i64(&j, at, &i));
        assert_false(json_double(&j, at, &d));
    }
}

static void expect_text(struct arena *arena, const char *json, struct slice text)
{
    struct json j = read_or_fail(arena, json);
    if (!slice_eq(json_string(&j, 0, arena), text))
        fail_msg("%s: %.*s", json, SLICE_ARG(json_string(&j, 0, arena)));
}

static void test_strings(void **state)
{
    expect_text(*state, "\"\"", S(""));
    expect_text(*state, "\"a/\\/\\\\\\\"\\b\\f\\n\\r\\tz\"", S("a//\\\"\b\f\n\r\tz"));
    expect_text(*state, "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", S("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
    expect_text(*state, "\"a\\u0000b\"", S("a\0b"));
    expect_text(*state, "\"\\ud800\"", S("\xEF\xBF\xBD"));
    expect_text(*state, "\"\\ud800\\ud800x\"", S("\xEF\xBF\xBD\xEF\xBF\xBDx"));
    expect_text(*state, "\"\\udc00\\u0041\"",
                S("\xEF\xBF\xBD"
                  "A"));
    expect_text(*state, "\"\\ud800\\n\"", S("\xEF\xBF\xBD\n"));

    struct json j = read_or_fail(*state, "\"plain\"");
    assert_ptr_equal(json_string(&j, 0, *state).ptr, j.text.ptr + 1);
    j = read_or_fail(*state, "12");
    assert_null(json_string(&j, 0, *state).ptr);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool        is_i64;
        int64_t     i;
        bool        is_double;
        double      d;
    } cases[] = {
        { "0", true, 0, true, 0 },
        { "-0", true, 0, true, -0.0 },
        { "12", true, 12, true, 12 },
        { "9223372036854775807", true, INT64_MAX, true, 9223372036854775807.0 },
        { "-9223372036854775808", true, INT64_MIN, true, -9223372036854775808.0 },
        { "9223372036854775808", false, 0, true, 9223372036854775808.0 },
        { "1.0", false, 0, true, 1 },
        { "1e2", false, 0, true, 100 },
        { "-0.25E-1", false, 0, true, -0.025 },
        { "1e999", false, 0, false, 0 },
        { "\"1\"", false, 0, false, 0 },
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct json j = read_or_fail(*state, cases[n].text);
        int64_t     i = 0;
        double      d = 0;
        assert_int_equal(json_i64(&j, 0, &i), cases[n].is_i64);
        assert_int_equal(json_double(&j, 0, &d), cases[n].is_double);
        assert_true(i == cases[n].i && d == cases[n].d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_none_is_safe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
