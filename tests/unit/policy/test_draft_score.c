/* test_draft_score.c - a draft's marks, and the head that is learned from them and kept in a file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/draft_score.h"

#include <limits.h>
#include <math.h>

static const struct draft_known nothing = { .difficulty = 0.5 };

static bool near(float a, double b)
{
    return fabs((double)a - b) < 1e-5;
}

static void test_marks_are_what_they_say(void **state)
{
    (void)state;
    float mark[DRAFT_MARKS];
    draft_marks(S("12 hens lay 5 eggs each; 3 of 4 are sold at $1,250."),
                S("12 x 5 = 60 eggs.\nPerhaps 60 * 3 / 4 = 46, so -7.5"), &nothing, mark);
    assert_true(near(mark[MARK_LENGTH], log1p(50)));
    assert_true(near(mark[MARK_LINES], log1p(1)));
    assert_true(near(mark[MARK_SUMS], log1p(1)));
    assert_true(mark[MARK_WRONG_SUM] == 1 && mark[MARK_NO_SUM] == 0);
    assert_true(near(mark[MARK_UNUSED], 0.2)); /* 1250 of 12, 5, 3, 4, 1250 */
    assert_true(near(mark[MARK_UNUSED_COUNT], log1p(1)));
    assert_true(near(mark[MARK_GIVEN], log1p(5)));
    assert_true(mark[MARK_NUMBER] == 1 && mark[MARK_OPEN_END] == 0);
    assert_true(near(mark[MARK_HEDGES], log1p(1)));
    assert_true(mark[MARK_COPIED] == 0 && mark[MARK_FRACTION] == 1 && mark[MARK_NEGATIVE] == 1);
    assert_true(near(mark[MARK_GROWTH], log1p(60) - log1p(1250)));
    assert_true(mark[MARK_RESULT] == 0 && mark[MARK_NEW] == 1);
    assert_true(mark[MARK_IMPROBABLE] == 0 && mark[MARK_DIFFICULTY] == 0);

    draft_marks(S("What is 6 times 7?"), S("6 * 7 = 42. The answer is 42."),
                &(struct draft_known){ .logprob = -0.5, .difficulty = 0.9 }, mark);
    assert_true(mark[MARK_RESULT] == 1 && mark[MARK_UNUSED] == 0 && mark[MARK_FRACTION] == 0);
    assert_true(near(mark[MARK_IMPROBABLE], 0.5) && near(mark[MARK_DIFFICULTY], log(9)));

    draft_marks(S(""), S(""), &nothing, mark);
    for (unsigned i = 0; i < DRAFT_MARKS; i++)
        assert_true(isfinite(mark[i]));
}

static double score_of(const char *question, const char *draft)
{
    float mark[DRAFT_MARKS];
    draft_marks(slice_str(question), slice_str(draft), &nothing, mark);
    return draft_score(&draft_head_shipped, mark);
}

static void test_what_ships_tells_a_good_sum_from_a_bad_one(void **state)
{
    (void)state;
    const char *question =
        "A box has 12 rows of 8 pens. 5 boxes cost $240. How many pens are there in all 5 boxes?";
    assert_true(score_of(question, "12 * 8 = 96 pens are in a box. 96 * 5 = 480. There are 480 pens.") < 0.4);
    assert_true(score_of(question, "12 * 8 = 86 pens are in a box, so about 2.4 pens") > 0.7);
}

/* Wrong where the mark is high, with some noise from a fixed stream. */
static size_t make_rows(struct draft_row *row, size_t rows)
{
    uint32_t state = 1;
    size_t   wrong = 0;
    for (size_t i = 0; i < rows; i++) {
        row[i] = (struct draft_row){ .fold = (unsigned)(i % 5) };
        for (unsigned k = 0; k < DRAFT_MARKS; k++) {
            state = state * 1664525 + 1013904223;
            row[i].mark[k] = (float)(state >> 8) / (1 << 24);
        }
        row[i].is_wrong = row[i].mark[MARK_HEDGES] + 0.2f * row[i].mark[MARK_LENGTH] > 0.6f;
        wrong += row[i].is_wrong;
    }
    return wrong;
}

static void test_a_head_learns_what_tells(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    static struct draft_row row[ROWS];
    struct draft_head       head;
    size_t                  right = 0, wrong = make_rows(row, ROWS);
    assert_true(wrong > ROWS / 4 && wrong < 3 * ROWS / 4);
    draft_learn(row, ROWS, 2, &head); /* fold 2 is not learned from */
    assert_int_equal(head.rows, ROWS / 5 * 4);
    for (size_t i = 0; i < ROWS; i++)
        if (row[i].fold == 2)
            right += (draft_score(&head, row[i].mark) > 0.5) == row[i].is_wrong;
    assert_true(right > 72); /* of 80 */
    for (unsigned k = 0; k < DRAFT_MARKS; k++)
        assert_true(k == MARK_HEDGES || fabsf(head.weight[k]) < head.weight[MARK_HEDGES]);
}

static void test_one_kind_of_outcome_is_all_it_can_say(void **state)
{
    (void)state;
    static struct draft_row row[50];
    struct draft_head       head;
    make_rows(row, 50);
    for (size_t i = 0; i < 50; i++)
        row[i].is_wrong = true;
    draft_learn(row, 50, UINT_MAX, &head);
    assert_true(draft_score(&head, row[0].mark) > 0.99);
}

static void test_a_head_is_written_and_read(void **state)
{
    (void)state;
    struct arena           *arena = arena_new();
    struct draft_head       head, again;
    struct buf              file;
    struct fault            why;
    static struct draft_row row[100];
    make_rows(row, 100);
    draft_learn(row, 100, UINT_MAX, &head);
    buf_init(&file, 1 << 16);
    draft_head_write(&head, &file);
    assert_true(draft_head_read(arena, buf_slice(&file), &again, &why));
    assert_int_equal(again.rows, 100);
    for (size_t i = 0; i < 100; i++)
        assert_true(fabs(draft_score(&head, row[i].mark) - draft_score(&again, row[i].mark)) < 1e-3);
    for (size_t cut = 0; cut + 2 < file.len; cut++) /* but for its last line feed and brace it is no JSON */
        assert_false(draft_head_read(arena, slice_cut(buf_slice(&file), 0, cut), &again, &why));
    static const char *const damaged[] = {
        "{}",
        "{\"draft_head\":2,\"rows\":1,\"bias\":0,\"weights\":{}}",
        "{\"draft_head\":1,\"rows\":-1,\"bias\":0,\"weights\":{}}",
        "{\"draft_head\":1,\"rows\":1,\"bias\":0,\"weights\":{\"colour\":1}}",
        "{\"draft_head\":1,\"rows\":1,\"bias\":0,\"weights\":{\"length\":1e300}}",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        assert_false(draft_head_read(arena, slice_str(damaged[i]), &again, &why));
    buf_fini(&file);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_are_what_they_say),
        cmocka_unit_test(test_what_ships_tells_a_good_sum_from_a_bad_one),
        cmocka_unit_test(test_a_head_learns_what_tells),
        cmocka_unit_test(test_one_kind_of_outcome_is_all_it_can_say),
        cmocka_unit_test(test_a_head_is_written_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
