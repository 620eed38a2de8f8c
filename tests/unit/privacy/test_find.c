/*
 * test_find.c - the finder: what is found in sentences, what is not, and that it fails closed.
 *
 * A case is a text in which what should be found stands in braces with its kind: "write to
 * {email|a@b.example}". The marks are taken out, the finder puts them back, and the two must be the same: so
 * every case says what is found, where it ends, and that nothing else is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "privacy/find.h"

#include <stdio.h>
#include <stdlib.h>

static struct finder         *finder;
static struct finder_scratch *scratch;

static int set_up(void **state)
{
    (void)state;
    finder = finder_new(NULL);
    assert_non_null(finder);
    scratch = finder_scratch_new(finder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    finder_scratch_free(&scratch);
    finder_free(&finder);
    assert_null(finder);
    return 0;
}

static void add_unmarked(const char *marked, struct buf *out)
{
    while (*marked) {
        size_t plain = strcspn(marked, "{");
        buf_add(out, slice_of(marked, plain));
        marked += plain;
        if (!*marked)
            return;
        const char *value = strchr(marked, '|') + 1;
        size_t      length = strcspn(value, "}");
        buf_add(out, slice_of(value, length));
        marked = value + length + 1;
    }
}

static void add_marked(struct slice text, const struct findings *found, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        buf_add(out, slice_cut(text, at, f->start));
        buf_printf(out, "{%s|%.*s}", pii_word(f->kind), SLICE_ARG(slice_cut(text, f->start, f->end)));
        at = f->end;
    }
    buf_add(out, slice_cut(text, at, text.len));
}

static bool is_right(const char *marked)
{
    struct arena   *arena = arena_new();
    struct buf      text, again;
    struct findings found;
    buf_init(&text, 1 << 16);
    buf_init(&again, 1 << 16);
    add_unmarked(marked, &text);
    assert_true(find(finder, scratch, arena, buf_slice(&text), &found, NULL));
    add_marked(buf_slice(&text), &found, &again);
    bool right = slice_is(buf_slice(&again), marked);
    if (!right)
        printf("expected: %s\nfound:    %.*s\n", marked, SLICE_ARG(again));
    buf_fini(&text);
    buf_fini(&again);
    arena_free(&arena);
    return right;
}

static void check_cases(const char *const *cases)
{
    int wrong = 0;
    for (; *cases; cases++)
        wrong += !is_right(*cases);
    assert_int_equal(wrong, 0);
}

/* --- kinds ------------------------------------------------------------------------------------------------ */

static void emails(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "write to {email|ada.lovelace+math@mail.example.co.uk}, please.",
        "<{email|a@b.example}>;{email|c@d.example}",
        "mailto:{email|o'brien@example.ie}?subject=x",
        "请发到{email|wang@example.cn}谢谢",
        "Schreib an {email|jörg.müller@bücher.example}!",
        "почта:{email|иван@пример.example}.",
        "user={email|x_y@example.org}&z=1",
        "No address: @home, a@b, me@localhost, logo@2x.png, react@18.2.0, git@github.com:weir/weir.git",
        "{email|first@example.org}.",
        "to: \\\"x\\\\n{email|ada@example.org}\\\"",
        NULL,
    };
    check_cases(cases);
}

static void phones(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "ring {phone|+44 20 7946 0958} or {phone|+49 (0)30 901820}",
        "{phone|+1 (415) 555-2671} x",
        "{phone|+14155552671}",
        "tel:{phone|+81-3-1234-5678}",
        "{phone|(415) 555-2671}, {phone|415-555-2671} and {phone|415.555.2671 ext. 12}",
        "{phone|1-800-555-2671}",
        "\\\"\\\\n{phone|415-555-2671}\\\\n\\\"",
        "appelez le {phone|06 12 34 56 78}",
        "{phone|01.84.17.61.18}",
        "Telefonnummer: {phone|030/1234567}",
        "{phone|020 7946 0958}",
        "{phone|07700 900123}",
        "My mobile is {phone|07700900123}.",
        "Can someone call me on {phone|9472 7916}?",
        "Fax {phone|9498777106}",
        "电话:{phone|010 1234 5678}",
        "He dialled {phone|0049 30 901820} twice",
        "On 2024-05-17 at 12:30, 17.05.2024 and 05/17/2024 we met; call me then.",
        "Order number 9472791612, call for help",
        "+1 and +2 make +3; +12345 is short, +289999999999 is no country's",
        "pi is 3.14159265358979, call it 3.14",
        "call 2024-01-15, 1.234.567 or 192.168",
        "{ip_address|192.168.100.200} call",
        NULL,
    };
    check_cases(cases);
}

static void cards(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "4111 is not a card, {payment_card|4111 1111 1111 1111} is",
        "{payment_card|4111-1111-1111-1111}",
        "{payment_card|378282246310005}",
        "{payment_card|3782 822463 10005}",
        "exp 12 {payment_card|5555555555554444} 123",
        "4111 1111 1111 1112 has a wrong check digit",
        "1700000000000000001 4111111111111111111111",
        "id a4111111111111111 and 0.4111111111111111",
        "card {payment_card|630427373398}",
        "630427373398 has twelve digits, and no word beside it",
        NULL,
    };
    check_cases(cases);
}

