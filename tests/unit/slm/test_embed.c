/*
 * test_embed.c - texts together are as they are alone, long ones are the mean of their windows, and nothing is
 * allocated for any of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_model.h"
#include "slm/encoder.h"
#include "slm/kernels.h"
#include "slm/slm.h"

#include <math.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

/* ---------------------------------------------------------------------------------------- counting allocations
 */

static size_t allocations;

#if defined(SANITIZED)
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t),
                                              void (*)(const volatile void *));

static void on_malloc(const volatile void *at, size_t bytes)
{
    (void)at;
    (void)bytes;
    allocations++;
}

static void on_free(const volatile void *at)
{
    (void)at;
}

static void count_allocations(void)
{
    assert_true(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0);
}
#else
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t bytes)
{
    allocations++;
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    allocations++;
    return __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    allocations++;
    return __libc_realloc(old, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
    allocations++;
    *out = __libc_memalign(alignment, bytes);
    return *out ? 0 : 12; /* ENOMEM */
}

static void count_allocations(void)
{
}
#endif

/* -----------------------------------------------------------------------------------------------------
 * together */

static void check_together(const struct kernels *k, const char *folder)
{
    static const size_t length[] = { 3, 1, 31, 2, 17, 5, 16 };
    enum { TEXTS = sizeof length / sizeof *length, TOKENS = 3 + 1 + 31 + 2 + 17 + 5 + 16 };
    struct fault            why;
    struct encoder         *e = encoder_open(folder, k, &why);
    struct encoder_scratch *s = encoder_scratch_new(e);
    uint32_t                ids[TOKENS];
    float                   together[TEXTS][MADE_HIDDEN], alone[MADE_HIDDEN], *out[TEXTS];
    for (size_t i = 0; i < TOKENS; i++)
        ids[i] = (uint32_t)(i * 13 % MADE_VOCABULARY);
    for (size_t i = 0; i < TEXTS; i++)
        out[i] = together[i];
    encoder_run_many(e, s, ids, length, TEXTS, out);
    for (size_t i = 0, from = 0; i < TEXTS; from += length[i++]) {
        encoder_run(e, s, ids + from, length[i], alone);
        assert_memory_equal(alone, together[i], sizeof alone);
    }
    encoder_scratch_free(&s);
    encoder_close(&e);
}

static void test_together_as_alone(void **state)
{
    (void)state;
    struct made_model     made;
    const struct kernels *k;
    made_model_init(&made, 5, MADE_LAYERS, 0);
    for (size_t i = 0; (k = kernels_here(i)); i++)
        check_together(k, made.folder);
    made_model_fini(&made);
}

/* -------------------------------------------------------------------------------------------------- whole
 * texts */

enum { DIM = 12, LOOK = 40, INSIDE = LOOK - 2, STEP = INSIDE - INSIDE / 4, TEXTS_MOST = 100 };
static struct slm        *slm;
static struct slm_worker *worker;

static int set_up(void **state)
{
    (void)state;
    struct fault why = { .kind = FAULT_NONE };
    slm = slm_open(WEIR_SOURCE_DIR "/tests/reference/heads/bert", &why);
    if (!slm)
        fail_msg("%s", why.detail);
    worker = slm_worker_new(slm);
    assert_int_equal(slm_dim(slm), DIM);
    assert_int_equal(slm_tokens_most(slm), LOOK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    slm_worker_free(&worker);
    slm_close(&slm);
    return 0;
}

/* Words of one token each: [from, to) of an endless text. */
static struct slice words(size_t from, size_t to, struct buf *out)
{
    static const char *const word[] = { "weir ", "holds ", "the ", "river ", "back ", "tele ", "un " };
    buf_reset(out);
    for (size_t i = from; i < to; i++)
        buf_add_str(out, word[i * i % 7]);
    return buf_slice(out);
}

static void check_windows(size_t count)
{
    float           whole[DIM], window[DIM], sum[DIM] = { 0 };
    struct slm_read read;
    struct buf      text;
    double          squares = 0;
    size_t          end = 0;
    buf_init(&text, 1 << 20);
    struct slice all = words(0, count, &text);
    slm_embed_all(worker, &all, 1, whole, &read);
    assert_int_equal(read.tokens, count + 2);
    assert_false(read.is_cut);
    for (size_t from = 0; end < count; from += STEP) {
        if (from + INSIDE > count)
            from = count - INSIDE;
        end = from + INSIDE;
        slm_embed(worker, words(from, end, &text), window);
        for (size_t i = 0; i < DIM; i++)
            sum[i] += window[i];
    }
    for (size_t i = 0; i < DIM; i++)
        squares += (double)sum[i] * sum[i];
    for (size_t i = 0; i < DIM; i++)
        assert_true(fabs((double)sum[i] / sqrt(squares) - (double)whole[i]) < 1e-5);
    buf_fini(&text);
}

static void test_long_texts_are_read_in_windows(void **state)
{
    (void)state;
    check_windows(INSIDE + 1);
    check_windows(INSIDE + STEP);
    check_windows(INSIDE + STEP + 1);
    check_windows(500);
}

static void test_what_fits_is_as_embedded_alone(void **state)
{
    (void)state;
    static float    out[TEXTS_MOST][DIM];
    struct slm_read read[TEXTS_MOST];
    struct slice    text[TEXTS_MOST];
    struct buf      each[TEXTS_MOST];
    for (size_t i = 0; i < TEXTS_MOST; i++) {
        buf_init(&each[i], 1 << 16);
        text[i] = words(i, i + (i % 9 == 5 ? 70 : i % 11 == 3 ? INSIDE : i * 5 % 17), &each[i]);
    }
    slm_embed_all(worker, text, TEXTS_MOST, out[0], read);
    for (size_t i = 0; i < TEXTS_MOST; i++) {
        float           alone[DIM];
        struct slm_read of_one;
        if (read[i].tokens <= LOOK)
            slm_embed(worker, text[i], alone);
        else
            slm_embed_all(worker, &text[i], 1, alone, &of_one);
        assert_memory_equal(alone, out[i], sizeof alone);
        buf_fini(&each[i]);
    }
}

static void test_reads_so_far_and_no_farther(void **state)
{
    (void)state;
    float           least[DIM], more[DIM];
    struct slm_read read;
    struct buf      text;
    buf_init(&text, 1 << 20);
    struct slice all = words(0, SLM_TOKENS_READ_MOST - 2, &text);
    slm_embed_all(worker, &all, 1, least, &read);
    assert_int_equal(read.tokens, SLM_TOKENS_READ_MOST);
    assert_false(read.is_cut);
    all = words(0, SLM_TOKENS_READ_MOST - 1, &text);
    slm_embed_all(worker, &all, 1, more, &read);
    assert_int_equal(read.tokens, SLM_TOKENS_READ_MOST);
    assert_true(read.is_cut);
    assert_memory_equal(least, more, sizeof least);
    buf_fini(&text);
}

static void do_everything(const struct slice *text, size_t count)
{
    float           out[4 * DIM];
    struct slm_read read[4];
    slm_embed_all(worker, text, count, out, read);
    slm_embed_question(worker, text[0], out);
    slm_embed(worker, text[1], out);
}

static void test_nothing_is_allocated(void **state)
{
    (void)state;
    struct buf long_text;
    buf_init(&long_text, 1 << 16);
    const struct slice text[] = { S("the weir holds"), S("the river back"), S("un"),
                                  words(0, 300, &long_text) };
    do_everything(text, 4);
    count_allocations();
    allocations = 0;
    do_everything(text, 4);
    assert_int_equal(allocations, 0);
    char *volatile one = malloc(1);
    free(one);
    assert_int_equal(allocations, 1); /* it does count */
    buf_fini(&long_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_together_as_alone),
        cmocka_unit_test(test_long_texts_are_read_in_windows),
        cmocka_unit_test(test_what_fits_is_as_embedded_alone),
        cmocka_unit_test(test_reads_so_far_and_no_farther),
        cmocka_unit_test(test_nothing_is_allocated),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
