/*
 * heads.c - reads a file of heads and runs one.
 */
#include "slm/heads.h"

#include "base/die.h"
#include "file_reader.h"
#include "floats.h"
#include "slm/slm.h"

#include <math.h>

/* src/slm/heads.S */
extern const char heads_bin[], heads_bin_end[];

/* ---- reading ---- */

static bool read_head(struct file_reader *r, const char *name, uint32_t dim, uint32_t outputs, struct head *out,
                      struct fault *why)
{
    struct head h = { .hidden = file_take_u32(r), .outputs = file_take_u32(r) };
    if (h.hidden == 0 || h.hidden > HEADS_HIDDEN_MOST || h.outputs != outputs)
        return fault_set(why, FAULT_UNSUPPORTED, "the %s head has %u hidden units and %u outputs, not %u", name,
                         h.hidden, h.outputs, outputs);
    h.A = file_take_floats(r, (2 * (size_t)dim + HEADS_MARKS) * h.hidden);
    h.a = file_take_floats(r, h.hidden);
    h.B = file_take_floats(r, (size_t)h.hidden * h.outputs);
    h.b = file_take_floats(r, h.outputs);
    h.C = file_take_floats(r, (size_t)HEADS_BUCKETS * h.outputs);
    *out = h;
    return !r->is_short || fault_set(why, FAULT_UNSUPPORTED, "the file of heads ends within the %s head", name);
}

bool heads_read(struct slice file, struct heads *out, struct fault *why)
{
    struct file_reader r = { .file = file };
    const void        *magic = file_take(&r, 8);
    if (!magic || memcmp(magic, "WEIRHEAD", 8) != 0)
        return fault_set(why, FAULT_UNSUPPORTED, "this is no file of heads");
    uint32_t version = file_take_u32(&r);
    if (version != HEADS_VERSION)
        return fault_set(why, FAULT_UNSUPPORTED, "the file of heads has version %u, this Weir reads %d",
                         version, HEADS_VERSION);
    out->dim = file_take_u32(&r);
    uint32_t marks = file_take_u32(&r), buckets = file_take_u32(&r);
    out->fingerprint = file_take_u64(&r);
    if (out->dim == 0 || out->dim > SLM_DIM_MOST || marks != HEADS_MARKS || buckets != HEADS_BUCKETS)
        return fault_set(why, FAULT_UNSUPPORTED, "heads for %u floats, %u marks and %u buckets are not ours",
                         out->dim, marks, buckets);
    if (!read_head(&r, "difficulty", out->dim, 1, &out->difficulty, why) ||
        !read_head(&r, "topic", out->dim, TOPICS, &out->topic, why) ||
        !read_head(&r, "exam", out->dim, 2, &out->exam, why) ||
        !read_head(&r, "sensitivity", out->dim, 1, &out->sensitivity, why) ||
        !read_head(&r, "injection", out->dim, 1, &out->injection, why))
        return false;
    uint64_t seal;
    if (!file_take_seal(&r, &seal))
        return fault_set(why, FAULT_UNSUPPORTED, "the file of heads is damaged");
    return true;
}

static struct heads shipped;

/* Before main(), so that threads find them read; half a millisecond, most of it the hash. */
__attribute__((constructor)) static void read_shipped(void)
{
    struct fault why;
    if (!heads_read(slice_of(heads_bin, (size_t)(heads_bin_end - heads_bin)), &shipped, &why))
        die("src/slm/heads.bin: %s", why.detail);
}

const struct heads *heads_shipped(void)
{
    return &shipped;
}

/* ---- running ---- */

/* Adds C's rows of the buckets that the text has. */
static void add_words(const struct head *h, const struct text_marks *t, float *out)
{
    const float share = t->buckets ? 1.0f / sqrtf((float)t->buckets) : 0.0f;
    for (size_t i = 0; i < HEADS_BUCKETS / 64; i++)
        for (uint64_t bits = t->bucket[i]; bits; bits &= bits - 1)
            add_row(out, share, h->C + (i * 64 + (size_t)__builtin_ctzll(bits)) * h->outputs, h->outputs);
}

void head_run(const struct head *h, uint32_t dim, const float *embedding, const struct text_marks *t,
              float *out)
{
    float hidden[HEADS_HIDDEN_MOST];
    memcpy(hidden, h->a, h->hidden * sizeof *hidden);
    for (size_t i = 0; i < 2 * (size_t)dim; i++)
        add_row(hidden, embedding[i], h->A + i * h->hidden, h->hidden);
    for (size_t i = 0; i < HEADS_MARKS; i++)
        add_row(hidden, t->mark[i], h->A + (2 * dim + i) * h->hidden, h->hidden);

    memcpy(out, h->b, h->outputs * sizeof *out);
    for (size_t i = 0; i < h->hidden; i++)
        if (hidden[i] > 0)
            add_row(out, hidden[i], h->B + i * h->outputs, h->outputs);
    add_words(h, t, out);
}

void head_run_words(const struct head *h, const struct text_marks *t, float *out)
{
    memset(out, 0, h->outputs * sizeof *out);
    add_words(h, t, out);
}
