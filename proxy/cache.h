/*
 * cache.h - answers remembered: exact, redacted, in Redis.
 *
 * The key is SHA-256 over team, route, model and the whole redacted body as it would go out (all parameters,
 * stream or not). The value is the answer as the provider gave it, placeholders and all: whoever asks restores
 * with their own vault. Only whole, good answers are kept (the caller knows). A Redis that is away, slow, or
 * holds something else under the key is a miss.
 */
#ifndef WEIR_CACHE_H
#define WEIR_CACHE_H

#include "redis.h"

struct cached;

/* hit is NULL on a miss; valid during the call only. */
typedef void on_cache_fn(void *arg, const struct cached *hit);

struct cache_key {
    char text[104]; /* "weir:{team's hash}:cache:…" NUL-terminated */
    /* While it waits; the cache's own. */
    on_cache_fn *call;
    void        *arg;
    int64_t      wall_ms;
};

void cache_key_make(struct cache_key *, const char *team, const char *route, const char *model,
                    struct slice redacted_body);

struct cached {
    bool         is_stream;
    int64_t      age_ms, cost_nanousd; /* what it cost then: what a hit saves */
    struct slice model;                /* who answered */
    struct slice answer;               /* JSON, or the stream's bytes */
};

enum { CACHE_ANSWER_MOST_BYTES = 8 * 1024 * 1024 };

/* The key must live until the callback, or until redis_cancel() of the id that is returned. */
uint64_t cache_recall(struct redis *, struct cache_key *, int64_t wall_ms, on_cache_fn *, void *arg);

/* Fire and forget. Kept for keep_ms, at most 90 days: budgets, which live 100, must be the last that a full
 * Redis forgets. Nothing is kept of an answer above CACHE_ANSWER_MOST_BYTES. age_ms is of no interest. */
void cache_keep(struct redis *, const struct cache_key *, const struct cached *, int64_t keep_ms,
                int64_t wall_ms);

#endif
