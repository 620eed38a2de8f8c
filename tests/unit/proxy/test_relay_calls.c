/* test_relay_calls.c - tool calls that providers stream badly are made whole: proxy/relay_mend.c. */
#include "relay_stage.h"

/* A chunk with one piece of a tool call. */
#define PIECE(fields) EVENT(CHOICE(0, "\"tool_calls\":[{" fields "}]", "null"))
#define BEGIN(marks, name)                                                                                     \
    PIECE(marks "\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"\"}")
#define GO_ON(marks, arguments) PIECE(marks "\"function\":{\"arguments\":\"" arguments "\"}")

static void assert_mended(struct stage *s, struct slice body, struct slice want)
{
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, body);
    assert_true(p.ok);
    assert_slices(p.out, want);
    assert_slices(p.record, body);
    assert_true(p.outcome.has_tool_calls);
    assert_true(p.has_spoken);
    assert_int_not_equal(p.outcome.flaws, 0);
}

#define END ENDS("tool_calls") DONE

static void test_what_is_right_is_not_touched(void **state)
{
    struct stage *s = *state;
    struct slice  body = S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,", "{\\\"x\\\":") GO_ON(
         "\"index\":0,", "1}") BEGIN("\"index\":1,\"id\":\"b\",", "f") GO_ON("\"index\":1,", "{}") END);
    assert_mended(s, body, body);
    /* an id given again with each piece */
    body = S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,\"id\":\"a\",", "{}") END);
    assert_mended(s, body, body);
}

static void test_missing_indexes(void **state)
{
    struct stage *s = *state;
    assert_mended(s,
                  S(BEGIN("\"id\":\"a\",", "f") GO_ON("", "{}") BEGIN("\"id\":\"b\",", "g") GO_ON("", "{")
                        GO_ON("\"id\":\"a\",", "!") GO_ON("", "}") END),
                  S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,", "{}")
                        BEGIN("\"index\":1,\"id\":\"b\",", "g") GO_ON("\"index\":1,", "{")
                            GO_ON("\"index\":0,\"id\":\"a\",", "!") GO_ON("\"index\":1,", "}") END));
    /* null is no index */
    assert_mended(s, S(BEGIN("\"index\":null,\"id\":\"a\",", "f") END),
                  S(BEGIN("\"index\":0,\"id\":\"a\",", "f") END));
}

static void test_all_indexes_zero(void **state)
{
    struct stage *s = *state;
    assert_mended(s,
                  S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,", "{}")
                        BEGIN("\"index\":0,\"id\":\"b\",", "f") GO_ON("\"index\":0,", "{}") END),
                  S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,", "{}")
                        BEGIN("\"index\":1,\"id\":\"b\",", "f") GO_ON("\"index\":1,", "{}") END));
}

static void test_indexes_from_one(void **state)
{
    struct stage *s = *state;
    assert_mended(s,
                  S(BEGIN("\"index\":1,\"id\":\"a\",", "f") GO_ON("\"index\":1,", "{}")
                        BEGIN("\"index\":2,\"id\":\"b\",", "f") END),
                  S(BEGIN("\"index\":0,\"id\":\"a\",", "f") GO_ON("\"index\":0,", "{}")
                        BEGIN("\"index\":1,\"id\":\"b\",", "f") END));
}

/* The ids that a client sees, one for each call, joined by spaces; "" in a piece that says none. */
static struct slice ids_of(struct stage *s, struct slice stream)
{
    struct buf ids;
    buf_init(&ids, STAGE_MOST_BYTES);
    for (size_t at; (at = slice_find(stream, S("\"tool_calls\":[{"))) != SLICE_NONE;) {
        stream = slice_cut(stream, at + 14, stream.len);
        struct slice piece = slice_cut(stream, 0, slice_find(stream, S("\"function\"")));
        size_t       id = slice_find(piece, S("\"id\":\""));
        if (id == SLICE_NONE)
            continue;
        piece = slice_cut(piece, id + 6, piece.len);
        buf_add(&ids, slice_cut(piece, 0, slice_find_byte(piece, '"')));
        buf_add_byte(&ids, ' ');
    }
    struct slice joined = arena_copy(s->arena, buf_slice(&ids));
    buf_fini(&ids);
    return joined;
}

