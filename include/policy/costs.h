/*
 * costs.h - the rules of `cost:`, for those who tell of them.
 */
#ifndef WEIR_POLICY_COSTS_H
#define WEIR_POLICY_COSTS_H

#include "policy/budget.h"

struct policy;
struct team;

struct cost {
    const char          *name;
    const struct budget *budget; /* (refs in the policy) NULL: it is none */
    const struct limit  *limit;  /* likewise */
};

/* The rule with this index; false beyond the last. */
MUST_CHECK bool policy_cost(const struct policy *, unsigned index, struct cost *out);

/* May it apply to a request of the team, whatever else it is like? */
bool policy_cost_concerns(const struct policy *, unsigned index, const struct team *);

#endif
