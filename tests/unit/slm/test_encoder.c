/*
 * test_encoder.c - the encoder against sentence-transformers on the texts of tests/reference/minilm.jsonl, and
 * what slm_open() refuses. What needs the model is skipped where deploy/model has not fetched it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "reference.h"
#include "slm/encoder.h"
#include "slm/kernels.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define REFERENCE WEIR_SOURCE_DIR "/tests/reference/minilm.jsonl"

enum { DIM = 384, TEXTS = 200, IDS_MOST = 256 };

struct example {
    json_t      *json;
    struct slice text;
    uint32_t     ids[IDS_MOST];
    size_t       count;
    float        embedding[DIM];
};

static struct example example[TEXTS];

static void read_example(struct example *e, json_t *row)
{
    json_t *ids = json_object_get(row, "ids"), *embedding = json_object_get(row, "embedding");
    e->json = row;
    e->text = text_of(row);
    e->count = json_array_size(ids);
    assert_in_range(e->count, 2, IDS_MOST);
    assert_int_equal(json_array_size(embedding), DIM);
    for (size_t i = 0; i < e->count; i++)
        e->ids[i] = (uint32_t)json_integer_value(json_array_get(ids, i));
    for (size_t i = 0; i < DIM; i++)
        e->embedding[i] = (float)((double)json_integer_value(json_array_get(embedding, i)) * 1e-5);
}

static int set_up(void **state)
{
    (void)state;
    unsetenv("WEIR_KERNEL"); /* whoever runs the tests may have asked for bytes */
    json_t *row[TEXTS] = { 0 };
    size_t  count = read_rows(REFERENCE, row, TEXTS);
    assert_int_equal(count, TEXTS);
    for (size_t i = 0; i < TEXTS; i++)
        read_example(&example[i], row[i]);
    open_model(SLM_FP32);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++)
        json_decref(example[i].json);
    slm_close(&slm);
    return 0;
}

static void test_tells_what_it_is(void **state)
{
    (void)state;
    need_model();
    assert_string_equal(slm_name(slm), "all-MiniLM-L6-v2");
    assert_int_equal(slm_dim(slm), DIM);
    assert_int_equal(slm_tokens_most(slm), 256);
    assert_int_not_equal(slm_fingerprint(slm), 0);
}

static void test_token_ids_are_the_reference(void **state)
{
    (void)state;
    need_model();
    struct slm_worker *worker = slm_worker_new(slm);
    for (size_t i = 0; i < TEXTS; i++) {
        uint32_t ids[IDS_MOST];
        size_t   count = slm_tokenize(worker, example[i].text, ids, IDS_MOST);
        assert_int_equal(count, example[i].count);
        assert_memory_equal(ids, example[i].ids, count * sizeof *ids);
    }
    slm_worker_free(&worker);
}

/* The cosine between an embedding and the reference's. */
static double cosine_of(const float *ours, const float *theirs)
{
    double dot = 0, squares = 0, their_squares = 0;
    for (size_t d = 0; d < DIM; d++) {
        dot += (double)ours[d] * theirs[d];
        squares += (double)ours[d] * ours[d];
        their_squares += (double)theirs[d] * theirs[d];
    }
    return dot / sqrt(squares * their_squares);
}

static void test_embeddings_are_the_reference(void **state)
{
    (void)state;
    need_model();
    struct slm_worker *worker = slm_worker_new(slm);
    double             worst = 0, least_cosine = 1;
    for (size_t i = 0; i < TEXTS; i++) {
        float  out[DIM];
        double squares = 0;
        slm_embed(worker, example[i].text, out);
        for (size_t d = 0; d < DIM; d++) {
            worst = fmax(worst, fabs((double)out[d] - example[i].embedding[d]));
            squares += (double)out[d] * out[d];
        }
        assert_true(fabs(squares - 1) < 1e-5);
        least_cosine = fmin(least_cosine, cosine_of(out, example[i].embedding));
    }
    print_message("%s: largest difference %.2g, least cosine %.8f\n", slm_kernel(slm), worst, least_cosine);
    assert_true(worst <= 1e-4);
    assert_true(least_cosine >= 0.9999);
    slm_worker_free(&worker);
}

