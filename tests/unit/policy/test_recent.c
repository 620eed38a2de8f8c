/* test_recent.c - of a stream of prompts, never more are sent than the share asked for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/recent.h"

#include <math.h>

static uint64_t state;

/* 0..1, even (Marsaglia's xorshift). */
static double chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static int seed(void **unused)
{
    (void)unused;
    state = 88172645463325252u;
    return 0;
}

static double mostly_easy(unsigned at)
{
    (void)at;
    return pow(chance(), 4);
}

static double few_values(unsigned at)
{
    (void)at;
    return floor(chance() * 10) / 10;
}

/* Another kind of traffic every 20,000 prompts. */
static double changing(unsigned at)
{
    return at / 20000 % 2 ? chance() : pow(chance(), 4);
}

/* The share of a stream that lies above the bar of its time, from when there is one. */
static double share_sent(double (*difficulty)(unsigned), unsigned prompts, double share)
{
    struct recent r = { .total = 0 };
    unsigned      asked = 0, sent = 0;
    for (unsigned i = 0; i < prompts; i++) {
        double d = difficulty(i), bar;
        if (recent_bar(&r, share, &bar)) {
            asked++;
            sent += d > bar;
        }
        recent_add(&r, d);
    }
    return (double)sent / (double)asked;
}

static void test_no_more_is_sent_than_was_asked(void **unused)
{
    (void)unused;
    const double shares[] = { 0.01, 0.05, 0.2, 0.5, 0.9 };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double s = shares[i], chance_error = 3 * sqrt(s * (1 - s) / 4096) + 1.0 / RECENT_BINS;
        double sent = share_sent(mostly_easy, 50000, s);
        assert_true(sent <= s + chance_error);
        assert_true(sent >= s - 0.15 * s - chance_error); /* and not much less either */
        assert_true(share_sent(few_values, 50000, s) <= s + chance_error);
    }
}

static void test_it_follows_traffic_that_changes(void **unused)
{
    (void)unused;
    double sent = share_sent(changing, 200000, 0.2);
    assert_true(sent > 0.15 && sent < 0.25);
}

/* Where all are equally hard, none is of the hardest fifth: sending all would be five times too many. */
static void test_of_equals_none_is_sent(void **unused)
{
    (void)unused;
    struct recent r = { .total = 0 };
    double        bar;
    for (unsigned i = 0; i < RECENT_ENOUGH; i++) {
        assert_false(recent_bar(&r, 0.2, &bar));
        recent_add(&r, 0.7);
    }
    assert_true(recent_bar(&r, 0.2, &bar));
    assert_true(0.7 <= bar && bar < 0.702);
    assert_true(recent_bar(&r, 1, &bar));
    assert_float_equal(bar, 0, 0);
}

static void test_it_is_bounded_and_takes_any_number(void **unused)
{
    (void)unused;
    struct recent r = { .total = 0 };
    double        bar;
    for (unsigned i = 0; i < 10 * RECENT_MOST; i++)
        recent_add(&r, i % 4 == 0 ? 2 : i % 4 == 1 ? -1 : i % 4 == 2 ? NAN : 1);
    assert_int_equal(r.total, RECENT_MOST);
    assert_true(recent_bar(&r, 0.4, &bar));
    assert_true(bar <= 1);
}

static void test_the_reference_is_read_between_its_points(void **unused)
{
    (void)unused;
    float quantile[21];
    for (unsigned i = 0; i < 21; i++)
        quantile[i] = (float)i / 40;
    assert_float_equal(recent_reference(quantile, 1), 0, 1e-6);
    assert_float_equal(recent_reference(quantile, 0), 0.5, 1e-6);
    assert_float_equal(recent_reference(quantile, 0.2), 0.4, 1e-6);
    assert_float_equal(recent_reference(quantile, 0.225), 0.3875, 1e-6);
}

#define TEST(name) cmocka_unit_test_setup(name, seed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_more_is_sent_than_was_asked),
        TEST(test_it_follows_traffic_that_changes),
        TEST(test_of_equals_none_is_sent),
        TEST(test_it_is_bounded_and_takes_any_number),
        TEST(test_the_reference_is_read_between_its_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
