/* test_openai_request.c - every string that a provider would see is listed, and bad shapes name their field. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "chat_list.h"

#include <stdio.h>

static struct chat read_or_fail(struct arena *arena, const char *body)
{
    struct chat  c;
    struct fault why = { 0 };
    if (!chat_read(arena, slice_str(body), &c, &why))
        fail_msg("%s: %s", body, why.detail);
    return c;
}

/* The rest of a body that asks "hi": what these members add to the list. */
static void expect_listed(struct arena *arena, const char *members, const char *list)
{
    const char *body = arena_printf(
        arena, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],%s}", members);
    struct chat c = read_or_fail(arena, body);
    assert_string_equal(list_texts(&c, arena), arena_printf(arena, "content user 0 hi\n%s", list));
}

static void expect_message(struct arena *arena, const char *message, const char *list)
{
    struct chat c = read_or_fail(arena, arena_printf(arena, "{\"model\":\"m\",\"messages\":[%s]}", message));
    assert_string_equal(list_texts(&c, arena), list);
}

static void test_facts(void **state)
{
    struct chat c = read_or_fail(
        *state, "{\"model\":\"gpt-5\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                "\"n\":2,\"max_tokens\":5,\"max_completion_tokens\":7,\"logprobs\":true,"
                "\"messages\":[{\"role\":\"system\",\"content\":\"a\"},"
                "{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"assistant\",\"content\":null}]}");
    assert_true(slice_is(c.model, "gpt-5"));
    assert_true(c.stream && c.include_usage && c.has_logprobs && !c.has_tools && !c.ends_in_tool);
    assert_int_equal(c.choices, 2);
    assert_int_equal(c.max_tokens, 7);
    assert_int_equal(c.messages, 3);
    assert_int_equal(c.last_user, 1);
    assert_int_equal(c.unreadable, 0);

    c = read_or_fail(*state,
                     "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}],\"model\":\"m\",\"n\":null,"
                     "\"max_completion_tokens\":null,\"max_tokens\":5,\"stream\":null,\"stream_options\":null,"
                     "\"tools\":null,\"logprobs\":null}");
    assert_true(!c.stream && !c.include_usage && !c.has_logprobs && !c.has_tools);
    assert_int_equal(c.choices, 1);
    assert_int_equal(c.max_tokens, 5);
    assert_int_equal(c.last_user, CHAT_NO_MESSAGE);

    c = read_or_fail(*state,
                     "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}],\"tools\":[]}");
    assert_int_equal(c.max_tokens, -1);
    assert_true(c.ends_in_tool && !c.has_tools);
}

static void test_roles(void **state)
{
    expect_message(*state,
                   "{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"developer\",\"content\":\"b\"},"
                   "{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"assistant\",\"content\":\"d\"},"
                   "{\"role\":\"tool\",\"content\":\"e\"},{\"content\":\"f\",\"role\":\"function\"}",
                   "content system 0 a\ncontent system 1 b\ncontent user 2 c\ncontent assistant 3 d\n"
                   "content tool 4 e\ncontent tool 5 f\n");
}

static void test_content(void **state)
{
    expect_message(*state, "{\"role\":\"user\",\"content\":\"h\\u00e9\\n\",\"name\":\"Jo\"}",
                   "content user 0 h\xC3\xA9\n\nname user 0 Jo\n");
    expect_message(*state, "{\"role\":\"user\",\"content\":\"\"}", "");
    expect_message(*state,
                   "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{"
                   "\"type\":\"x y\"}},"
                   "{\"text\":\"b\",\"type\":\"text\"}]}",
                   "content user 0 a\nmetadata user 0 x y\ncontent user 0 b\n");
    expect_message(
        *state,
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}],\"refusal\":\"never\","
        "\"reasoning_content\":\"hm\",\"reasoning\":\"so\"}",
        "content assistant 0 no\ncontent assistant 0 never\ncontent assistant 0 hm\ncontent assistant 0 so\n");
    expect_message(*state, "{\"role\":\"user\",\"content\":\"a\",\"x_note\":{\"deep\":[[\"b c\"]]}}",
                   "content user 0 a\nmetadata user 0 b c\n");
}

static void test_unreadable(void **state)
{
    struct chat c = read_or_fail(
        *state,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/jo.png\",\"detail\":\"low\"}},"
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}},"
        "{\"type\":\"file\",\"file\":{\"filename\":\"jo smith.pdf\",\"file_data\":\"data:AAAA\"}},"
        "{\"type\":\"hologram\",\"beam\":\"say this\"}]},"
        "{\"role\":\"assistant\",\"audio\":{\"id\":\"audio_1\"}},{\"role\":\"assistant\",\"audio\":null}]}");
    assert_int_equal(c.unreadable, 5);
    assert_string_equal(list_texts(&c, *state), "metadata user 0 jo smith.pdf\nmetadata user 0 say this\n");
}

