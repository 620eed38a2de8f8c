/*
 * settle.h - candidates that overlap become findings that do not.
 *
 * Of two that overlap the surer stays whole, then the longer, then the earlier source. What the other covers
 * beyond it stays as a piece of its own, so that whatever was believed private is hidden to its last letter.
 */
#ifndef WEIR_SRC_PRIVACY_SETTLE_H
#define WEIR_SRC_PRIVACY_SETTLE_H

#include "base/slice.h"

struct candidate {
    size_t   start, end; /* bytes of the text */
    float    confidence;
    unsigned source; /* the lower, the earlier */
};

/* Ours: init by { 0 }, freed by candidates_fini. */
struct candidates {
    struct candidate *item;
    size_t            count, cap;
};

void candidates_add(struct candidates *, struct candidate);
/* The one added last, or NULL. */
struct candidate *candidates_last(struct candidates *);
/* Empty again; memory is kept up to what a usual text needs. */
void candidates_reset(struct candidates *);
void candidates_fini(struct candidates *);

/* Fills *out, which is empty, in the order of the text. The candidates themselves are left in the order of
 * rank. */
void settle(struct candidates *, struct slice text, struct candidates *out);

#endif
