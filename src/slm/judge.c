/*
 * judge.c - how hard is it, what is it about, is it private, is it an attack: one embedding, five heads.
 *
 * An embedding looks at the first 256 tokens only. Of a longer question the beginning says what is asked about
 * and the end what is asked, so both are embedded and averaged; what lies between is mostly material.
 */
#include "floats.h"
#include "slm/heads.h"
#include "slm/slm.h"
#include "slm_inside.h"

#include <math.h>

/* train/encoder.py has the same two figures. A thousand bytes of English are about 230 tokens. */
enum { WINDOWS_ABOVE_BYTES = 1200, WINDOW_BYTES = 1000 };

/* The end of a long text, from a blank on where there is one, else from a character on. */
static struct slice last_window(struct slice text)
{
    struct slice window = slice_cut(text, text.len - WINDOW_BYTES, text.len);
    size_t       blank = slice_find_byte(window, ' ');
    if (blank != SLICE_NONE)
        return slice_cut(window, blank + 1, window.len);
    size_t from = 0;
    while (from < window.len && ((unsigned char)window.ptr[from] & 0xc0) == 0x80)
        from++;
    return slice_cut(window, from, window.len);
}

/* x becomes the mean of both, of length 1 again. */
static void average(float *x, const float *other, size_t count)
{
    float squares = 0;
    for (size_t i = 0; i < count; i++) {
        x[i] += other[i];
        squares += x[i] * x[i];
    }
    for (size_t i = 0; i < count && squares > 0; i++)
        x[i] /= sqrtf(squares);
}

/* out: the embedding, then the mean half-way up. */
static void embed_window(struct slm_worker *worker, struct slice window, float *out)
{
    const struct encoder     *e = slm_of(worker)->encoder;
    const struct bert_config *config = encoder_config(e);
    slm_start(worker, window, config->layers / 2);
    encoder_advance(e, worker->scratch, config->layers / 2);
    encoder_pool(e, worker->scratch, out + config->hidden);
    encoder_advance(e, worker->scratch, config->layers);
    encoder_pool(e, worker->scratch, out);
}

void slm_embed_question(struct slm_worker *worker, struct slice question, float *out)
{
    const unsigned dim = slm_dim(slm_of(worker));
    float          end[SLM_QUESTION_MOST];
    embed_window(worker, question, out);
    if (question.len <= WINDOWS_ABOVE_BYTES)
        return;
    embed_window(worker, last_window(question), end);
    average(out, end, dim);
    average(out + dim, end + dim, dim);
}

bool slm_has_heads(const struct slm *s)
{
    return heads_shipped()->dim == slm_dim(s) && heads_shipped()->fingerprint == slm_fingerprint(s);
}

void slm_judge_embedded(const struct slm *slm, struct slice question, const float *embedding,
                        struct judgement *out)
{
    const struct heads *heads = heads_shipped();
    const uint32_t      dim = heads->dim;
    struct text_marks   marks;
    float               right[2], logit;
    *out = (struct judgement){ .difficulty = 0 };
    if (!slm_has_heads(slm))
        return;
    text_marks_of(question, &marks);
    head_run(&heads->difficulty, dim, embedding, &marks, &logit);
    out->difficulty = sigmoid(logit);
    head_run(&heads->topic, dim, embedding, &marks, out->topic_share);
    out->topic = (enum topic)greatest(out->topic_share, TOPICS);
    softmax(out->topic_share, TOPICS);
    head_run(&heads->exam, dim, embedding, &marks, right);
    out->small_right = sigmoid(right[0]);
    out->large_right = sigmoid(right[1]);
    head_run(&heads->sensitivity, dim, embedding, &marks, &logit);
    out->sensitivity = sigmoid(logit);
    head_run(&heads->injection, dim, embedding, &marks, &logit);
    out->injection = sigmoid(logit);
}

void slm_judge(struct slm_worker *worker, struct slice question, struct judgement *out)
{
    float embedding[SLM_QUESTION_MOST];
    *out = (struct judgement){ .difficulty = 0 };
    if (!slm_has_heads(slm_of(worker)))
        return;
    slm_embed_question(worker, question, embedding);
    slm_judge_embedded(slm_of(worker), question, embedding, out);
}

float slm_suspicion(struct slice text)
{
    struct text_marks marks;
    float             logit;
    text_marks_of(text, &marks);
    head_run_words(&heads_shipped()->injection, &marks, &logit);
    return logit;
}

static const char *const words[TOPICS] = {
#define TOPIC(name, word) [TOPIC_##name] = (word),
#include "tables/topics.h"
#undef TOPIC
};

const char *topic_word(enum topic t)
{
    return words[t];
}
