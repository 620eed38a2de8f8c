/* test_snapshot.c - how near the store is: what decides whether texts that must stay here may be kept in it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "snapshot.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned zone_of_store(const char *redis)
{
    char folder[] = "/tmp/weir-snapshot-XXXXXX", file[64], policy[64], key[64];
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/weir.yaml", folder);
    snprintf(key, sizeof key, "%s/master.key", folder);
    snprintf(policy, sizeof policy, "%s/policy.yaml", folder);
    FILE *out = fopen(policy, "w");
    assert_non_null(out);
    fputs("routes: [ { name: all, ask: [ small ] } ]\n", out);
    fclose(out);
    out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out,
            "providers: { near: { api: openai, url: \"http://127.0.0.1:1\", zone: local } }\n"
            "models: { small: { provider: near, model: tiny } }\n"
            "slm: { model: none }\nstate: %s\nredis: { url: \"%s\" }\n"
            "policies: [ policy.yaml ]\n",
            folder, redis);
    fclose(out);
    struct diag diag;
    diag_init(&diag);
    struct snapshot *s = snapshot_load(file, NULL, &diag);
    if (!s) {
        fail_msg("%.*s", SLICE_ARG(buf_slice(&diag.text)));
        return UINT_MAX; /* for who does not know that fail_msg() does not return */
    }
    unsigned zone = s->redis_zone;
    snapshot_unref(&s);
    diag_fini(&diag);
    unlink(key);
    unlink(file);
    unlink(policy);
    rmdir(folder);
    return zone;
}

static void test_a_store_on_this_machine_is_near(void **state)
{
    (void)state;
    assert_int_equal(zone_of_store("unix:///run/redis.sock"), 0);
    assert_int_equal(zone_of_store("redis://127.0.0.1:6379/2"), 0);
    assert_int_equal(zone_of_store("redis://user:secret@127.8.9.1"), 0);
    assert_int_equal(zone_of_store("rediss://localhost"), 0);
    assert_int_equal(zone_of_store("redis://[::1]:6379"), 0);
}

/* Whatever its URL has in common with one that is near. */
static void test_a_store_elsewhere_is_not_near(void **state)
{
    (void)state;
    assert_int_equal(zone_of_store("redis://cache.internal"), 1);
    assert_int_equal(zone_of_store("redis://localhost.example.com"), 1);
    assert_int_equal(zone_of_store("redis://127.0.0.1.example.com"), 1);
    assert_int_equal(zone_of_store("redis://user:localhost@cache.internal"), 1);
    assert_int_equal(zone_of_store("redis://user:%5B::1%5D@cache.internal"), 1);
    assert_int_equal(zone_of_store("redis://[2001:db8::1]"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_store_on_this_machine_is_near),
        cmocka_unit_test(test_a_store_elsewhere_is_not_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
