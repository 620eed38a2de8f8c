/*
 * test_find.c - the finder: findings in order and apart, any bytes, bounded time, and that it fails closed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_finder.h"

#include <stdlib.h>

static void kinds_have_words(void **state)
{
    (void)state;
    for (int kind = 0; kind < PII_KINDS; kind++) {
        assert_int_equal(pii_of(slice_str(pii_word((enum pii_kind)kind))), kind);
        assert_int_equal(strspn(pii_tag((enum pii_kind)kind), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                         strlen(pii_tag((enum pii_kind)kind)));
    }
    assert_int_equal(pii_of(S("no such kind")), PII_KINDS_MOST);
    assert_true(pii_is_secret(PII_API_KEY));
    assert_false(pii_is_secret(PII_EMAIL));
}

static void findings_say_what_was_found(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct findings found;
    assert_true(find(finder, scratch, arena, S("a@b.example 203.0.113.7"), &found, NULL));
    assert_int_equal(found.count, 2);
    assert_int_equal(found.kinds, (pii_set)1 << PII_EMAIL | (pii_set)1 << PII_IP_ADDRESS);
    assert_string_equal(found.item[0].source, "email");
    assert_true(found.item[0].confidence > 0.5F && found.item[0].confidence <= 1);
    assert_true(find(finder, scratch, arena, S("nothing"), &found, NULL));
    assert_int_equal(found.count, 0);
    assert_int_equal(found.kinds, 0);
    assert_true(find(finder, scratch, arena, slice_of(NULL, 0), &found, NULL));
    arena_free(&arena);
}

static void check_order(const struct findings *found, size_t text_bytes)
{
    for (size_t i = 0; i < found->count; i++) {
        assert_true(found->item[i].start < found->item[i].end);
        assert_true(found->item[i].end <= text_bytes);
        assert_true(i == 0 || found->item[i - 1].end <= found->item[i].start);
    }
}

/* A password that is an address and more: the surer is whole, and the other's rest is hidden too. */
static void what_overlaps_is_hidden_to_the_last_letter(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct findings found;
    struct slice    text = S("password: \"ada@example.org#7x\"");
    assert_true(find(finder, scratch, arena, text, &found, NULL));
    assert_int_equal(found.count, 2);
    assert_int_equal(found.item[0].kind, PII_EMAIL);
    assert_int_equal(found.item[1].kind, PII_PASSWORD);
    assert_true(slice_is(slice_cut(text, found.item[0].start, found.item[0].end), "ada@example.org"));
    assert_true(slice_is(slice_cut(text, found.item[1].start, found.item[1].end), "7x"));
    arena_free(&arena);
}

static void any_bytes_are_safe(void **state)
{
    (void)state;
    static char bytes[4096];
    uint32_t    seed = 1;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = round % 2 ? (char)(seed >> 24) : "0123456789.:-() @+aF_\0\xC3\xA9"[seed >> 24 & 23];
        }
        struct arena   *arena = arena_new();
        struct findings found;
        /* A copy of its own size, so that ASan sees a read beyond either end. */
        char *exact = malloc(sizeof bytes);
        memcpy(exact, bytes, sizeof bytes);
        assert_true(find(finder, scratch, arena, slice_of(exact, sizeof bytes), &found, NULL));
        check_order(&found, sizeof bytes);
        free(exact);
        arena_free(&arena);
    }
}

static void a_value_at_the_very_end_is_found_whole(void **state)
{
    (void)state;
    static const char *const values[] = {
        "ada@example.org",
        "+44 20 7946 0958",
        "4111 1111 1111 1111",
        "DE89370400440532013000",
        "536-90-4399",
        "203.0.113.7",
        "2001:db8::1",
        "AKIAZ7QWERTYUIOPASDF",
        "(415) 555-2671 ext. 12",
        "sk-proj-Zk3vP0wq8RtY5uLm2XcB7nHa",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct arena   *arena = arena_new();
        struct findings found;
        size_t          length = strlen(values[i]);
        char           *exact = malloc(length);
        memcpy(exact, values[i], length);
        assert_true(find(finder, scratch, arena, slice_of(exact, length), &found, NULL));
        assert_int_equal(found.count, 1);
        assert_int_equal(found.item[0].start, 0);
        assert_int_equal(found.item[0].end, length);
        free(exact);
        arena_free(&arena);
    }
}

