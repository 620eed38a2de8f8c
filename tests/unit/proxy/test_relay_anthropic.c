/* test_relay_anthropic.c - answers of Anthropic's on their way back to Anthropic's clients, and to OpenAI's:
 * proxy/relay_dialects.c. */
#include "relay_stage.h"

#define EV(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define TOLD                                                                                                   \
    EV("message_start", ",\"message\":{\"id\":\"m\",\"model\":\"c\",\"content\":[],\"usage\":{"                \
                        "\"input_tokens\":10,\"cache_read_input_tokens\":5,\"output_tokens\":1}}")
#define BLOCK(n, block)  EV("content_block_start", ",\"index\":" n ",\"content_block\":{" block "}")
#define PIECE(n, key, t) EV("content_block_delta", ",\"index\":" n ",\"delta\":{" key ":\"" t "\"}")
#define SAYS_TEXT(n, t)  PIECE(n, "\"type\":\"text_delta\",\"text\"", t)
#define STOP(n)          EV("content_block_stop", ",\"index\":" n)
#define FINISH(why)                                                                                            \
    EV("message_delta", ",\"delta\":{\"stop_reason\":\"" why "\"},\"usage\":{\"output_tokens\":9}")
#define LAST          EV("message_stop", "")
#define TEXT_BLOCK(n) BLOCK(n, "\"type\":\"text\",\"text\":\"\"")

static struct relay_options anthropic(const struct stage *s)
{
    struct relay_options options = stream_of(s);
    options.dialect = options.told_in = DIALECT_ANTHROPIC;
    return options;
}

static void test_what_need_not_change_does_not(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s);
    struct slice         body =
        S(TOLD EV("ping", "") BLOCK("0", "\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"")
              PIECE("0", "\"type\":\"thinking_delta\",\"thinking\"", "hm ")
                  PIECE("0", "\"type\":\"signature_delta\",\"signature\"", "EMAIL_") STOP("0") TEXT_BLOCK("1")
                      SAYS_TEXT("1", "h\\u00e9 ") STOP("1") FINISH("end_turn") LAST);
    struct passed p = pass(s, &options, body);
    assert_true(p.ok && p.has_spoken && p.outcome.is_whole && !p.outcome.flaws);
    assert_slices(p.out, body);
    assert_string_equal(p.outcome.finish, "stop");
    assert_int_equal(p.outcome.usage.prompt_tokens, 15);
    assert_int_equal(p.outcome.usage.cached_tokens, 5);
    assert_int_equal(p.outcome.usage.completion_tokens, 9);
}

/* What is held back goes out before its block ends. */
static void test_a_placeholder_split_anywhere(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s);
    struct slice         text = said(s, "Mail %s or E", s->mail);
    for (size_t at = 0; at <= text.len; at++) {
        struct slice  a = slice_cut(text, 0, at), b = slice_cut(text, at, text.len);
        struct slice  body = said(s,
                                  TOLD TEXT_BLOCK("0") SAYS_TEXT("0", "%.*s") SAYS_TEXT("0", "%.*s") STOP("0")
                                      FINISH("end_turn") LAST,
                                  SLICE_ARG(a), SLICE_ARG(b));
        struct passed p = pass_cut(s, &options, body, body.len, body.len, false);
        assert_true(p.ok);
        struct buf       heard;
        struct sse      *sse = sse_new(STAGE_MOST_BYTES);
        struct sse_event ev;
        size_t           used;
        bool             has_stopped = false;
        buf_init(&heard, STAGE_MOST_BYTES);
        for (struct slice rest = p.out; sse_read(sse, rest, &used, &ev) == SSE_EVENT;
             rest = slice_cut(rest, used, rest.len)) {
            struct answer answer;
            assert_true(anthropic_answer_read(s->arena, arena_copy(s->arena, ev.data), &answer, NULL));
            has_stopped = has_stopped || answer.ends_block;
            for (size_t i = 0; i < answer.text_count; i++) {
                assert_false(has_stopped);
                assert_int_equal(answer.text[i].tool, 0);
                assert_true(slice_is(ev.event, "content_block_delta"));
                buf_add(&heard, answer.text[i].text);
            }
        }
        assert_slices(buf_slice(&heard), S("Mail " MAIL " or E"));
        sse_free(&sse);
        buf_fini(&heard);
    }
}

static void test_a_tools_input_is_restored_inside_its_json(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s), whole = whole_of(s);
    struct passed        p =
        pass(s, &options,
             said(s,
                  TOLD BLOCK("0", "\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"w\",\"input\":{}")
                      PIECE("0", "\"type\":\"input_json_delta\",\"partial_json\"", "{\\\"to\\\":\\\"%s\\\"}")
                          STOP("0") FINISH("tool_use") LAST,
                  s->name));
    assert_true(p.ok && p.outcome.has_tool_calls);
    assert_string_equal(p.outcome.finish, "tool_calls");
    assert_true(slice_find(p.out, S("{\\\"to\\\":\\\"a\\\\\\\"b\\\\\\\\c\\\\u000ad\\\"}")) != SLICE_NONE);

    whole.dialect = whole.told_in = DIALECT_ANTHROPIC;
    p = pass(s, &whole,
             said(s,
                  "{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"input\":{\"to\": \"%s\"}}],"
                  "\"stop_reason\":\"tool_use\"}",
                  s->name));
    assert_slices(p.out, S("{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"input\":{\"to\": "
                           "\"a\\\"b\\\\c\\u000ad\"}}],"
                           "\"stop_reason\":\"tool_use\"}"));
}

static void test_without_its_last_event_it_is_broken(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s);
    struct passed        p =
        pass(s, &options, S(TOLD TEXT_BLOCK("0") SAYS_TEXT("0", "h") STOP("0") FINISH("end_turn")));
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    assert_true(slice_find(p.out, S("message_stop")) == SLICE_NONE);
}

static void test_a_client_of_openais_hears_it_too(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s);
    options.told_in = DIALECT_OPENAI;
    struct passed p = pass(
        s, &options,
        said(s, TOLD TEXT_BLOCK("0") SAYS_TEXT("0", "Mail %s") STOP("0") FINISH("max_tokens") LAST, s->mail));
    assert_true(p.ok);
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("Mail " MAIL));
    assert_true(slice_find(p.out, S("\"finish_reason\":\"length\"")) != SLICE_NONE);
    assert_true(slice_ends(p.out, S("data: [DONE]\n\n")));
}

/* At its beginning it says how much was read, and as good as nothing of what will be written. */
static void test_what_is_cut_has_not_said_how_long_it_is(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = anthropic(s);
    struct passed        p = pass(s, &options, S(TOLD TEXT_BLOCK("0") SAYS_TEXT("0", "a long story")));
    assert_true(p.outcome.usage.is_given && p.outcome.usage.prompt_tokens == 15);
    assert_int_equal(p.outcome.usage.completion_tokens, -1);
    assert_int_equal(p.outcome.content_bytes, strlen("a long story"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_need_not_change_does_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_placeholder_split_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tools_input_is_restored_inside_its_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_its_last_event_it_is_broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_of_openais_hears_it_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_cut_has_not_said_how_long_it_is, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