/* A long text leaves nothing behind that a short one could read. */
static void test_a_text_does_not_depend_on_the_one_before(void **state)
{
    (void)state;
    need_model();
    struct slm_worker *used = slm_worker_new(slm);
    for (size_t i = 0; i < TEXTS; i += 23) {
        struct slm_worker *fresh = slm_worker_new(slm);
        float              first[DIM], second[DIM], unused[DIM];
        slm_embed(fresh, example[i].text, first);
        slm_embed(used, example[TEXTS / 2 + i % 37].text, unused);
        slm_embed(used, example[i].text, second);
        assert_memory_equal(first, second, sizeof first);
        slm_worker_free(&fresh);
    }
    slm_worker_free(&used);
}

/* Every make of the kernels, not the exact and fastest alone; all texts with those of int8 that are in use. */
static void check_kernels(const struct kernels *k)
{
    struct fault            why;
    struct encoder         *encoder = encoder_open(MODEL, k, &why);
    struct encoder_scratch *scratch = encoder_scratch_new(encoder);
    double                  worst = 0, least_cosine = 1, cosines = 0;
    size_t                  texts = 0;
    assert_int_equal(encoder_fingerprint(encoder), slm_fingerprint(slm));
    size_t step = k->is_int8 && strcmp(k->name, "portable_int8") != 0 ? 1 : 17;
    for (size_t i = 0; i < TEXTS; i += step, texts++) {
        float out[DIM];
        encoder_run(encoder, scratch, example[i].ids, example[i].count, out);
        for (size_t d = 0; d < DIM; d++)
            worst = fmax(worst, fabs((double)out[d] - example[i].embedding[d]));
        double cosine = cosine_of(out, example[i].embedding);
        least_cosine = fmin(least_cosine, cosine);
        cosines += cosine;
    }
    print_message("%s: largest difference %.2g, cosine at least %.5f, %.5f on average\n", k->name, worst,
                  least_cosine, cosines / (double)texts);
    if (!k->is_int8)
        assert_true(worst <= 1e-5);
    assert_true(least_cosine >= 0.995);
    assert_true(cosines / (double)texts >= 0.998);
    encoder_scratch_free(&scratch);
    encoder_close(&encoder);
}

static void test_every_make_of_the_kernels(void **state)
{
    (void)state;
    need_model();
    const struct kernels *k;
    for (size_t i = 0; (k = kernels_here(i)); i++)
        check_kernels(k);
}

static void *embed_some(void *unused)
{
    static _Thread_local float out[DIM];
    struct slm_worker         *worker = slm_worker_new(slm);
    for (size_t i = 0; i < TEXTS; i += 29)
        slm_embed(worker, example[i].text, out);
    slm_worker_free(&worker);
    (void)unused;
    return memcpy(malloc(sizeof out), out, sizeof out);
}

static void test_threads_share_a_model(void **state)
{
    (void)state;
    need_model();
    enum { THREADS = 3 };
    pthread_t thread[THREADS];
    float    *here = embed_some(NULL);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, embed_some, NULL), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *there;
        assert_int_equal(pthread_join(thread[i], &there), 0);
        assert_memory_equal(here, there, DIM * sizeof(float));
        free(there);
    }
    free(here);
}

/* ---------------------------------------------------------------------------------- folders that it refuses */

