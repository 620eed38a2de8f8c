/* states.c - what is known of each token of a text, before the first layer and after the last. */
#include "slm_inside.h"

#include <math.h>

/* A vocabulary of BERT's has its words in the order in which they are frequent, from this id on; before it
 * stand signs. */
enum { FIRST_WORD_ID = 1996 };

static void set_length_1(float *x, size_t count)
{
    float squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += x[i] * x[i];
    for (size_t i = 0; i < count && squares > 0; i++)
        x[i] /= sqrtf(squares);
}

static float rarity_of(uint32_t id, size_t tokens)
{
    return id < FIRST_WORD_ID ? 0 : logf((float)(id - FIRST_WORD_ID + 1)) / logf((float)tokens);
}

/* What stands before the first layer, and where. */
static void take_tokens(const struct slm *slm, const uint32_t *ids, const struct token_place *places,
                        struct slm_states *out)
{
    const size_t dim = slm_dim(slm);
    for (size_t i = 0; i < out->count; i++) {
        out->place[i][0] = places[i].from;
        out->place[i][1] = places[i].to;
        out->rarity[i] = rarity_of(ids[i], tokenizer_tokens(slm->tokenizer));
        memcpy(out->piece + i * dim, encoder_word(slm->encoder, ids[i]), dim * sizeof(float));
        set_length_1(out->piece + i * dim, dim);
    }
}

void slm_states(struct slm_worker *worker, struct arena *arena, struct slice text, struct slm_states *out)
{
    const struct slm     *slm = worker->slm;
    const struct encoder *e = slm->encoder;
    const size_t          dim = slm_dim(slm), layers = encoder_config(e)->layers, most = slm_tokens_most(slm);
    struct token_place   *places = arena_array(arena, most, sizeof *places);
    size_t                count = tokenizer_run_placed(slm->tokenizer, text, worker->ids, places, most);
    float                *states = arena_array(arena, count * dim, sizeof *states);
    *out = (struct slm_states){ .count = count - 2 };
    out->place = arena_array(arena, count, sizeof *out->place);
    out->rarity = arena_array(arena, count, sizeof *out->rarity);
    out->piece = arena_array(arena, count * dim, sizeof *out->piece);
    out->embedding = arena_array(arena, dim, sizeof(float));
    out->middle = arena_array(arena, dim, sizeof(float));
    take_tokens(slm, worker->ids + 1, places + 1, out);
    encoder_start(e, worker->scratch, worker->ids, count);
    encoder_advance(e, worker->scratch, layers / 2);
    encoder_pool(e, worker->scratch, out->middle);
    encoder_advance(e, worker->scratch, layers);
    encoder_pool(e, worker->scratch, out->embedding);
    encoder_states(e, worker->scratch, states);
    out->state = states + dim; /* [CLS] is left out */
    for (size_t i = 0; i < out->count; i++)
        set_length_1(out->state + i * dim, dim);
}
