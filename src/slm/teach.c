/* teach.c - see slm/teach.h. Learning itself is linear.c's. */
#include "slm/teach.h"

#include "base/die.h"
#include "floats.h"

/* ---- folds ---- */

uint64_t teach_twin(struct slice text)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, as slice_hash() has it */
    bool     was_blank = false;
    text = slice_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool          is_blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (is_blank && was_blank)
            continue;
        was_blank = is_blank;
        c = is_blank ? ' ' : c >= 'A' && c <= 'Z' ? c + 32 : c;
        hash = (hash ^ c) * 0x100000001b3u;
    }
    return hash;
}

struct twin {
    uint64_t hash;
    unsigned label;
    size_t   row;
};

/* By label, then in an order that has nothing to do with the file's: neighbours were often written by one
 * person. Twins that stand under several labels come together under the least of them. */
static int by_hash(const void *a, const void *b)
{
    const struct twin *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->label != y->label ? (x->label < y->label ? -1 : 1) : (x->row > y->row) - (x->row < y->row);
}

size_t teach_folds(struct teach_row *row, size_t rows, unsigned labels)
{
    struct twin *twin = must_calloc(rows, sizeof *twin);
    unsigned    *next = must_calloc(labels, sizeof *next); /* a label's next fold */
    size_t       texts = 0;
    for (size_t i = 0; i < rows; i++)
        twin[i] = (struct twin){ row[i].twin, row[i].label, i };
    qsort(twin, rows, sizeof *twin, by_hash);
    for (size_t i = 0; i < labels; i++)
        next[i] = (unsigned)i; /* labels with few rows shall not all lack the same fold */
    for (size_t i = 0; i < rows; i++) {
        bool is_new = i == 0 || twin[i].hash != twin[i - 1].hash;
        texts += is_new;
        row[twin[i].row].fold = is_new ? next[twin[i].label]++ % TEACH_FOLDS : row[twin[i - 1].row].fold;
    }
    free(next);
    free(twin);
    return texts;
}

/* ---- learning ---- */

/* From all rows but those of one fold; TEACH_FOLDS leaves out none. */
static void learn(struct arena *arena, const struct teach_row *row, size_t rows, size_t floats, unsigned labels,
                  unsigned left_out, struct linear *out)
{
    struct linear_row *of = must_calloc(rows, sizeof *of);
    size_t             count = 0;
    for (size_t i = 0; i < rows; i++)
        if (row[i].fold != left_out)
            of[count++] = (struct linear_row){ row[i].dense, row[i].marks, row[i].label };
    linear_learn(out, arena, of, count, floats, labels);
    free(of);
}

static void ask_fold(const struct linear *l, const struct teach_row *row, size_t rows, unsigned fold,
                     unsigned labels, struct teach_report *out)
{
    float share[TAUGHT_LABELS_MOST];
    for (size_t i = 0; i < rows; i++) {
        if (row[i].fold != fold)
            continue;
        linear_run(l, row[i].dense, row[i].marks, share);
        unsigned best = greatest(share, labels);
        out->taken[row[i].label * labels + best]++;
        out->accuracy += best == row[i].label;
        out->sureness += (double)share[best];
    }
}

void teach_validate(struct arena *arena, const struct teach_row *row, size_t rows, size_t floats,
                    unsigned labels, struct teach_report *out)
{
    *out = (struct teach_report){
        .rows = arena_array(arena, labels, sizeof *out->rows),
        .taken = arena_array(arena, (size_t)labels * labels, sizeof *out->taken),
    };
    for (size_t i = 0; i < rows; i++)
        out->rows[row[i].label]++;
    for (unsigned fold = 0; fold < TEACH_FOLDS; fold++) {
        struct arena *scratch = arena_new();
        struct linear l;
        learn(scratch, row, rows, floats, labels, fold, &l);
        ask_fold(&l, row, rows, fold, labels, out);
        arena_free(&scratch);
    }
    out->accuracy /= (double)rows;
    out->sureness /= (double)rows;
}

void teach_classes(struct arena *arena, const struct slm *slm, const struct teach_row *row, size_t rows,
                   const char *name, const char *const *label, const struct teach_report *report,
                   unsigned labels, struct taught *out)
{
    *out = (struct taught){
        .kind = TAUGHT_CLASSES,
        .name = name,
        .fingerprint = slm_fingerprint(slm),
        .rows = (uint32_t)rows,
        .figure = { [TAUGHT_ACCURACY] = (float)report->accuracy },
        .label = arena_array(arena, labels, sizeof *out->label),
        .labels = labels,
    };
    for (unsigned i = 0; i < labels; i++)
        out->label[i] = (struct taught_label){
            .name = label[i],
            .rows = report->rows[i],
            .found = (float)report->taken[i * labels + i] / (float)(report->rows[i] ? report->rows[i] : 1),
        };
    learn(arena, row, rows, taught_view_floats(slm, TAUGHT_CLASSES), labels, TEACH_FOLDS, &out->linear);
}
