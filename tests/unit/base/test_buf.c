/* test_buf.c - bytes that grow up to their ceiling, and say once that something did not fit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"

#include <stdio.h>

static void test_adding(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(buf_slice(&b).len, 0);
    buf_add(&b, S("ab"));
    buf_add(&b, slice_of(NULL, 0));
    buf_add_str(&b, "cd");
    buf_add_byte(&b, '\0');
    buf_printf(&b, "%d-%s", 5, "x");
    assert_true(slice_eq(buf_slice(&b), S("abcd\0"
                                          "5-x")));
    assert_false(b.full);
    buf_fini(&b);
    assert_int_equal(b.len, 0);
    buf_add_str(&b, "again");
    assert_true(slice_is(buf_slice(&b), "again"));
    buf_fini(&b);
}

static void test_decimals_are_as_printf_says(void **state)
{
    (void)state;
    static const int64_t values[] = { 0, 7, 10, 200, 65535, -1, -90, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct buf b;
        char       printed[32];
        buf_init(&b, 64);
        buf_add_decimal(&b, values[i]);
        snprintf(printed, sizeof printed, "%lld", (long long)values[i]);
        assert_true(slice_is(buf_slice(&b), printed));
        buf_fini(&b);
    }
}

/* Longer than what buf_printf tries on the stack. */
static void test_long_printf(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5000);
    buf_printf(&b, "<%01000d>", 7);
    assert_int_equal(b.len, 1002);
    assert_int_equal(b.ptr[0], '<');
    assert_int_equal(b.ptr[1000], '7');
    assert_int_equal(b.ptr[1001], '>');
    buf_fini(&b);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 300);
    for (int i = 0; i < 300; i++)
        buf_add_byte(&b, 'a');
    assert_false(b.full);
    assert_int_equal(b.len, 300);
    assert_true(b.cap <= b.ceiling);
    buf_add_byte(&b, 'b');
    assert_true(b.full);
    assert_int_equal(b.len, 300);

    /* Once full, it takes nothing more, not even what would fit. */
    buf_drop(&b, 100);
    buf_add_byte(&b, 'c');
    assert_true(b.full);
    assert_int_equal(b.len, 200);
    buf_reset(&b);
    assert_false(b.full);
    buf_add_byte(&b, 'd');
    assert_true(slice_is(buf_slice(&b), "d"));
    buf_fini(&b);
}

/* What does not fit whole is not added in part. */
static void test_all_or_nothing(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    buf_add(&b, S("abc"));
    buf_add(&b, S("de"));
    assert_true(b.full);
    assert_true(slice_is(buf_slice(&b), "abc"));
    buf_fini(&b);

    buf_init(&b, 0);
    buf_add(&b, S(""));
    assert_false(b.full);
    buf_add(&b, S("a"));
    assert_true(b.full);
    buf_fini(&b);
}

static void test_reserve(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_str(&b, "ab");
    char *room = buf_reserve(&b, 100000);
    assert_non_null(room);
    assert_int_equal(b.len, 2);
    memset(room, 'x', 100000);
    b.len += 100000;
    assert_int_equal(b.ptr[1], 'b');
    assert_int_equal(b.ptr[2], 'x');
    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_true(b.full);
    buf_fini(&b);
}

static void test_drop(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_add_str(&b, "abcdef");
    buf_drop(&b, 0);
    buf_drop(&b, 2);
    assert_true(slice_is(buf_slice(&b), "cdef"));
    buf_drop(&b, 99);
    assert_int_equal(b.len, 0);
    buf_fini(&b);
    buf_drop(&b, 1);
    assert_int_equal(b.len, 0);
}

static void test_wipe(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_wipe(&b);
    buf_add_str(&b, "secret");
    buf_wipe(&b);
    assert_null(b.ptr);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.ceiling, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimals_are_as_printf_says),
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_long_printf),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
