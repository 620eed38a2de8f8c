/*
 * encoder.c - BERT: embeddings, then layers of attention and feed-forward, then the mean of all tokens.
 * (Devlin et al. 2018, arXiv:1810.04805; post-norm, as in Hugging Face's BertModel)
 *
 *     x = normalize(word + position + type)
 *     each layer:  x = normalize(x + W_out attend(W_qkv x))
 *                  x = normalize(x + W_down gelu(W_up x))
 *     answer = mean over tokens of x, divided by its length
 *
 * Queries, keys and values are one matrix. encoder_load.c fills what is computed with here.
 */
#include "encoder_inside.h"

#include "base/die.h"

#include <math.h>

const float *encoder_word(const struct encoder *e, uint32_t id)
{
    return e->words + id * e->config.hidden;
}

const struct bert_config *encoder_config(const struct encoder *e)
{
    return &e->config;
}

const struct kernels *encoder_kernels(const struct encoder *e)
{
    return e->kernels;
}

uint64_t encoder_fingerprint(const struct encoder *e)
{
    return e->fingerprint;
}

struct attention attention_of(const struct encoder *e, size_t tokens)
{
    const struct bert_config *c = &e->config;
    return (struct attention){ .heads = c->heads, .head_features = c->hidden / c->heads, .tokens = tokens };
}

struct encoder_scratch *encoder_scratch_new(const struct encoder *e)
{
    const struct bert_config *c = &e->config;
    struct encoder_scratch   *s = must_calloc(1, sizeof *s);
    size_t                    lanes = panels_of(e->kernels, c->tokens_most) * e->kernels->panel;
    struct attention          shape = attention_of(e, c->tokens_most);
    size_t                    one = panels_of(e->kernels, ENCODER_TOGETHER_TOKENS_MOST) * e->kernels->panel;
    s->x = vectors_new(lanes * c->hidden * sizeof(float));
    s->qkv = vectors_new(lanes * 3 * c->hidden * sizeof(float));
    s->mixed = vectors_new(lanes * c->hidden * sizeof(float));
    s->inner = vectors_new(lanes * c->intermediate * sizeof(float));
    s->kept = vectors_new(lanes * c->hidden * sizeof(float));
    s->one_qkv = vectors_new(one * 3 * c->hidden * sizeof(float));
    s->one_mixed = vectors_new(one * c->hidden * sizeof(float));
    s->scores = vectors_new(attention_room(e->kernels, &shape));
    s->room = vectors_new(
        kernels_room(e->kernels, c->hidden > c->intermediate ? c->hidden : c->intermediate, c->tokens_most));
    return s;
}

void encoder_scratch_free(struct encoder_scratch **s)
{
    if (!*s)
        return;
    free((*s)->x);
    free((*s)->qkv);
    free((*s)->mixed);
    free((*s)->inner);
    free((*s)->kept);
    free((*s)->one_qkv);
    free((*s)->one_mixed);
    free((*s)->scores);
    free((*s)->room);
    free(*s);
    *s = NULL;
}

size_t token_place(const struct encoder *e, size_t t)
{
    size_t width = e->kernels->panel;
    return t / width * width * e->config.hidden + t % width;
}

void embed_tokens(const struct encoder *e, const uint32_t *ids, size_t count, float *x, size_t at)
{
    size_t hidden = e->config.hidden, width = e->kernels->panel;
    for (size_t t = 0; t < count; t++) {
        const float *word = e->words + ids[t] * hidden, *position = e->positions + t * hidden;
        float       *to = x + token_place(e, at + t);
        for (size_t f = 0; f < hidden; f++)
            to[f * width] = word[f] + position[f] + (e->type ? e->type[f] : 0);
    }
}

