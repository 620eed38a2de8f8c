/* test_linear.c - what can be told apart is learned, by the embedding or by the words, and the same each time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/linear.h"

#include <math.h>

enum { DIM = 8, CLASSES = 4, EACH = 10, ROWS = CLASSES * EACH };

static struct arena     *arena;
static float             embedding[ROWS][DIM];
static struct text_marks marks[ROWS];
static struct linear_row row[ROWS];

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    memset(embedding, 0, sizeof embedding);
    memset(marks, 0, sizeof marks);
    for (unsigned i = 0; i < ROWS; i++)
        row[i] = (struct linear_row){ embedding[i], &marks[i], i % CLASSES };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static unsigned likeliest(const struct linear *l, const float *x, const struct text_marks *words, float *share)
{
    unsigned best = 0;
    float    sum = 0;
    linear_run(l, x, words, share);
    for (unsigned i = 0; i < CLASSES; i++) {
        best = share[i] > share[best] ? i : best;
        sum += share[i];
    }
    assert_float_equal(sum, 1, 1e-5);
    return best;
}

static void test_embeddings_are_told_apart(void **state)
{
    (void)state;
    struct linear     l;
    struct text_marks no_words = { 0 };
    float             share[CLASSES];
    for (unsigned i = 0; i < ROWS; i++) { /* a direction for each class, and a little of another */
        embedding[i][i % CLASSES] = 0.96f;
        embedding[i][CLASSES + i % 3] = 0.28f;
    }
    linear_learn(&l, arena, row, ROWS, DIM, CLASSES);
    for (unsigned class = 0; class < CLASSES; class ++) {
        float x[DIM] = { 0 };
        x[class] = 1;
        assert_int_equal(likeliest(&l, x, &no_words, share), class);
        assert_true(share[class] > 0.8f);
    }
    float nothing[DIM] = { 0 }; /* nothing speaks for any class: they were seen equally often */
    (void)likeliest(&l, nothing, &no_words, share);
    for (unsigned class = 0; class < CLASSES; class ++)
        assert_float_equal(share[class], 0.25, 0.1);
}

static void test_words_are_told_apart(void **state)
{
    (void)state;
    static const char *const text[CLASSES] = { "red green", "blue green", "black white", "GREY white" };
    struct linear            l;
    struct text_marks        words;
    float                    share[CLASSES], same[DIM] = { 1 };
    for (unsigned i = 0; i < ROWS; i++) {
        embedding[i][0] = 1;
        text_marks_of(slice_str(text[i % CLASSES]), &marks[i]);
    }
    linear_learn(&l, arena, row, ROWS, DIM, CLASSES);
    for (unsigned class = 0; class < CLASSES; class ++) {
        text_marks_of(slice_str(text[class]), &words);
        assert_int_equal(likeliest(&l, same, &words, share), class);
    }
    text_marks_of(S("grey"), &words);
    assert_int_equal(likeliest(&l, same, &words, share), 3);
}

static void test_the_same_rows_make_the_same_weights(void **state)
{
    (void)state;
    struct linear a, b;
    for (unsigned i = 0; i < ROWS; i++)
        embedding[i][i % DIM] = 1;
    linear_learn(&a, arena, row, ROWS, DIM, CLASSES);
    linear_learn(&b, arena, row, ROWS, DIM, CLASSES);
    assert_memory_equal(a.A, b.A, DIM * CLASSES * sizeof *a.A);
    assert_memory_equal(a.C, b.C, HEADS_BUCKETS * CLASSES * sizeof *a.C);
    assert_memory_equal(a.b, b.b, CLASSES * sizeof *a.b);
}

static void test_one_class_alone_has_all(void **state)
{
    (void)state;
    struct linear     l;
    struct text_marks no_words = { 0 };
    float             share[1], x[DIM] = { 1 };
    for (unsigned i = 0; i < ROWS; i++)
        row[i].class_index = 0;
    linear_learn(&l, arena, row, ROWS, DIM, 1);
    linear_run(&l, x, &no_words, share);
    assert_float_equal(share[0], 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_embeddings_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_rows_make_the_same_weights, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_class_alone_has_all, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
