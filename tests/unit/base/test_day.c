/* test_day.c - days of the calendar, there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/day.h"

static void there_and_back(void **state)
{
    (void)state;
    char name[DAY_BYTES];
    for (int64_t day = -350000; day < 2900000; day += 7919) {
        int64_t again = 0;
        day_name(day, name);
        if (!day_read(slice_str(name), &again) || again != day)
            fail_msg("%s is not the day that it was", name);
    }
    day_name(20780, name);
    assert_string_equal(name, "2026-11-23");
    day_name(-1, name);
    assert_string_equal(name, "1969-12-31");
}

static void what_is_no_day(void **state)
{
    (void)state;
    static const char *const words[] = { "",           "2026-02-29",  "2026-11-31", "2026-13-01", "2026-00-10",
                                         "2026-1-01",  "2026-11-1",   " 026-11-01", "2026-11-0x", "2026/11/01",
                                         "+026-11-01", "2026-11-01 ", "20261101-1", "2026-11- 1" };
    int64_t                  day;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (day_read(slice_str(words[i]), &day))
            fail_msg("%s was read", words[i]);
    assert_true(day_read(S("2024-02-29"), &day));
    assert_false(day_read(slice_of("2024-02-29\0", 11), &day));
    assert_false(day_read(slice_of("2024\0002-29", 10), &day));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(there_and_back), cmocka_unit_test(what_is_no_day) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
