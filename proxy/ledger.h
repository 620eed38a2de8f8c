/*
 * ledger.h - money: reserved before a call, settled after it, in integer nano-dollars, in Redis, by a script
 * (law 3).
 *
 * A budget is a hash weir:{team}:budget:<rule>:<period> with spent, and leases
 * weir:{team}:leases:<rule>:<period>: what is reserved by running calls, each with a time by which it lapses (a
 * proxy that died settles nothing; its leases are then counted as spent in full: nothing is lost, nobody is
 * locked out for ever). All budgets of a request are reserved in one atomic script, or none. Settling is
 * idempotent.
 */
#ifndef WEIR_LEDGER_H
#define WEIR_LEDGER_H

#include "policy/decide.h"
#include "redis.h"

enum ledger_verdict { LEDGER_RESERVED, LEDGER_EXHAUSTED, LEDGER_AWAY };

struct reservation {
    char          id[40]; /* unique; "" when nothing is reserved */
    char          team[64];
    char          period[16];           /* "2026-11": the month, UTC */
    struct budget budget[BUDGETS_MOST]; /* names are refs: the snapshot outlives the exchange */
    unsigned      budget_count;
    int64_t       reserved_nanousd;
    /* LEDGER_EXHAUSTED: */
    unsigned exhausted;                      /* index of the budget */
    int64_t  spent_nanousd, running_nanousd; /* of that budget */
};

typedef void on_ledger_fn(void *arg, enum ledger_verdict, struct reservation *);

/* r is the caller's and must live until the callback or ledger_cancel(). Returns an id to cancel by. */
uint64_t ledger_reserve(struct redis *, struct reservation *r, const char *team, const struct budget *,
                        unsigned count, int64_t worst_nanousd, int64_t wall_ms, on_ledger_fn *, void *arg);
/* The wait is over; a reservation that was made all the same is released when its answer comes. */
void ledger_cancel(struct redis *, uint64_t id);

/* Once, always: what it did cost (0: nothing was used). Fire and forget; a Redis that is away leaves the lease
 * to lapse. r is as new after. */
void ledger_settle(struct redis *, struct reservation *r, int64_t cost_nanousd);

/* "the budget "interns" of team interns: $20 a month, $19.2 spent, $0.9 reserved by running calls; it begins
 * anew on 2026-12-01" */
void ledger_explain(const struct reservation *, struct fault *out);

#endif
