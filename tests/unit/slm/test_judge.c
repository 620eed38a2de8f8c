/*
 * test_judge.c - the heads in C against those in Python, on the texts of tests/reference/judge.jsonl that
 * src/slm/train wrote with the weights; and what policies rely on. What needs the model is skipped where
 * deploy/model has not fetched it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "reference.h"
#include "slm/heads.h"

#include <math.h>
#include <stdlib.h>

#define REFERENCE WEIR_SOURCE_DIR "/tests/reference/judge.jsonl"

enum { TEXTS_MOST = 128 };

static json_t            *row[TEXTS_MOST];
static size_t             rows;
static struct slm_worker *worker;

static int set_up(void **state)
{
    (void)state;
    rows = read_rows(REFERENCE, row, TEXTS_MOST);
    assert_true(rows > 40);
    unsetenv("WEIR_KERNEL"); /* whoever runs the tests may have asked for bytes */
    open_model(SLM_FP32);
    worker = slm ? slm_worker_new(slm) : NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (rows)
        json_decref(row[--rows]);
    slm_worker_free(&worker);
    slm_close(&slm);
    return 0;
}

static double number(const json_t *array, size_t i)
{
    return json_number_value(json_array_get(array, i));
}

static void test_marks_are_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < rows; i++) {
        struct text_marks marks;
        text_marks_of(text_of(row[i]), &marks);
        const json_t *wanted = json_object_get(row[i], "marks");
        assert_int_equal(json_array_size(wanted), HEADS_MARKS);
        for (size_t m = 0; m < HEADS_MARKS; m++)
            if (fabs(marks.mark[m] - number(wanted, m)) > 1e-5)
                fail_msg("row %zu, mark %zu: %f, not %f", i, m, (double)marks.mark[m], number(wanted, m));
        assert_int_equal(marks.buckets, json_integer_value(json_object_get(row[i], "buckets")));
    }
}

static void test_judgements_are_the_reference(void **state)
{
    (void)state;
    need_model();
    assert_true(slm_has_heads(slm));
    for (size_t i = 0; i < rows; i++) {
        struct judgement is;
        slm_judge(worker, text_of(row[i]), &is);
        double difficulty = json_number_value(json_object_get(row[i], "difficulty")), sum = 0;
        if (fabs(is.difficulty - difficulty) > 1e-3)
            fail_msg("row %zu: difficulty %f, not %f", i, (double)is.difficulty, difficulty);
        const json_t *right = json_object_get(row[i], "right");
        const struct {
            const char *what;
            float       is;
            double      wanted;
        } chance[] = {
            { "sensitivity", is.sensitivity, json_number_value(json_object_get(row[i], "sensitivity")) },
            { "injection", is.injection, json_number_value(json_object_get(row[i], "injection")) },
            { "small right", is.small_right, number(right, 0) },
            { "large right", is.large_right, number(right, 1) },
        };
        for (size_t k = 0; k < sizeof chance / sizeof *chance; k++)
            if (fabs((double)chance[k].is - chance[k].wanted) > 1e-3)
                fail_msg("row %zu: %s %f, not %f", i, chance[k].what, (double)chance[k].is, chance[k].wanted);
        const json_t *share = json_object_get(row[i], "share");
        for (size_t t = 0; t < TOPICS; t++) {
            sum += (double)is.topic_share[t];
            if (fabs(is.topic_share[t] - number(share, t)) > 1e-3)
                fail_msg("row %zu: %s %f, not %f", i, topic_word((enum topic)t), (double)is.topic_share[t],
                         number(share, t));
            assert_true(is.topic_share[t] <= is.topic_share[is.topic]);
        }
        assert_true(fabs(sum - 1) < 1e-4);
    }
}

static struct judgement judge(const char *text)
{
    struct judgement is;
    slm_judge(worker, slice_str(text), &is);
    return is;
}

static void test_easy_and_hard_fall_on_their_sides(void **state)
{
    (void)state;
    need_model();
    static const char *const easy[] = { "What is the capital of France?", "hi, how are you",
                                        "translate 'good morning' into French", "what's 2+2" };
    static const char *const hard[] = {
        "Prove that the ring of integers of Q(sqrt(-5)) is not a UFD and compute its class group",
        "Design a lock-free MPMC queue in C11 and prove linearizability",
        "Analyze whether a force majeure clause that lists epidemics but not government orders excuses a "
        "commercial "
        "tenant's rent, comparing New York and German law, with the best counter-arguments.",
    };
    for (size_t i = 0; i < sizeof easy / sizeof *easy; i++)
        if (judge(easy[i]).difficulty >= 0.35f)
            fail_msg("%s: %f", easy[i], (double)judge(easy[i]).difficulty);
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        if (judge(hard[i]).difficulty <= 0.55f)
            fail_msg("%s: %f", hard[i], (double)judge(hard[i]).difficulty);
}

static void test_what_the_shipped_policies_need(void **state)
{
    (void)state;
    need_model();
    struct judgement is = judge("My MRN is 00123456, what does my HbA1c of 9.1 mean?");
    assert_int_equal(is.topic, TOPIC_MEDICAL);
    assert_true(is.topic_share[TOPIC_MEDICAL] > 0.5f);
    assert_true(is.difficulty < 0.45f);
    assert_int_equal(judge("translate 'good morning' into French").topic, TOPIC_TRANSLATION);
    assert_int_equal(judge("hi, how are you").topic, TOPIC_SMALL_TALK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_are_the_reference),
        cmocka_unit_test(test_judgements_are_the_reference),
        cmocka_unit_test(test_easy_and_hard_fall_on_their_sides),
        cmocka_unit_test(test_what_the_shipped_policies_need),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