static char folder[32];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/weir_encoder_XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void write_file(const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

/* The refusal's words name what is wrong. */
static void assert_refused(const char *words)
{
    struct fault why = { .kind = FAULT_NONE };
    struct slm  *none = slm_open(folder, &why);
    assert_null(none);
    assert_int_not_equal(why.kind, FAULT_NONE);
    if (!strstr(why.detail, words))
        fail_msg("\"%s\" does not tell of \"%s\"", why.detail, words);
}

static const char good_config[] =
    "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":8,\"num_attention_heads\":2,"
    "\"intermediate_size\":16,\"num_hidden_layers\":1,\"max_position_embeddings\":32,\"vocab_size\":4,"
    "\"type_vocab_size\":2,\"layer_norm_eps\":1e-12}";

static void write_config_with(const char *from, const char *to)
{
    char        config[1024];
    const char *at = strstr(good_config, from);
    assert_non_null(at);
    snprintf(config, sizeof config, "%.*s%s%s", (int)(at - good_config), good_config, to, at + strlen(from));
    write_file("config.json", config);
}

static void test_refuses_with_the_reason(void **state)
{
    (void)state;
    make_folder();
    assert_refused("config.json");
    write_file("config.json", "{\"model_type\":");
    assert_refused("config.json: line 1");
    write_config_with("\"bert\"", "\"roberta\"");
    assert_refused("model_type is roberta; only bert and distilbert");
    write_config_with("\"gelu\"", "\"relu\"");
    assert_refused("hidden_act is relu");
    write_config_with("\"type_vocab_size\"",
                      "\"position_embedding_type\":\"relative_key\",\"type_vocab_size\"");
    assert_refused("position_embedding_type is relative_key");
    write_config_with("\"num_attention_heads\":2", "\"num_attention_heads\":3");
    assert_refused("no multiple of 3 heads");
    write_config_with("\"hidden_size\":8", "\"hidden_size\":-8");
    assert_refused("hidden_size must be a whole number");
    write_config_with("1e-12", "0");
    assert_refused("layer_norm_eps");

    write_file("config.json", good_config);
    assert_refused("model.safetensors: No such file");
    write_file("sentence_bert_config.json", "{\"max_seq_length\": 64}");
    assert_refused("max_seq_length must be a whole number from 2 to 32");
    write_file("sentence_bert_config.json", "{\"max_seq_length\": 16}");
    write_file("tokenizer_config.json", "{\"do_lower_case\": false, \"strip_accents\": true}");
    assert_refused("strip_accents is true, which is not served");
    write_file("tokenizer_config.json", "{\"do_lower_case\": true, \"tokenize_chinese_chars\": false}");
    assert_refused("tokenize_chinese_chars is false");
    write_file("tokenizer_config.json", "{\"do_lower_case\": true}");
    write_file("model.safetensors", "");
    assert_refused("empty");
    write_file("model.safetensors", "not a safetensors file");
    assert_refused("longer than the file");
    remove_folder();
}

#define MINILM_CONFIG(layers)                                                                                  \
    "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":384,\"num_attention_heads\":12,"         \
    "\"intermediate_size\":1536,\"max_position_embeddings\":512,\"vocab_size\":30522,\"type_vocab_size\":2,"   \
    "\"layer_norm_eps\":1e-12,\"num_hidden_layers\":" layers "}"

static void test_needs_its_vocabulary_and_every_tensor(void **state)
{
    (void)state;
    need_model();
    make_folder();
    char link[256];
    snprintf(link, sizeof link, "%s/model.safetensors", folder);
    assert_int_equal(symlink(MODEL "/model.safetensors", link), 0);

    write_file("config.json", good_config);
    assert_refused("embeddings.word_embeddings.weight is not of shape 4 x 8");
    write_file("config.json", MINILM_CONFIG("7"));
    assert_refused("tensor encoder.layer.6.attention.self.query.weight is missing");
    write_file("config.json", MINILM_CONFIG("6"));
    assert_refused("vocab.txt: No such file");
    assert_int_equal(setenv("WEIR_KERNEL", "abacus", 1), 0);
    assert_refused("WEIR_KERNEL names no kernel");
    assert_int_equal(unsetenv("WEIR_KERNEL"), 0);
    write_file("vocab.txt", "one\ntwo\n");
    assert_refused("the vocabulary has no [UNK]");
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_what_it_is),
        cmocka_unit_test(test_token_ids_are_the_reference),
        cmocka_unit_test(test_embeddings_are_the_reference),
        cmocka_unit_test(test_a_text_does_not_depend_on_the_one_before),
        cmocka_unit_test(test_every_make_of_the_kernels),
        cmocka_unit_test(test_threads_share_a_model),
        cmocka_unit_test(test_refuses_with_the_reason),
        cmocka_unit_test(test_needs_its_vocabulary_and_every_tensor),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
