/* test_cache_control.c - what clients wish of the cache. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cache_control.h"

static struct cache_wishes wishes_of(const char *one, const char *two)
{
    const struct http1_head head = { .header = { { S("cache-control"), slice_str(one) },
                                                 { S("accept"), S("no-store") },
                                                 { S("Cache-Control"), slice_str(two) } },
                                     .header_count = 3 };
    return cache_wishes_read(&head);
}

/* A proxy on the way may add a line of its own. */
static void test_all_lines_count(void **state)
{
    (void)state;
    struct cache_wishes w = wishes_of("max-age=60", "no-store, max-age=70");
    assert_true(w.no_store && !w.no_cache && w.most_age_ms == 60000);
}

static void test_wishes(void **state)
{
    (void)state;
    static const struct {
        const char         *header;
        struct cache_wishes wishes;
    } cases[] = {
        { "", { .most_age_ms = INT64_MAX } },
        { "no-cache", { .no_cache = true, .most_age_ms = INT64_MAX } },
        { " No-Cache ,, no-store ", { .no_cache = true, .no_store = true, .most_age_ms = INT64_MAX } },
        { "max-age=60", { .most_age_ms = 60000 } },
        { "max-age=\"60\", only-if-cached", { .only_if_cached = true, .most_age_ms = 60000 } },
        { "max-age = 60, MAX-AGE=5, max-age=70", { .most_age_ms = 5000 } },
        { "max-age=0", { .most_age_ms = 0 } },
        { "max-age", { .most_age_ms = 0 } },
        { "max-age=soon", { .most_age_ms = 0 } },
        { "max-age=-5", { .most_age_ms = 0 } },
        { "max-age=99999999999999999999", { .most_age_ms = 0 } },
        { "max-age=3000000000", { .most_age_ms = INT64_MAX } },
        { "no-transform, no-cached, stale-if-error=5, private=\"no-store\"", { .most_age_ms = INT64_MAX } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cache_wishes w = wishes_of(cases[i].header, ""), *wanted = (void *)&cases[i].wishes;
        if (w.no_cache != wanted->no_cache || w.no_store != wanted->no_store ||
            w.only_if_cached != wanted->only_if_cached || w.most_age_ms != wanted->most_age_ms)
            fail_msg("%s", cases[i].header);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_wishes), cmocka_unit_test(test_all_lines_count) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
