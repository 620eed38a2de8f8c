/* test_time_zone.c - the system's zones against libc's own reading of them; made-up files, cut at every byte.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/time_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct slice read_file(struct arena *arena, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return slice_of(NULL, 0);
    char  *bytes = arena_alloc(arena, 1 << 16);
    size_t len = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    return slice_of(bytes, len);
}

/* Every eleven hours from 1975 to 2100, far beyond the files' lists: summer time by the footers' rules, too. */
static void as_libc_reads_them(void **state)
{
    (void)state;
    static const char *const names[] = { "Europe/Berlin",       "America/New_York",
                                         "Australia/Lord_Howe", "Asia/Kolkata",
                                         "America/Sao_Paulo",   "Africa/Casablanca",
                                         "Pacific/Auckland",    "UTC" };
    struct arena            *arena = arena_new();
    unsigned                 read = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fault            why;
        struct slice            file = read_file(arena, names[i]);
        const struct time_zone *zone = file.len ? time_zone_read(arena, file, &why) : NULL;
        if (file.len == 0)
            continue;
        assert_non_null(zone);
        read++;
        setenv("TZ", names[i], 1);
        tzset();
        for (time_t t = 157766400; t < 4102444800; t += 39600) {
            struct tm local;
            localtime_r(&t, &local);
            if (time_zone_offset(zone, t) != local.tm_gmtoff)
                fail_msg("%s at %lld: %lld, not %ld", names[i], (long long)t,
                         (long long)time_zone_offset(zone, t), local.tm_gmtoff);
        }
    }
    if (read == 0)
        print_message("no zones are installed: not compared\n");
    arena_free(&arena);
}

static void midnights(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct fault  why;
    struct slice  file = read_file(arena, "Europe/Berlin"), gap = read_file(arena, "America/Sao_Paulo");
    if (file.len && gap.len) {
        const struct time_zone *berlin = time_zone_read(arena, file, &why);
        /* 2026-03-29 02:30 is left out: the clock jumps to 03:00 at 01:00 UTC. 2026-10-25 02:30 comes twice. */
        assert_int_equal(time_zone_utc(berlin, INT64_C(1774751400)), INT64_C(1774746000));
        assert_int_equal(time_zone_utc(berlin, INT64_C(1792895400)), INT64_C(1792895400) - 7200);
        assert_int_equal(time_zone_utc(berlin, INT64_C(1767225600)), INT64_C(1767225600) - 3600);
        /* 2018-11-04 began at 01:00 in Brazil. */
        assert_int_equal(time_zone_utc(time_zone_read(arena, gap, &why), INT64_C(1541289600)),
                         INT64_C(1541300400));
    }
    assert_int_equal(time_zone_utc(NULL, 5), 5);
    arena_free(&arena);
}

static void fixed_offsets(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_int_equal(time_zone_offset(time_zone_fixed(arena, S("+05:30")), 0), 19800);
    assert_int_equal(time_zone_offset(time_zone_fixed(arena, S("-8")), 0), -28800);
    assert_null(time_zone_fixed(arena, S("+25:00")));
    assert_null(time_zone_fixed(arena, S("05:30")));
    assert_null(time_zone_fixed(arena, S("+05:30x")));
    assert_true(time_zone_is_name(S("America/Port-au-Prince")));
    assert_false(time_zone_is_name(S("../../etc/passwd")));
    assert_false(time_zone_is_name(S("/etc/localtime")));
    arena_free(&arena);
}

/* A version 2 file of one kind and no change, with this footer. */
static struct slice made_up(char *bytes, size_t most, const char *footer)
{
    static const char head[44] = "TZif2", one_kind[4] = { 0, 0, 0, 1 };
    size_t            len = 0;
    for (int block = 0; block < 2; block++) {
        memcpy(bytes + len, head, sizeof head);
        memcpy(bytes + len + 36, one_kind, 4);
        memcpy(bytes + len + 40, one_kind, 4);
        memset(bytes + len + 44, 0, 7);
        len += 44 + 7;
    }
    len += (size_t)snprintf(bytes + len, most - len, "\n%s\n", footer);
    return slice_of(bytes, len);
}

static void cut_files_are_refused(void **state)
{
    (void)state;
    char          bytes[256];
    struct fault  why;
    struct arena *arena = arena_new();
    struct slice  file = made_up(bytes, sizeof bytes, "<-03>3<-02>,M3.5.0/-2,J300/25:30:01");
    assert_non_null(time_zone_read(arena, file, &why));
    for (size_t len = 0; len < file.len; len++) {
        char *copy = malloc(len ? len : 1); /* so that a read beyond it is seen */
        memcpy(copy, file.ptr, len);
        assert_null(time_zone_read(arena, slice_of(copy, len), &why));
        free(copy);
    }
    static const char *const bad[] = { "X",    "ABC",           "ABC99", "ABC1DEF", "ABC1DEF,M13.1.0,M1.1.0",
                                       "<AB1", "ABC1DEF,M1.1.0" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(time_zone_read(arena, made_up(bytes, sizeof bytes, bad[i]), &why));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_libc_reads_them),
        cmocka_unit_test(midnights),
        cmocka_unit_test(fixed_offsets),
        cmocka_unit_test(cut_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
