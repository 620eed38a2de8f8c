/* test_caching.c - `cache:` of routes, and of requests that name their model. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"

static int begin(void **state)
{
    set_up(state);
    struct fixture *f = *state;
    take_settings(f, "providers: { near: { api: openai, url: http://127.0.0.1:1, zone: local } }\n"
                     "models: { small: { provider: near, model: tiny } }\n"
                     "policies: [a.yaml, b.yaml]\n");
    assert_non_null(f->settings);
    return 0;
}

static struct decision decided(struct fixture *f, const char *model)
{
    struct decision    d;
    struct fault       why = { 0 };
    const struct facts facts = { .team = &f->settings->team[0],
                                 .model = slice_str(model),
                                 .is_inspected = true };
    if (!f->policy)
        fail_msg("%.*s", SLICE_ARG(buf_slice(&f->diag.text)));
    assert_true(decide(f->policy, &facts, &d, &why));
    return d;
}

#define ROUTE(cache) "routes: [{ name: all, ask: [small], cache: " cache " }]\n"

static void test_all_that_can_be_said(void **state)
{
    struct fixture *f = *state;
    compile(f,
            ROUTE("{ keep: 24h, stale: 1h, share: handbook, temperature: 0.7, also: [tools, seed], "
                  "most: 64k, wait: 5s }"),
            "named: { cache: { keep: 1m, also: length } }\n");
    const struct caching *cache = decided(f, "auto").cache;
    assert_int_equal(cache->keep_ms, 86400000);
    assert_int_equal(cache->stale_ms, 3600000);
    assert_string_equal(cache->share, "handbook");
    assert_true(cache->temperature == 0.7);
    assert_int_equal(cache->also, CACHE_TOOLS | CACHE_SEED);
    assert_int_equal(cache->most_bytes, 65536);
    assert_int_equal(cache->wait_ms, 5000);
    const struct caching *named = decided(f, "small").cache;
    assert_int_equal(named->keep_ms, 60000);
    assert_int_equal(named->also, CACHE_LENGTH);
}

static void test_what_is_not_said(void **state)
{
    struct fixture *f = *state;
    compile(f, ROUTE("{ keep: 1h }"), "{}\n");
    const struct caching *cache = decided(f, "auto").cache;
    assert_true(cache->stale_ms == 0 && cache->also == 0 && !cache->share && cache->temperature == 1);
    assert_true(cache->most_bytes > 0 && cache->wait_ms > 0);
    assert_null(decided(f, "small").cache);
    compile(f, ROUTE("{ keep: 0s }"), "{}\n");
    assert_null(decided(f, "auto").cache);
}

static void test_mistakes_are_told(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *a, *b, *told;
    } cases[] = {
        { ROUTE("{ stale: 1h }"), "{}\n", "a.yaml:1:44: cache needs `keep`: for how long, such as 24h\n" },
        { ROUTE("{ keep: 90d, stale: 1s }"), "{}\n",
          "a.yaml:1:44: keep and stale are at most 90 days together\n" },
        { ROUTE("{ keep: 1h, most: 9m }"), "{}\n", "a.yaml:1:62: most is at most 8m\n" },
        { ROUTE("{ keep: 1h, also: [tool] }"), "{}\n",
          "a.yaml:1:63: also cannot be \"tool\", did you mean \"tools\"?\n" },
        { ROUTE("{ keep: 1h, shared: x }"), "{}\n",
          "a.yaml:1:56: there is no key \"shared\" here, did you mean \"share\"?\n" },
        { "named: { cache: { keep: 1h } }\n", "named: { cache: { keep: 1h } }\n",
          "b.yaml:1:8: named is there already, in another file\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_reset(&f->diag.text);
        compile(f, cases[i].a, cases[i].b);
        assert_null(f->policy);
        if (!slice_is(buf_slice(&f->diag.text), cases[i].told))
            fail_msg("got:\n%.*s\nwanted:\n%s", SLICE_ARG(buf_slice(&f->diag.text)), cases[i].told);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_all_that_can_be_said),
        TEST(test_what_is_not_said),
        TEST(test_mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