static void ibans(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "IBAN {iban|DE89 3704 0044 0532 0130 00}, BIC COBADEFFXXX",
        "{iban|GB29NWBK60161331926819}",
        "{iban|gb29nwbk60161331926819}",
        "{iban|FR14-2004-1010-0505-0001-3M02-606}",
        "DE89 3704 0044 0532 0130 01",
        "XX89 3704 0044 0532 0130 00",
        "XGB29NWBK60161331926819",
        "GB29NWBK601613319268190",
        NULL,
    };
    check_cases(cases);
}

static void social_security_numbers(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Here's my SSN: {us_ssn|536-90-4399}",
        "{us_ssn|536-90-4399}",
        "social security number {us_ssn|536904399}",
        "536904399",
        "000-12-3456, 666-12-3456, 900-12-3456, 536-00-4399, 536-90-0000",
        "1-536-90-4399-2",
        "driver's license 536-90-4399",
        NULL,
    };
    check_cases(cases);
}

static void ip_addresses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "from {ip_address|203.0.113.7}:443",
        "http://{ip_address|10.0.0.1}/",
        "[{ip_address|2001:db8::1}]:8080",
        "{ip_address|::ffff:192.0.2.1}",
        "ping {ip_address|8.8.8.8}",
        "host_{ip_address|203.0.113.7}",
        "IP {ip_address|192.168.1.1}.443 > b",
        "version 10.2.3.4, v1.2.3.4, section 4.1.2.3, 1.2.3.4.5, 1.3.6.1.4.1.311, 256.1.1.1, 01.2.3.4",
        "std::vector a::b x[::1] xs :: Int 12:34:56 aa:bb:cc:dd:ee:ff",
        NULL,
    };
    check_cases(cases);
}

static void api_keys(void **state)
{
    (void)state;
    static const char        private_key[] = "key:\n{api_key|-----BEGIN RSA PRIVATE KEY-----\n"
                                             "MIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy\n"
                                             "-----END RSA PRIVATE KEY-----}\nthanks";
    static const char *const cases[] = {
        "OPENAI_API_KEY={api_key|sk-proj-Zk3vP0wq8RtY5uLm2XcB7nHa_4Dg-9Sf}",
        "{api_key|sk-ant-api03-Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf-AA}",
        "\"{api_key|AKIAZ7QWERTYUIOPASDF}\"",
        "{api_key|ghp_Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy}",
        "token: {api_key|glpat-Zk3vP0wq8RtY5uLm2XcB}",
        "{api_key|xoxb-1723894650-Zk3vP0wq8RtY}",
        "{api_key|AIzaZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6W}",
        "{api_key|sk_live_Zk3vP0wq8RtY5uLm2XcB7nHa}",
        "{api_key|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}",
        "{api_key|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.Zk3vP0wq8RtY5uLm2XcB}!",
        "aws_secret_access_key = {api_key|Zk3vP0wq8RtY5uLm2XcB7nHa/Dg9Sf1Qe6WyJo+I}",
        private_key,
        "{api_key|-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy}",
        "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxx AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-your-api-key-goes-in-here mask-image-position-x-offset ask-about-the-long-kebab-case-name",
        "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
        NULL,
    };
    check_cases(cases);
}

/* --- mechanics -------------------------------------------------------------------------------------------- */

static void kinds_have_words(void **state)
{
    (void)state;
    for (int kind = 0; kind < PII_KINDS; kind++) {
        assert_int_equal(pii_of(slice_str(pii_word((enum pii_kind)kind))), kind);
        assert_int_equal(strspn(pii_tag((enum pii_kind)kind), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                         strlen(pii_tag((enum pii_kind)kind)));
    }
    assert_int_equal(pii_of(S("no such kind")), PII_KINDS);
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
        "1",       "1 ",
        "12.",     "a:",
        "::",      "@",
        "a@",      "a@b.",
        "sk-",     "+",
        "+1",      "(",
        "0",       "ghp_",
        "eyJ.",    "-----BEGIN PRIVATE KEY-----",
        "call 0 ", "tel 12 34 56 78 ",
        "\xC3",    "GB29",
        "4111 ",   "a@b.example ",
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
        cmocka_unit_test(emails),
        cmocka_unit_test(phones),
        cmocka_unit_test(cards),
        cmocka_unit_test(ibans),
        cmocka_unit_test(social_security_numbers),
        cmocka_unit_test(ip_addresses),
        cmocka_unit_test(api_keys),
        cmocka_unit_test(kinds_have_words),
        cmocka_unit_test(findings_say_what_was_found),
        cmocka_unit_test(any_bytes_are_safe),
        cmocka_unit_test(a_value_at_the_very_end_is_found_whole),
        cmocka_unit_test(a_megabyte_of_repeats_is_bounded),
        cmocka_unit_test(too_many_values_fail),
        cmocka_unit_test(a_text_beyond_the_offsets_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
