/*
 * density.h - how many tokens a prompt can have at most, before the provider has counted them: a bound that is
 * learned from what providers say of earlier prompts, and errs high.
 *
 * No token is shorter than a byte, so bytes are a bound; but words take four or more of them, and a bound four
 * times too high refuses a team with a small budget what it could pay. So bytes are weighed: ASCII letters and
 * blanks, which every tokenizer packs together, and all others (digits, signs, other scripts), each of which
 * may be a token. What is left of a provider's count when the latter are taken off, over the former, is how
 * densely packed a prompt was. The densest of late, twice, is the bound: at least DENSITY_LEAST, at most 1, and
 * 1 until DENSITY_PROMPTS were counted. A peak fades by half in DENSITY_PROMPTS_TO_HALF prompts.
 *
 * A prompt more than twice as dense as any of late may have more tokens than that; what it did cost is charged
 * all the same, and the bound knows it from then on.
 */
#ifndef WEIR_POLICY_DENSITY_H
#define WEIR_POLICY_DENSITY_H

#include "base/slice.h"

enum { DENSITY_PROMPTS = 32, DENSITY_PROMPTS_TO_HALF = 1024 };
#define DENSITY_LEAST 0.25 /* a letter in four: more than prose in any language written in them */

struct weight {
    int64_t packed_bytes, single_bytes;
};

/* Zeroed, nothing is known. */
struct density {
    double   peak; /* tokens a packed byte */
    unsigned prompts;
};

struct weight weight_of(struct slice text);

/* Of one model. */
int64_t density_most_tokens(const struct density *, struct weight);
void    density_note(struct density *, struct weight, int64_t tokens);

#endif
