/* test_outcomes.c - a record says what a head saw, a byte a float, and no damaged one is taken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "outcomes.h"

#include <math.h>

enum { DIM = 48, MIDDLE = DIM + TAUGHT_MIDDLE };
static const uint64_t encoder = 0x00ff1234567890ab;

static struct taught_view view, got;
static struct arena      *arena;
static struct buf         line;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    buf_init(&line, 4096);
    for (size_t i = DIM; i < MIDDLE + DIM; i++)
        view.dense[i] = sinf((float)i) / 5;
    outcome_write(DIM, encoder, &view, true, NULL, &line);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&line);
    arena_free(&arena);
    return 0;
}

static bool reads(struct slice text, uint64_t *twin)
{
    struct json  row;
    struct fault why = { 0 };
    return json_read(arena, text, &row, &why) && outcome_read(&row, arena, DIM, &got, twin, &why);
}

static void test_it_comes_back_to_a_byte(void **state)
{
    (void)state;
    uint64_t twin, same;
    float    most = 0;
    assert_false(line.full);
    assert_true(
        slice_starts(buf_slice(&line), S("{\"encoder\":\"00ff1234567890ab\",\"weak_ok\":true,\"seen\":\"")));
    assert_true(reads(buf_slice(&line), &twin));
    assert_memory_equal(got.dense + DIM, view.dense + DIM, TAUGHT_MIDDLE * sizeof(float));
    for (size_t i = MIDDLE; i < MIDDLE + DIM; i++)
        most = fmaxf(most, fabsf(view.dense[i]));
    for (size_t i = MIDDLE; i < MIDDLE + DIM; i++)
        assert_float_equal(got.dense[i], view.dense[i], most / 127 / 2 + 1e-6f);
    assert_true(reads(buf_slice(&line), &same) && same == twin); /* one question asked twice is known as one */
}

static void test_an_empty_view_is_a_record_too(void **state)
{
    (void)state;
    static const struct taught_view zero;
    uint64_t                        twin;
    buf_reset(&line);
    outcome_write(DIM, encoder, &zero, false, NULL, &line);
    assert_true(slice_find(buf_slice(&line), S("\"weak_ok\":false")) != SLICE_NONE);
    assert_true(reads(buf_slice(&line), &twin));
    for (size_t i = 0; i < MIDDLE + DIM; i++)
        assert_float_equal(got.dense[i], 0, 0);
}

static void test_records_of_another_encoder_are_known(void **state)
{
    (void)state;
    struct json  row;
    struct fault why;
    assert_true(json_read(arena, buf_slice(&line), &row, &why));
    assert_false(outcome_is_for_another(&row, arena, encoder));
    assert_true(outcome_is_for_another(&row, arena, encoder + 1));
    assert_true(json_read(arena, S("{\"prompt\":\"no record\"}"), &row, &why));
    assert_false(outcome_is_for_another(&row, arena, encoder));
}

/* Every cut of the numbers, and every foreign letter in them. */
static void test_what_is_damaged_is_refused(void **state)
{
    (void)state;
    size_t   from = slice_find(buf_slice(&line), S("\"seen\":\"")) + 8, to = line.len - 2;
    uint64_t twin;
    for (size_t cut = from; cut < to; cut++) {
        const char *short_one = arena_printf(arena, "%.*s\"}", (int)cut, line.ptr);
        assert_false(reads(slice_str(short_one), &twin));
    }
    for (size_t at = from; at < to; at++) {
        char was = line.ptr[at];
        line.ptr[at] = '!';
        assert_false(reads(buf_slice(&line), &twin));
        line.ptr[at] = was;
    }
    for (size_t i = 0; i < 4; i++)
        line.ptr[from + i] = '/'; /* all ones: not a number */
    line.ptr[from + 4] = line.ptr[from + 5] = '/';
    assert_false(reads(buf_slice(&line), &twin));
    assert_false(reads(S("{\"seen\":7}"), &twin));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void test_a_drafts_marks_are_kept_too(void **state)
{
    (void)state;
    static const struct taught_view zero;
    float                           mark[DRAFT_MARKS], again[DRAFT_MARKS];
    struct json                     row;
    struct buf                      told;
    for (unsigned i = 0; i < DRAFT_MARKS; i++)
        mark[i] = 0.5f * (float)i - 3;
    buf_init(&told, 1 << 16);
    outcome_write(DIM, encoder, &zero, true, mark, &told);
    assert_true(json_read(arena, buf_slice(&told), &row, NULL));
    assert_true(outcome_read_marks(&row, again));
    assert_memory_equal(again, mark, sizeof mark);
    static const char *const others[] = { "{}", "{\"marks\":[1,2]}", "{\"marks\":[\"a\"]}", "{\"marks\":7}" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(json_read(arena, slice_str(others[i]), &row, NULL));
        assert_false(outcome_read_marks(&row, again));
    }
    buf_fini(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_drafts_marks_are_kept_too, set_up, tear_down),
        TEST(test_it_comes_back_to_a_byte),
        TEST(test_an_empty_view_is_a_record_too),
        TEST(test_records_of_another_encoder_are_known),
        TEST(test_what_is_damaged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
