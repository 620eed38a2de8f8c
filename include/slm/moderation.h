/*
 * moderation.h - is a text what a platform would not want to carry: hate, threats, self-harm, sex, violence,
 * crime?
 *
 * A head of the taught kind (slm/taught.h) inside the binary, in the embedding space of the model that Weir
 * ships with. It reads a long text sentence by sentence, since one drowns among many, and a text is what
 * its worst sentence is. src/slm/train/README.md says how often it is wrong.
 */
#ifndef WEIR_SLM_MODERATION_H
#define WEIR_SLM_MODERATION_H

#include "slm/slm.h"

enum moderation_category {
#define CATEGORY(name, word, above, also) MODERATION_##name,
#include "tables/moderation.h"
#undef CATEGORY
    MODERATION_CATEGORIES,
    MODERATION_NONE = MODERATION_CATEGORIES,
};

/* Is the head for this model? */
bool moderation_fits(const struct slm *);

/* A text in the pieces that it is read in: itself where it is short, else its sentences. In the arena; slices
 * of the text. Returns how many, one at least. */
size_t moderation_pieces(struct arena *, struct slice text, struct slice **out);

/* 0..1 each, of one piece; some milliseconds. */
void moderate(struct slm_worker *, struct slice piece, float score[MODERATION_CATEGORIES]);

/* From which score on a category holds. */
bool moderation_is_flagged(float score);

#endif
