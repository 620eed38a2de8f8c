/*
 * exchange.h - one request's life. See exchange.c, whose table of steps is the program.
 */
#ifndef WEIR_EXCHANGE_H
#define WEIR_EXCHANGE_H

#include "audit.h"
#include "auth.h"
#include "bars.h"
#include "cache.h"
#include "client.h"
#include "conversations.h"
#include "densities.h"
#include "ledger.h"
#include "metrics.h"
#include "providers.h"
#include "redis.h"
#include "similar.h"
#include "slm_pool.h"
#include "spend.h"
#include "snapshot.h"
#include "upstream.h"

#include <sys/queue.h>

/* What one loop works with. All but the pool, the audit, the bars and what is similar are the loop's own. */
struct tools {
    struct loop      *loop;
    struct snapshot  *snapshot; /* the one in force; an exchange takes a reference */
    struct upstream  *upstream;
    struct redis     *redis;
    struct auth      *auth;
    struct ledger    *ledger;
    struct spend     *spend;
    struct cache     *cache;
    struct metrics   *metrics;
    struct slm_pool  *slm_pool;
    struct audit     *audit;   /* NULL: none is kept */
    struct audit     *records; /* of drafts' outcomes; NULL: none are kept */
    struct bars      *bars;
    struct densities *densities;  /* shared */
    struct similar   *similar;    /* of all loops */
    struct providers *providers;  /* shared: how they stand */
    unsigned          running;    /* # exchanges */
    LIST_HEAD(, exchange) behind; /* those that go on although their client has its answer */
    bool is_draining;

    struct conversations *conversations;
};

/* Takes the client's request in hand: from here on the exchange replies to it, in the dialect that it speaks.
 */
void exchange_begin(struct tools *, struct client *, enum dialect);

/* Ends those of tools->behind: Weir stops. */
void exchange_drop_behind(struct tools *);

/* For server_handler. The client's owner is the exchange. */
void exchange_on_gone(struct client *);
void exchange_on_room(struct client *);

#endif
