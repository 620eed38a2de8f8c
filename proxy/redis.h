/*
 * redis.h - one loop's use of Redis: hiredis' formatter and reader over our own bufferevent.
 *
 * Commands are pipelined and answered in order; each has a deadline (hiredis' asynchronous side has none). A
 * link that fails, or misses deadlines several times in a row, opens a breaker: commands are answered "away" at
 * once, and a probe is sent with back-off, until Redis is well again. A slow Redis hurts more than a dead one:
 * who can do without an answer says so, is not kept waiting long, and while Redis stays slow not at all.
 *
 * What waits for its reply is bounded, in commands and in bytes; beyond that a command is answered "away".
 *
 * url: redis://[user:password@]host[:port][/db], rediss:// (TLS, verified), unix:///path[?db=N], or
 * redis+sentinel://host[:port],.../master: whoever Sentinel says is the master, also after a failover. See
 * redis_url.h.
 */
#ifndef WEIR_REDIS_H
#define WEIR_REDIS_H

#include "base/fault.h"
#include "loop.h"
#include "metrics.h"
#include "trouble.h"

struct redis;
struct redisReply;

/* reply is NULL when Redis is away (why says so: REDIS_AWAY); an error reply of Redis is a reply. Valid during
 * the call only. */
typedef void on_redis_fn(void *arg, const struct redisReply *reply, const struct fault *why);

/* NULL with why (INTERNAL) when the url is malformed. Connects at once and by itself again; until the first
 * connection stands or has failed, commands wait for it up to their deadline. */
MUST_CHECK struct redis *redis_new(struct loop *, const char *url, int64_t deadline_ms, struct fault *why);
void                     redis_free(struct redis **); /* what waits is dropped without callbacks */

/* How long who can do without is kept waiting (redis_hasten()); until it is said, as long as the others. */
void redis_set_patience(struct redis *, int64_t ms);

/* Counts each command that is answered "away" in REDIS_AWAY of these metrics, and troubles; they must outlive
 * it. */
void redis_count_in(struct redis *, struct metrics *);

/* A link stands, and nothing has been sent over it yet: what is asked within the call goes first. One at most.
 */
void redis_on_up(struct redis *, void (*on_up)(void *arg), void *arg);

bool redis_is_up(const struct redis *);
/* What is wrong with it now, or was a moment ago. */
enum redis_trouble redis_trouble(const struct redis *);
/* Nobody waits, and what was sent without a callback has been answered too: it may be freed without a loss. */
bool redis_is_idle(const struct redis *);

/* Sends a command. The callback never comes from within this call. Returns an id for redis_cancel(), never 0.
 * on_reply may be NULL: fire and forget. */
uint64_t redis_ask(struct redis *, int argc, const struct slice *argv, on_redis_fn *, void *arg);

/* A Lua script by its SHA-1 (EVALSHA; EVAL the first time over a link, so that Redis knows it and the order
 * stays). argv: the keys, then the arguments. The script's text must live as long as the process; it is known
 * by its address. */
uint64_t redis_run(struct redis *, const char *script, int key_count, int argc, const struct slice *argv,
                   on_redis_fn *, void *arg);

/* The caller of that command, just asked, can do without the reply: it waits no longer than the patience that
 * was set, and not at all while Redis is slow. */
void redis_hasten(struct redis *, uint64_t id);

/* No callback will come. The command may have reached Redis all the same. Returns the command's arg, for the
 * caller to free what it attached; NULL when the id is not known (any more). */
void *redis_cancel(struct redis *, uint64_t id);

#endif
