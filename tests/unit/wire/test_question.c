/* test_question.c - what asks the same has one form, and what does not never has. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/question.h"
#include "wire/translate.h"

#include <stdio.h>

struct asked {
    struct arena   *arena;
    struct question q;
};

static struct asked ask_in(enum dialect dialect, const char *body)
{
    struct asked    a = { .arena = arena_new() };
    struct chat     chat;
    struct fault    why = { 0 };
    struct left_out left_out = { .fields = "" };
    struct slice    request = slice_str(body);
    struct buf      heard;
    buf_init(&heard, 1 << 16);
    if (dialect_heard(dialect) != dialect) {
        if (!translate_request(a.arena, dialect, DIALECT_OPENAI, request, (struct limits_of_model){ 0 }, &heard,
                               &left_out, &why))
            fail_msg("%s: %s", body, why.detail);
        request = arena_copy(a.arena, buf_slice(&heard));
    }
    buf_fini(&heard);
    if (!chat_read_in(dialect_heard(dialect), a.arena, request, &chat, &why))
        fail_msg("%s: %s", body, why.detail);
    assert_true(question_read(&chat, a.arena, &a.q));
    return a;
}

static bool same_context(const struct asked *a, const struct asked *b)
{
    return slice_eq(a->q.context, b->q.context);
}

static bool same(const struct asked *a, const struct asked *b)
{
    return same_context(a, b) && slice_eq(a->q.turn, b->q.turn);
}

static void assert_compared(enum dialect one, const char *body, enum dialect two, const char *other,
                            bool is_same)
{
    struct asked a = ask_in(one, body), b = ask_in(two, other);
    if (same(&a, &b) != is_same)
        fail_msg("%s\n%s\nread as %s:\n%.*s\n%.*s", body, other, is_same ? "different" : "the same",
                 SLICE_ARG(a.q.context), SLICE_ARG(b.q.context));
    arena_free(&a.arena);
    arena_free(&b.arena);
}

#define HELLO "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]"

static void test_the_way_makes_no_difference(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "{\"model\":\"other\"," HELLO "}",
        "{" HELLO ",\"model\":\"m\"}",
        " { \"messages\" : [ { \"content\" : \"hello\" , \"role\" : \"user\" } ] , \"model\" : \"m\" } ",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"h\\u0065llo\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]"
        "}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hello\",\"type\":\"text\","
        "\"cache_control\":{\"type\":\"ephemeral\"}}],\"name\":null}]}",
        "{\"model\":\"m\"," HELLO ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
        "{\"model\":\"m\"," HELLO ",\"user\":\"ann\",\"safety_identifier\":\"x\",\"metadata\":{\"a\":\"b\"},"
        "\"store\":true,\"service_tier\":\"flex\",\"prompt_cache_key\":\"k\"}",
        "{\"model\":\"m\"," HELLO ",\"max_tokens\":5,\"max_completion_tokens\":7,\"temperature\":null}",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_compared(DIALECT_OPENAI, "{\"model\":\"m\"," HELLO "}", DIALECT_OPENAI, ways[i], true);
}

static void test_what_is_asked_makes_a_difference(void **state)
{
    (void)state;
    static const char *const others[] = {
        "{\"model\":\"m\"," HELLO "}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello!\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"hello\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\",\"name\":\"ann\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hel\"},"
        "{\"type\":\"text\",\"text\":\"lo\"}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"he\"},"
        "{\"type\":\"text\",\"text\":\"llo\"}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b\"}}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/c\"}}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"be "
        "brief\"},{\"role\":\"user\",\"content\":"
        "\"hello\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"be "
        "brief\"},{\"role\":\"user\",\"content\":"
        "\"hello\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"},{\"role\":\"assistant\","
        "\"content\":"
        "\"be brief\"}]}",
        "{\"model\":\"m\"," HELLO ",\"temperature\":0}",
        "{\"model\":\"m\"," HELLO ",\"temperature\":0.0}",
        "{\"model\":\"m\"," HELLO ",\"top_p\":0}",
        "{\"model\":\"m\"," HELLO ",\"seed\":0}",
        "{\"model\":\"m\"," HELLO ",\"n\":2}",
        "{\"model\":\"m\"," HELLO ",\"stop\":\"a\"}",
        "{\"model\":\"m\"," HELLO ",\"stop\":[\"a\",\"b\"]}",
        "{\"model\":\"m\"," HELLO ",\"response_format\":{\"type\":\"json_object\"}}",
        "{\"model\":\"m\"," HELLO
        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{"
        "\"a\":{},\"b\":{}}}}]}",
        "{\"model\":\"m\"," HELLO
        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{"
        "\"b\":{},\"a\":{}}}}]}", /* a model writes arguments in the order of the schema */
        "{\"model\":\"m\"," HELLO ",\"unheard_of\":[1,\"2\",true,null,{\"x\":false}]}",
        "{\"model\":\"m\"," HELLO ",\"unheard_of\":[1,\"2\",true,null,{\"x\":null}]}",
        "{\"model\":\"m\"," HELLO ",\"unheard_of\":[1,2,true,null,{\"x\":false}]}",
        "{\"model\":\"m\"," HELLO ",\"unheard_of\":[[1,\"2\"],true,null,{\"x\":false}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}", /* read as U+FFFD, all
                                                                                         */
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud801\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ufffd\"}]}",
        "{\"model\":\"m\"," HELLO ",\"a\\ud800\":1}",
        "{\"model\":\"m\"," HELLO ",\"a\\ud801\":1}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\","
        "\"type\":"
        "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_"
        "id\":\"1\","
        "\"content\":\"hello\"}]}",
    };
    size_t count = sizeof others / sizeof *others;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            assert_compared(DIALECT_OPENAI, others[i], DIALECT_OPENAI, others[j], i == j);
}

