/* test_openai_answer.c - whole answers and chunks: texts with their ranges, usage, finish, logprobs, errors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/answer.h"

#include <math.h>

static struct answer read_or_fail(struct arena *arena, const char *text)
{
    struct answer a;
    struct fault  why = { 0 };
    if (!answer_read(arena, slice_str(text), &a, &why))
        fail_msg("%s: %s", text, why.detail);
    return a;
}

/* "place choice.tool text" a line. */
static void expect_texts(struct arena *arena, const char *text, const char *list)
{
    static const char *const places[] = { "content", "refusal", "reasoning", "arguments", "input", "other" };
    struct answer            a = read_or_fail(arena, text);
    struct buf               told;
    buf_init(&told, 1 << 16);
    for (size_t i = 0; i < a.text_count; i++) {
        const struct answer_text *t = &a.text[i];
        buf_printf(&told, "%s %u.%u %.*s\n", places[t->place], t->choice, t->tool, SLICE_ARG(t->text));
        /* The range is that of its string. */
        struct json again;
        assert_true(json_read(arena, slice_cut(a.json.text, t->start, t->end), &again, NULL));
        assert_true(slice_eq(json_string(&again, 0, arena), t->text));
    }
    buf_add_byte(&told, '\0');
    assert_string_equal(told.ptr, list);
    buf_fini(&told);
}

static void test_whole(void **state)
{
    const char *text =
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{"
        "\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"h\\u00e9\",\"refusal\":null,\"reasoning_content\":"
        "\"hm\","
        "\"annotations\":[{\"type\":\"url_citation\",\"url_citation\":{\"title\":\"t\"}}]},\"logprobs\":null,"
        "\"finish_reason\":\"stop\"},{\"index\":1,\"message\":{\"refusal\":\"no\"},\"finish_reason\":"
        "\"length\"}],"
        "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21,\"prompt_tokens_details\":"
        "{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":3}},\"service_tier\":"
        "\"default\"}";
    expect_texts(
        *state, text,
        "content 0.0 h\xC3\xA9\nreasoning 0.0 hm\nother 0.0 url_citation\nother 0.0 t\nrefusal 1.0 no\n");
    struct answer a = read_or_fail(*state, text);
    assert_int_equal(a.choices, 2);
    assert_true(slice_is(a.finish, "stop"));
    assert_int_equal(a.finish_choice, 0);
    assert_false(a.is_error);
    assert_true(a.usage.is_given);
    assert_int_equal(a.usage.prompt_tokens, 9);
    assert_int_equal(a.usage.completion_tokens, 12);
    assert_int_equal(a.usage.cached_tokens, 4);
    assert_int_equal(a.usage.reasoning_tokens, 3);
}

