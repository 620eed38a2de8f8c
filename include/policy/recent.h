/*
 * recent.h - how hard recent prompts were: what `difficulty: { hardest: 20% }` is measured by.
 *
 * The last RECENT_MOST difficulties, and a histogram of them in steps of 1/RECENT_BINS. A bar is the least step
 * above which lies no more than the share asked for; of prompts of one difficulty either all or none are above
 * it, so the share sent is never more than was asked of the prompts that were counted. Of those to come it is
 * so but for chance (the share's standard deviation is sqrt(share (1 - share) / counted): .6 % of 20 % at
 * 4,096) and for a change in what is asked.
 */
#ifndef WEIR_POLICY_RECENT_H
#define WEIR_POLICY_RECENT_H

#include "base/slice.h"

enum {
    RECENT_BINS = 1024,
    RECENT_MOST = 4096,
    RECENT_ENOUGH = 200, /* prompts, before which a reference stands in (tables/difficulty_reference.h) */
};

/* All zeroes when new. */
struct recent {
    uint16_t bin[RECENT_MOST];   /* of each prompt, round and round */
    uint16_t count[RECENT_BINS]; /* # prompts in each */
    uint32_t total, next;        /* # prompts; where the next one goes */
};

/* difficulty: 0..1; what is outside counts as the nearer end. */
void recent_add(struct recent *, double difficulty);

/* False where not enough was seen. share: 0..1. */
MUST_CHECK bool recent_bar(const struct recent *, double share, double *bar);

/* The same of a distribution told by its 21 quantiles (0 %, 5 % ... 100 %), between which it is taken for even.
 */
double recent_reference(const float quantile[21], double share);

#endif
