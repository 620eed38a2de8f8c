/*
 * test_client_upstream.c - the two ends of HTTP face to face on loopback: a server of client.h, asked by a pool
 * of upstream.h, and by raw bytes where a well-behaved asker would not do.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "client.h"
#include "conn.h"
#include "upstream.h"

#include <stdio.h>

enum { MOST = 40 << 20, LATE_MS = 5000 };

struct scene {
    struct loop     *loop;
    struct server   *server;
    struct upstream *upstream;
    struct provider  provider;
    struct origin    origin;
    struct timer     late;
    uint16_t         port;

    /* the server's side */
    int            requests, gones, rooms;
    struct client *held; /* a request left unanswered */
    int64_t        stream_left;
    bool           answers_close;

    /* the asker's side */
    struct call    *call;
    int             status, ends;
    struct buf      body;
    struct fault    fault;
    enum fault_kind refused;
};

static void on_late(void *arg)
{
    (void)arg;
    fail_msg("nothing happened in time");
}

/* ---- the server: the path says how it behaves ---- */

static void stream_on(struct scene *s, struct client *client)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    while (s->stream_left > 0 && !client_is_backed_up(client)) {
        client_reply_add(client, slice_of(block, sizeof block));
        s->stream_left -= (int64_t)sizeof block;
    }
    if (s->stream_left <= 0) {
        client_reply_end(client);
        s->held = NULL;
    }
}

static void on_request(struct client *client, void *arg)
{
    struct scene            *s = arg;
    const struct http1_head *head = client_head(client);
    s->requests++;
    client_set_owner(client, s);
    if (slice_is(head->path, "/v1/echo")) {
        client_reply(client, 200, "text/plain", slice_of(NULL, 0), client_body(client));
    } else if (slice_is(head->path, "/v1/key")) {
        client_reply(client, 200, "text/plain", slice_of(NULL, 0), client_api_key(client));
    } else if (slice_is(head->path, "/v1/hold")) {
        s->held = client;
    } else if (slice_is(head->path, "/v1/break")) {
        client_reply_begin(client, 200, "text/plain", slice_of(NULL, 0), -1);
        client_reply_add(client, S("half"));
        client_reply_break(client);
    } else if (slice_is(head->path, "/v1/stream")) {
        client_reply_begin(client, 200, "text/plain", slice_of(NULL, 0), -1);
        s->held = client;
        stream_on(s, client);
    } else {
        struct fault why = { .kind = FAULT_NO_SUCH_PATH };
        client_reply_fault(client, &why, slice_of(NULL, 0));
    }
}

static void on_gone(struct client *client, void *arg)
{
    struct scene *s = arg;
    assert_ptr_equal(client_owner(client), s);
    s->gones++;
    s->held = NULL;
    loop_stop(s->loop);
}

static void on_room(struct client *client, void *arg)
{
    struct scene *s = arg;
    s->rooms++;
    stream_on(s, client);
}

static void on_refused(const struct fault *why, void *arg)
{
    ((struct scene *)arg)->refused = why->kind;
}

/* ---- the asker ---- */

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    ((struct scene *)arg)->status = head->status;
}

static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call;
    buf_add(&((struct scene *)arg)->body, bytes);
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct scene *s = arg;
    s->call = NULL;
    s->ends++;
    loop_stop(s->loop);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    (void)call;
    struct scene *s = arg;
    s->call = NULL;
    s->fault = *why;
    loop_stop(s->loop);
}

static const struct call_handler call_handler = { on_head, on_body, on_end, on_fault };

static int set_up(void **state)
{
    struct scene *s = test_calloc(1, sizeof *s);
    s->loop = loop_new(0);
    const struct server_handler handler = {
        .on_request = on_request, .on_gone = on_gone, .on_room = on_room, .on_refused = on_refused, .arg = s
    };
    const struct server_limits limits = { .head_most_bytes = 8192, .body_most_bytes = 1 << 20, .idle_ms = 200 };
    struct fault               why = { 0 };
    s->server = server_new(s->loop, &handler, &limits);
    assert_true(server_listen(s->server, "127.0.0.1", &s->port, NULL, &why));
    s->upstream = upstream_new(s->loop);
    static const struct api api = { .key_header = "authorization: Bearer " };
    s->provider = (struct provider){
        .name = "them",
        .api = &api,
        .url = { .host = "127.0.0.1", .port = s->port, .path = "/v1" },
        .key = "sk-test",
        .connect_ms = 1000,
        .first_byte_ms = 1000,
        .idle_ms = 1000,
    };
    s->origin = (struct origin){ .provider = &s->provider };
    buf_init(&s->body, MOST);
    timer_set(s->loop, &s->late, LATE_MS, on_late, s);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    timer_fini(&s->late);
    upstream_free(&s->upstream);
    server_free(&s->server);
    loop_free(&s->loop);
    buf_fini(&s->body);
    test_free(s);
    return 0;
}

