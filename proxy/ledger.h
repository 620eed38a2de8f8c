/*
 * ledger.h - money: reserved before a call, settled after it, in integer nano-dollars, in Redis, by scripts
 * (law 3); and how often one may ask, in the same round trip.
 *
 * A line is one budget of one payer in one window. In Redis, {tag} being {team:interns}, or {all} for what
 * crosses teams:
 *
 *     weir:{tag}:money:<rule>:<whose>:<window>
 *              hash: held, all that is spent or running; running; and of each part of the window b:<bucket>,
 *              spent in it (0 but for rolling windows), s:<bucket>, what of that proxies say, f:<bucket>, what
 *              somebody has seen there at least; mark:<percent>, told to somebody
 *     ...:leases       sorted set: each running call "<id>:<amount>", and when it lapses
 *     ...:lapsed       hash: a call that lapsed, and the bucket that it was counted into
 *     ...:by:<bucket>  hash: what each loop of each proxy has spent there in all, as it says itself
 *     weir:{tag}:rate:<rule>:<whose>  hash: a bucket of requests, one of tokens, when they were filled;
 *     ...:running      sorted set: the calls that run now
 *
 *     weir:{all}:ledger  which server this is (run_id)
 *     ...:links        hash: each loop that has told all that it knows, and over which of its links; #, how
 *                      often that has changed
 *     ...:alive        sorted set: the same loops, and when each was last heard
 *     ...:waits        set: loops that have yet to tell, or "?": nobody has said yet which these are
 *     ...:gone         sorted set: processes whose heir has told all that they knew
 *
 * All lines of a request are reserved in one atomic script, or none: the truth is one Redis, or one master
 * under Sentinel. Amounts are added by HINCRBY (int64) and compared as decimal strings: exact; no Lua number
 * ever holds one.
 *
 * What is told is state, not change. A loop tells what it has spent from a line in all, which of its calls run
 * on it, and that no others do; so telling it twice, late, or to a Redis that forgot the last second, or all,
 * does no harm, and puts right both what was forgotten and what stands there by mistake. It tells everything
 * when a link is made, and when Redis says that it does not know it. Until all that were there have told,
 * nothing is reserved from any line, but not longer than the `recovery` of ledger_times; what a proxy that does
 * not come back had spent is known as far as others saw it (f:).
 *
 * What an old link left behind in a frozen Redis' sockets comes too late: a script whose link is not the loop's
 * newest does nothing.
 *
 * A call that is not settled within its lease lapses and counts at its worst, until it is settled after all: so
 * nothing is lost and nobody is locked out for ever. What is reserved stands in a journal (journal.h) before a
 * provider is asked; the next process tells what a killed one had spent, and counts what it had running at its
 * worst.
 *
 * Two holes are known. A proxy that was never there before, started in the half second in which Redis loses all
 * its memory, does not know that somebody has something to tell. And a master that was voted down, but goes on
 * taking writes for a proxy that does not know it yet, is a second truth as long as that lasts: Redis'
 * min-replicas-to-write ends that.
 *
 * Time is the caller's wall clock: a proxy whose clock runs ahead by more than a lease takes other proxies'
 * leases for lapsed, and so errs on the side of the budget.
 */
#ifndef WEIR_LEDGER_H
#define WEIR_LEDGER_H

#include "base/arena.h"
#include "journal.h"
#include "policy/budget.h"
#include "redis.h"

#include <stdatomic.h>
#include <sys/queue.h>

#define LEDGER_MOST_NANOUSD                                                                                    \
    INT64_C(1000000000000000000) /* a billion dollars: a higher budget counts as that                          \
                                  */

enum { LEDGER_LINES_MOST = 32, LEDGER_RATES_MOST = 16 };

/* Settings of the same names, in budgets. */
struct ledger_times {
    int64_t lease_ms;    /* a call that runs longer is counted at its worst */
    int64_t recovery_ms; /* for so long lines wait for who has something to tell, at most */
};

struct ledger; /* one loop's */
struct hold;
struct line;
TAILQ_HEAD(hold_list, hold);

/* What the loops of a process share: a bounded sum that they may spend while Redis is away, and whether Redis
 * has known any of them. */
struct allowance {
    _Atomic int64_t taken_nanousd; /* spent or reserved, and not yet told to Redis */
    _Atomic bool    is_known;
};

/* A mark of a budget was passed: once a mark and window, over all proxies. Valid during the call. */
struct ledger_alert {
    const char        *budget, *whose;
    unsigned           percent;
    int64_t            limit_nanousd;
    const struct line *line; /* the budget's */
};
typedef void on_alert_fn(void *arg, const struct ledger_alert *);

/* journal and allowance are refs, may be NULL, and must outlive it. */
struct ledger *ledger_new(struct loop *, struct redis *, struct journal *, struct allowance *,
                          const struct ledger_times *);
void           ledger_free(struct ledger **); /* before its redis */
void           ledger_on_alert(struct ledger *, on_alert_fn *, void *arg);
/* Has Redis heard of everything? */
bool ledger_is_idle(const struct ledger *);
/* At a clean end: nobody need wait for what this proxy knows. */
void ledger_leave(struct ledger *);

/* ---- what a request needs ---- */

