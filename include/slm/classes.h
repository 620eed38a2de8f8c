/*
 * classes.h - classes of the user's own, from a few examples of each.
 *
 * Two questions, two answers. Which class? A softmax learned from the examples (slm/linear.h). Is it any of
 * them? Its nearness to the nearest class's prototype, the mean of the examples' embeddings, is held against
 * that of examples which were left out of their own prototype: where one in 25 of those is farther, it is as
 * likely none of them. How soft that edge is, is a convention, since nobody gives examples of nothing.
 *
 * Good for what a person would sort by meaning ("billing", "refunds", "our product's internals"); not for what
 * depends on a detail of the wording. Ten examples a class do: tests/bench/intent has figures.
 */
#ifndef WEIR_SLM_CLASSES_H
#define WEIR_SLM_CLASSES_H

#include "base/arena.h"

enum { CLASSES_MOST = 256 };

struct classes;
struct slm_worker;

struct class_example {
    struct slice text;
    unsigned     class_index; /* index, from 0; each class needs at least one example */
};

/* Embeds each example, milliseconds each, and learns. What comes out lives in the arena, is immutable, and
 * holds for the worker's model. count: 1 to CLASSES_MOST. */
struct classes *classes_learn(struct arena *, struct slm_worker *, const struct class_example *,
                              size_t examples, unsigned count);

unsigned classes_count(const struct classes *);

/* embedding: slm_embed_question() of the text. share: classes_count() floats; what they lack of 1 is the chance
 * that it is none of them. Returns the likeliest class, or classes_count() where none is likelier. */
unsigned classes_judge(const struct classes *, struct slice text, const float *embedding, float *share);

#endif
