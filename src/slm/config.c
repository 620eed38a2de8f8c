/*
 * config.c - reads a Hugging Face folder's config.json, and says no to what the encoder does not compute.
 */
#include "slm/encoder.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

enum { HIDDEN_MOST = 8192, WIDTH_MOST = 65536, VOCABULARY_MOST = 4 << 20, TOKENS_BY_DEFAULT = 512 };

/* One file of the folder, and where what is wrong with it is said. */
struct document {
    char          path[512];
    json_t       *json;
    struct fault *why;
};

static bool document_open(struct document *d, const char *folder, const char *file, struct fault *why)
{
    json_error_t error;
    d->why = why;
    int len = snprintf(d->path, sizeof d->path, "%s/%s", folder, file);
    if (len < 0 || (size_t)len >= sizeof d->path)
        return fault_set(why, FAULT_UNSUPPORTED, "the path of %s is too long", file);
    d->json = json_load_file(d->path, JSON_REJECT_DUPLICATES, &error);
    if (!d->json)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: line %d: %s", d->path, error.line, error.text);
    return true;
}

/* A whole number in [least, most] that must be there. */
static bool whole(const struct document *d, const char *key, size_t least, size_t most, size_t *out)
{
    const json_t *value = json_object_get(d->json, key);
    json_int_t    number = json_integer_value(value);
    if (!json_is_integer(value) || number < (json_int_t)least || number > (json_int_t)most)
        return fault_set(d->why, FAULT_UNSUPPORTED, "%s: %s must be a whole number from %zu to %zu", d->path,
                         key, least, most);
    *out = (size_t)number;
    return true;
}

/* A word that must be the one we serve, or missing where missing means that one. */
static bool is_word(const struct document *d, const char *key, const char *served, bool may_be_missing)
{
    const json_t *value = json_object_get(d->json, key);
    if (!value && may_be_missing)
        return true;
    const char *word = json_string_value(value);
    if (word && strcmp(word, served) == 0)
        return true;
    return fault_set(d->why, FAULT_UNSUPPORTED, "%s: %s is %.60s; only %s is served", d->path, key,
                     word ? word : "not a word", served);
}

/* What the same things are called in each architecture. */
static const struct keys {
    const char *type, *hidden, *heads, *intermediate, *layers, *activation;
    bool        has_types, has_epsilon; /* what has none is of one type, and takes the usual epsilon */
} keys_of[] = {
    [ARCHITECTURE_BERT] = { "bert", "hidden_size", "num_attention_heads", "intermediate_size",
                            "num_hidden_layers", "hidden_act", true, true },
    [ARCHITECTURE_DISTILBERT] = { "distilbert", "dim", "n_heads", "hidden_dim", "n_layers", "activation", false,
                                  false },
};
static const float USUAL_EPSILON = 1e-12f;

static bool read_architecture(const struct document *d, enum architecture *out)
{
    const char *type = json_string_value(json_object_get(d->json, "model_type"));
    for (size_t i = 0; type && i < sizeof keys_of / sizeof *keys_of; i++)
        if (strcmp(type, keys_of[i].type) == 0) {
            *out = (enum architecture)i;
            return true;
        }
    return fault_set(d->why, FAULT_UNSUPPORTED, "%s: model_type is %.60s; only bert and distilbert are served",
                     d->path, type ? type : "not a word");
}

static bool read_epsilon(const struct document *d, float *out)
{
    double epsilon = json_number_value(json_object_get(d->json, "layer_norm_eps"));
    if (!(epsilon > 0 && epsilon < 1))
        return fault_set(d->why, FAULT_UNSUPPORTED, "%s: layer_norm_eps must be between 0 and 1", d->path);
    *out = (float)epsilon;
    return true;
}

static bool read_model(const struct document *d, struct bert_config *out)
{
    if (!read_architecture(d, &out->architecture))
        return false;
    const struct keys *keys = &keys_of[out->architecture];
    out->types = 0;
    out->epsilon = USUAL_EPSILON;
    if (!is_word(d, keys->activation, "gelu", false) ||
        !is_word(d, "position_embedding_type", "absolute", true) ||
        !whole(d, keys->hidden, 1, HIDDEN_MOST, &out->hidden) ||
        !whole(d, keys->heads, 1, HIDDEN_MOST, &out->heads) ||
        !whole(d, keys->intermediate, 1, WIDTH_MOST, &out->intermediate) ||
        !whole(d, keys->layers, 1, ENCODER_LAYERS_MOST, &out->layers) ||
        !whole(d, "max_position_embeddings", 2, ENCODER_TOKENS_MOST, &out->positions) ||
        !whole(d, "vocab_size", 1, VOCABULARY_MOST, &out->vocabulary) ||
        (keys->has_types && !whole(d, "type_vocab_size", 1, WIDTH_MOST, &out->types)) ||
        (keys->has_epsilon && !read_epsilon(d, &out->epsilon)))
        return false;
    if (out->hidden % out->heads != 0)
        return fault_set(d->why, FAULT_UNSUPPORTED, "%s: %s %zu is no multiple of %zu heads", d->path,
                         keys->hidden, out->hidden, out->heads);
    return true;
}

/* sentence-transformers cuts texts shorter than the model could read them; its file may be missing. */
static bool read_tokens_most(const char *folder, struct bert_config *out, struct fault *why)
{
    char path[512];
    out->tokens_most = out->positions < TOKENS_BY_DEFAULT ? out->positions : TOKENS_BY_DEFAULT;
    snprintf(path, sizeof path, "%s/sentence_bert_config.json", folder);
    if (access(path, F_OK) != 0)
        return true;
    struct document d = { .json = NULL };
    bool            is_good = document_open(&d, folder, "sentence_bert_config.json", why) &&
                   whole(&d, "max_seq_length", 2, out->positions, &out->tokens_most);
    json_decref(d.json);
    return is_good;
}

/* A key that may be missing or null, and then says what is usual; anything but that is refused. */
static bool is_usual(const struct document *d, const char *key, bool usual)
{
    const json_t *value = json_object_get(d->json, key);
    if (!value || json_is_null(value) || json_is_true(value) == usual)
        return true;
    return fault_set(d->why, FAULT_UNSUPPORTED, "%s: %s is %s, which is not served", d->path, key,
                     usual ? "false" : "true");
}

/* How text is made ready. Accents are stripped where case is folded, and only there. */
static bool read_case(const char *folder, struct bert_config *out, struct fault *why)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tokenizer_config.json", folder);
    out->keeps_case = false;
    if (access(path, F_OK) != 0)
        return true;
    struct document d = { .json = NULL };
    bool            is_good = document_open(&d, folder, "tokenizer_config.json", why);
    out->keeps_case = is_good && json_is_false(json_object_get(d.json, "do_lower_case"));
    is_good = is_good && is_usual(&d, "strip_accents", !out->keeps_case) &&
              is_usual(&d, "tokenize_chinese_chars", true);
    json_decref(d.json);
    return is_good;
}

bool bert_config_read(const char *folder, struct bert_config *out, struct fault *why)
{
    struct document d = { .json = NULL };
    bool            is_good = document_open(&d, folder, "config.json", why) && read_model(&d, out) &&
                   read_tokens_most(folder, out, why) && read_case(folder, out, why);
    json_decref(d.json);
    return is_good;
}
