/* test_redis_link.c - a Redis that is none: replies in pieces, cut off, garbled, unasked, or none at all. */
#include "redis_stage.h"

#include "conn.h"

#include <event2/listener.h>
#include <sys/un.h>

/* Answers the greeting as told, and each later command with `reply`, its first `cut` bytes a turn before the
 * rest. */
struct impostor {
    struct loop           *loop;
    char                   folder[64], url[96];
    struct evconnlistener *listener;
    struct conn           *conn;
    const char            *greeting; /* NULL: it says nothing */
    struct slice           reply;
    size_t                 cut;
    bool                   ends_there; /* it hangs up in place of the rest */
    bool                   is_greeted;
    struct timer           rest;
};

static void on_rest(void *arg)
{
    struct impostor *i = arg;
    if (i->ends_there)
        conn_close(&i->conn);
    else if (i->conn)
        conn_write(i->conn, slice_cut(i->reply, i->cut, i->reply.len));
}

static void on_input(void *arg)
{
    struct impostor *i = arg;
    conn_drop(i->conn, SIZE_MAX);
    if (i->is_greeted) {
        conn_write(i->conn, slice_cut(i->reply, 0, i->cut));
        timer_set(i->loop, &i->rest, 1, on_rest, i);
    } else if (i->greeting) {
        i->is_greeted = true;
        conn_write(i->conn, slice_str(i->greeting));
    }
}

static void on_close(void *arg, enum conn_end end, const struct fault *why)
{
    (void)end, (void)why;
    struct impostor *i = arg;
    conn_close(&i->conn);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int length,
                      void *arg)
{
    (void)listener, (void)address, (void)length;
    static const struct conn_handler handler = { .on_input = on_input, .on_close = on_close };
    struct impostor                 *i = arg;
    conn_close(&i->conn);
    i->is_greeted = false;
    i->conn = conn_accept(i->loop, fd, NULL, &handler, i);
}

static void impostor_open(struct impostor *i, const char *greeting, struct slice reply)
{
    *i = (struct impostor){ .loop = loop_new(0), .greeting = greeting, .reply = reply, .cut = reply.len };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    folder_new(i->folder);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", i->folder);
    snprintf(i->url, sizeof i->url, "unix://%s/socket", i->folder);
    i->listener = evconnlistener_new_bind(loop_base(i->loop), on_accept, i, LEV_OPT_CLOSE_ON_FREE, 16,
                                          (struct sockaddr *)&address, sizeof address);
    assert_non_null(i->listener);
}

static void impostor_close(struct impostor *i)
{
    conn_close(&i->conn);
    timer_fini(&i->rest);
    evconnlistener_free(i->listener);
    loop_free(&i->loop);
    folder_remove(i->folder);
}

struct list {
    bool     is_over, is_whole;
    unsigned calls;
};

static void on_list(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct list *l = arg;
    l->is_over = true;
    l->calls++;
    l->is_whole = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
                  strcmp(reply->element[0]->str, "a\r\nb") == 0 && reply->element[1]->integer == -42 &&
                  reply->element[2]->type == REDIS_REPLY_NIL;
}

static const char LIST[] = "*3\r\n$4\r\na\r\nb\r\n:-42\r\n$-1\r\n";

static void test_a_reply_cut_at_each_byte(void **state)
{
    (void)state;
    struct impostor i;
    impostor_open(&i, "+PONG\r\n", slice_str(LIST));
    struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
    for (i.cut = 0; i.cut <= i.reply.len; i.cut++) {
        struct list list = { 0 };
        ask(redis, "LRANGE l 0 -1", on_list, &list);
        run_until(i.loop, is_true, &list.is_over);
        assert_true(list.is_whole);
        assert_int_equal(list.calls, 1);
    }
    redis_free(&redis);
    impostor_close(&i);
}

static void test_hung_up_on_at_each_byte(void **state)
{
    (void)state;
    struct impostor i;
    impostor_open(&i, "+PONG\r\n", slice_str(LIST));
    i.ends_there = true;
    for (i.cut = 0; i.cut < i.reply.len; i.cut++) {
        struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
        struct heard  first = { 0 }, second = { 0 };
        ask(redis, "LRANGE l 0 -1", on_heard, &first);
        ask(redis, "PING", on_heard, &second);
        run_until(i.loop, is_true, &second.is_over);
        assert_true(first.is_away && second.is_away);
        assert_int_equal(first.calls + second.calls, 2);
        redis_free(&redis);
    }
    impostor_close(&i);
}

