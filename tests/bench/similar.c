/*
 * similar.c - may one question's answer be served to another? How often that is found, and how often wrongly.
 *
 *     bench_similar FILE...             figures of pairs, one JSON object a line: {"a", "b", "same", "kind"}
 *     bench_similar --features FILE     what the learned check sees of each pair, for src/slm/train/alike.py
 *
 *     rules     of the pairs, those that no rule parts
 *     served    those that are served with max_error: 0.01
 *     wrong     of all served, those that want another answer
 *     hits at   of the pairs that want the same answer, those served at the best bar for which such a share of
 *               the others is served: nobody knows that bar beforehand, so it is a figure to compare with
 */
#include "bench.h"
#include "policy/alike.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_ERROR 0.01

enum { KINDS_MOST = 32 };

struct pair {
    bool  same, passes;
    float chance;
    char  kind[24];
};

struct bench {
    struct slm        *slm;
    struct slm_worker *worker;
    struct alike      *alike;
    struct arena      *arena;
    struct pair       *pair;
    size_t             pairs, cap;
    double             seconds; /* in comparing */
};

static enum alike_difference compare(struct bench *b, struct slice one, struct slice other,
                                     struct alike_features *out)
{
    struct alike_text    *x = alike_read(b->alike, b->arena, one), *y = alike_read(b->alike, b->arena, other);
    struct slm_states     in_x, in_y;
    enum alike_difference difference = alike_differs(x, y);
    if (difference != ALIKE_NONE)
        return difference;
    slm_states(b->worker, b->arena, one, &in_x);
    slm_states(b->worker, b->arena, other, &in_y);
    alike_compare(b->arena, slm_dim(b->slm), x, &in_x, y, &in_y, out);
    return ALIKE_NONE;
}

static void print_features(bool same, const char *kind, long long group, enum alike_difference difference,
                           const struct alike_features *f)
{
    printf("%d %s %lld %s", same, kind, group, alike_word(difference));
    for (int i = 0; i < ALIKE_FEATURES && difference == ALIKE_NONE; i++)
        printf(" %.6g", (double)f->value[i]);
    printf("\n");
}

static void add_pair(struct bench *b, bool same, const char *kind, enum alike_difference difference,
                     const struct alike_features *f)
{
    if (b->pairs == b->cap) {
        b->cap = b->cap ? 2 * b->cap : 1024;
        b->pair = realloc(b->pair, b->cap * sizeof *b->pair);
        if (!b->pair)
            abort();
    }
    struct pair *p = &b->pair[b->pairs++];
    *p = (struct pair){ .same = same, .passes = difference == ALIKE_NONE };
    p->chance = p->passes ? alike_chance(f) : -1;
    snprintf(p->kind, sizeof p->kind, "%s", same ? "paraphrase" : kind);
}

static bool read_pairs(struct bench *b, const char *path, bool prints)
{
    FILE  *in = fopen(path, "r");
    char  *line = NULL;
    size_t cap = 0;
    if (!in)
        return false;
    while (getline(&line, &cap, in) > 0) {
        json_t     *row = json_loads(line, 0, NULL);
        const char *one = json_string_value(json_object_get(row, "a")),
                   *other = json_string_value(json_object_get(row, "b"));
        const char *kind = json_string_value(json_object_get(row, "kind"));
        bool        same = json_is_true(json_object_get(row, "same"));
        if (one && other) {
            struct alike_features f;
            double                began_s = now_s();
            enum alike_difference difference = compare(b, slice_str(one), slice_str(other), &f);
            b->seconds += now_s() - began_s;
            if (prints)
                print_features(same, kind ? kind : "-", json_integer_value(json_object_get(row, "group")),
                               difference, &f);
            else
                add_pair(b, same, kind ? kind : "another question", difference, &f);
        }
        json_decref(row);
        arena_reset(b->arena);
    }
    free(line);
    fclose(in);
    return true;
}

/* ---- figures ---- */

static double share(const struct bench *b, const char *kind, bool same, float bar)
{
    size_t all = 0, some = 0;
    for (size_t i = 0; i < b->pairs; i++)
        if (b->pair[i].same == same && (!kind || strcmp(kind, b->pair[i].kind) == 0)) {
            all++;
            some += b->pair[i].chance >= bar;
        }
    return all ? (double)some / (double)all : 0;
}

