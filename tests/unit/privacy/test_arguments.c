/*
 * test_arguments.c - tools' arguments: found at their depth, JSON when hidden, and the same JSON when given
 * back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_finder.h"
#include "privacy/vault.h"
#include "wire/json.h"

#include <stdlib.h>

enum { CEILING = 1 << 16 };

struct fixture {
    struct arena *arena;
    struct vault *vault;
};

static void begin_exchange(struct fixture *f)
{
    static const struct vault_key key = { "team" };
    f->vault = vault_new(f->arena, &key);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    begin_exchange(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(&f->arena);
    free(f);
    return 0;
}

static struct slice hidden(struct fixture *f, struct slice text, bool are_arguments, size_t *count)
{
    struct findings found;
    struct buf      out;
    bool            ok = are_arguments ? find_in_arguments(finder, scratch, f->arena, text, &found, NULL)
                                       : find(finder, scratch, f->arena, text, &found, NULL);
    assert_true(ok);
    buf_init(&out, CEILING);
    *count = vault_hide(f->vault, text, &found, PII_ALL, &out);
    struct slice copy = arena_copy(f->arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

static struct slice given_back(struct fixture *f, struct slice text, bool inside_json)
{
    struct buf out;
    buf_init(&out, CEILING);
    vault_restore(f->vault, text, inside_json, &out);
    struct slice copy = arena_copy(f->arena, buf_slice(&out));
    buf_fini(&out);
    return copy;
}

static bool is_json(struct fixture *f, struct slice text)
{
    struct json json;
    return json_read(f->arena, text, &json, NULL);
}

/* What comes back says the same; the escapes may be others. */
static void assert_same_json(struct fixture *f, struct slice a, struct slice b)
{
    struct json left = { 0 }, right = { 0 };
    assert_true(json_read(f->arena, a, &left, NULL) && json_read(f->arena, b, &right, NULL));
    assert_int_equal(left.count, right.count);
    for (json_at i = 0; i < left.count; i++) {
        assert_int_equal(json_kind(&left, i), json_kind(&right, i));
        if (json_kind(&left, i) == JSON_STRING)
            assert_true(slice_eq(json_string(&left, i, f->arena), json_string(&right, i, f->arena)));
        else if (json_kind(&left, i) == JSON_NUMBER)
            assert_true(slice_eq(json_raw(&left, i), json_raw(&right, i)));
    }
}

#define PEM                                                                                                    \
    "-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9\\nZk3vP0wq8RtY5uLm2X\\n"       \
    "-----END PRIVATE KEY-----"

