/* test_relay_restore.c - placeholders in streamed answers, however the stream is cut: proxy/relay_restore.c. */
#include "relay_stage.h"

/* The text, split at two places over three chunks, must be heard whole and restored. */
static void assert_heard(struct stage *s, const char *field, enum answer_place place, struct slice text,
                         struct slice want)
{
    struct relay_options options = stream_of(s);
    for (size_t first = 0; first <= text.len; first++)
        for (size_t second = first; second <= text.len; second += 5) {
            struct slice a = slice_cut(text, 0, first), b = slice_cut(text, first, second),
                         c = slice_cut(text, second, text.len);
            struct slice body =
                said(s,
                     EVENT(CHOICE(0, "\"%s\":\"%.*s\"", "null")) EVENT(CHOICE(0, "\"%s\":\"%.*s\"", "null"))
                         EVENT(CHOICE(0, "\"%s\":\"%.*s\"", "null")) ENDS("stop") DONE,
                     field, SLICE_ARG(a), field, SLICE_ARG(b), field, SLICE_ARG(c));
            struct passed p = pass_cut(s, &options, body, body.len, body.len, false);
            assert_true(p.ok);
            assert_slices(heard(s, p.out, 0, place, 0), want);
            assert_true(slice_ends(p.out, S(ENDS("stop") DONE)));
            assert_slices(p.record, body);
        }
}

static void test_a_placeholder_split_anywhere(void **state)
{
    struct stage *s = *state;
    struct slice  text = said(s, "Mail %s!", s->mail);
    assert_heard(s, "content", ANSWER_CONTENT, text, S("Mail " MAIL "!"));
    assert_heard(s, "refusal", ANSWER_REFUSAL, text, S("Mail " MAIL "!"));
    assert_heard(s, "reasoning_content", ANSWER_REASONING, text, S("Mail " MAIL "!"));
    assert_heard(s, "reasoning", ANSWER_REASONING, text, S("Mail " MAIL "!"));
}

static void test_a_value_that_json_must_escape(void **state)
{
    struct stage *s = *state;
    assert_heard(s, "content", ANSWER_CONTENT, said(s, "%s", s->name), S(NAME));
}

/* The answer's last letters may be the beginning of a placeholder: they go out before the finish. */
static void test_a_held_tail_goes_out_before_the_finish(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p = pass(s, &options, S(BEGINS SAYS("Grade: E") ENDS("stop") DONE));
    assert_true(p.ok);
    assert_slices(p.out, S(BEGINS SAYS("Grade: ") "data: " HEAD
                                                  "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"E\"},"
                                                  "\"finish_reason\":null}]}\n\n" ENDS("stop") DONE));

    /* in the finishing chunk itself, as Ollama sends it */
    p = pass(s, &options, S(BEGINS EVENT(CHOICE(0, "\"content\":\"Grade: E\"", "\"stop\"")) DONE));
    assert_slices(p.out, p.record);

    /* without a finish, before [DONE]; without [DONE], before ours */
    p = pass(s, &options, S(SAYS("E") DONE));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("E"));
    assert_true(slice_ends(p.out, S("\"finish_reason\":null}]}\n\n" DONE)));
    p = pass(s, &options, S(SAYS("E") ENDS("stop")));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("E"));
    assert_true(slice_ends(p.out, S(ENDS("stop") DONE)));
}

static void test_a_tail_of_reasoning_goes_out_before_the_content(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p =
        pass(s, &options,
             S(EVENT(CHOICE(0, "\"reasoning\":\"Plan E\"", "null")) SAYS("") SAYS("Yes.") ENDS("stop") DONE));
    size_t tail = slice_find(p.out, S("{\"reasoning\":\"E\"}")), yes = slice_find(p.out, S("Yes."));
    assert_true(tail != SLICE_NONE && yes != SLICE_NONE && tail < yes);
    assert_slices(heard(s, p.out, 0, ANSWER_REASONING, 0), S("Plan E"));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("Yes."));
}

