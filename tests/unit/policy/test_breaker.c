/* test_breaker.c - a breaker opens on many failures, not on some, and closes after a trial that went well. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/breaker.h"

static const struct breaker_rule rule = { .failures = 3, .within_ms = 1000, .rest_ms = 500 };

static void fail_times(struct breaker *b, int times, int64_t now_ms)
{
    for (int i = 0; i < times; i++)
        breaker_failed(b, &rule, now_ms);
}

static void opens_at_so_many_failures_within_the_window(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    fail_times(&b, 2, 10000);
    assert_true(breaker_admits(&b, 10000));
    fail_times(&b, 1, 10100);
    assert_false(breaker_admits(&b, 10100));
    assert_int_equal(breaker_wait_ms(&b, 10200), 400);
}

static void what_is_older_than_the_window_is_forgotten(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    fail_times(&b, 2, 10000);
    fail_times(&b, 2, 11001);
    assert_int_equal(b.state, BREAKER_CLOSED);
    fail_times(&b, 1, 11500);
    assert_int_equal(b.state, BREAKER_OPEN);
}

/* The window moves in quarters: at no time does it hold less than three of them. */
static void failures_within_three_quarters_of_it_always_count_together(void **state)
{
    (void)state;
    for (int64_t began = 0; began < 1000; began += 7) {
        struct breaker b = { 0 };
        fail_times(&b, 2, began);
        fail_times(&b, 1, began + 749);
        assert_int_equal(b.state, BREAKER_OPEN);
    }
}

static void some_failures_among_many_answers_are_no_reason(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    for (int i = 0; i < 100; i++) {
        breaker_went_well(&b, &rule, 10000);
        fail_times(&b, 2, 10000);
    }
    assert_int_equal(b.state, BREAKER_CLOSED); /* two thirds: not more */
    fail_times(&b, 1, 10000);
    assert_int_equal(b.state, BREAKER_OPEN);
}

static void one_trial_at_a_time_closes_it_or_makes_it_rest_longer(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    int64_t        now_ms = 10000, rest_ms = 500;
    fail_times(&b, 3, now_ms);
    for (int trial = 0; trial < 5; trial++) {
        assert_int_equal(breaker_wait_ms(&b, now_ms), rest_ms);
        now_ms += rest_ms;
        assert_int_equal(breaker_wait_ms(&b, now_ms), 0);
        assert_true(breaker_admits(&b, now_ms));
        assert_false(breaker_admits(&b, now_ms));
        breaker_failed(&b, &rule, now_ms);
        rest_ms = rest_ms * 2 > 4000 ? 4000 : rest_ms * 2;
    }
    now_ms += rest_ms;
    assert_true(breaker_admits(&b, now_ms));
    breaker_went_well(&b, &rule, now_ms);
    assert_int_equal(b.state, BREAKER_CLOSED);
    fail_times(&b, 3, now_ms);
    assert_int_equal(breaker_wait_ms(&b, now_ms), 500); /* what was is forgotten */
}

static void a_trial_that_tells_nothing_is_followed_by_another(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    fail_times(&b, 3, 10000);
    assert_true(breaker_admits(&b, 10500));
    breaker_learned_nothing(&b, 10600);
    assert_true(breaker_admits(&b, 10600));
}

static void a_trial_that_hangs_is_followed_by_another(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    fail_times(&b, 3, 10000);
    assert_true(breaker_admits(&b, 10500));
    assert_int_equal(breaker_wait_ms(&b, 10600), 400);
    assert_true(breaker_admits(&b, 11000));
    assert_false(breaker_admits(&b, 11000));
    breaker_went_well(&b, &rule, 11100);
    assert_int_equal(b.state, BREAKER_CLOSED);
}

static void who_was_asked_before_it_opened_is_heard(void **state)
{
    (void)state;
    struct breaker b = { 0 };
    fail_times(&b, 3, 10000);
    breaker_failed(&b, &rule, 10100);
    assert_int_equal(breaker_wait_ms(&b, 10100), 400); /* no longer for it */
    breaker_learned_nothing(&b, 10100);
    assert_int_equal(b.state, BREAKER_OPEN);
    breaker_went_well(&b, &rule, 10200);
    assert_int_equal(b.state, BREAKER_CLOSED);
}

static void no_number_of_failures_opens_one_that_is_off(void **state)
{
    (void)state;
    static const struct breaker_rule off = { 0 };
    struct breaker                   b = { 0 };
    for (int i = 0; i < 1000; i++)
        breaker_failed(&b, &off, 10000);
    breaker_went_well(&b, &off, 10000);
    assert_true(breaker_admits(&b, 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_at_so_many_failures_within_the_window),
        cmocka_unit_test(what_is_older_than_the_window_is_forgotten),
        cmocka_unit_test(failures_within_three_quarters_of_it_always_count_together),
        cmocka_unit_test(some_failures_among_many_answers_are_no_reason),
        cmocka_unit_test(one_trial_at_a_time_closes_it_or_makes_it_rest_longer),
        cmocka_unit_test(a_trial_that_tells_nothing_is_followed_by_another),
        cmocka_unit_test(a_trial_that_hangs_is_followed_by_another),
        cmocka_unit_test(who_was_asked_before_it_opened_is_heard),
        cmocka_unit_test(no_number_of_failures_opens_one_that_is_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
