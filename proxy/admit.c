/* admit.c - see admit.h. */
#include "admit.h"

#include "base/buf.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

enum { WINDOW_MS = 60 * 1000 };

/* Counts, and lets the window's key lapse by itself: two windows later nobody asks for it any more. */
static const char count_script[] = "local n = redis.call('INCR', KEYS[1])\n"
                                   "if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end\n"
                                   "return n\n";

static void on_counted(void *arg, const struct redisReply *reply, const struct fault *why)
{
    (void)why;
    struct admission *a = arg;
    bool              is_over = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer > a->most;
    a->call(a->arg, is_over ? (a->left_ms + 999) / 1000 : 0);
}

uint64_t admit(struct redis *redis, struct admission *a, const char *team, int64_t most_a_minute,
               int64_t wall_ms, on_admit_fn *call, void *arg)
{
    char       keep_ms[24];
    struct buf key;
    *a = (struct admission){
        .call = call, .arg = arg, .most = most_a_minute, .left_ms = WINDOW_MS - wall_ms % WINDOW_MS
    };
    buf_init(&key, SIZE_MAX); /* bounded by the team's name */
    buf_printf(&key, "weir:{%s}:asked:%lld", team, (long long)(wall_ms / WINDOW_MS));
    snprintf(keep_ms, sizeof keep_ms, "%d", 2 * WINDOW_MS);
    const struct slice args[] = { buf_slice(&key), slice_str(keep_ms) };
    uint64_t           id = redis_run(redis, count_script, 1, 2, args, on_counted, a);
    buf_fini(&key);
    return id;
}