static void test_a_stop_is_a_list_of_one(void **state)
{
    (void)state;
    assert_compared(DIALECT_OPENAI, "{\"model\":\"m\"," HELLO ",\"stop\":\"a\"}", DIALECT_OPENAI,
                    "{\"model\":\"m\"," HELLO ",\"stop\":[\"a\"]}", true);
}

/* ---- dialects ---- */

static void test_both_dialects_say_the_same(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "{\"model\":\"m\"," HELLO "}",
          "{\"model\":\"m\",\"max_tokens\":9," HELLO ",\"metadata\":{\"user_id\":\"u\"}}" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"be "
          "brief\"},{\"role\":\"user\",\"content\":"
          "\"hello\"}],\"stop\":[\"a\"],\"temperature\":0.5}",
          "{\"model\":\"m\",\"max_tokens\":9,\"system\":[{\"type\":\"text\",\"text\":\"be "
          "brief\",\"cache_control\":{"
          "\"type\":\"ephemeral\"}}]," HELLO ",\"stop_sequences\":[\"a\"],\"temperature\":0.5}" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
          "\"content\":\"b\"},"
          "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"c\"}]}],\"top_p\":1}",
          "{\"max_tokens\":9,\"top_p\":1,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
          "\"text\":\"a\"}]},"
          "{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"}],\"model\":"
          "\"m\"}" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_compared(DIALECT_OPENAI, pairs[i][0], DIALECT_ANTHROPIC, pairs[i][1], true);
}

/* What OpenAI has no word for, or another one, keeps Anthropic's clients among themselves. */
static void test_what_a_dialect_says_alone_it_shares_with_nobody(void **state)
{
    (void)state;
    static const char *const alone[] = {
        "{\"model\":\"m\",\"max_tokens\":9," HELLO ",\"top_k\":5}",
        "{\"model\":\"m\",\"max_tokens\":9," HELLO
        ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
        "{\"model\":\"m\",\"max_tokens\":9," HELLO
        ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}}",
        "{\"model\":\"m\",\"max_tokens\":9," HELLO ",\"tools\":[{\"name\":\"f\",\"input_schema\":{}}]}",
        "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
        "\"text\":"
        "\"hello\"},{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/"
        "plain\",\"data\":\"x\"}}]}]}",
        "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
        "\"text\":"
        "\"hello\",\"citations\":[{\"a\":\"b\"}]}]}]}",
    };
    static const char *const openais[] = {
        "{\"model\":\"m\"," HELLO ",\"top_k\":5}",
        "{\"model\":\"m\"," HELLO ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
        "{\"model\":\"m\"," HELLO "}",
    };
    size_t count = sizeof alone / sizeof *alone;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            assert_compared(DIALECT_ANTHROPIC, alone[i], DIALECT_ANTHROPIC, alone[j], i == j);
        for (size_t j = 0; j < sizeof openais / sizeof *openais; j++)
            assert_compared(DIALECT_ANTHROPIC, alone[i], DIALECT_OPENAI, openais[j], false);
    }
}

