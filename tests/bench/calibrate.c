/*
 * calibrate.c - what weir calibrate reaches: learned from some rows of four folds, asked on the fifth.
 *
 * RouteLLM's MMLU and GSM8K. Rows that ask the same share a fold. "learned s" is learning alone,
 * cross-validation included, without embedding. The shipped heads have learned from these very rows: so the
 * difficulty head's figures are no yardstick here, and the exam head's logits are struck out (with one that had
 * not seen the rows, train/measure.py reaches .702 on MMLU). TF-IDF's on 1,500 rows of MMLU are .659 / 28.8
 * / 62.5.
 */
#include "base/die.h"
#include "bench.h"
#include "slm/calibrate.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MOST = 20000, FOLDS = 5, DRAWS = 4 };

struct set {
    struct outcome *row;
    float          *dense;
    size_t          rows;
};

struct figures {
    struct routing_figures routing;
    double                 error, seconds; /* mean of |foretold - found| over fifths of the score */
};

/* ---- data ---- */

/* The question without its options. */
static struct slice question_of(struct slice prompt)
{
    size_t options = slice_find(prompt, S("\nA. "));
    return slice_cut(prompt, 0, options == SLICE_NONE ? prompt.len : options);
}

static void take_row(struct slm_worker *worker, struct set *out, const json_t *row)
{
    static struct taught_view view;
    const struct slm         *slm = slm_of(worker);
    const size_t              floats = taught_view_floats(slm, TAUGHT_DIFFICULTY);
    struct slice              prompt = slice_str(json_string_value(json_object_get(row, "prompt")));
    float                     embedding[SLM_QUESTION_MOST], *dense = out->dense + out->rows * floats;
    slm_embed_question(worker, prompt, embedding);
    taught_view(slm, prompt, embedding, &view);
    memcpy(dense, view.dense, floats * sizeof *dense);
    dense[slm_dim(slm) + TAUGHT_EXAM] = dense[slm_dim(slm) + TAUGHT_EXAM + 1] = 0;
    out->row[out->rows++] = (struct outcome){
        .dense = dense,
        .shipped = taught_view_difficulty(slm, &view),
        .weak_ok = json_is_true(json_object_get(row, "weak_ok")) ||
                   json_number_value(json_object_get(row, "weak_ok")) > 0,
        .strong_ok = json_is_true(json_object_get(row, "strong_ok")) ||
                     json_number_value(json_object_get(row, "strong_ok")) > 0,
        .twin = teach_twin(question_of(prompt)),
    };
}

static bool read_set(struct slm_worker *worker, const char *name, struct set *out)
{
    FILE  *file = open_rows(name);
    char  *line = NULL;
    size_t cap = 0;
    out->rows = 0;
    while (file && getline(&line, &cap, file) > 0 && out->rows < ROWS_MOST) {
        json_t *row = json_loads(line, 0, NULL);
        if (json_is_string(json_object_get(row, "prompt")))
            take_row(worker, out, row);
        json_decref(row);
    }
    free(line);
    if (file)
        pclose(file);
    return out->rows > 0;
}

/* ---- figures ---- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13; /* Marsaglia's xorshift */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static unsigned fold_of(const struct outcome *row)
{
    return (unsigned)(row->twin >> 32) % FOLDS;
}

/* `count` rows of the other folds, drawn by chance. */
static size_t draw(const struct set *set, unsigned fold, size_t count, uint64_t *state, struct outcome *out)
{
    size_t others = 0, taken = 0, left;
    for (size_t i = 0; i < set->rows; i++)
        others += fold_of(&set->row[i]) != fold;
    left = others;
    for (size_t i = 0; i < set->rows && taken < count; i++)
        if (fold_of(&set->row[i]) != fold && next_random(state) % left-- < count - taken)
            out[taken++] = set->row[i];
    return taken;
}

static int by_score(const void *a, const void *b)
{
    float x = ((const struct outcome *)a)->score, y = ((const struct outcome *)b)->score;
    return (x > y) - (x < y);
}

static double calibration_error(struct outcome *row, size_t rows)
{
    double error = 0;
    qsort(row, rows, sizeof *row, by_score);
    for (size_t fifth = 0; fifth < 5; fifth++) {
        size_t from = fifth * rows / 5, to = (fifth + 1) * rows / 5;
        double off = 0;
        for (size_t i = from; i < to; i++)
            off += (double)row[i].score - !row[i].weak_ok;
        error += fabs(off / (double)(to - from)) / 5;
    }
    return error;
}