static void test_chunks(void **state)
{
    expect_texts(*state,
                 "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}],"
                 "\"obfuscation\":\"x\"}",
                 "content 1.0 a\n");
    expect_texts(*state, "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                 "");
    expect_texts(*state,
                 "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":2,\"id\":\"call_1\","
                 "\"type\":\"function\","
                 "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\"}},{\"function\":{\"arguments\":\"x\"}},"
                 "{\"index\":3,\"custom\":{\"name\":\"sh\",\"input\":\"ls\"}}]}}]}",
                 "arguments 0.2 {\"a\narguments 0.1 x\ninput 0.3 ls\n");
    expect_texts(*state,
                 "{\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}}]}",
                 "arguments 0.0 {}\n");
    expect_texts(*state,
                 "{\"choices\":[{\"delta\":{\"reasoning\":\"r\",\"reasoning_details\":[{\"text\":\"s\"}]}}]}",
                 "reasoning 0.0 r\nother 0.0 s\n");
    expect_texts(
        *state,
        "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}],\"citations\":[\"c\"]}",
        "other 0.0 text\ncontent 0.0 a\nother 0.0 c\n");

    struct answer a =
        read_or_fail(*state, "{\"choices\":[],\"prompt_filter_results\":[],\"id\":\"\",\"model\":\"\"}");
    assert_true(a.choices == 0 && !a.finish.ptr && !a.usage.is_given && !answer_is_usage_only(&a));
    a = read_or_fail(
        *state, "{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"tool_calls\"}],\"usage\":null}");
    assert_true(slice_is(a.finish, "tool_calls"));
    assert_int_equal(a.finish_choice, 1);
    assert_false(a.usage.is_given);
}

static void expect_usage(struct arena *arena, const char *usage, bool given, int64_t prompt, int64_t completion,
                         int64_t cached)
{
    struct answer a = read_or_fail(arena, arena_printf(arena, "{\"choices\":[],\"usage\":%s}", usage));
    assert_int_equal(a.usage.is_given, given);
    assert_int_equal(answer_is_usage_only(&a), given);
    assert_int_equal(a.usage.prompt_tokens, prompt);
    assert_int_equal(a.usage.completion_tokens, completion);
    assert_int_equal(a.usage.cached_tokens, cached);
}

static void test_usage(void **state)
{
    expect_usage(*state, "null", false, 0, 0, 0);
    expect_usage(*state, "{}", false, 0, 0, 0);
    expect_usage(*state, "{\"prompt_tokens\":0,\"completion_tokens\":0}", true, 0, 0, 0);
    expect_usage(*state, "{\"prompt_tokens\":5,\"prompt_tokens_details\":null}", true, 5, -1, 0);
    expect_usage(*state, "{\"prompt_tokens\":5,\"completion_tokens\":6,\"prompt_cache_hit_tokens\":3}", true, 5,
                 6, 3);
    expect_usage(*state, "{\"prompt_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":50}}", true, 5, -1,
                 5);
    expect_usage(*state, "{\"prompt_tokens\":-5,\"completion_tokens\":1e3}", false, 0, 0, 0);
    expect_usage(*state, "{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":\"5\"}", false, 0, 0, 0);
}

/* xAI, and Gemini where it speaks OpenAI's, count what is thought in the total alone; embeddings have no more.
 */
static void test_the_total_tells_what_the_parts_leave_out(void **state)
{
    struct answer a = read_or_fail(
        *state, "{\"choices\":[],\"usage\":{\"prompt_tokens\":32,\"completion_tokens\":9,\"total_tokens\":135,"
                "\"completion_tokens_details\":{\"reasoning_tokens\":94}}}");
    assert_int_equal(a.usage.completion_tokens, 103);
    assert_int_equal(a.usage.reasoning_tokens, 94);
    expect_usage(*state, "{\"prompt_tokens\":10,\"total_tokens\":10}", true, 10, 0, 0);
    expect_usage(*state, "{\"prompt_tokens\":10,\"total_tokens\":17}", true, 10, 7, 0);
    expect_usage(*state, "{\"completion_tokens\":10,\"total_tokens\":17}", true, 7, 10, 0);
    expect_usage(*state, "{\"completion_tokens\":10}", true, -1, 10, 0);
    expect_usage(*state, "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":3}", true, 10, 5, 0);
}

static void test_what_is_written_for_an_hour_is_told_apart(void **state)
{
    struct answer a =
        read_or_fail(*state, "{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":1,"
                             "\"prompt_tokens_details\":{\"cache_creation_tokens\":50,"
                             "\"cache_creation_token_details\":{\"ephemeral_5m_input_tokens\":20,"
                             "\"ephemeral_1h_input_tokens\":30}}}}");
    assert_int_equal(a.usage.written_tokens, 50);
    assert_int_equal(a.usage.written_hour_tokens, 30);
}

/* Moonshot's and Groq's streams have their usage elsewhere; what stands at the top goes before. */
static void test_usage_elsewhere(void **state)
{
    struct answer a = read_or_fail(
        *state, "{\"choices\":[{\"delta\":{},\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}]}");
    assert_true(a.usage.is_given && a.usage.prompt_tokens == 5);
    a = read_or_fail(*state, "{\"choices\":[],\"x_groq\":{\"id\":\"r\",\"usage\":{\"prompt_tokens\":7}}}");
    assert_true(a.usage.is_given && a.usage.prompt_tokens == 7);
    a = read_or_fail(*state,
                     "{\"usage\":{\"prompt_tokens\":9},\"choices\":[{\"usage\":{\"prompt_tokens\":5}}]}");
    assert_int_equal(a.usage.prompt_tokens, 9);
    a = read_or_fail(
        *state,
        "{\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_"
        "tokens\":50,"
        "\"cache_write_tokens\":60,\"audio_tokens\":3},\"completion_tokens_details\":{\"audio_tokens\":8}}}");
    assert_int_equal(a.usage.written_tokens, 40); /* no more than there is */
    assert_int_equal(a.usage.audio_prompt_tokens, 0);
    assert_int_equal(a.usage.audio_completion_tokens, 8);
}

