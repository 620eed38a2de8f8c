/* test_json_read.c - what is refused, and where a fault says it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>

static bool reads(struct slice text, struct fault *why)
{
    struct arena *arena = arena_new();
    struct json   j;
    bool          good = json_read(arena, text, &j, why);
    if (!good)
        assert_int_equal(j.count, 0);
    arena_free(&arena);
    return good;
}

static void test_documents(void **state)
{
    (void)state;
    static const char *const good[] = {
        "null",
        " true ",
        "false\n",
        "[]",
        "[[],[]]",
        "{}",
        "{\"a\":{\"a\":1}}",
        "[1,2]",
        "-1.5e+3",
        "\"\xC2\x80\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"",
        "\"\x7F\"",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct fault why = { 0 };
        if (!reads(slice_str(good[i]), &why))
            fail_msg("%s: %s", good[i], why.detail);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "nul",
        "nulll",
        "NaN",
        "Infinity",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{1:1}",
        "\"a",
        "\"a\nb\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\",
        "1 2",
        "{} x",
        "// c\n1",
        "[1]/**/",
        "\"a\" \"b\"",
        "\"\xC0\x80\"",
        "\"\xC1\xBF\"",
        "\"\x80\"",
        "\"\xE0\x9F\xBF\"",
        "\"\xED\xA0\x80\"",
        "\"\xF0\x8F\xBF\xBF\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\xF5\x80\x80\x80\"",
        "\"\xE2\x82\"",
        "\"\xC3\"",
        "\xEF\xBB\xBF{}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fault why = { 0 };
        if (reads(slice_str(bad[i]), &why))
            fail_msg("%s was read", bad[i]);
        assert_int_equal(why.kind, FAULT_BAD_REQUEST);
    }
    assert_false(reads(S("\"a\0b\""), NULL));
    assert_false(reads(S("{}\0"), NULL));
}

/* A document cut anywhere but at its end is no document: what every-split means where input is given whole. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    struct slice text = S("{\"a\":[1.5e3,\"x\\u00e9\xC3\xA9\\n\",true,null],\"b\":{\"c\":{}}}");
    for (size_t cut = 0; cut < text.len; cut++) {
        char *exact = malloc(cut ? cut : 1); /* so that ASan sees a byte too many */
        memcpy(exact, text.ptr, cut);
        assert_false(reads(slice_of(exact, cut), NULL));
        free(exact);
    }
    assert_true(reads(text, NULL));
}

static void test_depth(void **state)
{
    (void)state;
    char text[4 * JSON_DEPTH_MOST + 8] = "";
    memset(text, '[', JSON_DEPTH_MOST);
    memset(text + JSON_DEPTH_MOST, ']', JSON_DEPTH_MOST);
    assert_true(reads(slice_str(text), NULL));
    memset(text, '[', JSON_DEPTH_MOST + 1);
    memset(text + JSON_DEPTH_MOST + 1, ']', JSON_DEPTH_MOST + 1);
    struct fault why = { 0 };
    assert_false(reads(slice_str(text), &why));
    assert_non_null(strstr(why.detail, "too many levels"));
}

static void test_too_many_values(void **state)
{
    (void)state;
    size_t len = 2 * (size_t)JSON_NODES_MOST + 1; /* "[1,1,…,1]" with as many ones: one value too many */
    char  *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 2 ? '1' : ',';
    text[0] = '[';
    text[len - 1] = ']';
    struct fault why = { 0 };
    assert_false(reads(slice_of(text, len), &why));
    assert_non_null(strstr(why.detail, "too many values"));
    text[len - 3] = ']';
    assert_true(reads(slice_of(text, len - 2), NULL));
    free(text);
}

static void expect_duplicate(const char *text, const char *path)
{
    struct fault why = { 0 };
    assert_false(reads(slice_str(text), &why));
    assert_int_equal(why.kind, FAULT_DUPLICATE_KEY);
    assert_string_equal(why.param, path);
}

static void test_duplicates(void **state)
{
    (void)state;
    expect_duplicate("{\"a\":1,\"a\":1}", "a");
    expect_duplicate("{\"a\":1,\"\\u0061\":1}", "a");
    expect_duplicate("{\"x\":[{},{\"model\":1,\"b\":2,\"model\":3}]}", "x[1].model");
    expect_duplicate("{\"\":1,\"\":2}", "*");
    expect_duplicate("{\"jo@example.com\":1,\"jo@example.com\":2}",
                     "*"); /* a fault never quotes what may be private */
    expect_duplicate("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}", "*");
    assert_true(reads(S("{\"a\":{\"a\":1},\"b\":{\"a\":1},\"A\":0}"), NULL));
}

/* Above a few members keys are sorted; the double is found at either end of them and in the middle. */
static void test_duplicates_among_many(void **state)
{
    (void)state;
    for (int twice = -1; twice < 40; twice += 13) {
        char   text[1024];
        size_t len = (size_t)snprintf(text, sizeof text, "{\"k%d\":0", twice);
        for (int i = 0; i < 40; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, ",\"k%d\":0", i);
        snprintf(text + len, sizeof text - len, "}");
        char path[16];
        snprintf(path, sizeof path, "k%d", twice);
        if (twice < 0)
            assert_true(reads(slice_str(text), NULL));
        else
            expect_duplicate(text, path);
    }
}

static void test_where(void **state)
{
    (void)state;
    struct fault why = { 0 };
    assert_false(reads(S("{\"messages\":[{\"content\":\"a\nb\"}]}"), &why));
    assert_string_equal(why.detail, "a control byte in a string at byte 26, in messages[0].content");
    assert_string_equal(why.param, "messages[0].content");
    assert_false(reads(S("[1,2"), &why));
    assert_string_equal(why.detail, "neither comma nor bracket at byte 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_too_many_values),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_duplicates_among_many),
        cmocka_unit_test(test_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
