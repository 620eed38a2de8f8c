/*
 * cmd_calibrate.c - weir calibrate: a team's own difficulty, from prompts with outcomes or from Weir's own
 * records.
 *
 *     {"prompt": …, "weak_ok": true, "strong_ok": true}
 *
 * ("text" will do for "prompt", and strong_ok may be left out), or what `records:` keeps (outcomes.h). It tells
 * what routing by it would have been worth on rows that it had not learned from, beside the head inside the
 * binary, and says so where that is no better.
 */
#include "cmd_drafts.h"
#include "cmd_load.h"
#include "cmd_rows.h"
#include "commands.h"
#include "outcomes.h"

#include "slm/calibrate.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>

struct rows {
    const struct loaded *loaded;
    struct arena        *arena; /* of all that is read */
    struct taught_view  *view;  /* scratch */
    struct outcome      *row;
    size_t               count, cap, with_strong, other_encoder;
};

/* ---- reading ---- */

static bool has(const struct json *row, const char *key)
{
    json_at at = json_get(row, 0, key);
    return at != JSON_NONE && json_kind(row, at) != JSON_NULL;
}

/* What heads see of the row's prompt, and what tells it from others. */
static bool view_row(struct rows *r, struct arena *arena, const struct json *row, uint64_t *twin,
                     struct fault *why)
{
    float        embedding[SLM_QUESTION_MOST];
    const char  *key = has(row, "prompt") ? "prompt" : "text";
    struct slice text = slice_trim(json_string(row, json_get(row, 0, key), arena));
    if (has(row, "seen"))
        return outcome_read(row, arena, slm_dim(r->loaded->slm), r->view, twin, why);
    if (text.len == 0)
        return fault_set(why, FAULT_BAD_REQUEST, "a row needs a `prompt`, some words in quotes");
    slm_embed_question(r->loaded->worker, text, embedding);
    taught_view(r->loaded->slm, text, embedding, r->view);
    *twin = teach_twin(text);
    return true;
}

static bool take_row(void *arg, struct arena *arena, const struct json *row, struct fault *why)
{
    struct rows   *r = arg;
    const size_t   floats = taught_view_floats(r->loaded->slm, TAUGHT_DIFFICULTY);
    struct outcome made = { 0 };
    bool           has_strong;
    if (!row_outcomes(row, &made.weak_ok, &made.strong_ok, &has_strong, why))
        return false;
    if (r->count == CALIBRATE_ROWS_MOST)
        return fault_set(why, FAULT_BAD_REQUEST, "more than %d rows", CALIBRATE_ROWS_MOST);
    if (outcome_is_for_another(row, arena, slm_fingerprint(r->loaded->slm))) {
        r->other_encoder++;
        return true;
    }
    if (!view_row(r, arena, row, &made.twin, why))
        return false;
    float *dense = arena_array(r->arena, floats, sizeof *dense);
    memcpy(dense, r->view->dense, floats * sizeof *dense);
    made.dense = dense;
    made.shipped = taught_view_difficulty(r->loaded->slm, r->view);
    r->with_strong += has_strong;
    if (r->count == r->cap)
        r->row = arena_grow(r->arena, r->row, r->count, sizeof *r->row, &r->cap);
    r->row[r->count++] = made;
    return true;
}

/* ---- is it enough? ---- */

static bool is_enough(const struct rows *r)
{
    size_t right = 0;
    for (size_t i = 0; i < r->count; i++)
        right += r->row[i].weak_ok;
    if (r->other_encoder)
        fprintf(stderr, "weir calibrate: %zu records were made with another encoder and are passed over\n",
                r->other_encoder);
    if (!rows_agree_on_strong(r->with_strong, r->count))
        return false;
    if (right < CALIBRATE_LEAST || r->count - right < CALIBRATE_LEAST)
        fprintf(stderr,
                "weir calibrate: of %zu rows the weak model was right on %zu; there must be %d on which it was "
                "and %d "
                "on which it was not, and some hundred are well\n",
                r->count, right, CALIBRATE_LEAST, CALIBRATE_LEAST);
    return right >= CALIBRATE_LEAST && r->count - right >= CALIBRATE_LEAST;
}

/* ---- telling ---- */

enum { PLOT_COLUMNS = 40 };

/* Where a value between the least and the most lies on a line. */
static int column_of(double value, double least, double most)
{
    return most > least ? (int)lround((value - least) / (most - least) * (PLOT_COLUMNS - 1)) : 0;
}

static void tell_curve(const struct rows *r, const struct calibration *c)
{
    double before[11], after[11], least = 1, most = 0;
    float *shipped = arena_array(r->arena, r->count, sizeof *shipped);
    float *own = arena_array(r->arena, r->count, sizeof *own);
    for (size_t i = 0; i < r->count; i++) {
        shipped[i] = r->row[i].shipped;
        own[i] = r->row[i].score;
    }
    routing_curve(r->row, r->count, shipped, before);
    routing_curve(r->row, r->count, own, after);
    for (int i = 0; i <= 10; i++) {
        least = fmin(least, fmin(before[i], after[i]));
        most = fmax(most, fmax(before[i], after[i]));
    }
    puts("\n   sent    right when sent by");
    puts("to strong   chance  shipped   taught    . chance   s shipped   T taught");
    for (int i = 0; i <= 10; i++) {
        double chance = c->weak_right + (c->strong_right - c->weak_right) * i / 10;
        char   line[PLOT_COLUMNS + 1];
        memset(line, ' ', PLOT_COLUMNS);
        line[PLOT_COLUMNS] = '\0';
        line[column_of(fmin(fmax(chance, least), most), least, most)] = '.';
        line[column_of(before[i], least, most)] = 's';
        line[column_of(after[i], least, most)] = 'T';
        printf("%7d %% %8.3f %8.3f %8.3f    |%s|\n", 10 * i, chance, before[i], after[i], line);
    }
}

