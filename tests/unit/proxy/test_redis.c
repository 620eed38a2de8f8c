/* test_redis.c - the link to Redis: a real redis-server, asked, frozen, killed and woken again. */
#include "redis_stage.h"

#include <fcntl.h>

static void test_replies_in_order(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    enum { ASKED = 1000 };
    static struct heard heard[ASKED];
    memset(heard, 0, sizeof heard);
    for (int i = 0; i < ASKED; i++) {
        ask(s.redis, "INCR counter", on_heard, &heard[i]);
        assert_int_equal(heard[i].calls, 0); /* never from within */
    }
    run_until(s.loop, is_true, &heard[ASKED - 1].is_over);
    for (int i = 0; i < ASKED; i++) {
        assert_int_equal(heard[i].calls, 1);
        assert_int_equal(heard[i].type, REDIS_REPLY_INTEGER);
        assert_int_equal(heard[i].integer, i + 1);
    }
    assert_true(redis_is_up(s.redis));
    stage_close(&s);
}

static void test_bytes_are_binary_safe_and_large(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    size_t       len = (size_t)3 * 1024 * 1024;
    char        *value = malloc(len);
    struct heard set = { 0 };
    assert_non_null(value);
    for (size_t i = 0; i < len; i++)
        value[i] = (char)(i * 31);
    struct slice word[] = { S("SET"), slice_of("a\0b\r\n", 5), slice_of(value, len) };
    redis_ask(s.redis, 3, word, on_heard, &set);
    run_until(s.loop, is_true, &set.is_over);
    assert_string_equal(set.text, "OK");

    redisContext *c = behind(s.child);
    redisReply   *reply = redisCommand(c, "GET %b", "a\0b\r\n", (size_t)5);
    assert_int_equal(reply->len, len);
    assert_memory_equal(reply->str, value, len);
    freeReplyObject(reply);
    redisFree(c);
    free(value);
    stage_close(&s);
}

static void test_an_error_is_a_reply(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct heard heard = ask_and_wait(s.loop, s.redis, "NOSUCHCOMMAND");
    assert_int_equal(heard.type, REDIS_REPLY_ERROR);
    assert_false(heard.is_away);
    assert_string_equal(ask_and_wait(s.loop, s.redis, "PING").text, "PONG");
    stage_close(&s);
}

static void test_cancelled_replies_are_dropped(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct heard first = { 0 }, second = { 0 }, third = { 0 };
    uint64_t     unsent = ask(s.redis, "INCR n", on_heard, &first);
    assert_ptr_equal(redis_cancel(s.redis, unsent), &first);
    assert_null(redis_cancel(s.redis, unsent));
    run_until(s.loop, is_up, s.redis);

    uint64_t id = ask(s.redis, "INCR n", on_heard, &second);
    ask(s.redis, "INCR n", on_heard, &third);
    assert_ptr_equal(redis_cancel(s.redis, id), &second);
    run_until(s.loop, is_true, &third.is_over);
    assert_int_equal(third.integer, 2); /* the unsent one never ran, the sent one did */
    assert_int_equal(first.calls + second.calls, 0);
    assert_null(redis_cancel(s.redis, id));
    assert_null(redis_cancel(s.redis, 12345));
    stage_close(&s);
}

/* Frozen: commands miss their deadlines, then the breaker answers at once; woken: all is well again, and no
 * late reply reaches the wrong asker. */
/* On a busy machine a server that runs again may still miss a short deadline. */
static struct heard ask_until_heard(struct loop *loop, struct redis *redis, const char *line)
{
    struct heard heard;
    do
        heard = ask_and_wait(loop, redis, line);
    while (heard.is_away);
    return heard;
}

