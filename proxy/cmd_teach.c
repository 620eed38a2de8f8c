/*
 * cmd_teach.c - weir teach: a head of the user's own, from rows {"text": …, "label": …}.
 *
 * All rows are read before any is embedded, so that what is wrong with them is told at once. Nothing is written
 * unless the head is whole.
 */
#include "cmd_load.h"
#include "cmd_rows.h"
#include "commands.h"

#include "slm/teach.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONFUSIONS_SHOWN = 10 };

struct sample {
    struct slice text;
    unsigned     label;
};

struct lesson {
    struct arena  *arena; /* of all that is read */
    struct sample *sample;
    size_t         count, cap;
    const char    *label[TAUGHT_LABELS_MOST];
    unsigned       labels;
};

/* ---- reading ---- */

/* The label's index, TAUGHT_LABELS_MOST where there are too many. */
static unsigned label_index(struct lesson *l, struct slice word)
{
    unsigned i = 0;
    while (i < l->labels && !slice_is(word, l->label[i]))
        i++;
    if (i == l->labels && i < TAUGHT_LABELS_MOST)
        l->label[l->labels++] = arena_cstr(l->arena, word);
    return i;
}

static bool take_row(void *arg, struct arena *arena, const struct json *row, struct fault *why)
{
    struct lesson *l = arg;
    struct slice   text, word;
    json_at        at = json_get(row, 0, "text");
    text = slice_trim(json_string(row, at, arena));
    if (json_kind(row, at) != JSON_STRING || text.len == 0)
        return fault_set(why, FAULT_BAD_REQUEST, "a row needs a `text`, some words in quotes");
    if (!row_word(row, arena, "label", &word) || !taught_is_word(word))
        return fault_set(why, FAULT_BAD_REQUEST, "a row needs a `label` of 1 to %d bytes, without line breaks",
                         TAUGHT_WORD_BYTES);
    unsigned label = label_index(l, word);
    if (label == TAUGHT_LABELS_MOST)
        return fault_set(why, FAULT_BAD_REQUEST, "more than %d different labels", TAUGHT_LABELS_MOST);
    if (l->count == TEACH_ROWS_MOST)
        return fault_set(why, FAULT_BAD_REQUEST, "more than %d rows", TEACH_ROWS_MOST);
    if (l->count == l->cap)
        l->sample = arena_grow(l->arena, l->sample, l->count, sizeof *l->sample, &l->cap);
    l->sample[l->count++] = (struct sample){ arena_copy(l->arena, text), label };
    return true;
}

/* ---- is it enough? ---- */

static int by_twin(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t different_texts(const struct lesson *l, unsigned label, uint64_t *twin)
{
    size_t count = 0, different = 0;
    for (size_t i = 0; i < l->count; i++)
        if (l->sample[i].label == label)
            twin[count++] = teach_twin(l->sample[i].text);
    qsort(twin, count, sizeof *twin, by_twin);
    for (size_t i = 0; i < count; i++)
        different += i == 0 || twin[i] != twin[i - 1];
    return different;
}

static bool is_enough(const struct lesson *l)
{
    uint64_t *twin = arena_array(l->arena, l->count, sizeof *twin);
    bool      ok = l->labels > 1;
    if (l->count == 0)
        fputs("weir teach: there are no rows; a row is {\"text\": \"…\", \"label\": \"…\"}\n", stderr);
    else if (!ok)
        fprintf(stderr, "weir teach: all rows have the label \"%s\"; there is nothing to tell apart\n",
                l->label[0]);
    for (unsigned i = 0; i < l->labels && l->labels > 1; i++) {
        size_t different = different_texts(l, i, twin);
        if (different >= TEACH_TEXTS_LEAST)
            continue;
        fprintf(stderr,
                "weir teach: the label \"%s\" has %zu different texts; each needs %d, and thirty are well\n",
                l->label[i], different, TEACH_TEXTS_LEAST);
        ok = false;
    }
    return ok;
}

/* ---- telling ---- */

/* How many rows were taken for a label that was not theirs, or were rightly: the column's sum. */
static uint32_t times_said(const struct lesson *l, const struct teach_report *r, unsigned label)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < l->labels; i++)
        sum += r->taken[i * l->labels + label];
    return sum;
}

