/*
 * labels.c - what a folder's own head says: of a text, or of each of its tokens.
 */
#include "slm_inside.h"

#include "floats.h"
#include "slm/model_head.h"

enum slm_head slm_head(const struct slm *s)
{
    return s->head ? model_head_kind(s->head) : SLM_HEAD_NONE;
}

unsigned slm_labels(const struct slm *s)
{
    return s->head ? model_head_labels(s->head) : 0;
}

const char *slm_label(const struct slm *s, unsigned i)
{
    return model_head_label(s->head, i);
}

/* The text's tokens go through the encoder; their last states lie in the worker. Returns how many. */
static size_t run(struct slm_worker *worker, struct slice text, struct token_place *places)
{
    const struct slm *s = worker->slm;
    size_t            count = tokenizer_run_placed(s->tokenizer, text, worker->ids, places, slm_tokens_most(s));
    encoder_start(s->encoder, worker->scratch, worker->ids, count);
    encoder_advance(s->encoder, worker->scratch, encoder_config(s->encoder)->layers);
    encoder_states(s->encoder, worker->scratch, worker->states);
    return count;
}

void slm_classify(struct slm_worker *worker, struct slice text, float *share)
{
    run(worker, text, NULL);
    model_head_run(worker->slm->head, worker->states, share);
}

size_t slm_mark_tokens(struct slm_worker *worker, struct slice text, struct slm_mark *out, size_t most)
{
    const struct model_head *head = worker->slm->head;
    const size_t             hidden = slm_dim(worker->slm);
    size_t                   count = run(worker, text, worker->places), marks = 0;
    for (size_t t = 1; t + 1 < count && marks < most; t++) {
        const struct token_place *place = &worker->places[t];
        float                    *share = worker->share;
        model_head_run(head, worker->states + t * hidden, share);
        unsigned best = greatest(share, model_head_labels(head));
        out[marks++] =
            (struct slm_mark){ .from = place->from, .to = place->to, .label = best, .share = share[best] };
    }
    return marks;
}
