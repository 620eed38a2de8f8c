/* test_teach.c - rows are dealt out evenly and twins stay together; what can be told apart is learned. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/teach.h"

#include <stdlib.h>

enum { LABELS = 3, EACH = 20, ROWS = LABELS * EACH, FLOATS = 8 };

struct fixture {
    struct arena     *arena;
    struct teach_row  row[ROWS];
    float             dense[ROWS][FLOATS];
    struct text_marks marks[ROWS];
};

/* A direction for each label, and a little noise of its own for each row. */
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    for (unsigned i = 0; i < ROWS; i++) {
        f->dense[i][i % LABELS] = 0.95f;
        f->dense[i][LABELS + i % 5] = 0.3f;
        f->row[i] = (struct teach_row){
            .dense = f->dense[i],
            .marks = &f->marks[i],
            .twin = slice_hash(slice_of((const char *)&i, sizeof i)),
            .label = i % LABELS,
        };
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(&f->arena);
    free(f);
    return 0;
}

static void test_twins_differ_in_case_and_blanks_alone(void **state)
{
    (void)state;
    uint64_t twin = teach_twin(S("Where is my card?"));
    assert_true(teach_twin(S("  where IS\tmy \n card?  ")) == twin);
    assert_true(teach_twin(S("where is my card")) != twin);
    assert_true(teach_twin(S("whereis my card?")) != twin);
}

static void test_each_label_is_spread_over_the_folds(void **state)
{
    struct fixture *f = *state;
    unsigned        of[LABELS][TEACH_FOLDS] = { { 0 } };
    assert_int_equal(teach_folds(f->row, ROWS, LABELS), ROWS);
    for (unsigned i = 0; i < ROWS; i++)
        of[f->row[i].label][f->row[i].fold]++;
    for (unsigned label = 0; label < LABELS; label++)
        for (unsigned fold = 0; fold < TEACH_FOLDS; fold++)
            assert_int_equal(of[label][fold], EACH / TEACH_FOLDS);
}

static void test_twins_share_a_fold_whatever_their_labels(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 0; i < ROWS; i++)
        f->row[i].twin = i / 4; /* four rows a text, of different labels */
    assert_int_equal(teach_folds(f->row, ROWS, LABELS), ROWS / 4);
    for (unsigned i = 0; i < ROWS; i++)
        assert_int_equal(f->row[i].fold, f->row[i - i % 4].fold);
}

static void test_what_can_be_told_apart_is(void **state)
{
    struct fixture     *f = *state;
    struct teach_report report;
    teach_folds(f->row, ROWS, LABELS);
    teach_validate(f->arena, f->row, ROWS, FLOATS, LABELS, &report);
    assert_float_equal(report.accuracy, 1, 0);
    for (unsigned i = 0; i < LABELS; i++) {
        assert_int_equal(report.rows[i], EACH);
        assert_int_equal(report.taken[i * LABELS + i], EACH);
    }
}

/* If a row were asked about whose twin was learned from, the words would give the labels away. */
static void test_labels_that_mean_nothing_are_not_found(void **state)
{
    struct fixture     *f = *state;
    struct teach_report report;
    for (unsigned i = 0; i < ROWS; i++) {
        unsigned text = i / 2; /* each text twice, its bucket its own, its label by chance */
        memset(f->dense[i], 0, sizeof f->dense[i]);
        f->row[i].label = (text * 7 + text / 5) % LABELS;
        f->row[i].twin = text;
        f->marks[i].bucket[text / 64] = 1ull << text % 64;
        f->marks[i].buckets = 1;
    }
    teach_folds(f->row, ROWS, LABELS);
    teach_validate(f->arena, f->row, ROWS, FLOATS, LABELS, &report);
    assert_true(report.accuracy < 0.6);
}

static void test_the_same_rows_make_the_same_report(void **state)
{
    struct fixture     *f = *state;
    struct teach_report one, other;
    f->row[0].label = 1; /* so that not all is right */
    teach_folds(f->row, ROWS, LABELS);
    teach_validate(f->arena, f->row, ROWS, FLOATS, LABELS, &one);
    teach_validate(f->arena, f->row, ROWS, FLOATS, LABELS, &other);
    assert_true(one.accuracy < 1);
    assert_float_equal(one.sureness, other.sureness, 0);
    assert_memory_equal(one.taken, other.taken, LABELS * LABELS * sizeof *one.taken);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_twins_differ_in_case_and_blanks_alone),    TEST(test_each_label_is_spread_over_the_folds),
        TEST(test_twins_share_a_fold_whatever_their_labels), TEST(test_what_can_be_told_apart_is),
        TEST(test_labels_that_mean_nothing_are_not_found),   TEST(test_the_same_rows_make_the_same_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