static void test_missing_empty_and_double_ids(void **state)
{
    struct stage            *s = *state;
    struct relay_options     options = stream_of(s);
    static const char *const streams[] = {
        BEGIN("\"index\":0,", "f") BEGIN("\"index\":1,", "f") GO_ON("\"index\":0,", "{}") END,
        BEGIN("\"index\":0,\"id\":\"\",", "f") BEGIN("\"index\":1,\"id\":null,", "f") END,
        BEGIN("", "f") GO_ON("", "{}") BEGIN("", "g") GO_ON("", "{}") END,
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct passed p = pass(s, &options, slice_str(streams[i]));
        struct slice  ids = ids_of(s, p.out);
        assert_int_equal(ids.len, 2 * strlen("call_0123456789abcdef "));
        assert_true(slice_starts(ids, S("call_")));
        assert_false(slice_eq(slice_cut(ids, 0, 21), slice_cut(ids, 22, 43)));
        assert_true(slice_find(p.out, S("\"index\":1")) != SLICE_NONE);
        struct passed again = pass(s, &options, p.record);
        assert_same(&again, &p); /* a replay makes the same ids */
    }
    struct passed p =
        pass(s, &options,
             S(BEGIN("\"index\":0,\"id\":\"a\",", "f") BEGIN("\"index\":1,\"id\":\"a\",", "g")
                   GO_ON("\"index\":1,\"id\":\"a\",", "{}") GO_ON("\"index\":0,\"id\":\"a\",", "{}") END));
    struct slice ids = ids_of(s, p.out);
    assert_true(slice_starts(ids, S("a call_")));
    assert_true(slice_ends(ids, S("  a "))); /* the second call's id is not said twice */
}

static void test_several_calls_in_one_chunk(void **state)
{
    struct stage *s = *state;
#define WHOLE(marks, name) "{" marks "\"function\":{\"name\":\"" name "\",\"arguments\":\"{}\"}}"
#define BOTH(a, b)         EVENT(CHOICE(0, "\"tool_calls\":[" a "," b "]", "\"tool_calls\"")) DONE
    assert_mended(s, S(BOTH(WHOLE("\"id\":\"a\",", "f"), WHOLE("\"id\":\"b\",", "f"))),
                  S(BOTH(WHOLE("\"index\":0,\"id\":\"a\",", "f"), WHOLE("\"index\":1,\"id\":\"b\",", "f"))));
    assert_mended(s, S(BOTH(WHOLE("\"index\":0,\"id\":\"a\",", "f"), WHOLE("\"index\":0,\"id\":\"b\",", "f"))),
                  S(BOTH(WHOLE("\"index\":0,\"id\":\"a\",", "f"), WHOLE("\"index\":1,\"id\":\"b\",", "f"))));
}

static void test_choices_number_their_calls_apart(void **state)
{
    struct stage *s = *state;
#define OF(choice, marks) EVENT(CHOICE(choice, "\"tool_calls\":[" WHOLE(marks, "f") "]", "\"tool_calls\""))
    assert_mended(s, S(OF(0, "\"id\":\"a\",") OF(1, "\"id\":\"b\",") DONE),
                  S(OF(0, "\"index\":0,\"id\":\"a\",") OF(1, "\"index\":0,\"id\":\"b\",") DONE));
}

/* A piece without a number goes on with its own choice's latest call. */
static void test_choices_go_on_apart(void **state)
{
    struct stage *s = *state;
#define PART(choice, fields) EVENT(CHOICE(choice, "\"tool_calls\":[{" fields "}]", "null"))
#define NAMED                "\"function\":{\"name\":\"f\",\"arguments\":\"\"}"
#define MORE                 "\"function\":{\"arguments\":\"{}\"}"
    assert_mended(s,
                  S(PART(0, "\"id\":\"a\"," NAMED) PART(0, "\"id\":\"b\"," NAMED) PART(1, "\"id\":\"a\"," NAMED)
                        PART(0, MORE) PART(1, MORE) PART(1, "\"id\":\"a\"," MORE) DONE),
                  S(PART(0, "\"index\":0,\"id\":\"a\"," NAMED) PART(0, "\"index\":1,\"id\":\"b\"," NAMED)
                        PART(1, "\"index\":0,\"id\":\"a\"," NAMED) PART(0, "\"index\":1," MORE)
                            PART(1, "\"index\":0," MORE) PART(1, "\"index\":0,\"id\":\"a\"," MORE) DONE));
}

