/* test_relay.c - streams as providers send them: what goes on, what they were, and when they are whole. */
#include "relay_stage.h"

#include <math.h>

/* ---- what goes on ---- */

static void test_what_needs_no_change_goes_on_byte_for_byte(void **state)
{
    struct stage            *s = *state;
    struct relay_options     options = stream_of(s);
    static const char *const streams[] = {
        BEGINS SAYS("Hello") SAYS(" there.") ENDS("stop") USAGE DONE,
        /* numbers, spaces, escapes and fields of a provider's own */
        "data: {\"id\" : \"x\", \"n\": 0.10, \"big\": 12345678901234567890, \"o\":\"\\u0000\\ud800\", "
        "\"choices\":[ {\"index\":0,\"delta\":{ \"content\":\"\\u00e9\\/\" },\"finish_reason\":\"stop\"} "
        "]}\n\n" DONE,
        /* comments, pings, an id: and a retry: line, CRLF, no space after the colon */
        ": ping\n\n" BEGINS ": OPENROUTER PROCESSING\n\nid: 7\nretry: 10\n" SAYS("a") ENDS("stop") DONE,
        "data:" HEAD "\"choices\":[" CHOICE(0, "\"content\":\"a\"", "\"stop\"") "]}\r\n\r\n" DONE,
        /* one document over two data: lines */
        "data: {\"choices\":[{\"index\":0,\ndata: "
        "\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n" DONE,
        /* Azure's first chunk */
        "data: "
        "{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[]}"
        "\n\n" BEGINS SAYS("a") ENDS("stop") DONE,
        /* a model that talks of the end */
        BEGINS SAYS("data: [DONE]\\n\\n") SAYS("[DONE]") ENDS("stop") DONE,
        /* text that begins like a placeholder and is none, inside one chunk */
        BEGINS SAYS("EMAIL_ and EMAIL_00 are words.") ENDS("stop") DONE,
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct slice  body = slice_str(streams[i]);
        struct passed p = pass(s, &options, body);
        assert_true(p.ok);
        assert_slices(p.out, body);
        assert_slices(p.record, body);
        assert_true(p.outcome.is_whole);
        assert_int_equal(p.outcome.flaws, 0);
        assert_true(p.has_spoken);
    }
}

static void test_what_follows_the_end_does_not_go_on(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, S(SAYS("a") ENDS("stop") DONE SAYS("b") ": more\n\n" DONE));
    assert_true(p.ok);
    assert_slices(p.out, S(SAYS("a") ENDS("stop") DONE));
    assert_slices(p.record, p.out);
    assert_int_equal(p.outcome.content_bytes, 1);
}

static void test_a_bad_event_does_not_kill_a_healthy_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options,
                                  S(SAYS("a") "data: {\"choices\":[{\n\n"
                                                     "data:\n\n"
                                                     "data: 7 7\n\n" SAYS("b") ENDS("stop") DONE));
    assert_true(p.ok);
    assert_slices(p.out, S(SAYS("a") SAYS("b") ENDS("stop") DONE));
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0); /* something may be missing: not for the cache */
}

static void test_an_empty_event_is_no_harm(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options,
                                  S(SAYS("a") "data:\n\n"
                                                     "data: \n\n" ENDS("stop") DONE));
    assert_slices(p.out, S(SAYS("a") ENDS("stop") DONE)); /* SDKs would try to parse it */
    assert_int_equal(p.outcome.flaws, 0);
}

static void test_a_full_buffer_is_no_half_event(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct relay        *relay = relay_new(s->arena, &options);
    struct buf           out;
    struct fault         why;
    buf_init(&out, 50);
    assert_false(relay_feed(relay, S(SAYS("a")), &out, &why));
    assert_int_equal(why.kind, FAULT_PROVIDER_BROKE);
    buf_fini(&out);
}

static void test_a_stream_of_bad_events_is_broken(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct buf           body;
    buf_init(&body, STAGE_MOST_BYTES);
    for (int i = 0; i < 100; i++)
        buf_add_str(&body, "data: <html>\n\n");
    buf_add_str(&body, SAYS("a") ENDS("stop") DONE);
    struct passed p = pass(s, &options, buf_slice(&body));
    buf_fini(&body);
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    assert_int_equal(p.out.len, 0);
}

