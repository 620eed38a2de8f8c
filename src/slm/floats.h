/*
 * floats.h - what heads do with a row of floats. Inline, so that a file compiled with -O3 has it so.
 */
#ifndef WEIR_SRC_SLM_FLOATS_H
#define WEIR_SRC_SLM_FLOATS_H

#include <math.h>
#include <stddef.h>

/* sum += x * row */
static inline void add_row(float *restrict sum, float x, const float *restrict row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += x * row[i];
}

static inline float sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

/* Logits become shares, which sum to 1. count >= 1. */
static inline void softmax(float *logit, size_t count)
{
    float most = logit[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        most = logit[i] > most ? logit[i] : most;
    for (size_t i = 0; i < count; i++)
        sum += logit[i] = expf(logit[i] - most);
    for (size_t i = 0; i < count; i++)
        logit[i] /= sum;
}

/* The index of the greatest, of the first among equals. count >= 1. */
static inline unsigned greatest(const float *x, size_t count)
{
    unsigned best = 0;
    for (unsigned i = 1; i < count; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

#endif
