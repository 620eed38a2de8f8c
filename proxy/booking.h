/*
 * booking.h - which budgets and limits a request has to pass, and how much of each: a hold for the ledger, out
 * of the decision, who pays, and the models that may be asked.
 */
#ifndef WEIR_BOOKING_H
#define WEIR_BOOKING_H

#include "densities.h"
#include "ledger.h"
#include "policy/decide.h"

/* What the models that may be asked could cost. One of `model` answers; `escalated`, where there is one, may
 * have to be paid besides. */
struct estimate {
    const struct model *const *model;
    unsigned                   models;
    bool                       is_asked_twice;                    /* who answers may be, for a second draft */
    const struct model        *escalated;                         /* NULL: none */
    int64_t                    prompt_bytes, max_tokens, choices; /* as price_worst() takes them */
    struct densities          *densities;                         /* what is known of prompts; NULL: nothing */
    struct weight              weight;                            /* of the prompt's bytes, where it is */
    const struct model        *besides; /* asked in any case, for at most besides_nanousd; NULL: none */
    int64_t                    besides_nanousd;
};

/* Adds a line for each budget and payer that a call could be charged to, each with the worst that it could be
 * charged, and a rate for each limit. Lines that nothing could be charged to are left out. *worst_nanousd: of
 * the call in all. why: NO_PRICE; DENIED, where it would be more lines than a hold has. */
MUST_CHECK bool booking_make(struct hold *, const struct decision *, const struct payer *,
                             const struct estimate *, int64_t wall_ms, int64_t *worst_nanousd,
                             struct fault *why);

/* The team's own `requests_a_minute`; nothing where it has none. */
void booking_add_team_limit(struct hold *, const struct team *);

/* Is a call of that model charged to the line? */
bool booking_covers(const struct line *, const struct model *);

/* A leg has cost something. */
void booking_charge(struct hold *, const struct model *, int64_t cost_nanousd);

/* Each line's worst anew: what was charged already, and what may yet come. True when some line must be extended
 * for it. why and false: as booking_make(). */
MUST_CHECK bool booking_again(struct hold *, const struct estimate *, bool *needs_more, int64_t *worst_nanousd,
                              struct fault *why);

/* The most tokens an answer may have so that the line has room for the call: 0 where not even one fits. */
int64_t booking_clamp(const struct line *, const struct estimate *, int64_t left_nanousd);

/* What is left of the budget that has least, once these costs are settled. False where nothing is held. */
bool booking_remaining(const struct hold *, int64_t *nanousd);

/* "x-ratelimit-…" lines, as OpenAI's: of the limits that have least left. */
void booking_rate_headers(const struct hold *, struct buf *out);

#endif
