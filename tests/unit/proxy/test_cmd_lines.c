/* test_cmd_lines.c - lines come out as an editor would count them, and an over-long one is no line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd_lines.h"

#include "base/die.h"

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
    lines_init(&lines, file);
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

static void test_a_line_that_is_too_long_ends_it(void **state)
{
    (void)state;
    for (size_t len = LINE_MOST_BYTES; len <= LINE_MOST_BYTES + 1; len++) {
        struct lines lines;
        struct slice line;
        char        *text = must_calloc(len + 3, 1);
        memset(text, 'a', len + 3);
        text[len] = text[len + 2] = '\n';
        FILE *file = file_of(slice_of(text, len + 3));
        lines_init(&lines, file);
        bool fits = len == LINE_MOST_BYTES;
        assert_int_equal(lines_next(&lines, &line), fits);
        assert_int_equal(lines_next(&lines, &line), fits);
        assert_int_equal(lines.is_bad, !fits);
        lines_fini(&lines);
        fclose(file);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_of_lines),
        cmocka_unit_test(test_a_line_that_is_too_long_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
