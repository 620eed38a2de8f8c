/* test_json_edit.c - splicing leaves every other byte alone; strings come out as JSON whatever goes in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/json.h"

static struct json read_or_fail(struct arena *arena, const char *text)
{
    struct json  j;
    struct fault why = { 0 };
    if (!json_read(arena, slice_str(text), &j, &why))
        fail_msg("%s: %s", text, why.detail);
    return j;
}

static void expect_spliced(struct slice text, struct json_edit *edits, size_t count, const char *result)
{
    struct buf out;
    buf_init(&out, 4096);
    json_splice(text, edits, count, &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, result);
    buf_fini(&out);
}

static void test_splice(void **state)
{
    (void)state;
    expect_spliced(S("abc"), NULL, 0, "abc");
    struct json_edit edits[] = { { 6, 6, S("!") }, { 2, 4, S("xyz") }, { 0, 0, S("<") }, { 4, 5, S("") } };
    expect_spliced(S("012345"), edits, 4, "<01xyz5!");
}

static void test_add_member(void **state)
{
    struct json      j = read_or_fail(*state, "{ \"a\" : 1 , \"b\" : { } }");
    struct json_edit edits[] = {
        json_edit_add_member(&j, 0, "c\"", S("[1]"), *state),
        json_edit_add_member(&j, json_get(&j, 0, "b"), "d", S("null"), *state),
    };
    expect_spliced(j.text, edits, 2, "{ \"a\" : 1 , \"b\" : {\"d\":null },\"c\\\"\":[1] }");
}

static void expect_removed(struct arena *arena, const char *text, const char *key, const char *result)
{
    struct json      j = read_or_fail(arena, text);
    struct json_edit edit = json_edit_remove_member(&j, 0, json_get(&j, 0, key));
    expect_spliced(j.text, &edit, 1, result);
}

static void test_remove_member(void **state)
{
    expect_removed(*state, "{\"a\":1}", "a", "{}");
    expect_removed(*state, "{ \"a\":1 }", "a", "{  }");
    expect_removed(*state, "{\"a\":1, \"b\":2,\"c\":3}", "a", "{\"b\":2,\"c\":3}");
    expect_removed(*state, "{\"a\":1, \"b\":2,\"c\":3}", "b", "{\"a\":1, \"c\":3}");
    expect_removed(*state, "{\"a\":1, \"b\":2 , \"c\":3}", "c", "{\"a\":1, \"b\":2}");
}

static void expect_written(struct slice text, const char *json)
{
    struct buf out;
    buf_init(&out, 4096);
    json_add_string(&out, text);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, json);
    buf_fini(&out);
}

static void test_write_string(void **state)
{
    (void)state;
    expect_written(S(""), "\"\"");
    expect_written(S("plain and long enough for eight at a time"),
                   "\"plain and long enough for eight at a time\"");
    expect_written(S("\"\\/\b\f\n\r\t\v\x01\x1f\x7f"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\\u0001\\u001f\x7f\"");
    expect_written(S("\0"), "\"\\u0000\"");
    expect_written(S("h\xC3\xA9 \xF0\x9F\x98\x80"), "\"h\xC3\xA9 \xF0\x9F\x98\x80\"");
    expect_written(S("a\xFF"
                     "b\xC3"),
                   "\"a\xEF\xBF\xBD"
                   "b\xEF\xBF\xBD\"");
    expect_written(S("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

/* Every byte at every place in a word of eight: what is written reads back the same. */
static void test_write_and_read_again(void **state)
{
    struct buf out;
    buf_init(&out, 4096);
    for (int byte = 0; byte < 0x80; byte++)
        for (size_t at = 0; at < 17; at++) {
            char text[17];
            memset(text, 'x', sizeof text);
            text[at] = (char)byte;
            buf_reset(&out);
            json_add_string(&out, slice_of(text, sizeof text));
            struct json j;
            assert_true(json_read(*state, buf_slice(&out), &j, NULL));
            assert_true(slice_eq(json_string(&j, 0, *state), slice_of(text, sizeof text)));
        }
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_splice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_add_member, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove_member, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_string, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_and_read_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