static double share_of(uint32_t part, uint32_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void tell_labels(const struct lesson *l, const struct teach_report *r)
{
    printf("\n%8s %8s %8s  %s\n", "rows", "found", "right", "label");
    for (unsigned i = 0; i < l->labels; i++) {
        uint32_t hit = r->taken[i * l->labels + i];
        printf("%8u %8.3f %8.3f  %s\n", r->rows[i], share_of(hit, r->rows[i]),
               share_of(hit, times_said(l, r, i)), l->label[i]);
    }
}

static void tell_confusions(const struct lesson *l, const struct teach_report *r)
{
    uint32_t last = UINT32_MAX;
    size_t   last_at = 0; /* the pair shown last; pairs as frequent come after it in the matrix */
    for (unsigned shown = 0; shown < CONFUSIONS_SHOWN; shown++) {
        size_t   best_at = 0;
        uint32_t best = 0;
        for (size_t at = 0; at < (size_t)l->labels * l->labels; at++) {
            bool is_left = r->taken[at] < last || (r->taken[at] == last && at > last_at);
            if (at / l->labels != at % l->labels && is_left && r->taken[at] > best) {
                best = r->taken[at];
                best_at = at;
            }
        }
        if (best == 0)
            return;
        if (shown == 0)
            puts("\nMost often mistaken");
        printf("%8u rows of %s were taken for %s\n", best, l->label[best_at / l->labels],
               l->label[best_at % l->labels]);
        last = best;
        last_at = best_at;
    }
}

static void tell_use(const struct taught *head, const char *file, size_t bytes)
{
    printf("\nWrote %s, %zu KB. In weir.yaml:  slm: { heads: [ %s ] }\n"
           "In a policy:  when: { %s: \"%s\" }  or  when: { %s: { is: \"%s\", above: 0.5 } }\n",
           file, (bytes + 1023) / 1024, file, head->name, head->label[0].name, head->name, head->label[0].name);
}

/* ---- teaching ---- */

/* What heads see of each text, as short as it can be kept. */
static struct teach_row *view_all(const struct loaded *loaded, const struct lesson *l)
{
    const size_t        floats = taught_view_floats(loaded->slm, TAUGHT_CLASSES);
    struct teach_row   *row = arena_array(l->arena, l->count, sizeof *row);
    float              *dense = arena_array(l->arena, l->count * floats, sizeof *dense);
    struct text_marks  *marks = arena_array(l->arena, l->count, sizeof *marks);
    struct taught_view *view = arena_alloc(l->arena, sizeof *view);
    for (size_t i = 0; i < l->count; i++) {
        float embedding[SLM_QUESTION_MOST];
        slm_embed_question(loaded->worker, l->sample[i].text, embedding);
        taught_view(loaded->slm, l->sample[i].text, embedding, view);
        memcpy(dense + i * floats, view->dense, floats * sizeof *dense);
        marks[i] = view->marks;
        row[i] = (struct teach_row){
            .dense = dense + i * floats,
            .marks = &marks[i],
            .twin = teach_twin(l->sample[i].text),
            .label = l->sample[i].label,
        };
    }
    return row;
}

static bool teach(const struct loaded *loaded, const struct lesson *l, const char *name, const char *file)
{
    struct teach_report report;
    struct taught       head;
    struct teach_row   *row = view_all(loaded, l);
    size_t              different = teach_folds(row, l->count, l->labels);
    teach_validate(l->arena, row, l->count, taught_view_floats(loaded->slm, TAUGHT_CLASSES), l->labels,
                   &report);
    printf("%zu rows, %zu different texts, %u labels, on the encoder %s\n", l->count, different, l->labels,
           slm_name(loaded->slm));
    printf("Accuracy %.3f on rows that it had not learned from (%d folds), where it said to be %.3f sure\n",
           report.accuracy, TEACH_FOLDS, report.sureness);
    tell_labels(l, &report);
    tell_confusions(l, &report);
    teach_classes(l->arena, loaded->slm, row, l->count, name, l->label, &report, l->labels, &head);
    size_t bytes = head_save("teach", &head, file);
    if (bytes)
        tell_use(&head, file, bytes);
    return bytes > 0;
}

/* ---- the command ---- */

static int usage(void)
{
    fputs("usage: weir teach NAME [-c weir.yaml] [--in ROWS.jsonl] [--out NAME.head]\n"
          "       a row is {\"text\": \"…\", \"label\": \"…\"}; without --in they come from stdin\n",
          stderr);
    return 2;
}

static bool is_good_name(const char *name)
{
    if (!taught_is_name(slice_str(name)))
        fprintf(stderr,
                "weir teach: a head's name is a letter, then letters, digits, \"_\" and \"-\", %d at most\n",
                TAUGHT_WORD_BYTES);
    else if (policy_has_condition(slice_str(name)))
        fprintf(stderr, "weir teach: \"%s\" is what policies ask about already; choose another name\n", name);
    else
        return true;
    return false;
}

static int run(const char *name, const char *settings, const char *in, const char *out)
{
    struct loaded loaded;
    struct lesson lesson = { .arena = arena_new() };
    bool          ok = loaded_open_model(&loaded, settings);
    if (!ok)
        loaded_complain(&loaded);
    if (!out)
        out = arena_printf(lesson.arena, "%s.head", name);
    ok = ok && loaded_has_model(&loaded, "teach") && rows_read("teach", in, take_row, &lesson) &&
         is_enough(&lesson) && teach(&loaded, &lesson, name, out);
    arena_free(&lesson.arena);
    loaded_close(&loaded);
    return ok ? 0 : 1;
}

int cmd_teach(int argc, char **argv)
{
    static const struct option options[] = {
        { "in", required_argument, NULL, 'i' },
        { "out", required_argument, NULL, 'o' },
        { NULL, 0, NULL, 0 },
    };
    const char *settings = NULL, *in = NULL, *out = NULL;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            settings = optarg;
        else if (option == 'i')
            in = optarg;
        else if (option == 'o')
            out = optarg;
        else
            return usage();
    }
    if (optind + 1 != argc)
        return usage();
    return is_good_name(argv[optind]) ? run(argv[optind], settings, in, out) : 2;
}
