/*
 * intent.c - how well classes are told apart that are learned from examples, as `classes:` of a policy are.
 *
 * CLINC: 150 intents, learned from clinc_train, asked on clinc_val, and on clinc_oos_val, which is of no
 * intent. BANKING77: 77 intents that lie close together; every fifth row of banking_train is asked, the others
 * are learned from. With 10 examples of each class, and with all. A linear SVM on the same embedding
 * reaches .902 (CLINC, 10), .961 (all), .922 (BANKING77, all).
 *
 *     accuracy   the likeliest class is right, "none" left aside
 *     with none  the same where "none" counts as wrong: what a policy gets
 *     turned     share of the texts of no class that are told so
 *     share      mean share of the likeliest class: near the accuracy, if shares mean what they say
 */
#include "bench.h"
#include "slm/classes.h"
#include "slm/slm.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEW = 10, ROWS_MOST = 20000 };

struct set {
    struct class_example row[ROWS_MOST];
    size_t               rows;
};

struct names {
    const char *name[CLASSES_MOST];
    unsigned    count;
};

struct figures {
    double accuracy, with_none, turned, share, seconds;
};

/* ---- data ---- */

static unsigned index_of(struct arena *arena, struct names *names, const char *name)
{
    unsigned i = 0;
    while (i < names->count && strcmp(names->name[i], name) != 0)
        i++;
    if (i == names->count && i < CLASSES_MOST)
        names->name[names->count++] = arena_cstr(arena, slice_str(name));
    return i;
}

/* False where the data is not there. */
static bool read_set(struct arena *arena, const char *name, struct names *names, struct set *out)
{
    FILE  *file = open_rows(name);
    char  *line = NULL;
    size_t cap = 0;
    out->rows = 0;
    while (file && getline(&line, &cap, file) > 0 && out->rows < ROWS_MOST) {
        json_t     *row = json_loads(line, 0, NULL);
        const char *text = json_string_value(json_object_get(row, "text"));
        const char *intent = json_string_value(json_object_get(row, "intent"));
        if (text && intent)
            out->row[out->rows++] =
                (struct class_example){ arena_copy(arena, slice_str(text)), index_of(arena, names, intent) };
        json_decref(row);
    }
    free(line);
    if (file)
        pclose(file);
    return out->rows > 0;
}

/* FEW rows of each class, spread evenly over it: rows that stand together were often written by one person. */
static void take_few(const struct set *from, struct set *out)
{
    size_t size[CLASSES_MOST] = { 0 }, seen[CLASSES_MOST] = { 0 };
    out->rows = 0;
    for (size_t i = 0; i < from->rows; i++)
        size[from->row[i].class_index]++;
    for (size_t i = 0; i < from->rows; i++) {
        unsigned class = from->row[i].class_index;
        size_t at = seen[class]++;
        if (at * FEW / size[class] != (at + 1) * FEW / size[class])
            out->row[out->rows++] = from->row[i];
    }
}

/* Every fifth row is asked. */
static void split(const struct set *from, struct set *learned, struct set *asked)
{
    learned->rows = asked->rows = 0;
    for (size_t i = 0; i < from->rows; i++) {
        struct set *to = i % 5 == 0 ? asked : learned;
        to->row[to->rows++] = from->row[i];
    }
}

/* ---- figures ---- */

static void ask(const struct classes *classes, struct slm_worker *worker, const struct set *asked,
                struct figures *out)
{
    const unsigned count = classes_count(classes);
    for (size_t i = 0; i < asked->rows; i++) {
        float    embedding[SLM_QUESTION_MOST], share[CLASSES_MOST];
        unsigned best = 0;
        slm_embed_question(worker, asked->row[i].text, embedding);
        unsigned told = classes_judge(classes, asked->row[i].text, embedding, share);
        for (unsigned k = 1; k < count; k++)
            best = share[k] > share[best] ? k : best;
        out->accuracy += best == asked->row[i].class_index;
        out->with_none += told == asked->row[i].class_index;
        out->share += (double)share[best];
    }
    out->accuracy /= (double)asked->rows;
    out->with_none /= (double)asked->rows;
    out->share /= (double)asked->rows;
}

