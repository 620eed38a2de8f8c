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

/* Finds tensors by name; the first that is missing or misshapen ends the search, and the rest are not looked
 * for. */
struct finder {
    const struct weights *weights;
    const char           *prefix;
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

static struct dense find_dense(struct finder *f, size_t outputs, size_t inputs, size_t layer, const char *where)
{
    return (struct dense){ .rows = find(f, outputs, inputs, "encoder.layer.%zu.%s.weight", layer, where),
                           .bias = find(f, 1, outputs, "encoder.layer.%zu.%s.bias", layer, where) };
}

static void find_layer(struct finder *f, const struct bert_config *c, size_t number, struct layer_weights *out)
{
    char after_attention[64], after_feed[64];
    snprintf(after_attention, sizeof after_attention, "encoder.layer.%zu.attention.output", number);
    snprintf(after_feed, sizeof after_feed, "encoder.layer.%zu.output", number);
    *out = (struct layer_weights){
        .query = find_dense(f, c->hidden, c->hidden, number, "attention.self.query"),
        .key = find_dense(f, c->hidden, c->hidden, number, "attention.self.key"),
        .value = find_dense(f, c->hidden, c->hidden, number, "attention.self.value"),
        .out = find_dense(f, c->hidden, c->hidden, number, "attention.output.dense"),
        .after_attention = find_norm(f, c->hidden, after_attention),
        .up = find_dense(f, c->intermediate, c->hidden, number, "intermediate.dense"),
        .down = find_dense(f, c->hidden, c->intermediate, number, "output.dense"),
        .after_feed = find_norm(f, c->hidden, after_feed),
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
    e->type = find(f, c->types, c->hidden, "embeddings.token_type_embeddings.weight");
    e->after_embedding = find_norm(f, c->hidden, "embeddings");
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

static bool load(struct encoder *e, const char *folder, struct fault *why)
{
    char path[512];
    if (!bert_config_read(folder, &e->config, why))
        return false;
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    e->weights = weights_open(path, why);
    if (!e->weights)
        return false;

    e->prefix = weights_has(e->weights, "bert.embeddings.word_embeddings.weight") ? "bert." : "";
    struct finder f = { .weights = e->weights, .prefix = e->prefix, .why = why, .is_good = true };
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
    struct finder f = { .weights = e->weights, .prefix = e->prefix, .why = &why, .is_good = true };
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
