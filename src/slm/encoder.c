/*
 * encoder.c - BERT: embeddings, then layers of attention and feed-forward, then the mean of all tokens.
 * (Devlin et al. 2018, arXiv:1810.04805; post-norm, as in Hugging Face's BertModel)
 *
 *     x = normalize(word + position + type)
 *     each layer:  x = normalize(x + W_out attend(W_qkv x))
 *                  x = normalize(x + W_down gelu(W_up x))
 *     answer = mean over tokens of x, divided by its length
 *
 * Queries, keys and values are one matrix. Weights are packed when the model is opened and then taken from the
 * packed copy; the word and position embeddings are read from the mapped file, row by row as words come up.
 */
#include "slm/encoder.h"

#include "base/die.h"
#include "slm/kernels.h"
#include "slm/weights.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

struct norm {
    const float *gain, *shift; /* [hidden] (ref in weights) */
};

struct layer {
    struct matrix qkv, out, up, down;
    struct norm   after_attention, after_feed;
};

struct encoder {
    struct bert_config    config;
    const struct kernels *kernels;
    struct weights       *weights;
    const float          *words;     /* [vocabulary][hidden] (ref in weights) */
    const float          *positions; /* [positions][hidden] (ref in weights) */
    const float          *type;      /* [hidden], row 0 of the types (ref in weights) */
    struct norm           after_embedding;
    struct layer         *layer;    /* [config.layers] */
    char                 *matrices; /* all layers', packed, one after the other */
    uint64_t              fingerprint;
};

struct encoder_scratch {
    float *x;      /* panels of hidden */
    float *qkv;    /* panels of 3 * hidden */
    float *mixed;  /* panels of hidden: what attention gives */
    float *inner;  /* panels of intermediate */
    void  *scores; /* what attend() needs besides */
    void  *room;   /* what multiply() needs besides */
};

/* --------------------------------------------------------------------------------------------- the weights */

/* Finds tensors by name; the first that is missing or misshapen ends the search, and the rest are not looked
 * for. */
struct finder {
    const struct weights *weights;
    const char           *prefix; /* "", or "bert." where the encoder is part of a model with a head */
    struct fault         *why;
    bool                  is_good;
};

static const float *find(struct finder *f, size_t rows, size_t columns, const char *fmt, ...) PRINTF_LIKE(4, 5);

static const float *find(struct finder *f, size_t rows, size_t columns, const char *fmt, ...)
{
    char    tail[128], name[160];
    va_list args;
    if (!f->is_good)
        return NULL;
    va_start(args, fmt);
    vsnprintf(tail, sizeof tail, fmt, args);
    va_end(args);
    snprintf(name, sizeof name, "%s%s", f->prefix, tail);
    const float *floats = weights_floats(f->weights, name, rows, columns, f->why);
    f->is_good = floats != NULL;
    return floats;
}

static struct norm find_norm(struct finder *f, size_t hidden, const char *where)
{
    return (struct norm){ .gain = find(f, 1, hidden, "%s.LayerNorm.weight", where),
                          .shift = find(f, 1, hidden, "%s.LayerNorm.bias", where) };
}

/* Packs the dense block `where` at outputs [at, at + outputs) of m. */
static void pack(struct finder *f, struct matrix *m, const struct kernels *k, size_t at, size_t outputs,
                 const char *where)
{
    const float *rows = find(f, outputs, m->inputs, "%s.weight", where);
    const float *bias = find(f, 1, outputs, "%s.bias", where);
    if (!f->is_good)
        return;
    matrix_pack(m, k, at, rows, bias, outputs);
    weights_done_with(f->weights, rows, outputs * m->inputs);
}

static size_t layer_room(const struct encoder *e)
{
    size_t hidden = e->config.hidden, inner = e->config.intermediate;
    return matrix_room(e->kernels, 3 * hidden, hidden) + matrix_room(e->kernels, hidden, hidden) +
           matrix_room(e->kernels, inner, hidden) + matrix_room(e->kernels, hidden, inner);
}