static void test_a_frozen_server(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct redis *quick = link_new(s.loop, redis_child_url(s.child), 150);
    run_until(s.loop, is_up, quick);
    pid_t pid = server_pid(s.child);
    kill(pid, SIGSTOP);

    struct heard late = ask_and_wait(s.loop, quick, "SET a late");
    assert_true(late.is_away);
    assert_string_equal(late.text, "no reply in time");
    assert_true(redis_is_up(quick)); /* one miss is not an outage */

    /* A reply that came too late is not taken for the next one's. */
    kill(pid, SIGCONT);
    assert_string_equal(ask_until_heard(s.loop, quick, "ECHO mine").text, "mine");

    kill(pid, SIGSTOP);
    for (int i = 0; i < 3; i++)
        assert_true(ask_and_wait(s.loop, quick, "PING").is_away);
    assert_false(redis_is_up(quick));
    struct heard broken = ask_and_wait(s.loop, quick, "PING");
    assert_true(broken.is_away);
    assert_string_equal(broken.text, "it is down");

    kill(pid, SIGCONT);
    run_until(s.loop, is_up, quick);
    assert_string_equal(ask_until_heard(s.loop, quick, "ECHO again").text, "again");
    redis_free(&quick);
    stage_close(&s);
}

struct hasty {
    bool         is_over, is_away;
    struct fault why;
};

static void on_hasty(void *arg, const redisReply *reply, const struct fault *why)
{
    struct hasty *h = arg;
    h->is_over = true;
    h->is_away = !reply;
    if (why)
        h->why = *why;
}

static struct hasty ask_hastily(struct stage *s, struct redis *redis)
{
    struct hasty h = { .is_over = false };
    redis_hasten(redis, redis_ask(redis, 1, (struct slice[]){ S("PING") }, on_hasty, &h));
    assert_false(h.is_over);
    run_until(s->loop, is_true, &h.is_over);
    return h;
}

static bool is_well(void *redis)
{
    return redis_trouble(redis) == REDIS_WELL;
}

/* A deadline that never comes in this test, and a patience that soon does. */
static void test_who_can_do_without_is_not_kept_waiting(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct redis *r = link_new(s.loop, redis_child_url(s.child), GUARD_MS * 10);
    redis_set_patience(r, 20);
    run_until(s.loop, is_up, r);
    assert_string_equal(ask_and_wait(s.loop, r, "PING").text, "PONG");
    assert_int_equal(redis_trouble(r), REDIS_WELL);
    pid_t pid = server_pid(s.child);
    kill(pid, SIGSTOP);
    for (int i = 0; i < 3; i++) {
        struct hasty h = ask_hastily(&s, r);
        assert_true(h.is_away);
        assert_string_equal(h.why.detail, "no reply in time");
    }
    assert_int_equal(redis_trouble(r), REDIS_SLOW);
    assert_string_equal(ask_hastily(&s, r).why.detail, "it is slow"); /* and was not waited for */
    assert_true(redis_is_up(r));
    kill(pid, SIGCONT);
    run_until(s.loop, is_well, r);
    redis_free(&r);
    stage_close(&s);
}

static void test_a_killed_server_comes_back(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    ask_and_wait(s.loop, s.redis, "CONFIG SET appendfsync always");
    ask_and_wait(s.loop, s.redis, "SET kept yes");
    pid_t pid = server_pid(s.child);

    struct heard unanswered = { 0 };
    kill(pid, SIGSTOP);
    ask(s.redis, "PING", on_heard, &unanswered);
    kill(pid, SIGKILL);
    struct tended tended = { .stage = &s };
    run_until(s.loop, is_up_again, &tended);
    assert_int_equal(unanswered.calls, 1);
    assert_true(unanswered.is_away);
    assert_string_equal(ask_and_wait(s.loop, s.redis, "GET kept").text, "yes");
    stage_close(&s);
}

