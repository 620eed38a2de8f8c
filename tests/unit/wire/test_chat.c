/* test_chat.c - what goes out is what came in but for what was to change; and the question asked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/chat.h"

#define MESSAGES "\"messages\" : [ {\"role\":\"user\",\"content\":\"hi \\u00e9\"} ]"

static struct chat read_or_fail(struct arena *arena, const char *body)
{
    struct chat  c;
    struct fault why = { 0 };
    if (!chat_read(arena, slice_str(body), &c, &why))
        fail_msg("%s: %s", body, why.detail);
    return c;
}

static void expect_chat_written(const struct chat *c, struct chat_changes changes, struct arena *arena,
                                const char *result)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    chat_write(c, &changes, arena, &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, result);
    buf_fini(&out);
}

static void expect_written(struct arena *arena, const char *body, struct chat_changes changes,
                           const char *result)
{
    struct chat c = read_or_fail(arena, body);
    expect_chat_written(&c, changes, arena, result);
}

static void test_unchanged(void **state)
{
    const char *body =
        " { \"temperature\":0.10, \"big\":123456789012345678901234567890, \"model\":\"m\\u002d\",\n" MESSAGES
        ",\"stream_options\":{ \"include_usage\" : true },\"logprobs\":true,\"max_tokens\":9, "
        "\"s\":\"\\ud800\"} ";
    expect_written(*state, body, (struct chat_changes){ 0 }, body);
    expect_written(*state, body,
                   (struct chat_changes){ S("m-"), .max_tokens = 9, .ask_usage = true, .ask_logprobs = true },
                   body);
    struct chat c = read_or_fail(*state, body);
    for (size_t i = 0; i < c.text_count; i++)
        c.text[i].now = c.text[i].text;
    expect_chat_written(&c, (struct chat_changes){ 0 }, *state, body);
}

static void test_texts(void **state)
{
    struct chat c =
        read_or_fail(*state, "{\"metadata\":{\"k\":\"v v\"},\"model\":\"m\"," MESSAGES ",\"user\":\"jo\"}");
    c.text[1].now = S("\"x\"\n");
    c.text[2].now = S("");
    expect_chat_written(&c, (struct chat_changes){ 0 }, *state,
                        "{\"metadata\":{\"k\":\"v v\"},\"model\":\"m\","
                        "\"messages\" : [ {\"role\":\"user\",\"content\":\"\\\"x\\\"\\n\"} ],\"user\":\"\"}");
}

static void test_changes(void **state)
{
    struct chat_changes all = { S("b\"c"), .max_tokens = 5, .ask_usage = true, .ask_logprobs = true };
    expect_written(*state, "{\"model\" : \"a\" ," MESSAGES "}", all,
                   "{\"model\" : \"b\\\"c\" ," MESSAGES
                   ",\"max_tokens\":5,\"stream_options\":{\"include_usage\":true},\"logprobs\":true}");
    expect_written(
        *state,
        "{\"model\":\"a\",\"max_completion_tokens\": 9,\"stream_options\":null,\"logprobs\":false," MESSAGES
        "}",
        all,
        "{\"model\":\"b\\\"c\",\"max_completion_tokens\": "
        "5,\"stream_options\":{\"include_usage\":true},\"logprobs\":true," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\",\"max_completion_tokens\":9,\"max_tokens\":8," MESSAGES "}",
                   (struct chat_changes){ .max_tokens = 5 },
                   "{\"model\":\"a\",\"max_completion_tokens\":5,\"max_tokens\":5," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\",\"max_tokens\":8," MESSAGES "}",
                   (struct chat_changes){ .max_tokens = 5 }, "{\"model\":\"a\",\"max_tokens\":5," MESSAGES "}");
    expect_written(
        *state, "{\"model\":\"a\",\"stream_options\":{\"include_obfuscation\":false}," MESSAGES "}",
        (struct chat_changes){ .ask_usage = true },
        "{\"model\":\"a\",\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}," MESSAGES
        "}");
    expect_written(*state, "{\"model\":\"a\",\"stream_options\":{\"include_usage\":false}," MESSAGES "}",
                   (struct chat_changes){ .ask_usage = true },
                   "{\"model\":\"a\",\"stream_options\":{\"include_usage\":true}," MESSAGES "}");
}

/* Who knows one name alone is told by that name, and only the name changes. */
static void test_limit_key(void **state)
{
    const struct chat_changes older = { .limit_key = LIMIT_MAX_TOKENS },
                              newer = { .limit_key = LIMIT_MAX_COMPLETION_TOKENS },
                              clamped = { .limit_key = LIMIT_MAX_COMPLETION_TOKENS, .max_tokens = 5 };
    expect_written(*state, "{\"model\":\"a\", \"max_completion_tokens\" : 9 ," MESSAGES "}", older,
                   "{\"model\":\"a\", \"max_tokens\" : 9 ," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\",\"max_tokens\":8," MESSAGES "}", newer,
                   "{\"model\":\"a\",\"max_completion_tokens\":8," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\",\"max_tokens\":8," MESSAGES ",\"max_completion_tokens\":9}", older,
                   "{\"model\":\"a\"," MESSAGES ",\"max_tokens\":9}");
    expect_written(*state, "{\"model\":\"a\",\"max_completion_tokens\":null,\"max_tokens\":8," MESSAGES "}",
                   clamped, "{\"model\":\"a\",\"max_completion_tokens\":5," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\"," MESSAGES ",\"max_completion_tokens\":9,\"max_tokens\":8}",
                   (struct chat_changes){ .limit_key = LIMIT_MAX_TOKENS, .ask_usage = true },
                   "{\"model\":\"a\"," MESSAGES
                   ",\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}");
    expect_written(*state, "{\"model\":\"a\"," MESSAGES "}", newer, "{\"model\":\"a\"," MESSAGES "}");
    expect_written(*state, "{\"model\":\"a\"," MESSAGES "}", clamped,
                   "{\"model\":\"a\"," MESSAGES ",\"max_completion_tokens\":5}");
}

