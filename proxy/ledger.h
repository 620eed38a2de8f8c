/*
 * ledger.h - money: reserved before a call, settled after it, in integer nano-dollars, in Redis, by a script
 * (law 3).
 *
 * A budget is a hash weir:{team}:budget:<rule>:<month> with what was spent and what is reserved by running
 * calls; beside it, in weir:{team}:leases:<rule>:<month>, stands each such call with the time by which it
 * lapses. A proxy that died settles nothing: its leases lapse and are then counted as spent in full, so nothing
 * is lost and nobody is locked out for ever. All budgets of a request are reserved in one atomic script, or
 * none; one round trip before the call, one after it. Settling is idempotent. Both keys live 100 days after
 * their last change.
 *
 * Amounts are stored and added as int64. A script compares as doubles, which is exact up to 2^53 nano-dollars;
 * so a budget above LEDGER_MOST_NANOUSD counts as that much.
 *
 * Time is the caller's wall clock: a proxy whose clock runs ahead by more than a lease takes other proxies'
 * leases for lapsed, and so errs on the side of the budget.
 */
#ifndef WEIR_LEDGER_H
#define WEIR_LEDGER_H

#include "policy/decide.h"
#include "redis.h"

#define LEDGER_MOST_NANOUSD INT64_C(9000000000000000) /* nine million dollars */

enum {
    LEDGER_LEASE_MS = 15 * 60 * 1000 /* a call that runs longer is counted at its worst */
};

enum ledger_verdict { LEDGER_RESERVED, LEDGER_EXHAUSTED, LEDGER_AWAY };

struct reservation;
typedef void on_ledger_fn(void *arg, enum ledger_verdict, struct reservation *);

struct reservation {
    char          id[40];               /* unique; "" when nothing is reserved */
    const char   *team;                 /* (ref) the snapshot outlives the exchange */
    char          period[16];           /* "2026-11": the month, UTC */
    struct budget budget[BUDGETS_MOST]; /* names are refs, as the team's */
    unsigned      budget_count;
    int64_t       reserved_nanousd; /* the worst that the call can cost */
    /* LEDGER_EXHAUSTED: */
    unsigned exhausted;                      /* index of the budget */
    int64_t  spent_nanousd, running_nanousd; /* of that budget */
    /* While it waits; the ledger's own. */
    struct redis *redis;
    on_ledger_fn *call;
    void         *arg;
};

/* Reserves worst_nanousd (> 0: what costs nothing needs no reservation) on `count` (1 to BUDGETS_MOST) budgets.
 * r is the caller's storage and must live until the callback or ledger_cancel(). LEDGER_AWAY: Redis did not
 * answer, or not well; should the reservation have been made all the same, it is released or lapses. Returns an
 * id to cancel by. */
uint64_t ledger_reserve(struct redis *, struct reservation *r, const char *team, const struct budget *,
                        unsigned count, int64_t worst_nanousd, int64_t wall_ms, on_ledger_fn *, void *arg);
/* The wait is over; a reservation that was made all the same is released. r is not needed any more. */
void ledger_cancel(struct redis *, uint64_t id);

/* Once, always: what it did cost (0: nothing was used). Fire and forget; a Redis that is away leaves the lease
 * to lapse. r is as new after. Nothing happens where nothing is reserved. */
void ledger_settle(struct redis *, struct reservation *r, int64_t cost_nanousd);

/* After LEDGER_EXHAUSTED. OVER_BUDGET: "the budget "interns" of team interns: $20 a month, $19.2 spent, $0.9
 * reserved by running calls, and this call may cost $0.5; it begins anew on 2026-12-01" */
void ledger_explain(const struct reservation *, struct fault *out);

#endif
