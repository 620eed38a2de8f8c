/*
 * redis_stage.h - what the tests of Redis and its users stand on: a folder of their own, a real redis-server in
 * it, a loop and a link.
 *
 * Waiting is by what must become true, with a guard of GUARD_MS that fails the test; no test asserts a time.
 */
#ifndef WEIR_TESTS_REDIS_STAGE_H
#define WEIR_TESTS_REDIS_STAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop.h"
#include "redis.h"
#include "redis_child.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { GUARD_MS = 20000, DEADLINE_MS = 2000 };

struct stage {
    char                folder[64];
    struct redis_child *child;
    struct loop        *loop;
    struct redis       *redis;
};

static inline void folder_new(char out[64])
{
    snprintf(out, 64, "/tmp/weir-test-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static inline void folder_remove(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static inline struct redis_child *child_new(const char *folder)
{
    struct fault        why = { 0 };
    struct redis_child *child = redis_child_start(folder, &why);
    if (!child)
        fail_msg("%s", why.detail);
    return child;
}

static inline struct redis *link_new(struct loop *loop, const char *url, int64_t deadline_ms)
{
    struct fault  why = { 0 };
    struct redis *redis = redis_new(loop, url, deadline_ms, &why);
    if (!redis)
        fail_msg("%s", why.detail);
    return redis;
}

static inline void stage_open(struct stage *s)
{
    folder_new(s->folder);
    s->child = child_new(s->folder);
    s->loop = loop_new(0);
    s->redis = link_new(s->loop, redis_child_url(s->child), DEADLINE_MS);
}

static inline void stage_close(struct stage *s)
{
    redis_free(&s->redis);
    loop_free(&s->loop);
    redis_child_stop(&s->child);
    folder_remove(s->folder);
}

/* --- running a loop until something is so --- */

struct awaited {
    struct loop *loop;
    bool (*is_so)(void *arg);
    void        *arg;
    struct timer timer;
    int          turns;
};

static inline void on_awaited(void *arg)
{
    struct awaited *a = arg;
    if (a->is_so(a->arg) || ++a->turns > GUARD_MS)
        loop_stop(a->loop);
    else
        timer_set(a->loop, &a->timer, 1, on_awaited, a);
}

static inline void run_until(struct loop *loop, bool (*is_so)(void *arg), void *arg)
{
    struct awaited a = { .loop = loop, .is_so = is_so, .arg = arg };
    timer_set(loop, &a.timer, 1, on_awaited, &a);
    loop_run(loop);
    timer_fini(&a.timer);
    if (!is_so(arg))
        fail_msg("what the test waited for did not happen");
}

static inline bool is_true(void *flag)
{
    return *(bool *)flag;
}

static inline bool is_up(void *redis)
{
    return redis_is_up(redis);
}

static inline bool is_not_up(void *redis)
{
    return !redis_is_up(redis);
}

/* Tends the child meanwhile: down, and up again. */
struct tended {
    struct stage *stage;
    bool          was_down;
};

static inline bool is_up_again(void *arg)
{
    struct tended *t = arg;
    redis_child_tend(t->stage->child);
    t->was_down = t->was_down || !redis_is_up(t->stage->redis);
    return t->was_down && redis_is_up(t->stage->redis);
}

/* --- asking, and what was heard --- */

struct heard {
    bool      is_over, is_away;
    int       type;
    long long integer;
    char      text[320];
    unsigned  calls;
};

static inline void on_heard(void *arg, const redisReply *reply, const struct fault *why)
{
    struct heard *h = arg;
    h->is_over = true;
    h->calls++;
    h->is_away = !reply;
    if (reply) {
        h->type = reply->type;
        h->integer = reply->integer;
        snprintf(h->text, sizeof h->text, "%.*s", (int)reply->len, reply->str ? reply->str : "");
    } else {
        assert_int_equal(why->kind, FAULT_REDIS_AWAY);
        snprintf(h->text, sizeof h->text, "%s", why->detail);
    }
}

/* A command of words without blanks in them. */
static inline uint64_t ask(struct redis *redis, const char *line, on_redis_fn *on_reply, void *arg)
{
    struct slice word[32];
    int          count = 0;
    for (const char *at = line; *at;) {
        size_t len = strcspn(at, " ");
        word[count++] = slice_of(at, len);
        at += len + (at[len] == ' ');
    }
    return redis_ask(redis, count, word, on_reply, arg);
}

static inline struct heard ask_and_wait(struct loop *loop, struct redis *redis, const char *line)
{
    struct heard heard = { 0 };
    ask(redis, line, on_heard, &heard);
    run_until(loop, is_true, &heard.is_over);
    return heard;
}

/* --- reaching behind the link --- */

static inline redisContext *behind(const struct redis_child *child)
{
    redisContext *c = redisConnectUnix(redis_child_url(child) + strlen("unix://"));
    assert_non_null(c);
    assert_int_equal(c->err, 0);
    return c;
}

/* The server's process, to be stopped, woken and killed. */
static inline pid_t server_pid(const struct redis_child *child)
{
    redisContext *c = behind(child);
    redisReply   *reply = redisCommand(c, "INFO server");
    assert_non_null(reply);
    const char *at = strstr(reply->str, "process_id:");
    assert_non_null(at);
    pid_t pid = (pid_t)strtol(at + strlen("process_id:"), NULL, 10);
    freeReplyObject(reply);
    redisFree(c);
    return pid;
}

#endif
