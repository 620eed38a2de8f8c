/* test_kept.c - what is kept of an answer and of what it answered, what is told of it, and how a request goes
 * on from it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/kept.h"

static struct fault why;

/* What a stream or a body came to; NULL where it made no whole answer. */
static const char *answer_of(struct arena *arena, enum dialect dialect, bool is_stream, const char *told)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    bool        ok = kept_answer(dialect, is_stream, slice_str(told), arena, &out);
    const char *text = ok ? arena_cstr(arena, buf_slice(&out)) : NULL;
    buf_fini(&out);
    return text;
}

static const char *asked_of(struct arena *arena, enum dialect dialect, const char *request)
{
    struct json json;
    struct buf  out;
    buf_init(&out, 1 << 20);
    assert_true(json_read(arena, slice_str(request), &json, &why));
    kept_asked(dialect, &json, S("resp_7"), arena, &out);
    const char *text = arena_cstr(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

/* ---- answers ---- */

static void test_a_document_is_kept_as_it_was_told(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(answer_of(arena, DIALECT_OPENAI, false, "{ \"id\": 1.0 }"), "{ \"id\": 1.0 }");
}

static void test_the_last_event_of_a_response_has_it(void **state)
{
    struct arena *arena = *state;
    const char   *stream =
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"a\"}}\n\n"
        ": a comment\n\n"
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"b\"}}\n\n";
    assert_string_equal(answer_of(arena, DIALECT_RESPONSES, true, stream), "{\"id\":\"b\"}");
    assert_null(answer_of(arena, DIALECT_RESPONSES, true,
                          "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"b\"}}\n\n"));
}

#define CHUNK(delta, finish)                                                                                   \
    "data: "                                                                                                   \
    "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":[{"         \
    "\"index\":0,"                                                                                             \
    "\"delta\":" delta ",\"finish_reason\":" finish "}]}\n\n"

static void test_chunks_are_joined(void **state)
{
    struct arena *arena = *state;
    const char   *stream = CHUNK("{\"role\":\"assistant\",\"content\":\"\"}",
                                 "null") CHUNK("{\"reasoning_content\":\"Hm\"}", "null")
        CHUNK("{\"content\":\"a\\\"\"}", "null") CHUNK("{\"content\":\"b\"}", "null") CHUNK(
            "{\"tool_calls\":[{\"index\":0,\"id\":\"t0\",\"type\":\"function\",\"function\":{\"name\":\"f\","
            "\"arguments\":\"\"}}]}",
            "null") CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}", "null")
            CHUNK("{}",
                  "\"tool_calls\"") ": x-weir-cost-usd 0.1\n\n"
                                    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n"
                                    "data: [DONE]\n\n";
    assert_string_equal(
        answer_of(arena, DIALECT_OPENAI, true, stream),
        "{\"id\":\"c1\",\"created\":7,\"model\":\"m\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"a\\\"b\",\"refusal\":null,\"reasoning_content\":"
        "\"Hm\","
        "\"tool_calls\":[{\"id\":\"t0\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}"
        "\"}}]},"
        "\"logprobs\":null,\"finish_reason\":\"tool_calls\"}],\"usage\":{\"total_tokens\":3}}");
}

static void test_a_stream_without_its_end_is_no_answer(void **state)
{
    struct arena *arena = *state;
    assert_null(answer_of(arena, DIALECT_OPENAI, true, CHUNK("{\"content\":\"a\"}", "\"stop\"")));
    assert_null(answer_of(arena, DIALECT_OPENAI, true, "data: [DONE]\n\n"));
}

static void test_choices_beyond_reason_are_passed_over(void **state)
{
    struct arena *arena = *state;
    assert_null(
        answer_of(arena, DIALECT_OPENAI, true,
                  "data: {\"choices\":[{\"index\":4000000,\"delta\":{\"content\":\"x\"}},{\"index\":-1}]}\n\n"
                  "data: [DONE]\n\n"));
    assert_non_null(
        answer_of(arena, DIALECT_OPENAI, true,
                  "data: {\"choices\":[{\"index\":2,\"delta\":{\"tool_calls\":[{\"index\":99999}]}}]}\n\n"
                  "data: [DONE]\n\n"));
}

/* ---- what was asked ---- */

static void test_items_are_made_whole(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(
        asked_of(arena, DIALECT_RESPONSES, "{\"input\":\"hi\"}"),
        "[{\"id\":\"msg_7_i0\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"user\",\"content\":"
        "[{\"type\":\"input_text\",\"text\":\"hi\"}]}]");
    assert_string_equal(
        asked_of(arena, DIALECT_RESPONSES,
                 "{\"input\":[{\"role\":\"assistant\",\"content\":\"yes\"},"
                 "{\"type\":\"function_call\",\"id\":\"fc_9\",\"name\":\"f\",\"call_id\":\"c\"}]}"),
        "[{\"id\":\"msg_7_i0\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
        "\"content\":[{\"type\":"
        "\"output_text\",\"text\":\"yes\",\"annotations\":[],\"logprobs\":[]}]},"
        "{\"id\":\"fc_9\",\"type\":\"function_call\",\"name\":\"f\",\"call_id\":\"c\",\"status\":\"completed\"}"
        "]");
    assert_string_equal(asked_of(arena, DIALECT_RESPONSES, "{}"), "[]");
}

static void test_messages_have_ids(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(
        asked_of(arena, DIALECT_OPENAI, "{\"messages\":[{\"role\":\"user\",\"content\":[1]}]}"),
        "[{\"id\":\"msg_7_i0\",\"role\":\"user\",\"content\":null,\"content_parts\":[1],\"refusal\":null}]");
}

static void test_a_request_goes_on_from_what_was_kept(void **state)
{
    struct arena *arena = *state;
    struct kept   kept;
    struct json   request;
    struct buf    document, out;
    buf_init(&document, 1 << 20);
    buf_init(&out, 1 << 20);
    kept_write(S("{\"output\":[{\"id\":\"b\"}]}"), S("[{\"id\":\"a\"}]"), &document);
    assert_true(kept_read(arena, buf_slice(&document), &kept, &why));
    assert_true(json_read(
        arena,
        S("{\"input\":\"and?\",\"model\":\"m\",\"previous_response_id\":\"r\",\"n\":0.10,\"user\":null}"),
        &request, &why));
    kept_join(&request, &kept, arena, &out);
    assert_string_equal(arena_cstr(arena, buf_slice(&out)),
                        "{\"model\":\"m\",\"n\":0.10,\"input\":[{\"id\":\"a\"},{\"id\":\"b\"},"
                        "{\"type\":\"message\",\"role\":\"user\",\"content\":\"and?\"}]}");
    buf_fini(&document);
    buf_fini(&out);
}

static void test_what_was_not_kept_here_is_not_read(void **state)
{
    struct arena     *arena = *state;
    struct kept       kept;
    const char *const wrong[] = {
        "", "{", "[]", "{\"answer\":{}}", "{\"answer\":[],\"asked\":[]}", "{\"answer\":{},\"asked\":{}}"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(kept_read(arena, slice_str(wrong[i]), &kept, &why));
}

/* ---- pages ---- */

static const char *page_of(struct arena *arena, const char *query, const char *list)
{
    struct json json;
    struct buf  out;
    struct page page = { .limit = 2 };
    buf_init(&out, 1 << 20);
    assert_true(json_read(arena, slice_str(list), &json, &why));
    bool ok = page_read(slice_str(query), arena, &page, &why) && page_write(&json, 0, &page, arena, &out, &why);
    const char *text = ok ? arena_cstr(arena, buf_slice(&out)) : NULL;
    buf_fini(&out);
    return text;
}

#define LIST "[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]"

static void test_pages(void **state)
{
    struct arena *arena = *state;
    assert_string_equal(page_of(arena, "", LIST),
                        "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"first_id\":\"a\","
                        "\"last_id\":\"b\",\"has_more\":true}");
    assert_string_equal(page_of(arena, "after=b", LIST),
                        "{\"object\":\"list\",\"data\":[{\"id\":\"c\"}],\"first_id\":\"c\","
                        "\"last_id\":\"c\",\"has_more\":false}");
    assert_string_equal(page_of(arena, "order=desc&limit=1&after=c", LIST),
                        "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"first_id\":\"b\",\"last_id\":\"b\","
                        "\"has_more\":true}");
    assert_string_equal(
        page_of(arena, "after=c", LIST),
        "{\"object\":\"list\",\"data\":[],\"first_id\":\"\",\"last_id\":\"\",\"has_more\":false}");
    assert_string_equal(
        page_of(arena, "", "[]"),
        "{\"object\":\"list\",\"data\":[],\"first_id\":\"\",\"last_id\":\"\",\"has_more\":false}");
    assert_null(page_of(arena, "after=z", LIST));
    assert_string_equal(why.param, "after");
    assert_null(page_of(arena, "limit=0", LIST));
    assert_null(page_of(arena, "limit=101", LIST));
    assert_null(page_of(arena, "limit=x", LIST));
    assert_null(page_of(arena, "order=up", LIST));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_document_is_kept_as_it_was_told),
        TEST(test_the_last_event_of_a_response_has_it),
        TEST(test_chunks_are_joined),
        TEST(test_a_stream_without_its_end_is_no_answer),
        TEST(test_choices_beyond_reason_are_passed_over),
        TEST(test_items_are_made_whole),
        TEST(test_messages_have_ids),
        TEST(test_a_request_goes_on_from_what_was_kept),
        TEST(test_what_was_not_kept_here_is_not_read),
        TEST(test_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
