/*
 * joins.h - values that are split over two texts of a chat.
 */
#ifndef WEIR_POLICY_JOINS_H
#define WEIR_POLICY_JOINS_H

#include "policy/inspect.h"

/* Looks at where one part of a message ends and the next begins, and one turn of the user and the next; what is
 * found across is added to the findings of the texts that hold its pieces, as far as nothing was found there.
 * False when the finder failed. */
MUST_CHECK bool find_joined(const struct inspector *, struct arena *, const struct chat *,
                            struct findings *found, struct fault *why);

#endif
