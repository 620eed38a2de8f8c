/*
 * encoder_inside.h - what an encoder is made of; for encoder.c, which computes with it, encoder_load.c and
 * encoder_pack.c, which fill it, and encoder_branch.c.
 */
#ifndef WEIR_SLM_ENCODER_INSIDE_H
#define WEIR_SLM_ENCODER_INSIDE_H

#include "slm/encoder.h"
#include "slm/kernels.h"
#include "slm/weights.h"

struct layer {
    struct matrix qkv, out, up, down;
    struct norm   after_attention, after_feed;
};

struct encoder {
    struct bert_config    config;
    const struct kernels *kernels;
    struct weights       *weights;
    const char           *prefix;    /* of every tensor's name, "bert." or "": where there is no head besides */
    const float          *words;     /* [vocabulary][hidden] (ref in weights) */
    const float          *positions; /* [positions][hidden] (ref in weights) */
    const float          *type;      /* [hidden], row 0 of the types (ref in weights); NULL: there are none */
    struct norm           after_embedding;
    struct layer         *layer;    /* [config.layers] */
    char                 *matrices; /* all layers', packed, one after the other */
    uint64_t              fingerprint;
};

struct encoder_scratch {
    size_t        count;                 /* tokens of the pass */
    size_t        done;                  /* layers that they have been through */
    size_t        texts;                 /* that lie side by side in the pass; 0: it is of one text */
    const size_t *length;                /* [texts], # tokens of each (ref) */
    float        *x;                     /* panels of hidden */
    float        *qkv;                   /* panels of 3 * hidden */
    float        *mixed;                 /* panels of hidden: what attention gives */
    float        *inner;                 /* panels of intermediate */
    float        *kept;                  /* panels of hidden, for branches */
    size_t        kept_count, kept_done; /* of what is kept */
    float        *one_qkv, *one_mixed;   /* as qkv and mixed, of one text of several */
    void         *scores;                /* what attend() needs besides */
    void         *room;                  /* what multiply() needs besides */
};

/* Bytes that one layer's matrices take. */
size_t layer_room(const struct encoder *);

/* Lays out a layer's matrices from `room` on, in the order in which they are read, and packs w there. Its norms
 * are those of w (ref). sample: a pass that has come to this layer, and goes through it where the kernels are
 * of int8. */
void layer_pack(struct layer *, const struct encoder *, const struct layer_weights *w, char *room,
                struct encoder_scratch *sample);

/* Starts a pass that stands for all texts. */
void sample_start(const struct encoder *, struct encoder_scratch *sample);

/* x of the scratch goes through the layer: first its attention, then its feed-forward half. */
void layer_attend(const struct layer *, const struct encoder *, struct encoder_scratch *);
void layer_feed(const struct layer *, const struct encoder *, struct encoder_scratch *);

/* Adds up word, place and type of one text's tokens into x, from lane `at` on. */
void embed_tokens(const struct encoder *, const uint32_t *ids, size_t count, float *x, size_t at);

/* The pass begins, once its `count` tokens are embedded. */
void encoder_begin(const struct encoder *, struct encoder_scratch *, size_t count);

/* Attention of each text of several by itself. */
void batch_attend(const struct encoder *, struct encoder_scratch *);

/* The mean of x's first `count` tokens, of length 1. */
void mean_of(const struct encoder *, const float *x, size_t count, float *out);

struct attention attention_of(const struct encoder *, size_t tokens);

/* Where token t's feature 0 lies; the next feature is a panel's width further. */
size_t token_place(const struct encoder *, size_t t);

#endif