static double told_away(void)
{
    static const char name[] = "\nweir_redis_away_total ";
    struct buf        told;
    buf_init(&told, 1 << 20);
    metrics_write(&told);
    size_t at = slice_find(buf_slice(&told), slice_str(name));
    assert_true(at != SLICE_NONE);
    double value = strtod(told.ptr + at + strlen(name), NULL);
    buf_fini(&told);
    return value;
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct loop  *loop = loop_new(0);
    struct redis *unix_link = link_new(loop, "unix:///tmp/weir-nobody/redis.sock", DEADLINE_MS);
    struct redis *tcp_link = link_new(loop, "redis://127.0.0.1:1", DEADLINE_MS);
    struct heard  first = { 0 }, second = { 0 };
    ask(unix_link, "PING", on_heard, &first); /* waits for the first try, and no longer */
    ask(tcp_link, "PING", on_heard, &second);
    run_until(loop, is_true, &first.is_over);
    run_until(loop, is_true, &second.is_over);
    assert_string_equal(first.text, "it is down");
    assert_string_equal(second.text, "it is down");
    struct metrics *metrics = metrics_new();
    double          before = told_away();
    redis_count_in(tcp_link, metrics);
    assert_true(ask_and_wait(loop, tcp_link, "PING").is_away);
    assert_true(told_away() == before + 1);
    redis_free(&unix_link);
    redis_free(&tcp_link);
    loop_free(&loop);
    metrics_free(&metrics);
}

static void test_the_queue_has_an_end(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    run_until(s.loop, is_up, s.redis);
    enum { ASKED = 5000, TAKEN = 4096 };
    static struct heard heard[ASKED];
    memset(heard, 0, sizeof heard);
    for (int i = 0; i < ASKED; i++)
        ask(s.redis, "PING", on_heard, &heard[i]);
    run_until(s.loop, is_true, &heard[TAKEN - 1].is_over);
    for (int i = 0; i < ASKED; i++) {
        assert_int_equal(heard[i].calls, 1);
        assert_int_equal(heard[i].is_away, i >= TAKEN);
    }
    assert_string_equal(heard[TAKEN].text, "too much waits for it already");
    assert_string_equal(ask_and_wait(s.loop, s.redis, "PING").text, "PONG");
    stage_close(&s);
}

static void test_scripts_by_their_hash(void **state)
{
    (void)state;
    static const char script[] = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
    struct stage      s;
    stage_open(&s);
    struct slice word[] = { S("n"), S("5") };
    for (int i = 1; i <= 3; i++) {
        struct heard heard = { 0 }, beside = { 0 };
        if (i == 3)
            ask_and_wait(s.loop, s.redis, "SCRIPT FLUSH");
        redis_run(s.redis, script, 1, 2, word, on_heard, &heard);
        ask(s.redis, "ECHO beside", on_heard, &beside);
        run_until(s.loop, is_true, &heard.is_over);
        assert_int_equal(heard.type, REDIS_REPLY_INTEGER);
        assert_int_equal(heard.integer, 5 * i);
        assert_int_equal(heard.calls, 1);
        assert_string_equal(beside.text, "beside");
    }
    stage_close(&s);
}

/* What the process wrote to stderr in between. */
static int  stderr_saved;
static char stderr_path[64];

