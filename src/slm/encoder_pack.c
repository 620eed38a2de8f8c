/*
 * encoder_pack.c - a layer's weights are packed for the kernels, and for bytes made ready.
 *
 * What comes out of a layer normalization is what bytes are too coarse for: a few features are far larger than
 * the rest. So each feature is multiplied with an easing and its weights divided by it, which shares the
 * trouble between both. How large a feature gets is not in the weights, so a sample of tokens goes through each
 * layer as it is packed.
 *
 *     easing = largest weight^.4 / largest input^.6         (SmoothQuant, Xiao et al. 2022, arXiv:2211.10438)
 *
 * On the texts of tests/reference the least cosine to floats is .991 without and .996 with it; .5 and .7 in
 * place of .6 are no better, nor is easing what goes into the other two matrices.
 */
#include "encoder_inside.h"

#include "base/die.h"

#include <math.h>

enum { SAMPLE_TOKENS = 256 };
static const float INPUTS_SHARE = 0.6f;

/* -------------------------------------------------------------------------------------------------- the sample
 */

/* Tokens from all over the vocabulary, always the same. */
void sample_start(const struct encoder *e, struct encoder_scratch *sample)
{
    uint32_t ids[SAMPLE_TOKENS];
    size_t   count = e->config.tokens_most < SAMPLE_TOKENS ? e->config.tokens_most : SAMPLE_TOKENS;
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)((2 * i + 1) * e->config.vocabulary / (2 * count));
    encoder_start(e, sample, ids, count);
}

/* The largest magnitude of each feature among the sample's states. */
static void largest_inputs(const struct encoder *e, const struct encoder_scratch *sample, float *largest)
{
    size_t hidden = e->config.hidden, width = e->kernels->panel;
    memset(largest, 0, hidden * sizeof *largest);
    for (size_t t = 0; t < sample->count; t++) {
        const float *x = sample->x + token_place(e, t);
        for (size_t f = 0; f < hidden; f++)
            largest[f] = fmaxf(largest[f], fabsf(x[f * width]));
    }
}

static void largest_weights(const struct dense *const *part, size_t parts, size_t outputs, size_t inputs,
                            float *largest)
{
    memset(largest, 0, inputs * sizeof *largest);
    for (size_t p = 0; p < parts; p++)
        for (size_t row = 0; row < outputs; row++)
            for (size_t i = 0; i < inputs; i++)
                largest[i] = fmaxf(largest[i], fabsf(part[p]->rows[row * inputs + i]));
}

/* Of a matrix that reads the sample's states and consists of these parts, `outputs` rows each. A feature that
 * is nothing but zeros is left as it is. */
static void ease(const struct encoder *e, const struct encoder_scratch *sample, struct matrix *m,
                 const struct dense *const *part, size_t parts, size_t outputs)
{
    size_t hidden = e->config.hidden;
    float *input = must_calloc(2 * hidden, sizeof *input), *weight = input + hidden;
    largest_inputs(e, sample, input);
    largest_weights(part, parts, outputs, hidden, weight);
    for (size_t i = 0; i < hidden; i++)
        input[i] = input[i] > 0 && weight[i] > 0
                       ? powf(weight[i], 1 - INPUTS_SHARE) / powf(input[i], INPUTS_SHARE)
                       : 1;
    matrix_ease(m, input);
    free(input);
}

/* ------------------------------------------------------------------------------------------------ packed
 * layers */

size_t layer_room(const struct encoder *e)
{
    size_t hidden = e->config.hidden, inner = e->config.intermediate;
    return matrix_room(e->kernels, 3 * hidden, hidden) + matrix_room(e->kernels, hidden, hidden) +
           matrix_room(e->kernels, inner, hidden) + matrix_room(e->kernels, hidden, inner);
}

/* The matrix at *room, which moves on behind it. */
static struct matrix place(const struct encoder *e, size_t outputs, size_t inputs, char **room)
{
    struct matrix m;
    matrix_init(&m, e->kernels, outputs, inputs, *room);
    *room += matrix_room(e->kernels, outputs, inputs);
    return m;
}

void layer_pack(struct layer *layer, const struct encoder *e, const struct layer_weights *w, char *room,
                struct encoder_scratch *sample)
{
    const struct kernels     *k = e->kernels;
    const struct dense *const parts[] = { &w->query, &w->key, &w->value }, *const up = &w->up;
    size_t hidden = e->config.hidden, inner = e->config.intermediate;

    layer->qkv = place(e, 3 * hidden, hidden, &room);
    layer->out = place(e, hidden, hidden, &room);
    layer->up = place(e, inner, hidden, &room);
    layer->down = place(e, hidden, inner, &room);
    layer->after_attention = w->after_attention;
    layer->after_feed = w->after_feed;

    if (k->is_int8)
        ease(e, sample, &layer->qkv, parts, 3, hidden);
    for (size_t i = 0; i < 3; i++)
        matrix_pack(&layer->qkv, k, i * hidden, parts[i]->rows, parts[i]->bias, hidden);
    matrix_pack(&layer->out, k, 0, w->out.rows, w->out.bias, hidden);
    if (k->is_int8) {
        layer_attend(layer, e, sample);
        ease(e, sample, &layer->up, &up, 1, inner);
    }
    matrix_pack(&layer->up, k, 0, w->up.rows, w->up.bias, inner);
    matrix_pack(&layer->down, k, 0, w->down.rows, w->down.bias, hidden);
    if (k->is_int8)
        layer_feed(layer, e, sample);
}