static void test_an_event_beyond_the_ceiling(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    options.answer_most_bytes = 200;
    struct passed p = pass(s, &options,
                           S("data: {\"o\":\"........................................................"
                             "........................................................................"
                             "........................................................................"
                             "........................................................................"
                             "\"}\n\n"));
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
}

/* ---- when it is whole ---- */

static void test_done_is_added_after_every_finish(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, S(BEGINS SAYS("a") ENDS("stop")));
    assert_true(p.ok);
    assert_slices(p.out, S(BEGINS SAYS("a") ENDS("stop") DONE));
    assert_slices(p.record, S(BEGINS SAYS("a") ENDS("stop")));
    assert_int_equal(p.outcome.flaws, 0);

    /* the last line's end is missing: no event, but all had their finish */
    p = pass(s, &options, S(SAYS("a") ENDS("stop") "data: [DONE]"));
    assert_true(p.ok);
    assert_slices(p.out, S(SAYS("a") ENDS("stop") DONE));
}

static void test_what_ends_early_is_not_whole(void **state)
{
    struct stage            *s = *state;
    struct relay_options     options = stream_of(s);
    static const char *const streams[] = {
        "",
        "\n\n",
        ": ping\n\n",
        DONE,
        ": ping\n\n" DONE,
        USAGE DONE,
        BEGINS,
        BEGINS SAYS("a"),
        /* an empty finish_reason is none */
        EVENT(CHOICE(0, "\"content\":\"a\"", "\"\"")),
        /* one of two choices */
        EVENT(CHOICE(0, "\"content\":\"a\"", "null")) EVENT(CHOICE(1, "\"content\":\"b\"", "\"stop\"")),
        /* the finish itself is cut */
        "data: " HEAD "\"choices\":[" CHOICE(0, "\"content\":\"a\"", "\"stop\"") "]}\n",
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct passed p = pass(s, &options, slice_str(streams[i]));
        assert_false(p.ok);
        assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
        assert_false(p.outcome.is_whole);
        assert_int_not_equal(p.outcome.flaws, 0);
        assert_int_equal(slice_find(p.out, S("[DONE]")), SLICE_NONE);
    }
}

static void test_done_without_a_finish_is_whole_but_not_good(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, S(SAYS("a") DONE));
    assert_true(p.ok);
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0);
    assert_string_equal(p.outcome.finish, "");
}

/* ---- errors ---- */

static void test_an_error_ends_the_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    static const struct {
        const char     *event;
        enum fault_kind kind;
        const char     *detail;
    } cases[] = {
        { "data: {\"error\":{\"message\":\"secret words\",\"type\":\"server_error\",\"code\":null}}\n\n",
          FAULT_PROVIDER_REFUSED, "its code is server_error" },
        { "data: {\"error\":{\"message\":\"m\",\"code\":429}}\n\n", FAULT_PROVIDER_LIMITED, "its code is 429" },
        { "data: {\"error\":{\"message\":\"m\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}\n\n",
          FAULT_PROVIDER_LIMITED, "its code is rate_limit_exceeded" },
        { "data: {\"error\":\"secret words\"}\n\n", FAULT_PROVIDER_REFUSED, "" },
        { "data: {\"error\":{\"code\":\"secret words\"}}\n\n", FAULT_PROVIDER_REFUSED, "" },
        { "data: {\"object\":\"error\",\"message\":\"m\",\"code\":400}\n\n", FAULT_PROVIDER_REFUSED,
          "its code is 400" },
        { "event: error\ndata: {\"message\":\"m\",\"type\":\"overloaded_error\"}\n\n", FAULT_PROVIDER_REFUSED,
          "its code is overloaded_error" },
        /* llama-server's until 2025, and a line that is no event at all */
        { "error: {\"code\":500,\"message\":\"m\",\"type\":\"server_error\"}\n\n", FAULT_PROVIDER_REFUSED,
          "its code is 500" },
        { "error: secret words\n\n", FAULT_PROVIDER_REFUSED, "" },
        { "{\"error\":{\"message\":\"m\",\"code\":429}}\n\n", FAULT_PROVIDER_LIMITED, "its code is 429" },
        /* OpenRouter's */
        { "data: {\"id\":\"x\",\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[" CHOICE(
              0, "\"content\":\"\"", "\"error\"") "]}\n\n",
          FAULT_PROVIDER_REFUSED, "its code is 502" },
        { "data: "
          "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"error\":{\"code\":429}}]}\n\n",
          FAULT_PROVIDER_LIMITED, "its code is 429" },
        /* Groq's */
        { "data: {\"choices\":[],\"x_groq\":{\"id\":\"r\",\"error\":\"secret words\"}}\n\n",
          FAULT_PROVIDER_REFUSED, "" },
        /* DeepSeek's, and Google's of a call that could not be written */
        { EVENT(CHOICE(0, "\"content\":\"\"", "\"insufficient_system_resource\"")), FAULT_PROVIDER_REFUSED,
          "" },
        { EVENT(CHOICE(0, "\"content\":\"\"", "\"function_call_filter: MALFORMED_FUNCTION_CALL\"")),
          FAULT_PROVIDER_REFUSED, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice  body = said(s, "%s%s%s", BEGINS SAYS("a"), cases[i].event, SAYS("b") ENDS("stop") DONE);
        struct passed p = pass(s, &options, body);
        assert_false(p.ok);
        assert_int_equal(p.why.kind, cases[i].kind);
        assert_string_equal(p.why.detail, cases[i].detail);
        assert_slices(p.out, S(BEGINS SAYS("a")));
        assert_false(p.outcome.is_whole);

        p = pass(s, &options, said(s, "%s%s", BEGINS, cases[i].event));
        assert_false(p.ok);
        assert_false(p.has_spoken); /* another may still be asked */
    }
}

