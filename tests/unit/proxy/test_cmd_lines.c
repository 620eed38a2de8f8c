/* test_cmd_lines.c - lines come out as an editor would count them, and an over-long one is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd_lines.h"

static FILE *file_of(struct slice text)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    rewind(file);
    return file;
}

static void assert_lines(struct slice text, const struct slice *wanted, size_t count)
{
    struct lines lines;
    struct slice line;
    FILE        *file = file_of(text);
    lines_init(&lines, file, LINE_MOST_BYTES);
    for (size_t i = 0; i < count; i++) {
        assert_true(lines_next(&lines, &line));
        assert_true(slice_eq(line, wanted[i]));
        assert_int_equal(lines.number, i + 1);
    }
    assert_false(lines_next(&lines, &line));
    assert_false(lines.is_bad);
    lines_fini(&lines);
    fclose(file);
}

static void test_ends_of_lines(void **state)
{
    (void)state;
    const struct slice wanted[] = { S("one"), S(""), S("two\rtwo"), S("zero\0byte"), S("last") };
    assert_lines(S("one\n\ntwo\rtwo\r\nzero\0byte\nlast"), wanted, 5);
    assert_lines(S("one\n\ntwo\rtwo\nzero\0byte\r\nlast\n"), wanted, 5);
    assert_lines(S(""), NULL, 0);
    assert_lines(S("\n"), &wanted[1], 1);
}

static void test_a_line_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    struct lines lines;
    struct slice line;
    FILE        *file = file_of(S("1234\n12345\n123"));
    lines_init(&lines, file, 4);
    for (size_t i = 1; i <= 3; i++) {
        assert_true(lines_next(&lines, &line));
        assert_int_equal(lines.number, i);
        assert_int_equal(lines.is_long, i == 2);
        assert_int_equal(line.len, i == 1 ? 4 : i == 2 ? 0 : 3);
    }
    assert_false(lines_next(&lines, &line));
    lines_fini(&lines);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_of_lines),
        cmocka_unit_test(test_a_line_that_is_too_long_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
