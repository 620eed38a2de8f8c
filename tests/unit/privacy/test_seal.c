/* test_seal.c - what is sealed opens with its key, for its purpose, unchanged; and for nobody else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/seal.h"

static const struct vault_key ours = { "the key of one team, 32 bytes..." },
                              theirs = { "the key of another, 32 bytes...." };
static const char purpose[] = "kept resp_1";

static struct buf sealed, plain;

static int set_up(void **state)
{
    (void)state;
    buf_init(&sealed, 1 << 20);
    buf_init(&plain, 1 << 20);
    seal(&ours, purpose, S("secret words"), &sealed);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&sealed);
    buf_fini(&plain);
    return 0;
}

static void test_it_opens(void **state)
{
    (void)state;
    assert_int_equal(sealed.len, strlen("secret words") + SEAL_BYTES);
    assert_int_equal(slice_find(buf_slice(&sealed), S("secret")), SLICE_NONE);
    assert_true(is_seal(buf_slice(&sealed)) && seal_open(&ours, purpose, buf_slice(&sealed), &plain));
    assert_true(slice_is(buf_slice(&plain), "secret words"));
    seal(&ours, purpose, S("secret words"), &plain);
    assert_false(slice_ends(buf_slice(&plain), buf_slice(&sealed))); /* each has a key of its own */
}

static void test_it_opens_for_nobody_else(void **state)
{
    (void)state;
    assert_false(seal_open(&theirs, purpose, buf_slice(&sealed), &plain));
    assert_false(seal_open(&ours, "kept resp_2", buf_slice(&sealed), &plain));
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.ptr[i] ^= 1;
        assert_false(seal_open(&ours, purpose, buf_slice(&sealed), &plain));
        sealed.ptr[i] ^= 1;
        assert_false(seal_open(&ours, purpose, slice_of(sealed.ptr, i), &plain)); /* cut */
    }
    assert_int_equal(plain.len, 0);
}

static void test_nothing_can_be_sealed_too(void **state)
{
    (void)state;
    buf_reset(&sealed);
    seal(&ours, purpose, S(""), &sealed);
    assert_int_equal(sealed.len, SEAL_BYTES);
    assert_true(seal_open(&ours, purpose, buf_slice(&sealed), &plain));
    assert_int_equal(plain.len, 0);
}

static void test_as_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    buf_reset(&sealed);
    seal_as_text(&ours, purpose, S("words"), &sealed);
    assert_true(seal_open(&ours, purpose, seal_of_text(buf_slice(&sealed), arena), &plain));
    assert_true(slice_is(buf_slice(&plain), "words"));
    assert_int_equal(seal_of_text(S("no base64!"), arena).len, 0);
    arena_free(&arena);
}

static void test_what_does_not_fit_is_said(void **state)
{
    (void)state;
    struct buf small;
    buf_init(&small, SEAL_BYTES + 3);
    seal(&ours, purpose, S("four"), &small);
    assert_true(small.full);
    assert_int_equal(small.len, 0);
    buf_fini(&small);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = { TEST(test_it_opens), TEST(test_it_opens_for_nobody_else),
                                        TEST(test_nothing_can_be_sealed_too), TEST(test_as_text),
                                        TEST(test_what_does_not_fit_is_said) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