static void ask(struct scene *s, const char *path, struct slice body)
{
    buf_reset(&s->body);
    s->status = 0;
    s->fault = (struct fault){ 0 };
    s->call = upstream_post(s->upstream, &s->origin, path, S("x-mark: 1\r\n"), body, &call_handler, s);
    loop_run(s->loop);
}

static void test_an_answer_comes_back_whole_and_the_link_is_used_again(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < 3; i++) {
        ask(s, "/echo", S("hello"));
        assert_int_equal(s->status, 200);
        assert_true(slice_is(buf_slice(&s->body), "hello"));
    }
    assert_int_equal(s->requests, 3);
    assert_int_equal(server_clients(s->server), 1);
}

static void test_the_key_goes_along(void **state)
{
    struct scene *s = *state;
    ask(s, "/key", S(""));
    assert_true(slice_is(buf_slice(&s->body), "sk-test"));
}

static void test_a_large_body_both_ways(void **state)
{
    struct scene *s = *state;
    struct buf    large;
    buf_init(&large, MOST);
    while (large.len < 900 * 1000)
        buf_printf(&large, "%zu,", large.len);
    ask(s, "/echo", buf_slice(&large));
    assert_true(slice_eq(buf_slice(&s->body), buf_slice(&large)));
    buf_fini(&large);
}

static void test_a_stream_longer_than_the_backlog_waits_for_room(void **state)
{
    struct scene *s = *state;
    s->stream_left = 32 << 20;
    ask(s, "/stream", S(""));
    assert_int_equal(s->ends, 1);
    assert_int_equal(s->body.len, 32 << 20);
    assert_true(s->rooms > 0);
}

static void test_a_broken_answer_is_a_fault(void **state)
{
    struct scene *s = *state;
    ask(s, "/break", S(""));
    assert_int_equal(s->ends, 0);
    assert_int_equal(s->fault.kind, FAULT_PROVIDER_BROKE);
    assert_true(slice_is(buf_slice(&s->body), "half"));
}

static void test_a_silent_provider_meets_its_deadline(void **state)
{
    struct scene *s = *state;
    s->provider.first_byte_ms = 20;
    s->call = upstream_post(s->upstream, &s->origin, "/hold", slice_of(NULL, 0), S("{}"), &call_handler, s);
    loop_run(s->loop);
    if (!s->fault.kind) /* the server may see the closing first, or the asker the deadline */
        loop_run(s->loop);
    assert_int_equal(s->fault.kind, FAULT_PROVIDER_SILENT);
}

static void on_cancel_time(void *arg)
{
    struct scene *s = arg;
    assert_non_null(s->held);
    call_cancel(&s->call);
    assert_null(s->call);
}

static void test_cancelling_is_seen_by_the_provider(void **state)
{
    struct scene *s = *state;
    struct timer  cancel = { 0 };
    timer_set(s->loop, &cancel, 20, on_cancel_time, s);
    ask(s, "/hold", S("{}"));
    assert_int_equal(s->gones, 1);
    assert_int_equal(s->ends, 0);
    assert_int_equal(s->fault.kind, FAULT_NONE);
    timer_fini(&cancel);
}

static void test_nobody_listens(void **state)
{
    struct scene *s = *state;
    server_free(&s->server);
    ask(s, "/echo", S(""));
    assert_int_equal(s->fault.kind, FAULT_PROVIDER_AWAY);
    assert_non_null(strstr(s->fault.detail, "them"));
}

static void on_wait_over(void *arg)
{
    loop_stop(((struct scene *)arg)->loop);
}

/* The server closes idle connections after 200 ms, the pool keeps links longer: the second request finds out,
 * and is asked again on a fresh one. */
static void test_a_link_that_died_while_idle_is_replaced(void **state)
{
    struct scene *s = *state;
    struct timer  wait = { 0 };
    ask(s, "/echo", S("one"));
    timer_set(s->loop, &wait, 400, on_wait_over, s);
    loop_run(s->loop);
    assert_int_equal(server_clients(s->server), 0);
    ask(s, "/echo", S("two"));
    assert_true(slice_is(buf_slice(&s->body), "two"));
    timer_fini(&wait);
}

/* ---- raw bytes ---- */

struct raw {
    struct scene *scene;
    struct conn  *conn;
    struct slice  says;
    struct buf    heard;
    bool          is_closed;
};

static void raw_take(struct raw *r)
{
    for (struct slice bytes; (bytes = conn_peek(r->conn)).len; conn_drop(r->conn, bytes.len))
        buf_add(&r->heard, bytes);
}

