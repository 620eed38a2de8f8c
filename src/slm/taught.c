/*
 * taught.c - see slm/taught.h.
 *
 * A head is one linear layer over the view and the words. On a frozen encoder that is nearly all that there is
 * to be had from some thousand rows, it is learned in seconds, and what it says of a text costs microseconds.
 */
#include "slm/taught.h"

#include "file_reader.h"
#include "floats.h"

#include <math.h>

static const char MAGIC[8] = "WTAUGHT\n";

/* An embedding's length is 1. What else is seen counts so much less that SGD, whose step is meant for rows of
 * about that length, does not diverge; who standardizes the floats, as slm/calibrate.h does, need not care. */
static const float MARKS_WEIGHT = 0.15f, DIFFICULTY_WEIGHT = 0.3f;

/* ---- seeing ---- */

size_t taught_view_floats(const struct slm *s, enum taught_kind kind)
{
    size_t dim = slm_dim(s);
    return kind == TAUGHT_CLASSES ? dim + TAUGHT_EXAM : dim + TAUGHT_MIDDLE + dim;
}

static float logit(float chance)
{
    static const float least = 1e-6f;
    chance = fminf(fmaxf(chance, least), 1 - least);
    return logf(chance / (1 - chance));
}

void taught_view(const struct slm *s, struct slice text, const float *embedding, struct taught_view *out)
{
    const size_t     dim = slm_dim(s);
    struct judgement shipped;
    text_marks_of(text, &out->marks);
    memcpy(out->dense, embedding, dim * sizeof *embedding);
    for (size_t i = 0; i < HEADS_MARKS; i++)
        out->dense[dim + i] = MARKS_WEIGHT * out->marks.mark[i];
    slm_judge_embedded(s, text, embedding, &shipped);
    out->dense[dim + HEADS_MARKS] = DIFFICULTY_WEIGHT * shipped.difficulty;
    out->dense[dim + TAUGHT_EXAM] = logit(shipped.small_right);
    out->dense[dim + TAUGHT_EXAM + 1] = logit(shipped.large_right);
    memcpy(out->dense + dim + TAUGHT_MIDDLE, embedding + dim, dim * sizeof *embedding);
}

float taught_view_difficulty(const struct slm *s, const struct taught_view *view)
{
    return view->dense[slm_dim(s) + HEADS_MARKS] / DIFFICULTY_WEIGHT;
}

/* ---- asking ---- */

unsigned taught_class(const struct taught *t, const struct taught_view *view, float *share)
{
    linear_run(&t->linear, view->dense, &view->marks, share);
    return greatest(share, t->labels);
}

float taught_difficulty(const struct taught *t, const struct taught_view *view)
{
    float right[2] = { 0 }; /* the weak model's answer, the strong one's */
    linear_sum(&t->linear, view->dense, &view->marks, right);
    float gain = (t->labels == 2 ? sigmoid(right[1]) : 1) - sigmoid(right[0]);
    return sigmoid(t->slope * gain + t->offset);
}

bool taught_is_word(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.ptr[i] < 0x20 || word.ptr[i] == 0x7F)
            return false;
    return word.len > 0 && word.len <= TAUGHT_WORD_BYTES && slice_trim(word).len == word.len;
}

bool taught_is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_' || c == '-')))
            return false;
    }
    return name.len > 0 && name.len <= TAUGHT_WORD_BYTES;
}

/* ---- reading ---- */

/* What is beyond the file's end reads as zeroes. */
static void copy(struct file_reader *r, void *out, size_t bytes)
{
    const void *taken = file_take(r, bytes);
    if (taken)
        memcpy(out, taken, bytes);
    else
        memset(out, 0, bytes);
}

/* Copied, since a taught file's floats lie at any byte; room is made only for what is there. */
static float *copy_floats(struct file_reader *r, struct arena *arena, size_t rows, size_t columns)
{
    const void *taken = file_take(r, rows * columns * sizeof(float));
    float      *floats = taken ? arena_array(arena, rows * columns, sizeof *floats) : NULL;
    if (floats)
        memcpy(floats, taken, rows * columns * sizeof *floats);
    return floats;
}

/* NULL where it is no word. */
static const char *take_word(struct file_reader *r, struct arena *arena)
{
    uint32_t    len = file_take_u32(r);
    const char *taken = file_take(r, len);
    return taken && taught_is_word(slice_of(taken, len)) ? arena_cstr(arena, slice_of(taken, len)) : NULL;
}

static bool refuse(struct fault *why, const char *words)
{
    return fault_set(why, FAULT_UNSUPPORTED, "%s", words);
}