/* Do the numbers mean what they say? */
static void tell_calibration(const struct rows *r, const struct taught *head)
{
    puts("\nWhat is foretold, and found, of the weak model being wrong:");
    for (int fifth = 0; fifth < 5; fifth++) {
        float  from = head->quantile[4 * fifth], to = head->quantile[4 * fifth + 4];
        size_t count = 0, wrong = 0;
        double foretold = 0;
        for (size_t i = 0; i < r->count; i++) {
            float score = r->row[i].score;
            if (score < from || score > to || (score == to && fifth < 4))
                continue;
            count++;
            wrong += !r->row[i].weak_ok;
            foretold += (double)score;
        }
        if (count)
            printf("  %.2f to %.2f   foretold %.3f   found %.3f\n", (double)from, (double)to,
                   foretold / (double)count, (double)wrong / (double)count);
    }
}

static void tell_verdict(const struct calibration *c)
{
    double better = c->after.apgr - c->before.apgr;
    if (!c->has_gain)
        puts("\nThe strong model was right no more often than the weak one: there is nothing to be gained by "
             "routing.");
    else if (better > 2 * c->sigma)
        printf("\nBetter than what ships: APGR %+.3f (chance alone: %.3f).\n", better, c->sigma);
    else if (better > 0)
        printf("\nNo better than what ships, as far as these rows can tell: APGR %+.3f, and chance alone makes "
               "%.3f. More "
               "rows may.\n",
               better, c->sigma);
    else
        printf("\nNo better than what ships: APGR %+.3f. Do not use it for these rows' kind of prompts.\n",
               better);
}

static void tell_figures(const char *who, const struct routing_figures *f)
{
    printf("%-12s %8.3f %8.1f %8.1f\n", who, f->apgr, f->cpt50, f->cpt80);
}

static void tell(const struct rows *r, const struct calibration *c, const struct taught *head)
{
    printf(
        "%zu rows, %zu different prompts: the weak model was right on %.3f of them, the strong one on %.3f%s\n",
        r->count, c->prompts, c->weak_right, c->strong_right,
        c->has_strong ? "" : " (not known: it counts as always right)");
    puts("On rows that it had not learned from, 5 folds:\n");
    printf("%-12s %8s %8s %8s\n", "", "APGR", "CPT50", "CPT80");
    printf("%-12s %8.3f %8.1f %8.1f\n", "chance", .5, 50., 80.);
    tell_figures("shipped", &c->before);
    tell_figures("taught", &c->after);
    tell_curve(r, c);
    tell_calibration(r, head);
    tell_verdict(c);
}

/* ---- the command ---- */

static int usage(void)
{
    fputs("usage: weir calibrate [-c weir.yaml] [--drafts] [--in ROWS.jsonl] [--out difficulty.head]\n"
          "       a row is {\"prompt\": \"…\", \"weak_ok\": true, \"strong_ok\": true}; strong_ok may be left "
          "out.\n"
          "       Without --in: Weir's own records, where the settings keep some, else stdin\n"
          "       --drafts: how likely a weak answer is wrong; a row needs \"weak_answer\", too, and may have "
          "\"logprob\"\n",
          stderr);
    return 2;
}

/* It corrects the head inside the binary, and so is for the model that this one is for. */
static bool has_heads(const struct loaded *l)
{
    if (!slm_has_heads(l->slm))
        fprintf(stderr,
                "weir calibrate: the head inside Weir, which it corrects, is for another model than %s\n",
                slm_name(l->slm));
    return slm_has_heads(l->slm);
}

static bool learn(struct rows *r, const char *file)
{
    struct calibration report;
    struct taught      head;
    calibrate(r->arena, r->loaded->slm, r->row, r->count, r->with_strong > 0, &report, &head);
    tell(r, &report, &head);
    size_t bytes = head_save("calibrate", &head, file);
    if (bytes)
        printf("\nWrote %s, %zu KB. In weir.yaml:  slm: { heads: [ %s ] }\n"
               "`difficulty` in policies is then what it says.\n",
               file, (bytes + 1023) / 1024, file);
    return bytes > 0;
}

static int run(const char *settings, const char *in, const char *out)
{
    struct loaded loaded;
    struct rows   r = { .loaded = &loaded, .arena = arena_new() };
    bool          ok = loaded_open_model(&loaded, settings);
    r.view = arena_alloc(r.arena, sizeof *r.view);
    if (!ok)
        loaded_complain(&loaded);
    ok = ok && loaded_has_model(&loaded, "calibrate") && has_heads(&loaded) &&
         rows_read_or_records(in, loaded.settings->records_file, take_row, &r) && is_enough(&r) &&
         learn(&r, out);
    arena_free(&r.arena);
    loaded_close(&loaded);
    return ok ? 0 : 1;
}

int cmd_calibrate(int argc, char **argv)
{
    static const struct option options[] = {
        { "in", required_argument, NULL, 'i' },
        { "out", required_argument, NULL, 'o' },
        { "drafts", no_argument, NULL, 'd' },
        { NULL, 0, NULL, 0 },
    };
    const char *settings = NULL, *in = NULL, *out = NULL;
    bool        is_of_drafts = false;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            settings = optarg;
        else if (option == 'i')
            in = optarg;
        else if (option == 'o')
            out = optarg;
        else if (option == 'd')
            is_of_drafts = true;
        else
            return usage();
    }
    if (optind != argc)
        return usage();
    return is_of_drafts ? drafts_calibrate(settings, in, out ? out : "draft.head")
                        : run(settings, in, out ? out : "difficulty.head");
}
