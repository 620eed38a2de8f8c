/*
 * linear.h - a softmax over classes, learned from rows: what classes of the user's own are made of.
 *
 *     share = softmax(x A + w C + b)     x: the embedding's floats
 *                                        w: LINEAR_WORDS / sqrt(n) in each of the n buckets that the text's
 *                                           words hash to (slm/heads.h)
 *
 * Learned by stochastic gradient descent on the cross-entropy, a row at a time, in an order that a fixed seed
 * gives: the same rows make the same weights. Read-only once learned, and may be shared by threads.
 */
#ifndef WEIR_SLM_LINEAR_H
#define WEIR_SLM_LINEAR_H

#include "base/arena.h"
#include "slm/heads.h"

/* How much the words count beside the embedding, whose length is 1. */
#define LINEAR_WORDS 0.6f

struct linear_row {
    const float             *embedding;   /* dim floats (ref) */
    const struct text_marks *marks;       /* (ref) */
    unsigned                 class_index; /* below classes */
};

struct linear {
    size_t dim, classes;
    float *A; /* [dim][classes] */
    float *C; /* [HEADS_BUCKETS][classes] */
    float *b; /* [classes] */
};

/* Weights live in the arena. Takes about rows * dim * classes * 50 operations. */
void linear_learn(struct linear *out, struct arena *, const struct linear_row *, size_t rows, size_t dim,
                  size_t classes);

/* The softmax's arguments. sum: classes floats. */
void linear_sum(const struct linear *, const float *embedding, const struct text_marks *, float *sum);
/* share: classes floats, which sum to 1. */
void linear_run(const struct linear *, const float *embedding, const struct text_marks *, float *share);

#endif
