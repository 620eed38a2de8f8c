/*
 * test_surrogate.c - what stands for a value looks like it, is nobody's, and comes back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/vault.h"

#include <stdio.h>
#include <stdlib.h>

static struct finder *finder; /* compiling takes its time: one for all tests */

struct fixture {
    struct arena *arena;
    struct vault *vault;
};

static struct vault *surrogates(struct arena *arena)
{
    static const struct vault_key key = { "team" };
    struct vault                 *vault = vault_new(arena, &key);
    vault_set_ways(vault, PII_ALL, 0);
    return vault;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    f->vault = surrogates(f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* What stands for a value of a kind; all of the text is the value. */
static const char *shown(struct fixture *f, const char *kind, const char *source, const char *value)
{
    struct finding  item = { .end = strlen(value), .kind = pii_of(slice_str(kind)), .source = source };
    struct findings found = { &item, 1, 0 };
    struct buf      out;
    assert_int_not_equal(item.kind, PII_KINDS_MOST);
    buf_init(&out, 1024);
    vault_hide(f->vault, slice_str(value), &found, PII_ALL, &out);
    const char *copy = arena_cstr(f->arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

static const char *restored(struct fixture *f, const char *text, bool inside_json)
{
    struct buf out;
    buf_init(&out, 4096);
    vault_restore(f->vault, slice_str(text), inside_json, &out);
    const char *copy = arena_cstr(f->arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

/* Letters and digits stand where they stood, and all else is the same. */
static void assert_same_shape(const char *a, const char *b)
{
    assert_int_equal(strlen(a), strlen(b));
    for (size_t i = 0; a[i]; i++) {
        bool is_digit = a[i] >= '0' && a[i] <= '9', is_letter = (a[i] | 0x20) >= 'a' && (a[i] | 0x20) <= 'z';
        if (is_digit)
            assert_in_range(b[i], '0', '9');
        else if (!is_letter)
            assert_int_equal(a[i], b[i]);
    }
}

/* The finder says of the surrogate what it says of the value: check digits hold. */
static void assert_found_as(struct fixture *f, const char *kind, const char *text)
{
    struct finder_scratch *scratch = finder_scratch_new(finder);
    struct findings        found;
    struct fault           why = { 0 };
    assert_true(find(finder, scratch, f->arena, slice_str(text), &found, &why));
    finder_scratch_free(&scratch);
    if (!(found.kinds >> pii_of(slice_str(kind)) & 1))
        fail_msg("\"%s\" is not found as %s", text, kind);
}

static void numbers_keep_their_shape_and_their_check_digits(void **state)
{
    static const struct {
        const char *kind, *source, *value;
    } cases[] = {
        { "payment_card", "card", "4111 1111 1111 1111" },
        { "payment_card", "card", "5500005555555559" },
        { "iban", "iban", "DE89 3704 0044 0532 0130 00" },
        { "iban", "iban", "GB29NWBK60161331926819" },
        { "ip_address", "ipv4", "8.8.8.8" },
        { "ip_address", "ipv6", "2a00:1450:4001:81b::200e" },
        { "national_id", "br cpf", "111.444.777-35" },
        { "health_id", "uk nhs", "943 476 5919" },
        { "email", "email", "Ann.Lee@corp.test" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *s = shown(f, cases[i].kind, cases[i].source, cases[i].value);
        assert_string_not_equal(s, cases[i].value);
        assert_null(strstr(s, "_"));
        assert_found_as(f, cases[i].kind, s);
        if (strcmp(cases[i].kind, "email") != 0 && strcmp(cases[i].kind, "ip_address") != 0)
            assert_same_shape(cases[i].value, s);
        assert_string_equal(restored(f, s, false), cases[i].value);
    }
}

static void what_is_set_aside_for_examples_is_used(void **state)
{
    static const struct {
        const char *kind, *value, *holds;
    } cases[] = {
        { "payment_card", "4242 4242 4242 4242", "4000 00" },
        { "payment_card", "3714 496353 98431", "3700 00" },
        { "iban", "DE89370400440532013000", "9999" },
        { "email", "a.b@corp.test", "@example." },
        { "us_ssn", "536-90-4399", "9" },
        { "phone", "+1 415 555 2671", "555 01" },
        { "phone", "(212) 736-5000", ") 555-01" },
        { "phone", "+44 20 7930 4832", "+44 20 7946 0" },
        { "phone", "07911 123456", "07700 900" },
        { "phone", "+49 30 5683151", "+49302312" },
        { "phone", "+33 6 12 34 56 78", "+33 6 39 98" },
        { "mac_address", "3c:22:fb:45:67:89", "02:" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *s = shown(f, cases[i].kind, "", cases[i].value);
        if (!strstr(s, cases[i].holds))
            fail_msg("%s became %s, without %s", cases[i].value, s, cases[i].holds);
    }
}

static void secrets_and_short_values_get_placeholders(void **state)
{
    struct fixture *f = *state;
    assert_memory_equal(shown(f, "api_key", "", "sk-live-0123456789abcdef"), "KEY_", 4);
    assert_memory_equal(shown(f, "password", "", "correct horse"), "PASSWORD_", 9);
    assert_memory_equal(shown(f, "age", "", "42"), "AGE_", 4);
    assert_memory_equal(shown(f, "licence_plate", "", "B 1"), "PLATE_", 6);
}

static void the_same_value_has_the_same_surrogate_in_another_exchange(void **state)
{
    struct fixture *f = *state;
    const char     *first = shown(f, "email", "", "ada@example.org");
    f->vault = surrogates(f->arena);
    shown(f, "email", "", "grace@example.org");
    assert_string_equal(first, shown(f, "email", "", "ada@example.org"));
}

/* There are 762 documentation addresses: more values than that cannot all have one. */
static void no_two_values_share_a_surrogate(void **state)
{
    struct fixture *f = *state;
    enum { VALUES = 900 };
    const char *of[VALUES];
    int         placeholders = 0;
    for (int i = 0; i < VALUES; i++) {
        char value[32];
        snprintf(value, sizeof value, "10.1.%d.%d", i / 250, i % 250);
        of[i] = shown(f, "ip_address", "ipv4", value);
        placeholders += strncmp(of[i], "IP_", 3) == 0;
        for (int j = 0; j < i; j++)
            assert_string_not_equal(of[i], of[j]);
        assert_string_equal(restored(f, of[i], false), value);
    }
    assert_in_range(placeholders, VALUES - 762, VALUES - 400);
}

static void a_surrogate_that_the_text_holds_is_not_used(void **state)
{
    struct fixture *f = *state;
    const char     *first = shown(f, "phone", "", "+1 415 555 2671");
    struct vault   *again = f->vault = surrogates(f->arena);
    struct finding  item = { .end = 15, .kind = pii_of(S("phone")) };
    struct findings found = { &item, 1, 0 };
    const char     *text = arena_printf(f->arena, "call %s or else", first);
    vault_issue(again, S("+1 415 555 2671"), &found, PII_ALL);
    assert_true(vault_avoid(again, slice_str(text)));
    assert_false(vault_avoid(again, slice_str(text)));
    const char *second = shown(f, "phone", "", "+1 415 555 2671");
    assert_string_not_equal(first, second);
    assert_string_equal(restored(f, text, false), text);
    assert_string_equal(restored(f, second, false), "+1 415 555 2671");
}

static void a_number_stays_a_number(void **state)
{
    struct fixture *f = *state;
    struct slice    text = S("{\"card\": 4111111111111111, \"age\": 42}");
    struct finding  item[] = { { .start = 9, .end = 25, .kind = PII_CARD, .is_number = true },
                               { .start = 34, .end = 36, .kind = pii_of(S("age")), .is_number = true } };
    struct findings found = { item, 2, 0 };
    struct buf      out;
    buf_init(&out, 1024);
    vault_hide(f->vault, text, &found, PII_ALL, &out);
    const char *hidden = arena_cstr(f->arena, buf_slice(&out));
    assert_memory_equal(hidden, "{\"card\": 400000", 15);
    assert_int_equal(hidden[25], ',');
    assert_non_null(strstr(hidden, "\"age\": \"AGE_"));
    assert_string_equal(restored(f, hidden, true), text.ptr);
    buf_fini(&out);
}

static void a_surrogate_comes_back_however_a_model_writes_it(void **state)
{
    struct fixture *f = *state;
    const char     *card = shown(f, "payment_card", "", "4111 1111 1111 1111");
    char            bare[17], hyphens[20];
    for (int i = 0, j = 0; card[i]; i++) {
        hyphens[i] = card[i] == ' ' ? '-' : card[i];
        hyphens[i + 1] = '\0';
        if (card[i] != ' ')
            bare[j++] = card[i];
        bare[j] = '\0';
    }
    assert_string_equal(restored(f, hyphens, false), "4111 1111 1111 1111");
    assert_string_equal(restored(f, bare, false), "4111111111111111");
    const char *longer = arena_printf(f->arena, "%s0 and 1%s", bare, bare);
    assert_string_equal(restored(f, longer, false), longer); /* other numbers */
}

/* Where no table has the kind, the test defines it. */
static void need_kind(const char *word, const char *tag)
{
    enum pii_kind kind;
    struct fault  why;
    if (pii_of(slice_str(word)) == PII_KINDS_MOST)
        assert_true(pii_define(slice_str(word), slice_str(tag), &kind, &why));
}

static void a_person_is_the_same_by_any_part_of_the_name(void **state)
{
    struct fixture *f = *state;
    need_kind("person", "PERSON");
    const char *whole = shown(f, "person", "", "Jane van Roe"), *family = shown(f, "person", "", "Roe");
    const char *capitals = shown(f, "person", "", "JANE ROE"), *small = shown(f, "person", "", "bob");
    assert_non_null(strstr(whole, " van "));
    assert_string_equal(strrchr(whole, ' ') + 1, family);
    assert_true(capitals[1] >= 'A' && capitals[1] <= 'Z' && small[0] >= 'a' && small[0] <= 'z');
    assert_string_equal(restored(f, whole, false), "Jane van Roe");
    assert_string_equal(restored(f, arena_printf(f->arena, "Mrs. %s's cat, the %ss", family, family), false),
                        "Mrs. Roe's cat, the Roes");
    assert_string_equal(restored(f, arena_printf(f->arena, "x%s %sx", family, family), false),
                        arena_printf(f->arena, "x%s %sx", family, family));
}

static void names_that_a_text_holds_are_avoided_word_by_word(void **state)
{
    struct fixture *f = *state;
    need_kind("person", "PERSON");
    const char     *first = shown(f, "person", "", "Jane Roe");
    struct vault   *again = f->vault = surrogates(f->arena);
    struct finding  item = { .end = 8, .kind = pii_of(S("person")) };
    struct findings found = { &item, 1, 0 };
    const char     *text = arena_printf(f->arena, "Jane Roe met %s.", first);
    vault_issue(again, S("Jane Roe"), &found, PII_ALL);
    for (int round = 0; vault_avoid(again, slice_str(text)); round++)
        assert_true(round < 8);
    const char *second = shown(f, "person", "", "Jane Roe");
    assert_string_not_equal(first, second);
    assert_string_equal(restored(f, text, false), text);
    assert_string_equal(restored(f, second, false), "Jane Roe");
}

static void words_have_words_of_their_kind(void **state)
{
    static const struct {
        const char *kind, *tag, *value, *holds;
    } cases[] = {
        { "organization", "ORG", "Acme Holdings GmbH", " GmbH" },
        { "place", "PLACE", "Graz", "" },
        { "address", "ADDRESS", "12 Main St, Springfield IL 62701", ", " },
        { "url", "URL", "https://ann:pw@corp.test/x", ".example." },
        { "user_name", "USER", "ann.lee", "" },
        { "date_of_birth", "", "3 December 1981", " 19" },
        { "date_of_birth", "", "1981-12-03", "-" },
        { "coordinates", "", "48.137154, 11.576124", ", " },
        { "bic", "", "DEUTDEFF500", "DE" },
        { "crypto_wallet", "", "0x742d35Cc6634C0532925a3b844Bc454e4438f44e", "0x" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (*cases[i].tag)
            need_kind(cases[i].kind, cases[i].tag);
        const char *s = shown(f, cases[i].kind, "", cases[i].value);
        if (!strstr(s, cases[i].holds) || strcmp(s, cases[i].value) == 0 || strchr(s, '_'))
            fail_msg("%s became %s", cases[i].value, s);
        assert_string_equal(restored(f, s, false), cases[i].value);
    }
}

/* All that the vault kept of a value, its short form too, in the arena's first block. */
struct stretch {
    const char *from, *to;
    bool        was_wiped;
};

static bool is_told(const struct stretch *s, const char *word)
{
    return slice_find(slice_of(s->from, (size_t)(s->to - s->from)), slice_str(word)) != SLICE_NONE;
}

static void on_arena_end(void *arg)
{
    struct stretch *s = arg;
    s->was_wiped = !is_told(s, "4242 4242") && !is_told(s, "42424242") && !is_told(s, "400000");
}

static void all_of_the_map_is_wiped(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct stretch  stretch = { 0 };
    struct finding  item = { .end = 19, .kind = PII_CARD, .source = "test" };
    struct findings found = { &item, 1, 0 };
    struct buf      out;
    buf_init(&out, 1024);
    arena_defer(arena, on_arena_end, &stretch); /* attached first, so called last */
    stretch.from = arena_alloc(arena, 1);
    struct vault *vault = surrogates(arena);
    vault_hide(vault, S("4242 4242 4242 4242"), &found, PII_ALL, &out);
    struct buf given;
    buf_init(&given, 1024);
    vault_restore(vault, buf_slice(&out), false, &given); /* so that the index is there too */
    assert_true(slice_is(buf_slice(&given), "4242 4242 4242 4242"));
    buf_fini(&given);
    stretch.to = arena_alloc(arena, 1);
    assert_true(stretch.from < stretch.to);
    assert_true(is_told(&stretch, "4242 4242") && is_told(&stretch, "42424242"));
    arena_free(&arena);
    assert_true(stretch.was_wiped);
    buf_fini(&out);
}

static void removed_values_never_come_back(void **state)
{
    struct fixture *f = *state;
    vault_set_ways(f->vault, PII_ALL, (pii_set)1 << PII_EMAIL);
    assert_string_equal(shown(f, "email", "", "ada@example.org"), VAULT_REMOVED);
    assert_int_equal(vault_count(f->vault), 0);
    assert_string_equal(restored(f, VAULT_REMOVED, false), VAULT_REMOVED);
}

static int compile(void **state)
{
    (void)state;
    struct fault why = { 0 };
    finder = finder_new(&why);
    return finder ? 0 : -1;
}

static int let_go(void **state)
{
    (void)state;
    finder_free(&finder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_keep_their_shape_and_their_check_digits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_set_aside_for_examples_is_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secrets_and_short_values_get_placeholders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_value_has_the_same_surrogate_in_another_exchange, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_two_values_share_a_surrogate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_surrogate_that_the_text_holds_is_not_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_stays_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_surrogate_comes_back_however_a_model_writes_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_person_is_the_same_by_any_part_of_the_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_a_text_holds_are_avoided_word_by_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_have_words_of_their_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_of_the_map_is_wiped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removed_values_never_come_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, compile, let_go);
}
