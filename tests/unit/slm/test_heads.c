/*
 * test_heads.c - a file of heads is read as it lies, refused where it is not whole, and computed as the header
 * says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/heads.h"
#include "slm/slm.h"

#include <math.h>
#include <stdlib.h>

enum { DIM = 3, HIDDEN = 2, FILE_MOST = 1 << 20 };

/* A small file, built number by number. */
struct file {
    _Alignas(8) char bytes[FILE_MOST];
    size_t len;
};

static void add(struct file *f, const void *bytes, size_t len)
{
    memcpy(f->bytes + f->len, bytes, len);
    f->len += len;
}

static void add_u32(struct file *f, uint32_t number)
{
    add(f, &number, sizeof number);
}

/* first, first + step, ... */
static void add_floats(struct file *f, size_t count, float first, float step)
{
    for (size_t i = 0; i < count; i++) {
        float x = first + step * (float)i;
        add(f, &x, sizeof x);
    }
}

static void add_head(struct file *f, uint32_t outputs)
{
    add_u32(f, HIDDEN);
    add_u32(f, outputs);
    add_floats(f, (2 * DIM + HEADS_MARKS) * HIDDEN, 0.5f, -0.125f); /* A */
    add_floats(f, HIDDEN, 1.0f, 1.0f);                              /* a */
    add_floats(f, HIDDEN * outputs, -1.0f, 0.25f);                  /* B */
    add_floats(f, outputs, 0.5f, 0.5f);                             /* b */
    add_floats(f, HEADS_BUCKETS * outputs, 0.0f, 0.001f);           /* C */
}

static void seal(struct file *f)
{
    uint64_t hash = slice_hash(slice_of(f->bytes, f->len));
    add(f, &hash, sizeof hash);
}

static struct file *make_file(uint32_t version, uint32_t dim, uint32_t buckets, uint32_t topics)
{
    struct file *f = calloc(1, sizeof *f);
    uint64_t     fingerprint = 42;
    assert_non_null(f);
    add(f, "WEIRHEAD", 8);
    add_u32(f, version);
    add_u32(f, dim);
    add_u32(f, HEADS_MARKS);
    add_u32(f, buckets);
    add(f, &fingerprint, sizeof fingerprint);
    add_head(f, 1);
    add_head(f, topics);
    add_head(f, 2);
    add_head(f, 1);
    add_head(f, 1);
    seal(f);
    return f;
}

static struct file *good_file(void)
{
    return make_file(HEADS_VERSION, DIM, HEADS_BUCKETS, TOPICS);
}

static bool reads(const struct file *f, size_t len)
{
    struct heads heads;
    struct fault why = { .kind = FAULT_NONE };
    bool         is_good = heads_read(slice_of(f->bytes, len), &heads, &why);
    assert_int_equal(is_good, why.kind == FAULT_NONE);
    return is_good;
}

static void test_a_whole_file_is_read(void **state)
{
    (void)state;
    struct file *f = good_file();
    struct heads heads;
    struct fault why;
    assert_true(heads_read(slice_of(f->bytes, f->len), &heads, &why));
    assert_int_equal(heads.dim, DIM);
    assert_int_equal(heads.fingerprint, 42);
    assert_int_equal(heads.difficulty.hidden, HIDDEN);
    assert_int_equal(heads.topic.outputs, TOPICS);
    assert_true(heads.topic.b[1] == 1.0f);
    free(f);
}

static void test_any_other_is_refused(void **state)
{
    (void)state;
    struct file *f = good_file();
    for (size_t len = 0; len < f->len; len += len < 256 ? 1 : 997)
        assert_false(reads(f, len));
    assert_false(reads(f, f->len - 1));
    assert_false(reads(f, f->len + 1));
    for (size_t i = 0; i < f->len; i += i < 64 ? 1 : 1009) {
        f->bytes[i] ^= 1;
        assert_false(reads(f, f->len));
        f->bytes[i] ^= 1;
    }
    assert_true(reads(f, f->len));
    free(f);
    enum { WRONG = 5 };
    struct file *wrong[WRONG] = { make_file(HEADS_VERSION + 1, DIM, HEADS_BUCKETS, TOPICS),
                                  make_file(HEADS_VERSION, 0, HEADS_BUCKETS, TOPICS),
                                  make_file(HEADS_VERSION, SLM_DIM_MOST + 1, HEADS_BUCKETS, TOPICS),
                                  make_file(HEADS_VERSION, DIM, HEADS_BUCKETS / 2, TOPICS),
                                  make_file(HEADS_VERSION, DIM, HEADS_BUCKETS, TOPICS - 1) };
    for (size_t i = 0; i < WRONG; i++) {
        assert_false(reads(wrong[i], wrong[i]->len));
        free(wrong[i]);
    }
}

/* The header's formula, written out plainly. */
static float by_hand(const struct head *h, const float *x, const struct text_marks *t, size_t output)
{
    float out = h->b[output];
    for (size_t u = 0; u < h->hidden; u++) {
        float hidden = h->a[u];
        for (size_t i = 0; i < 2 * DIM + HEADS_MARKS; i++)
            hidden += (i < 2 * DIM ? x[i] : t->mark[i - 2 * DIM]) * h->A[i * h->hidden + u];
        out += fmaxf(hidden, 0) * h->B[u * h->outputs + output];
    }
    for (size_t i = 0; i < HEADS_BUCKETS; i++)
        if (t->bucket[i / 64] >> i % 64 & 1)
            out += h->C[i * h->outputs + output] / sqrtf((float)t->buckets);
    return out;
}

static void test_a_head_computes_its_formula(void **state)
{
    (void)state;
    struct file *f = good_file();
    struct heads heads;
    struct fault why;
    assert_true(heads_read(slice_of(f->bytes, f->len), &heads, &why));
    const float       embedding[][2 * DIM] = { { 0 }, { 1, -2, 0.5f, 2, -1, 4 }, { -9, 3, 7, 0, 1, -2 } };
    const char *const texts[] = { "", "one two three", "2 + 2 = 4?" };
    for (size_t i = 0; i < 3; i++) {
        struct text_marks marks;
        float             out[TOPICS];
        text_marks_of(slice_str(texts[i]), &marks);
        head_run(&heads.topic, DIM, embedding[i], &marks, out);
        for (size_t t = 0; t < TOPICS; t++)
            assert_true(fabsf(out[t] - by_hand(&heads.topic, embedding[i], &marks, t)) < 1e-3f);
    }
    free(f);
}

static void test_what_ships_is_whole(void **state)
{
    (void)state;
    const struct heads *heads = heads_shipped();
    assert_int_equal(heads->dim, 384);
    assert_int_equal(heads->topic.outputs, TOPICS);
    assert_int_equal(heads->exam.outputs, 2);
    assert_ptr_equal(heads, heads_shipped());
}

static void test_words_are_seen_without_case_and_once(void **state)
{
    (void)state;
    struct text_marks one, other;
    text_marks_of(S("What is THIS?"), &one);
    text_marks_of(S("what IS, this what is this"), &other);
    assert_int_equal(one.buckets, 5); /* what, is, this, what is, is this */
    assert_int_equal(other.buckets, 6);
    for (size_t i = 0; i < HEADS_BUCKETS / 64; i++)
        assert_true((one.bucket[i] & ~other.bucket[i]) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_file_is_read),
        cmocka_unit_test(test_any_other_is_refused),
        cmocka_unit_test(test_a_head_computes_its_formula),
        cmocka_unit_test(test_what_ships_is_whole),
        cmocka_unit_test(test_words_are_seen_without_case_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
