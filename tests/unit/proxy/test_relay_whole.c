/* test_relay_whole.c - answers that come in one piece: proxy/relay.h without is_stream. */
#include "relay_stage.h"

#define ANSWER(choices, rest)                                                                                  \
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\","            \
    "\"choices\":[" choices "]" rest "}"
#define MESSAGE(fields, finish)                                                                                \
    "{\"index\":0,\"message\":{\"role\":\"assistant\"," fields                                                 \
    "},\"logprobs\":null,\"finish_reason\":\"" finish "\"}"
#define COUNTED ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}"

static void test_what_needs_no_change_comes_byte_for_byte(void **state)
{
    struct stage            *s = *state;
    struct relay_options     options = whole_of(s);
    static const char *const bodies[] = {
        ANSWER(MESSAGE("\"content\":\"Paris.\",\"refusal\":null", "stop"), COUNTED),
        " { \"n\": 0.10, \"choices\":[ {\"message\":{ \"content\":\"\\u00e9 E\" },\"finish_reason\":\"stop\"} "
        "],\"error\":null}\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct passed p = pass(s, &options, slice_str(bodies[i]));
        assert_true(p.ok);
        assert_slices(p.out, slice_str(bodies[i]));
        assert_slices(p.record, slice_str(bodies[i]));
        assert_true(p.outcome.is_whole);
        assert_int_equal(p.outcome.flaws, 0);
        assert_true(p.has_spoken);
    }
}

static void test_nothing_goes_out_before_the_end(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    struct relay        *relay = relay_new(s->arena, &options);
    struct buf           out;
    struct fault         why;
    buf_init(&out, STAGE_MOST_BYTES);
    assert_true(relay_feed(relay, S(ANSWER(MESSAGE("\"content\":\"a\"", "stop"), "")), &out, &why));
    assert_int_equal(out.len, 0);
    assert_false(relay_has_spoken(relay));
    assert_false(relay_outcome(relay)->is_whole);
    relay_break(relay, &(struct fault){ .kind = FAULT_PROVIDER_BROKE }, &out);
    assert_int_equal(out.len, 0); /* the caller answers with a status of its own */
    buf_fini(&out);
}