static double share_turned(const struct classes *classes, struct slm_worker *worker, const struct set *outside)
{
    size_t turned = 0;
    for (size_t i = 0; i < outside->rows; i++) {
        float embedding[SLM_QUESTION_MOST], share[CLASSES_MOST];
        slm_embed_question(worker, outside->row[i].text, embedding);
        turned += classes_judge(classes, outside->row[i].text, embedding, share) == classes_count(classes);
    }
    return outside->rows ? (double)turned / (double)outside->rows : 0;
}

static struct figures measure(struct slm_worker *worker, const char *what, const struct set *learned,
                              unsigned count, const struct set *asked, const struct set *outside)
{
    struct arena   *arena = arena_new();
    struct figures  f = { 0 };
    double          began_s = now_s();
    struct classes *classes = classes_learn(arena, worker, learned->row, learned->rows, count);
    f.seconds = now_s() - began_s;
    ask(classes, worker, asked, &f);
    f.turned = outside ? share_turned(classes, worker, outside) : 0;
    printf("%-16s %8zu %9.3f %10.3f %7.3f %9.1f", what, learned->rows, f.accuracy, f.with_none, f.share,
           f.seconds);
    printf(outside ? " %8.3f\n" : "        -\n", f.turned);
    fflush(stdout);
    arena_free(&arena);
    return f;
}

static struct set train, few, val, outside, rest;

int main(void)
{
    struct arena *arena = arena_new();
    struct names  clinc = { 0 }, banking = { 0 }, none = { 0 };
    struct fault  why = { 0 };
    struct slm   *slm = slm_open(MODEL, &why);
    if (!slm) {
        fprintf(stderr, "bench_intent: %s; ./deploy/model fetches the model\n", why.detail);
        return 1;
    }
    if (!read_set(arena, "intent/clinc_train", &clinc, &train) ||
        !read_set(arena, "intent/clinc_val", &clinc, &val) ||
        !read_set(arena, "intent/clinc_oos_val", &none, &outside)) {
        fprintf(stderr, "bench_intent: ../shared/data/intent is not there\n");
        return 1;
    }
    struct slm_worker *worker = slm_worker_new(slm);
    printf("%-16s %8s %9s %10s %7s %9s %8s\n", "", "examples", "accuracy", "with none", "share", "learned s",
           "turned");
    take_few(&train, &few);
    struct figures clinc_10 = measure(worker, "CLINC, 10", &few, clinc.count, &val, &outside);
    struct figures clinc_all = measure(worker, "CLINC, all", &train, clinc.count, &val, &outside);
    if (!read_set(arena, "intent/banking_train", &banking, &train))
        return 1;
    split(&train, &rest, &val);
    take_few(&rest, &few);
    struct figures banking_10 = measure(worker, "BANKING77, 10", &few, banking.count, &val, NULL);
    struct figures banking_all = measure(worker, "BANKING77, all", &rest, banking.count, &val, NULL);
    printf("{\"clinc_10\":%.4f,\"clinc_all\":%.4f,\"banking_10\":%.4f,\"banking_all\":%.4f,"
           "\"clinc_10_with_none\":%.4f,\"clinc_all_with_none\":%.4f,\"clinc_10_turned\":%.4f,"
           "\"clinc_all_turned\":%.4f,\"kernel\":\"%s\"}\n",
           clinc_10.accuracy, clinc_all.accuracy, banking_10.accuracy, banking_all.accuracy, clinc_10.with_none,
           clinc_all.with_none, clinc_10.turned, clinc_all.turned, slm_kernel(slm));
    slm_worker_free(&worker);
    slm_close(&slm);
    arena_free(&arena);
    return 0;
}
