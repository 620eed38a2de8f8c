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

struct encoder_branch;
struct names_scratch;

struct slm {
    struct tokenizer      *tokenizer;
    struct encoder        *encoder;
    struct model_head     *head;      /* the folder's own; NULL: none */
    struct encoder_branch *names;     /* NULL: those we have are for another model */
    char                   name[128]; /* the folder's last part */
};

struct slm_worker {
    const struct slm       *slm; /* (ref) */
    struct encoder_scratch *scratch;
    struct names_scratch   *names; /* NULL where the model has none */
    uint32_t               *ids;   /* [tokens_most] */
    uint32_t *long_ids;            /* [tokens_most + SLM_TOKENS_READ_MOST + 1], of a long text, or of several */
    uint32_t *kept;                /* [tokens_most], the tokens whose states the scratch keeps */
    size_t    kept_count;
    /* For the folder's own head; NULL where it has none. */
    float              *states; /* [tokens_most][dim] */
    struct token_place *places; /* [tokens_most] */
    float              *share;  /* [labels] */
};

/* Has the scratch keep the states of these tokens that names' branch begins with. */
void slm_keep_lower(struct slm_worker *, const uint32_t *ids, size_t count);

/* Starts the pass of a text, and goes on with what is kept of it where that has not been through layer `before`
 * or a later one. */
void slm_start(struct slm_worker *, struct slice text, size_t before);

struct names_scratch *names_scratch_new(const struct encoder *);
void                  names_scratch_free(struct names_scratch **);

#endif
