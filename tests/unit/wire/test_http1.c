/* test_http1.c - the reader of requests and answers: what is read, what is refused, cut anywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http1_play.h"

/* The input whole, then the end of the connection. */
static void expect_side(enum http1_side side, const char *input, const char *transcript)
{
    struct play p;
    play_begin(&p, side);
    play_feed(&p, slice_str(input));
    play_eof(&p);
    buf_add_byte(&p.said, '\0');
    assert_string_equal(p.said.ptr, transcript);
    struct buf whole = p.said;
    http1_free(&p.reader);

    /* Cut at each byte, and byte by byte (cut == len). */
    for (size_t cut = 0; cut <= strlen(input); cut++) {
        play_begin(&p, side);
        if (cut == strlen(input))
            for (size_t i = 0; i < cut; i++)
                play_feed(&p, slice_of(input + i, 1));
        else {
            play_feed(&p, slice_of(input, cut));
            play_feed(&p, slice_str(input + cut));
        }
        play_eof(&p);
        buf_add_byte(&p.said, '\0');
        assert_string_equal(p.said.ptr, whole.ptr);
        play_end(&p);
    }
    buf_fini(&whole);
}

static void expect(const char *requests, const char *transcript)
{
    expect_side(HTTP1_REQUESTS, requests, transcript);
}

static void expect_answer(const char *answers, const char *transcript)
{
    expect_side(HTTP1_ANSWERS, answers, transcript);
}

/* A whole request with these header lines is refused for this reason, wherever that stands. */
static void expect_refused(const char *lines, const char *reason)
{
    struct play p;
    play_begin(&p, HTTP1_REQUESTS);
    char input[1024];
    snprintf(input, sizeof input, "POST / HTTP/1.1\r\n%s\r\n", lines);
    play_feed(&p, slice_str(input));
    assert_true(p.is_refused);
    if (slice_find(buf_slice(&p.said), slice_str(reason)) == SLICE_NONE)
        fail_msg("%s: refused with %.*s", lines, SLICE_ARG(buf_slice(&p.said)));
    assert_int_equal(p.messages, 0);
    play_end(&p);
}

