/* test_slice.c - borrowed bytes: compared, cut, searched, trimmed and read as numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/slice.h"

static void test_equality(void **state)
{
    (void)state;
    struct slice null = { NULL, 0 };
    assert_true(slice_eq(S("ab"), S("ab")));
    assert_false(slice_eq(S("ab"), S("abc")));
    assert_false(slice_eq(S("ab"), S("aB")));
    assert_true(slice_eq(S("a\0b"), S("a\0b")));
    assert_false(slice_eq(S("a\0b"), S("a\0c")));
    assert_true(slice_eq(null, S("")));
    assert_true(slice_is(null, ""));
    assert_true(slice_is(S("ab"), "ab"));
    assert_int_equal(slice_str(NULL).len, 0);
    assert_true(slice_is_nocase(S("Content-Length"), "content-LENGTH"));
    assert_false(slice_is_nocase(S("Content-Lengt"), "content-length"));
    assert_true(slice_is_nocase(null, ""));
    assert_int_equal(slice_compare(null, S("")), 0);
    assert_true(slice_compare(S("ab"), S("abc")) < 0 && slice_compare(S("b"), S("abc")) > 0);
    assert_true(slice_compare(S("a\xFF"), S("ab")) > 0);
}

static void test_cut(void **state)
{
    (void)state;
    assert_true(slice_is(slice_cut(S("abcd"), 1, 3), "bc"));
    assert_true(slice_is(slice_cut(S("abcd"), 2, 99), "cd"));
    assert_true(slice_is(slice_cut(S("abcd"), 3, 1), ""));
    assert_true(slice_is(slice_cut(S("abcd"), 99, SIZE_MAX), ""));
    assert_null(slice_cut(slice_of(NULL, 0), 0, 5).ptr);
}

static void test_affixes(void **state)
{
    (void)state;
    assert_true(slice_starts(S("abc"), S("ab")));
    assert_true(slice_starts(S("abc"), S("")));
    assert_false(slice_starts(S("abc"), S("bc")));
    assert_false(slice_starts(S("ab"), S("abc")));
    assert_true(slice_ends(S("abc"), S("bc")));
    assert_true(slice_ends(S("abc"), S("")));
    assert_false(slice_ends(S("abc"), S("ab")));
    assert_false(slice_ends(S("bc"), S("abc")));
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(slice_find(S("abcabc"), S("ca")), 2);
    assert_int_equal(slice_find(S("abc"), S("abc")), 0);
    assert_int_equal(slice_find(S("abc"), S("")), 0);
    assert_int_equal(slice_find(slice_of(NULL, 0), S("")), 0);
    assert_true(slice_find(S("abc"), S("cd")) == SLICE_NONE);
    assert_true(slice_find(slice_of(NULL, 0), S("a")) == SLICE_NONE);
    assert_int_equal(slice_find_byte(S("a\0b"), 'b'), 2);
    assert_int_equal(slice_find_byte(S("a\0b"), '\0'), 1);
    assert_true(slice_find_byte(S("abc"), 'd') == SLICE_NONE);
    assert_true(slice_find_byte(slice_of(NULL, 0), 'd') == SLICE_NONE);
}

static void test_trim(void **state)
{
    (void)state;
    assert_true(slice_is(slice_trim(S(" \t\r\na b\n ")), "a b"));
    assert_true(slice_is(slice_trim(S(" \n ")), ""));
    assert_true(slice_is(slice_trim(S("\v")), "\v"));
    assert_int_equal(slice_trim(slice_of(NULL, 0)).len, 0);
}

static void test_to_i64(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        int64_t      value;
    } good[] = {
        { SLICE("0"), 0 },
        { SLICE("-0"), 0 },
        { SLICE("007"), 7 },
        { SLICE("9223372036854775807"), INT64_MAX },
        { SLICE("-9223372036854775808"), INT64_MIN },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t value = -1;
        assert_true(slice_to_i64(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    static const struct slice bad[] = {
        SLICE(""),
        SLICE("-"),
        SLICE("+1"),
        SLICE(" 1"),
        SLICE("1 "),
        SLICE("1.0"),
        SLICE("0x10"),
        SLICE("--1"),
        SLICE("1-"),
        SLICE("1\0"),
        SLICE("9223372036854775808"),
        SLICE("-9223372036854775809"),
        SLICE("99999999999999999999"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value = 42;
        assert_false(slice_to_i64(bad[i], &value));
        assert_int_equal(value, 42);
    }
}

static void test_code_points(void **state)
{
    (void)state;
    assert_int_equal(slice_code_points(S("")), 0);
    assert_int_equal(slice_code_points(S("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")), 4);
    assert_int_equal(slice_code_points(S("\xA9\xA9")), 0);
}

/* The published test vectors of FNV-1a, 64 bits. */
static void test_hash(void **state)
{
    (void)state;
    assert_true(slice_hash(S("")) == 0xcbf29ce484222325u);
    assert_true(slice_hash(S("a")) == 0xaf63dc4c8601ec8cu);
    assert_true(slice_hash(S("foobar")) == 0x85944171f73967e8u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equality), cmocka_unit_test(test_cut),         cmocka_unit_test(test_affixes),
        cmocka_unit_test(test_find),     cmocka_unit_test(test_trim),        cmocka_unit_test(test_to_i64),
        cmocka_unit_test(test_hash),     cmocka_unit_test(test_code_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