static void test_an_error_body_in_place_of_a_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p =
        pass(s, &options, S("\r\n {\"error\":{\"message\":\"m\",\"type\":\"rate_limit_error\"}}"));
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_LIMITED);
    assert_int_equal(p.out.len, 0);

    p = pass(s, &options,
             S("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"));
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    assert_int_equal(p.out.len, 0);

    p = pass(s, &options, S("<html><body>502 Bad Gateway</body></html>\n\n"));
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
}

static void test_an_empty_error_is_taken_out(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options,
                                  S("data: {\"error\":null,\"choices\":[" CHOICE(0, "\"content\":\"a\"",
                                                                                 "\"stop\"") "],\"x\":1}\n\n" DONE));
    assert_true(p.ok);
    assert_slices(p.out,
                  S("data: {\"choices\":[" CHOICE(0, "\"content\":\"a\"", "\"stop\"") "],\"x\":1}\n\n" DONE));
}

static void test_after_a_fault_only_the_break_may_follow(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct relay        *relay = relay_new(s->arena, &options);
    struct buf           out;
    struct fault         why = { 0 };
    buf_init(&out, STAGE_MOST_BYTES);
    assert_true(relay_feed(relay, S(BEGINS SAYS("a")), &out, &why));
    assert_false(relay_feed(relay, S("data: {\"error\":\"x\"}\n\n"), &out, &why));
    size_t before = out.len;

    assert_false(relay_feed(relay, S(SAYS("b")), &out, &why));
    assert_int_equal(why.kind, FAULT_PROVIDER_REFUSED);
    assert_false(relay_end(relay, &out, &why));
    assert_int_equal(why.kind, FAULT_PROVIDER_REFUSED);
    assert_int_equal(out.len, before);

    relay_break(relay, &why, &out);
    struct slice event = slice_cut(buf_slice(&out), before, out.len);
    assert_true(slice_starts(event, S("data: {\"error\":{")));
    assert_true(slice_ends(event, S("}}\n\n")));
    assert_true(slice_find(event, S("provider_error")) != SLICE_NONE);
    buf_fini(&out);
}

/* A provider that goes away: the caller breaks the stream, and nothing makes it whole any more. */
static void test_a_broken_stream_stays_broken(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct relay        *relay = relay_new(s->arena, &options);
    struct buf           out;
    struct fault         why;
    buf_init(&out, STAGE_MOST_BYTES);
    assert_true(relay_feed(relay, S(SAYS("a") ENDS("stop")), &out, &why));
    fault_set(&why, FAULT_PROVIDER_SILENT, "it was silent for 60 s");
    relay_break(relay, &why, &out);
    size_t broken = out.len;
    assert_false(relay_feed(relay, S(DONE), &out, &why));
    assert_false(relay_end(relay, &out, &why));
    assert_int_equal(why.kind, FAULT_PROVIDER_SILENT);
    assert_int_equal(out.len, broken);
    assert_false(relay_outcome(relay)->is_whole);
    buf_fini(&out);
}