/* ---- each field of each dialect ---- */

#define ANTHROPICS "\"model\":\"m\",\"max_tokens\":9," HELLO

/* What stands in a request besides "hello". Asked: it shares an answer with none of the others; else it is
 * about the way alone, and shares one with whoever says nothing but "hello". */
struct field {
    bool        is_asked;
    const char *members;
};

static const struct field openais[] = {
    { false, "\"stream\":false" },
    { false, "\"user\":\"ann\"" },
    { false, "\"store\":false" },
    { false, "\"prompt_cache_retention\":\"24h\"" },
    { false, "\"service_tier\":\"priority\"" },
    { true, "\"tool_choice\":\"none\"" },
    { true, "\"tool_choice\":\"required\"" },
    { true,
      "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{"
      "\"name\":\"g\"}}]" },
    { true,
      "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}},{\"type\":\"function\",\"function\":{"
      "\"name\":\"f\"}}]" },
    { true, "\"parallel_tool_calls\":false" },
    { true, "\"functions\":[{\"name\":\"f\"}]" },
    { true, "\"function_call\":\"none\"" },
    { true, "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{}}}" },
    { true, "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":true}}" },
    { true, "\"n\":2" },
    { true, "\"seed\":1" },
    { true, "\"logprobs\":true" },
    { true, "\"logprobs\":true,\"top_logprobs\":2" },
    { true, "\"logit_bias\":{\"1\":1}" },
    { true, "\"temperature\":0.1" },
    { true, "\"top_p\":0.1" },
    { true, "\"presence_penalty\":0.1" },
    { true, "\"frequency_penalty\":0.1" },
    { true, "\"reasoning_effort\":\"low\"" },
    { true, "\"verbosity\":\"low\"" },
    { true, "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}" },
    { true, "\"modalities\":[\"text\",\"audio\"]" },
    { true, "\"web_search_options\":{}" },
    { true, "\"stop\":\"x\"" },
    { true, "\"what_comes_next_year\":1" },
};

static const struct field completions[] = {
    { false, "\"echo\":true" },
    { false, "\"max_tokens\":5" },
    { false, "\"user\":\"ann\"" },
    { true, "\"temperature\":0.1" },
    { true, "\"stop\":[\"x\"]" },
    { true, "\"n\":2" },
    { true, "\"seed\":1" },
    { true, "\"logit_bias\":{\"1\":1}" },
    { true, "\"what_comes_next_year\":1" },
};

static const struct field responses[] = {
    { false, "\"stream\":true" },
    { false, "\"store\":true" },
    { false, "\"metadata\":{\"a\":\"b\"}" },
    { false, "\"user\":\"ann\"" },
    { false, "\"safety_identifier\":\"x\"" },
    { false, "\"prompt_cache_key\":\"k\"" },
    { false, "\"service_tier\":\"flex\"" },
    { false, "\"include\":[\"reasoning.encrypted_content\"]" },
    { false, "\"max_output_tokens\":9" },
    { false, "\"text\":{\"format\":{\"type\":\"text\"}}" },
    { true, "\"instructions\":\"be brief\"" },
    { true, "\"instructions\":\"be long\"" },
    { true, "\"temperature\":0.1" },
    { true, "\"top_p\":0.1" },
    { true, "\"reasoning\":{\"effort\":\"low\"}" },
    { true, "\"text\":{\"verbosity\":\"low\"}" },
    { true, "\"text\":{\"format\":{\"type\":\"json_object\"}}" },
    { true, "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"a\",\"schema\":{}}}" },
    { true, "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"a\",\"schema\":{},\"strict\":true}}" },
    { true, "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]" },
    { true, "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"strict\":true}]" },
    { true, "\"tool_choice\":\"none\"" },
    { true, "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}" },
    { true, "\"parallel_tool_calls\":false" },
};

