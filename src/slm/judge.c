/*
 * judge.c - how hard is it, what is it about: one embedding, two heads.
 *
 * An embedding looks at the first 256 tokens only. Of a longer question the beginning says what is asked about
 * and the end what is asked, so both are embedded and averaged; what lies between is mostly material.
 */
#include "slm/heads.h"
#include "slm/slm.h"

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

void slm_embed_question(struct slm_worker *worker, struct slice question, float *out)
{
    slm_embed(worker, question, out);
    if (question.len <= WINDOWS_ABOVE_BYTES)
        return;
    const unsigned dim = slm_dim(slm_of(worker));
    float          end[SLM_DIM_MOST], squares = 0;
    slm_embed(worker, last_window(question), end);
    for (unsigned i = 0; i < dim; i++) {
        out[i] += end[i];
        squares += out[i] * out[i];
    }
    if (squares > 0)
        for (unsigned i = 0; i < dim; i++)
            out[i] /= sqrtf(squares);
}

/* Softmax; returns the likeliest. */
static enum topic share_out(const float *logit, float *share)
{
    enum topic best = 0;
    float      sum = 0;
    for (int i = 1; i < TOPICS; i++)
        if (logit[i] > logit[best])
            best = (enum topic)i;
    for (int i = 0; i < TOPICS; i++)
        sum += share[i] = expf(logit[i] - logit[best]);
    for (int i = 0; i < TOPICS; i++)
        share[i] /= sum;
    return best;
}

bool slm_has_heads(const struct slm *s)
{
    return heads_shipped()->dim == slm_dim(s) && heads_shipped()->fingerprint == slm_fingerprint(s);
}

void slm_judge_embedded(const struct slm *slm, struct slice question, const float *embedding,
                        struct judgement *out)
{
    const struct heads *heads = heads_shipped();
    struct text_marks   marks;
    float               difficulty, topic[TOPICS];
    *out = (struct judgement){ .difficulty = 0 };
    if (!slm_has_heads(slm))
        return;
    text_marks_of(question, &marks);
    head_run(&heads->difficulty, heads->dim, embedding, &marks, &difficulty);
    head_run(&heads->topic, heads->dim, embedding, &marks, topic);
    out->difficulty = 1.0f / (1.0f + expf(-difficulty));
    out->topic = share_out(topic, out->topic_share);
}

void slm_judge(struct slm_worker *worker, struct slice question, struct judgement *out)
{
    float embedding[SLM_DIM_MOST];
    *out = (struct judgement){ .difficulty = 0 };
    if (!slm_has_heads(slm_of(worker)))
        return;
    slm_embed_question(worker, question, embedding);
    slm_judge_embedded(slm_of(worker), question, embedding, out);
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

enum topic topic_of(struct slice word)
{
    for (int i = 0; i < TOPICS; i++)
        if (slice_is(word, words[i]))
            return (enum topic)i;
    return TOPICS;
}