struct line {
    /* the caller's */
    const struct budget
               *budget; /* a copy; its scope and time zone are refs, for as long as the hold is asked about */
    const char *whose;  /* "team interns", "user ann of team interns", "everything" */
    const char *of_model, *of_provider; /* (refs) charged for calls of these alone; NULL: whoever */
    int64_t     worst_nanousd;
    int64_t     cost_nanousd; /* set before settling */
    /* the ledger's */
    const char  *key;
    struct span  span;
    int64_t      limit_nanousd, reserved_nanousd, left_nanousd;
    int64_t      noted_nanousd; /* of the call that the journal has as begun; 0: it has none */
    int64_t      total_nanousd; /* once settled: all that this loop has spent from it */
    const char  *who;           /* this loop's name in the line */
    struct hold *hold;
    LIST_ENTRY(line) link; /* of the purse's running ones; unlinked where le_prev is NULL */
};

struct rate {
    const struct limit *limit; /* as above */
    const char         *whose, *key;
    int64_t             asks_tokens, used_tokens; /* reserved; and set before settling */
    bool                is_known;                 /* Redis has said what is left */
    int64_t             left_requests, left_tokens;
    int64_t             requests_in_ms, tokens_in_ms; /* until all of them are there again */
};

enum ledger_verdict { LEDGER_HELD, LEDGER_OVER, LEDGER_LIMITED, LEDGER_AWAY };
enum ledger_limit { LIMIT_REQUESTS = 1, LIMIT_TOKENS, LIMIT_AT_ONCE };

typedef void on_ledger_fn(void *arg, enum ledger_verdict, struct hold *);

/* Lines and rates are in its arena; who is told while it is asked about. */
struct hold {
    struct arena *arena;
    struct line   line[LEDGER_LINES_MOST];
    unsigned      lines;
    struct rate   rate[LEDGER_RATES_MOST];
    unsigned      rates;
    char          id[64];          /* of its leases */
    bool          is_hasty;        /* the caller's: it can do without an answer (redis_hasten()) */
    bool          is_held;         /* Redis has its leases and counts */
    int64_t       allowed_nanousd; /* taken from the allowance instead */
    /* LEDGER_OVER, LEDGER_LIMITED: which, and why */
    unsigned          at;
    int64_t           spent_nanousd, running_nanousd;
    enum ledger_limit limited_by;
    int64_t           wait_ms;
    bool              is_recovering; /* LEDGER_AWAY: Redis is there, but waits for what proxies know */
    /* the ledger's own */
    TAILQ_ENTRY(hold) link;
    struct hold_list *list; /* the one that it is in, or NULL */
    struct ledger    *ledger;
    uint64_t          redis_id; /* what it waits for; 0: nothing */
    on_ledger_fn     *call;
    void             *arg;
    int64_t           sent_ms; /* settled: when Redis was told */
    bool              is_told; /* and has it */
};

struct hold *hold_new(void);
void         hold_free(struct hold **); /* one that is neither held, nor allowed, nor waited for */
/* tag: "team:interns" or "all", path: "<rule>:<whose>", both escaped (ledger_name()). NULL when there is no
 * room. The lines of a hold that is asked about may not move. */
MUST_CHECK struct line *hold_add_line(struct hold *, const struct budget *, const char *tag, const char *path,
                                      const char *whose, int64_t wall_ms);
MUST_CHECK struct rate *hold_add_rate(struct hold *, const struct limit *, const char *tag, const char *path,
                                      const char *whose);
/* A name as it stands in a key: what means something there goes in as %3A. */
void ledger_name(struct buf *out, const char *name);
/* And a window: "month-20261101T0000Z", by when it began, so that no two windows of a rule are one, whatever
 * its time zone. */
const char *ledger_window(struct arena *, const struct budget *, const struct span *);

/* ---- reserve, settle ---- */

/* Reserves all lines (each worst > 0) and counts in all rates, or nothing. A hold that is held already is
 * extended: its lines go up to their worst, or stay as they are. The callback never comes from within.
 * LEDGER_AWAY: Redis did not answer, or not well; should it have been done all the same, that is undone. */
void ledger_hold(struct ledger *, struct hold *, on_ledger_fn *, void *arg);
/* No callback will come; what was done is undone, what was held before is kept. */
void ledger_cancel(struct ledger *, struct hold *);
/* After LEDGER_AWAY: takes worst from what the process may spend without Redis; false when that is used up, and
 * while Redis is there and waits for what proxies know. What it did cost is given back once Redis knows of it
 * and the budgets had room for it, else when their windows are over. */
MUST_CHECK bool ledger_allow(struct ledger *, struct hold *, int64_t worst_nanousd, int64_t most_nanousd);
/* Once, always: each line's cost, each rate's tokens. Kept until Redis has it. *hold is nulled; NULL is
 * allowed. */
void ledger_settle(struct ledger *, struct hold **);

/* ---- words ---- */

/* After LEDGER_OVER. OVER_BUDGET: "the budget "interns" (team interns): $20 a month, $19.2 spent, $0.9 reserved
 * by running calls, and this call may cost $0.5; it begins anew on 2026-12-01 00:00 UTC" */
void ledger_explain_over(const struct hold *, struct fault *out);
/* After LEDGER_LIMITED. RATE_LIMITED. */
void ledger_explain_limited(const struct hold *, struct fault *out);

#endif