static const struct field ollamas[] = {
    { false, "\"stream\":false" },
    { false, "\"keep_alive\":\"5m\"" },
    { false, "\"options\":{\"num_ctx\":4096,\"num_predict\":5}" },
    { true, "\"think\":false" },
    { true, "\"think\":\"low\"" },
    { true, "\"think\":\"high\"" },
    { true, "\"format\":\"json\"" },
    { true, "\"format\":{\"type\":\"object\"}" },
    { true, "\"format\":{\"type\":\"array\"}" },
    { true, "\"options\":{\"temperature\":0.1}" },
    { true, "\"options\":{\"top_p\":0.1}" },
    { true, "\"options\":{\"top_k\":1}" },
    { true, "\"options\":{\"min_p\":0.1}" },
    { true, "\"options\":{\"seed\":1}" },
    { true, "\"options\":{\"stop\":[\"x\"]}" },
    { true, "\"options\":{\"presence_penalty\":0.1}" },
    { true, "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]" },
    { true, "\"logprobs\":true" },
};

static const struct field generations[] = {
    { false, "\"keep_alive\":0" },         { true, "\"system\":\"be brief\"" },
    { true, "\"system\":\"be long\"" },    { true, "\"images\":[\"/9j/\"]" },
    { true, "\"images\":[\"/9j/AA==\"]" }, { true, "\"images\":[\"/9j/\",\"/9j/AA==\"]" },
};

static const struct field anthropics[] = {
    { false, "\"stream\":false" },
    { false, "\"metadata\":{\"user_id\":\"u\"}" },
    { false, "\"service_tier\":\"auto\"" },
    { false, "\"cache_control\":{\"type\":\"ephemeral\"}" },
    { true, "\"system\":\"be brief\"" },
    { true, "\"system\":[{\"type\":\"text\",\"text\":\"be\"},{\"type\":\"text\",\"text\":\" brief\"}]" },
    { true, "\"temperature\":0.1" },
    { true, "\"top_p\":0.1" },
    { true, "\"top_k\":1" },
    { true, "\"stop_sequences\":[\"x\"]" },
    { true, "\"stop_sequences\":[\"x\",\"y\"]" },
    { true, "\"tools\":[{\"name\":\"f\",\"input_schema\":{}},{\"name\":\"g\",\"input_schema\":{}}]" },
    { true, "\"tools\":[{\"name\":\"g\",\"input_schema\":{}},{\"name\":\"f\",\"input_schema\":{}}]" },
    { true, "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]" },
    { true, "\"tool_choice\":{\"type\":\"none\"}" },
    { true, "\"tool_choice\":{\"type\":\"any\"}" },
    { true, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}" },
    { true, "\"output_config\":{\"effort\":\"low\"}" },
    { true, "\"context_management\":{}" },
    { true, "\"container\":\"c\"" },
    { true, "\"mcp_servers\":[]" },
    { true, "\"what_comes_next_year\":1" },
};

#define FIELDS(list) list, sizeof(list) / sizeof *(list)

static const struct {
    enum dialect        dialect;
    const char         *hello; /* nothing but that is asked */
    const struct field *field;
    size_t              count;
} dialects[] = {
    { DIALECT_OPENAI, "\"model\":\"m\"," HELLO, FIELDS(openais) },
    { DIALECT_COMPLETIONS, "\"model\":\"m\",\"prompt\":\"hello\"", FIELDS(completions) },
    { DIALECT_RESPONSES, "\"model\":\"m\",\"input\":\"hello\"", FIELDS(responses) },
    { DIALECT_OLLAMA, "\"model\":\"m\"," HELLO, FIELDS(ollamas) },
    { DIALECT_OLLAMA, "\"model\":\"m\",\"prompt\":\"hello\"", FIELDS(generations) },
    { DIALECT_ANTHROPIC, ANTHROPICS, FIELDS(anthropics) },
};

