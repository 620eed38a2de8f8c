/*
 * cmd_drafts.c - see cmd_drafts.h.
 *
 *     {"prompt": …, "weak_answer": …, "weak_ok": true, "strong_ok": true, "logprob": -0.2}
 *
 * strong_ok and logprob (the mean of the answer's tokens) may be left out; or what `records:` keeps
 * (outcomes.h). It tells, by folds that were not learned from, what sending the likeliest wrong drafts to the
 * strong model is worth.
 */
#include "cmd_drafts.h"

#include "cmd_load.h"
#include "cmd_rows.h"
#include "files.h"
#include "outcomes.h"
#include "policy/draft_score.h"
#include "slm/calibrate.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

struct drafts {
    const struct loaded *loaded;
    struct arena        *arena;
    struct draft_row    *draft;
    struct outcome      *row; /* of each draft, for the figures */
    size_t               count, cap, row_cap, with_strong;
};

/* ---- reading ---- */

/* Of the head inside the binary; the middle where there is no model to tell. */
static double difficulty_of(const struct loaded *l, struct slice prompt)
{
    struct judgement said;
    if (!l->worker || !slm_has_heads(l->slm))
        return 0.5;
    slm_judge(l->worker, prompt, &said);
    return (double)said.difficulty;
}

/* Of a record as it has them, else of the answer's words. */
static bool mark_row(const struct drafts *d, const struct json *row, struct arena *arena, uint64_t *twin,
                     float mark[DRAFT_MARKS], struct fault *why)
{
    struct slice       prompt, answer;
    struct draft_known known = { 0 };
    if (outcome_read_marks(row, mark)) {
        *twin = slice_hash(json_string(row, json_get(row, 0, "seen"), arena));
        return true;
    }
    if (!row_word(row, arena, "prompt", &prompt) || !row_word(row, arena, "weak_answer", &answer))
        return fault_set(why, FAULT_BAD_REQUEST, "a row needs a `prompt` and a `weak_answer`, words in quotes");
    if (!json_double(row, json_get(row, 0, "logprob"), &known.logprob))
        known.logprob = 0;
    known.difficulty = difficulty_of(d->loaded, prompt);
    *twin = teach_twin(prompt);
    draft_marks(prompt, answer, &known, mark);
    return true;
}

static bool take_row(void *arg, struct arena *arena, const struct json *row, struct fault *why)
{
    struct drafts *d = arg;
    struct outcome made = { 0 };
    float          mark[DRAFT_MARKS];
    bool           has_strong;
    if (json_get(row, 0, "seen") != JSON_NONE && json_get(row, 0, "marks") == JSON_NONE)
        return true; /* of a draft that was never whole */
    if (!mark_row(d, row, arena, &made.twin, mark, why) ||
        !row_outcomes(row, &made.weak_ok, &made.strong_ok, &has_strong, why))
        return false;
    if (d->count == CALIBRATE_ROWS_MOST)
        return fault_set(why, FAULT_BAD_REQUEST, "more than %d rows", CALIBRATE_ROWS_MOST);
    if (d->count == d->cap)
        d->draft = arena_grow(d->arena, d->draft, d->count, sizeof *d->draft, &d->cap);
    if (d->count == d->row_cap)
        d->row = arena_grow(d->arena, d->row, d->count, sizeof *d->row, &d->row_cap);
    d->draft[d->count] = (struct draft_row){ .is_wrong = !made.weak_ok };
    memcpy(d->draft[d->count].mark, mark, sizeof mark);
    d->row[d->count++] = made;
    d->with_strong += has_strong;
    return true;
}

static bool is_enough(const struct drafts *d)
{
    size_t wrong = 0;
    for (size_t i = 0; i < d->count; i++)
        wrong += d->draft[i].is_wrong;
    if (!rows_agree_on_strong(d->with_strong, d->count))
        return false;
    if (wrong < CALIBRATE_LEAST || d->count - wrong < CALIBRATE_LEAST)
        fprintf(
            stderr,
            "weir calibrate: of %zu drafts %zu were wrong; there must be %d of either kind, and some hundred "
            "are well\n",
            d->count, wrong, CALIBRATE_LEAST);
    return wrong >= CALIBRATE_LEAST && d->count - wrong >= CALIBRATE_LEAST;
}

