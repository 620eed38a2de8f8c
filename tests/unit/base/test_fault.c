/* test_fault.c - the table holds together, and a message is never cut within a character. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fault.h"

static void test_table(void **state)
{
    (void)state;
    for (enum fault_kind kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++) {
        assert_in_range(fault_status(kind), 400, 599);
        assert_true(strlen(fault_type(kind)) > 0);
        assert_true(strlen(fault_code(kind)) > 0);
        assert_true(strlen(fault_words(kind)) > 0);
        for (enum fault_kind other = FAULT_NONE; other < kind; other++)
            assert_string_not_equal(fault_code(kind), fault_code(other));
    }
    assert_int_equal(fault_status(FAULT_OVER_BUDGET), 402);
    assert_string_equal(fault_type(FAULT_NO_KEY), "authentication_error");
}

/* SDKs repeat these by themselves: what money or a policy forbids must not be among them. */
static void test_refusals_are_not_repeated(void **state)
{
    (void)state;
    static const enum fault_kind kinds[] = { FAULT_DENIED,   FAULT_OUT_OF_REACH, FAULT_OVER_BUDGET,
                                             FAULT_NO_PRICE, FAULT_BAD_REQUEST,  FAULT_BAD_KEY };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int status = fault_status(kinds[i]);
        assert_true(status != 408 && status != 409 && status != 429 && status < 500);
    }
    assert_true(fault_tries_next(FAULT_PROVIDER_SILENT));
    assert_false(fault_tries_next(FAULT_OUT_OF_REACH));
}

static void test_set(void **state)
{
    (void)state;
    struct fault f = { .param = "old" };
    assert_false(fault_set(&f, FAULT_BAD_HTTP, "at byte %d", 7));
    assert_int_equal(f.kind, FAULT_BAD_HTTP);
    assert_string_equal(f.detail, "at byte 7");
    assert_string_equal(f.param, "");
    assert_false(fault_set_param(&f, FAULT_BAD_REQUEST, "n", "x"));
    assert_string_equal(f.param, "n");
    assert_false(fault_set(NULL, FAULT_BAD_HTTP, "nobody asks"));

    char message[128];
    fault_message(&f, message, sizeof message);
    assert_string_equal(message, "the request could not be read: x");
    fault_message(&(struct fault){ .kind = FAULT_BUSY }, message, sizeof message);
    assert_string_equal(message, "too much is waiting already");
}

/* Characters of each length, cut at each of their bytes. */
static void test_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = { "x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };
    for (size_t i = 0; i < 4; i++)
        for (size_t lead = 0; lead < 4; lead++) {
            char   text[1024] = "...";
            size_t bytes = strlen(characters[i]);
            for (size_t at = lead; at < 500; at += bytes)
                memcpy(text + at, characters[i], bytes + 1);
            struct fault f;
            assert_false(fault_set_param(&f, FAULT_BAD_REQUEST, text, "%s", text));
            assert_int_equal((strlen(f.detail) - lead) % strlen(characters[i]), 0);
            assert_int_equal((strlen(f.param) - lead) % strlen(characters[i]), 0);
            assert_true(strlen(f.detail) + 4 >= sizeof f.detail);
            char message[101];
            fault_message(&f, message, sizeof message);
            size_t words = strlen(fault_words(f.kind)) + 2;
            assert_int_equal((strlen(message) - words - lead) % strlen(characters[i]), 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_refusals_are_not_repeated),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
