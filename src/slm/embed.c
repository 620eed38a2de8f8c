/*
 * embed.c - texts of any length become embeddings.
 *
 * A text that the model can look at as a whole is embedded as sentence-transformers does it. A longer one is
 * read in windows as wide as the model looks, which overlap by a quarter, the last one ending where the text
 * ends; its embedding is the mean of theirs, of length 1. Short ones go through the model together.
 */
#include "slm_inside.h"

#include <math.h>

/* More tokens together are no faster: what lies between two layers would not fit the second cache. */
enum { OVERLAP_SHARE = 4, TOGETHER_TOKENS = 128 };

/* The mean over windows of ids, which has [CLS] in front and [SEP] at its end. */
static void embed_windows(struct slm_worker *worker, const uint32_t *ids, size_t count, float *out)
{
    const struct encoder *e = worker->slm->encoder;
    const size_t          dim = slm_dim(worker->slm), inside = slm_tokens_most(worker->slm) - 2;
    const size_t          step = inside - inside / OVERLAP_SHARE, last = count - 2 - inside;
    double                squares = 0;
    float                 window[SLM_DIM_MOST];
    memset(out, 0, dim * sizeof *out);
    worker->ids[0] = ids[0];
    worker->ids[inside + 1] = ids[count - 1];
    for (size_t from = 0, end = 0; end < last + inside; from += step) {
        from = from < last ? from : last;
        end = from + inside;
        memcpy(worker->ids + 1, ids + 1 + from, inside * sizeof *ids);
        encoder_run(e, worker->scratch, worker->ids, inside + 2, window);
        for (size_t i = 0; i < dim; i++)
            out[i] += window[i];
    }
    for (size_t i = 0; i < dim; i++)
        squares += (double)out[i] * out[i];
    for (size_t i = 0; i < dim && squares > 0; i++)
        out[i] *= (float)(1 / sqrt(squares));
}

/* Texts that wait to go through the model together, their ids one after the other in worker->long_ids. */
struct batch {
    struct slm_worker *worker;
    size_t             tokens, texts;
    size_t             length[SLM_TOGETHER_MOST];
    float             *out[SLM_TOGETHER_MOST];
};

static void run_batch(struct batch *b)
{
    const struct encoder *e = b->worker->slm->encoder;
    if (b->texts == 1)
        encoder_run(e, b->worker->scratch, b->worker->long_ids, b->tokens, b->out[0]);
    else if (b->texts > 1)
        encoder_run_many(e, b->worker->scratch, b->worker->long_ids, b->length, b->texts, b->out);
    b->tokens = b->texts = 0;
}

/* Where the next text's ids go: behind those that wait. There is always room for one that is read as far as any
 * is. */
static size_t read_text(struct batch *b, struct slice text, struct slm_read *read)
{
    const struct slm *s = b->worker->slm;
    size_t count = tokenizer_run(s->tokenizer, text, b->worker->long_ids + b->tokens, SLM_TOKENS_READ_MOST + 1);
    read->is_cut = count > SLM_TOKENS_READ_MOST;
    if (read->is_cut) {
        b->worker->long_ids[b->tokens + SLM_TOKENS_READ_MOST - 1] = b->worker->long_ids[b->tokens + count - 1];
        count = SLM_TOKENS_READ_MOST;
    }
    read->tokens = count;
    return count;
}

void slm_embed_all(struct slm_worker *worker, const struct slice *text, size_t count, float *out,
                   struct slm_read *read)
{
    const size_t dim = slm_dim(worker->slm), most = slm_tokens_most(worker->slm);
    const size_t together = most < TOGETHER_TOKENS ? most : TOGETHER_TOKENS;
    struct batch b = { .worker = worker };
    for (size_t i = 0; i < count; i++) {
        size_t    tokens = read_text(&b, text[i], &read[i]);
        uint32_t *ids = worker->long_ids + b.tokens;
        if (tokens > most) {
            embed_windows(worker, ids, tokens, out + i * dim);
        } else if (tokens > ENCODER_TOGETHER_TOKENS_MOST) {
            encoder_run(worker->slm->encoder, worker->scratch, ids, tokens, out + i * dim);
        } else {
            if (b.tokens + tokens > together || b.texts == SLM_TOGETHER_MOST) {
                run_batch(&b);
                memmove(worker->long_ids, ids, tokens * sizeof *ids);
            }
            b.length[b.texts] = tokens;
            b.out[b.texts++] = out + i * dim;
            b.tokens += tokens;
        }
    }
    run_batch(&b);
}