/* An id never seen begins a call, even without a name and after calls that had none. */
static void test_a_new_id_begins_a_call(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p =
        pass(s, &options, S(BEGIN("", "f") BEGIN("\"id\":\"b\",", "g") GO_ON("\"id\":\"z\",", "{}") END));
    assert_true(slice_find(p.out, S("{\"index\":2,\"id\":\"z\",")) != SLICE_NONE);
}

/* Some servers finish with "stop" although tools were called: still not an answer for the cache. */
static void test_stop_after_a_call(void **state)
{
    struct stage *s = *state;
    struct slice  body = S(SAYS("Let me see.") BEGIN("\"index\":0,\"id\":\"a\",", "f") ENDS("stop") DONE);
    assert_mended(s, body, body);
}

/* Odd shapes are let through, and never make edits that overlap. */
static void test_odd_pieces(void **state)
{
    struct stage            *s = *state;
    struct relay_options     options = stream_of(s);
    static const char *const pieces[] = {
        "",
        "\"index\":\"%s\"",
        "\"index\":[\"%s\"],\"id\":{\"x\":\"%s\"}",
        "\"index\":-1,\"id\":7",
        "\"index\":1e3",
        "\"index\":99999999999999999999,\"function\":\"%s\"",
        "\"function\":{\"name\":[\"%s\"],\"arguments\":{\"x\":\"%s\"}}",
        "\"id\":\"%s\",\"type\":\"%s\",\"custom\":{\"name\":\"n\",\"input\":\"%s\"}",
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf body;
        buf_init(&body, STAGE_MOST_BYTES);
        buf_add_str(&body,
                    "data: {\"error\":{},\"usage\":{\"x\":\"%s\"},\"choices\":[{\"delta\":{\"tool_calls\":[{");
        buf_add_str(&body, pieces[i]);
        buf_add_str(&body, "},{},7,null,[{}]],\"content\":[\"%s\"]},\"logprobs\":{\"x\":\"%s\"},\"finish_"
                           "reason\":\"stop\"}]}\n\n");
        struct buf filled;
        buf_init(&filled, STAGE_MOST_BYTES);
        for (size_t at = 0; at < body.len; at++)
            if (body.ptr[at] == '%' && ++at)
                buf_add_str(&filled, s->mail);
            else
                buf_add_byte(&filled, body.ptr[at]);
        options.strip_usage = options.strip_logprobs = true;
        struct passed p = pass(s, &options, buf_slice(&filled));
        assert_true(p.ok);
        struct answer answer;
        struct fault  why;
        struct slice  data = slice_cut(p.out, 6, slice_find_byte(p.out, '\n'));
        assert_true(answer_read(s->arena, data, &answer, &why));
        assert_int_equal(json_get(&answer.json, 0, "usage"), JSON_NONE);
        assert_int_equal(json_get(&answer.json, 0, "error"), JSON_NONE);
        buf_fini(&body);
        buf_fini(&filled);
    }
}

static void test_too_many_calls_break_the_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct buf           body;
    buf_init(&body, STAGE_MOST_BYTES);
    for (int i = 0; i < 2000; i++)
        buf_printf(&body, BEGIN("\"index\":%d,\"id\":\"c%d\",", "f"), i, i);
    struct passed p = pass_cut(s, &options, buf_slice(&body), SIZE_MAX, SIZE_MAX, false);
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_right_is_not_touched),
        TEST(test_missing_indexes),
        TEST(test_all_indexes_zero),
        TEST(test_indexes_from_one),
        TEST(test_missing_empty_and_double_ids),
        TEST(test_several_calls_in_one_chunk),
        TEST(test_choices_go_on_apart),
        TEST(test_a_new_id_begins_a_call),
        TEST(test_stop_after_a_call),
        TEST(test_choices_number_their_calls_apart),
        TEST(test_odd_pieces),
        TEST(test_too_many_calls_break_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