static void test_logprobs(void **state)
{
    struct answer a = read_or_fail(
        *state, "{\"choices\":[{\"index\":0,\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-0.5,"
                "\"top_logprobs\":[{\"token\":\"b\",\"logprob\":-9}]},{\"token\":\"b\",\"logprob\":-1}]}},"
                "{\"index\":1,\"logprobs\":{\"content\":[{\"token\":\"c\",\"logprob\":-7}]}}]}");
    assert_int_equal(a.logprob_count, 2);
    assert_true(fabs(a.logprob_sum + 1.5) < 1e-9);
    a = read_or_fail(
        *state, "{\"choices\":[{\"index\":0,\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-9999.0},"
                "{\"token\":\"b\",\"logprob\":-1}]}}]}");
    assert_true(fabs(a.logprob_sum + 21) < 1e-9); /* OpenAI's "very unlikely" is not taken at its word */
    assert_int_equal(a.text_count, 0);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        bool        is_error;
    } cases[] = {
        { "{\"error\":{\"message\":\"m\"}}", true },
        { "{\"error\":\"m\"}", true },
        { "{\"error\":null,\"choices\":[]}", false },
        { "{\"error\":{},\"choices\":[]}", false },
        { "{\"error\":\"\"}", false },
        { "{\"choices\":[]}", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(read_or_fail(*state, cases[i].text).is_error, cases[i].is_error);
}

static void test_refused(void **state)
{
    static const char *const cases[] = {
        "", "<html>", "[]", "\"a\"", "{\"choices\":{}}", "{\"choices\":[1]}", "{\"a\":1,\"a\":2}"
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a;
        struct fault  why = { 0 };
        assert_false(answer_read(*state, slice_str(cases[i]), &a, &why));
        assert_int_equal(why.kind, FAULT_PROVIDER_BROKE);
    }
}

static void expect_stripped(struct arena *arena, const char *text, const char *result)
{
    struct answer     a = read_or_fail(arena, text);
    size_t            count;
    struct json_edit *edits = answer_edits_strip(&a, arena, &count);
    struct buf        out;
    buf_init(&out, 4096);
    json_splice(a.json.text, edits, count, &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, result);
    buf_fini(&out);
}

static void test_strip(void **state)
{
    const char *text = "{\"choices\":[{\"logprobs\":{\"content\":[]},\"delta\":{}},{\"logprobs\":null},{"
                       "\"delta\":{}}],\"usage\":{\"prompt_tokens\":1}}";
    expect_stripped(*state, text,
                    "{\"choices\":[{\"logprobs\":null,\"delta\":{}},{\"logprobs\":null},{\"delta\":{}}],"
                    "\"usage\":{\"prompt_tokens\":1}}");
    expect_stripped(*state, "{\"error\":{}}", "{\"error\":{}}");
}

static void test_edit_text(void **state)
{
    struct answer    a = read_or_fail(*state, "{\"choices\":[{\"delta\":{\"content\":\"a\\nb\"}}]}");
    struct json_edit edit = answer_edit_text(&a.text[0], S("\"c\""), *state);
    struct buf       out;
    buf_init(&out, 4096);
    json_splice(a.json.text, &edit, 1, &out);
    assert_true(slice_is(buf_slice(&out), "{\"choices\":[{\"delta\":{\"content\":\"\\\"c\\\"\"}}]}"));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chunks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_usage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_total_tells_what_the_parts_leave_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_written_for_an_hour_is_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_usage_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logprobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_edit_text, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
