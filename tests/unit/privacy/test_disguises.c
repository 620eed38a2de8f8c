/* test_disguises.c - values that are written otherwise: in base64, in layers of escapes, in letters that only
 * look like theirs, in words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "marked.h"

#include <stdlib.h>

static void base64_is_looked_into(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "mail {email|YW5uLnNtaXRoQGV4YW1wbGUub3Jn} please",
        /* "user=ann\nssn=536-90-4399\nemail=ann@example.org\n": what is not private still decodes. */
        "dXNl{user_name|cj1hbm4K}c3Nu{us_ssn|PTUzNi05MC00Mzk5}CmVtYWls{email|PWFubkBleGFtcGxlLm9yZwo=}",
        "path/{email|YW5uLnNtaXRoQGV4YW1wbGUub3Jn}",
        /* Twice: base64 of "cQ5fYW1pbD1hbm5AZXhhbXBsZS5vcmc=" holds an address. */
        "YzI1MWJX{email|RnBiRDFoYm01QVpYaGhiWEJzWlM1dmNtYz0=}",
        "internationalization-internationalization and AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        NULL,
    };
    check_cases(cases);
}

static void layers_of_escapes_are_undone(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{email|ann%2540example.org} {email|ann&amp;#64;example.org} {email|ann\\u0040example.org}",
        "\\\"ssn\\\": \\\"{us_ssn|536-90-4399}\\\"",
        "\\\\\\\"to\\\\\\\":\\\\\\\"{email|ann\\\\u0040example.org}\\\\\\\"",
        NULL,
    };
    check_cases(cases);
}

static void letters_of_other_scripts_are_seen_through(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{email|\xD0\xB0nn@ex\xD0\xB0mple.org}",
        "{iban|D\320\22589 3704 0044 0532 0130 00}",
        "{api_key|\xCE\x91KIAZ7QWERTYUIOPASDF}",
        "{email|\xF0\x9D\x90\x9A\xF0\x9D\x90\xA7\xF0\x9D\x90\xA7@example.org}",
        "{payment_card|\xE0\xB9\x94\xE0\xB9\x91\xE0\xB9\x91\xE0\xB9\x91 1111 1111 1111}",
        "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82, C++ \xD0\xB8 5 \xCE\xBCm",
        NULL,
    };
    check_cases(cases);
}

static void numbers_and_addresses_in_words(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "call me: {phone|four one five, five five five, two six seven one}",
        "my card is {payment_card|four one one one one one one one one one one one one one one one}",
        "phone {phone|double four 20 seven nine four six zero nine five eight}",
        "Telefon {phone|null sieben eins eins zwei drei vier f\xC3\xBCnf sechs}",
        "{email|ann at example dot org}, {email|john dot smith (at) gmail [dot] com}",
        "we are at seventeen dot eight; one two three go; the dot product at one two",
        NULL,
    };
    check_cases(cases);
}

/* Whatever of it is cut away: findings stay inside the text and apart. */
static void they_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char text[] =
        "YW5uLnNtaXRoQGV4YW1wbGUub3Jn \\u0040 ann at example dot org \xD0\xB0nn@x.org &amp;#64; "
        "double four one one one one one one \xF0\x9D\x90\x9A";
    for (size_t len = 0; len < sizeof text; len++) {
        struct arena   *arena = arena_new();
        struct findings found;
        char           *exact = malloc(len ? len : 1);
        memcpy(exact, text, len);
        assert_true(find(finder, scratch, arena, slice_of(exact, len), &found, NULL));
        for (size_t i = 0; i < found.count; i++) {
            assert_true(found.item[i].start < found.item[i].end && found.item[i].end <= len);
            assert_true(i == 0 || found.item[i - 1].end <= found.item[i].start);
        }
        assert_int_equal(found.count >= 1, len >= strlen("YW5uLnNtaXRoQGV4YW1wbGUub3J"));
        free(exact);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_looked_into),
        cmocka_unit_test(layers_of_escapes_are_undone),
        cmocka_unit_test(letters_of_other_scripts_are_seen_through),
        cmocka_unit_test(numbers_and_addresses_in_words),
        cmocka_unit_test(they_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