static void stderr_catch(void)
{
    snprintf(stderr_path, sizeof stderr_path, "/tmp/weir-stderr-XXXXXX");
    int fd = mkstemp(stderr_path);
    stderr_saved = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static void stderr_release(char *out, size_t out_bytes)
{
    dup2(stderr_saved, STDERR_FILENO);
    close(stderr_saved);
    FILE  *file = fopen(stderr_path, "r");
    size_t len = fread(out, 1, out_bytes - 1, file);
    out[len] = '\0';
    fclose(file);
    unlink(stderr_path);
}

static void test_login_and_database(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    ask_and_wait(s.loop, s.redis, "CONFIG SET requirepass hunter2");
    char url[256], log[4096];
    snprintf(url, sizeof url, "%s?db=3", redis_child_url(s.child));

    /* Unix URLs carry no password, so this one is refused; over TCP they do. */
    ask_and_wait(s.loop, s.redis, "CONFIG SET bind 127.0.0.1");
    unsigned     port = 20000 + (unsigned)getpid() % 20000;
    struct heard listening;
    char         line[64];
    do {
        snprintf(line, sizeof line, "CONFIG SET port %u", ++port);
        listening = ask_and_wait(s.loop, s.redis, line);
    } while (listening.type == REDIS_REPLY_ERROR);

    stderr_catch();
    struct redis *none = link_new(s.loop, url, DEADLINE_MS);
    snprintf(url, sizeof url, "redis://:hunter3@localhost:%u", port);
    struct redis *wrong = link_new(s.loop, url, DEADLINE_MS);
    assert_true(ask_and_wait(s.loop, none, "PING").is_away);
    assert_true(ask_and_wait(s.loop, wrong, "PING").is_away);
    stderr_release(log, sizeof log);
    assert_non_null(strstr(log, "NOAUTH"));
    assert_non_null(strstr(log, "WRONGPASS"));
    assert_null(strstr(log, "hunter"));

    snprintf(url, sizeof url, "redis://default:hunter2@127.0.0.1:%u/3", port);
    struct redis *right = link_new(s.loop, url, DEADLINE_MS);
    assert_string_equal(ask_and_wait(s.loop, right, "SET where three").text, "OK");
    assert_int_equal(ask_and_wait(s.loop, s.redis, "GET where").type, REDIS_REPLY_NIL);
    ask_and_wait(s.loop, s.redis, "SELECT 3");
    assert_string_equal(ask_and_wait(s.loop, s.redis, "GET where").text, "three");
    ask_and_wait(s.loop, right, "CONFIG SET requirepass  ");
    redis_free(&none);
    redis_free(&wrong);
    redis_free(&right);
    stage_close(&s);
}

static bool is_idle(void *redis)
{
    return redis_is_idle(redis);
}

/* Idle only when even what nobody waits for has been answered, or given up. */
static void test_idle(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    assert_true(redis_is_idle(s.redis));
    ask(s.redis, "SET k v", NULL, NULL);
    assert_false(redis_is_idle(s.redis)); /* waiting */
    run_until(s.loop, is_up, s.redis);
    run_until(s.loop, is_idle, s.redis);
    struct heard heard = { 0 };
    uint64_t     id = ask(s.redis, "PING", on_heard, &heard);
    assert_false(redis_is_idle(s.redis)); /* sent */
    redis_cancel(s.redis, id);
    assert_true(redis_is_idle(s.redis));
    assert_string_equal(ask_and_wait(s.loop, s.redis, "GET k").text, "v");
    stage_close(&s);
}

static struct redis *to_free;

static void on_free_it(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)reply, (void)why;
    redis_free(&to_free);
    *(bool *)arg = true;
}

static void test_freed_while_much_is_going_on(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct heard waiting = { 0 };
    bool         is_freed = false;

    /* In its own reply's callback, others waiting behind it. */
    to_free = link_new(s.loop, redis_child_url(s.child), DEADLINE_MS);
    ask(to_free, "PING", on_free_it, &is_freed);
    ask(to_free, "PING", on_heard, &waiting);
    run_until(s.loop, is_true, &is_freed);

    /* In the callback of one that is answered "away". */
    to_free = link_new(s.loop, "unix:///tmp/weir-nobody/redis.sock", DEADLINE_MS);
    is_freed = false;
    ask(to_free, "PING", on_free_it, &is_freed);
    ask(to_free, "PING", on_heard, &waiting);
    run_until(s.loop, is_true, &is_freed);

    /* Before the loop has turned at all. */
    struct redis *unborn = link_new(s.loop, redis_child_url(s.child), DEADLINE_MS);
    ask(unborn, "PING", on_heard, &waiting);
    redis_free(&unborn);
    assert_string_equal(ask_and_wait(s.loop, s.redis, "PING").text, "PONG");
    assert_int_equal(waiting.calls, 0);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_in_order),
        cmocka_unit_test(test_bytes_are_binary_safe_and_large),
        cmocka_unit_test(test_an_error_is_a_reply),
        cmocka_unit_test(test_cancelled_replies_are_dropped),
        cmocka_unit_test(test_a_frozen_server),
        cmocka_unit_test(test_who_can_do_without_is_not_kept_waiting),
        cmocka_unit_test(test_a_killed_server_comes_back),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_the_queue_has_an_end),
        cmocka_unit_test(test_scripts_by_their_hash),
        cmocka_unit_test(test_login_and_database),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_freed_while_much_is_going_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