/* A disguise may end where the text does. */
static void disguises_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char text[] =
        "ann%40example.org \xEF\xBC\x94\xE2\x80\x8B ann&#x40;example.org 4 1 1 1 1 1 1 1 [at] (dot)";
    for (size_t len = 0; len < sizeof text; len++) {
        struct arena   *arena = arena_new();
        struct findings found;
        char           *exact = malloc(len ? len : 1);
        memcpy(exact, text, len);
        assert_true(find(finder, scratch, arena, slice_of(exact, len), &found, NULL));
        check_order(&found, len);
        assert_int_equal(found.count >= 1, len >= strlen("ann%40example.or"));
        free(exact);
        arena_free(&arena);
    }
}

/* Makes a text of a megabyte out of a unit. */
static char *repeated(const char *unit, size_t bytes)
{
    size_t length = strlen(unit);
    char  *text = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        text[i] = unit[i % length];
    return text;
}

static void a_megabyte_of_repeats_is_bounded(void **state)
{
    (void)state;
    static const char *const units[] = {
        "1",
        "1 ",
        "12.",
        "a:",
        "::",
        "@",
        "a@",
        "a@b.",
        "sk-",
        "+",
        "+1",
        "(",
        "0",
        "ghp_",
        "eyJ.",
        "-----BEGIN PRIVATE KEY-----",
        "call 0 ",
        "tel 12 34 56 78 ",
        "\xC3",
        "GB29",
        "4111 ",
        "a@b.example ",
        "token=",
        "password:",
        "://",
        "://a:",
        "curl -u ",
        "password=a&",
        "a:b:c:d:e:f:a:b ",
        "4 ",
        "4 1.",
        "%40",
        "a%40b.",
        "&#6",
        "[at]",
        "\xE2\x80\x8B",
        "1A2B",
        "AB ",
        "AB 12",
        "id 210223728 ",
        "born 1.1.1990 ",
        "passport ",
    };
    enum { BYTES = 1 << 20 };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct arena   *arena = arena_new();
        struct findings found;
        char           *text = repeated(units[i], BYTES);
        assert_true(find(finder, scratch, arena, slice_of(text, BYTES), &found, NULL));
        check_order(&found, BYTES);
        free(text);
        arena_free(&arena);
    }
}

/* --- failing closed --------------------------------------------------------------------------------------- */

static void too_many_values_fail(void **state)
{
    (void)state;
    enum { BYTES = 4 << 20 };
    struct arena   *arena = arena_new();
    struct findings found;
    struct fault    why = { 0 };
    char           *text = repeated("a@b.example ", BYTES);
    assert_false(find(finder, scratch, arena, slice_of(text, BYTES), &found, &why));
    assert_int_equal(why.kind, FAULT_INTERNAL);
    assert_int_equal(found.count, 0);
    free(text);
    /* And the scratch is as good as before. */
    assert_true(find(finder, scratch, arena, S("a@b.example"), &found, &why));
    assert_int_equal(found.count, 1);
    arena_free(&arena);
}

static void a_text_beyond_the_offsets_fails(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct findings found;
    struct fault    why = { 0 };
    assert_false(find(finder, scratch, arena, slice_of("never read", (size_t)UINT32_MAX + 1), &found, &why));
    assert_int_equal(why.kind, FAULT_INTERNAL);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_words),
        cmocka_unit_test(findings_say_what_was_found),
        cmocka_unit_test(what_overlaps_is_hidden_to_the_last_letter),
        cmocka_unit_test(any_bytes_are_safe),
        cmocka_unit_test(a_value_at_the_very_end_is_found_whole),
        cmocka_unit_test(disguises_may_be_cut_anywhere),
        cmocka_unit_test(a_megabyte_of_repeats_is_bounded),
        cmocka_unit_test(too_many_values_fail),
        cmocka_unit_test(a_text_beyond_the_offsets_fails),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
