/* test_draft.c - what may be wrong with a draft is told, and what is not wrong is let be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/draft.h"
#include "unit/an_arena.h"

/* ---- repetition ---- */

static struct slice repeated(struct arena *arena, const char *words, unsigned times)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    for (unsigned i = 0; i < times; i++)
        buf_add_str(&out, words);
    struct slice text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

static void test_circles_are_seen(void **state)
{
    struct arena *arena = *state;
    assert_true(text_goes_round(repeated(arena, "I am. ", 60), arena));
    assert_true(
        text_goes_round(repeated(arena, "The capital of France is Paris,\n which is the capital. ", 6), arena));
    assert_true(text_goes_round(repeated(arena, "\xE5\xAF\xB9\xE4\xB8\x8D\xE8\xB5\xB7", 40), arena));
    assert_true(text_goes_round(repeated(arena, "x", 20000), arena));
    assert_false(text_goes_round(repeated(arena, "ha ", 30), arena)); /* too short to tell */
}

static void test_what_only_looks_like_circles_is_let_be(void **state)
{
    struct arena *arena = *state;
    struct buf    table;
    buf_init(&table, 1 << 16);
    for (unsigned i = 0; i < 60; i++)
        buf_printf(&table, "| row %u | {\"name\": \"n%u\", \"unit\": \"kg\", \"amount\": %u} |\n", i, i * 7,
                   i * i);
    assert_false(text_goes_round(buf_slice(&table), arena));
    buf_fini(&table);
    const char *verse =
        "Row, row, row your boat, gently down the stream, merrily, merrily, merrily, merrily, life is but "
        "a dream. If you see a crocodile, don't forget to scream. Here is the whole of it once more, and "
        "with a few words of thanks for all who sang along with us by the river on that evening: ";
    assert_false(text_goes_round(slice_str(verse), arena));
    assert_false(text_goes_round(repeated(arena, verse, 2), arena)); /* said twice is not yet a circle */
    assert_true(text_goes_round(repeated(arena, verse, 4), arena));
}

/* ---- sums ---- */

static void test_sums_are_worked_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned    right, wrong;
    } rows[] = {
        { "James runs 3 x 60 = <<3*60=180>>180 meters. So 180 x 3 = <<180*3=540>>540.", 2, 0 },
        { "15 + 25 = 50 cups", 0, 1 },
        { "$16 x $3 = $48, $1,250.50 * 2 = $2,501", 2, 0 },
        { "100 / 3 = 33.33 and 7 / 2 = 3", 2, 0 },
        { "100 / 3 = 34.1", 0, 1 },
        { "(2 + 3) * 4 = 20, 2 + 3 * 4 = 20", 1, 1 },
        { "2^3 = 8, 2 ** 3 = 9", 1, 1 },
        { "60% x $5 = $3; 100 - 20% = 80; 3/4 = 75%", 3, 0 },
        { "100 - 20% = 12", 1, 0 }, /* what has a per cent in it is never wrong */
        { "3 - 10 = -7 and 3 \xE2\x88\x92 10 = 7", 1, 1 },
        { "40 \\* 2 = 80; 0.3 \\* (25 + 35) = 0.3 \\* 60 = $18", 2, 0 },
        { "(6 / 12) x 100 = 50%, 6 / 12 = 50%", 2, 0 },
        /* part of something else, or no arithmetic at all */
        { "2x - 3 = 5, y + 2 - 3 = 5, f(2) * 2 = 9", 0, 0 },
        { "7 * 3 = 1 (mod 20), 3 * 4 = 12x, 5 + 3 = 8 + 2", 0, 0 },
        { "if (a[1] + 1 == 3) b = 2; 2 + 2 == 5", 0, 0 },
        { "9:00 + 3 = 12:00, version 1.2.3 - 1 = 7, 1,5 + 1 = 3", 0, 0 },
        { "5! = 120, x = 3, 2020-10-05 = Monday", 0, 0 },
        { "", 0, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sums sums = text_sums(slice_str(rows[i].text));
        if (sums.right != rows[i].right || sums.wrong != rows[i].wrong)
            fail_msg("\"%s\": %u right, %u wrong", rows[i].text, sums.right, sums.wrong);
    }
}

/* ---- form ---- */

static struct chat asked_with(struct arena *arena, const char *more)
{
    struct chat chat;
    const char *body = arena_printf(
        arena, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]%s}", more);
    assert_true(chat_read(arena, slice_str(body), &chat, NULL));
    return chat;
}

