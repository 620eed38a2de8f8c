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

enum { ENCODER_TOKENS_MOST = 8192, ENCODER_LAYERS_MOST = 64, ENCODER_TOGETHER_TOKENS_MOST = 64 };

/* How tensors are named, and what else differs in the family. */
enum architecture { ARCHITECTURE_BERT, ARCHITECTURE_DISTILBERT };

/* What config.json says of the model, sentence_bert_config.json of its use, tokenizer_config.json of its text.
 */
struct bert_config {
    enum architecture architecture;
    bool              keeps_case;   /* capitals are told from small letters */
    size_t            hidden;       /* features of a token */
    size_t            heads;        /* of attention; hidden is a multiple of it */
    size_t            intermediate; /* features between the two halves of a feed-forward block */
    size_t            layers;
    size_t            positions;  /* rows of the position embedding */
    size_t            vocabulary; /* rows of the word embedding */
    size_t            types;      /* rows of the token type embedding, ours is always row 0; 0: there is none */
    size_t            tokens_most; /* tokens that a text is cut to, [CLS] and [SEP] included; <= positions */
    float             epsilon;     /* of layer normalization */
};

/* Refuses, with the reason, what encoder.c does not compute: other architectures, activations and positions,
 * and texts that are made ready in another way. */
MUST_CHECK bool bert_config_read(const char *folder, struct bert_config *out, struct fault *why);

struct encoder;
struct encoder_scratch;

MUST_CHECK struct encoder *encoder_open(const char *folder, const struct kernels *, struct fault *why);
void                       encoder_close(struct encoder **);

const struct bert_config *encoder_config(const struct encoder *);
const struct kernels     *encoder_kernels(const struct encoder *);

/* A number that stands for the weights: models with equal ones share an embedding space. */
uint64_t encoder_fingerprint(const struct encoder *);

/* A tensor of the folder's that is not the encoder's own: of a head on top of it. A name that begins with a dot
 * stands behind the encoder's prefix. As weights_floats(). Not while another thread asks for the same
 * encoder's. */
const float *encoder_tensor(struct encoder *, const char *name, size_t rows, size_t columns, struct fault *why);

/* What is known of a token before the first layer: hidden floats (ref). id < vocabulary. */
const float *encoder_word(const struct encoder *, uint32_t id);

struct encoder_scratch *encoder_scratch_new(const struct encoder *);
void                    encoder_scratch_free(struct encoder_scratch **);

/* Mean over all tokens of the last layer, of length 1. 1 <= count <= tokens_most, ids < vocabulary; out: hidden
 * floats. */
void encoder_run(const struct encoder *, struct encoder_scratch *, const uint32_t *ids, size_t count,
                 float *out);

/* Several texts of at most ENCODER_TOGETHER_TOKENS_MOST tokens each, and of tokens_most together, in one pass,
 * which is faster than one at a time; each answer is that of encoder_run(), to the last bit. ids: one text's
 * after the other's; length, out: [texts]. */
void encoder_run_many(const struct encoder *, struct encoder_scratch *, const uint32_t *ids,
                      const size_t *length, size_t texts, float *const *out);

/*
 * The same in steps, for who needs the tokens' states between two layers. The scratch holds the pass: the
 * states and how many layers they have been through.
 *
 *     encoder_start(e, s, ids, count);
 *     encoder_advance(e, s, 3);             through layers 0, 1 and 2
 *     encoder_keep(e, s);                   what a branch begins with
 *     encoder_advance(e, s, config->layers);
 *     encoder_pool(e, s, embedding);        as encoder_run() gives it, to the last bit
 *     encoder_branch_run(branch, s, added, states);
 */
void encoder_start(const struct encoder *, struct encoder_scratch *, const uint32_t *ids, size_t count);
/* Runs the layers that come before layer `to` and have not been run. */
void encoder_advance(const struct encoder *, struct encoder_scratch *, size_t to);
void encoder_pool(const struct encoder *, struct encoder_scratch *, float *out);
/* The states as they are: [count][hidden]. */
void encoder_states(const struct encoder *, const struct encoder_scratch *, float *out);
/* Keeps the states as they are, in place of those kept before; the pass may go on. */
void encoder_keep(const struct encoder *, struct encoder_scratch *);
/* Begins the pass anew from what is kept. */
void encoder_resume(const struct encoder *, struct encoder_scratch *);

/* --------------------------------------------------------------------------------------------- branches */

struct dense {
    const float *rows; /* [outputs][inputs] */
    const float *bias; /* [outputs] */
};

struct norm {
    const float *gain, *shift; /* [hidden] */
};

/* One layer in floats, as the folder has it; query to out: [hidden][hidden]. */
struct layer_weights {
    struct dense query, key, value, out;
    struct norm  after_attention;
    struct dense up;   /* [intermediate][hidden] */
    struct dense down; /* [hidden][intermediate] */
    struct norm  after_feed;
};

/* The encoder's own, to learn from or to add a difference to; ref in the encoder, until encoder_layer_done().
 * number < layers. Not while another thread asks for the same encoder's. */
void encoder_layer_floats(struct encoder *, size_t number, struct layer_weights *out);
/* Their memory may be given back. */
void encoder_layer_done(struct encoder *, const struct layer_weights *);

/*
 * Other layers on top of an encoder's lower ones: what was taught something else beginning with the same
 * states. Immutable and shared, as the encoder is, which must outlive it.
 */
struct encoder_branch;

/* From layer `from` (<= layers) up; layer: [layers - from], in floats, packed here for the encoder's kernels
 * and not needed afterwards. */
struct encoder_branch *encoder_branch_new(const struct encoder *, size_t from,
                                          const struct layer_weights *layer);
void                   encoder_branch_free(struct encoder_branch **);

/* Where it leaves the encoder: the layer before which the states must be kept. */
size_t encoder_branch_from(const struct encoder_branch *);

/* Runs the kept states, plus added[t] (hidden floats, or NULL for nothing) for each token t, through the
 * branch's layers; added may be NULL as a whole. states: [count][hidden]. Ends the pass, but what is kept
 * stays: several branches may follow one another. */
void encoder_branch_run(const struct encoder_branch *, struct encoder_scratch *, const float *const *added,
                        float *states);

#endif
