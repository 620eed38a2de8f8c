/*
 * cache_flight.c - those of a loop who wait for an answer that somebody is asking for already.
 *
 *   joined --> asked for anew, by one for all, now and then --> the answer: all have it
 *                                                                      --> the lease is free: the one leads,
 *                                                                          the others wait for him
 *                                                                      --> not worth while: all go on
 *   patience at its end: goes on; cancelled: gone, without a trace
 *
 * Within the loop whoever leads wakes them at once, so the pause is for leaders elsewhere. It is a tenth of the
 * time that they have waited: so much later than they could they hear of it, however long it takes.
 */
#include "cache_inside.h"

#include "base/die.h"

enum { PAUSE_LEAST_MS = 5, PAUSE_MOST_MS = 200, PAUSES = 10 };

static void ask_for_all(struct flight *f);

/* ---- who is in it ---- */

static struct flight *flight_of(struct cache *cache, const struct cache_key *key)
{
    struct flight *f;
    TAILQ_FOREACH(f, &cache->flights, link)
    if (memcmp(f->key.exact, key->exact, CACHE_HASH_BYTES) == 0)
        return f;
    return NULL;
}

static void free_now(void *arg)
{
    struct flight *f = arg;
    timer_fini(&f->timer);
    free(f);
}

static void close_flight(struct flight *f)
{
    TAILQ_REMOVE(&f->cache->flights, f, link);
    timer_clear(&f->timer);
    loop_defer(f->cache->loop, free_now, f);
}

static void take_out(struct cache_ask *ask)
{
    TAILQ_REMOVE(&ask->flight->waiting, ask, link);
    ask->flight = NULL;
}

/* ---- waiting ---- */

static void on_pause_over(void *arg)
{
    struct flight    *f = arg;
    struct cache_ask *ask, *next;
    int64_t           now_ms = loop_now_ms(f->cache->loop);
    struct ask_list   late = TAILQ_HEAD_INITIALIZER(late); /* what one does then touches no other */
    for (ask = TAILQ_FIRST(&f->waiting); ask; ask = next) {
        next = TAILQ_NEXT(ask, link);
        if (ask->until_ms > now_ms)
            continue;
        take_out(ask);
        TAILQ_INSERT_TAIL(&late, ask, link);
    }
    if (TAILQ_EMPTY(&f->waiting))
        close_flight(f);
    else
        ask_for_all(f);
    while ((ask = TAILQ_FIRST(&late))) {
        TAILQ_REMOVE(&late, ask, link);
        cache_answer(ask, NULL);
    }
}

static void pause(struct flight *f)
{
    int64_t ms = (loop_now_ms(f->cache->loop) - f->since_ms) / PAUSES;
    ms = ms < PAUSE_LEAST_MS ? PAUSE_LEAST_MS : ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : ms;
    timer_set(f->cache->loop, &f->timer, ms, on_pause_over, f);
}

/* All of them hear the same. The flight is over before the first does, since what they do then may come back
 * here. */
static void answer_all(struct flight *f, const struct cached *hit)
{
    struct cache_ask *ask;
    TAILQ_REMOVE(&f->cache->flights, f, link);
    timer_clear(&f->timer);
    while ((ask = TAILQ_FIRST(&f->waiting))) {
        take_out(ask);
        cache_answer(ask, hit && cache_is_of_use(ask, hit) ? hit : NULL);
    }
    loop_defer(f->cache->loop, free_now, f);
}

static void let_lead(struct flight *f, struct cache_ask *ask)
{
    take_out(ask);
    if (TAILQ_EMPTY(&f->waiting))
        close_flight(f);
    else
        pause(f);
    cache_begin_leading(ask);
    cache_answer(ask, NULL);
}

static void on_asked(void *arg, const struct redisReply *reply, const struct fault *why)
{
    (void)why;
    struct flight    *f = arg;
    struct cache_ask *ask = f->asking;
    struct cached     hit;
    struct buf        plain;
    f->asking = NULL;
    ask->redis_id = 0;
    buf_init(&plain, SIZE_MAX / 2); /* bounded by what a reply may be */
    switch (cache_understand(ask, reply, &plain, &hit)) {
    case CACHE_SAYS_HIT:
        answer_all(f, &hit);
        break;
    case CACHE_SAYS_LEAD:
        let_lead(f, ask);
        break;
    case CACHE_SAYS_WAIT:
        pause(f);
        break;
    case CACHE_SAYS_ODD:
    case CACHE_SAYS_GO:
        answer_all(f, NULL);
        break;
    }
    buf_wipe(&plain);
}

static void ask_for_all(struct flight *f)
{
    f->asking = TAILQ_FIRST(&f->waiting);
    f->asking->redis_id = cache_run_recall(f->asking, on_asked, f);
}

/* ---- the doors ---- */

void flight_join(struct cache_ask *ask)
{
    struct cache  *cache = ask->cache;
    struct flight *f = flight_of(cache, &ask->key);
    ask->may_lead = false;
    ask->has_waited = true;
    if (!f) {
        f = must_calloc(1, sizeof *f);
        *f = (struct flight){ .cache = cache, .key = ask->key, .since_ms = loop_now_ms(cache->loop) };
        TAILQ_INIT(&f->waiting);
        TAILQ_INSERT_TAIL(&cache->flights, f, link);
        pause(f);
    }
    TAILQ_INSERT_TAIL(&f->waiting, ask, link);
    ask->flight = f;
}

void flight_leave(struct cache_ask *ask)
{
    struct flight *f = ask->flight;
    bool           was_asking = f->asking == ask;
    take_out(ask);
    if (was_asking) {
        f->asking = NULL;
        redis_cancel(ask->cache->redis, ask->redis_id);
        ask->redis_id = 0;
    }
    if (TAILQ_EMPTY(&f->waiting))
        close_flight(f);
    else if (was_asking) /* what was asked for him may have given him the lease, which goes back behind this */
        timer_set(f->cache->loop, &f->timer, 1, on_pause_over, f);
}

void flight_wake(struct cache *cache, const struct cache_key *key)
{
    struct flight *f = flight_of(cache, key);
    if (!f)
        return;
    f->since_ms = loop_now_ms(cache->loop);
    if (f->asking) /* what is asked already may be too early for it */
        return;
    timer_clear(&f->timer);
    ask_for_all(f);
}
