/*
 * kernels.h - the encoder's arithmetic, in as many makes as there are kinds of processors.
 *
 * Activations lie in panels. A panel is `panel` tokens side by side: float[features][panel], so a vector
 * register holds one feature of several tokens, and everything that is done to a token alone (bias, GELU, layer
 * normalization, softmax over the keys) is plain vector work without a shuffle. T tokens of F features are
 * panels_of(T) panels of F * panel floats, one after the other. Lanes beyond the last token hold numbers that
 * nobody reads, but finite ones: buffers begin zeroed.
 *
 * One source, src/slm/kernels_body.h, is compiled once for each make. Makes of 32-bit floats differ in rounding
 * only. Makes of int8 multiply bytes: each output's weights and each token's activations have a scale of their
 * own, sums are exact integers, the same in every such make. That is several times as fast, and the embedding
 * is a little off.
 */
#ifndef WEIR_SLM_KERNELS_H
#define WEIR_SLM_KERNELS_H

#include "base/slice.h"
#include "slm/slm.h"

/* A weight matrix with its bias, packed for one make by matrix_pack(): [outputs / tile][inputs /
 * step][tile][step], zeros beyond the last output and input. It lies in the room that matrix_init() was given.
 */
struct matrix {
    float  *floats;  /* the weights, NULL in a make of int8 */
    int8_t *bytes;   /* the weights in steps of scale, -127..127, NULL in a make of floats */
    float  *scale;   /* [outputs], int8 only */
    float  *shift;   /* [outputs], scale times the sum of an output's bytes, int8 only */
    float  *easing;  /* [inputs], what each is multiplied with before it becomes a byte; NULL: with nothing */
    float  *bias;    /* [outputs] */
    size_t  inputs;  /* features that go in */
    size_t  outputs; /* features that come out */
};

enum after {
    AFTER_STORE, /* out = M in + bias */
    AFTER_ADD,   /* out += M in + bias */
    AFTER_GELU,  /* out = gelu(M in + bias) */
};

struct attention {
    size_t heads;
    size_t head_features;
    size_t tokens;
};

struct kernels {
    const char *name;
    bool        is_int8;
    bool        attends_in_bf16;
    size_t      panel; /* tokens in a panel */
    size_t      tile;  /* outputs that are computed at once */
    size_t      step;  /* inputs that lie together */

    /* in: panels of m->inputs, out: panels of m->outputs. room: kernels_room() bytes. */
    void (*multiply)(const struct matrix *m, const float *in, float *out, size_t tokens, enum after,
                     void *room);

    /* qkv: panels of 3 * heads * head_features (queries, keys, values); out: panels of heads * head_features.
     * room: attention_room() bytes. Where attends_in_bf16, queries, keys, values and the softmax's powers have
     * 8 bits of mantissa. */
    void (*attend)(const struct attention *, const float *qkv, float *out, void *room);

    /* Layer normalization of each token in place: (x - mean) / sqrt(variance + epsilon) * gain + shift. */
    void (*normalize)(float *x, const float *gain, const float *shift, size_t features, size_t tokens,
                      float epsilon);

    /* The sum over all tokens; out: [features]. */
    void (*add_up)(const float *x, size_t features, size_t tokens, float *out);

    /* gelu(x) = x / 2 (1 + erf(x / sqrt 2)) in place; count is a multiple of panel. Error below 1e-6 * max(1,
     * |x|), in makes of int8 1e-4 * max(1, |x|). */
    void (*gelu)(float *x, size_t count);

    /* e^x in place for x <= 0, relative error below 1e-6, in makes of int8 1e-4; below 1e-37 where x is below
     * -87. count is a multiple of panel. */
    void (*exp)(float *x, size_t count);
};

/* The makes that this processor can run, the fastest first. NULL beyond the last. */
const struct kernels *kernels_here(size_t i);

/* The fastest of this precision, or the one that the environment's WEIR_KERNEL names; NULL where it cannot run
 * here. */
const struct kernels *kernels_pick(enum slm_precision);

static inline size_t panels_of(const struct kernels *k, size_t tokens)
{
    return (tokens + k->panel - 1) / k->panel;
}

/* Bytes that a packed matrix takes, a multiple of a cache line. Matrices that lie one after the other are
 * fetched ahead, each while the one before it is at work. */
size_t matrix_room(const struct kernels *, size_t outputs, size_t inputs);

/* room: matrix_room() zeros from vectors_new(), or a part of such; outlives the matrix. */
void matrix_init(struct matrix *, const struct kernels *, size_t outputs, size_t inputs, void *room);

/*
 * Int8 only, before anything is packed: the easings, copied. The inputs are multiplied with them, and the
 * weights divided by them: the product is the same, but an input that is far larger than the others leaves them
 * too few of a byte's steps. (SmoothQuant, Xiao et al. 2022, arXiv:2211.10438)
 */
void matrix_ease(struct matrix *, const float *easing);

/* Puts rows (count x inputs, one after the other) and their biases at outputs [at, at + count). */
void matrix_pack(struct matrix *, const struct kernels *, size_t at, const float *rows, const float *bias,
                 size_t count);

/* Bytes that attend() needs beside its input and output. */
size_t attention_room(const struct kernels *, const struct attention *);

/* Bytes that multiply() needs beside its input and output, for this many inputs and tokens. */
size_t kernels_room(const struct kernels *, size_t inputs, size_t tokens);

/* Zeroed and aligned for vectors, on huge pages where it is large; freed with free(). */
void *vectors_new(size_t bytes);

#endif
