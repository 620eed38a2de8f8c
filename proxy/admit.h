/*
 * admit.h - how often a team may ask: requests a minute, counted in Redis, so that many proxies count as one.
 *
 * A fixed window of one minute by the wall clock. A Redis that is away lets requests pass: a limit is
 * convenience, not money (law 2).
 */
#ifndef WEIR_ADMIT_H
#define WEIR_ADMIT_H

#include "redis.h"

/* wait_s: 0 when the request may pass, else the seconds until the next window. */
typedef void on_admit_fn(void *arg, int64_t wait_s);

/* The caller's storage; must live until the callback or redis_cancel(). */
struct admission {
    on_admit_fn *call;
    void        *arg;
    int64_t      most, left_ms;
};

/* Counts one request. Returns an id for redis_cancel(). */
uint64_t admit(struct redis *, struct admission *, const char *team, int64_t most_a_minute, int64_t wall_ms,
               on_admit_fn *, void *arg);

#endif