static size_t count(const struct bench *b, const char *kind, bool same, float bar)
{
    size_t some = 0;
    for (size_t i = 0; i < b->pairs; i++)
        some += b->pair[i].same == same && (!kind || strcmp(kind, b->pair[i].kind) == 0) &&
                b->pair[i].chance >= bar;
    return some;
}

static int by_chance(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    return (b->chance > a->chance) - (b->chance < a->chance);
}

/* of_served: the share that is bounded is that of wrong ones among all served; else of those served among all
 * that must not be. pair: sorted by chance. */
static double hits_at(const struct bench *b, double error, bool of_served)
{
    const size_t same = count(b, NULL, true, -2), others = count(b, NULL, false, -2);
    size_t       right = 0, wrong = 0, best = 0;
    for (size_t i = 0; i < b->pairs && b->pair[i].passes; i++) {
        right += b->pair[i].same;
        wrong += !b->pair[i].same;
        bool is_last = i + 1 == b->pairs || b->pair[i + 1].chance < b->pair[i].chance;
        if (is_last && (double)wrong <= error * (double)(of_served ? right + wrong : others))
            best = right;
    }
    return same ? (double)best / (double)same : 0;
}

static void show_kinds(const struct bench *b, float bar)
{
    const char *seen[KINDS_MOST];
    size_t      kinds = 0;
    for (size_t i = 0; i < b->pairs && kinds < KINDS_MOST; i++) {
        size_t k = 0;
        while (k < kinds && strcmp(seen[k], b->pair[i].kind) != 0)
            k++;
        if (k < kinds)
            continue;
        seen[kinds++] = b->pair[i].kind;
        bool same = b->pair[i].same;
        printf("  %-18s %7zu %8.4f %8.4f\n", seen[k], count(b, seen[k], same, -2), share(b, seen[k], same, 0),
               share(b, seen[k], same, bar));
    }
}

static void show(struct bench *b, const char *path)
{
    const float bar = alike_least_chance(MAX_ERROR);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (b->pairs == 0)
        return;
    qsort(b->pair, b->pairs, sizeof *b->pair, by_chance);
    double right = (double)count(b, NULL, true, bar), wrong = (double)count(b, NULL, false, bar);
    printf("%-20s %7s %8s %8s\n", name, "pairs", "rules", "served");
    show_kinds(b, bar);
    printf("  %.0f us a pair; wrong of all served: %.4f; hits at 1 %%, .5 %% of the others served: %.3f, %.3f; "
           "at 1 %% wrong of all served: %.3f\n",
           b->pairs ? b->seconds * 1e6 / (double)b->pairs : 0, right + wrong > 0 ? wrong / (right + wrong) : 0,
           hits_at(b, .01, false), hits_at(b, .005, false), hits_at(b, .01, true));
    printf("{\"set\":\"%s\",\"served\":%.4f,\"traps_served\":%.4f,\"wrong_of_served\":%.4f,\"hits_at_1\":%.4f,"
           "\"hits_at_half\":%.4f,\"hits_at_1_of_served\":%.4f}\n",
           name, share(b, NULL, true, bar), share(b, NULL, false, bar),
           right + wrong > 0 ? wrong / (right + wrong) : 0, hits_at(b, .01, false), hits_at(b, .005, false),
           hits_at(b, .01, true));
}

int main(int argc, char **argv)
{
    struct fault why = { 0 };
    struct bench b = { .slm = slm_open(MODEL, &why) };
    bool         prints = argc > 1 && strcmp(argv[1], "--features") == 0;
    if (!b.slm) {
        fprintf(stderr, "bench_similar: %s; ./deploy/model fetches the model\n", why.detail);
        return 1;
    }
    b.worker = slm_worker_new(b.slm);
    b.alike = alike_new();
    b.arena = arena_new();
    for (int i = prints ? 2 : 1; i < argc; i++) {
        b.pairs = 0;
        b.seconds = 0;
        if (!read_pairs(&b, argv[i], prints))
            fprintf(stderr, "bench_similar: %s is not there\n", argv[i]);
        else if (!prints)
            show(&b, argv[i]);
    }
    free(b.pair);
    arena_free(&b.arena);
    alike_free(&b.alike);
    slm_worker_free(&b.worker);
    slm_close(&b.slm);
    return 0;
}
