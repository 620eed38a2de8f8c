/*
 * encoder_load.c - a folder's weights, found by their names and packed for the kernels.
 *
 * Weights are packed when the model is opened and then taken from the packed copy; the word and position
 * embeddings are read from the mapped file, row by row as words come up.
 */
#include "encoder_inside.h"

#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>

/* -------------------------------------------------------------------------------------------- tensors by name
 */

/* What tensors are called in each architecture. */
static const struct names {
    const char *prefix; /* where there is a head besides, else nothing */
    const char *layer, *query, *key, *value, *out, *after_attention, *up, *down, *after_feed;
} names_of[] = {
    [ARCHITECTURE_BERT] = { "bert.", "encoder.layer", "attention.self.query", "attention.self.key",
                            "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
                            "intermediate.dense", "output.dense", "output.LayerNorm" },
    [ARCHITECTURE_DISTILBERT] = { "distilbert.", "transformer.layer", "attention.q_lin", "attention.k_lin",
                                  "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1",
                                  "ffn.lin2", "output_layer_norm" },
};

/* Finds tensors by name; the first that is missing or misshapen ends the search, and the rest are not looked
 * for. */
struct finder {
    struct weights *weights;
    const char     *prefix;
    struct fault   *why;
    bool            is_good;
};

static struct finder finder_of(struct encoder *e, struct fault *why)
{
    return (struct finder){ .weights = e->weights, .prefix = e->prefix, .why = why, .is_good = true };
}

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

/* One layer's, in whose names this stands before the part's. */
struct layer_finder {
    struct finder *f;
    const char    *layer;
    size_t         number;
};

static struct norm find_norm(const struct layer_finder *l, size_t hidden, const char *part)
{
    return (struct norm){ .gain = find(l->f, 1, hidden, "%s.%zu.%s.weight", l->layer, l->number, part),
                          .shift = find(l->f, 1, hidden, "%s.%zu.%s.bias", l->layer, l->number, part) };
}

static struct dense find_dense(const struct layer_finder *l, size_t outputs, size_t inputs, const char *part)
{
    return (struct dense){ .rows = find(l->f, outputs, inputs, "%s.%zu.%s.weight", l->layer, l->number, part),
                           .bias = find(l->f, 1, outputs, "%s.%zu.%s.bias", l->layer, l->number, part) };
}

static void find_layer(struct finder *f, const struct bert_config *c, size_t number, struct layer_weights *out)
{
    const struct names       *names = &names_of[c->architecture];
    const struct layer_finder l = { f, names->layer, number };
    size_t                    hidden = c->hidden, inner = c->intermediate;
    *out = (struct layer_weights){
        .query = find_dense(&l, hidden, hidden, names->query),
        .key = find_dense(&l, hidden, hidden, names->key),
        .value = find_dense(&l, hidden, hidden, names->value),
        .out = find_dense(&l, hidden, hidden, names->out),
        .after_attention = find_norm(&l, hidden, names->after_attention),
        .up = find_dense(&l, inner, hidden, names->up),
        .down = find_dense(&l, hidden, inner, names->down),
        .after_feed = find_norm(&l, hidden, names->after_feed),
    };
}

/* -------------------------------------------------------------------------------------------- the whole folder
 */

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

static void load_embeddings(struct encoder *e, struct finder *f)
{
    const struct bert_config *c = &e->config;
    e->words = find(f, c->vocabulary, c->hidden, "embeddings.word_embeddings.weight");
    e->positions = find(f, c->positions, c->hidden, "embeddings.position_embeddings.weight");
    if (c->types > 0)
        e->type = find(f, c->types, c->hidden, "embeddings.token_type_embeddings.weight");
    e->after_embedding.gain = find(f, 1, c->hidden, "embeddings.LayerNorm.weight");
    e->after_embedding.shift = find(f, 1, c->hidden, "embeddings.LayerNorm.bias");
}

static void load_layers(struct encoder *e, struct finder *f)
{
    size_t                  layers = e->config.layers, room = layer_room(e);
    struct encoder_scratch *sample = encoder_scratch_new(e);
    e->layer = must_calloc(layers, sizeof *e->layer);
    e->matrices = vectors_new(layers * room);
    sample_start(e, sample);
    for (size_t i = 0; i < layers && f->is_good; i++) {
        struct layer_weights w;
        find_layer(f, &e->config, i, &w);
        if (!f->is_good)
            break;
        layer_pack(&e->layer[i], e, &w, e->matrices + i * room, sample);
        encoder_layer_done(e, &w);
    }
    encoder_scratch_free(&sample);
}

/* A name that begins with a dot stands behind the prefix. */
static const char *whole_name(const struct encoder *e, const char *name, char *room, size_t bytes)
{
    if (name[0] == '.')
        snprintf(room, bytes, "%s%s", e->prefix, name + 1);
    else
        snprintf(room, bytes, "%s", name);
    return room;
}

static bool has_tensor(const struct encoder *e, const char *name)
{
    char room[160];
    return weights_has(e->weights, whole_name(e, name, room, sizeof room));
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

    e->prefix = names_of[e->config.architecture].prefix;
    if (!has_tensor(e, ".embeddings.word_embeddings.weight"))
        e->prefix = "";
    struct finder f = finder_of(e, why);
    load_embeddings(e, &f);
    if (f.is_good)
        load_layers(e, &f);
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

/* Every tensor was found when the folder was opened, and is there still. */
void encoder_layer_floats(struct encoder *e, size_t number, struct layer_weights *out)
{
    struct fault  why;
    struct finder f = finder_of(e, &why);
    find_layer(&f, &e->config, number, out);
    if (!f.is_good)
        die("%s", why.detail);
}

void encoder_layer_done(struct encoder *e, const struct layer_weights *w)
{
    size_t             hidden = e->config.hidden, inner = e->config.intermediate;
    const struct dense square[] = { w->query, w->key, w->value, w->out };
    for (size_t i = 0; i < sizeof square / sizeof *square; i++)
        weights_done_with(e->weights, square[i].rows, hidden * hidden);
    weights_done_with(e->weights, w->up.rows, inner * hidden);
    weights_done_with(e->weights, w->down.rows, hidden * inner);
}

const float *encoder_tensor(struct encoder *e, const char *name, size_t rows, size_t columns, struct fault *why)
{
    char room[160];
    return weights_floats(e->weights, whole_name(e, name, room, sizeof room), rows, columns, why);
}
