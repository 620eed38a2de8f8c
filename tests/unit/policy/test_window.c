/* test_window.c - which hour, day, week, month a moment is in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/budget.h"

static const int64_t HOUR = 3600000, DAY = INT64_C(86400000);
/* 2026-11-23 (a Monday) 02:00 UTC */
static const int64_t NOW = INT64_C(1795399200000);

static struct span at(enum window_kind kind, const struct time_zone *zone, int64_t wall_ms)
{
    const struct window w = { .kind = kind, .rolling_ms = 24 * HOUR, .zone = zone };
    struct span         span;
    window_at(&w, wall_ms, &span);
    return span;
}

static void calendar(void **state)
{
    (void)state;
    const int64_t midnight = NOW - 2 * HOUR;
    struct span   s = at(EVERY_HOUR, NULL, NOW + 1);
    assert_int_equal(s.from_ms, NOW);
    assert_int_equal(s.to_ms, NOW + HOUR);
    s = at(EVERY_DAY, NULL, NOW);
    assert_int_equal(s.from_ms, midnight);
    assert_int_equal(s.to_ms, midnight + DAY);
    s = at(EVERY_WEEK, NULL, NOW + 6 * DAY);
    assert_int_equal(s.from_ms, midnight);
    assert_int_equal(s.to_ms, midnight + 7 * DAY);
    assert_int_equal(at(EVERY_WEEK, NULL, midnight - 1).to_ms, midnight);
    s = at(EVERY_MONTH, NULL, NOW);
    assert_int_equal(s.from_ms, midnight - 22 * DAY);
    assert_int_equal(s.to_ms, midnight + 8 * DAY);
    s = at(EVERY_MONTH, NULL, NOW + 30 * DAY); /* December's end is January */
    assert_int_equal(s.to_ms, midnight + 39 * DAY);
    s = at(EVERY_MONTH, NULL, INT64_C(1709164800000)); /* 2024-02-29 */
    assert_int_equal(s.to_ms - s.from_ms, 29 * DAY);
}

static void by_the_zone_s_clock(void **state)
{
    (void)state;
    struct arena           *arena = arena_new();
    const struct time_zone *west = time_zone_fixed(arena, S("-03:00"));
    struct span             s = at(EVERY_DAY, west, NOW); /* there it is 23:00 of Sunday */
    assert_int_equal(s.to_ms, NOW + HOUR);
    assert_int_equal(at(EVERY_WEEK, west, NOW).to_ms, NOW + HOUR);
    arena_free(&arena);
}

static void rolling_and_total(void **state)
{
    (void)state;
    struct span s = at(ROLLING, NULL, NOW);
    assert_int_equal(s.bucket, NOW / HOUR);
    assert_int_equal(at(ROLLING, NULL, NOW - 1).bucket, NOW / HOUR - 1);
    assert_int_equal(at(TOTAL, NULL, NOW).to_ms, INT64_MAX);
    char                words[WINDOW_WORDS_BYTES];
    const struct window w = { .kind = ROLLING, .rolling_ms = 90 * 60000 };
    assert_string_equal(window_words(&w, words), "in any 90m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar),
        cmocka_unit_test(by_the_zone_s_clock),
        cmocka_unit_test(rolling_and_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
