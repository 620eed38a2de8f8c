/*
 * view.h - a text as it reads, not as it is written: escapes undone, and where each byte of it stands.
 *
 * What is found in a view is carried back to the bytes that it was made of.
 */
#ifndef WEIR_SRC_PRIVACY_VIEW_H
#define WEIR_SRC_PRIVACY_VIEW_H

#include "privacy/find.h"

struct view {
    struct slice text; /* in the arena */
    uint32_t    *at;   /* where byte i of it was written; at[text.len] is the end of what was read */
};

/* Moves the findings to what was read. One that begins or ends inside what one escape stands for takes the
 * whole escape. */
void view_carry_back(const struct view *, struct findings *);

#endif
