/*
 * names.h - the model that marks names: what it is made of, for those behind slm.h's door.
 *
 * A tagger that branches off the encoder: the lower layers' states, to which is added what the uncased
 * vocabulary loses of each word (its case, what stands beside it), go through upper layers of its own, and a
 * linear head tells for each word whether a name of some kind begins there, goes on, or neither. The upper
 * layers are the encoder's plus a difference of low rank, so the file is small; they are put together when a
 * model is opened. src/slm/train/names.py makes it.
 *
 * The file, all numbers little-endian, floats of 32 bits, matrices row by row:
 *
 *     8 bytes  "WEIRNAME"
 *     u32      version (NAMES_VERSION)     u32 hidden        u32 intermediate   u32 from: layer of the branch
 *     u32      layers of its own           u32 rank          u32 NAMES_ROWS     u32 NAMES_OUTPUTS
 *     u64      slm_fingerprint() of the model
 *     outside (1)   threshold [NAME_KINDS]   added [NAMES_ROWS][hidden]   head [hidden][NAMES_OUTPUTS]
 *     head's bias [NAMES_OUTPUTS]
 *     each layer:
 *         query, key, value, out, up, down, each:
 *             scale of left [outputs]   scale of right [rank]   bias [outputs]
 *             left [outputs][rank] int8   right [rank][inputs] int8
 *         gain and shift after attention, gain and shift after feeding [hidden]
 *     u64      slice_hash() of all before
 *
 * One such file is inside the binary. Everything here is read-only once read and may be shared by threads.
 */
#ifndef WEIR_SLM_NAMES_H
#define WEIR_SLM_NAMES_H

#include "slm/encoder.h"
#include "slm/slm.h"

enum {
    NAMES_VERSION = 1,
    NAMES_OUTPUTS = 1 + 2 * NAME_KINDS, /* outside; then of each kind: begins, goes on */
    NAMES_ROWS = 29,
    NAMES_PARTS = 6,
    NAMES_RANK_MOST = 256,
};

/* A matrix's difference: scale-left * left times scale-right * right. */
struct names_part {
    const float  *left_scale, *right_scale, *bias;
    const int8_t *left;  /* [outputs][rank] */
    const int8_t *right; /* [rank][inputs] */
};

struct names_layer {
    struct names_part part[NAMES_PARTS]; /* in the order of the file */
    struct norm       after_attention, after_feed;
};

struct names {
    uint32_t           hidden, intermediate, from, layers, rank;
    uint64_t           fingerprint;
    float              outside;   /* what the chance of no name is multiplied with before names are chosen */
    const float       *threshold; /* [NAME_KINDS]: findings less sure are none */
    const float       *added;     /* [NAMES_ROWS][hidden] */
    const float       *head;      /* [hidden][NAMES_OUTPUTS] */
    const float       *head_bias; /* [NAMES_OUTPUTS] */
    struct names_layer layer[ENCODER_LAYERS_MOST];
};

/* Reads a file that is in memory, at a multiple of 4, and outlives the names. why says what is wrong. */
MUST_CHECK bool names_read(struct slice file, struct names *out, struct fault *why);

/* Those inside the binary. */
const struct names *names_shipped(void);

/* Whether they are for this encoder. */
bool names_fit(const struct names *, const struct encoder *);

/* Its upper layers, put together: a tenth of a second. They must fit. */
struct encoder_branch *names_branch(const struct names *, struct encoder *);

#endif
