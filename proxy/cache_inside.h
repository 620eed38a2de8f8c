/*
 * cache_inside.h - what cache.c, cache_flight.c and cache_script.c share; nobody else.
 */
#ifndef WEIR_CACHE_INSIDE_H
#define WEIR_CACHE_INSIDE_H

#include "cache.h"

TAILQ_HEAD(ask_list, cache_ask);
TAILQ_HEAD(flight_list, flight);

struct cache {
    struct loop       *loop;
    struct redis      *redis;
    struct metrics    *metrics;
    struct ask_list    leading;
    struct timer       again; /* leases are said again */
    struct flight_list flights;
    int64_t            told_ms;   /* when the log last heard of an entry that does not open; 0: never */
    uint64_t           secret_id; /* Redis is asked for it; 0: it is not */
    char               secret[CACHE_HEX_BYTES]; /* what stands for it */
};

/* Those of this loop who wait for one answer; one of them asks for all. */
struct flight {
    TAILQ_ENTRY(flight) link;
    struct cache     *cache;
    struct cache_key  key;
    struct ask_list   waiting;
    struct cache_ask *asking;   /* for whom it is asked now; NULL: nobody */
    int64_t           since_ms; /* they wait for who leads now, as far as is known here; by loop_now_ms() */
    struct timer      timer;
};

/* ---- cache.c ---- */

/* "weir:{tag}:cache:…" */
enum { CACHE_NAME_BYTES = 120 };
void cache_name(char out[CACHE_NAME_BYTES], const struct cache_key *, char kind); /* 'e' or 'l' */

/* Runs the script for a request; the reply goes to on_reply with arg. */
uint64_t cache_run_recall(struct cache_ask *, on_redis_fn *, void *arg);
/* What a reply of it says. hit is set for CACHE_SAYS_HIT; it refers to *plain. ODD: what is there does not
 * open. */
enum cache_says { CACHE_SAYS_HIT, CACHE_SAYS_ODD, CACHE_SAYS_LEAD, CACHE_SAYS_WAIT, CACHE_SAYS_GO };
enum cache_says cache_understand(struct cache_ask *, const struct redisReply *, struct buf *plain,
                                 struct cached *hit);
/* Is that entry, which opened, an answer to this request? */
bool cache_is_of_use(const struct cache_ask *, const struct cached *);
/* The callback: with the hit, or NULL. */
void cache_answer(struct cache_ask *, const struct cached *hit);
void cache_begin_leading(struct cache_ask *);
/* A lease that might have been given by now is given back. */
void cache_give_back(struct cache_ask *, enum cache_after);

/* ---- cache_flight.c ---- */

void flight_join(struct cache_ask *);
void flight_leave(struct cache_ask *);
/* The lease of that key is free, or its answer is kept: those who wait here hear of it at once. */
void flight_wake(struct cache *, const struct cache_key *);

/* ---- cache_script.c ---- */

extern const char cache_recall_script[], cache_lease_script[], cache_keep_script[];

#endif
