/*
 * cascade.c - what looking at a weak answer is worth, replayed: RouteLLM's GSM8K, with the weak model's
 * answers.
 *
 * Who is sent to the strong model is told by the prompt alone (weir calibrate's head), by the answer's length,
 * by the checks that ask nobody (policy/draft.h), by the marks of the draft (policy/draft_score.h), and by
 * marks and prompt together. Everything learned is asked of folds that it had not learned from; five partings,
 * pooled. A cascade pays for each weak answer, so that its x is to be read beside routing's: here the weak
 * model is near and free. The exam head's logits are struck out, since that head has seen these rows.
 */
#include "base/die.h"
#include "bench.h"
#include "policy/draft_score.h"
#include "slm/calibrate.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MOST = 2000, FOLDS = 5, PARTINGS = 5 };

struct replay {
    size_t           rows;
    struct outcome   row[ROWS_MOST];   /* the prompts */
    struct draft_row draft[ROWS_MOST]; /* the weak answers */
    float checks[ROWS_MOST], length[ROWS_MOST], by_prompt[ROWS_MOST], by_draft[ROWS_MOST], by_both[ROWS_MOST];
    unsigned wrong_sums, wrong_sums_right, rounds;
    double   seconds;
};

/* ---- data ---- */

/* What the checks that ask nobody say of an answer, and how long the whole look took. */
static void look(struct replay *r, size_t at, struct slice prompt, struct slice answer)
{
    struct arena *arena = arena_new();
    double        began_s = now_s();
    struct sums   sums = text_sums(answer);
    bool          goes_round = text_goes_round(answer, arena);
    draft_marks(prompt, answer, &(struct draft_known){ .difficulty = 0.5 }, r->draft[at].mark);
    r->seconds += now_s() - began_s;
    r->checks[at] = sums.wrong > 0 || goes_round;
    r->length[at] = (float)answer.len;
    r->wrong_sums += sums.wrong > 0;
    r->wrong_sums_right += sums.wrong > 0 && r->row[at].weak_ok;
    r->rounds += goes_round;
    arena_free(&arena);
}

static bool is_true(const struct json *row, const char *key)
{
    return json_kind(row, json_get(row, 0, key)) == JSON_TRUE;
}

static void take_row(struct slm_worker *worker, struct replay *r, const struct json *row, struct arena *arena)
{
    static struct taught_view view;
    const struct slm         *slm = slm_of(worker);
    const size_t              floats = taught_view_floats(slm, TAUGHT_DIFFICULTY), at = r->rows++;
    struct slice              prompt = json_string(row, json_get(row, 0, "prompt"), arena);
    float                     embedding[SLM_QUESTION_MOST], *dense = must_calloc(floats, sizeof *dense);
    slm_embed_question(worker, prompt, embedding);
    taught_view(slm, prompt, embedding, &view);
    memcpy(dense, view.dense, floats * sizeof *dense);
    dense[slm_dim(slm) + TAUGHT_EXAM] = dense[slm_dim(slm) + TAUGHT_EXAM + 1] = 0;
    r->row[at] = (struct outcome){ .dense = dense,
                                   .shipped = taught_view_difficulty(slm, &view),
                                   .weak_ok = is_true(row, "weak_ok"),
                                   .strong_ok = is_true(row, "strong_ok"),
                                   .twin = teach_twin(prompt) };
    r->draft[at].is_wrong = !r->row[at].weak_ok;
    look(r, at, prompt, json_string(row, json_get(row, 0, "weak_answer"), arena));
}

static bool read_all(struct slm_worker *worker, struct replay *r)
{
    FILE   *file = open_rows("routing/gsm8k");
    char   *line = NULL;
    size_t  cap = 0;
    ssize_t len;
    while (file && (len = getline(&line, &cap, file)) > 0 && r->rows < ROWS_MOST) {
        struct arena *arena = arena_new();
        struct json   row;
        if (json_read(arena, slice_trim(slice_of(line, (size_t)len)), &row, NULL))
            take_row(worker, r, &row, arena);
        arena_free(&arena);
    }
    free(line);
    if (file)
        pclose(file);
    return r->rows > 0;
}