static void test_tool_calls(void **state)
{
    expect_message(
        *state,
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":"
        "{\"name\":\"find\",\"arguments\":\"{\\\"q\\\":\\\"Jo\\\"}\"}},"
        "{\"id\":\"call_2\",\"type\":\"custom\",\"custom\":{\"name\":\"sh\",\"input\":\"ls ~jo\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"name\":\"find\",\"content\":\"found\"},"
        "{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}",
        "arguments assistant 0 {\"q\":\"Jo\"}\nmetadata assistant 0 ls ~jo\ncontent tool 1 found\n"
        "arguments assistant 2 {}\n");
    expect_message(*state,
                   "{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"arguments\":{\"q\":\"a b\"}}}]}",
                   "arguments assistant 0 {\"q\":\"a b\"}\n");
}

static void test_tools(void **state)
{
    expect_listed(
        *state,
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\",\"description\":\"finds "
        "Jo\",\"strict\":true,"
        "\"parameters\":{\"$schema\":\"https://json-schema.org/draft/2020-12/"
        "schema\",\"type\":\"object\",\"title\":\"T\","
        "\"required\":[\"who\",\"type\"],\"properties\":{\"who\":{\"type\":[\"string\",\"null\"],\"enum\":["
        "\"jo\",\"al\"],"
        "\"default\":{\"name\":\"jo\",\"type\":\"x\"},\"examples\":[\"ann\"]},\"type\":{\"type\":\"string\","
        "\"description\":\"deep\",\"const\":\"c\"},\"r\":{\"$ref\":\"#/$defs/r\"},"
        "\"d\":{\"type\":\"string\",\"format\":\"date-time\"}}}}}]",
        "about - - finds Jo\nabout - - T\nabout - - jo\nabout - - al\nabout - - jo\nabout - - x\nabout - - "
        "ann\n"
        "about - - deep\nabout - - c\n");
    expect_listed(
        *state,
        "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"sh\",\"description\":\"runs\",\"format\":"
        "{\"type\":\"grammar\",\"grammar\":{\"syntax\":\"lark\",\"definition\":\"start: A\"}}}}]",
        "about - - runs\nabout - - lark\nabout - - start: A\n");
    expect_listed(*state, "\"functions\":[{\"name\":\"f\",\"description\":\"d\",\"parameters\":{}}]",
                  "about - - d\n");
    expect_listed(*state, "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"find\"}}", "");

    struct chat c = read_or_fail(
        *state, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}],\"functions\":[{\"name\":\"f\"}]}");
    assert_true(c.has_tools);
}

static void test_other_members(void **state)
{
    expect_listed(*state, "\"user\":\"u1\",\"safety_identifier\":\"s 1\"", "name - - u1\nname - - s 1\n");
    expect_listed(*state, "\"metadata\":{\"case\":\"Jo v. Al\",\"jo@example.com\":\"1\"}",
                  "metadata - - Jo v. Al\nmetadata - - jo@example.com\nmetadata - - 1\n");
    expect_listed(*state, "\"stop\":[\"END\",\"Jo:\"]", "metadata - - END\nmetadata - - Jo:\n");
    expect_listed(*state,
                  "\"prediction\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"p\"}]}",
                  "content assistant - p\n");
    expect_listed(*state,
                  "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\","
                  "\"description\":\"d\",\"schema\":"
                  "{\"type\":\"object\",\"description\":\"e\"}}}",
                  "about - - d\nabout - - e\n");
    expect_listed(*state, "\"web_search_options\":{\"user_location\":{\"approximate\":{\"city\":\"Graz\"}}}",
                  "metadata - - Graz\n");
    expect_listed(*state, "\"brand_new\":[{\"field\":\"x y\"}],\"odd key\":1",
                  "metadata - - x y\nmetadata - - odd key\n");
    expect_listed(*state, "\"logit_bias\":{\"4111111111111111\":1}", "metadata - - 4111111111111111\n");
    expect_listed(*state, "\"tool_choice\":{\"Jo Smith\":1}", "metadata - - Jo Smith\n");
    expect_listed(*state, "\"temperature\":0.10,\"logit_bias\":{\"50256\":-100},\"store\":false,\"seed\":1",
                  "");
}

/* A protocol word is left out while it looks like one, and no longer. */
static void test_protocol_words(void **state)
{
    expect_listed(*state,
                  "\"service_tier\":\"auto\",\"reasoning_effort\":\"high\",\"modalities\":[\"text\"],"
                  "\"audio\":{\"voice\":\"ash\",\"format\":\"mp3\"}",
                  "");
    expect_listed(*state, "\"service_tier\":\"my name is Jo\"", "metadata - - my name is Jo\n");
    expect_listed(*state, "\"reasoning_effort\":\"123-45-6789\"", "metadata - - 123-45-6789\n");
    expect_message(*state, "{\"role\":\"tool\",\"tool_call_id\":\"jo@example.com\",\"content\":null}",
                   "metadata tool 0 jo@example.com\n");
}

