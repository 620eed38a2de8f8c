/*
 * calibrate.c - see slm/calibrate.h. Compiled with -O3: its time goes into add_row() and dot().
 *
 * The recipe is train/calibrate.py's: the sum over the rows of -ln P(truth), plus PENALTY / 2 |w|^2, the bias
 * free. That is strongly convex, so accelerated gradient descent with constant momentum (Nesterov,
 * "Introductory lectures on convex optimization", 2004, 2.2.1) reaches the minimum in some hundred steps.
 */
#include "slm/calibrate.h"

#include "base/die.h"
#include "floats.h"

#include <math.h>

static const float  PENALTY = 6, DEVIATION_LEAST = 1e-6f;
static const double FAR_ENOUGH = 14; /* e^-14 of the way to the minimum may be left */

/* ---- sums ---- */

/* Eight sums, which a compiler may keep in one register. */
static float dot(const float *a, const float *b, size_t count)
{
    float  part[8] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            part[k] += a[i + k] * b[i + k];
    for (; i < count; i++)
        sum += a[i] * b[i];
    for (size_t k = 0; k < 8; k++)
        sum += part[k];
    return sum;
}

/* ---- learning ---- */

/* How long the parts of a row are once they are standardized: what is longer is believed more. The second helps
 * where prompts are like an exam's questions, and harms elsewhere (train/README.md): cross-validation tells. */
struct recipe {
    float marks, exam, middle;
};
static const struct recipe recipes[] = { { 0.3f, 0, 1 }, { 0.2f, 3, 0.6f } };
enum { RECIPES = sizeof recipes / sizeof *recipes };

/* What is learned from: rows of standardized floats, a column after the other. */
struct lesson {
    const struct recipe *recipe;
    size_t               rows, floats; /* of the view's floats the first `skipped` are not looked at */
    size_t               skipped;
    float               *column;                /* [floats][rows] */
    float               *mean, *factor;         /* [floats]: standardized = (float - mean) * factor */
    float               *truth, *logit, *slope; /* [rows] */
};

/* Of a view the marks, the exam head's logits and the middle layer; the shipped head's difficulty, between
 * them, is left out. */
static float length_of(const struct lesson *l, size_t at)
{
    if (at < HEADS_MARKS)
        return l->recipe->marks / sqrtf((float)HEADS_MARKS);
    if (at < TAUGHT_EXAM)
        return 0;
    return at < TAUGHT_MIDDLE ? l->recipe->exam / sqrtf((float)(TAUGHT_MIDDLE - TAUGHT_EXAM))
                              : l->recipe->middle / sqrtf((float)(l->floats - TAUGHT_MIDDLE));
}

static void standardize(struct lesson *l, size_t at)
{
    float *column = l->column + at * l->rows;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < l->rows; i++)
        sum += (double)column[i];
    double mean = sum / (double)l->rows;
    for (size_t i = 0; i < l->rows; i++)
        squares += ((double)column[i] - mean) * ((double)column[i] - mean);
    float deviation = (float)sqrt(squares / (double)l->rows);
    l->mean[at] = (float)mean;
    l->factor[at] = length_of(l, at) / (deviation + DEVIATION_LEAST);
    for (size_t i = 0; i < l->rows; i++)
        column[i] = (column[i] - l->mean[at]) * l->factor[at];
}

/* All rows but one fold's; TEACH_FOLDS leaves out none. */
static void lesson_init(struct lesson *l, const struct recipe *recipe, const struct outcome *row, size_t rows,
                        size_t skipped, size_t floats, unsigned left_out)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++)
        count += row[i].fold != left_out;
    *l = (struct lesson){
        .recipe = recipe,
        .rows = count,
        .floats = floats - skipped,
        .skipped = skipped,
        .column = must_calloc(count * (floats - skipped), sizeof *l->column),
        .mean = must_calloc(floats - skipped, sizeof *l->mean),
        .factor = must_calloc(floats - skipped, sizeof *l->factor),
        .truth = must_calloc(count, sizeof *l->truth),
        .logit = must_calloc(count, sizeof *l->logit),
        .slope = must_calloc(count, sizeof *l->slope),
    };
    for (size_t i = 0, at = 0; i < rows; i++) {
        if (row[i].fold == left_out)
            continue;
        for (size_t k = 0; k < l->floats; k++)
            l->column[k * count + at] = row[i].dense[skipped + k];
        at++;
    }
    for (size_t k = 0; k < l->floats; k++)
        standardize(l, k);
}

