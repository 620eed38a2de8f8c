/*
 * savings.h - what a request would have cost at the most capable model, and what it was that made it cheaper.
 *
 * The baseline is the model that settings name (`spending: { baseline: … }`), else the dearest beyond this
 * machine. A request's baseline is the same tokens at that model's prices, with the words that were left out of
 * a long context put back. For every request, to the nano-dollar,
 *
 *     baseline - cost = by_local + by_model + by_cache + by_compression
 *
 * where the kinds tell who earned it: an answer on this machine, by another model, from the cache, and the
 * words left out (less what summaries of them cost). A kind is negative where it cost more than it saved, as a
 * paid draft does that was escalated. A request that nobody answered, or whose cost nobody knows, saves
 * nothing: its baseline is its cost. Where there is no model to compare with, the one that answered is the
 * baseline.
 */
#ifndef WEIR_POLICY_SAVINGS_H
#define WEIR_POLICY_SAVINGS_H

#include "policy/decide.h"

enum answered_by { BY_NOBODY, BY_LOCAL, BY_REMOTE, BY_CACHE };

/* What is known of a request when it is over; refs, valid during the call. */
struct outcome_of_request {
    enum answered_by           by;
    const struct model        *baseline;          /* NULL: none */
    const struct model        *model;             /* that answered; NULL: nobody */
    const struct answer_usage *usage;             /* of its answer */
    bool                       is_unpriced;       /* of some call nobody knows what it cost */
    int64_t                    cost_nanousd;      /* of all calls */
    int64_t                    summaries_nanousd; /* of these, what summaries cost */
    int64_t                    asked_bytes;       /* of the body that the model was sent */
    int64_t                    left_out_bytes;    /* of earlier turns' words: not sent */
};

struct savings {
    int64_t baseline_nanousd;
    int64_t by_local_nanousd, by_model_nanousd, by_cache_nanousd, by_compression_nanousd;
};

void savings_of(const struct outcome_of_request *, struct savings *out);

/* All kinds together. */
int64_t savings_sum(const struct savings *);

/* The dearest model beyond zone 0 whose price is known, not assumed, at three tokens read for each written;
 * NULL: none. Also of settings that are wrong: a model may lack its provider there. */
const struct model *dearest_model(const struct settings *);

#endif