static void test_texts_are_restored(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    struct passed        p =
        pass(s, &options,
             said(s,
                  ANSWER(MESSAGE("\"content\":\"%s and "
                                 "%s\",\"reasoning\":\"%s\",\"refusal\":null,\"tool_calls\":[{\"id\":\"a\","
                                 "\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"{"
                                 "\\\"n\\\":\\\"%s\\\"}\"}}]",
                                 "tool_calls"),
                         COUNTED),
                  s->mail, s->name, s->mail, s->mail, s->name));
    assert_true(p.ok);
    assert_slices(
        p.out,
        said(s,
             ANSWER(MESSAGE("\"content\":\"" MAIL " and a\\\"b\\\\c\\nd\",\"reasoning\":\"" MAIL
                            "\",\"refusal\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\","
                            "\"function\":{\"name\":\"%s\",\"arguments\":\"{\\\"n\\\":\\\"a\\\\\\\"b\\\\\\\\c"
                            "\\\\u000ad\\\"}\"}}]",
                            "tool_calls"),
                    COUNTED),
             s->mail));
    assert_true(p.outcome.has_tool_calls);
    assert_int_not_equal(p.outcome.flaws, 0);
    assert_int_equal(p.outcome.usage.prompt_tokens, 9);
}

static void test_logprobs_are_stripped_and_usage_stays(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    options.strip_logprobs = options.strip_usage = true;
    struct passed p = pass(s, &options,
                           S("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"logprobs\":{"
                             "\"content\":[{\"token\":\"a\","
                             "\"logprob\":-0.25}]},\"finish_reason\":\"stop\"}]" COUNTED "}"));
    assert_slices(p.out, S("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"logprobs\":null,"
                           "\"finish_reason\":\"stop\"}]" COUNTED "}"));
    assert_int_equal(p.outcome.doubt, DOUBT_CONFIDENCE);
    assert_true(p.outcome.confidence > 0.77 && p.outcome.confidence < 0.78);
}

static void test_what_is_no_answer(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    static const struct {
        const char     *body;
        enum fault_kind kind;
    } cases[] = {
        { "", FAULT_PROVIDER_BROKE },
        { "<html><body>502 Bad Gateway</body></html>", FAULT_PROVIDER_BROKE },
        { "[]", FAULT_PROVIDER_BROKE },
        { "{\"choices\":[]}", FAULT_PROVIDER_BROKE },
        { "{\"detail\":\"Not Found\"}", FAULT_PROVIDER_BROKE },
        { "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"st",
          FAULT_PROVIDER_BROKE },
        { "{\"error\":{\"message\":\"model 'x' not "
          "found\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
          FAULT_PROVIDER_REFUSED },
        { "{\"error\":\"model is loading\"}", FAULT_PROVIDER_REFUSED },
        { "{\"error\":{\"message\":\"m\",\"code\":429}}", FAULT_PROVIDER_LIMITED },
        { "{\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"code\":400}",
          FAULT_PROVIDER_REFUSED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct passed p = pass(s, &options, slice_str(cases[i].body));
        assert_false(p.ok);
        assert_int_equal(p.why.kind, cases[i].kind);
        assert_int_equal(p.out.len, 0);
        assert_false(p.outcome.is_whole);
        assert_false(p.has_spoken);
    }
}

/* What an answer in other servers' ways is said as. */
static void test_what_is_mended(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
#define CALL(fields) "{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}" fields "}"
    static const struct {
        const char *said, *told;
    } cases[] = {
        { MESSAGE("\"content\":\"a\"", "model_length"), MESSAGE("\"content\":\"a\"", "length") },
        { MESSAGE("\"content\":\"a\"", "eos"), MESSAGE("\"content\":\"a\"", "stop") },
        { MESSAGE("\"content\":\"a\"", "sensitive"), MESSAGE("\"content\":\"a\"", "content_filter") },
        { MESSAGE("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"h\\n\"},{"
                  "\"type\":"
                  "\"text\",\"text\":\"m\"}]},{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"reference\","
                  "\"reference_ids\":[1]},{\"type\":\"text\",\"text\":\"b\"}]",
                  "stop"),
          MESSAGE("\"content\":\"ab\",\"reasoning_content\":\"h\\nm\"", "stop") },
        { MESSAGE("\"content\":[]", "stop"), MESSAGE("\"content\":\"\"", "stop") },
        { MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"a\",\"type\":\"function\"") "]", "tool_calls"),
          MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"a\",\"type\":\"function\"") "]", "tool_calls") },
        { MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"a\"") "]", "tool_calls"),
          MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"a\",\"type\":\"function\"") "]", "tool_calls") },
        { MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"\",\"type\":\"function\"") "," CALL(
                      ",\"type\":\"function\"") "]",
                  "tool_calls"),
          MESSAGE("\"tool_calls\":[" CALL(",\"id\":\"call_083e7ec11c37d0d9\",\"type\":\"function\"") "," CALL(
                      ",\"type\":\"function\",\"id\":\"call_083e7dc11c37cf26\"") "]",
                  "tool_calls") },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct passed p = pass(s, &options, said(s, ANSWER("%s", COUNTED), cases[i].said));
        assert_true(p.ok);
        assert_slices(p.out, said(s, ANSWER("%s", COUNTED), cases[i].told));
    }
}

static void test_the_ceiling(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    struct slice         body = S(ANSWER(MESSAGE("\"content\":\"Paris.\"", "stop"), COUNTED));
    options.answer_most_bytes = body.len;
    struct passed p = pass(s, &options, body);
    assert_true(p.ok);
    options.answer_most_bytes = body.len - 1;
    p = pass(s, &options, body);
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    assert_int_equal(p.record.len, 0);
}

static void test_several_choices(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = whole_of(s);
    struct passed        p =
        pass(s, &options,
             S("{\"choices\":[{\"index\":1,\"message\":{\"content\":\"bb\"},\"finish_reason\":"
               "\"length\"},{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"));
    assert_string_equal(p.outcome.finish, "stop");
    assert_int_equal(p.outcome.content_bytes, 3);
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0);
    assert_true(p.outcome.confidence == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_needs_no_change_comes_byte_for_byte),
        TEST(test_nothing_goes_out_before_the_end),
        TEST(test_texts_are_restored),
        TEST(test_logprobs_are_stripped_and_usage_stays),
        TEST(test_what_is_no_answer),
        TEST(test_what_is_mended),
        TEST(test_the_ceiling),
        TEST(test_several_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