/* Two fields of one place in each chunk, as OpenRouter and vLLM send them, are two texts. */
static void test_reasoning_given_twice(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    const char          *rest = s->mail + 9;
    struct passed        p =
        pass(s, &options,
             said(s,
                  EVENT(CHOICE(0, "\"reasoning\":\"%.*s\",\"reasoning_content\":\"%.*s\"", "null"))
                      EVENT(CHOICE(0, "\"reasoning\":\"%s.\",\"reasoning_content\":\"%s.\"", "null"))
                          ENDS("stop") DONE,
                  SLICE_ARG(half), SLICE_ARG(half), rest, rest));
    assert_slices(
        p.out, S(EVENT(CHOICE(0, "\"reasoning\":\"\",\"reasoning_content\":\"\"", "null"))
                     EVENT(CHOICE(0, "\"reasoning\":\"" MAIL ".\",\"reasoning_content\":\"" MAIL ".\"", "null"))
                         ENDS("stop") DONE));
}

static void test_choices_are_restored_apart(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    const char          *rest = s->mail + 9;
    /* one chunk a choice, then both in one chunk */
    struct passed p = pass(
        s, &options,
        said(s,
             EVENT(CHOICE(0, "\"content\":\"%.*s\"", "null")) EVENT(CHOICE(1, "\"content\":\"E\"", "null"))
                 EVENT(CHOICE(1, "\"content\":\"nd\"", "null") "," CHOICE(0, "\"content\":\"%s\"", "\"stop\""))
                     EVENT(CHOICE(1, "", "\"stop\"")) DONE,
             SLICE_ARG(half), rest));
    assert_true(p.ok);
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S(MAIL));
    assert_slices(heard(s, p.out, 1, ANSWER_CONTENT, 0), S("End"));

    /* the finish of one choice does not let go what another holds */
    p = pass(s, &options,
             said(s,
                  EVENT(CHOICE(0, "\"content\":\"%.*s\"", "null"))
                      EVENT(CHOICE(1, "\"content\":\"E\"", "\"stop\""))
                          EVENT(CHOICE(0, "\"content\":\"%s\"", "\"stop\"")) DONE,
                  SLICE_ARG(half), rest));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S(MAIL));
    assert_slices(heard(s, p.out, 1, ANSWER_CONTENT, 0), S("E"));
}

static void test_content_in_parts(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    struct passed        p =
        pass(s, &options,
             said(s,
                  EVENT(CHOICE(0, "\"content\":[{\"type\":\"text\",\"text\":\"to %.*s\"}]", "null"))
                      EVENT(CHOICE(0, "\"content\":[{\"type\":\"text\",\"text\":\"%s or E\"}]", "null"))
                          ENDS("stop") DONE,
                  SLICE_ARG(half), s->mail + 9));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("to " MAIL " or E"));
    assert_true(slice_find(p.out, S("{\"content\":\"E\"},\"finish_reason\":null}")) != SLICE_NONE);
}

/* One text in two parts of the chunk that ends it: only the last part's end is the text's. */
static void test_parts_of_the_finishing_chunk(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    struct passed        p = pass(s, &options,
                                  said(s,
                                       EVENT(CHOICE(0,
                                                    "\"content\":[{\"type\":\"text\",\"text\":\"%.*s\"},"
                                                           "{\"type\":\"text\",\"text\":\"%s E\"}]",
                                                    "\"stop\"")) DONE,
                                       SLICE_ARG(half), s->mail + 9));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S(MAIL " E"));
}

/* A string of a kind that does not run through the stream is complete in its chunk: no tail of it is held. */
static void test_other_strings_are_restored_and_names_are_not(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
#define NOTED(note) EVENT(CHOICE(0, "\"role\":\"%s\",\"content\":\"a\",\"note\":\"" note " E\"", "null"))
    struct passed p = pass(s, &options, said(s, NOTED("%s") ENDS("stop") DONE, s->mail, s->mail));
    assert_slices(p.out, said(s, NOTED(MAIL) ENDS("stop") DONE, s->mail));
}

