/* test_joins.c - a value split over two parts of a message or two turns is hidden in both; what only happens to
 * stand side by side is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "an_inspector.h"

#include <stdlib.h>

static void add_parts(struct buf *body, const char *role, const char *const *part, size_t count)
{
    buf_printf(body, "{\"role\":\"%s\",\"content\":[", role);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(body, i ? ",{\"type\":\"text\",\"text\":" : "{\"type\":\"text\",\"text\":");
        json_add_string(body, slice_str(part[i]));
        buf_add_byte(body, '}');
    }
    buf_add_str(body, "]}");
}

static void inspect_body(struct fixture *f, struct buf *body)
{
    static const struct needs pii = { .pii = true };
    struct fault              why = { 0 };
    if (!chat_read(f->arena, arena_copy(f->arena, buf_slice(body)), &f->chat, &why) ||
        !inspect(&f->inspector, pii, f->arena, &f->chat, &f->inspection, &why))
        fail_msg("%s", why.detail);
    buf_fini(body);
}

/* One message of these parts. */
static pii_set found_in_parts(struct fixture *f, const char *const *part, size_t count)
{
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_add_str(&body, "{\"model\":\"auto\",\"messages\":[");
    add_parts(&body, "user", part, count);
    buf_add_str(&body, "]}");
    inspect_body(f, &body);
    return f->inspection.pii;
}

/* User, assistant, user … */
static pii_set found_in_turns(struct fixture *f, const char *const *turn, size_t count)
{
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_add_str(&body, "{\"model\":\"auto\",\"messages\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_byte(&body, ',');
        add_parts(&body, i % 2 ? "assistant" : "user", turn + i, 1);
    }
    buf_add_str(&body, "]}");
    inspect_body(f, &body);
    return f->inspection.pii;
}

static void assert_place(const struct fixture *f, size_t text, size_t start, size_t end)
{
    const struct findings *found = &f->inspection.findings[text];
    assert_int_equal(found->count, 1);
    assert_int_equal(found->item[0].start, start);
    assert_int_equal(found->item[0].end, end);
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void over_parts_of_a_message(void **state)
{
    struct fixture   *f = *state;
    const char *const two[] = { "my card is 4111 1111", " 1111 1111, thanks" };
    const char *const within[] = { "my card is 4111 11", "11 1111 1111" };
    const char *const three[] = { "write to ann.smi", "th@exam", "ple.org today" };
    assert_int_equal(found_in_parts(f, two, COUNT(two)), (pii_set)1 << PII_CARD);
    assert_place(f, 0, 11, 20);
    assert_place(f, 1, 1, 10);
    assert_int_equal(found_in_parts(f, within, COUNT(within)), (pii_set)1 << PII_CARD);
    assert_int_equal(found_in_parts(f, three, COUNT(three)), (pii_set)1 << PII_EMAIL);
    assert_place(f, 0, 9, 16);
    assert_place(f, 1, 0, 7);
    assert_place(f, 2, 0, 7);
}

static void over_turns_of_the_user(void **state)
{
    struct fixture   *f = *state;
    const char *const turns[] = { "My IBAN begins DE89 3704 0044 0532", "And how does it go on?", "0130 00." };
    assert_int_equal(found_in_turns(f, turns, COUNT(turns)), (pii_set)1 << PII_IBAN);
    assert_place(f, 0, 15, 34);
    assert_int_equal(f->inspection.findings[1].count, 0);
    assert_place(f, 2, 0, 7);
}

static size_t hidden_bytes(const struct findings *found)
{
    size_t bytes = 0;
    for (size_t i = 0; i < found->count; i++)
        bytes += found->item[i].end - found->item[i].start;
    return bytes;
}

/* Cut anywhere in the value, both pieces go. */
static void wherever_it_is_cut(void **state)
{
    static const char value[] = "sk-ant-api03-Zk3vP0wq8RtY5uLm2XcB";
    struct fixture   *f = *state;
    for (size_t cut = 1; cut + 1 < sizeof value; cut++) {
        const char *const parts[] = { arena_cstr(f->arena, slice_of(value, cut)), value + cut };
        assert_true(found_in_parts(f, parts, 2) >> PII_API_KEY & 1);
        assert_int_equal(hidden_bytes(&f->inspection.findings[0]), cut);
        assert_int_equal(hidden_bytes(&f->inspection.findings[1]), sizeof value - 1 - cut);
    }
}

static void in_long_texts_too(void **state)
{
    static const char number[] = "536-90-439";
    struct fixture   *f = *state;
    char             *first = arena_alloc(f->arena, 4001);
    memset(first, 'x', 4000);
    for (size_t i = 7; i < 4000; i += 8)
        first[i] = ' ';
    first[3989] = ' ';
    for (size_t i = 0; number[i]; i++)
        first[3990 + i] = number[i];
    const char *const parts[] = { first, arena_printf(f->arena, "9 is it%s", first) };
    assert_true(found_in_parts(f, parts, 2) >> PII_US_SSN & 1);
    assert_place(f, 0, 3990, 4000);
}

static void sentences_are_not_joined(void **state)
{
    struct fixture   *f = *state;
    const char *const parts[] = { "I have 4111 1111.", "1111 1111 is more" };
    const char *const words[] = { "please write to ann", "example.org is down" };
    const char *const other[] = { "what is 4111 1111", "a number", "thank you 1111 1111" };
    assert_int_equal(found_in_parts(f, parts, 2), 0);
    assert_int_equal(found_in_parts(f, words, 2), 0);
    assert_int_equal(found_in_turns(f, other, 3), 0);
}

/* What was found in a text alone stays as it is. */
static void what_is_found_alone_stays(void **state)
{
    struct fixture   *f = *state;
    const char *const parts[] = { "ann@example.org", "4111 1111 1111 1111" };
    assert_int_equal(found_in_parts(f, parts, 2), (pii_set)1 << PII_EMAIL | (pii_set)1 << PII_CARD);
    assert_place(f, 0, 0, 15);
    assert_place(f, 1, 0, 19);
    const char *const turns[] = { "I am ann@example.org", "hello", "as I said, call", "yes",
                                  "bob@example.org" };
    assert_int_equal(found_in_turns(f, turns, 5), (pii_set)1 << PII_EMAIL);
    assert_place(f, 0, 5, 20);
    assert_int_equal(f->inspection.findings[2].count, 0);
    assert_place(f, 4, 0, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(over_parts_of_a_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(over_turns_of_the_user, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wherever_it_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_long_texts_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sentences_are_not_joined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_found_alone_stays, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