static void on_raw_open(void *arg)
{
    struct raw *r = arg;
    conn_write(r->conn, r->says);
}

static void on_raw_input(void *arg)
{
    raw_take(arg);
}

static void on_raw_close(void *arg, enum conn_end how, const struct fault *why)
{
    (void)how, (void)why;
    struct raw *r = arg;
    raw_take(r);
    r->is_closed = true;
    loop_stop(r->scene->loop);
}

static const struct conn_handler raw_handler = {
    .on_open = on_raw_open,
    .on_input = on_raw_input,
    .on_close = on_raw_close,
};

/* Says it all and hears until the server closes. */
static void say(struct scene *s, struct slice bytes, struct raw *r)
{
    *r = (struct raw){ .scene = s, .says = bytes };
    buf_init(&r->heard, MOST);
    r->conn = conn_connect(s->loop, "127.0.0.1", s->port, NULL, &raw_handler, r);
    loop_run(s->loop);
    conn_close(&r->conn);
    buf_add_byte(&r->heard, '\0');
}

static void assert_heard(struct raw *r, const char *words)
{
    if (!strstr(r->heard.ptr, words))
        fail_msg("\"%s\" is not in: %s", words, r->heard.ptr);
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    struct raw r;
    say(*state,
        S("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\none"
          "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntwo"),
        &r);
    assert_heard(&r, "\r\n\r\noneHTTP/1.1 200 OK\r\n");
    assert_heard(&r, "connection: close\r\n\r\ntwo");
    buf_fini(&r.heard);
}

static void test_malformed_is_refused_with_a_whole_error(void **state)
{
    struct scene *s = *state;
    struct raw    r;
    say(s, S("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length : 3\r\n\r\none"), &r);
    assert_heard(&r, "HTTP/1.1 400 Bad Request\r\n");
    assert_heard(&r, "\"code\":\"bad_http\"");
    assert_int_equal(s->refused, FAULT_BAD_HTTP);
    assert_int_equal(s->requests, 0);
    buf_fini(&r.heard);
}

static void test_a_body_announced_too_large_is_refused_before_it_comes(void **state)
{
    struct scene *s = *state;
    struct raw    r;
    say(s, S("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n"), &r);
    assert_heard(&r, "HTTP/1.1 413 ");
    assert_int_equal(s->refused, FAULT_TOO_LARGE);
    buf_fini(&r.heard);
}

static void test_a_request_that_does_not_arrive_is_told_so(void **state)
{
    struct scene *s = *state;
    struct raw    r;
    say(s, S("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\no"), &r);
    assert_heard(&r, "HTTP/1.1 408 ");
    assert_int_equal(s->refused, FAULT_CLIENT_SLOW);
    buf_fini(&r.heard);
}

static void test_expect_continue(void **state)
{
    struct raw r;
    say(*state,
        S("POST /v1/echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: "
          "close\r\n\r\nhi"),
        &r);
    assert_heard(&r, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
    buf_fini(&r.heard);
}

static void test_http_1_0_gets_an_unchunked_stream_ended_by_closing(void **state)
{
    struct scene *s = *state;
    struct raw    r;
    s->stream_left = 100;
    say(s, S("POST /v1/stream HTTP/1.0\r\ncontent-length: 0\r\n\r\n"), &r);
    assert_heard(&r, "connection: close\r\n\r\nxxxx");
    assert_null(strstr(r.heard.ptr, "chunked"));
    buf_fini(&r.heard);
}

static void test_head_has_no_body(void **state)
{
    struct raw r;
    say(*state, S("HEAD /v1/none HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"), &r);
    assert_heard(&r, "HTTP/1.1 404 ");
    assert_null(strstr(r.heard.ptr, "error"));
    buf_fini(&r.heard);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_comes_back_whole_and_the_link_is_used_again),
        TEST(test_the_key_goes_along),
        TEST(test_a_large_body_both_ways),
        TEST(test_a_stream_longer_than_the_backlog_waits_for_room),
        TEST(test_a_broken_answer_is_a_fault),
        TEST(test_a_silent_provider_meets_its_deadline),
        TEST(test_cancelling_is_seen_by_the_provider),
        TEST(test_nobody_listens),
        TEST(test_a_link_that_died_while_idle_is_replaced),
        TEST(test_pipelined_requests_are_answered_in_order),
        TEST(test_malformed_is_refused_with_a_whole_error),
        TEST(test_a_body_announced_too_large_is_refused_before_it_comes),
        TEST(test_a_request_that_does_not_arrive_is_told_so),
        TEST(test_expect_continue),
        TEST(test_http_1_0_gets_an_unchunked_stream_ended_by_closing),
        TEST(test_head_has_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
