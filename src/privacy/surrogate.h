/*
 * surrogate.h - plausible values that stand for private ones: of the same shape, and nobody's.
 *
 * A surrogate is drawn from a seed, which the vault makes of the team's key and the value, so the same value
 * has the same one everywhere. Where a range is set aside for examples it comes from there: test cards,
 * fictional telephone numbers, example.com, documentation addresses. Where there is none, it has the value's
 * letters and digits in other places, and its check digits hold. It is ASCII, has neither quotes nor
 * backslashes, and at most SHOWN_MOST bytes.
 */
#ifndef WEIR_SRC_PRIVACY_SURROGATE_H
#define WEIR_SRC_PRIVACY_SURROGATE_H

#include "privacy/vault.h"

/* Appends a surrogate to out, which must have room for SHOWN_MOST bytes. False where there is none for this
 * value, and nothing is appended: it is a secret (a made-up key is taken for a real one), or so short that its
 * surrogate would be mistaken for other words of an answer. `source` is the finding's, and may be NULL. */
MUST_CHECK bool surrogate_draw(enum pii_kind, const char *source, struct slice value, bool is_number,
                               uint64_t seed, struct buf *out);

/* Is a value of this kind made of words that have surrogates of their own? So of a name: who is "Jane Roe" in
 * one place is "Roe" in another. */
bool surrogate_is_by_words(enum pii_kind);

#endif