static void test_ranges(void **state)
{
    struct chat              c = read_or_fail(*state, "{\"model\":\"m\",\"metadata\":{\"a b\":\"x\"},"
                                                                   "\"messages\":[{\"role\":\"user\",\"content\":\"\\\"hi\\\"\"}]}");
    static const char *const raw[] = { "\"a b\"", "\"x\"", "\"\\\"hi\\\"\"" };
    assert_int_equal(c.text_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(slice_is(slice_cut(c.json.text, c.text[i].start, c.text[i].end), raw[i]));
}

static void test_refused(void **state)
{
#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
    static const struct {
        const char *body, *param;
    } cases[] = {
        { "[]", "" },
        { "{" HI "}", "model" },
        { "{\"model\":\"\"," HI "}", "model" },
        { "{\"model\":1," HI "}", "model" },
        { "{\"model\":\"m\"}", "messages" },
        { "{\"model\":\"m\",\"messages\":null}", "messages" },
        { "{\"model\":\"m\",\"messages\":{}}", "messages" },
        { "{\"model\":\"m\",\"messages\":[]}", "messages" },
        { "{\"model\":\"m\",\"messages\":[\"hi\"]}", "messages[0]" },
        { "{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]}", "messages[0].role" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},{\"role\":\"king\"}]}", "messages[1].role" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":null}]}", "messages[0].role" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":1}]}", "messages[0].content" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":{}}]}", "messages[0].content" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[\"a\"]}]}",
          "messages[0].content[0]" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}]}",
          "messages[0].content[0]" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
          "messages[0].content[0].text" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":1}]}]}",
          "messages[0].content[0].text" },
        { "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":{}}]}",
          "messages[0].tool_calls" },
        { "{\"model\":\"m\",\"n\":0," HI "}", "n" },
        { "{\"model\":\"m\",\"n\":129," HI "}", "n" },
        { "{\"model\":\"m\",\"n\":\"1\"," HI "}", "n" },
        { "{\"model\":\"m\",\"max_tokens\":1.5," HI "}", "max_tokens" },
        { "{\"model\":\"m\",\"max_tokens\":-1," HI "}", "max_tokens" },
        { "{\"model\":\"m\",\"max_completion_tokens\":9999999999999," HI "}", "max_completion_tokens" },
        { "{\"model\":\"m\",\"stream\":\"true\"," HI "}", "stream" },
        { "{\"model\":\"m\",\"stream_options\":true," HI "}", "stream_options" },
        { "{\"model\":\"m\",\"stream_options\":{\"include_usage\":1}," HI "}", "stream_options.include_usage" },
        { "{\"model\":\"m\",\"logprobs\":5," HI "}", "logprobs" },
        { "{\"model\":\"m\",\"tools\":{}," HI "}", "tools" },
        { "{\"model\":\"m\",\"tools\":[1]," HI "}", "tools" },
        { "{\"model\":\"m\",\"prediction\":{\"content\":1}," HI "}", "prediction.content" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chat  c;
        struct fault why = { 0 };
        if (chat_read(*state, slice_str(cases[i].body), &c, &why))
            fail_msg("%s was read", cases[i].body);
        assert_int_equal(why.kind, FAULT_BAD_REQUEST);
        assert_string_equal(why.param, cases[i].param);
    }
    struct chat  c;
    struct fault why = { 0 };
    assert_false(chat_read(*state, S("{\"model\":\"a\",\"model\":\"b\"," HI "}"), &c, &why));
    assert_int_equal(why.kind, FAULT_DUPLICATE_KEY);
    assert_string_equal(why.param, "model");
}

/* Any other body: `input` is the user's, and nothing else is passed over. */
static void test_a_body_that_is_no_chat(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct chat   chat;
    struct fault  why = { 0 };
    assert_true(plain_chat_read(
        arena,
        S("{\"model\":\"m\",\"input\":[\"a b\",\"c d\"],\"encoding_format\":\"float\",\"metadata\":{"
          "\"who is it\":\"Ann Lee\"},\"user\":\"u 1\"}"),
        &chat, &why));
    assert_true(slice_is(chat.model, "m") && chat.last_user == 0 && chat.text_count == 5);
    assert_true(slice_is(chat_question(&chat, arena), "a b\nc d"));
    assert_true(slice_is(chat.text[2].text, "who is it") && chat.text[2].place == CHAT_METADATA);
    assert_true(slice_is(chat.text[3].text, "Ann Lee") && slice_is(chat.text[4].text, "u 1"));
    assert_true(plain_chat_read(arena, S("{}"), &chat, &why) && chat.text_count == 0 && !chat.model.ptr);
    assert_false(plain_chat_read(arena, S("[]"), &chat, &why));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_body_that_is_no_chat),
        cmocka_unit_test_setup_teardown(test_facts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_content, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tool_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tools, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_protocol_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ranges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
