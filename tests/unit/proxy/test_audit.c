/* test_audit.c - every line reaches the file, whole and once, also from several threads; what does not fit is
 * counted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, LINES = 500 };

static char file[] = "/tmp/weir-audit-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    memset(file + strlen(file) - 6, 'X', 6); /* mkstemp() wants them anew */
    int fd = mkstemp(file);
    if (fd < 0)
        return -1;
    close(fd);
    return unlink(file); /* audit_open() makes it */
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file);
}

static void *tell(void *arg)
{
    struct audit *audit = arg;
    for (int i = 0; i < LINES; i++)
        audit_line(audit, S("{\"verdict\":\"answered\"}"));
    return NULL;
}

static void test_lines_of_many_threads_are_whole(void **state)
{
    (void)state;
    struct fault  why = { 0 };
    struct audit *audit = audit_open(file, &why);
    pthread_t     thread[THREADS];
    assert_non_null(audit);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, tell, audit);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    audit_close(&audit);

    FILE *in = fopen(file, "r");
    char  line[128];
    int   count = 0;
    assert_non_null(in);
    for (; fgets(line, sizeof line, in); count++)
        assert_string_equal(line, "{\"verdict\":\"answered\"}\n");
    fclose(in);
    assert_int_equal(count, THREADS * LINES);
}

static void test_the_file_is_the_operators_alone(void **state)
{
    (void)state;
    struct fault  why = { 0 };
    struct audit *audit = audit_open(file, &why);
    struct stat   about;
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    audit_close(&audit);
}

static void test_a_line_that_cannot_fit_is_dropped_and_counted(void **state)
{
    (void)state;
    struct fault  why = { 0 };
    struct audit *audit = audit_open(file, &why);
    size_t        large = 5 << 20;
    char         *text = malloc(large);
    memset(text, 'x', large);
    audit_line(audit, slice_of(text, large));
    audit_line(audit, S("{\"after\":1}"));
    audit_close(&audit);
    FILE *in = fopen(file, "r");
    char  all[256] = "";
    assert_true(fread(all, 1, sizeof all - 1, in) > 0);
    fclose(in);
    free(text);
    assert_non_null(strstr(all, "{\"after\":1}\n"));
    assert_non_null(strstr(all, "{\"dropped\":1}\n"));
}

static void test_a_file_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct fault why = { 0 };
    assert_null(audit_open("/nowhere/at/all", &why));
    assert_non_null(strstr(why.detail, "/nowhere/at/all"));
}

static void test_a_bounded_file_forgets_its_older_half(void **state)
{
    (void)state;
    enum { MOST = 2000, LINES_WRITTEN = 200 };
    char        old[sizeof file + 8], text[64] = "";
    struct stat about;
    snprintf(old, sizeof old, "%s.old", file);
    for (int i = 0; i < LINES_WRITTEN; i++) { /* closed each time: what waits is written */
        struct fault  why = { 0 };
        struct audit *audit = audit_open_bounded(file, MOST, &why);
        assert_non_null(audit);
        snprintf(text, sizeof text, "{\"line\":%d}", i);
        audit_line(audit, slice_str(text));
        audit_close(&audit);
        assert_int_equal(stat(file, &about), 0);
        assert_true(about.st_size < MOST / 2 + (off_t)sizeof text);
    }
    assert_int_equal(stat(old, &about), 0);
    assert_true(about.st_size >= MOST / 2 && about.st_size < MOST / 2 + (off_t)sizeof text);
    assert_int_equal(about.st_mode & 0777, 0600);
    FILE *in = fopen(file, "r");
    char  all[MOST] = "";
    assert_true(fread(all, 1, sizeof all - 1, in) > 0);
    fclose(in);
    assert_non_null(strstr(all, text)); /* the last line is in the newer one */
    unlink(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_of_many_threads_are_whole, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_the_file_is_the_operators_alone, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_a_line_that_cannot_fit_is_dropped_and_counted, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(test_a_bounded_file_forgets_its_older_half, make_file, remove_file),
        cmocka_unit_test(test_a_file_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
