/* model_head.c - see slm/model_head.h. */
#include "slm/model_head.h"

#include "base/die.h"
#include "floats.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

/* What stands between a text's first state and its classes. */
enum between { BETWEEN_NOTHING, BETWEEN_TANH, BETWEEN_RELU };

/* Hugging Face's names of what is served. */
static const struct kind {
    const char       *architecture;
    enum architecture of;
    enum slm_head     head;
    const char       *dense; /* the matrix in between, NULL for none */
    enum between      between;
} kinds[] = {
    { "BertForSequenceClassification", ARCHITECTURE_BERT, SLM_HEAD_TEXT, ".pooler.dense", BETWEEN_TANH },
    { "BertForTokenClassification", ARCHITECTURE_BERT, SLM_HEAD_TOKENS, NULL, BETWEEN_NOTHING },
    { "DistilBertForSequenceClassification", ARCHITECTURE_DISTILBERT, SLM_HEAD_TEXT, "pre_classifier",
      BETWEEN_RELU },
    { "DistilBertForTokenClassification", ARCHITECTURE_DISTILBERT, SLM_HEAD_TOKENS, NULL, BETWEEN_NOTHING },
};

/* Heads that other tasks need; the encoder below them is served without. */
static const char *const encoders_alone[] = { "BertModel", "DistilBertModel", "BertForMaskedLM",
                                              "DistilBertForMaskedLM", "BertForPreTraining" };

struct model_head {
    const struct kind *kind;
    size_t             hidden;
    unsigned           labels;
    char             **label;      /* [labels] */
    bool               is_one_of;  /* labels exclude one another */
    struct dense       between;    /* [hidden][hidden] (ref in encoder) */
    struct dense       classifier; /* [labels][hidden] (ref in encoder) */
};

/* ----------------------------------------------------------------------------------------------------- loading
 */

/* NULL where it is an encoder alone, or does not say. */
static bool find_kind(const json_t *config, const char *folder, const struct kind **out, struct fault *why)
{
    const char *name = json_string_value(json_array_get(json_object_get(config, "architectures"), 0));
    *out = NULL;
    if (!name)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].architecture) == 0)
            *out = &kinds[i];
    for (size_t i = 0; i < sizeof encoders_alone / sizeof *encoders_alone; i++)
        if (strcmp(name, encoders_alone[i]) == 0)
            return true;
    return *out || fault_set(why, FAULT_UNSUPPORTED, "%s/config.json: the architecture %.60s is not served",
                             folder, name);
}

/* id2label, {"0": "...", ...}; a model that has none has two labels, as in Hugging Face's library. */
static bool read_labels(struct model_head *h, const json_t *config, const char *folder, struct fault *why)
{
    const json_t *names = json_object_get(config, "id2label");
    size_t        count = names ? json_object_size(names) : 2;
    if (count == 0 || count > HEAD_LABELS_MOST)
        return fault_set(why, FAULT_UNSUPPORTED, "%s/config.json: id2label has %zu labels, %d is the most",
                         folder, count, HEAD_LABELS_MOST);
    h->label = must_calloc(count, sizeof *h->label);
    for (h->labels = 0; h->labels < count; h->labels++) {
        char id[32], usual[32];
        snprintf(id, sizeof id, "%u", h->labels);
        snprintf(usual, sizeof usual, "LABEL_%u", h->labels);
        const char *name = names ? json_string_value(json_object_get(names, id)) : usual;
        if (!name)
            return fault_set(why, FAULT_UNSUPPORTED, "%s/config.json: id2label has no word for %s", folder, id);
        h->label[h->labels] = die_if_null(strdup(name));
    }
    return true;
}

static bool find_dense(struct encoder *e, const char *where, size_t outputs, size_t inputs, struct dense *out,
                       struct fault *why)
{
    char name[64];
    snprintf(name, sizeof name, "%s.weight", where);
    out->rows = encoder_tensor(e, name, outputs, inputs, why);
    snprintf(name, sizeof name, "%s.bias", where);
    out->bias = out->rows ? encoder_tensor(e, name, 1, outputs, why) : NULL;
    return out->bias != NULL;
}

static bool load(struct model_head *h, struct encoder *e, const json_t *config, const char *folder,
                 struct fault *why)
{
    const char *problem = json_string_value(json_object_get(config, "problem_type"));
    if (problem && strcmp(problem, "regression") == 0)
        return fault_set(why, FAULT_UNSUPPORTED,
                         "%s/config.json: problem_type is regression; classes are served", folder);
    h->hidden = encoder_config(e)->hidden;
    if (!read_labels(h, config, folder, why))
        return false;
    h->is_one_of = h->labels > 1 && !(problem && strcmp(problem, "multi_label_classification") == 0);
    return (!h->kind->dense || find_dense(e, h->kind->dense, h->hidden, h->hidden, &h->between, why)) &&
           find_dense(e, "classifier", h->labels, h->hidden, &h->classifier, why);
}

bool model_head_open(const char *folder, struct encoder *e, struct model_head **out, struct fault *why)
{
    char               path[512];
    const struct kind *kind = NULL;
    snprintf(path, sizeof path, "%s/config.json", folder);
    *out = NULL;
    json_t *config = json_load_file(path, 0, NULL); /* the encoder has read it */
    bool    is_good = find_kind(config, folder, &kind, why);
    if (is_good && kind) {
        *out = must_calloc(1, sizeof **out);
        (*out)->kind = kind;
        is_good = load(*out, e, config, folder, why);
    }
    json_decref(config);
    if (!is_good)
        model_head_free(out);
    return is_good;
}

void model_head_free(struct model_head **h)
{
    if (!*h)
        return;
    for (unsigned i = 0; i < (*h)->labels; i++)
        free((*h)->label[i]);
    free((*h)->label);
    free(*h);
    *h = NULL;
}

enum slm_head model_head_kind(const struct model_head *h)
{
    return h->kind->head;
}

unsigned model_head_labels(const struct model_head *h)
{
    return h->labels;
}

const char *model_head_label(const struct model_head *h, unsigned i)
{
    return h->label[i];
}

/* ----------------------------------------------------------------------------------------------------- running
 */

static void multiply(const struct dense *m, const float *in, size_t inputs, float *out, size_t outputs)
{
    for (size_t o = 0; o < outputs; o++) {
        const float *row = m->rows + o * inputs;
        float        sum = 0;
        for (size_t i = 0; i < inputs; i++)
            sum += row[i] * in[i];
        out[o] = sum + m->bias[o];
    }
}

/* Logits become shares. */
static void share_out(const struct model_head *h, float *share)
{
    if (h->is_one_of)
        softmax(share, h->labels);
    for (unsigned i = 0; !h->is_one_of && i < h->labels; i++)
        share[i] = sigmoid(share[i]);
}

void model_head_run(const struct model_head *h, const float *state, float *share)
{
    float between[SLM_DIM_MOST];
    if (h->kind->between != BETWEEN_NOTHING) {
        multiply(&h->between, state, h->hidden, between, h->hidden);
        for (size_t i = 0; i < h->hidden; i++)
            between[i] = h->kind->between == BETWEEN_TANH ? tanhf(between[i]) : fmaxf(between[i], 0);
        state = between;
    }
    multiply(&h->classifier, state, h->hidden, share, h->labels);
    share_out(h, share);
}
