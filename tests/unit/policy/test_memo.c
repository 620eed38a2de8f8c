/*
 * test_memo.c - what is kept comes back, to whom it was kept for; what is too much goes, the longest unasked
 * first.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/memo.h"

#include <stdio.h>

static const struct siphash_key secret = { { 3, 1, 4, 1, 5 } };

static struct memo *memo_of(size_t values_most, size_t bytes_most)
{
    return memo_new(&secret, values_most, bytes_most, (struct memo_lock){ NULL, NULL, NULL });
}

static void keep(struct memo *m, const char *text, const char *value)
{
    struct memo_key key = memo_key(m, 1, MEMO_FINDINGS, slice_str(text));
    memo_keep(m, &key, slice_str(value));
}

/* NULL where it is not known. */
static const char *recall(struct memo *m, struct arena *arena, const char *text)
{
    struct memo_key key = memo_key(m, 1, MEMO_FINDINGS, slice_str(text));
    struct slice    value;
    return memo_recall(m, &key, arena, &value) ? arena_cstr(arena, value) : NULL;
}

static void test_remembers(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct memo  *m = memo_of(100, 1 << 20);
    assert_null(recall(m, arena, "one"));
    keep(m, "one", "1");
    keep(m, "two", "2");
    keep(m, "", "nothing");
    keep(m, "none", "");
    assert_string_equal(recall(m, arena, "one"), "1");
    assert_string_equal(recall(m, arena, "two"), "2");
    assert_string_equal(recall(m, arena, ""), "nothing");
    assert_string_equal(recall(m, arena, "none"), "");
    keep(m, "one", "another");
    assert_string_equal(recall(m, arena, "one"), "another");
    memo_free(&m);
    assert_null(m);
    arena_free(&arena);
}

static void test_another_question_is_another_key(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct memo    *m = memo_of(100, 1 << 20);
    struct memo_key kept = memo_key(m, 1, MEMO_FINDINGS, S("text"));
    struct memo_key other[] = { memo_key(m, 2, MEMO_FINDINGS, S("text")),
                                memo_key(m, 1, MEMO_EMBEDDING, S("text")),
                                memo_key(m, 1, MEMO_FINDINGS, S("Text")),
                                memo_key(m, 1, MEMO_FINDINGS, S("tex")) };
    struct slice    value;
    memo_keep(m, &kept, S("value"));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(memo_recall(m, &other[i], arena, &value));
    assert_true(memo_recall(m, &kept, arena, &value));
    memo_free(&m);
    arena_free(&arena);
}

static void test_the_longest_unasked_goes_first(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct memo  *m = memo_of(3, 1 << 20);
    keep(m, "a", "1");
    keep(m, "b", "2");
    keep(m, "c", "3");
    assert_non_null(recall(m, arena, "a"));
    keep(m, "d", "4");
    assert_null(recall(m, arena, "b"));
    assert_non_null(recall(m, arena, "a"));
    assert_non_null(recall(m, arena, "c"));
    assert_non_null(recall(m, arena, "d"));
    memo_free(&m);
    arena_free(&arena);
}

static void test_bytes_are_bounded(void **state)
{
    (void)state;
    enum { VALUE = 1000, BYTES = 64 * 1024, TEXTS = 500 };
    char          value[VALUE + 1], large[BYTES / 16 + 2], text[32];
    struct arena *arena = arena_new();
    struct memo  *m = memo_of(TEXTS, BYTES);
    size_t        known = 0;
    memset(value, 'v', VALUE);
    value[VALUE] = 0;
    memset(large, 'l', sizeof large - 1);
    large[sizeof large - 1] = 0;
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "text %d", i);
        keep(m, text, value);
    }
    keep(m, "large", large);
    assert_null(recall(m, arena, "large"));
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "text %d", i);
        known += recall(m, arena, text) != NULL;
    }
    assert_in_range(known, BYTES / VALUE / 2, BYTES / VALUE);
    assert_non_null(recall(m, arena, "text 499"));
    memo_free(&m);
    arena_free(&arena);
}

static int taken, given;

static void take(void *arg)
{
    assert_int_equal(taken++, given);
    assert_string_equal(arg, "lock");
}

static void give(void *arg)
{
    assert_int_equal(++given, taken);
    assert_string_equal(arg, "lock");
}

static void test_takes_the_lock_for_each_look(void **state)
{
    (void)state;
    static char   name[] = "lock";
    struct arena *arena = arena_new();
    struct memo  *m = memo_new(&secret, 10, 1 << 20, (struct memo_lock){ take, give, name });
    keep(m, "a", "1");
    assert_non_null(recall(m, arena, "a"));
    assert_null(recall(m, arena, "b"));
    assert_int_equal(taken, 3);
    assert_int_equal(given, 3);
    memo_free(&m);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remembers),
        cmocka_unit_test(test_another_question_is_another_key),
        cmocka_unit_test(test_the_longest_unasked_goes_first),
        cmocka_unit_test(test_bytes_are_bounded),
        cmocka_unit_test(test_takes_the_lock_for_each_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
