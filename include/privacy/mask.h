/*
 * mask.h - one secret that must not pass: a body is let through with it struck out, however it is cut.
 *
 * A provider knows our key and might say it, when it repeats a request's headers for one. Bytes are compared,
 * since keys are made of what JSON need not escape; a key told letter by letter over many events is not seen.
 * What is shorter than MASK_LEAST_BYTES is no secret but a word, such as the "none" and "ollama" that local
 * servers are given for a key: striking it out would only spoil answers. Held back is only a tail that may yet
 * become the secret: fewer bytes than it has.
 */
#ifndef WEIR_PRIVACY_MASK_H
#define WEIR_PRIVACY_MASK_H

#include "base/buf.h"

enum { MASK_LEAST_BYTES = 8 };

struct mask {
    struct slice secret; /* (ref) empty: everything passes */
    size_t       held;   /* of its first bytes, which came last */
};

/* What may go on of these bytes and those held before: the bytes themselves where nothing is to be done, else
 * what is written to out, which is emptied first. Valid as long as both. */
struct slice mask_pass(struct mask *, struct slice bytes, struct buf *out);
/* All of a text at once: stars in the secret's place. */
void mask_strike_out(struct buf *text, struct slice secret);
/* The body has ended: what was held is no secret. */
struct slice mask_end(struct mask *);

#endif
