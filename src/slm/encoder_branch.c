/*
 * encoder_branch.c - other layers on the states that an encoder's lower layers made.
 */
#include "encoder_inside.h"

#include "base/die.h"

struct encoder_branch {
    const struct encoder *encoder; /* (ref) */
    size_t                from, layers;
    char                 *matrices; /* all layers', packed, one after the other */
    float                *norms;    /* [layers][4][hidden] */
    struct layer          layer[];  /* [layers] */
};

/* Copies what is the caller's: `out` becomes a ref in *room, which moves on behind it. */
static struct norm keep_norm(struct norm of, size_t hidden, float **room)
{
    float *gain = *room, *shift = gain + hidden;
    memcpy(gain, of.gain, hidden * sizeof *gain);
    memcpy(shift, of.shift, hidden * sizeof *shift);
    *room = shift + hidden;
    return (struct norm){ gain, shift };
}

struct encoder_branch *encoder_branch_new(const struct encoder *e, size_t from,
                                          const struct layer_weights *layer)
{
    size_t                 layers = e->config.layers - from, room = layer_room(e), hidden = e->config.hidden;
    struct encoder_branch *b = must_calloc(1, sizeof *b + layers * sizeof *b->layer);
    b->encoder = e;
    b->from = from;
    b->layers = layers;
    b->matrices = vectors_new(layers * room);
    b->norms = vectors_new(layers * 4 * hidden * sizeof *b->norms);
    float                  *norms = b->norms;
    struct encoder_scratch *sample = encoder_scratch_new(e);
    sample_start(e, sample);
    encoder_advance(e, sample, from);
    for (size_t i = 0; i < layers; i++) {
        struct layer_weights w = layer[i];
        w.after_attention = keep_norm(w.after_attention, hidden, &norms);
        w.after_feed = keep_norm(w.after_feed, hidden, &norms);
        layer_pack(&b->layer[i], e, &w, b->matrices + i * room, sample);
    }
    encoder_scratch_free(&sample);
    return b;
}

void encoder_branch_free(struct encoder_branch **b)
{
    if (!*b)
        return;
    free((*b)->matrices);
    free((*b)->norms);
    free(*b);
    *b = NULL;
}

size_t encoder_branch_from(const struct encoder_branch *b)
{
    return b->from;
}

static void add(const struct encoder *e, const float *const *added, size_t count, float *x)
{
    size_t hidden = e->config.hidden, width = e->kernels->panel;
    for (size_t t = 0; t < count; t++) {
        float *to = x + token_place(e, t);
        for (size_t f = 0; added[t] && f < hidden; f++)
            to[f * width] += added[t][f];
    }
}

void encoder_branch_run(const struct encoder_branch *b, struct encoder_scratch *s, const float *const *added,
                        float *states)
{
    const struct encoder *e = b->encoder;
    encoder_resume(e, s);
    if (added)
        add(e, added, s->count, s->x);
    for (size_t i = 0; i < b->layers; i++) {
        layer_attend(&b->layer[i], e, s);
        layer_feed(&b->layer[i], e, s);
    }
    encoder_states(e, s, states);
}
