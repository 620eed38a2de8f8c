/*
 * stay.h - does a conversation stay with the model that answered it last?
 *
 * In a running tool loop it does: another model would go on with calls that it did not make. Else it stays
 * where the provider has its head in a cache, unless moving costs less all the same:
 *
 *     staying   cached tokens at the cached price + the rest at the plain one + the answer
 *     moving    all tokens at the other model's plain price + the answer
 *
 * so a cheaper model is worth a move when what it saves is more than the cache is worth. A dearer one is
 * always: the routes want it for what it can do, which has no price here. Only where the routes choose, and
 * never beyond the reach: what is left of the decision (budgets, hiding, compressing) stays as it was.
 */
#ifndef WEIR_POLICY_STAY_H
#define WEIR_POLICY_STAY_H

#include "policy/decide.h"

/* What is remembered of a conversation. */
struct companion {
    const struct model *model;                            /* that answered last; NULL: none is remembered */
    int64_t             prompt_tokens, completion_tokens; /* of that answer */
    int64_t             cached_tokens; /* of the prompt: read from the provider's cache, or written to it */
    int64_t             since_ms;
};

enum { STAY_WARM_MS = 5 * 60 * 1000 }; /* the shortest that providers keep a prompt's head for */

/* Puts the companion first where the conversation stays, and tells the rule by which it does: "law: tool loop"
 * (then nothing is escalated, either), "law: warm cache". False where nothing is changed. */
bool decision_stay(const struct policy *, const struct facts *, const struct companion *, struct decision *);

#endif
