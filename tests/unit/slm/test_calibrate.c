/* test_calibrate.c - what an order is worth, and that outcomes which can be foretold are learned. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

enum { ROWS = 200 };

static struct outcome row[ROWS];
static float          score[ROWS];
static uint64_t       state;

static double chance(void)
{
    state ^= state << 13; /* Marsaglia's xorshift */
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static int set_up(void **unused)
{
    (void)unused;
    state = 88172645463325252u;
    for (size_t i = 0; i < ROWS; i++)
        row[i] = (struct outcome){ .weak_ok = i % 2, .strong_ok = true, .twin = i };
    return 0;
}

static void test_a_perfect_order(void **unused)
{
    (void)unused;
    struct routing_figures f;
    for (size_t i = 0; i < ROWS; i++)
        score[i] = row[i].weak_ok ? 0.1f : 0.9f;
    routing_figures(row, ROWS, score, &f);
    assert_float_equal(f.apgr, 0.75, 0.001); /* all is gained at half */
    assert_float_equal(f.cpt50, 25, 0.001);
    assert_float_equal(f.cpt80, 40, 0.001);
}

static void test_the_worst_order_and_one_by_chance(void **unused)
{
    (void)unused;
    struct routing_figures f;
    for (size_t i = 0; i < ROWS; i++)
        score[i] = row[i].weak_ok ? 0.9f : 0.1f;
    routing_figures(row, ROWS, score, &f);
    assert_float_equal(f.apgr, 0.25, 0.001);
    assert_float_equal(f.cpt50, 75, 0.001);
    for (size_t i = 0; i < ROWS; i++)
        score[i] = 0.5f; /* ties are broken by chance, and not by the rows' order */
    routing_figures(row, ROWS, score, &f);
    assert_true(f.apgr > 0.45 && f.apgr < 0.55);
}

static void test_where_nothing_is_gained_there_is_no_order(void **unused)
{
    (void)unused;
    struct routing_figures f;
    for (size_t i = 0; i < ROWS; i++)
        row[i].strong_ok = row[i].weak_ok;
    routing_figures(row, ROWS, score, &f);
    assert_float_equal(f.apgr, 0.5, 0);
    routing_figures(row, 0, score, &f);
    assert_float_equal(f.apgr, 0.5, 0);
}

static void test_the_curve_runs_from_the_weak_model_to_the_strong(void **unused)
{
    (void)unused;
    double right[11];
    for (size_t i = 0; i < ROWS; i++)
        score[i] = row[i].weak_ok ? 0.1f : 0.9f;
    routing_curve(row, ROWS, score, right);
    assert_float_equal(right[0], 0.5, 1e-9);
    assert_float_equal(right[2], 0.7, 1e-9);
    assert_float_equal(right[5], 1, 1e-9);
    assert_float_equal(right[10], 1, 1e-9);
}

/* Rows with one float that foretells the weak model's outcome two times in three, and noise. */
static void make_rows(const struct slm *slm, float *dense)
{
    const size_t floats = taught_view_floats(slm, TAUGHT_DIFFICULTY);
    for (size_t i = 0; i < ROWS; i++) {
        float *x = dense + i * floats;
        for (size_t k = 0; k < floats; k++)
            x[k] = (float)(chance() - 0.5) / 20;
        row[i].dense = x;
        row[i].weak_ok = chance() < 0.5;
        row[i].shipped = (float)chance();
        for (size_t k = 0; k < 40; k++) /* where many floats say it, it is soon found */
            x[floats - 1 - k] += row[i].weak_ok ? 0.02f : -0.02f;
    }
}

static void test_what_can_be_foretold_is_learned(void **unused)
{
    (void)unused;
    struct fault why;
    if (access(MODEL "/model.safetensors", R_OK) != 0) {
        print_message("skipped: ./deploy/model fetches the model\n");
        skip();
    }
    static struct taught_view view;
    struct slm               *slm = slm_open(MODEL, &why);
    struct arena             *arena = arena_new();
    struct calibration        report;
    struct taught             head, same;
    assert_non_null(slm);
    const size_t floats = taught_view_floats(slm, TAUGHT_DIFFICULTY);
    float       *dense = calloc(ROWS * floats, sizeof *dense);
    make_rows(slm, dense);
    calibrate(arena, slm, row, ROWS, false, &report, &head);
    assert_true(report.after.apgr > 0.65 && report.after.apgr > report.before.apgr + 0.05);
    assert_int_equal(report.prompts, ROWS);
    assert_true(report.has_gain);
    double foretold = 0, found = 0;
    for (size_t i = 0; i < ROWS; i++) {
        foretold += (double)row[i].score / ROWS;
        found += row[i].weak_ok ? 0 : 1.0 / ROWS;
        memcpy(view.dense, row[i].dense, floats * sizeof *dense);
        float told = taught_difficulty(&head, &view); /* it has learned from this row: nearer the truth */
        assert_true(told >= 0 && told <= 1);
    }
    assert_float_equal(foretold, found, 0.02);
    for (unsigned q = 1; q < TAUGHT_QUANTILES; q++)
        assert_true(head.quantile[q] >= head.quantile[q - 1]);
    calibrate(arena, slm, row, ROWS, false, &report, &same);
    assert_memory_equal(head.linear.A, same.linear.A, floats * sizeof *dense);
    free(dense);
    arena_free(&arena);
    slm_close(&slm);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_perfect_order),
        TEST(test_the_worst_order_and_one_by_chance),
        TEST(test_where_nothing_is_gained_there_is_no_order),
        TEST(test_the_curve_runs_from_the_weak_model_to_the_strong),
        TEST(test_what_can_be_foretold_is_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
