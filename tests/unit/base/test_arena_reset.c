/* test_arena_reset.c - scratch memory that one item after the other is worked in: base/arena.h's arena_reset.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static void test_reset_runs_clean_ups_once(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    int           calls = 0;
    arena_defer(arena, count_call, &calls);
    arena_reset(arena);
    assert_int_equal(calls, 1);
    arena_reset(arena);
    arena_free(&arena);
    assert_int_equal(calls, 1);
}

static void test_reset_starts_anew_in_the_same_block(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char         *first = arena_alloc(arena, 100);
    memset(first, 'x', 100);
    arena_reset(arena);
    assert_int_equal(arena_bytes(arena), 0);

    char *again = arena_alloc(arena, 100);
    assert_ptr_equal(again, first);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
    arena_free(&arena);
}

/* Blocks before the newest and blocks larger than any usual one go; what is left must still be usable. */
static void test_reset_after_many_and_large_blocks(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            memset(arena_alloc(arena, 3000), 'x', 3000);
        arena_reset(arena);
        memset(arena_alloc(arena, 1 << 20), 'x', 1 << 20);
        arena_reset(arena);
        assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
    }
    arena_reset(arena);
    arena_reset(arena); /* an empty one */
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_runs_clean_ups_once),
        cmocka_unit_test(test_reset_starts_anew_in_the_same_block),
        cmocka_unit_test(test_reset_after_many_and_large_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