/* Lays out the layer's matrices from `room` on, in the order in which they are read.
 *
 * What is read from a layer normalization is what bytes are too coarse for: a few features are far larger than
 * the rest. An error in the last layers goes right into the answer, so these read two bytes. On the texts of
 * tests/reference the least cosine to floats is .992 with one byte everywhere, .995 with two in the last third,
 * .996 in the last half. */
static void place_layer(const struct encoder *e, size_t number, char *room)
{
    const struct kernels *k = e->kernels;
    struct layer         *layer = &e->layer[number];
    size_t                hidden = e->config.hidden, inner = e->config.intermediate;
    matrix_init(&layer->qkv, k, 3 * hidden, hidden, room);
    room += matrix_room(k, 3 * hidden, hidden);
    matrix_init(&layer->out, k, hidden, hidden, room);
    room += matrix_room(k, hidden, hidden);
    matrix_init(&layer->up, k, inner, hidden, room);
    room += matrix_room(k, inner, hidden);
    matrix_init(&layer->down, k, hidden, inner, room);
    layer->qkv.is_wide = layer->up.is_wide = k->is_int8 && number >= e->config.layers / 2;
}

static void pack_layer(struct finder *f, const struct encoder *e, size_t number)
{
    static const char *const parts[] = { "query", "key", "value" };
    const struct kernels    *k = e->kernels;
    struct layer            *layer = &e->layer[number];
    size_t                   hidden = e->config.hidden, inner = e->config.intermediate;
    char                     where[96];
    int                      len = snprintf(where, sizeof where, "encoder.layer.%zu.", number);
    char                    *tail = where + len;
    size_t                   room = sizeof where - (size_t)len;

    for (size_t i = 0; i < 3; i++) {
        snprintf(tail, room, "attention.self.%s", parts[i]);
        pack(f, &layer->qkv, k, i * hidden, hidden, where);
    }
    snprintf(tail, room, "attention.output.dense");
    pack(f, &layer->out, k, 0, hidden, where);
    snprintf(tail, room, "attention.output");
    layer->after_attention = find_norm(f, hidden, where);

    snprintf(tail, room, "intermediate.dense");
    pack(f, &layer->up, k, 0, inner, where);
    snprintf(tail, room, "output.dense");
    pack(f, &layer->down, k, 0, hidden, where);
    snprintf(tail, room, "output");
    layer->after_feed = find_norm(f, hidden, where);
}

/* Of a few hundred weights all over the model: enough to tell two models apart, and it costs no time. */
static uint64_t fingerprint_of(const struct encoder *e)
{
    enum { SAMPLES = 128 };
    const struct bert_config *c = &e->config;
    uint64_t                  hash = c->hidden ^ (uint64_t)c->layers << 32;
    for (size_t i = 0; i < SAMPLES; i++) {
        const float        *word = e->words + i * c->vocabulary / SAMPLES * c->hidden;
        const struct layer *layer = &e->layer[i * c->layers / SAMPLES];
        hash = hash * 31 + slice_hash(slice_of((const char *)word, c->hidden * sizeof *word));
        hash =
            hash * 31 + slice_hash(slice_of((const char *)layer->after_feed.gain, c->hidden * sizeof(float)));
    }
    return hash;
}

static bool load(struct encoder *e, const char *folder, struct fault *why)
{
    char path[512];
    if (!bert_config_read(folder, &e->config, why))
        return false;
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    e->weights = weights_open(path, why);
    if (!e->weights)
        return false;

    const struct bert_config *c = &e->config;
    struct finder             f = { .weights = e->weights, .prefix = "", .why = why, .is_good = true };
    if (weights_has(e->weights, "bert.embeddings.word_embeddings.weight"))
        f.prefix = "bert.";
    e->words = find(&f, c->vocabulary, c->hidden, "embeddings.word_embeddings.weight");
    e->positions = find(&f, c->positions, c->hidden, "embeddings.position_embeddings.weight");
    e->type = find(&f, c->types, c->hidden, "embeddings.token_type_embeddings.weight");
    e->after_embedding = find_norm(&f, c->hidden, "embeddings");
    e->layer = must_calloc(c->layers, sizeof *e->layer);
    e->matrices = vectors_new(c->layers * layer_room(e));
    for (size_t i = 0; i < c->layers && f.is_good; i++) {
        place_layer(e, i, e->matrices + i * layer_room(e));
        pack_layer(&f, e, i);
    }
    if (f.is_good)
        e->fingerprint = fingerprint_of(e);
    return f.is_good;
}