/* ---- folds ---- */

static unsigned fold_of(const struct outcome *row, unsigned parting)
{
    return (unsigned)(row->twin >> (8 + 9 * parting)) % FOLDS;
}

static void learn_prompts(const struct slm *slm, struct replay *r, unsigned parting, unsigned fold)
{
    static struct outcome     others[ROWS_MOST];
    static struct taught_view view;
    struct arena             *arena = arena_new();
    struct calibration        report;
    struct taught             head;
    size_t                    count = 0;
    for (size_t i = 0; i < r->rows; i++)
        if (fold_of(&r->row[i], parting) != fold)
            others[count++] = r->row[i];
    calibrate(arena, slm, others, count, true, &report, &head);
    for (size_t i = 0; i < r->rows; i++) {
        if (fold_of(&r->row[i], parting) != fold)
            continue;
        memcpy(view.dense, r->row[i].dense, taught_view_floats(slm, TAUGHT_DIFFICULTY) * sizeof(float));
        r->by_prompt[i] = taught_difficulty(&head, &view);
    }
    arena_free(&arena);
}

static void learn_drafts(struct replay *r, unsigned parting, unsigned fold, size_t most)
{
    static struct draft_row others[ROWS_MOST];
    struct draft_head       head;
    size_t                  count = 0;
    for (size_t i = 0; i < r->rows && count < most; i++)
        if (fold_of(&r->row[i], parting) != fold)
            others[count++] = r->draft[i];
    for (size_t i = 0; i < count; i++)
        others[i].fold = 0;
    draft_learn(others, count, UINT_MAX, &head);
    for (size_t i = 0; i < r->rows; i++)
        if (fold_of(&r->row[i], parting) == fold)
            r->by_draft[i] = (float)draft_score(&head, r->draft[i].mark);
}

static float logit(float chance)
{
    chance = fminf(fmaxf(chance, 1e-6f), 1 - 1e-6f);
    return logf(chance / (1 - chance));
}

/* ---- figures ---- */

static void add(struct routing_figures *sum, const struct routing_figures *f)
{
    sum->apgr += f->apgr / PARTINGS;
    sum->cpt50 += f->cpt50 / PARTINGS;
    sum->cpt80 += f->cpt80 / PARTINGS;
}

static void measure(const struct replay *r, const float *score, struct routing_figures *sum)
{
    struct routing_figures f;
    routing_figures(r->row, r->rows, score, &f);
    add(sum, &f);
}

/* The chance that a wrong draft is doubted more than a right one. */
static double area_under_curve(const struct replay *r, const float *score)
{
    double   above = 0;
    uint64_t pairs = 0;
    for (size_t i = 0; i < r->rows; i++)
        for (size_t k = 0; k < r->rows; k++) {
            if (r->row[i].weak_ok || !r->row[k].weak_ok)
                continue;
            above += score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0;
            pairs++;
        }
    return above / (double)pairs;
}

static void tell(const char *what, const struct routing_figures *f)
{
    printf("%-44s %8.3f %8.1f %8.1f\n", what, f->apgr, f->cpt50, f->cpt80);
}