static void test_each_field_that_asks_for_another_answer_makes_another_question(void **state)
{
    (void)state;
    static const char *const hello = "{\"model\":\"m\"," HELLO "}";
    for (size_t d = 0; d < sizeof dialects / sizeof *dialects; d++) {
        char body[2][600];
        snprintf(body[0], sizeof body[0], "{%s}", dialects[d].hello);
        assert_compared(DIALECT_OPENAI, hello, dialects[d].dialect, body[0], true);
        for (size_t i = 0; i < dialects[d].count; i++) {
            const struct field *one = &dialects[d].field[i];
            snprintf(body[0], sizeof body[0], "{%s,%s}", dialects[d].hello, one->members);
            assert_compared(DIALECT_OPENAI, hello, dialects[d].dialect, body[0], !one->is_asked);
            for (size_t j = i + 1; j < dialects[d].count; j++) {
                const struct field *two = &dialects[d].field[j];
                snprintf(body[1], sizeof body[1], "{%s,%s}", dialects[d].hello, two->members);
                assert_compared(dialects[d].dialect, body[0], dialects[d].dialect, body[1],
                                !one->is_asked && !two->is_asked);
            }
        }
    }
}

/* ---- the last turn ---- */

static void test_only_the_last_turns_words_are_apart_from_the_context(void **state)
{
    (void)state;
    static const char *const last =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":"
        "\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"%s\"}]}";
    char body[2][300];
    snprintf(body[0], sizeof body[0], last, "what is two and two?");
    snprintf(body[1], sizeof body[1], last, "what are two and two?");
    struct asked one = ask_in(DIALECT_OPENAI, body[0]), two = ask_in(DIALECT_OPENAI, body[1]);
    assert_true(same_context(&one, &two) && !same(&one, &two));
    assert_true(slice_is(one.q.words, "what is two and two?"));
    assert_true(slice_find(one.q.context, S("two")) == SLICE_NONE);
    arena_free(&one.arena);
    arena_free(&two.arena);

    /* Earlier words are context. */
    struct asked three =
        ask_in(DIALECT_OPENAI, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"A\"},{"
                               "\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":"
                               "\"what is two and two?\"}]}");
    one = ask_in(DIALECT_OPENAI, body[0]);
    assert_true(!same_context(&one, &three) && slice_eq(one.q.turn, three.q.turn));
    arena_free(&one.arena);
    arena_free(&three.arena);
}

static void test_parameters_that_matter_to_the_cache(void **state)
{
    (void)state;
    struct asked a = ask_in(DIALECT_OPENAI, "{\"model\":\"m\"," HELLO "}");
    assert_true(a.q.temperature == 1 && !a.q.has_seed);
    arena_free(&a.arena);
    a = ask_in(DIALECT_OPENAI, "{\"model\":\"m\"," HELLO ",\"temperature\":1.5,\"seed\":3}");
    assert_true(a.q.temperature == 1.5 && a.q.has_seed);
    arena_free(&a.arena);
}

/* What is hidden is hidden in the form too. */
static void test_texts_are_as_they_go_out(void **state)
{
    (void)state;
    struct arena   *arena = arena_new();
    struct chat     chat;
    struct fault    why = { 0 };
    struct question q;
    assert_true(chat_read(
        arena,
        S("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"ann\"},{\"role\":\"user\","
          "\"content\":\"I am ann\"}]}"),
        &chat, &why));
    for (size_t i = 0; i < chat.text_count; i++)
        chat.text[i].now = i == 0 ? S("PERSON_1") : S("I am PERSON_1");
    assert_true(question_read(&chat, arena, &q));
    assert_true(slice_find(q.context, S("ann")) == SLICE_NONE && slice_find(q.turn, S("ann")) == SLICE_NONE);
    assert_true(slice_is(q.words, "I am PERSON_1"));
    struct asked plain =
        ask_in(DIALECT_OPENAI, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"PERSON_1\"},"
                               "{\"role\":\"user\",\"content\":\"I am PERSON_1\"}]}");
    assert_true(slice_eq(plain.q.context, q.context) && slice_eq(plain.q.turn, q.turn));
    arena_free(&plain.arena);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_way_makes_no_difference),
        cmocka_unit_test(test_what_is_asked_makes_a_difference),
        cmocka_unit_test(test_a_stop_is_a_list_of_one),
        cmocka_unit_test(test_both_dialects_say_the_same),
        cmocka_unit_test(test_what_a_dialect_says_alone_it_shares_with_nobody),
        cmocka_unit_test(test_each_field_that_asks_for_another_answer_makes_another_question),
        cmocka_unit_test(test_only_the_last_turns_words_are_apart_from_the_context),
        cmocka_unit_test(test_parameters_that_matter_to_the_cache),
        cmocka_unit_test(test_texts_are_as_they_go_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
