/*
 * shorten_relevance.h - how much each sentence of a context has to do with a question.
 */
#ifndef WEIR_SLM_SHORTEN_RELEVANCE_H
#define WEIR_SLM_SHORTEN_RELEVANCE_H

#include "slm/slm.h"

enum { SAID_BITS = 256 };

/* One sentence, or one piece that is never cut. */
struct unit {
    struct slice text;
    size_t       passage, words;
    uint64_t
        said[SAID_BITS / 64]; /* its words, hashed to bits: what it repeats of another shows in common bits */
    uint64_t vital;           /* its numbers and negations, likewise */
    bool     is_first;        /* of its passage, or a heading */
    bool     stays;           /* whatever the question */
    bool     is_kept;
    float    relevance; /* the logarithm of the chance that it belongs to what answers */
};

/* Sets every unit's `said`, `vital` and `relevance`. Embeds the question and at most RELEVANCE_WINDOWS_MOST
 * windows. */
enum { RELEVANCE_WINDOWS_MOST = 128 };
void relevance_of(struct slm_worker *, struct arena *, struct slice question, struct unit *, size_t count);

#endif