static void arguments_are_json_when_hidden_and_the_same_when_given_back(void **state)
{
    static const struct {
        const char *text;
        size_t      count;
        const char *gone; /* nothing of it may be left */
    } rows[] = {
        { "{\"to\":\"ann@example.org\"}", 1, "ann" },
        { "{\"to\":\"call\\nann@example.org\\tnow\"}", 1, "ann" },
        { "{\"to\":\"ann\\u0040example.org\"}", 1, "ann" },
        { "{\"to\":\"j\\u00fcrgen.m\\u00fcller@example.org\"}", 1, "rgen" },
        { "{\"key\":\"" PEM "\\n\"}", 1, "MIIE" },
        { "{\"password\":\"ab\\\"cd9f\"}", 1, "cd9f" },
        { "{\"password\":\"ab\\\\cd9f\"}", 1, "cd9f" },
        { "{\"card\":4111111111111111}", 1, "4111" },
        /* JSON in a string of JSON, and once more. */
        { "{\"body\":\"{\\\"to\\\":\\\"ann@example.org\\\"}\"}", 1, "ann" },
        { "{\"body\":\"{\\\"to\\\":\\\"ann\\\\u0040example.org\\\"}\"}", 1, "ann" },
        { "{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"ssn\\\\\\\":\\\\\\\"536-90-4399\\\\\\\"}\\\"}\"}", 1, "536-" },
        { "{\"a\":\"{\\\"card\\\":4111111111111111}\"}", 1, "4111" },
        { "{\"data\":\"YW5uLnNtaXRoQGV4YW1wbGUub3Jn\"}", 1, "YW5u" },
        { "{\"card\": 4111111111111111 , \"cvc\": 1}", 1, "4111" },
        { "{\"cards\":[4111111111111111,5555555555554444]}", 2, "5555" },
        { "{\"n\":1,\"ok\":true,\"card\":\"4111111111111111\",\"x\":[null,{\"y\":[]}]}", 1, "4111" },
        { "{\"ann@example.org\":{\"is\":\"\\/x\"}}", 1, "ann" },
        { "\"ann@example.org\"", 1, "ann" },
        { "4111111111111111", 1, "4111" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t count;
        begin_exchange(f);
        struct slice text = slice_str(rows[i].text), out = hidden(f, text, true, &count);
        if (count != rows[i].count || slice_find(out, slice_str(rows[i].gone)) != SLICE_NONE ||
            !is_json(f, out))
            fail_msg("%s -> %.*s", rows[i].text, SLICE_ARG(out));
        assert_same_json(f, given_back(f, out, true), text);
    }
}

static void a_value_has_one_placeholder_however_it_is_written(void **state)
{
    struct fixture *f = *state;
    size_t          count;
    struct slice    plain = hidden(f, S("ann@example.org"), false, &count);
    struct slice    escaped = hidden(f, S("\"ann\\u0040example.org\""), true, &count);
    assert_true(slice_eq(slice_cut(escaped, 1, escaped.len - 1), plain));
    assert_true(slice_is(given_back(f, plain, false), "ann@example.org"));
    assert_int_equal(vault_count(f->vault), 1);
}

/* A model writes a placeholder as it likes. */
static void a_number_comes_back_as_a_number(void **state)
{
    struct fixture *f = *state;
    size_t          count;
    struct slice    quoted = hidden(f, S("4111111111111111"), true, &count);
    struct slice    bare = slice_cut(quoted, 1, quoted.len - 1);
    assert_true(slice_is(slice_cut(quoted, 0, 6), "\"CARD_"));

    const struct {
        const char *before;
        bool        is_quoted;
        const char *after, *expected;
    } rows[] = {
        { "{\"card\":", true, "}", "{\"card\":4111111111111111}" },
        { "{\"card\":", false, "}", "{\"card\":4111111111111111}" },
        { "{\"note\":\"of ", false, "\"}", "{\"note\":\"of 4111111111111111\"}" },
        { "{\"note\":\"", false, " it is\"}", "{\"note\":\"4111111111111111 it is\"}" },
        { "\"\"", true, "\"", "\"\"4111111111111111\"" },
        { "\"", false, "", "\"4111111111111111" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char  *text = arena_printf(f->arena, "%s%.*s%s", rows[i].before,
                                         SLICE_ARG(rows[i].is_quoted ? quoted : bare), rows[i].after);
        struct slice back = given_back(f, slice_str(text), true);
        if (!slice_is(back, rows[i].expected))
            fail_msg("%s -> %.*s", text, SLICE_ARG(back));
    }
    /* Words beside JSON keep their quotes. */
    assert_true(slice_is(given_back(f, quoted, false), "\"4111111111111111\""));
}

static void a_number_comes_back_from_any_cut(void **state)
{
    struct fixture *f = *state;
    size_t          count;
    struct slice    text =
        hidden(f, S("{\"card\":4111111111111111,\"to\":\"ann@example.org\",\"n\":[\"\"]}"), true, &count);
    struct slice expected = given_back(f, text, true);
    assert_int_equal(count, 2);
    for (size_t cut = 0; cut <= text.len; cut++) {
        struct restore *r = restore_new(f->arena, f->vault);
        struct buf      out;
        buf_init(&out, CEILING);
        restore_inside_json(r);
        restore_feed(r, slice_cut(text, 0, cut), &out);
        restore_feed(r, slice_cut(text, cut, text.len), &out);
        restore_end(r, &out);
        assert_true(slice_eq(buf_slice(&out), expected));
        buf_fini(&out);
    }
}

/* Cut anywhere they are no JSON: nothing of a whole value is left even so, and what has none is as it was. */
static void arguments_that_are_no_json_are_looked_at(void **state)
{
    static const char text[] =
        "{\"a\":\"x\\u0040y \\\\ann@example.org\\ud83d\\ude00\\u12\",\"b\":4111111111111111}";
    struct fixture *f = *state;
    for (size_t len = 0; len < sizeof text; len++) {
        size_t       count;
        char        *exact = malloc(len ? len : 1);
        struct slice cut = slice_of(memcpy(exact, text, len), len), out = hidden(f, cut, true, &count);
        assert_true(slice_find(out, S("ann@example.org")) == SLICE_NONE);
        assert_true(slice_find(out, S("4111111111111111")) == SLICE_NONE);
        if (count == 0)
            assert_true(slice_eq(out, cut));
        free(exact);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(arguments_are_json_when_hidden_and_the_same_when_given_back),
        TEST(a_value_has_one_placeholder_however_it_is_written),
        TEST(a_number_comes_back_as_a_number),
        TEST(a_number_comes_back_from_any_cut),
        TEST(arguments_that_are_no_json_are_looked_at),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