static void test_what_is_not_the_protocol(void **state)
{
    (void)state;
    static const char *const garbage[] = { "HTTP/1.1 200 OK\r\n\r\n", "$-7\r\n", "*x\r\n", ":12a\r\n", "\r\n" };
    for (size_t g = 0; g < sizeof garbage / sizeof *garbage; g++) {
        struct impostor i;
        impostor_open(&i, "+PONG\r\n", slice_str(garbage[g]));
        struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
        struct heard  heard = ask_and_wait(i.loop, redis, "GET k");
        if (!heard.is_away)
            fail_msg("taken for a reply: %s", garbage[g]);
        assert_string_equal(heard.text, "the connection broke before the reply");
        redis_free(&redis);
        impostor_close(&i);
    }
}

/* Loading, read by a stranger, or full: a greeting that is refused is a Redis that is away. */
static void test_refused_greetings(void **state)
{
    (void)state;
    static const char *const greetings[] = { "-LOADING Redis is loading the dataset in memory\r\n",
                                             "-NOAUTH Authentication required.\r\n",
                                             "-ERR max number of clients reached\r\n", "nonsense\r\n" };
    for (size_t g = 0; g < sizeof greetings / sizeof *greetings; g++) {
        struct impostor i;
        impostor_open(&i, greetings[g], S("+OK\r\n"));
        struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
        assert_string_equal(ask_and_wait(i.loop, redis, "GET k").text, "it is down");
        assert_false(redis_is_up(redis));
        i.greeting = "+PONG\r\n"; /* and once it is well, it is used */
        run_until(i.loop, is_up, redis);
        assert_string_equal(ask_and_wait(i.loop, redis, "SET k v").text, "OK");
        redis_free(&redis);
        impostor_close(&i);
    }
}

static void test_more_replies_than_commands(void **state)
{
    (void)state;
    struct impostor i;
    impostor_open(&i, "+PONG\r\n", S("+mine\r\n+whose\r\n"));
    struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
    assert_string_equal(ask_and_wait(i.loop, redis, "GET k").text, "mine");
    run_until(i.loop, is_not_up, redis);
    run_until(i.loop, is_up, redis);
    assert_string_equal(ask_and_wait(i.loop, redis, "GET k").text, "mine"); /* nobody's is not taken for it */
    redis_free(&redis);
    impostor_close(&i);
}

/* After a failover: the address is asked anew, and whoever answers there now is used. */
static void test_a_master_that_became_a_replica(void **state)
{
    (void)state;
    struct impostor i;
    impostor_open(&i, "+PONG\r\n", S("-READONLY You can't write against a read only replica.\r\n"));
    struct redis *redis = link_new(i.loop, i.url, DEADLINE_MS);
    struct heard  heard = ask_and_wait(i.loop, redis, "SET k v");
    assert_int_equal(heard.type, REDIS_REPLY_ERROR);
    assert_false(redis_is_up(redis));
    i.reply = S("+OK\r\n");
    i.cut = i.reply.len;
    run_until(i.loop, is_up, redis);
    assert_string_equal(ask_and_wait(i.loop, redis, "SET k v").text, "OK");
    redis_free(&redis);
    impostor_close(&i);
}

/* It takes the connection and is silent: commands wait as long as their deadline, then not at all. */
static void test_silent(void **state)
{
    (void)state;
    struct impostor i;
    impostor_open(&i, NULL, S("+OK\r\n"));
    struct redis *redis = link_new(i.loop, i.url, 30);
    for (int n = 0; n < 3; n++)
        assert_string_equal(ask_and_wait(i.loop, redis, "GET k").text, "no connection in time");
    assert_string_equal(ask_and_wait(i.loop, redis, "GET k").text, "it is down");
    redis_free(&redis);
    impostor_close(&i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply_cut_at_each_byte),
        cmocka_unit_test(test_hung_up_on_at_each_byte),
        cmocka_unit_test(test_what_is_not_the_protocol),
        cmocka_unit_test(test_refused_greetings),
        cmocka_unit_test(test_more_replies_than_commands),
        cmocka_unit_test(test_a_master_that_became_a_replica),
        cmocka_unit_test(test_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