/* A ceiling is reached, not overrun. */
static void test_ceiling(void **state)
{
    struct chat c = read_or_fail(*state, "{\"model\":\"a\"," MESSAGES "}");
    struct buf  out;
    buf_init(&out, 20);
    chat_write(&c, &(struct chat_changes){ .model = S("other") }, *state, &out);
    assert_true(out.full);
    buf_fini(&out);
}

static void expect_question(struct arena *arena, const char *messages, const char *question)
{
    struct chat c = read_or_fail(arena, arena_printf(arena, "{\"model\":\"m\",\"messages\":[%s]}", messages));
    assert_true(slice_is(chat_question(&c, arena), question));
}

static void test_question(void **state)
{
    expect_question(
        *state,
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\",\"name\":\"jo\"},"
        "{\"role\":\"assistant\",\"content\":\"c\"}",
        "b");
    expect_question(
        *state,
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}},{\"type\":\"text\",\"text\":\"b\"}]}",
        "a\nb");
    expect_question(*state, "{\"role\":\"user\",\"content\":null}", "");
    expect_question(*state, "{\"role\":\"system\",\"content\":\"a\"}", "");
    struct chat c = read_or_fail(*state, "{\"model\":\"m\"," MESSAGES ",\"metadata\":{\"a\":\"b\"}}");
    c.text[0].now = S("bye");
    assert_true(slice_is(chat_question(&c, *state), "bye"));
}

static void test_who_takes_a_temperature(void **state)
{
    static const char *const takes[] = { "gpt-4o-mini", "gpt-5-chat-latest",
                                         "gpt-5.1",     "gpt-6.1-sol",
                                         "qwen3",       "" };
    static const char *const refuses[] = { "gpt-5",  "gpt-5-mini-2025-08-07", "gpt-5-nano", "o1", "o3-mini",
                                           "o4-mini" };
    (void)state;
    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
        assert_true(openai_takes_sampling(slice_str(takes[i])));
    for (size_t i = 0; i < sizeof refuses / sizeof *refuses; i++)
        assert_false(openai_takes_sampling(slice_str(refuses[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unchanged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limit_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ceiling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_question, set_up, tear_down),
        cmocka_unit_test(test_who_takes_a_temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