static void ask(const struct slm *slm, const struct taught *head, const struct set *set, unsigned fold,
                struct figures *out)
{
    static struct taught_view view;
    static struct outcome     asked[ROWS_MOST];
    static float              score[ROWS_MOST];
    struct routing_figures    f;
    size_t                    count = 0;
    for (size_t i = 0; i < set->rows; i++) {
        if (fold_of(&set->row[i]) != fold)
            continue;
        memcpy(view.dense, set->row[i].dense, taught_view_floats(slm, TAUGHT_DIFFICULTY) * sizeof(float));
        asked[count] = set->row[i];
        asked[count].score = score[count] = taught_difficulty(head, &view);
        count++;
    }
    routing_figures(asked, count, score, &f);
    out->routing.apgr += f.apgr;
    out->routing.cpt50 += f.cpt50;
    out->routing.cpt80 += f.cpt80;
    out->error += calibration_error(asked, count);
}

static struct figures measure(const struct slm *slm, const char *name, const struct set *set, size_t learned,
                              bool has_strong)
{
    static struct outcome some[ROWS_MOST];
    struct figures        f = { .error = 0 };
    uint64_t              state = 88172645463325252u;
    for (unsigned run = 0; run < FOLDS * DRAWS; run++) {
        struct arena      *arena = arena_new();
        struct calibration report;
        struct taught      head;
        size_t             count = draw(set, run % FOLDS, learned, &state, some);
        double             began_s = now_s();
        calibrate(arena, slm, some, count, has_strong, &report, &head);
        f.seconds += now_s() - began_s;
        ask(slm, &head, set, run % FOLDS, &f);
        arena_free(&arena);
    }
    const double runs = FOLDS * DRAWS;
    f.routing.apgr /= runs, f.routing.cpt50 /= runs, f.routing.cpt80 /= runs, f.error /= runs,
        f.seconds /= runs;
    printf("%-8s %7zu %-6s %8.3f %8.1f %8.1f %12.3f %10.2f\n", name, learned, has_strong ? "both" : "weak",
           f.routing.apgr, f.routing.cpt50, f.routing.cpt80, f.error, f.seconds);
    fflush(stdout);
    return f;
}

/* set: MMLU, and GSM8K after. */
static bool measure_all(const struct slm *slm, struct slm_worker *worker, struct set *set)
{
    printf("%-8s %7s %-6s %8s %8s %8s %12s %10s\n", "", "learned", "known", "APGR", "CPT50", "CPT80", "off by",
           "learned s");
    measure(slm, "MMLU", set, 500, true);
    struct figures mmlu = measure(slm, "MMLU", set, 1500, true), weak = measure(slm, "MMLU", set, 1500, false);
    if (!read_set(worker, "routing/gsm8k", set))
        return false;
    struct figures gsm = measure(slm, "GSM8K", set, 300, true);
    printf("{\"mmlu_1500_apgr\":%.4f,\"mmlu_1500_cpt50\":%.2f,\"mmlu_1500_cpt80\":%.2f,\"mmlu_1500_weak_apgr\":"
           "%.4f,"
           "\"gsm8k_300_apgr\":%.4f,\"gsm8k_300_cpt50\":%.2f,\"gsm8k_300_cpt80\":%.2f,\"mmlu_1500_s\":%.3f,"
           "\"mmlu_1500_off_by\":%.4f,\"kernel\":\"%s\"}\n",
           mmlu.routing.apgr, mmlu.routing.cpt50, mmlu.routing.cpt80, weak.routing.apgr, gsm.routing.apgr,
           gsm.routing.cpt50, gsm.routing.cpt80, mmlu.seconds, mmlu.error, slm_kernel(slm));
    return true;
}

int main(void)
{
    struct fault why = { 0 };
    struct slm  *slm = slm_open(MODEL, &why);
    if (!slm) {
        fprintf(stderr, "bench_calibrate: %s; ./deploy/model fetches the model\n", why.detail);
        return 1;
    }
    struct slm_worker *worker = slm_worker_new(slm);
    struct set         set = {
                .row = must_calloc(ROWS_MOST, sizeof *set.row),
                .dense = must_calloc(ROWS_MOST, taught_view_floats(slm, TAUGHT_DIFFICULTY) * sizeof(float)),
    };
    bool ok = read_set(worker, "routing/mmlu", &set) && measure_all(slm, worker, &set);
    if (!ok)
        fprintf(stderr, "bench_calibrate: ../shared/data/routing is not there\n");
    free(set.row);
    free(set.dense);
    slm_worker_free(&worker);
    slm_close(&slm);
    return ok ? 0 : 1;
}
