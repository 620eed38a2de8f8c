/* test_arena.c - memory that lives as long as one request, and its clean-ups. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"

static bool is_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Sizes around every bound that the blocks have: each piece is zeroed, aligned, and apart from the others. */
static void test_alloc(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 15, 16, 17, 4000, 4096, 4097, 65536, 262144, 262145, 1 << 20, 8 };
    struct arena       *arena = arena_new();
    char               *pieces[sizeof sizes / sizeof *sizes];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pieces[i] = arena_alloc(arena, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        assert_true(is_zero(pieces[i], sizes[i]));
        memset(pieces[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(pieces[i][at], i + 1);
    arena_free(&arena);
    assert_null(arena);
    arena_free(&arena);
}

static void test_grow(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    uint64_t     *items = NULL;
    size_t        cap = 0;
    for (uint64_t count = 0; count < 1000; count++) {
        if (count == cap)
            items = arena_grow(arena, items, count, sizeof *items, &cap);
        assert_true(cap > count);
        assert_int_equal(items[count], 0);
        items[count] = count * count;
    }
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i * i);
    arena_free(&arena);
}

static void test_copies(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char          text[] = "a\0b";
    struct slice  copy = arena_copy(arena, slice_of(text, 3));
    text[0] = 'x';
    assert_true(slice_eq(copy, S("a\0b")));
    assert_int_equal(copy.ptr[3], '\0');
    assert_string_equal(arena_cstr(arena, slice_of(NULL, 0)), "");
    assert_string_equal(arena_cstr(arena, S("abc")), "abc");
    assert_string_equal(arena_printf(arena, "%s-%d", "x", 7), "x-7");
    assert_int_equal(strlen(arena_printf(arena, "%05000d", 1)), 5000);
    arena_free(&arena);
}

struct note {
    char *order;
    char  letter;
};

static void write_letter(void *arg)
{
    struct note *n = arg;
    strncat(n->order, &n->letter, 1);
}

/* The latest first, and what they need in the arena is still there. */
static void test_clean_ups(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char          order[8] = "";
    for (const char *letter = "abc"; *letter; letter++) {
        struct note *n = arena_alloc(arena, sizeof *n);
        *n = (struct note){ order, *letter };
        arena_defer(arena, write_letter, n);
    }
    arena_free(&arena);
    assert_string_equal(order, "cba");
}

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

    char *again = arena_alloc(arena, 100);
    assert_ptr_equal(again, first);
    assert_true(is_zero(again, 100));
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
        assert_true(is_zero(arena_alloc(arena, 1), 1));
    }
    arena_reset(arena);
    arena_reset(arena); /* an empty one */
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_clean_ups),
        cmocka_unit_test(test_reset_runs_clean_ups_once),
        cmocka_unit_test(test_reset_starts_anew_in_the_same_block),
        cmocka_unit_test(test_reset_after_many_and_large_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
