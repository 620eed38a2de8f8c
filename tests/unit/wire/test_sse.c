/* test_sse.c - events as browsers and SDKs read them, cut anywhere, and their raw bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/sse.h"

#include <assert.h>

enum { EVENT_MOST = 256 };

/* Writes "event|data|raw;" for each event; "-" stands for no data. */
static void feed(struct sse *s, struct slice input, struct buf *told)
{
    for (;;) {
        size_t           used;
        struct sse_event e;
        enum sse_result  result = sse_read(s, input, &used, &e);
        assert(used <= input.len);
        input = slice_cut(input, used, input.len);
        if (result == SSE_MORE) {
            assert(input.len == 0);
            return;
        }
        if (result == SSE_TOO_LONG) {
            buf_add_str(told, "too long");
            return;
        }
        buf_add(told, e.event);
        buf_add_byte(told, '|');
        buf_add(told, e.has_data ? e.data : S("-"));
        buf_add_byte(told, '|');
        buf_add(told, e.raw);
        buf_add_byte(told, ';');
    }
}

static void read_cut(struct slice input, size_t cut, struct buf *told)
{
    struct sse *s = sse_new(EVENT_MOST);
    if (cut == SIZE_MAX)
        for (size_t i = 0; i < input.len; i++)
            feed(s, slice_cut(input, i, i + 1), told);
    else {
        feed(s, slice_cut(input, 0, cut), told);
        feed(s, slice_cut(input, cut, input.len), told);
    }
    sse_free(&s);
}

static void expect_slice(struct slice input, const char *events)
{
    for (size_t cut = 0; cut <= input.len; cut++) {
        struct buf told;
        buf_init(&told, 1 << 16);
        read_cut(input, cut == input.len ? SIZE_MAX : cut, &told);
        buf_add_byte(&told, '\0');
        assert_string_equal(told.ptr, events);
        buf_fini(&told);
    }
}

static void expect(const char *input, const char *events)
{
    expect_slice(slice_str(input), events);
}

static void test_fields(void **state)
{
    (void)state;
    expect("data: a\n\n", "|a|data: a\n\n;");
    expect("data:a\n\ndata:  b\n\n", "|a|data:a\n\n;| b|data:  b\n\n;");
    expect("event: ping\ndata: {}\nid: 1\nretry: 5\n\n", "ping|{}|event: ping\ndata: {}\nid: 1\nretry: 5\n\n;");
    expect("data: a\ndata: b\ndata\ndata:c\n\n", "|a\nb\n\nc|data: a\ndata: b\ndata\ndata:c\n\n;");
    expect("data\n\n", "||data\n\n;");
    expect(": ping\n\n:\n\n", "|-|: ping\n\n;|-|:\n\n;");
    expect(": c\ndata: a\n\n", "|a|: c\ndata: a\n\n;");
    expect("event: a\n\ndata: b\n\n", "a|-|event: a\n\n;|b|data: b\n\n;"); /* not carried over */
    expect("dat: a\nDATA: b\ndata : c\n\n", "|-|dat: a\nDATA: b\ndata : c\n\n;");
    expect("\n\ndata: a\n\n", "|-|\n;|-|\n;|a|data: a\n\n;");
    expect("data: \xE2\x82\xAC\n\n", "|\xE2\x82\xAC|data: \xE2\x82\xAC\n\n;");
    expect("data: says [DONE]\n\ndata: [DONE]\n\n",
           "|says [DONE]|data: says [DONE]\n\n;|[DONE]|data: [DONE]\n\n;");
}

static void test_endings(void **state)
{
    (void)state;
    expect("data: a\r\n\r\ndata: b\r\n\r\n", "|a|data: a\r\n\r\n;|b|data: b\r\n\r\n;");
    expect("data: a\r\rdata: b\r\r", "|a|data: a\r\r;|b|data: b\r\r;");
    expect("data: a\ndata: b\r\ndata: c\r\r", "|a\nb\nc|data: a\ndata: b\r\ndata: c\r\r;");
    expect("data: a\n\r\ndata: b\n\n", "|a|data: a\n\r\n;|b|data: b\n\n;");
    expect("data: a\n\rdata: b\n\n", "|a|data: a\n\r;|b|data: b\n\n;");
    expect("data: a\r\r\ndata: b\r\r",
           "|a|data: a\r\r;|b|\ndata: b\r\r;"); /* the LF is passed on, with what follows */
}

static void test_unfinished(void **state)
{
    (void)state;
    expect("data: a\n\ndata: b\n", "|a|data: a\n\n;");
    expect("data: a", "");
}

static void test_bom(void **state)
{
    (void)state;
    expect("\xEF\xBB\xBF"
           "data: a\n\n\xEF\xBB\xBF"
           "data: b\n\n",
           "|a|\xEF\xBB\xBF"
           "data: a\n\n;|-|\xEF\xBB\xBF"
           "data: b\n\n;");
    expect("\xEF\xBB\xBF\n", "|-|\xEF\xBB\xBF\n;");
}

static void test_nul(void **state)
{
    (void)state;
    struct sse *s = sse_new(EVENT_MOST);
    struct buf  told;
    buf_init(&told, 1 << 16);
    feed(s, S("data: a\0b\n\n"), &told);
    assert_true(slice_eq(buf_slice(&told), S("|a\0b|data: a\0b\n\n;")));
    buf_fini(&told);
    sse_free(&s);
    assert_null(s);
    sse_free(&s);
}

static void test_too_long(void **state)
{
    (void)state;
    char input[2 * EVENT_MOST + 1] = "data: ";
    memset(input + 6, 'x', sizeof input - 7);
    struct sse      *s = sse_new(EVENT_MOST);
    size_t           used;
    struct sse_event e;
    assert_int_equal(sse_read(s, slice_str(input), &used, &e), SSE_TOO_LONG);
    assert_int_equal(sse_read(s, S("\n\n"), &used, &e), SSE_TOO_LONG);
    sse_free(&s);

    /* An event that fills the room to its last byte is read, many times over. */
    memcpy(input + EVENT_MOST - 2, "\n\n", 3);
    s = sse_new(EVENT_MOST);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sse_read(s, slice_of(input, EVENT_MOST), &used, &e), SSE_EVENT);
    sse_free(&s);
}

static void expect_written(const char *data, const char *event)
{
    struct buf out;
    buf_init(&out, 1024);
    sse_add_data(&out, slice_str(data));
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, event);
    buf_fini(&out);
}

static void test_write(void **state)
{
    (void)state;
    expect_written("{\"a\":1}", "data: {\"a\":1}\n\n");
    expect_written("", "data: \n\n");
    expect_written("a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n");
    expect_written("a\n", "data: a\ndata: \n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields), cmocka_unit_test(test_endings), cmocka_unit_test(test_unfinished),
        cmocka_unit_test(test_bom),    cmocka_unit_test(test_nul),     cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