void layer_attend(const struct layer *layer, const struct encoder *e, struct encoder_scratch *s)
{
    const struct kernels     *k = e->kernels;
    const struct bert_config *c = &e->config;
    struct attention          shape = attention_of(e, s->count);
    k->multiply(&layer->qkv, s->x, s->qkv, s->count, AFTER_STORE, s->room);
    if (s->texts > 0)
        batch_attend(e, s);
    else
        k->attend(&shape, s->qkv, s->mixed, s->scores);
    k->multiply(&layer->out, s->mixed, s->x, s->count, AFTER_ADD, s->room);
    k->normalize(s->x, layer->after_attention.gain, layer->after_attention.shift, c->hidden, s->count,
                 c->epsilon);
}

void layer_feed(const struct layer *layer, const struct encoder *e, struct encoder_scratch *s)
{
    const struct kernels     *k = e->kernels;
    const struct bert_config *c = &e->config;
    k->multiply(&layer->up, s->x, s->inner, s->count, AFTER_GELU, s->room);
    k->multiply(&layer->down, s->inner, s->x, s->count, AFTER_ADD, s->room);
    k->normalize(s->x, layer->after_feed.gain, layer->after_feed.shift, c->hidden, s->count, c->epsilon);
}

void encoder_begin(const struct encoder *e, struct encoder_scratch *s, size_t count)
{
    const struct norm *norm = &e->after_embedding;
    s->count = count;
    s->done = 0;
    e->kernels->normalize(s->x, norm->gain, norm->shift, e->config.hidden, count, e->config.epsilon);
}

void encoder_start(const struct encoder *e, struct encoder_scratch *s, const uint32_t *ids, size_t count)
{
    embed_tokens(e, ids, count, s->x, 0);
    encoder_begin(e, s, count);
}

void encoder_advance(const struct encoder *e, struct encoder_scratch *s, size_t to)
{
    for (; s->done < to; s->done++) {
        layer_attend(&e->layer[s->done], e, s);
        layer_feed(&e->layer[s->done], e, s);
    }
}

/* The mean's divisor falls away when the length is made 1. A vector of nothing but zeros stays so. */
void mean_of(const struct encoder *e, const float *x, size_t count, float *out)
{
    size_t hidden = e->config.hidden;
    double squares = 0;
    e->kernels->add_up(x, hidden, count, out);
    for (size_t f = 0; f < hidden; f++)
        squares += (double)out[f] * out[f];
    float factor = squares > 0 ? (float)(1 / sqrt(squares)) : 0;
    for (size_t f = 0; f < hidden; f++)
        out[f] *= factor;
}

void encoder_pool(const struct encoder *e, struct encoder_scratch *s, float *out)
{
    mean_of(e, s->x, s->count, out);
}

void encoder_states(const struct encoder *e, const struct encoder_scratch *s, float *out)
{
    size_t hidden = e->config.hidden, width = e->kernels->panel;
    for (size_t t = 0; t < s->count; t++) {
        const float *from = s->x + token_place(e, t);
        for (size_t f = 0; f < hidden; f++)
            out[t * hidden + f] = from[f * width];
    }
}

void encoder_keep(const struct encoder *e, struct encoder_scratch *s)
{
    size_t lanes = panels_of(e->kernels, s->count) * e->kernels->panel;
    memcpy(s->kept, s->x, lanes * e->config.hidden * sizeof *s->x);
    s->kept_count = s->count;
    s->kept_done = s->done;
}

void encoder_resume(const struct encoder *e, struct encoder_scratch *s)
{
    size_t lanes = panels_of(e->kernels, s->kept_count) * e->kernels->panel;
    memcpy(s->x, s->kept, lanes * e->config.hidden * sizeof *s->x);
    s->count = s->kept_count;
    s->done = s->kept_done;
}

void encoder_run(const struct encoder *e, struct encoder_scratch *s, const uint32_t *ids, size_t count,
                 float *out)
{
    encoder_start(e, s, ids, count);
    encoder_advance(e, s, e->config.layers);
    encoder_pool(e, s, out);
}