static void lesson_fini(struct lesson *l)
{
    free(l->column);
    free(l->mean);
    free(l->factor);
    free(l->truth);
    free(l->logit);
    free(l->slope);
}

/* One step of gradient descent from `ahead`; returns the bias's new value. */
static float descend(struct lesson *l, const float *ahead, float bias, float size, float *w)
{
    float sum = 0;
    for (size_t i = 0; i < l->rows; i++)
        l->logit[i] = bias;
    for (size_t k = 0; k < l->floats; k++)
        add_row(l->logit, ahead[k], l->column + k * l->rows, l->rows);
    for (size_t i = 0; i < l->rows; i++)
        sum += l->slope[i] = sigmoid(l->logit[i]) - l->truth[i];
    for (size_t k = 0; k < l->floats; k++)
        w[k] = ahead[k] - size * (dot(l->column + k * l->rows, l->slope, l->rows) + PENALTY * ahead[k]);
    return bias - size * sum;
}

/* The logistic model of l->truth: w [floats] and the bias. Rows are as long as the recipe says and the bias
 * counts as 1 more, so the steepest curvature is at most rows / 4 * length^2 + PENALTY. */
static float fit(struct lesson *l, float *w)
{
    const struct recipe *r = l->recipe;
    float                steepest =
        (float)l->rows / 4 * (1 + r->marks * r->marks + r->exam * r->exam + r->middle * r->middle) + PENALTY;
    float  ratio = sqrtf(steepest / PENALTY), momentum = (ratio - 1) / (ratio + 1), bias = 0, bias_ahead = 0;
    size_t steps = (size_t)(FAR_ENOUGH * (double)ratio);
    float *ahead = must_calloc(l->floats, sizeof *ahead), *next = must_calloc(l->floats, sizeof *next);
    memset(w, 0, l->floats * sizeof *w);
    for (size_t step = 0; step < steps; step++) {
        float next_bias = descend(l, ahead, bias_ahead, 1 / steepest, next);
        for (size_t k = 0; k < l->floats; k++)
            ahead[k] = next[k] + momentum * (next[k] - w[k]);
        bias_ahead = next_bias + momentum * (next_bias - bias);
        bias = next_bias;
        memcpy(w, next, l->floats * sizeof *w);
    }
    free(ahead);
    free(next);
    return bias;
}

/* Puts a model in its column of the head, standardizing folded in, so that it reads views as they are. */
static void put(const struct lesson *l, const float *w, float bias, struct linear *out, size_t column)
{
    for (size_t k = 0; k < l->floats; k++) {
        out->A[(l->skipped + k) * out->classes + column] = w[k] * l->factor[k];
        bias -= w[k] * l->factor[k] * l->mean[k];
    }
    out->b[column] = bias;
}

static void learn(struct arena *arena, const struct recipe *recipe, const struct outcome *row, size_t rows,
                  size_t skipped, size_t floats, unsigned left_out, bool has_strong, struct linear *out)
{
    struct lesson l;
    lesson_init(&l, recipe, row, rows, skipped, floats, left_out);
    float *w = must_calloc(l.floats, sizeof *w);
    *out = (struct linear){ .dim = floats, .classes = has_strong ? 2 : 1 };
    out->A = arena_array(arena, floats * out->classes, sizeof *out->A);
    out->C = arena_array(arena, HEADS_BUCKETS * out->classes, sizeof *out->C); /* words tell nothing here */
    out->b = arena_array(arena, out->classes, sizeof *out->b);
    for (size_t column = 0; column < out->classes; column++) {
        for (size_t i = 0, at = 0; i < rows; i++)
            if (row[i].fold != left_out)
                l.truth[at++] = (column ? row[i].strong_ok : row[i].weak_ok) ? 1 : 0;
        float bias = fit(&l, w);
        put(&l, w, bias, out, column);
    }
    free(w);
    lesson_fini(&l);
}