static void test_what_the_vault_never_issued_is_left_alone(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed p = pass(s, &options, S(SAYS("EMAIL_0000") SAYS("00000000 is none") ENDS("stop") DONE));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S("EMAIL_000000000000 is none"));
}

/* CRLF, comments within the event and fields of a provider's own stay as they are around a changed text. */
static void test_what_surrounds_a_changed_text_stays(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct passed        p =
        pass(s, &options,
             said(s,
                  ": c\r\nid: 7\r\ndata:{ \"n\": 0.10, \"choices\":[{\"delta\":{\"content\":\"\\u00e9 "
                  "%s\"},\"index\":0, \"finish_reason\":\"stop\"}],\"z\":1 }\r\n\r\n" DONE,
                  s->mail));
    assert_slices(p.out, S(": c\r\nid: 7\r\ndata:{ \"n\": 0.10, \"choices\":[{\"delta\":{\"content\":\"é " MAIL
                           "\"},\"index\":0, \"finish_reason\":\"stop\"}],\"z\":1 }\r\n\r\n" DONE));

    /* over several data: lines it stays one event */
    p = pass(s, &options,
             said(s,
                  "data: {\"choices\":[{\"index\":0,\ndata: "
                  "\"delta\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}\n\n" DONE,
                  s->mail));
    assert_slices(heard(s, p.out, 0, ANSWER_CONTENT, 0), S(MAIL));
    assert_true(slice_ends(p.out, S("\n\n" DONE)));
}

static void test_an_empty_vault_changes_nothing(void **state)
{
    struct stage                 *s = *state;
    static const struct vault_key key = { "another" };
    struct relay_options          options = stream_of(s);
    struct slice                  body = said(s, SAYS("%s E") ENDS("stop") DONE, s->mail);
    options.vault = vault_new(s->arena, &key);
    struct passed p = pass(s, &options, body);
    assert_slices(p.out, body);
    options.vault = NULL;
    p = pass(s, &options, body);
    assert_slices(p.out, body);
}

/* ---- tool arguments: JSON inside a string ---- */

#define CALL(fields) "\"tool_calls\":[{" fields "}]"
#define ARGUMENTS(piece)                                                                                       \
    EVENT(CHOICE(0, CALL("\"index\":0,\"function\":{\"arguments\":\"" piece "\"}"), "null"))

static void test_tool_arguments_are_restored_as_json(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         name = slice_str(s->name);
    for (size_t at = 0; at <= name.len; at++) {
        struct slice  a = slice_cut(name, 0, at), b = slice_cut(name, at, name.len);
        struct passed p =
            pass_cut(s, &options,
                     said(s, ARGUMENTS("{\\\"who\\\":\\\"%.*s") ARGUMENTS("%.*s\\\"}") ENDS("tool_calls") DONE,
                          SLICE_ARG(a), SLICE_ARG(b)),
                     SIZE_MAX, SIZE_MAX, false);
        /* once for the JSON inside, once for the string around it */
        struct slice arguments = heard(s, p.out, 0, ANSWER_TOOL_ARGUMENTS, 0);
        assert_slices(arguments, S("{\"who\":\"a\\\"b\\\\c\\u000ad\"}"));
        struct json  inside;
        struct fault why;
        assert_true(json_read(s->arena, arguments, &inside, &why));
        assert_slices(json_string(&inside, json_get(&inside, 0, "who"), s->arena), S(NAME));
    }
}