struct encoder *encoder_open(const char *folder, const struct kernels *kernels, struct fault *why)
{
    struct encoder *e = must_calloc(1, sizeof *e);
    e->kernels = kernels;
    if (!load(e, folder, why))
        encoder_close(&e);
    return e;
}

void encoder_close(struct encoder **e)
{
    if (!*e)
        return;
    free((*e)->matrices);
    free((*e)->layer);
    weights_close(&(*e)->weights);
    free(*e);
    *e = NULL;
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

/* ------------------------------------------------------------------------------------------------- the work */

static struct attention shape_of(const struct bert_config *c, size_t tokens)
{
    return (struct attention){ .heads = c->heads, .head_features = c->hidden / c->heads, .tokens = tokens };
}

struct encoder_scratch *encoder_scratch_new(const struct encoder *e)
{
    const struct bert_config *c = &e->config;
    struct encoder_scratch   *s = must_calloc(1, sizeof *s);
    size_t                    lanes = panels_of(e->kernels, c->tokens_most) * e->kernels->panel;
    struct attention          shape = shape_of(c, c->tokens_most);
    s->x = vectors_new(lanes * c->hidden * sizeof(float));
    s->qkv = vectors_new(lanes * 3 * c->hidden * sizeof(float));
    s->mixed = vectors_new(lanes * c->hidden * sizeof(float));
    s->inner = vectors_new(lanes * c->intermediate * sizeof(float));
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
    free((*s)->scores);
    free((*s)->room);
    free(*s);
    *s = NULL;
}

/* Where token t's feature 0 lies; the next feature is a panel's width further. */
static float *token_at(const struct encoder *e, float *panels, size_t t)
{
    size_t width = e->kernels->panel;
    return panels + t / width * width * e->config.hidden + t % width;
}

static void embed(const struct encoder *e, const uint32_t *ids, size_t count, float *x)
{
    size_t hidden = e->config.hidden, width = e->kernels->panel;
    for (size_t t = 0; t < count; t++) {
        const float *word = e->words + ids[t] * hidden, *position = e->positions + t * hidden;
        float       *to = token_at(e, x, t);
        for (size_t f = 0; f < hidden; f++)
            to[f * width] = word[f] + position[f] + e->type[f];
    }
}

static void run_layer(const struct encoder *e, const struct layer *layer, struct encoder_scratch *s,
                      size_t count)
{
    const struct kernels     *k = e->kernels;
    const struct bert_config *c = &e->config;
    struct attention          shape = shape_of(c, count);

    k->multiply(&layer->qkv, s->x, s->qkv, count, AFTER_STORE, s->room);
    k->attend(&shape, s->qkv, s->mixed, s->scores);
    k->multiply(&layer->out, s->mixed, s->x, count, AFTER_ADD, s->room);
    k->normalize(s->x, layer->after_attention.gain, layer->after_attention.shift, c->hidden, count, c->epsilon);

    k->multiply(&layer->up, s->x, s->inner, count, AFTER_GELU, s->room);
    k->multiply(&layer->down, s->inner, s->x, count, AFTER_ADD, s->room);
    k->normalize(s->x, layer->after_feed.gain, layer->after_feed.shift, c->hidden, count, c->epsilon);
}

/* The mean's divisor falls away when the length is made 1. A vector of nothing but zeros stays so. */
static void pool(const struct encoder *e, const float *x, size_t count, float *out)
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

void encoder_run(const struct encoder *e, struct encoder_scratch *s, const uint32_t *ids, size_t count,
                 float *out)
{
    const struct bert_config *c = &e->config;
    embed(e, ids, count, s->x);
    e->kernels->normalize(s->x, e->after_embedding.gain, e->after_embedding.shift, c->hidden, count,
                          c->epsilon);
    for (size_t i = 0; i < c->layers; i++)
        run_layer(e, &e->layer[i], s, count);
    pool(e, s->x, count, out);
}
