/* classes.c - see slm/classes.h. */
#include "slm/classes.h"

#include "base/die.h"
#include "slm/linear.h"
#include "slm/slm.h"

#include <math.h>

/* Of the examples left out, one in FAR_SHARE is farther than the edge. */
enum { FAR_SHARE = 25 };

/* The edge where no class has two examples: unrelated texts are about 0.1 near to one another, and texts of one
 * kind 0.4 to 0.7. */
static const float LONE_EDGE = 0.4f, LONE_MEDIAN = 0.6f, SOFTNESS_LEAST = 0.02f;

struct classes {
    size_t        dim;
    unsigned      count;
    float        *prototype; /* [count][dim], each of length 1 */
    struct linear linear;
    float         edge;     /* the nearness (cosine) at which it is as likely none of them */
    float         softness; /* of the edge: the logistic's scale */
};

/* What is learned from: one row an example. */
struct lesson {
    const struct class_example *example;
    size_t                      examples, dim;
    unsigned                    count;
    float                      *embedding; /* [examples][dim] */
    struct text_marks          *marks;     /* [examples] */
    float                      *sum;       /* [count][dim], of the class's embeddings */
    size_t                     *size;      /* [count], # examples */
};

static float dot(const float *a, const float *b, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* ---- learning ---- */

static void read_examples(struct lesson *l, struct slm_worker *worker)
{
    for (size_t i = 0; i < l->examples; i++) {
        const struct class_example *e = &l->example[i];
        float                      *embedding = l->embedding + i * l->dim, question[SLM_QUESTION_MOST];
        slm_embed_question(worker, e->text, question);
        memcpy(embedding, question, l->dim * sizeof *embedding);
        text_marks_of(e->text, &l->marks[i]);
        l->size[e->class_index]++;
        for (size_t k = 0; k < l->dim; k++)
            l->sum[e->class_index * l->dim + k] += embedding[k];
    }
}

static void set_prototypes(const struct lesson *l, struct classes *out)
{
    for (unsigned class = 0; class < l->count; class ++) {
        const float *sum = l->sum + class * l->dim;
        float        length = sqrtf(dot(sum, sum, l->dim));
        for (size_t k = 0; k < l->dim && length > 0; k++)
            out->prototype[class * l->dim + k] = sum[k] / length;
    }
}

/* The cosine of x to the prototype of its class's other examples, whose sum is s - x. */
static float nearness_left_out(const float *x, const float *s, size_t dim)
{
    float xx = dot(x, x, dim), xs = dot(x, s, dim), ss = dot(s, s, dim);
    float others = ss - 2 * xs + xx; /* |s - x|^2 */
    return others > 0 && xx > 0 ? (xs - xx) / sqrtf(others * xx) : 0;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Half of the examples are inside with 95 % or more: ln 19 scales of the logistic from the edge. */
static void set_edge(const struct lesson *l, struct classes *out)
{
    float *nearness = must_calloc(l->examples, sizeof *nearness);
    size_t count = 0;
    for (size_t i = 0; i < l->examples; i++) {
        unsigned class = l->example[i].class_index;
        if (l->size[class] > 1)
            nearness[count++] = nearness_left_out(l->embedding + i * l->dim, l->sum + class * l->dim, l->dim);
    }
    qsort(nearness, count, sizeof *nearness, by_size);
    float median = count ? nearness[count / 2] : LONE_MEDIAN;
    out->edge = count ? nearness[count / FAR_SHARE] : LONE_EDGE;
    out->softness = fmaxf((median - out->edge) / logf(19), SOFTNESS_LEAST);
    free(nearness);
}

static void learn_softmax(const struct lesson *l, struct arena *arena, struct classes *out)
{
    struct linear_row *row = must_calloc(l->examples, sizeof *row);
    for (size_t i = 0; i < l->examples; i++)
        row[i] = (struct linear_row){ l->embedding + i * l->dim, &l->marks[i], l->example[i].class_index };
    linear_learn(&out->linear, arena, row, l->examples, l->dim, l->count);
    free(row);
}

struct classes *classes_learn(struct arena *arena, struct slm_worker *worker,
                              const struct class_example *example, size_t examples, unsigned count)
{
    const size_t  dim = slm_dim(slm_of(worker));
    struct lesson l = {
        .example = example,
        .examples = examples,
        .dim = dim,
        .count = count,
        .embedding = must_calloc(examples * dim, sizeof *l.embedding),
        .marks = must_calloc(examples, sizeof *l.marks),
        .sum = must_calloc(count * dim, sizeof *l.sum),
        .size = must_calloc(count, sizeof *l.size),
    };
    struct classes *out = arena_alloc(arena, sizeof *out);
    out->dim = dim;
    out->count = count;
    out->prototype = arena_array(arena, count * dim, sizeof *out->prototype);
    read_examples(&l, worker);
    set_prototypes(&l, out);
    set_edge(&l, out);
    learn_softmax(&l, arena, out);
    free(l.embedding);
    free(l.marks);
    free(l.sum);
    free(l.size);
    return out;
}

/* ---- judging ---- */

unsigned classes_count(const struct classes *c)
{
    return c->count;
}

static float chance_of_any(const struct classes *c, const float *embedding)
{
    float nearest = -1;
    for (unsigned class = 0; class < c->count; class ++)
        nearest = fmaxf(nearest, dot(embedding, c->prototype + class * c->dim, c->dim));
    return 1 / (1 + expf((c->edge - nearest) / c->softness));
}

unsigned classes_judge(const struct classes *c, struct slice text, const float *embedding, float *share)
{
    struct text_marks marks;
    unsigned          best = 0;
    float             any = chance_of_any(c, embedding);
    text_marks_of(text, &marks);
    linear_run(&c->linear, embedding, &marks, share);
    for (unsigned class = 0; class < c->count; class ++) {
        share[class] *= any;
        if (share[class] > share[best])
            best = class;
    }
    return any >= 0.5f ? best : c->count;
}
