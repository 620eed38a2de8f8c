/* draft_score.c - a logistic function of a draft's marks: asked, learned, kept in a file. */
#include "policy/draft_score.h"

#include <math.h>
#include <stdlib.h>

static const char *const mark_words[] = {
#define DRAFT_MARK(name, word, weight, about) word,
#include "tables/draft_marks.h"
#undef DRAFT_MARK
};

const struct draft_head draft_head_shipped = {
    .weight = {
#define DRAFT_MARK(name, word, weight, about) [MARK_##name] = (float)(weight),
#include "tables/draft_marks.h"
#undef DRAFT_MARK
    },
    .bias = -2.6342f,
    .rows = 1307,
};

double draft_score(const struct draft_head *head, const float mark[DRAFT_MARKS])
{
    double sum = (double)head->bias;
    for (unsigned i = 0; i < DRAFT_MARKS; i++)
        sum += (double)head->weight[i] * (double)mark[i];
    return 1 / (1 + exp(-sum));
}

/* ---- learning ---- */

enum { STEPS = 30, UNKNOWNS = DRAFT_MARKS + 1 };
static const double PENALTY = 3, PIVOT_LEAST = 1e-9;

struct scale {
    double mean[DRAFT_MARKS], deviation[DRAFT_MARKS];
};

static bool is_in(const struct draft_row *row, unsigned left_out)
{
    return row->fold != left_out;
}

static size_t measure(const struct draft_row *row, size_t rows, unsigned left_out, struct scale *out)
{
    size_t count = 0;
    *out = (struct scale){ { 0 }, { 0 } };
    for (size_t i = 0; i < rows; i++) {
        for (unsigned k = 0; k < DRAFT_MARKS && is_in(&row[i], left_out); k++)
            out->mean[k] += (double)row[i].mark[k];
        count += is_in(&row[i], left_out);
    }
    for (unsigned k = 0; k < DRAFT_MARKS && count; k++)
        out->mean[k] /= (double)count;
    for (size_t i = 0; i < rows; i++)
        for (unsigned k = 0; k < DRAFT_MARKS && is_in(&row[i], left_out); k++)
            out->deviation[k] += pow((double)row[i].mark[k] - out->mean[k], 2);
    for (unsigned k = 0; k < DRAFT_MARKS && count; k++)
        out->deviation[k] = sqrt(out->deviation[k] / (double)count) + 1e-6;
    return count;
}

/* a x = b, by elimination: a is symmetric and positive, so that no rows need change places. b becomes x. */
static void solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS])
{
    for (unsigned p = 0; p < UNKNOWNS; p++) {
        double pivot = fmax(a[p][p], PIVOT_LEAST);
        for (unsigned r = p + 1; r < UNKNOWNS; r++) {
            double factor = a[r][p] / pivot;
            for (unsigned k = p; k < UNKNOWNS; k++)
                a[r][k] -= factor * a[p][k];
            b[r] -= factor * b[p];
        }
        a[p][p] = pivot;
    }
    for (unsigned p = UNKNOWNS; p-- > 0;) {
        for (unsigned k = p + 1; k < UNKNOWNS; k++)
            b[p] -= a[p][k] * b[k];
        b[p] /= a[p][p];
    }
}

/* One of Newton's steps from w; the last unknown is the bias, which is not penalized. */
static void step(const struct draft_row *row, size_t rows, unsigned left_out, const struct scale *s,
                 double w[UNKNOWNS])
{
    double a[UNKNOWNS][UNKNOWNS] = { { 0 } }, b[UNKNOWNS];
    for (unsigned k = 0; k < UNKNOWNS; k++) {
        a[k][k] = k < DRAFT_MARKS ? PENALTY : 0;
        b[k] = -a[k][k] * w[k];
    }
    for (size_t i = 0; i < rows; i++) {
        double x[UNKNOWNS], sum = 0;
        if (!is_in(&row[i], left_out))
            continue;
        for (unsigned k = 0; k < UNKNOWNS; k++) {
            x[k] = k < DRAFT_MARKS ? ((double)row[i].mark[k] - s->mean[k]) / s->deviation[k] : 1;
            sum += w[k] * x[k];
        }
        double chance = 1 / (1 + exp(-sum)), slope = chance * (1 - chance);
        for (unsigned k = 0; k < UNKNOWNS; k++) {
            b[k] += (row[i].is_wrong - chance) * x[k];
            for (unsigned m = 0; m < UNKNOWNS; m++)
                a[k][m] += slope * x[k] * x[m];
        }
    }
    solve(a, b);
    for (unsigned k = 0; k < UNKNOWNS; k++)
        w[k] += b[k];
}

void draft_learn(const struct draft_row *row, size_t rows, unsigned left_out, struct draft_head *out)
{
    struct scale s;
    double       w[UNKNOWNS] = { 0 };
    size_t       count = measure(row, rows, left_out, &s), wrong = 0;
    *out = (struct draft_head){ .rows = (uint32_t)count };
    for (size_t i = 0; i < rows; i++)
        wrong += is_in(&row[i], left_out) && row[i].is_wrong;
    if (wrong == 0 || wrong == count) {
        out->bias = wrong ? 10 : -10; /* a logistic function is as good as 1, or 0, there */
        return;
    }
    for (unsigned i = 0; i < STEPS; i++)
        step(row, rows, left_out, &s, w);
    double bias = w[DRAFT_MARKS];
    for (unsigned k = 0; k < DRAFT_MARKS; k++) {
        out->weight[k] = (float)(w[k] / s.deviation[k]);
        bias -= w[k] / s.deviation[k] * s.mean[k];
    }
    out->bias = (float)bias;
}

/* ---- the file ---- */

void draft_head_write(const struct draft_head *head, struct buf *out)
{
    buf_printf(out, "{\"draft_head\":1,\"rows\":%u,\"bias\":%.6g,\"weights\":{", head->rows,
               (double)head->bias);
    for (unsigned i = 0; i < DRAFT_MARKS; i++)
        buf_printf(out, "%s\n  \"%s\": %.6g", i ? "," : "", mark_words[i], (double)head->weight[i]);
    buf_add_str(out, "}}\n");
}

static bool refuse(struct fault *why, const char *words)
{
    return fault_set(why, FAULT_UNSUPPORTED, "%s", words);
}

bool draft_head_read(struct arena *arena, struct slice text, struct draft_head *out, struct fault *why)
{
    struct json j;
    int64_t     version, rows;
    double      number;
    *out = (struct draft_head){ 0 };
    if (!json_read(arena, text, &j, NULL) || !json_i64(&j, json_get(&j, 0, "draft_head"), &version) ||
        version != 1 || !json_i64(&j, json_get(&j, 0, "rows"), &rows) || rows < 0 || rows > UINT32_MAX ||
        !json_double(&j, json_get(&j, 0, "bias"), &number))
        return refuse(why, "this is no head that weir calibrate --drafts wrote");
    out->rows = (uint32_t)rows;
    out->bias = (float)number;
    json_at weights = json_get(&j, 0, "weights");
    for (json_at m = json_first(&j, weights); m != JSON_NONE; m = json_next(&j, m)) {
        unsigned mark = 0;
        while (mark < DRAFT_MARKS && !json_key_is(&j, m, mark_words[mark]))
            mark++;
        if (mark == DRAFT_MARKS || !json_double(&j, m, &number) || !isfinite((float)number))
            return refuse(why, "the head weighs something that this Weir does not know");
        out->weight[mark] = (float)number;
    }
    return isfinite(out->bias) || refuse(why, "the head is damaged");
}