static void measure_all(const struct slm *slm, struct replay *r)
{
    struct routing_figures length = { 0 }, checks = { 0 }, prompt = { 0 }, draft = { 0 }, both = { 0 },
                           few = { 0 }, fewer = { 0 };
    double auroc = 0;
    for (unsigned parting = 0; parting < PARTINGS; parting++) {
        for (unsigned fold = 0; fold < FOLDS; fold++)
            learn_drafts(r, parting, fold, 100);
        measure(r, r->by_draft, &fewer);
        for (unsigned fold = 0; fold < FOLDS; fold++)
            learn_drafts(r, parting, fold, 300);
        measure(r, r->by_draft, &few);
        for (unsigned fold = 0; fold < FOLDS; fold++) {
            learn_drafts(r, parting, fold, ROWS_MOST);
            learn_prompts(slm, r, parting, fold);
        }
        for (size_t i = 0; i < r->rows; i++)
            r->by_both[i] = logit(r->by_draft[i]) + logit(r->by_prompt[i]) / 2;
        measure(r, r->by_draft, &draft);
        auroc += area_under_curve(r, r->by_draft) / PARTINGS;
        measure(r, r->by_prompt, &prompt);
        measure(r, r->by_both, &both);
        measure(r, r->length, &length);
        measure(r, r->checks, &checks);
    }
    printf("%-44s %8s %8s %8s\n", "sent to the strong model by", "APGR", "CPT50", "CPT80");
    tell("chance", &(struct routing_figures){ .5, 50, 80 });
    tell("the prompt alone, some 1,045 rows learned", &prompt);
    tell("the weak answer's length", &length);
    tell("checks: wrong sums, circles", &checks);
    tell("marks of the draft, 100 rows learned", &fewer);
    tell("marks of the draft, 300 rows learned", &few);
    tell("marks of the draft, some 1,045 rows learned", &draft);
    tell("marks and prompt", &both);
    printf("a wrong sum is found in %u drafts, of which %u were right; circles in %u; the marks' AUROC is "
           "%.3f; %.1f us a draft\n",
           r->wrong_sums, r->wrong_sums_right, r->rounds, auroc, 1e6 * r->seconds / (double)r->rows);
    printf("{\"gsm8k_prompt_apgr\":%.4f,\"gsm8k_prompt_cpt80\":%.2f,\"gsm8k_draft_100_apgr\":%.4f,"
           "\"gsm8k_draft_300_apgr\":%.4f,\"gsm8k_draft_apgr\":%.4f,\"gsm8k_draft_cpt50\":%.2f,"
           "\"gsm8k_draft_cpt80\":%.2f,\"gsm8k_both_apgr\":%.4f,\"gsm8k_both_cpt80\":%.2f,"
           "\"gsm8k_draft_auroc\":%.4f,\"draft_look_us\":%.2f}\n",
           prompt.apgr, prompt.cpt80, fewer.apgr, few.apgr, draft.apgr, draft.cpt50, draft.cpt80, both.apgr,
           both.cpt80, auroc, 1e6 * r->seconds / (double)r->rows);
}

/* The weights of tables/draft_marks.h, from all rows. */
static void print_weights(const struct replay *r)
{
    struct draft_head head;
    struct buf        out;
    draft_learn(r->draft, r->rows, UINT_MAX, &head);
    buf_init(&out, 1 << 16);
    draft_head_write(&head, &out);
    printf("%.*s", (int)out.len, out.ptr);
    buf_fini(&out);
}

int main(int argc, char **argv)
{
    struct fault why = { 0 };
    struct slm  *slm = slm_open(MODEL, &why);
    if (!slm) {
        fprintf(stderr, "bench_cascade: %s; ./deploy/model fetches the model\n", why.detail);
        return 1;
    }
    struct slm_worker *worker = slm_worker_new(slm);
    struct replay     *r = must_calloc(1, sizeof *r);
    bool               ok = read_all(worker, r);
    if (!ok)
        fprintf(stderr, "bench_cascade: ../shared/data/routing/gsm8k.jsonl.gz is not there\n");
    else if (argc > 1 && strcmp(argv[1], "--weights") == 0)
        print_weights(r);
    else
        measure_all(slm, r);
    for (size_t i = 0; i < r->rows; i++)
        free((void *)r->row[i].dense);
    free(r);
    slm_worker_free(&worker);
    slm_close(&slm);
    return ok ? 0 : 1;
}
