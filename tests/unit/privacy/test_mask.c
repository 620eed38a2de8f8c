/* test_mask.c - a secret is struck out wherever a body is cut, and nothing else is changed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "privacy/mask.h"

static void expect(const char *secret, const char *body, const char *wanted)
{
    struct slice text = slice_str(body);
    struct buf   scratch, heard;
    buf_init(&scratch, 4096);
    buf_init(&heard, 4096);
    for (size_t first = 0; first <= text.len; first++)
        for (size_t second = first; second <= text.len; second++) {
            struct mask mask = { .secret = slice_str(secret) };
            buf_reset(&heard);
            buf_add(&heard, mask_pass(&mask, slice_cut(text, 0, first), &scratch));
            buf_add(&heard, mask_pass(&mask, slice_cut(text, first, second), &scratch));
            buf_add(&heard, mask_pass(&mask, slice_cut(text, second, text.len), &scratch));
            assert_true(mask.held < strlen(secret) || mask.held == 0);
            buf_add(&heard, mask_end(&mask));
            if (!slice_is(buf_slice(&heard), wanted))
                fail_msg("cut at %zu and %zu: %.*s", first, second, SLICE_ARG(buf_slice(&heard)));
        }
    buf_fini(&scratch);
    buf_fini(&heard);
}

static void test_it_is_struck_out(void **state)
{
    (void)state;
    expect("sk-abcde", "the key is sk-abcde!", "the key is ********!");
    expect("sk-abcde", "sk-abcdesk-abcde", "****************");
    expect("aaaaaaab", "aaaaaaaaab", "aa********");
}

static void test_what_only_begins_like_it_passes(void **state)
{
    (void)state;
    expect("sk-abcde", "ask me, sk-abcd, sk-", "ask me, sk-abcd, sk-");
    expect("sk-abcde", "", "");
    expect("", "anything", "anything");
}

/* What a local server is given for a key may well be said. */
static void test_a_word_is_no_secret(void **state)
{
    (void)state;
    expect("none", "there is none", "there is none");
    expect("1234567", "1234567", "1234567");
}

/* Nothing is copied where nothing is to be done. */
static void test_plain_bytes_are_handed_on(void **state)
{
    (void)state;
    struct mask  mask = { .secret = S("sk-abcde") };
    struct slice bytes = S("plain bytes.");
    struct buf   scratch;
    buf_init(&scratch, 16);
    assert_ptr_equal(mask_pass(&mask, bytes, &scratch).ptr, bytes.ptr);
    assert_int_equal(scratch.cap, 0);
    buf_fini(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_struck_out),
        cmocka_unit_test(test_what_only_begins_like_it_passes),
        cmocka_unit_test(test_a_word_is_no_secret),
        cmocka_unit_test(test_plain_bytes_are_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
