/* test_dice.c - random digits: as many as were asked for, and others each time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dice.h"

#include <string.h>

static void test_digits(void **state)
{
    (void)state;
    char one[DICE_DIGITS_MOST + 2], other[DICE_DIGITS_MOST + 2];
    for (size_t digits = 2; digits <= DICE_DIGITS_MOST; digits += 2) {
        memset(one, '#', sizeof one);
        dice_digits(one, digits);
        assert_int_equal(strlen(one), digits);
        assert_int_equal(strspn(one, "0123456789abcdef"), digits);
        assert_int_equal(one[digits + 1], '#'); /* nothing behind the NUL is touched */
    }
    dice_digits(one, DICE_DIGITS_MOST);
    dice_digits(other, DICE_DIGITS_MOST);
    assert_string_not_equal(one, other);
}

static void test_bytes(void **state)
{
    (void)state;
    unsigned char one[32] = { 0 }, other[32] = { 0 };
    dice_bytes(one, 16);
    dice_bytes(other, 16);
    assert_memory_not_equal(one, other, 16);
    assert_memory_equal(one + 16, other + 16, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_digits), cmocka_unit_test(test_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
