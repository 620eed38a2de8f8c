/* test_fake_answer.c - what the fake provider says is what our own readers understand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_answer.h"
#include "wire/answer.h"
#include "wire/sse.h"

enum { OUT_MOST = 1 << 16 };

static const char TEXT[] = "grüße an EMAIL_7F3K2M9QTX4B, \"世界\" \xf0\x9f\x98\x80\n";

static struct fake_answer an_answer(void)
{
    return (struct fake_answer){
        .text = slice_str(TEXT),
        .model = S("a \"model\""),
        .finish = "stop",
        .created = 1700000000,
        .prompt_tokens = 7,
        .gives_usage = true,
        .gives_logprobs = true,
        .logprob = -0.5,
    };
}

static void test_tokens_tile_the_text_at_characters(void **state)
{
    (void)state;
    int64_t tokens = 0;
    size_t  points = 0;
    for (struct slice rest = slice_str(TEXT); rest.len; tokens++) {
        struct slice token = fake_token(rest);
        assert_true(token.len > 0);
        assert_true(((unsigned char)token.ptr[0] & 0xC0) != 0x80);
        assert_in_range(slice_code_points(token), 1, 5); /* four and the blank after them */
        points += slice_code_points(token);
        rest = slice_cut(rest, token.len, rest.len);
    }
    assert_int_equal(points, slice_code_points(slice_str(TEXT)));
    assert_int_equal(tokens, fake_tokens(slice_str(TEXT)));
    assert_int_equal(fake_tokens(S("")), 0);
}

static void test_a_whole_answer_is_understood(void **state)
{
    (void)state;
    struct arena      *a = arena_new();
    struct fake_answer answer = an_answer();
    struct answer      read;
    struct buf         out;
    buf_init(&out, OUT_MOST);
    fake_write_whole(&answer, &out);
    assert_true(answer_read(a, buf_slice(&out), &read, NULL));
    assert_false(read.is_error);
    assert_true(slice_is(read.text[0].text, TEXT));
    assert_true(slice_is(read.finish, "stop"));
    assert_int_equal(read.usage.prompt_tokens, 7);
    assert_int_equal(read.usage.completion_tokens, fake_tokens(answer.text));
    assert_int_equal(read.logprob_count, fake_tokens(answer.text));
    buf_fini(&out);
    arena_free(&a);
}

/* Reads the stream's events back; returns how many there were, [DONE] included. */
static unsigned read_stream(struct arena *a, struct slice stream, struct buf *words, struct answer_usage *usage)
{
    struct sse      *reader = sse_new(OUT_MOST);
    struct sse_event event;
    unsigned         events = 0;
    for (size_t used; sse_read(reader, stream, &used, &event) == SSE_EVENT; events++) {
        stream = slice_cut(stream, used, stream.len);
        struct answer read;
        if (slice_is(event.data, "[DONE]"))
            continue;
        assert_true(answer_read(a, arena_copy(a, event.data), &read, NULL));
        for (size_t i = 0; i < read.text_count; i++)
            buf_add(words, read.text[i].text);
        if (read.usage.is_given)
            *usage = read.usage;
    }
    sse_free(&reader);
    return events;
}

static void test_a_stream_is_understood(void **state)
{
    (void)state;
    struct arena       *a = arena_new();
    struct fake_answer  answer = an_answer();
    struct answer_usage usage = { 0 };
    struct buf          out, words;
    buf_init(&out, OUT_MOST);
    buf_init(&words, OUT_MOST);
    fake_write_opening(&answer, &out);
    for (struct slice rest = answer.text; rest.len;) {
        struct slice token = fake_token(rest);
        fake_write_token(&answer, token, &out);
        rest = slice_cut(rest, token.len, rest.len);
    }
    fake_write_finish(&answer, &out);
    fake_write_usage(&answer, &out);
    fake_write_done(&out);
    assert_int_equal(read_stream(a, buf_slice(&out), &words, &usage), fake_tokens(answer.text) + 4);
    assert_true(slice_is(buf_slice(&words), TEXT));
    assert_int_equal(usage.completion_tokens, fake_tokens(answer.text));
    buf_fini(&out);
    buf_fini(&words);
    arena_free(&a);
}

static void test_an_error_is_one(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct answer read;
    struct buf    out;
    buf_init(&out, OUT_MOST);
    fake_write_error(429, &out);
    assert_true(answer_read(a, buf_slice(&out), &read, NULL));
    assert_true(read.is_error);
    assert_non_null(memmem(out.ptr, out.len, "rate_limit_error", strlen("rate_limit_error")));
    buf_fini(&out);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_tile_the_text_at_characters),
        cmocka_unit_test(test_a_whole_answer_is_understood),
        cmocka_unit_test(test_a_stream_is_understood),
        cmocka_unit_test(test_an_error_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