static void test_a_whole_stream_cannot_be_broken(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct relay        *relay = relay_new(s->arena, &options);
    struct buf           out;
    struct fault         why;
    buf_init(&out, STAGE_MOST_BYTES);
    assert_false(relay_is_done(relay));
    assert_true(relay_feed(relay, S(SAYS("a") ENDS("stop") DONE), &out, &why));
    assert_slices(buf_slice(&out), S(SAYS("a") ENDS("stop"))); /* the end waits to be sealed */
    assert_true(relay_is_done(relay));
    assert_true(relay_end(relay, &out, &why));
    relay_seal(relay, &out);
    fault_set(&why, FAULT_PROVIDER_BROKE, "the connection was reset");
    relay_break(relay, &why, &out);
    assert_slices(buf_slice(&out), S(SAYS("a") ENDS("stop") DONE));
    assert_true(relay_outcome(relay)->is_whole);
    buf_fini(&out);
}

/* ---- what it was ---- */

static void test_outcome(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, S(BEGINS SAYS("Par") SAYS("is.") ENDS("stop") USAGE DONE));
    assert_string_equal(p.outcome.finish, "stop");
    assert_int_equal(p.outcome.content_bytes, 6);
    assert_true(p.outcome.usage.is_given);
    assert_int_equal(p.outcome.usage.prompt_tokens, 9);
    assert_int_equal(p.outcome.usage.completion_tokens, 12);
    assert_true(p.outcome.confidence == 1);
    assert_int_equal(p.outcome.doubt, NO_DOUBT);

    p = pass(s, &options, S(BEGINS SAYS("a") ENDS("length") DONE));
    assert_false(p.outcome.usage.is_given);
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0);
    assert_true(p.outcome.confidence == 0);
    assert_int_equal(p.outcome.doubt, DOUBT_LENGTH);

    p = pass(s, &options, S(BEGINS SAYS(" \\n") ENDS("stop") DONE));
    assert_int_equal(p.outcome.doubt, DOUBT_EMPTY);

    p = pass(s, &options, S(BEGINS ENDS("stop") DONE));
    assert_int_not_equal(p.outcome.flaws, 0);
    assert_false(p.has_spoken);

    p = pass(s, &options, S(BEGINS SAYS("I'm sor") SAYS("ry, but I can") SAYS("'t help.") ENDS("stop") DONE));
    assert_int_equal(p.outcome.doubt, DOUBT_REFUSAL);
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0);

    p = pass(s, &options, S(EVENT(CHOICE(0, "\"refusal\":\"No.\"", "null")) ENDS("stop") DONE));
    assert_int_equal(p.outcome.doubt, DOUBT_REFUSAL);
    assert_true(p.has_spoken);

    p = pass(s, &options,
             S(EVENT(CHOICE(0, "\"reasoning_content\":\"Hm.\"", "null")) SAYS("Yes.") ENDS("stop")));
    assert_int_equal(p.outcome.content_bytes, 7);
    assert_int_equal(p.outcome.flaws, 0);
}

#define TOKEN(logprob) "{\"token\":\"a\",\"logprob\":" logprob ",\"bytes\":[97],\"top_logprobs\":[]}"
#define LIKELY(text, tokens, finish)                                                                           \
    "data: " HEAD "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text                                   \
    "\"},\"logprobs\":{\"content\":[" tokens "],\"refusal\":null},\"finish_reason\":" finish "}]}\n\n"

static void test_logprobs_are_counted_and_stripped(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    options.strip_logprobs = true;
    struct passed p = pass(s, &options,
                           S(LIKELY("a", TOKEN("-0.5"), "null")
                                 LIKELY("b", TOKEN("-1.0") "," TOKEN("-1.5"), "null") ENDS("stop") DONE));
    assert_true(fabs(p.outcome.confidence - exp(-1)) < 1e-9);
    assert_int_equal(p.outcome.doubt, DOUBT_CONFIDENCE);
    assert_slices(p.out, S(SAYS("a") SAYS("b") ENDS("stop") DONE));
    assert_true(slice_find(p.record, S("-1.5")) != SLICE_NONE);

    options.strip_logprobs = false;
    p = pass(s, &options, S(LIKELY("a", TOKEN("-0.5"), "\"stop\"") DONE));
    assert_slices(p.out, p.record);
}

