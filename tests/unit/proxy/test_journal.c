/* test_journal.c - what was spent outlives the process that spent it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct journal_entry some = { .line = "weir:{team:a}:money:b:c",
                                           .marker = "weir:{team:a}:ledger",
                                           .who = "0123.0",
                                           .lease = "-0123-7:500",
                                           .bucket = 3,
                                           .buckets = 24,
                                           .total_nanousd = 42,
                                           .until_ms = 1000000,
                                           .keep_ms = 9 };

static struct journal *open_in(const char *folder, int64_t wall_ms)
{
    struct fault    why;
    struct journal *j = journal_open(folder, wall_ms, &why);
    assert_non_null(j);
    return j;
}

static unsigned files_in(const char *folder)
{
    unsigned count = 0;
    DIR     *listed = opendir(folder);
    for (struct dirent *d; (d = readdir(listed));)
        count += d->d_name[0] != '.';
    closedir(listed);
    return count;
}

static void the_next_process_takes_over(void **state)
{
    (void)state;
    char     folder[] = "/tmp/weir-test-XXXXXX";
    unsigned count;
    assert_non_null(mkdtemp(folder));
    struct journal      *j = open_in(folder, 0), *neighbour = open_in(folder, 0);
    struct journal_entry entry = some;
    entry.lease = "+0123-7:500"; /* begins, and is over */
    journal_add(j, &entry);
    entry.lease = some.lease;
    for (int i = 0; i < 3; i++) {
        journal_add(j, &entry);
        entry.total_nanousd += 10;
    }
    entry.lease = "+0123-8:9"; /* begins, and is not over */
    journal_add(j, &entry);
    entry.line = "weir:{team:a}:money:old";
    entry.until_ms = 5; /* nobody asks for it any more */
    journal_add(j, &entry);
    journal_close(&j);
    j = open_in(folder, 10);
    const struct journal_entry *past = journal_past(j, &count);
    assert_int_equal(count, 2);
    const struct journal_entry *begun = past[0].lease[0] == '+' ? past : past + 1;
    assert_string_equal(begun->lease, "+0123-8:9");
    past = begun == past ? past + 1 : past;
    assert_string_equal(past->line, some.line);
    assert_string_equal(past->who, some.who);
    assert_int_equal(past->total_nanousd, 62);
    assert_int_equal(past->bucket, 3);
    assert_int_equal(files_in(folder), 2); /* the neighbour's was left alone */
    journal_close(&j);
    j = open_in(folder, 10); /* told to nobody yet, and still there */
    (void)journal_past(j, &count);
    assert_int_equal(count, 2);
    journal_close(&j);
    journal_close(&neighbour);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* A line cut anywhere, or with any bit turned, is no entry. */
static void torn_lines_are_passed_over(void **state)
{
    (void)state;
    struct buf           line;
    struct journal_entry read;
    char                 copy[512];
    buf_init(&line, sizeof copy);
    journal_write_line(&line, &some);
    for (size_t len = 0; len <= line.len; len++) {
        snprintf(copy, sizeof copy, "%.*s", (int)len, line.ptr);
        assert_int_equal(journal_read_line(copy, len, &read), len == line.len);
    }
    assert_int_equal(read.keep_ms, some.keep_ms);
    assert_string_equal(read.lease, some.lease);
    for (size_t at = 0; at < line.len; at++) {
        snprintf(copy, sizeof copy, "%.*s", (int)line.len, line.ptr);
        copy[at] ^= 1;
        assert_false(journal_read_line(copy, line.len, &read));
    }
    buf_fini(&line);
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    (void)state;
    struct fault why = { 0 };
    assert_null(journal_open("/proc/no/such", 0, &why));
    assert_int_equal(why.kind, FAULT_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_process_takes_over),
        cmocka_unit_test(torn_lines_are_passed_over),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
