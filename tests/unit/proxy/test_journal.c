/* test_journal.c - what was spent outlives the process that spent it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct journal_entry some = { .kind = JOURNAL_OVER,
                                           .line = "weir:{team:a}:money:b:c",
                                           .who = "0123-0.0",
                                           .lease = "0123-0-7:500",
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

/* The one entry of a kind. */
static const struct journal_entry *only(struct journal *j, enum journal_kind kind)
{
    unsigned                    count;
    const struct journal_entry *past = journal_past(j, &count), *found = NULL;
    for (unsigned i = 0; i < count; i++)
        if (past[i].kind == kind) {
            assert_null(found);
            found = &past[i];
        }
    return found;
}

static void remove_folder(const char *folder)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void the_next_process_takes_over(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-test-XXXXXX", name[JOURNAL_NAME_BYTES];
    assert_non_null(mkdtemp(folder));
    struct journal      *j = open_in(folder, 0), *neighbour = open_in(folder, 0);
    struct journal_entry entry = some;
    snprintf(name, sizeof name, "%s", journal_name(j));
    entry.kind = JOURNAL_BEGUN; /* begins, and is over */
    journal_add(j, &entry);
    entry.kind = JOURNAL_OVER;
    for (int i = 0; i < 3; i++) {
        journal_add(j, &entry);
        entry.total_nanousd += 10;
    }
    entry.line = "weir:{team:a}:money:old";
    entry.until_ms = 5; /* nobody asks for it any more */
    journal_add(j, &entry);
    journal_close(&j);
    for (int i = 0; i < 2; i++) { /* told to nobody yet, and so still there the next time */
        j = open_in(folder, 10);
        const struct journal_entry *past = only(j, JOURNAL_OVER);
        assert_string_equal(past->line, some.line);
        assert_string_equal(past->who, some.who);
        assert_int_equal(past->total_nanousd, 62);
        assert_int_equal(past->bucket, 3);
        if (i == 0) {
            assert_string_equal(only(j, JOURNAL_HEIR)->who, name);
            assert_int_equal(only(j, JOURNAL_HEIR)->buckets, 1); /* it ended well, and left all */
        }
        assert_int_equal(files_in(folder), 4); /* its and the neighbour's, which was left alone */
        journal_close(&j);
    }
    journal_close(&neighbour);
    remove_folder(folder);
}

/* In a process of its own, which is killed at once. */
static void die_with(const char *folder, const struct journal_entry *entry, int count)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct fault    why;
        struct journal *j = journal_open(folder, 0, &why);
        for (int i = 0; i < count; i++)
            journal_add(j, &entry[i]);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
}

/* What was handed over is there, however soon its process was killed; and what ran counts at its worst, once,
 * whoever is killed next. */
static void nothing_is_lost_by_a_kill(void **state)
{
    (void)state;
    char                 folder[] = "/tmp/weir-test-XXXXXX";
    struct journal_entry entry[4] = { some, some, some, some };
    assert_non_null(mkdtemp(folder));
    entry[0].kind = JOURNAL_BEGUN;
    entry[1].total_nanousd = 50; /* it is over */
    entry[2].kind = entry[3].kind = JOURNAL_BEGUN;
    entry[2].lease = "0123-0-8:100";
    entry[3].lease = "0123-0-9:7";
    die_with(folder, entry, 4);
    for (int i = 0; i < 3; i++)
        die_with(folder, NULL, 0);
    struct journal             *j = open_in(folder, 10);
    const struct journal_entry *past = only(j, JOURNAL_OVER);
    assert_int_equal(past->total_nanousd, 50 + 100 + 7);
    assert_null(only(j, JOURNAL_BEGUN));
    assert_int_equal(files_in(folder), 2);
    journal_close(&j);
    remove_folder(folder);
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
        cmocka_unit_test(nothing_is_lost_by_a_kill),
        cmocka_unit_test(torn_lines_are_passed_over),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