static const char *malformed(struct arena *arena, const char *more, const struct draft *draft)
{
    struct chat asked = asked_with(arena, more);
    const char *how;
    bool        is_malformed = draft_is_malformed(&asked, draft, arena, &how);
    assert_int_equal(is_malformed, how != NULL);
    return is_malformed ? how : "";
}

static const char *said(struct arena *arena, const char *more, const char *content)
{
    return malformed(arena, more, &(struct draft){ .content = slice_str(content) });
}

static const char *called(struct arena *arena, const char *more, const char *name, const char *arguments)
{
    struct draft_call call = { slice_str(name), slice_str(arguments) };
    return malformed(arena, more, &(struct draft){ .call = &call, .calls = 1 });
}

#define SCHEMA                                                                                                 \
    ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":"     \
    "\"object\","                                                                                              \
    "\"properties\":{\"a\":{\"$ref\":\"#/$defs/"                                                               \
    "i\"}},\"required\":[\"a\"],\"$defs\":{\"i\":{\"type\":\"integer\"}}}}}"

static void test_json_that_was_asked_for(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(said(arena, "", "no JSON"), "");
    assert_string_equal(said(arena, ",\"response_format\":{\"type\":\"text\"}", "no JSON"), "");
    assert_string_equal(said(arena, ",\"response_format\":{\"type\":\"json_object\"}", " {\"a\":1}\n"), "");
    assert_string_equal(
        said(arena, ",\"response_format\":{\"type\":\"json_object\"}", "```json\n{\"a\":1}\n```"),
        "it is no JSON");
    assert_string_equal(said(arena, SCHEMA, "{\"a\":1}"), "");
    assert_string_equal(said(arena, SCHEMA, "{\"a\":\"1\"}"), "type");
    assert_string_equal(said(arena, SCHEMA, "{\"b\":1}"), "required");
    assert_string_equal(said(arena, SCHEMA, "{\"a\":1"), "it is no JSON");
    assert_string_equal(
        said(arena,
             ",\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"array\"}}}",
             "{}"),
        "type");
}

#define TOOLS                                                                                                  \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":{\"type\":\"object\","  \
    "\"properties\":{\"at\":{\"type\":\"string\",\"enum\":[\"sky\",\"sea\"]}},\"required\":[\"at\"]}}},"       \
    "{\"type\":\"function\",\"function\":{\"name\":\"wait\"}}]"

static void test_tools_and_their_arguments(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(called(arena, TOOLS, "look", "{\"at\":\"sky\"}"), "");
    assert_string_equal(called(arena, TOOLS, "look", "{\"at\":\"car\"}"), "enum");
    assert_string_equal(called(arena, TOOLS, "look", "{\"at\":\"sky\""), "it is no JSON");
    assert_string_equal(called(arena, TOOLS, "look", ""), "required");
    assert_string_equal(called(arena, TOOLS, "wait", ""), "");
    assert_string_equal(called(arena, TOOLS, "listen", "{}"), "it calls a tool that is not there");
    assert_string_equal(called(arena, ",\"tools\":[{\"type\":\"mcp\"}]", "listen", "{}"), "");
    assert_string_equal(
        called(arena,
               ",\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\",\"required\":[\"at\"]}}]",
               "look", "{}"),
        "required");
}

static void test_a_tool_that_must_be_called(void **state)
{
    struct arena *arena = *state;
    const char   *none = "it does not call the tool that it must";
    assert_string_equal(said(arena, TOOLS ",\"tool_choice\":\"auto\"", "I need no tool"), "");
    assert_string_equal(said(arena, TOOLS ",\"tool_choice\":\"required\"", "I need no tool"), none);
    assert_string_equal(called(arena, TOOLS ",\"tool_choice\":\"required\"", "wait", "{}"), "");
    assert_string_equal(
        called(arena, TOOLS ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}", "wait",
               "{}"),
        none);
    assert_string_equal(
        called(arena, TOOLS ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"wait\"}", "wait", "{}"), "");
    assert_string_equal(said(arena, TOOLS ",\"tool_choice\":{\"type\":\"any\"}", "no"), none);
}

/* ---- a prompt that was cut ---- */

