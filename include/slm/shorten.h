/*
 * shorten.h - which sentences of a long context matter for a question.
 *
 * Extractive: sentences are chosen by their words and by embedding, relevant to the question and not repeating
 * one another (maximal marginal relevance), and stay in their order and their bytes; nothing is invented. Code
 * blocks, JSON and tables are never cut and never dropped; their words count against the budget, and so do
 * those of fixed passages.
 *
 * At most 129 embeddings, whatever the length: twenty thousand words are read whole, and of longer contexts
 * those parts that share most words with the question. Deterministic.
 */
#ifndef WEIR_SLM_SHORTEN_H
#define WEIR_SLM_SHORTEN_H

#include "slm/slm.h"

struct passage {
    struct slice text;
    bool         is_fixed;       /* must stay whole; its words count against the budget */
    struct slice kept;           /* out: what stays, in the arena; == text where nothing was dropped, and
                                    empty, but not NULL, where everything was */
    uint32_t sentences, dropped; /* out: # of sentences (0 where fixed), # dropped */
};

/* Keeps about keep_share (0..1) of all words. Passages are in the order of the conversation. */
void shorten(struct slm_worker *, struct arena *, struct slice question, struct passage *, size_t count,
             double keep_share);

/* Splits text into sentences; code fences, JSON and list lines are units of their own. Slices tile the text:
 * they leave no byte out. */
size_t sentences_split(struct arena *, struct slice text, struct slice **out, bool **is_code);

/* Words as people count them: runs of non-blank bytes. */
size_t words_count(struct slice text);

#endif
