/*
 * test_labels.c - every architecture and head against transformers, on the folders of tests/reference/heads;
 * and the heads that are refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/slm.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLDERS WEIR_SOURCE_DIR "/tests/reference/heads/"

enum { TOKENS_MOST = 64, LABELS_MOST = 8 };

static struct slm *open_folder(const char *path)
{
    struct fault why = { .kind = FAULT_NONE };
    struct slm  *slm = slm_open_in(path, SLM_FP32, &why);
    if (!slm)
        fail_msg("%s", why.detail);
    return slm;
}

static void assert_near(double ours, const json_t *theirs)
{
    double number = json_number_value(theirs);
    if (!(fabs(ours - number) <= 1e-4))
        fail_msg("%.6f is not %.6f", ours, number);
}

static struct slice text_of(const json_t *row)
{
    const json_t *text = json_object_get(row, "text");
    return slice_of(json_string_value(text), json_string_length(text));
}

static void check_ids(struct slm_worker *worker, const json_t *row)
{
    uint32_t      ids[TOKENS_MOST];
    const json_t *expected = json_object_get(row, "ids");
    size_t        count = slm_tokenize(worker, text_of(row), ids, slm_tokens_most(slm_of(worker)));
    assert_int_equal(count, json_array_size(expected));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ids[i], json_integer_value(json_array_get(expected, i)));
}

static void check_embedding(struct slm_worker *worker, const json_t *row)
{
    float         out[SLM_DIM_MOST];
    const json_t *expected = json_object_get(row, "embedding");
    assert_int_equal(slm_head(slm_of(worker)), SLM_HEAD_NONE);
    assert_int_equal(json_array_size(expected), slm_dim(slm_of(worker)));
    slm_embed(worker, text_of(row), out);
    for (size_t i = 0; i < json_array_size(expected); i++)
        assert_near((double)out[i], json_array_get(expected, i));
}

static void check_text(struct slm_worker *worker, const json_t *row)
{
    float         share[LABELS_MOST];
    const json_t *expected = json_object_get(row, "shares");
    assert_int_equal(slm_head(slm_of(worker)), SLM_HEAD_TEXT);
    assert_int_equal(json_array_size(expected), slm_labels(slm_of(worker)));
    slm_classify(worker, text_of(row), share);
    for (size_t i = 0; i < json_array_size(expected); i++)
        assert_near((double)share[i], json_array_get(expected, i));
}

static void check_tokens(struct slm_worker *worker, const json_t *row)
{
    struct slm_mark mark[TOKENS_MOST];
    const json_t   *expected = json_object_get(row, "shares"), *places = json_object_get(row, "places");
    size_t          count = slm_mark_tokens(worker, text_of(row), mark, TOKENS_MOST);
    assert_int_equal(slm_head(slm_of(worker)), SLM_HEAD_TOKENS);
    assert_int_equal(count + 2, json_array_size(expected)); /* theirs are told of [CLS] and [SEP], too */
    for (size_t t = 0; t < count; t++) {
        const json_t *place = json_array_get(places, t + 1), *shares = json_array_get(expected, t + 1);
        assert_int_equal(mark[t].from, json_integer_value(json_array_get(place, 0)));
        assert_int_equal(mark[t].to, json_integer_value(json_array_get(place, 1)));
        assert_in_range(mark[t].label, 0, json_array_size(shares) - 1);
        assert_near((double)mark[t].share, json_array_get(shares, mark[t].label));
        for (size_t i = 0; i < json_array_size(shares); i++)
            assert_true(json_number_value(json_array_get(shares, i)) <= (double)mark[t].share + 1e-4);
    }
    assert_int_equal(slm_mark_tokens(worker, text_of(row), mark, 1), count ? 1 : 0);
}