static bool read_start(struct file_reader *r, struct taught *out, struct fault *why)
{
    char magic[sizeof MAGIC];
    copy(r, magic, sizeof magic);
    if (r->is_short || memcmp(magic, MAGIC, sizeof magic) != 0)
        return refuse(why, "this is no head that weir teach or weir calibrate wrote");
    uint32_t version = file_take_u32(r), kind = file_take_u32(r);
    if (!r->is_short && version != TAUGHT_VERSION)
        return fault_set(why, FAULT_UNSUPPORTED, "the head has version %u, this Weir reads %d", version,
                         TAUGHT_VERSION);
    out->linear.dim = file_take_u32(r);
    uint32_t buckets = file_take_u32(r);
    out->fingerprint = file_take_u64(r);
    out->labels = file_take_u32(r);
    out->rows = file_take_u32(r);
    copy(r, out->figure, sizeof out->figure);
    copy(r, out->quantile, sizeof out->quantile);
    copy(r, &out->slope, sizeof out->slope);
    copy(r, &out->offset, sizeof out->offset);
    if (r->is_short)
        return refuse(why, "the head is cut off");
    out->kind = (enum taught_kind)kind;
    out->linear.classes = out->labels;
    bool is_known = kind < TAUGHT_KINDS && out->linear.dim > 0 && out->linear.dim <= TAUGHT_VIEW_MOST &&
                    buckets == HEADS_BUCKETS;
    unsigned least = kind == TAUGHT_CLASSES ? 2 : 1, most = kind == TAUGHT_CLASSES ? TAUGHT_LABELS_MOST : 2;
    return (is_known && out->labels >= least && out->labels <= most) ||
           refuse(why, "the head is of a kind or a size that this Weir does not have");
}

static void read_labels(struct file_reader *r, struct arena *arena, struct taught *out)
{
    out->label = arena_array(arena, out->labels, sizeof *out->label);
    for (unsigned i = 0; i < out->labels; i++) {
        out->label[i].rows = file_take_u32(r);
        copy(r, &out->label[i].found, sizeof out->label[i].found);
    }
    out->name = take_word(r, arena);
    for (unsigned i = 0; i < out->labels; i++)
        out->label[i].name = take_word(r, arena);
}

static bool has_words(const struct taught *t)
{
    bool ok = t->name && taught_is_name(slice_str(t->name));
    for (unsigned i = 0; i < t->labels; i++)
        ok = ok && t->label[i].name;
    return ok;
}

bool taught_read(struct arena *arena, struct slice file, struct taught *out, struct fault *why)
{
    struct file_reader r = { .file = file };
    *out = (struct taught){ 0 };
    if (!read_start(&r, out, why))
        return false;
    read_labels(&r, arena, out);
    out->linear.A = copy_floats(&r, arena, out->linear.dim, out->labels);
    out->linear.C = copy_floats(&r, arena, HEADS_BUCKETS, out->labels);
    out->linear.b = copy_floats(&r, arena, 1, out->labels);
    bool is_sealed = file_take_seal(&r, &out->seal);
    if (r.is_short)
        return refuse(why, "the head is cut off");
    return (is_sealed && has_words(out)) || refuse(why, "the head is damaged");
}

bool taught_fits(const struct taught *t, const struct slm *s, struct fault *why)
{
    return (t->fingerprint == slm_fingerprint(s) && t->linear.dim == taught_view_floats(s, t->kind)) ||
           fault_set(why, FAULT_UNSUPPORTED,
                     "the head \"%s\" was taught on another encoder than %s: teach it anew", t->name,
                     slm_name(s));
}

/* ---- writing ---- */

static void add(struct buf *out, const void *bytes, size_t count)
{
    buf_add(out, slice_of(bytes, count));
}

static void add_u32(struct buf *out, uint32_t number)
{
    add(out, &number, sizeof number);
}

static void add_word(struct buf *out, const char *word)
{
    add_u32(out, (uint32_t)strlen(word));
    buf_add_str(out, word);
}

void taught_write(const struct taught *t, struct buf *out)
{
    const struct linear *l = &t->linear;
    size_t               from = out->len;
    add(out, MAGIC, sizeof MAGIC);
    add_u32(out, TAUGHT_VERSION);
    add_u32(out, (uint32_t)t->kind);
    add_u32(out, (uint32_t)l->dim);
    add_u32(out, HEADS_BUCKETS);
    add(out, &t->fingerprint, sizeof t->fingerprint);
    add_u32(out, t->labels);
    add_u32(out, t->rows);
    add(out, t->figure, sizeof t->figure);
    add(out, t->quantile, sizeof t->quantile);
    add(out, &t->slope, sizeof t->slope);
    add(out, &t->offset, sizeof t->offset);
    for (unsigned i = 0; i < t->labels; i++) {
        add_u32(out, t->label[i].rows);
        add(out, &t->label[i].found, sizeof t->label[i].found);
    }
    add_word(out, t->name);
    for (unsigned i = 0; i < t->labels; i++)
        add_word(out, t->label[i].name);
    add(out, l->A, l->dim * l->classes * sizeof *l->A);
    add(out, l->C, HEADS_BUCKETS * l->classes * sizeof *l->C);
    add(out, l->b, l->classes * sizeof *l->b);
    uint64_t hash = slice_hash(slice_cut(buf_slice(out), from, out->len));
    add(out, &hash, sizeof hash);
}
