/* test_utf8.c - every code point is written and measured; what is no UTF-8 is known as such. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"

static size_t length(const char *bytes)
{
    return utf8_length(bytes, bytes + strlen(bytes));
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c == 0xD800)
            c = 0xE000;
        char   bytes[4];
        size_t len = utf8_write(c, bytes);
        size_t wants = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (len != wants || utf8_length(bytes, bytes + len) != len)
            fail_msg("U+%04X", c);
        for (size_t cut = 1; cut < len; cut++)
            if (utf8_length(bytes, bytes + cut) != 0)
                fail_msg("U+%04X cut", c);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3x",
        "\xE0\x9F\xBF",
        "\xE2\x82x",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF0\x9F\x98",
        "\xFE",
        "\xF0\x9F\x98\xC0",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(length(bad[i]), 0);
}

static void test_written(void **state)
{
    (void)state;
    char bytes[4];
    assert_int_equal(utf8_write(0x20AC, bytes), 3);
    assert_memory_equal(bytes, "\xE2\x82\xAC", 3);
    assert_int_equal(utf8_write(0x1F600, bytes), 4);
    assert_memory_equal(bytes, "\xF0\x9F\x98\x80", 4);
}

static void test_whole(void **state)
{
    (void)state;
    static const char   text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    static const size_t wholes[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11 }; /* by the length it was cut to */
    for (size_t len = 0; len <= 11; len++)
        assert_int_equal(utf8_whole(text, len), wholes[len]);
    assert_int_equal(utf8_whole("\x80\x80\x80\x80", 4), 4); /* no beginning near the end: not its business */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
