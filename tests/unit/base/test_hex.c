/* test_hex.c - bytes in hexadecimal digits, there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hex.h"

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    unsigned char all[256], back[256];
    char          digits[2 * sizeof all + 1];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)i;
    assert_int_equal(hex_write(all, sizeof all, digits), 512);
    assert_int_equal(strlen(digits), 512);
    assert_true(slice_starts(slice_str(digits), S("000102030405060708090a0b0c0d0e0f10")));
    assert_true(hex_read(slice_str(digits), back, sizeof back));
    assert_memory_equal(all, back, sizeof all);
}

static void test_only_digits_are_read(void **state)
{
    (void)state;
    unsigned char out[2];
    assert_true(hex_read(S("aFA0"), out, 2));
    assert_int_equal(out[0], 0xAF);
    assert_int_equal(out[1], 0xA0);
    assert_true(hex_read(S(""), out, 0));
    assert_false(hex_read(S("aFA"), out, 2) || hex_read(S("aFA00"), out, 2) || hex_read(S(""), out, 1));
    assert_false(hex_read(S("0g00"), out, 2) || hex_read(S("00 0"), out, 2) || hex_read(S("0x00"), out, 2));
    unsigned known = 0;
    for (int c = 0; c < 256; c++)
        known += hex_digit((char)c) >= 0;
    assert_int_equal(known, 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_only_digits_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
