/* test_window.c - which hour, day, week, month a moment is in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/budget.h"

#include <stdio.h>

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

/* NULL where this machine does not have it. */
static const struct time_zone *zone_of(struct arena *arena, const char *name)
{
    struct fault why;
    char *path = arena_printf(arena, "/usr/share/zoneinfo/%s", name), *bytes = arena_alloc(arena, 1 << 16);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t len = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    return time_zone_read(arena, slice_of(bytes, len), &why);
}

/* Each moment is in its window, and windows follow on one another without a gap, also where a clock jumps over
 * midnight (Sao Paulo, Havana, Beirut) or shows it twice. */
static void windows_meet_where_clocks_change(void **state)
{
    (void)state;
    static const char *const      names[] = { "Europe/Berlin",  "America/New_York", "America/Sao_Paulo",
                                              "America/Havana", "Asia/Beirut",      "Australia/Lord_Howe",
                                              "Pacific/Apia",   "Africa/Casablanca" };
    static const enum window_kind kinds[] = { EVERY_DAY, EVERY_WEEK, EVERY_MONTH };
    struct arena                 *arena = arena_new();
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const struct time_zone *zone = zone_of(arena, names[n]);
        for (int64_t ms = INT64_C(1293840000000); zone && ms < INT64_C(1609459200000);
             ms += 5 * HOUR + 1740000) {
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
                struct span s = at(kinds[k], zone, ms);
                assert_true(s.from_ms <= ms && ms < s.to_ms);
                assert_int_equal(at(kinds[k], zone, s.to_ms).from_ms, s.to_ms);
                assert_int_equal(at(kinds[k], zone, s.to_ms - 1).from_ms, s.from_ms);
                assert_int_equal(at(kinds[k], zone, s.from_ms).to_ms, s.to_ms);
            }
        }
    }
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
        cmocka_unit_test(windows_meet_where_clocks_change),
        cmocka_unit_test(rolling_and_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
