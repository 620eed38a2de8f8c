/* test_auth_memory.c - what is remembered of keys: bounded, the longest unused first, and no good one for a
 * bad. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth_memory.h"

#include <stdio.h>
#include <stdlib.h>

static void name_of(char id[16], unsigned number)
{
    snprintf(id, 16, "%012u", number);
}

static enum recollection recall(struct auth_memory *m, unsigned number, int64_t now_ms)
{
    struct slice record;
    char         id[16];
    name_of(id, number);
    return auth_recall(m, id, now_ms, &record);
}

static void remember(struct auth_memory *m, unsigned number, size_t bytes)
{
    char id[16], *record = calloc(1, bytes);
    name_of(id, number);
    auth_remember(m, id, slice_of(record, bytes), 0);
    free(record);
}

static void what_was_heard_is_remembered_and_forgotten(void **state)
{
    (void)state;
    struct auth_memory *m = auth_memory_new();
    struct slice        record;
    assert_int_equal(auth_recall(m, "a", 0, &record), AUTH_UNHEARD);
    auth_remember(m, "a", S("one"), 0);
    auth_remember(m, "a", S("two"), 0);
    assert_int_equal(auth_recall(m, "a", 0, &record), AUTH_REMEMBERED);
    assert_true(slice_is(record, "two"));
    assert_int_equal(auth_remembered(m), 1);
    auth_forget(m, "a");
    assert_int_equal(auth_recall(m, "a", 0, &record), AUTH_UNHEARD);
    auth_memory_free(&m);
}

static void the_longest_unused_goes_first(void **state)
{
    (void)state;
    struct auth_memory *m = auth_memory_new();
    for (unsigned i = 0; i < AUTH_KEYS_MOST; i++)
        remember(m, i, 8);
    assert_int_equal(recall(m, 0, 5), AUTH_REMEMBERED); /* used: so another goes */
    remember(m, AUTH_KEYS_MOST, 8);
    assert_int_equal(auth_remembered(m), AUTH_KEYS_MOST);
    assert_int_equal(recall(m, 0, 5), AUTH_REMEMBERED);
    assert_int_equal(recall(m, 1, 5), AUTH_UNHEARD);
    auth_forget_unused(m, 5);
    assert_int_equal(auth_remembered(m), 1);
    auth_memory_free(&m);
}

static void bytes_are_bounded_too(void **state)
{
    (void)state;
    enum { LARGE = AUTH_BYTES_MOST / 4 };
    struct auth_memory *m = auth_memory_new();
    for (unsigned i = 0; i < 6; i++)
        remember(m, i, LARGE);
    assert_int_equal(auth_remembered(m), 4);
    auth_memory_free(&m);
}

static void the_unknown_push_out_nothing_that_is_good(void **state)
{
    (void)state;
    struct auth_memory *m = auth_memory_new();
    char                id[16];
    remember(m, 0, 8);
    for (unsigned i = 1; i < 100000; i++) {
        name_of(id, i);
        auth_remember_unknown(m, id, 0);
    }
    assert_int_equal(recall(m, 0, 1), AUTH_REMEMBERED);
    assert_int_equal(recall(m, 99999, 1), AUTH_UNKNOWN);
    assert_int_equal(recall(m, 1, 1), AUTH_UNHEARD); /* the ring has gone round */
    assert_int_equal(recall(m, 99999, AUTH_UNKNOWN_MS), AUTH_UNHEARD);
    auth_forget_all(m);
    assert_int_equal(recall(m, 99998, 1), AUTH_UNHEARD);
    auth_memory_free(&m);
}

static void one_may_ask_again_now_and_then(void **state)
{
    (void)state;
    const unsigned char retired[API_KEY_HASH_BYTES] = { 1 }, fresh[API_KEY_HASH_BYTES] = { 2 };
    struct auth_memory *m = auth_memory_new();
    auth_remember(m, "a", S("x"), 0);
    assert_true(auth_may_ask_again(m, "a", retired, 1));
    auth_remember(m, "a", S("y"), 1); /* what came of it is no leave to ask once more */
    assert_false(auth_may_ask_again(m, "a", retired, AUTH_AGAIN_MS));
    assert_true(auth_may_ask_again(m, "a", retired, AUTH_AGAIN_MS + 1));
    assert_false(auth_may_ask_again(m, "a", retired, AUTH_AGAIN_MS + 2));
    assert_true(auth_may_ask_again(m, "a", fresh, AUTH_AGAIN_MS + 2));
    auth_memory_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_heard_is_remembered_and_forgotten),
        cmocka_unit_test(the_longest_unused_goes_first),
        cmocka_unit_test(bytes_are_bounded_too),
        cmocka_unit_test(the_unknown_push_out_nothing_that_is_good),
        cmocka_unit_test(one_may_ask_again_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
