/* test_files.c - files are read whole or not at all; folders are made with all above them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/weir-files-XXXXXX";

static int make(void **state)
{
    *state = arena_new();
    memset(folder + strlen(folder) - 6, 'X', 6);
    return mkdtemp(folder) ? 0 : -1;
}

static int clear(void **state)
{
    struct arena *arena = *state;
    char          command[80];
    arena_free(&arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* NOLINT(bugprone-command-processor): a folder of our own */
}

static void write_file(const char *name, size_t bytes)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < bytes; i++)
        fputc('a', file);
    fclose(file);
}

static void test_a_file_is_read_whole(void **state)
{
    struct arena *arena = *state;
    const char   *name = arena_printf(arena, "%s/f", folder);
    struct slice  text;
    write_file(name, 70000);
    assert_true(file_read(arena, name, &text));
    assert_int_equal(text.len, 70000);
    write_file(name, 0);
    assert_true(file_read(arena, name, &text));
    assert_int_equal(text.len, 0);
}

static void test_what_is_no_file_or_too_large_is_not_read(void **state)
{
    struct arena *arena = *state;
    const char   *name = arena_printf(arena, "%s/f", folder);
    struct slice  text;
    assert_false(file_read(arena, name, &text));
    assert_false(file_read(arena, folder, &text));
    assert_false(file_read(arena, "/dev/zero", &text));
    write_file(name, (4 << 20) + 1);
    assert_false(file_read(arena, name, &text));
}

static void test_folders_are_made_with_those_above_for_us_alone(void **state)
{
    struct arena *arena = *state;
    const char   *name = arena_printf(arena, "%s/a/b/c", folder);
    struct fault  why = { 0 };
    struct stat   about;
    assert_true(folder_make(name, &why));
    assert_true(folder_make(name, &why)); /* it is there */
    assert_int_equal(stat(name, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
}

static void test_a_folder_that_cannot_be_is_named(void **state)
{
    struct arena *arena = *state;
    struct fault  why = { 0 };
    write_file(arena_printf(arena, "%s/f", folder), 1);
    const char *name = arena_printf(arena, "%s/f/g", folder);
    assert_false(folder_make(name, &why));
    assert_non_null(strstr(why.detail, name));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_is_read_whole),
        TEST(test_what_is_no_file_or_too_large_is_not_read),
        TEST(test_folders_are_made_with_those_above_for_us_alone),
        TEST(test_a_folder_that_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
