/*
 * encoder.h - a BERT encoder: token ids in, one vector for all of them out.
 *
 * What slm.h is made of, for those who live behind that door: everyone else asks slm.h. An encoder is immutable
 * and shared; a scratch is one thread's.
 */
#ifndef WEIR_SLM_ENCODER_H
#define WEIR_SLM_ENCODER_H

#include "base/fault.h"

struct kernels;

enum { ENCODER_TOKENS_MOST = 8192, ENCODER_LAYERS_MOST = 64 };

/* What config.json says of the model, and sentence_bert_config.json of its use. */
struct bert_config {
    size_t hidden;       /* features of a token */
    size_t heads;        /* of attention; hidden is a multiple of it */
    size_t intermediate; /* features between the two halves of a feed-forward block */
    size_t layers;
    size_t positions;   /* rows of the position embedding */
    size_t vocabulary;  /* rows of the word embedding */
    size_t types;       /* rows of the token type embedding; ours is always row 0 */
    size_t tokens_most; /* tokens that a text is cut to, [CLS] and [SEP] included; <= positions */
    float  epsilon;     /* of layer normalization */
};

/* Refuses, with the reason, what encoder.c does not compute: other architectures, activations and positions,
 * and models whose texts are not put in lower case. */
MUST_CHECK bool bert_config_read(const char *folder, struct bert_config *out, struct fault *why);

struct encoder;
struct encoder_scratch;

MUST_CHECK struct encoder *encoder_open(const char *folder, const struct kernels *, struct fault *why);
void                       encoder_close(struct encoder **);

const struct bert_config *encoder_config(const struct encoder *);
const struct kernels     *encoder_kernels(const struct encoder *);

/* A number that stands for the weights: models with equal ones share an embedding space. */
uint64_t encoder_fingerprint(const struct encoder *);

struct encoder_scratch *encoder_scratch_new(const struct encoder *);
void                    encoder_scratch_free(struct encoder_scratch **);

/* Mean over all tokens of the last layer, of length 1. 1 <= count <= tokens_most, ids < vocabulary; out: hidden
 * floats. */
void encoder_run(const struct encoder *, struct encoder_scratch *, const uint32_t *ids, size_t count,
                 float *out);

#endif