static void test_requests(void **state)
{
    (void)state;
    expect("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n", "<GET /v1/models>.");
    expect("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n", "<POST /a>abc.<GET /b>.");
    expect("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "<POST />.");
    expect("\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", "<GET />.<GET />.");
    expect("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", "<GET />.<GET />.");
}

static void test_chunked(void **state)
{
    (void)state;
    expect("POST / HTTP/1.1\r\nTransfer-Encoding: "
           "chunked\r\n\r\n3\r\nabc\r\nA;x;y=z;q=\"a\\\"b\"\r\n0123456789\r\n"
           "0\r\nX-Sum: 1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
           "<POST />abc0123456789.<GET /b>.");
    static const char head[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const struct {
        const char *body, *reason;
    } odd[] = {
        { "\r\n", "<POST />!a chunk size is not a hexadecimal number, at byte 47" },
        { "g\r\n", "<POST />!a chunk size is not a hexadecimal number, at byte 47" },
        { " 1\r\n", "<POST />!a chunk size is not a hexadecimal number, at byte 47" },
        { "1 \r\n", "<POST />!a chunk size is not a hexadecimal number, at byte 48" },
        { "0x1\r\n", "<POST />!a chunk size is not a hexadecimal number, at byte 48" },
        { "1\n", "<POST />!a chunk size is not a hexadecimal number, at byte 48" },
        { "1\r\r\n", "<POST />!a CR without LF in a chunked body, at byte 49" },
        { "0000000000000001\r\n", "<POST />!a chunk size is too long, at byte 62" },
        { "1\r\nab\r\n", "<POST />a!a chunk is longer than its size, at byte 51" },
        { "1\r\na\rb", "<POST />a!a CR without LF in a chunked body, at byte 52" },
        { "1;\r\n", "<POST />!a chunk extension is malformed, at byte 49" },
        { "1;a=\r\n", "<POST />!a chunk extension is malformed, at byte 51" },
        { "1;a=\"b\r\n", "<POST />!a chunk extension's quotes are not closed, at byte 53" },
        { "1;a=\"b\"c\r\n", "<POST />!a chunk extension is malformed, at byte 54" },
        { "0\r\n: x\r\n", "<POST />!a trailer has no name, at byte 50" },
        { "0\r\na b: x\r\n", "<POST />!a trailer's name holds an odd byte, at byte 51" },
        { "0\r\na:\nb\r\n", "<POST />!a trailer holds a control byte, at byte 52" },
        { "0\r\n", "<POST />!the connection closed within the body, at byte 50" },
        { "5\r\nabc", "<POST />abc!the connection closed within the body, at byte 53" },
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char input[256];
        snprintf(input, sizeof input, "%s%s", head, odd[i].body);
        expect(input, odd[i].reason);
    }
}

static void test_chunk_overhead_is_bounded(void **state)
{
    (void)state;
    struct play p;
    play_begin(&p, HTTP1_REQUESTS);
    play_feed(&p, S("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 1000 && !p.is_refused; i++)
        play_feed(&p, S("1;name=value\r\na\r\n"));
    assert_true(p.is_refused);
    play_end(&p);

    play_begin(&p, HTTP1_REQUESTS);
    play_feed(&p, S("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"));
    for (int i = 0; i < 1000 && !p.is_refused; i++)
        play_feed(&p, S("X-Trailer: value\r\n"));
    assert_true(p.is_refused);
    play_end(&p);
}

static void test_refused_lines(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *reason;
    } odd[] = {
        { "Content-Length: 1\r\nContent-Length: 1\r\n", "two Content-Length" },
        { "Content-Length: 1, 1\r\n", "Content-Length is no number" },
        { "Content-Length: +1\r\n", "Content-Length is no number" },
        { "Content-Length: -1\r\n", "Content-Length is no number" },
        { "Content-Length: 0x1\r\n", "Content-Length is no number" },
        { "Content-Length:\r\n", "Content-Length is no number" },
        { "Content-Length: 9223372036854775808\r\n", "Content-Length is no number" },
        { "Content-Length : 33\r\n", "name holds an odd byte" },
        { "Transfer-Encoding: \x0b"
          "chunked\r\n",
          "control byte" },
        { "Transfer-Encoding: xchunked\r\n", "not known" },
        { "Transfer-Encoding: identity\r\n", "not known" },
        { "Transfer-Encoding: chunked, chunked\r\n", "behind chunked" },
        { "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "behind chunked" },
        { "Transfer-Encoding: gzip\r\n", "not chunked" },
        { "Transfer-Encoding:\r\n", "not known" },
        { "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "both" },
        { "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "both" },
        { "Host: a\r\nHost: b\r\n", "two Host" },
        { "Upgrade: h2c\r\n", "upgrades" },
        { "Connection: keep-alive, Upgrade\r\n", "upgrades" },
        { "X: a\r\n b\r\n", "folded" },
        { " X: a\r\n", "folded" },
        { "X: a\nY: b\r\n", "LF without CR" },
        { "X: a\rY: b\r\n", "control byte" },
        { "X: a\x7f\r\n", "control byte" },
        { "X\r\n", "without a colon" },
        { ": x\r\n", "without a name" },
        { "X(y): x\r\n", "odd byte" },
        { "X\xc3\xa9: x\r\n", "odd byte" },
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        expect_refused(odd[i].lines, odd[i].reason);
    expect("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "!Transfer-Encoding in HTTP/1.0, at byte 44");
}

static void test_refused_request_lines(void **state)
{
    (void)state;
    expect("CONNECT a:443 HTTP/1.1\r\n\r\n", "!CONNECT is not served, at byte 0");
    expect("GOT / HTTP/1.1\r\n\r\n", "!the method is not known, at byte 0");
    expect("get / HTTP/1.1\r\n\r\n", "!the method is not known, at byte 0");
    expect("GET  / HTTP/1.1\r\n\r\n", "!the version is not HTTP/1.0 or HTTP/1.1, at byte 0");
    expect("GET / HTTP/1.1 \r\n\r\n", "!the version is not HTTP/1.0 or HTTP/1.1, at byte 0");
    expect("GET / HTTP/2.0\r\n\r\n", "!the version is not HTTP/1.0 or HTTP/1.1, at byte 0");
    expect("GET a HTTP/1.1\r\n\r\n", "!the target is no path, at byte 0");
    expect("GET ftp://a/ HTTP/1.1\r\n\r\n", "!the target is no path, at byte 0");
    expect("GET http:///b HTTP/1.1\r\n\r\n", "!the target names no host, at byte 0");
    expect("GET /\x01 HTTP/1.1\r\n\r\n", "!the target holds an odd byte, at byte 0");
    expect("GET / HTTP/1.1\n\n", "!a LF without CR, at byte 14");
    expect("\nGET / HTTP/1.1\r\n\r\n", "!a LF without CR, at byte 0");
    expect("\rGET / HTTP/1.1\r\n\r\n", "!a CR without LF, at byte 0");
    expect("\r\n\r\n\r\n\r\n\r\n", "!too many empty lines before a message, at byte 0");
    expect("GET / HTTP/1.1", "!the connection closed within the head, at byte 14");
    expect("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
           "<POST />ab!the connection closed within the body, at byte 40");
}

/* HTTP/0.9: some end the message at its line, some at the empty line; a header between them parts their ways.
 */
static void test_without_version(void **state)
{
    (void)state;
    expect("GET /\r\n\r\n", "<GET />.");
    expect("GET /\r\nHost: a\r\n\r\n", "!a header in an HTTP/0.9 request, at byte 7");
    expect("POST /\r\n\r\n", "!the request line has no version, at byte 0");
    expect("GET /\r\n\r\nGET /", "<GET />.!data behind a message that closes the connection, at byte 0");
}

static void test_close(void **state)
{
    (void)state;
    expect("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", "<GET />.");
    expect("GET / HTTP/1.1\r\nConnection: a, close\t\r\n\r\n\r\n", "<GET />.");
    expect("GET / HTTP/1.1\r\nConnection: close\r\n\r\nG",
           "<GET />.!data behind a message that closes the connection, at byte 0");
    expect("GET / HTTP/1.0\r\n\r\nG", "<GET />.!data behind a message that closes the connection, at byte 0");
}

/* Reads one head and hands it to the caller's eyes. */
static const struct http1_head *head_of(struct play *p, enum http1_side side, const char *input)
{
    play_begin(p, side);
    play_feed(p, slice_str(input));
    assert_false(p->is_refused);
    return http1_head(p->reader);
}

static void expect_target(const char *target, const char *path, const char *query)
{
    char input[256];
    snprintf(input, sizeof input, "GET %s HTTP/1.1\r\n\r\n", target);
    struct play              p;
    const struct http1_head *h = head_of(&p, HTTP1_REQUESTS, input);
    assert_true(slice_is(h->target, target));
    assert_true(slice_is(h->path, path));
    assert_true(slice_is(h->query, query));
    play_end(&p);
}

static void test_targets(void **state)
{
    (void)state;
    expect_target("/", "/", "");
    expect_target("/a?b=c?d#e?f", "/a", "b=c?d");
    expect_target("/a#b?c", "/a", "");
    expect_target("http://h:1", "/", "");
    expect_target("http://h?q", "/", "q");
    expect_target("https://u:p@h:1/a/b?q", "/a/b", "q");
    expect_target("*", "*", "");
    expect_target("//double//slash", "//double//slash", "");
}

static void test_head(void **state)
{
    (void)state;
    struct play              p;
    const struct http1_head *h = head_of(&p, HTTP1_REQUESTS,
                                         "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n"
                                         "authorization:  Bearer k \t\r\nContent-length: 007\r\n"
                                         "Expect: 100-Continue\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
    assert_int_equal(h->header_count, 7);
    assert_true(slice_is(http1_header(h, "Authorization"), "Bearer k"));
    assert_true(slice_is(http1_header(h, "x-two"), "1"));
    assert_non_null(http1_header(h, "X-Empty").ptr);
    assert_int_equal(http1_header(h, "X-Empty").len, 0);
    assert_null(http1_header(h, "X-None").ptr);
    assert_int_equal(h->content_length, 7);
    assert_true(h->keep_alive && h->expects_continue && !h->is_chunked && !h->is_coded);
    play_feed(&p, S("0123456"));
    assert_true(http1_is_between(p.reader));

    /* Nothing of one head is left in the next. */
    play_feed(&p, S("GET / HTTP/1.0\r\nTransfer-Foo: b\r\n\r\n"));
    assert_int_equal(h->header_count, 1);
    assert_int_equal(h->content_length, -1);
    assert_int_equal(h->minor_version, 0);
    assert_true(!h->keep_alive && !h->expects_continue);
    play_end(&p);

    h = head_of(&p, HTTP1_REQUESTS, "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    assert_true(h->is_chunked && h->is_coded);
    play_end(&p);
}

static void test_between(void **state)
{
    (void)state;
    struct play p;
    play_begin(&p, HTTP1_REQUESTS);
    assert_true(http1_is_between(p.reader));
    play_feed(&p, S("\r\n"));
    assert_true(http1_is_between(p.reader));
    play_feed(&p, S("G"));
    assert_false(http1_is_between(p.reader));
    play_feed(&p, S("ET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"));
    assert_false(http1_is_between(p.reader));
    play_feed(&p, S("a"));
    assert_true(http1_is_between(p.reader));
    play_end(&p);
}

static void expect_too_large(const char *filler, size_t times)
{
    struct play p;
    play_begin(&p, HTTP1_REQUESTS);
    play_feed(&p, S("GET / HTTP/1.1\r\n"));
    size_t           used;
    struct slice     body;
    struct fault     why = { 0 };
    enum http1_event event = HTTP1_MORE;
    for (size_t i = 0; i < times && event == HTTP1_MORE; i++)
        event = http1_read(p.reader, slice_str(filler), &used, &body, &why);
    assert_int_equal(event, HTTP1_BAD);
    assert_int_equal(why.kind, FAULT_HEAD_TOO_LARGE);
    play_end(&p);
}

static void test_ceilings(void **state)
{
    (void)state;
    expect_too_large("a", PLAY_HEAD_MOST);
    expect_too_large("X: 1\r\n", HTTP1_HEADERS_MOST + 1);

    /* A head that fills its room to the last byte is read. */
    struct http1 *reader = http1_new(HTTP1_REQUESTS, 18);
    size_t        used;
    struct slice  body;
    struct fault  why = { 0 };
    assert_int_equal(http1_read(reader, S("GET / HTTP/1.1\r\n\r\n"), &used, &body, &why), HTTP1_HEAD);
    http1_free(&reader);
    assert_null(reader);
}

static void test_answers(void **state)
{
    (void)state;
    expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 204 No Content\r\n\r\n",
                  "<200>ab.<204>.");
    expect_answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "<200>.");
    expect_answer(
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nHTTP/1.1 500 \r\nContent-Length: 1\r\n\r\nx",
        "<304>.<500>x.");
    expect_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX: y\r\n\r\n",
                  "<200>ab.");
    expect_answer("HTTP/1.1 200 OK\r\nUpgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
                  "<200>.");
    expect_answer("HTTP/1.1 200 OK\r\n\r\nuntil it closes\r\n", "<200>until it closes\r\n.");
    expect_answer("HTTP/1.0 200 OK\r\n\r\n", "<200>.");
}

static void test_refused_answers(void **state)
{
    (void)state;
    expect_answer("HTTP/1.1 101 Switching\r\n\r\n", "!an upgrade that was not asked for, at byte 0");
    expect_answer("HTTP/1.1 099 Odd\r\n\r\n", "!the status is not between 100 and 599, at byte 0");
    expect_answer("HTTP/1.1 600 Odd\r\n\r\n", "!the status is not between 100 and 599, at byte 0");
    expect_answer("HTTP/1.1 2000\r\n\r\n", "!the status is no number, at byte 0");
    expect_answer("HTTP/1.1 2x0\r\n\r\n", "!the status is no number, at byte 0");
    expect_answer("HTTP/1.1 200 O\x01K\r\n\r\n", "!the reason holds a control byte, at byte 0");
    expect_answer("HTTP/2 200\r\n\r\n", "!the status line does not begin with HTTP/1.0 or HTTP/1.1, at byte 0");
    expect_answer("\r\nHTTP/1.1 200\r\n\r\n",
                  "!the status line does not begin with HTTP/1.0 or HTTP/1.1, at byte 0");
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
                  "!both Content-Length and Transfer-Encoding, at byte 64");
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                  "!the last transfer coding is not chunked, at byte 42");
    expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                  "<200>ab!the connection closed within the body, at byte 40");
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
                  "<200>a!the connection closed within the body, at byte 53");
    expect_answer("HTTP/1.1 100 Continue\r\n\r\n", "!the connection closed within the head, at byte 0");
    expect_answer("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "!a folded header, at byte 23");
    expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\nx",
                  "<200>.!data behind a message that closes the connection, at byte 0");
}

static void test_interim_answers_are_bounded(void **state)
{
    (void)state;
    struct play p;
    play_begin(&p, HTTP1_ANSWERS);
    for (int i = 0; i < 100 && !p.is_refused; i++)
        play_feed(&p, S("HTTP/1.1 100 Continue\r\n\r\n"));
    assert_true(p.is_refused);
    play_end(&p);
}

static void test_refusal_is_for_good(void **state)
{
    (void)state;
    struct play p;
    play_begin(&p, HTTP1_REQUESTS);
    play_feed(&p, S("BAD\r\n"));
    assert_true(p.is_refused);
    size_t       used;
    struct slice body;
    struct fault why = { 0 };
    assert_int_equal(http1_read(p.reader, S("GET / HTTP/1.1\r\n\r\n"), &used, &body, &why), HTTP1_BAD);
    assert_int_equal(used, 0);
    assert_int_equal(why.kind, FAULT_BAD_HTTP);
    assert_int_equal(http1_eof(p.reader, &why), HTTP1_BAD);
    play_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_chunked),
        cmocka_unit_test(test_chunk_overhead_is_bounded),
        cmocka_unit_test(test_refused_lines),
        cmocka_unit_test(test_refused_request_lines),
        cmocka_unit_test(test_without_version),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_refused_answers),
        cmocka_unit_test(test_interim_answers_are_bounded),
        cmocka_unit_test(test_refusal_is_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
