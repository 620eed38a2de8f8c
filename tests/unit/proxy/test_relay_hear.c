/* test_relay_hear.c - what a judge of drafts is told of an answer, in either dialect, whole or cut anywhere. */
#include "relay_stage.h"

/* "content | name(arguments) …", and " …" behind it where there was more; fed up to `cut`, then the rest. */
static const char *told_of(const struct stage *s, const struct relay_options *options, struct slice body,
                           size_t cut)
{
    struct arena *arena = arena_new();
    struct relay *relay = relay_new(arena, options);
    struct draft  draft;
    struct fault  why;
    struct buf    out, told;
    buf_init(&out, STAGE_MOST_BYTES * 4);
    buf_init(&told, STAGE_MOST_BYTES);
    assert_true(relay_feed(relay, slice_cut(body, 0, cut), &out, &why));
    assert_true(relay_feed(relay, slice_cut(body, cut, body.len), &out, &why));
    assert_true(relay_end(relay, &out, &why));
    bool is_all = relay_heard(relay, &draft);
    buf_add(&told, draft.content);
    buf_add_str(&told, " |");
    for (size_t i = 0; i < draft.calls; i++)
        buf_printf(&told, " %.*s(%.*s)", SLICE_ARG(draft.call[i].name), SLICE_ARG(draft.call[i].arguments));
    if (!is_all)
        buf_add_str(&told, " …");
    const char *text = arena_cstr(s->arena, buf_slice(&told));
    buf_fini(&told);
    buf_fini(&out);
    arena_free(&arena);
    return text;
}

static void assert_heard(const struct stage *s, struct relay_options options, const char *body,
                         const char *want)
{
    options.is_heard = true;
    for (size_t cut = 0; cut <= strlen(body); cut++)
        assert_string_equal(told_of(s, &options, slice_str(body), cut), want);
}

/* Calls that are not numbered are told apart by what relay_mend makes of them. */
static void test_a_stream(void **state)
{
    assert_heard(
        *state, stream_of(*state),
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Let me \"}},"
        "{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"see\"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":"
        "\"look\",\"arguments\":\"{\\\"at\\\":\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"1}\"}}]}}]}"
        "\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":"
        "\"wait\",\"arguments\":\"\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"},"
        "{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        "Let me see | look({\"at\":1}) wait()");
}

static void test_a_whole_answer(void **state)
{
    assert_heard(
        *state, whole_of(*state),
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"so\",\"tool_calls\":[{\"id\":\"a\",\"type\":"
        "\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}},{\"id\":\"b\",\"type\":"
        "\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"[1]\"}}]},\"finish_reason\":"
        "\"tool_calls\"}]}",
        "so | look({}) look([1])");
    assert_heard(
        *state, whole_of(*state),
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":null,\"function_call\":{\"name\":\"look\","
        "\"arguments\":\"{}\"}},\"finish_reason\":\"function_call\"}]}",
        " | look({})");
}

static struct relay_options anthropic(struct relay_options options)
{
    options.dialect = options.told_in = DIALECT_ANTHROPIC;
    return options;
}

static void test_anthropics_dialect(void **state)
{
    assert_heard(
        *state, anthropic(whole_of(*state)),
        "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"so\"},"
        "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"look\",\"input\":{\"at\":1}},{\"type\":\"tool_use\","
        "\"id\":\"b\",\"name\":\"wait\",\"input\":{}}],\"stop_reason\":\"tool_use\"}",
        "so | look({\"at\":1}) wait()");
#define SENT(type, more) "event: " type "\ndata: {\"type\":\"" type "\"" more "}\n\n"
    assert_heard(
        *state, anthropic(stream_of(*state)),
        SENT("message_start", ",\"message\":{\"id\":\"m\",\"role\":\"assistant\",\"content\":[]}") SENT(
            "content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
            SENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"so\"}")
                SENT("content_block_stop", ",\"index\":0") SENT(
                    "content_block_start", ",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\","
                                           "\"name\":\"look\",\"input\":{}}")
                    SENT("content_block_delta", ",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
                                                "\"partial_json\":\"{\\\"at\\\":\"}")
                        SENT("content_block_delta",
                             ",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
                             "\"partial_json\":\"1}\"}") SENT("content_block_stop", ",\"index\":1")
                            SENT("message_delta",
                                 ",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":1}")
                                SENT("message_stop", ""),
        "so | look({\"at\":1})");
}

static void test_more_than_is_kept_is_told(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    struct buf           body;
    options.is_heard = true;
    buf_init(&body, STAGE_MOST_BYTES);
    buf_add_str(&body, "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"");
    while (body.len <= RELAY_HEARD_MOST + 100)
        buf_add_str(&body, "more and ");
    buf_add_str(&body, "\"},\"finish_reason\":\"stop\"}]}");
    const char *text = told_of(s, &options, buf_slice(&body), 0);
    assert_true(slice_ends(slice_str(text), S(" | …")));
    buf_fini(&body);
}

static void test_nobody_listens_unless_asked_to(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    const char          *body =
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"so\"},\"finish_reason\":\"stop\"}]}";
    assert_string_equal(told_of(s, &options, slice_str(body), 0), " | …");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_stream),
        TEST(test_a_whole_answer),
        TEST(test_anthropics_dialect),
        TEST(test_more_than_is_kept_is_told),
        TEST(test_nobody_listens_unless_asked_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