/* ---- cross-validating ---- */

static float gain_of(const struct linear *l, const float *dense)
{
    static const struct text_marks no_words;
    float                          right[2] = { 0 };
    linear_sum(l, dense, &no_words, right);
    return (l->classes == 2 ? sigmoid(right[1]) : 1) - sigmoid(right[0]);
}

static size_t deal_out(struct outcome *row, size_t rows)
{
    struct teach_row *of = must_calloc(rows, sizeof *of);
    for (size_t i = 0; i < rows; i++)
        of[i] = (struct teach_row){ .twin = row[i].twin, .label = row[i].weak_ok };
    size_t texts = teach_folds(of, rows, 2);
    for (size_t i = 0; i < rows; i++)
        row[i].fold = of[i].fold;
    free(of);
    return texts;
}

/* sigmoid(slope gain + offset) as the chance that the weak answer is wrong: Newton's method on the
 * cross-entropy, with a grain of penalty on the slope against outcomes that are parted without an error (Platt,
 * 1999). */
static void fit_scale(const struct outcome *row, size_t rows, float *slope, float *offset)
{
    enum { STEPS = 30 };
    double a = 0, b = 0;
    for (int step = 0; step < STEPS; step++) {
        double ga = 1e-3 * a, gb = 0, haa = 1e-3, hab = 0, hbb = 1e-9;
        for (size_t i = 0; i < rows; i++) {
            double x = (double)row[i].score, p = 1 / (1 + exp(-(a * x + b))), v = p * (1 - p);
            double off = p - (row[i].weak_ok ? 0 : 1);
            ga += off * x, gb += off;
            haa += v * x * x, hab += v * x, hbb += v;
        }
        double whole = haa * hbb - hab * hab;
        if (!(whole > 1e-12))
            break;
        a -= (hbb * ga - hab * gb) / whole;
        b -= (haa * gb - hab * ga) / whole;
    }
    *slope = a > 0 ? (float)a : 0; /* a gain that foretells the opposite foretells nothing */
    *offset = (float)b;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void set_quantiles(const struct outcome *row, size_t rows, struct taught *out)
{
    float *sorted = must_calloc(rows, sizeof *sorted);
    for (size_t i = 0; i < rows; i++)
        sorted[i] = row[i].score;
    qsort(sorted, rows, sizeof *sorted, by_size);
    for (size_t q = 0; q < TAUGHT_QUANTILES; q++)
        out->quantile[q] = sorted[q * (rows - 1) / (TAUGHT_QUANTILES - 1)];
    free(sorted);
}

static void compare(struct outcome *row, size_t rows, struct calibration *out)
{
    enum { HALVES = 50 };
    float          *before = must_calloc(rows, sizeof *before), *after = must_calloc(rows, sizeof *after);
    struct outcome *half = must_calloc(rows, sizeof *half);
    double          squares = 0;
    uint64_t        state = 1;
    for (size_t i = 0; i < rows; i++) {
        before[i] = row[i].shipped;
        after[i] = row[i].score;
        out->weak_right += row[i].weak_ok;
        out->strong_right += row[i].strong_ok;
    }
    routing_figures(row, rows, before, &out->before);
    routing_figures(row, rows, after, &out->after);
    double whole = out->after.apgr - out->before.apgr;
    for (int h = 0; h < HALVES;
         h++) { /* a half's figure strays as far from the whole's as that from the truth */
        size_t count = 0;
        for (size_t i = 0; i < rows; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
            if (state >> 63) {
                before[count] = row[i].shipped;
                after[count] = row[i].score;
                half[count++] = row[i];
            }
        }
        struct routing_figures x, y;
        routing_figures(half, count, before, &x);
        routing_figures(half, count, after, &y);
        squares += (y.apgr - x.apgr - whole) * (y.apgr - x.apgr - whole);
    }
    out->sigma = sqrt(squares / HALVES);
    out->has_gain = out->strong_right > out->weak_right;
    out->weak_right /= (double)rows;
    out->strong_right /= (double)rows;
    free(before);
    free(after);
    free(half);
}

/* Each row's gain, told by heads that had not learned from it; returns how well it orders them. */
static double cross_validate(const struct recipe *recipe, const struct slm *slm, const struct outcome *row,
                             size_t rows, bool has_strong, float *gain)
{
    const size_t           skipped = slm_dim(slm), floats = taught_view_floats(slm, TAUGHT_DIFFICULTY);
    struct routing_figures figures;
    for (unsigned fold = 0; fold < TEACH_FOLDS; fold++) {
        struct arena *scratch = arena_new();
        struct linear l;
        learn(scratch, recipe, row, rows, skipped, floats, fold, has_strong, &l);
        for (size_t i = 0; i < rows; i++)
            if (row[i].fold == fold)
                gain[i] = gain_of(&l, row[i].dense);
        arena_free(&scratch);
    }
    routing_figures(row, rows, gain, &figures);
    return figures.apgr;
}

/* The recipe that orders these rows best, and their gains by it. */
static const struct recipe *choose(const struct slm *slm, struct outcome *row, size_t rows, bool has_strong)
{
    const struct recipe *best = NULL;
    double               most = 0;
    float               *gain = must_calloc(rows, sizeof *gain);
    for (size_t r = 0; r < RECIPES; r++) {
        double apgr = cross_validate(&recipes[r], slm, row, rows, has_strong, gain);
        if (best && !(apgr > most))
            continue;
        best = &recipes[r];
        most = apgr;
        for (size_t i = 0; i < rows; i++)
            row[i].score = gain[i];
    }
    free(gain);
    return best;
}

void calibrate(struct arena *arena, const struct slm *slm, struct outcome *row, size_t rows, bool has_strong,
               struct calibration *report, struct taught *out)
{
    const size_t skipped = slm_dim(slm), floats = taught_view_floats(slm, TAUGHT_DIFFICULTY);
    *report = (struct calibration){ .has_strong = has_strong, .prompts = deal_out(row, rows) };
    const struct recipe *recipe = choose(slm, row, rows, has_strong);
    *out = (struct taught){
        .kind = TAUGHT_DIFFICULTY,
        .name = "difficulty",
        .fingerprint = slm_fingerprint(slm),
        .rows = (uint32_t)rows,
        .labels = has_strong ? 2 : 1,
    };
    fit_scale(row, rows, &out->slope, &out->offset);
    for (size_t i = 0; i < rows; i++)
        row[i].score = sigmoid(out->slope * row[i].score + out->offset);
    compare(row, rows, report);
    set_quantiles(row, rows, out);
    out->figure[TAUGHT_APGR_BEFORE] = (float)report->before.apgr;
    out->figure[TAUGHT_APGR] = (float)report->after.apgr;
    out->figure[TAUGHT_CPT50] = (float)report->after.cpt50;
    out->figure[TAUGHT_CPT80] = (float)report->after.cpt80;
    out->label = arena_array(arena, out->labels, sizeof *out->label);
    for (unsigned i = 0; i < out->labels; i++)
        out->label[i] = (struct taught_label){
            .name = i ? "strong" : "weak",
            .rows = (uint32_t)rows,
            .found = (float)(i ? report->strong_right : report->weak_right),
        };
    learn(arena, recipe, row, rows, skipped, floats, TEACH_FOLDS, has_strong, &out->linear);
}
