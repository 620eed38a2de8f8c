/*
 * test_settle.c - candidates that overlap: the rule by example, and its promise against brute force.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../src/privacy/settle.h"

enum { TEXT_BYTES = 200, CANDIDATES_MOST = 12, ROUNDS = 3000 };

static void add(struct candidates *list, size_t start, size_t end, float confidence, unsigned source)
{
    candidates_add(list, (struct candidate){ start, end, confidence, source });
}

static void assert_candidate(const struct candidates *list, size_t index, size_t start, size_t end,
                             unsigned source)
{
    assert_true(index < list->count);
    assert_int_equal(list->item[index].start, start);
    assert_int_equal(list->item[index].end, end);
    assert_int_equal(list->item[index].source, source);
}

static void the_surer_stays_whole(void **state)
{
    (void)state;
    struct candidates in = { 0 }, out = { 0 };
    add(&in, 0, 10, 0.6F, 0);
    add(&in, 5, 12, 0.9F, 1);
    settle(&in, S("abcde-ghijklmno"), &out);
    assert_int_equal(out.count, 2);
    assert_candidate(&out, 0, 0, 5, 0);
    assert_candidate(&out, 1, 5, 12, 1);
    candidates_fini(&in);
    candidates_fini(&out);
}

static void as_sure_the_longer_then_the_earlier_source(void **state)
{
    (void)state;
    struct candidates in = { 0 }, out = { 0 };
    add(&in, 0, 4, 0.9F, 0);
    add(&in, 0, 5, 0.9F, 3);
    add(&in, 0, 5, 0.9F, 2);
    settle(&in, S("abcdefg"), &out);
    assert_int_equal(out.count, 1);
    assert_candidate(&out, 0, 0, 5, 2);
    candidates_fini(&in);
    candidates_fini(&out);
}

static void separators_at_the_ends_of_a_piece_are_left(void **state)
{
    (void)state;
    struct candidates in = { 0 }, out = { 0 };
    add(&in, 0, 15, 0.6F, 0);
    add(&in, 4, 11, 0.9F, 1);
    settle(&in, S("+21 284 698 254"), &out);
    assert_int_equal(out.count, 3);
    assert_candidate(&out, 0, 1, 3, 0);
    assert_candidate(&out, 2, 12, 15, 0);
    candidates_fini(&in);
    candidates_fini(&out);
}

static uint32_t next_random(void)
{
    static uint32_t seed = 1;
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

/* Every letter that some candidate covers is covered, no other is, once. */
static void every_letter_is_covered_once(void **state)
{
    (void)state;
    char text[TEXT_BYTES];
    memset(text, 'x', sizeof text);
    for (int round = 0; round < ROUNDS; round++) {
        struct candidates in = { 0 }, out = { 0 };
        bool              wanted[TEXT_BYTES] = { false };
        unsigned          covered[TEXT_BYTES] = { 0 };
        for (uint32_t n = 1 + next_random() % CANDIDATES_MOST; n > 0; n--) {
            size_t start = next_random() % (TEXT_BYTES - 1);
            size_t end = start + 1 + next_random() % (TEXT_BYTES - start);
            add(&in, start, end, (float)(next_random() % 5) / 10 + 0.5F, next_random() % 4);
            memset(wanted + start, true, end - start);
        }
        settle(&in, slice_of(text, sizeof text), &out);
        for (size_t i = 0; i < out.count; i++)
            for (size_t at = out.item[i].start; at < out.item[i].end; at++)
                covered[at]++;
        for (size_t at = 0; at < TEXT_BYTES; at++)
            assert_int_equal(covered[at], wanted[at]);
        candidates_fini(&in);
        candidates_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surer_stays_whole),
        cmocka_unit_test(as_sure_the_longer_then_the_earlier_source),
        cmocka_unit_test(separators_at_the_ends_of_a_piece_are_left),
        cmocka_unit_test(every_letter_is_covered_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
