/* test_caching.c - `cache:` of routes, and of requests that name their model. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/decide.h"

static const char *policy_text[2];

static bool reader(struct arena *arena, const char *file, struct slice *text)
{
    static const char settings[] =
        "providers: { near: { api: openai, url: http://127.0.0.1:1, zone: local } }\n"
        "models: { small: { provider: near, model: tiny } }\n"
        "policies: [a.yaml, b.yaml]\n";
    (void)arena;
    *text = slice_str(slice_is(slice_str(file), "a.yaml")   ? policy_text[0]
                      : slice_is(slice_str(file), "b.yaml") ? policy_text[1]
                                                            : settings);
    return true;
}

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

struct read {
    struct arena    *arena;
    struct diag      diag;
    struct settings *settings;
    struct policy   *policy;
};

static struct read read_both(const char *a, const char *b)
{
    struct read r = { .arena = arena_new() };
    policy_text[0] = a;
    policy_text[1] = b;
    diag_init(&r.diag);
    r.settings = settings_read(r.arena, "weir.yaml", reader, no_env, &r.diag);
    assert_non_null(r.settings);
    r.policy = policy_read(r.arena, r.settings, reader, &r.diag);
    return r;
}

static void read_done(struct read *r)
{
    diag_fini(&r->diag);
    arena_free(&r->arena);
}

static struct decision decided(struct read *r, const char *model)
{
    struct decision    d;
    struct fault       why = { 0 };
    const struct facts facts = { .team = &r->settings->team[0],
                                 .model = slice_str(model),
                                 .is_inspected = true };
    if (!r->policy)
        fail_msg("%.*s", SLICE_ARG(buf_slice(&r->diag.text)));
    assert_true(decide(r->policy, &facts, &d, &why));
    return d;
}

#define ROUTE(cache) "routes: [{ name: all, ask: [small], cache: " cache " }]\n"

static void test_all_that_can_be_said(void **state)
{
    (void)state;
    struct read r =
        read_both(ROUTE("{ keep: 24h, stale: 1h, share: handbook, temperature: 0.7, also: [tools, seed], "
                        "most: 64k, wait: 5s }"),
                  "named: { cache: { keep: 1m, also: length } }\n");
    const struct caching *cache = decided(&r, "auto").cache;
    assert_int_equal(cache->keep_ms, 86400000);
    assert_int_equal(cache->stale_ms, 3600000);
    assert_string_equal(cache->share, "handbook");
    assert_true(cache->temperature == 0.7);
    assert_int_equal(cache->also, CACHE_TOOLS | CACHE_SEED);
    assert_int_equal(cache->most_bytes, 65536);
    assert_int_equal(cache->wait_ms, 5000);
    const struct caching *named = decided(&r, "small").cache;
    assert_int_equal(named->keep_ms, 60000);
    assert_int_equal(named->also, CACHE_LENGTH);
    read_done(&r);
}

static void test_what_is_not_said(void **state)
{
    (void)state;
    struct read           r = read_both(ROUTE("{ keep: 1h }"), "{}\n");
    const struct caching *cache = decided(&r, "auto").cache;
    assert_true(cache->stale_ms == 0 && cache->also == 0 && !cache->share && cache->temperature == 1);
    assert_true(cache->most_bytes > 0 && cache->wait_ms > 0);
    assert_null(decided(&r, "small").cache);
    read_done(&r);
    r = read_both(ROUTE("{ keep: 0s }"), "{}\n");
    assert_null(decided(&r, "auto").cache);
    read_done(&r);
}

static void test_mistakes_are_told(void **state)
{
    (void)state;
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
        struct read r = read_both(cases[i].a, cases[i].b);
        assert_null(r.policy);
        if (!slice_is(buf_slice(&r.diag.text), cases[i].told))
            fail_msg("got:\n%.*s\nwanted:\n%s", SLICE_ARG(buf_slice(&r.diag.text)), cases[i].told);
        read_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_can_be_said),
        cmocka_unit_test(test_what_is_not_said),
        cmocka_unit_test(test_mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