#define WITH_NULL_USAGE(choice) "data: " HEAD "\"choices\":[" choice "],\"usage\":null}\n\n"
#define NULL_USAGE_FIRST(choice)                                                                               \
    "data: {\"usage\":null,\"error\":null,\"choices\":[" choice "],\"error2\":1}\n\n"

static void test_usage_is_counted_and_stripped(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         body = S(WITH_NULL_USAGE(CHOICE(0, "\"content\":\"a\"", "null"))
                                      NULL_USAGE_FIRST(CHOICE(0, "\"content\":\"b\"", "null")) ENDS("stop") USAGE DONE);
    options.strip_usage = true;
    struct passed p = pass(s, &options, body);
    assert_slices(p.out, S(SAYS("a") "data: {\"choices\":[" CHOICE(
                             0, "\"content\":\"b\"", "null") "],\"error2\":1}\n\n" ENDS("stop") DONE));
    assert_int_equal(p.outcome.usage.completion_tokens, 12);

    options.strip_usage = false;
    p = pass(s, &options, S(WITH_NULL_USAGE(CHOICE(0, "\"content\":\"a\"", "\"stop\"")) USAGE DONE));
    assert_slices(p.out, p.record);
}

static void test_choices_side_by_side(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         body = S(EVENT(CHOICE(1, "\"content\":\"I don't know.\"", "null"))
                                      EVENT(CHOICE(0, "\"content\":\"a\"", "null")) EVENT(CHOICE(1, "", "\"length\""))
                                          EVENT(CHOICE(0, "", "\"stop\"")) DONE);
    struct passed        p = pass(s, &options, body);
    assert_true(p.outcome.is_whole);
    assert_int_not_equal(p.outcome.flaws, 0); /* the second was cut */
    assert_string_equal(p.outcome.finish, "stop");
    assert_true(p.outcome.confidence == 1); /* of the first */
    assert_int_equal(p.outcome.content_bytes, 14);
}

/* ---- the record ---- */

static void test_a_record_replays(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    options.strip_usage = true;
    struct passed first =
        pass(s, &options, said(s, BEGINS SAYS("to %s,") SAYS(" now") ENDS("stop") USAGE, s->mail));
    assert_true(slice_find(first.record, slice_str(s->mail)) != SLICE_NONE);
    assert_int_equal(slice_find(first.record, S(MAIL)), SLICE_NONE);
    struct passed again = pass(s, &options, first.record);
    assert_same(&again, &first);
}

static void test_a_record_that_does_not_fit_is_empty(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         body = S(SAYS("a") SAYS("b") SAYS("c") ENDS("stop") DONE);
    options.answer_most_bytes = body.len - 1;
    struct passed p = pass(s, &options, body);
    assert_true(p.ok);
    assert_slices(p.out, body);
    assert_int_equal(p.record.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_needs_no_change_goes_on_byte_for_byte),
        TEST(test_what_follows_the_end_does_not_go_on),
        TEST(test_a_bad_event_does_not_kill_a_healthy_stream),
        TEST(test_an_empty_event_is_no_harm),
        TEST(test_a_full_buffer_is_no_half_event),
        TEST(test_a_stream_of_bad_events_is_broken),
        TEST(test_an_event_beyond_the_ceiling),
        TEST(test_done_is_added_after_every_finish),
        TEST(test_what_ends_early_is_not_whole),
        TEST(test_done_without_a_finish_is_whole_but_not_good),
        TEST(test_an_error_ends_the_stream),
        TEST(test_an_error_body_in_place_of_a_stream),
        TEST(test_an_empty_error_is_taken_out),
        TEST(test_after_a_fault_only_the_break_may_follow),
        TEST(test_a_broken_stream_stays_broken),
        TEST(test_a_whole_stream_cannot_be_broken),
        TEST(test_outcome),
        TEST(test_logprobs_are_counted_and_stripped),
        TEST(test_usage_is_counted_and_stripped),
        TEST(test_choices_side_by_side),
        TEST(test_a_record_replays),
        TEST(test_a_record_that_does_not_fit_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
