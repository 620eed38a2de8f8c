/*
 * slm_inside.h - what a model and a worker are made of; for those files of this folder that run the encoder
 * themselves.
 */
#ifndef WEIR_SLM_INSIDE_H
#define WEIR_SLM_INSIDE_H

#include "slm/encoder.h"
#include "slm/model_head.h"
#include "slm/slm.h"
#include "slm/tokenizer.h"

struct slm {
    struct tokenizer  *tokenizer;
    struct encoder    *encoder;
    struct model_head *head;      /* the folder's own; NULL: none */
    char               name[128]; /* the folder's last part */
};

struct slm_worker {
    const struct slm       *slm; /* (ref) */
    struct encoder_scratch *scratch;
    uint32_t               *ids; /* [tokens_most] */
    /* For the folder's own head; NULL where it has none. */
    float              *states; /* [tokens_most][dim] */
    struct token_place *places; /* [tokens_most] */
    float              *share;  /* [labels] */
};

#endif