static void test_a_prompt_that_was_cut(void **state)
{
    struct arena *arena = *state;
    struct chat   chat;
    struct slice  words = repeated(arena, "some words here ", 100);
    const char   *body = arena_printf(
          arena,
          "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":\"%.*s\"},"
            "{\"role\":\"user\",\"content\":\"%.*s\"}],\"tools\":[{\"type\":\"function\",\"function\":{"
            "\"name\":\"t\",\"description\":\"%.*s\"}}]}",
          SLICE_ARG(words), SLICE_ARG(words), SLICE_ARG(words));
    assert_true(chat_read(arena, slice_str(body), &chat, NULL));
    assert_true(prompt_was_cut(&chat, 256));
    assert_true(prompt_was_cut(&chat, 299));
    assert_false(prompt_was_cut(&chat, 300)); /* what the model said before, and tools, may be left out */
    assert_false(prompt_was_cut(&chat, 0));
    assert_false(prompt_was_cut(&chat, -1));
}

/* ---- agreement ---- */

static enum agreement agree(struct arena *arena, const char *a, const char *b)
{
    return drafts_agree(&(struct draft){ .content = slice_str(a) }, &(struct draft){ .content = slice_str(b) },
                        arena);
}

static void test_drafts_that_agree(void **state)
{
    struct arena *arena = *state;
    assert_int_equal(agree(arena, "So it is 1,250.", "Therefore the answer is **1250** dollars."),
                     AGREEMENT_SAME);
    assert_int_equal(agree(arena, "So it is 12.", "So it is 13."), AGREEMENT_OTHER);
    assert_int_equal(agree(arena, "x = -3", "the answer: -3.0"), AGREEMENT_SAME);
    assert_int_equal(agree(arena, "x = -3", "x = 3"), AGREEMENT_OTHER);
    assert_int_equal(agree(arena, "So it is 12.", "I cannot tell."), AGREEMENT_ONE_SIDED);
    assert_int_equal(agree(arena, "1. Wash it.\n2. Dry it.", "1. Wash it.\n2. Wring it.\n3. Dry it."),
                     AGREEMENT_UNTOLD);
    assert_int_equal(agree(arena, "1. Wash it.\n2. Pay 12.", "Pay 13."), AGREEMENT_OTHER);
    assert_int_equal(agree(arena, "Paris.", " Paris.\n"), AGREEMENT_SAME);
    assert_int_equal(agree(arena, "Paris.", "It is Paris."), AGREEMENT_UNTOLD);
    assert_int_equal(agree(arena, "{\"a\":1,\"b\":[2]}", "{ \"b\":[2.0], \"a\":1 }"), AGREEMENT_SAME);
    assert_int_equal(agree(arena, "{\"a\":1}", "{\"a\":2}"), AGREEMENT_OTHER);
    assert_int_equal(agree(arena, "{\"a\":1}", "a is 1"), AGREEMENT_OTHER);
}

static void test_calls_that_agree(void **state)
{
    struct arena           *arena = *state;
    const struct draft_call a = { S("look"), S("{\"at\":\"sky\",\"for\":1}") },
                            b = { S("look"), S("{\"for\":1, \"at\":\"sky\"}") },
                            c = { S("look"), S("{\"at\":\"sea\"}") };
    const struct draft first = { .call = &a, .calls = 1 }, second = { .call = &b, .calls = 1 },
                       third = { .call = &c, .calls = 1 }, words = { .content = S("no") };
    assert_int_equal(drafts_agree(&first, &second, arena), AGREEMENT_SAME);
    assert_int_equal(drafts_agree(&first, &third, arena), AGREEMENT_OTHER);
    assert_int_equal(drafts_agree(&first, &words, arena), AGREEMENT_OTHER);
}

static void test_each_doubt_has_a_word(void **state)
{
    (void)state;
    assert_null(doubt_word(NO_DOUBT));
    for (unsigned i = NO_DOUBT + 1; i < DOUBTS; i++)
        assert_non_null(doubt_word(i));
    assert_true(doubts_usual() >> DOUBT_MALFORMED & 1);
    assert_false(doubts_usual() >> DOUBT_DISAGREE & 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_circles_are_seen),          TEST(test_what_only_looks_like_circles_is_let_be),
        TEST(test_sums_are_worked_out),       TEST(test_json_that_was_asked_for),
        TEST(test_tools_and_their_arguments), TEST(test_a_tool_that_must_be_called),
        TEST(test_a_prompt_that_was_cut),     TEST(test_drafts_that_agree),
        TEST(test_calls_that_agree),          TEST(test_each_doubt_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
