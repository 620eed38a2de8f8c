/* test_redis_url.c - where a Redis is, read out of its URL; and that no error quotes the URL. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_url.h"

#include <stdio.h>

static struct redis_url parsed(const char *text)
{
    struct redis_url url;
    struct fault     why = { 0 };
    if (!redis_url_parse(text, &url, &why))
        fail_msg("%s: %s", text, why.detail);
    return url;
}

static void test_tcp(void **state)
{
    (void)state;
    struct redis_url url = parsed("redis://cache.internal");
    assert_int_equal(url.kind, REDIS_URL_TCP);
    assert_string_equal(url.host, "cache.internal");
    assert_int_equal(url.port, 6379);
    assert_int_equal(url.db, 0);
    assert_string_equal(url.password, "");

    url = parsed("redis://weir:se%3Acr%40et@10.0.0.7:7000/12");
    assert_string_equal(url.user, "weir");
    assert_string_equal(url.password, "se:cr@et");
    assert_string_equal(url.host, "10.0.0.7");
    assert_int_equal(url.port, 7000);
    assert_int_equal(url.db, 12);
}

static void test_a_password_may_hold_an_at(void **state)
{
    (void)state;
    struct redis_url url = parsed("redis://:p@ss@host:1/");
    assert_string_equal(url.user, "");
    assert_string_equal(url.password, "p@ss");
    assert_string_equal(url.host, "host");
}

static void test_tls_and_addresses(void **state)
{
    (void)state;
    struct redis_url url = parsed("rediss://[::1]:6380/3");
    assert_int_equal(url.kind, REDIS_URL_TLS);
    assert_string_equal(url.host, "::1");
    assert_int_equal(url.port, 6380);
    assert_int_equal(url.db, 3);

    char address[64];
    redis_url_address(&url, address, sizeof address);
    assert_string_equal(address, "[::1]:6380");
    url = parsed("redis://u:secret@h");
    redis_url_address(&url, address, sizeof address);
    assert_string_equal(address, "h:6379");
}

static void test_unix(void **state)
{
    (void)state;
    struct redis_url url = parsed("unix:///run/weir/redis.sock?db=2");
    assert_int_equal(url.kind, REDIS_URL_UNIX);
    assert_string_equal(url.path, "/run/weir/redis.sock");
    assert_int_equal(url.db, 2);
    char address[64];
    redis_url_address(&url, address, sizeof address);
    assert_string_equal(address, "/run/weir/redis.sock");
}

static void test_sentinels(void **state)
{
    (void)state;
    struct redis_url url = parsed("redis+sentinel://weir:p%2Fw@one,[::2]:5,three:6/our%20master/7"
                                  "?sentinel_user=watch&sentinel_password=p%26w");
    assert_int_equal(url.kind, REDIS_URL_TCP);
    assert_int_equal(url.sentinels, 3);
    assert_string_equal(url.sentinel[0].host, "one");
    assert_int_equal(url.sentinel[0].port, 26379);
    assert_string_equal(url.sentinel[1].host, "::2");
    assert_int_equal(url.sentinel[1].port, 5);
    assert_int_equal(url.sentinel[2].port, 6);
    assert_string_equal(url.master, "our master");
    assert_int_equal(url.db, 7);
    assert_string_equal(url.user, "weir");
    assert_string_equal(url.password, "p/w");
    assert_string_equal(url.sentinel_user, "watch");
    assert_string_equal(url.sentinel_password, "p&w");
    assert_string_equal(url.host, "");

    char address[64];
    redis_url_address(&url, address, sizeof address);
    assert_string_equal(address, "master our master");
    assert_int_equal(parsed("rediss+sentinel://h/m").kind, REDIS_URL_TLS);
    assert_int_equal(parsed("redis://h").sentinels, 0);
}

static void test_refused_without_quoting(void **state)
{
    (void)state;
    char long_path[128];
    snprintf(long_path, sizeof long_path, "unix:///SECRET/%0108d", 0);
    const char *const bad[] = {
        "",
        "SECRET",
        "http://SECRET",
        "redis://",
        "redis://:SECRET@",
        "redis://SECRET@host",
        "redis://user:@hostSECRET",
        "redis://:SECRET@host:0",
        "redis://:SECRET@host:65536",
        "redis://:SECRET@host:6379x",
        "redis://:SECRET@[::1",
        "redis://:SECRET@[::1]x",
        "redis://:SECRET@host/one",
        "redis://:SECRET@host/-1",
        "redis://:SECRET%4@host",
        "redis://:SECRET%zz@host",
        "redis://:SECRET%00@host",
        "redis://:SECRET/with/slashes@host",
        "unix://SECRET",
        "unix:///run/SECRET?name=2",
        "unix:///run/SECRET?db=x",
        long_path,
        "redis+sentinel://SECRET",
        "redis+sentinel://:SECRET@host/",
        "redis+sentinel://host,/mSECRET",
        "redis+sentinel://host:x/SECRET",
        "redis+sentinel://host/m/SECRET",
        "redis+sentinel://host/m?SECRET=1",
        "redis+sentinel://host/m?sentinel_password=SECRET%0",
        "redis+sentinel://1,2,3,4,5,6,7,8,9/SECRET",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct redis_url url;
        struct fault     why = { 0 };
        if (redis_url_parse(bad[i], &url, &why))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(why.kind, FAULT_INTERNAL);
        assert_true(strlen(why.detail) > 0);
        assert_null(strstr(why.detail, "SECRET"));
        assert_string_equal(url.password, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_a_password_may_hold_an_at),
        cmocka_unit_test(test_tls_and_addresses),
        cmocka_unit_test(test_unix),
        cmocka_unit_test(test_sentinels),
        cmocka_unit_test(test_refused_without_quoting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
