/*
 * heads.h - what turns an embedding into a judgement: small networks that src/slm/train made.
 *
 *     hidden = relu(x A + a)            x: slm_embed_question()'s floats, then the text's marks
 *     out    = hidden B + words C + b   words: 1/sqrt(n) in each of the n buckets that the text's words hash to
 *
 * A file of heads, all numbers little-endian, floats of 32 bits, matrices row by row:
 *
 *     8 bytes  "WEIRHEAD"
 *     u32      version (HEADS_VERSION)      u32 dim: floats in an embedding
 *     u32      HEADS_MARKS                  u32 HEADS_BUCKETS
 *     u64      slm_fingerprint() of the model whose embeddings they were trained on
 *     for each of struct heads, in its order:
 *         u32 hidden, u32 outputs
 *         A [2 * dim + HEADS_MARKS][hidden]   a [hidden]
 *         B [hidden][outputs]   b [outputs]   C [HEADS_BUCKETS][outputs]
 *     u64      slice_hash() of all before
 *
 * One such file is inside the binary. Everything here is read-only once read and may be shared by threads.
 */
#ifndef WEIR_SLM_HEADS_H
#define WEIR_SLM_HEADS_H

#include "base/fault.h"

enum {
    HEADS_VERSION = 2,
    HEADS_MARKS = 14,
    HEADS_BUCKETS = 2048,
    HEADS_HIDDEN_MOST = 1024,
    HEADS_OUTPUTS_MOST = 256,
    HEADS_READ_BYTES_MOST = 16384 /* of a longer text the rest is neither counted nor hashed */
};

/* What is cheap to see of a text: counts, and which words and pairs of neighbouring words it has. A bucket is
 * a bit; a word may share one with others. */
struct text_marks {
    float    mark[HEADS_MARKS]; /* about 0..1 each */
    uint64_t bucket[HEADS_BUCKETS / 64];
    unsigned buckets; /* # bits set */
};

void text_marks_of(struct slice text, struct text_marks *out);

struct head {
    uint32_t     hidden, outputs;
    const float *A, *a, *B, *b, *C; /* (ref in the file) */
};

struct heads {
    uint32_t    dim;
    uint64_t    fingerprint;
    struct head difficulty;  /* one output: a sigmoid's argument */
    struct head topic;       /* TOPICS outputs: a softmax's arguments */
    struct head exam;        /* two outputs: sigmoids' arguments */
    struct head sensitivity; /* one, as difficulty */
    struct head injection;   /* one */
};

/* Reads a file that is in memory, at a multiple of 4, and outlives the heads. why says what is wrong. */
MUST_CHECK bool heads_read(struct slice file, struct heads *out, struct fault *why);

/* Those inside the binary. */
const struct heads *heads_shipped(void);

/* embedding: slm_embed_question()'s 2 * dim floats. out: outputs floats. */
void head_run(const struct head *, uint32_t dim, const float *embedding, const struct text_marks *, float *out);

/* What the words alone say: microseconds, where an embedding takes milliseconds. Good for choosing what to read
 * first, not for judging. */
void head_run_words(const struct head *, const struct text_marks *, float *out);

#endif
