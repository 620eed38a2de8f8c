/*
 * keys_kept.c - see keys_kept.h.
 *
 * It looks, again and again, at what INFO says: to wait by WAIT would hold up all that others ask over the same
 * link. A WAIT of one millisecond comes first, all the same: it makes replicas say at once how far they are,
 * which they do but once a second by themselves.
 */
#include "keys_kept.h"

#include <hiredis/hiredis.h>

enum { LOOK_MS = 20 };

struct watch {
    struct loop  *loop;
    struct redis *redis;
    struct timer  again;
    int64_t       until_ms;
    int64_t       offset; /* of the replication's stream, when we began; -1: not known yet */
    bool          is_on_disk;
    void (*call)(void *arg, bool is_kept);
    void *arg;
};

/* ---- what INFO says ---- */

/* "aof_buffer_length:0\r\n": the number behind the name, from there on; false where it is not there. */
static bool number_of(struct slice text, const char *name, int64_t *out)
{
    size_t at = slice_find(text, slice_str(name));
    if (at == SLICE_NONE)
        return false;
    text = slice_cut(text, at + strlen(name), text.len);
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    return slice_to_i64(slice_cut(text, 0, digits), out);
}

/* "slave0:ip=…,port=…,state=online,offset=1234,lag=0": has any come as far, or is there none? */
static bool is_replicated(struct slice text, int64_t offset)
{
    int64_t replicas, its;
    if (!number_of(text, "connected_slaves:", &replicas) || replicas == 0)
        return true;
    for (size_t at; (at = slice_find(text, S("state=online,"))) != SLICE_NONE;) {
        text = slice_cut(text, at + 1, text.len);
        if (number_of(text, "offset=", &its) && its >= offset)
            return true;
    }
    return false;
}

/* ---- looking ---- */

static void look(void *arg);

static void end(struct watch *w, bool is_kept)
{
    timer_clear(&w->again);
    w->call(w->arg, is_kept);
}

static void look_again(struct watch *w)
{
    if (loop_now_ms(w->loop) >= w->until_ms)
        end(w, false);
    else
        timer_set(w->loop, &w->again, LOOK_MS, look, w);
}

static void on_replication(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct watch *w = arg;
    struct slice  text = reply ? slice_of(reply->str, reply->str ? reply->len : 0) : S("");
    if (w->offset < 0 && !number_of(text, "master_repl_offset:", &w->offset))
        w->offset = 0;
    if (!reply)
        end(w, false);
    else if (w->is_on_disk && is_replicated(text, w->offset))
        end(w, true);
    else
        look_again(w);
}

/* Without an append-only file there is no buffer: then it is as safe as its operator wants it. */
static void on_persistence(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct watch *w = arg;
    int64_t       waiting;
    struct slice  text = reply ? slice_of(reply->str, reply->str ? reply->len : 0) : S("");
    w->is_on_disk = !number_of(text, "aof_buffer_length:", &waiting) || waiting == 0;
}

static void look(void *arg)
{
    struct watch *w = arg;
    redis_ask(w->redis, 2, (struct slice[]){ S("INFO"), S("persistence") }, on_persistence, w);
    redis_ask(w->redis, 2, (struct slice[]){ S("INFO"), S("replication") }, on_replication, w);
}

static void free_timer(void *arg)
{
    timer_fini(arg);
}

void keys_wait_until_kept(struct loop *loop, struct redis *redis, struct arena *arena,
                          void (*call)(void *arg, bool is_kept), void *arg)
{
    struct watch *w = arena_alloc(arena, sizeof *w);
    *w = (struct watch){ .loop = loop,
                         .redis = redis,
                         .until_ms = loop_now_ms(loop) + KEPT_MOST_MS,
                         .offset = -1,
                         .call = call,
                         .arg = arg };
    arena_defer(arena, free_timer, &w->again);
    redis_ask(redis, 3, (struct slice[]){ S("WAIT"), S("1"), S("1") }, NULL, NULL);
    look(w);
}
