/*
 * made_model.h - a small BERT with made-up weights, written to a folder of its own.
 *
 * Two with one seed are equal but for the layers from `from` on, whose weights come from `other`. No size is a
 * multiple of what a kernel does at once.
 */
#ifndef WEIR_TESTS_MADE_MODEL_H
#define WEIR_TESTS_MADE_MODEL_H

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MADE_HIDDEN = 40,
    MADE_HEADS = 4,
    MADE_INNER = 52,
    MADE_LAYERS = 3,
    MADE_POSITIONS = 80,
    MADE_VOCABULARY = 50,
    MADE_FILE_MOST = 1 << 20,
};

struct made_model {
    char       folder[32];
    uint32_t   seed, other;
    size_t     from;
    struct buf header, data;
};

/* Evenly between -1 and 1. */
static inline float made_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state / 2147483648.0f;
}

static inline void made_tensor(struct made_model *m, const char *where, const char *what, size_t rows,
                               size_t columns, float middle, float reach)
{
    size_t begin = m->data.len;
    for (size_t i = 0; i < rows * columns; i++) {
        float x = middle + reach * made_number(&m->seed);
        buf_add(&m->data, slice_of((const char *)&x, sizeof x));
    }
    buf_printf(&m->header, "%s\"%s%s\":{\"dtype\":\"F32\",\"shape\":[%zu,%zu],\"data_offsets\":[%zu,%zu]}",
               begin ? "," : "{", where, what, rows, columns, begin, m->data.len);
}

/* Weights reach as far as leaves the outputs about as large as the inputs, a little more to tell texts apart.
 */
static inline void made_dense(struct made_model *m, const char *where, size_t outputs, size_t inputs)
{
    made_tensor(m, where, ".weight", outputs, inputs, 0, 0.3f);
    made_tensor(m, where, ".bias", 1, outputs, 0, 0.1f);
}

static inline void made_norm(struct made_model *m, const char *where)
{
    made_tensor(m, where, ".LayerNorm.weight", 1, MADE_HIDDEN, 1, 0.2f);
    made_tensor(m, where, ".LayerNorm.bias", 1, MADE_HIDDEN, 0, 0.2f);
}

static inline void made_layer(struct made_model *m, size_t number)
{
    static const char *const dense[] = { "attention.self.query", "attention.self.key", "attention.self.value",
                                         "attention.output.dense" };
    char                     where[96];
    if (number == m->from)
        m->seed = m->other;
    for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
        snprintf(where, sizeof where, "encoder.layer.%zu.%s", number, dense[i]);
        made_dense(m, where, MADE_HIDDEN, MADE_HIDDEN);
    }
    snprintf(where, sizeof where, "encoder.layer.%zu.attention.output", number);
    made_norm(m, where);
    snprintf(where, sizeof where, "encoder.layer.%zu.intermediate.dense", number);
    made_dense(m, where, MADE_INNER, MADE_HIDDEN);
    snprintf(where, sizeof where, "encoder.layer.%zu.output.dense", number);
    made_dense(m, where, MADE_HIDDEN, MADE_INNER);
    snprintf(where, sizeof where, "encoder.layer.%zu.output", number);
    made_norm(m, where);
}

static inline FILE *made_file(const struct made_model *m, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", m->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

static inline void made_write(struct made_model *m)
{
    while (m->header.len % 8 != 7)
        buf_add_byte(&m->header, ' ');
    buf_add_byte(&m->header, '}');
    uint64_t length = m->header.len;
    FILE    *file = made_file(m, "model.safetensors");
    assert_int_equal(fwrite(&length, sizeof length, 1, file), 1);
    assert_int_equal(fwrite(m->header.ptr, m->header.len, 1, file), 1);
    assert_int_equal(fwrite(m->data.ptr, m->data.len, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    file = made_file(m, "config.json");
    fprintf(
        file,
        "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":%d,\"num_attention_heads\":%d,"
        "\"intermediate_size\":%d,\"num_hidden_layers\":%d,\"max_position_embeddings\":%d,\"vocab_size\":%d,"
        "\"type_vocab_size\":2,\"layer_norm_eps\":1e-12}",
        MADE_HIDDEN, MADE_HEADS, MADE_INNER, MADE_LAYERS, MADE_POSITIONS, MADE_VOCABULARY);
    assert_int_equal(fclose(file), 0);
}

static inline void made_model_init(struct made_model *m, uint32_t seed, size_t from, uint32_t other)
{
    *m = (struct made_model){ .folder = "/tmp/weir_made_XXXXXX", .seed = seed, .other = other, .from = from };
    assert_non_null(mkdtemp(m->folder));
    buf_init(&m->header, MADE_FILE_MOST);
    buf_init(&m->data, MADE_FILE_MOST);
    made_tensor(m, "embeddings", ".word_embeddings.weight", MADE_VOCABULARY, MADE_HIDDEN, 0, 1);
    made_tensor(m, "embeddings", ".position_embeddings.weight", MADE_POSITIONS, MADE_HIDDEN, 0, 0.3f);
    made_tensor(m, "embeddings", ".token_type_embeddings.weight", 2, MADE_HIDDEN, 0, 0.1f);
    made_norm(m, "embeddings");
    for (size_t i = 0; i < MADE_LAYERS; i++)
        made_layer(m, i);
    made_write(m);
    buf_fini(&m->header);
    buf_fini(&m->data);
}

/* Its files go, too. */
static inline void made_model_fini(struct made_model *m)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", m->folder);
    assert_int_equal(system(command), 0);
}

#endif