/* ---- learning and telling ---- */

/* Each draft's score by a head that had not learned from it, nor from another for the same prompt. */
static void cross_validate(struct drafts *d, float *score)
{
    struct teach_row *of = arena_array(d->arena, d->count, sizeof *of);
    for (size_t i = 0; i < d->count; i++)
        of[i] = (struct teach_row){ .twin = d->row[i].twin, .label = d->draft[i].is_wrong };
    teach_folds(of, d->count, 2);
    for (size_t i = 0; i < d->count; i++)
        d->draft[i].fold = of[i].fold;
    for (unsigned fold = 0; fold < TEACH_FOLDS; fold++) {
        struct draft_head head;
        draft_learn(d->draft, d->count, fold, &head);
        for (size_t i = 0; i < d->count; i++)
            if (d->draft[i].fold == fold)
                score[i] = (float)draft_score(&head, d->draft[i].mark);
    }
}

static void tell_figures(const char *who, const struct drafts *d, const float *score)
{
    struct routing_figures f;
    routing_figures(d->row, d->count, score, &f);
    printf("%-12s %8.3f %8.1f %8.1f\n", who, f.apgr, f.cpt50, f.cpt80);
}

/* Of what is sent on above a bar, how much is wrong, and how much of what is wrong that is. */
static void tell_bars(const struct drafts *d, const float *score)
{
    puts("\nlikely_wrong: { above: … }   sent on   of these wrong   of the wrong ones");
    for (unsigned tenth = 2; tenth <= 8; tenth++) {
        size_t sent = 0, found = 0, wrong = 0;
        for (size_t i = 0; i < d->count; i++) {
            bool is_sent = score[i] > (float)tenth / 10;
            sent += is_sent;
            wrong += d->draft[i].is_wrong;
            found += is_sent && d->draft[i].is_wrong;
        }
        printf("%18.1f %15.1f %% %14.1f %% %17.1f %%\n", tenth / 10., 100. * (double)sent / (double)d->count,
               sent ? 100. * (double)found / (double)sent : 0., 100. * (double)found / (double)wrong);
    }
}

static bool save(const struct draft_head *head, const char *file)
{
    struct buf   bytes;
    struct fault why = { 0 };
    buf_init(&bytes, TAUGHT_FILE_BYTES_MOST);
    draft_head_write(head, &bytes);
    bool ok = file_write(file, buf_slice(&bytes), &why);
    if (ok)
        printf("\nWrote %s. In weir.yaml:  slm: { drafts: %s }\nIn a route:  escalate: { to: …, when: { "
               "likely_wrong: { above: 0.5 } }, hold_tokens: all }\n",
               file, file);
    else
        fprintf(stderr, "weir calibrate: %s\n", why.detail);
    buf_fini(&bytes);
    return ok;
}

static bool learn(struct drafts *d, const char *out)
{
    float            *own = arena_array(d->arena, d->count, sizeof *own);
    float            *shipped = arena_array(d->arena, d->count, sizeof *shipped);
    struct draft_head head;
    cross_validate(d, own);
    for (size_t i = 0; i < d->count; i++)
        shipped[i] = (float)draft_score(&draft_head_shipped, d->draft[i].mark);
    printf("%zu drafts. On those that it had not learned from, 5 folds:\n\n%-12s %8s %8s %8s\n", d->count, "",
           "APGR", "CPT50", "CPT80");
    printf("%-12s %8.3f %8.1f %8.1f\n", "chance", .5, 50., 80.);
    tell_figures("shipped", d, shipped);
    tell_figures("learned", d, own);
    tell_bars(d, own);
    draft_learn(d->draft, d->count, UINT_MAX, &head);
    return save(&head, out);
}

int drafts_calibrate(const char *settings, const char *in, const char *out)
{
    struct loaded loaded;
    struct drafts d = { .loaded = &loaded, .arena = arena_new() };
    bool          ok = loaded_open_model(&loaded, settings);
    if (!ok)
        loaded_complain(&loaded);
    ok = ok && rows_read_or_records(in, loaded.settings->records_file, take_row, &d) && is_enough(&d) &&
         learn(&d, out);
    arena_free(&d.arena);
    loaded_close(&loaded);
    return ok ? 0 : 1;
}
