/*
 * spend.h - what was spent and saved, summed by day, team, key, user, model, route and tags, in Redis, in
 * integers; and asked for again.
 *
 * A sheet is a team's UTC day. In Redis, {tag} being {team:interns}:
 *
 *     weir:{all}:spend:2026-11-23           set: the teams that spent on that day
 *     weir:{tag}:spend:2026-11-23           hash: "=<row>", the number of a row; "#", how many there are;
 *                                           <number>:<letter>, the sum of a measure (tables/spend_measures.h);
 *                                           "!<loop>", the last batch of a proxy's loop that is in the sums
 *
 * A row is "key,user,model,route,tag:tag", each name as ledger_name() spells it, "-" where there is none. A
 * team has at most SPEND_ROWS_MOST rows a day; what is beyond is summed without key, user and tags, and without
 * a model that the client alone names, so that the sums stay whole and only who it was is lost: clients choose
 * their tags. A row takes Redis some 640 bytes.
 *
 * Exactly once. Each loop tells batches with rising numbers, one of a sheet at a time, and a script adds a
 * batch only when its number is above the last one of that loop: an answer that was lost is asked for again
 * without harm. A batch that was taken is kept until Redis, asked again SPEND_SURE_MS later, still has it: a
 * Redis that was restarted and has lost its last second is told it again, and so is a master that was promoted
 * while the old one still took what it was told. A
 * request that is alone goes at once, in the same flush as its settling; what is added while a batch is out, or
 * has just been sent, goes with the next one: at most one command a sheet and SPEND_PACE_MS, however many
 * requests there are.
 *
 * While Redis is away rows wait here, summed, at most SPEND_HELD_MOST of them; beyond it they too lose who it
 * was. A process that is killed loses what Redis had not got yet (and so never what was told); one that ends
 * with something untold says in its log how much. Budgets do not depend on any of this: they are the ledger's.
 */
#ifndef WEIR_SPEND_H
#define WEIR_SPEND_H

#include "base/day.h"
#include "metrics.h"
#include "policy/savings.h"
#include "redis.h"

enum {
    SPEND_ROWS_MOST = 1000,  /* of a team and day */
    SPEND_HELD_MOST = 16384, /* rows that wait in a loop, and rows that are kept there */
    SPEND_PACE_MS = 20,      /* between two batches of a sheet */
    SPEND_ASK_MS = 3000,     /* between two questions whether Redis still has all */
    SPEND_SURE_MS = 30000    /* more than the second of an append-only file's sync, and than a failover takes */
};

enum spend_measure {
#define SPEND_MEASURE(name, letter, column, kind, about) SPENT_##name,
#include "tables/spend_measures.h"
#undef SPEND_MEASURE
    SPEND_MEASURES
};

/* What the calls of a request have used, by model. */
enum { TAB_MODELS_MOST = 16 };
struct tab {
    struct tab_line {
        const struct model *model;
        int64_t             calls, unpriced, input_tokens, cached_tokens, output_tokens, cost_nanousd;
    } line[TAB_MODELS_MOST];
    unsigned lines;
};
/* A call that is over. Beyond TAB_MODELS_MOST models it counts with the last one. */
void tab_add(struct tab *, const struct model *, const struct answer_usage *, int64_t cost_nanousd);

/* A request that is over; refs, valid during the call. */
struct spent {
    const struct payer   *payer;
    const char           *route;           /* NULL: it did not come so far */
    const struct model   *model;           /* asked last; NULL: none */
    bool                  is_model_theirs; /* the client alone names it: such are without number */
    enum answered_by      by;
    const struct tab     *tab;
    const struct savings *savings;
};

struct spend; /* one loop's */

/* metrics may be NULL. */
struct spend *spend_new(struct loop *, struct redis *, struct metrics *);
void          spend_free(struct spend **); /* before its redis */

/* keep_ms: how long Redis keeps the day's sums. */
void spend_add(struct spend *, const struct spent *, int64_t keep_ms);

/* Has Redis all that it can be told by now? Also where it is away. */
bool spend_is_idle(const struct spend *);

/* The keys of sheets and of the set of teams. The team as it is called; ceilings are the caller's. */
void spend_sheet_key(struct buf *out, const char *team, const char *day);
void spend_teams_key(struct buf *out, const char *day);

#endif