static void check_folder(const char *name, void (*check)(struct slm_worker *, const json_t *))
{
    char path[512];
    snprintf(path, sizeof path, FOLDERS "%s", name);
    struct slm        *slm = open_folder(path);
    struct slm_worker *worker = slm_worker_new(slm);
    snprintf(path, sizeof path, FOLDERS "%s/expected.json", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char  *line = NULL;
    size_t cap = 0, rows = 0;
    for (; getline(&line, &cap, file) > 0; rows++) {
        json_t *row = json_loads(line, JSON_ALLOW_NUL, NULL);
        assert_non_null(row);
        check_ids(worker, row);
        check(worker, row);
        json_decref(row);
    }
    assert_true(rows >= 5);
    free(line);
    fclose(file);
    slm_worker_free(&worker);
    slm_close(&slm);
}

static void test_embeddings(void **state)
{
    (void)state;
    check_folder("bert", check_embedding);
    check_folder("bert_cased_f16", check_embedding);
    check_folder("distilbert", check_embedding); /* BF16 */
}

static void test_texts(void **state)
{
    (void)state;
    check_folder("bert_text", check_text);
    check_folder("bert_text_many", check_text);
    check_folder("distilbert_text", check_text);
}

static void test_tokens(void **state)
{
    (void)state;
    check_folder("bert_tokens_cased", check_tokens);
    check_folder("distilbert_tokens", check_tokens);
}

static void test_tells_its_labels(void **state)
{
    (void)state;
    struct slm *slm = open_folder(FOLDERS "distilbert_tokens");
    assert_int_equal(slm_labels(slm), 4);
    assert_string_equal(slm_label(slm, 0), "O");
    assert_string_equal(slm_label(slm, 3), "B-LOC");
    slm_close(&slm);
    slm = open_folder(FOLDERS "bert");
    assert_int_equal(slm_labels(slm), 0);
    slm_close(&slm);
}

/* ------------------------------------------------------------------------------------------------- refusals */

/* A copy of `of` whose config.json has `key` set to `value`. */
static void assert_refused(const char *of, const char *key, const char *value, const char *words)
{
    char folder[] = "/tmp/weir_labels_XXXXXX", path[512], link[512];
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 2; i++) {
        const char *const file = i ? "model.safetensors" : "vocab.txt";
        snprintf(path, sizeof path, FOLDERS "%s/%s", of, file);
        snprintf(link, sizeof link, "%s/%s", folder, file);
        assert_int_equal(symlink(path, link), 0);
    }
    snprintf(path, sizeof path, FOLDERS "%s/config.json", of);
    json_t *config = json_load_file(path, 0, NULL);
    assert_int_equal(json_object_set_new(config, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
    snprintf(path, sizeof path, "%s/config.json", folder);
    assert_int_equal(json_dump_file(config, path, 0), 0);
    json_decref(config);

    struct fault why = { .kind = FAULT_NONE };
    struct slm  *slm = slm_open(folder, &why);
    assert_null(slm);
    if (!strstr(why.detail, words))
        fail_msg("\"%s\" does not tell of \"%s\"", why.detail, words);
    snprintf(path, sizeof path, "rm -r '%s'", folder);
    assert_int_equal(system(path), 0);
}

static void test_refuses_with_the_reason(void **state)
{
    (void)state;
    assert_refused("bert_text", "architectures", "[\"BertForQuestionAnswering\"]",
                   "the architecture BertForQuestionAnswering is not served");
    assert_refused("bert_text", "problem_type", "\"regression\"", "regression");
    assert_refused("bert_text", "id2label", "{}", "id2label has 0 labels");
    assert_refused("bert_text", "id2label", "{\"0\": \"a\", \"2\": \"b\"}", "no word for 1");
    assert_refused("bert_text", "id2label", "{\"0\": \"a\", \"1\": \"b\"}",
                   "classifier.weight is not of shape 2 x 12");
    assert_refused("bert", "architectures", "[\"BertForSequenceClassification\"]",
                   "tensor pooler.dense.weight is missing");
    assert_refused("distilbert", "architectures", "[\"DistilBertForTokenClassification\"]",
                   "tensor classifier.weight is missing");
    assert_refused("distilbert", "activation", "\"relu\"", "activation is relu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embeddings),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_tells_its_labels),
        cmocka_unit_test(test_refuses_with_the_reason),
    };
    unsetenv("WEIR_KERNEL"); /* whoever runs the tests may have asked for bytes */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
