/* routing.c - what an order of prompts is worth: slm/calibrate.h's figures and curve. */
#include "slm/calibrate.h"

#include "base/die.h"

struct place {
    float    score;
    uint64_t chance; /* breaks ties */
    int      gain;   /* strong right less weak right */
};

static int sooner(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->chance > y->chance) - (x->chance < y->chance);
}

/* The rows' gains in the order in which they are sent; the caller frees. */
static struct place *order_of(const struct outcome *row, size_t rows, const float *score)
{
    struct place *order = must_calloc(rows, sizeof *order);
    uint64_t      state = 88172645463325252u;
    for (size_t i = 0; i < rows; i++) {
        state ^= state << 13; /* Marsaglia's xorshift */
        state ^= state >> 7;
        state ^= state << 17;
        order[i] = (struct place){ score[i], state, (int)row[i].strong_ok - (int)row[i].weak_ok };
    }
    qsort(order, rows, sizeof *order, sooner);
    return order;
}

void routing_figures(const struct outcome *row, size_t rows, const float *score, struct routing_figures *out)
{
    struct place *order = order_of(row, rows, score);
    double        whole = 0, gained = 0, area = 0;
    *out = (struct routing_figures){ .apgr = 0.5, .cpt50 = -1, .cpt80 = -1 };
    for (size_t i = 0; i < rows; i++)
        whole += order[i].gain;
    for (size_t i = 0; i < rows && whole > 0; i++) {
        double before = gained / whole, percent = 100 * (double)(i + 1) / (double)rows;
        gained += order[i].gain;
        double pgr = gained / whole;
        area += (before + pgr) / 2;
        out->cpt50 = out->cpt50 < 0 && pgr >= 0.5 ? percent : out->cpt50;
        out->cpt80 = out->cpt80 < 0 && pgr >= 0.8 ? percent : out->cpt80;
    }
    if (whole > 0)
        out->apgr = area / (double)rows;
    free(order);
}

void routing_curve(const struct outcome *row, size_t rows, const float *score, double right[11])
{
    struct place *order = order_of(row, rows, score);
    double        count = 0;
    for (size_t i = 0; i < rows; i++)
        count += row[i].weak_ok;
    for (size_t step = 0, i = 0; step <= 10; step++) {
        for (; i < step * rows / 10; i++)
            count += order[i].gain;
        right[step] = rows ? count / (double)rows : 0;
    }
    free(order);
}
