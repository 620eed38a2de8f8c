/* test_database.c - the databases in the binary find what those find that are compiled here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/patterns.h"

static const char *const texts[] = {
    "write to ada.lovelace@mail.example.co.uk, +44 (0)20 7946 0958 or (415) 555-2671 ext. 12",
    "card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, SSN 536-90-4399, tel 06 12 34 56 78",
    "sk-ant-api03-Zk3vP0wq8RtY5uLm2XcB password: hunter2secret /home/ada/x 2001:db8::1 00:1B:44:11:3A:B7",
    "\xEF\xBC\x94\xEF\xBC\x91 ann%40example.org 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa born 17 May 1984",
};

static struct findings find_with(const struct finder *f, struct arena *arena, const char *text)
{
    struct finder_scratch *scratch = finder_scratch_new(f);
    struct findings        found;
    assert_true(find(f, scratch, arena, slice_str(text), &found, NULL));
    finder_scratch_free(&scratch);
    return found;
}

static void what_was_compiled_at_build_time_finds_the_same(void **state)
{
    (void)state;
    static const struct own_pattern never = { .kind = PII_EMAIL,
                                              .name = "never",
                                              .regex = "\\x01\\x02\\x03",
                                              .alone = 1,
                                              .beside = 1,
                                              .words = "",
                                              .doubts = "" };
    struct finder                  *shipped = finder_new(NULL), *here = finder_new_with(&never, 1, NULL);
    struct arena                   *arena = arena_new();
    assert_non_null(shipped);
    assert_non_null(here);
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        struct findings a = find_with(shipped, arena, texts[t]), b = find_with(here, arena, texts[t]);
        assert_true(a.count > 0);
        assert_int_equal(a.count, b.count);
        for (size_t i = 0; i < a.count; i++) {
            assert_int_equal(a.item[i].start, b.item[i].start);
            assert_int_equal(a.item[i].end, b.item[i].end);
            assert_string_equal(a.item[i].source, b.item[i].source);
        }
    }
    arena_free(&arena);
    finder_free(&shipped);
    finder_free(&here);
}

static void checks_hold_of_values(void **state)
{
    (void)state;
    static const struct {
        const char *check, *good, *bad;
    } cases[] = {
        { "luhn", "E-1234 55", "E-1234 56" },
        { "mod11_10", "94577403194", "94577403195" },
        { "mod11_2", "X-079X", "X-0790" },
        { "mod97", "5390 0754 7034 RF18", "5390 0754 7034 RF19" },
        { "verhoeff", "2363", "2364" },
        { "iban", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01" },
        { "base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb" },
        { "bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5" },
        { "entropy", "Zk3vP0wq8RtY5uLm", "aaaaaaaabbbbbbbb" },
        { "date", "17.05.1984", "37.05.1984" },
    };
    assert_null(value_check_named(S("lunh")));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        value_check *check = value_check_named(slice_str(cases[i].check));
        assert_non_null(check);
        if (!check(slice_str(cases[i].good)) || check(slice_str(cases[i].bad)))
            fail_msg("%s", cases[i].check);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_compiled_at_build_time_finds_the_same),
        cmocka_unit_test(checks_hold_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