/* Pieces of two calls may alternate, a placeholder split in each. */
static void test_calls_side_by_side(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    const char          *rest = s->mail + 9;
#define PIECE(index, piece) "{\"index\":" #index ",\"function\":{\"arguments\":\"" piece "\"}}"
    struct passed p = pass(
        s, &options,
        said(s,
             EVENT(CHOICE(0, "\"tool_calls\":[" PIECE(0, "%.*s") "," PIECE(1, "%.*s") "]", "null"))
                 EVENT(CHOICE(0, "\"tool_calls\":[" PIECE(1, "%s") "]", "null"))
                     EVENT(CHOICE(0, "\"tool_calls\":[" PIECE(0, "%s") "]", "null")) ENDS("tool_calls") DONE,
             SLICE_ARG(half), SLICE_ARG(half), rest, rest));
    assert_slices(heard(s, p.out, 0, ANSWER_TOOL_ARGUMENTS, 0), S(MAIL));
    assert_slices(heard(s, p.out, 0, ANSWER_TOOL_ARGUMENTS, 1), S(MAIL));
}

/* The first piece says the type and the later ones do not: it is one text all the same. */
static void test_a_call_whose_first_piece_says_more(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct slice         half = slice_cut(slice_str(s->mail), 0, 9);
    struct passed        p =
        pass(s, &options,
             said(s,
                  EVENT(CHOICE(0,
                               CALL("\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{"
                                    "\"name\":\"f\",\"arguments\":\"%.*s\"}"),
                               "null")) ARGUMENTS("%s E") ENDS("tool_calls") DONE,
                  SLICE_ARG(half), s->mail + 9));
    assert_slices(heard(s, p.out, 0, ANSWER_TOOL_ARGUMENTS, 0), S(MAIL " E"));
    assert_true(p.outcome.has_tool_calls);
    /* the chunk of our own says no name again: clients would join the two */
    assert_true(slice_find(p.out, S("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"E\"}}]},"
                                    "\"finish_reason\":null}")) != SLICE_NONE);
}

/* ---- ceilings ---- */

static void test_too_many_texts_break_the_stream(void **state)
{
    struct stage        *s = *state;
    struct relay_options options = stream_of(s);
    struct buf           body;
    buf_init(&body, STAGE_MOST_BYTES);
    for (int i = 0; i < 2000; i++)
        buf_printf(&body, EVENT(CHOICE(0, "\"content\":[{\"type\":\"%d\",\"text\":\"a\"}]", "null")), i);
    struct passed p = pass_cut(s, &options, buf_slice(&body), SIZE_MAX, SIZE_MAX, false);
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    buf_fini(&body);
}

/* A short placeholder repeated may stand for much: the growth has its ceiling too. */
static void test_an_answer_that_grows_too_large(void **state)
{
    struct stage *s = *state;
    char          large[4000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    const char          *placeholder = hide(s, PII_API_KEY, large);
    struct relay_options options = stream_of(s);
    options.answer_most_bytes = 1000;
    struct slice  body = said(s, SAYS("%s%s%s") ENDS("stop") DONE, placeholder, placeholder, placeholder);
    struct passed p = pass(s, &options, body);
    assert_false(p.ok);
    assert_int_equal(p.why.kind, FAULT_PROVIDER_BROKE);
    assert_int_equal(p.out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_placeholder_split_anywhere),
        TEST(test_a_value_that_json_must_escape),
        TEST(test_a_held_tail_goes_out_before_the_finish),
        TEST(test_a_tail_of_reasoning_goes_out_before_the_content),
        TEST(test_reasoning_given_twice),
        TEST(test_choices_are_restored_apart),
        TEST(test_content_in_parts),
        TEST(test_parts_of_the_finishing_chunk),
        TEST(test_other_strings_are_restored_and_names_are_not),
        TEST(test_what_the_vault_never_issued_is_left_alone),
        TEST(test_what_surrounds_a_changed_text_stays),
        TEST(test_an_empty_vault_changes_nothing),
        TEST(test_tool_arguments_are_restored_as_json),
        TEST(test_calls_side_by_side),
        TEST(test_a_call_whose_first_piece_says_more),
        TEST(test_too_many_texts_break_the_stream),
        TEST(test_an_answer_that_grows_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
