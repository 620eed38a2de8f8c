/*
 * test_shorten.c - what is kept of a long context, and what is never touched. What needs the model is skipped
 * where deploy/model has not fetched it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "slm/shorten.h"
#include "unit/an_arena.h"

static struct slm_worker *worker;

static int set_up_all(void **state)
{
    (void)state;
    open_model(SLM_FASTEST);
    worker = slm ? slm_worker_new(slm) : NULL;
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    slm_worker_free(&worker);
    slm_close(&slm);
    return 0;
}

static bool holds(struct slice text, const char *what)
{
    return slice_find(text, slice_str(what)) != SLICE_NONE;
}

/* Ten sentences on ten subjects, 8 to 12 words each. */
#define BRIDGE  "The old stone bridge was closed in March for repairs. "
#define CAT     "My cat sleeps on the warm radiator all day long. "
#define REVENUE "Takings in the last quarter reached four million dollars in all. "
#define TRAIN   "The night train to Vienna leaves from platform nine at ten. "
#define TOMATO  "Tomatoes want plenty of sun and water twice a day. "
#define PIANO   "She practised the piano sonata until the neighbours complained. "
#define STORM   "A storm tore the roof off the village school. "
#define BREAD   "Knead the dough for ten minutes and let it rise. "
#define GOALS   "The visitors scored two goals in the second half. "
#define PAINT   "We painted the kitchen walls in a pale shade of green. "
#define TALE    BRIDGE CAT REVENUE TRAIN TOMATO PIANO STORM BREAD GOALS PAINT

static void test_all_of_it_may_stay(void **state)
{
    struct arena  *arena = *state;
    struct passage p[2] = { { .text = S(TALE) }, { .text = S("") } };
    shorten(NULL, arena, S("anything"), p, 2, 1.0);
    assert_ptr_equal(p[0].kept.ptr, p[0].text.ptr);
    assert_int_equal(p[0].kept.len, p[0].text.len);
    assert_int_equal(p[0].sentences, 10);
    assert_int_equal(p[0].dropped, 0);
    assert_int_equal(p[1].sentences, 0);
}

static void test_fixed_passages_are_not_touched(void **state)
{
    struct arena  *arena = *state;
    struct passage p = { .text = S(TALE), .is_fixed = true };
    shorten(NULL, arena, S("anything"), &p, 1, 0.0);
    assert_true(slice_eq(p.kept, p.text));
    assert_int_equal(p.dropped, 0);
}

static void test_what_answers_stays(void **state)
{
    struct arena *arena = *state;
    need_model();
    static const struct {
        const char *question, *wanted;
    } cases[] = {
        { "When does the train to Vienna leave?", TRAIN },
        { "How much money did the company earn?", REVENUE }, /* no word in common */
        { "What damage did the bad weather do?", STORM },
        { "Who won the football match?", GOALS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct passage p[10] = { { .text = S(BRIDGE) }, { .text = S(CAT) },    { .text = S(REVENUE) },
                                 { .text = S(TRAIN) },  { .text = S(TOMATO) }, { .text = S(PIANO) },
                                 { .text = S(STORM) },  { .text = S(BREAD) },  { .text = S(GOALS) },
                                 { .text = S(PAINT) } };
        struct slice   all = { NULL, 0 };
        shorten(worker, arena, slice_str(cases[i].question), p, 10, 0.25);
        for (size_t k = 0; k < 10; k++)
            if (slice_is(p[k].kept, cases[i].wanted))
                all = p[k].kept;
        if (all.len == 0)
            fail_msg("%s", cases[i].question);
    }
}

static void test_budget_and_order_are_kept(void **state)
{
    struct arena *arena = *state;
    need_model();
    for (int tenths = 0; tenths <= 10; tenths++) {
        struct passage p = { .text = S(TALE) };
        shorten(worker, arena, S("What happened to the roof, and how much was earned?"), &p, 1, tenths / 10.0);
        size_t words = words_count(p.kept), most = words_count(p.text) * (size_t)tenths / 10 + 1;
        assert_true(words <= most);
        assert_true(words + 12 >= most); /* no sentence that would have fitted is missing */
        assert_non_null(p.kept.ptr);
        /* What is kept is the text with whole sentences taken out: each is found behind the one before. */
        static const char *const sentences[] = { BRIDGE, CAT,   REVENUE, TRAIN, TOMATO,
                                                 PIANO,  STORM, BREAD,   GOALS, PAINT };
        size_t                   at = 0, kept = 0;
        for (size_t i = 0; i < 10; i++)
            if (slice_starts(slice_cut(p.kept, at, p.kept.len), slice_str(sentences[i]))) {
                at += strlen(sentences[i]);
                kept++;
            }
        assert_int_equal(at, p.kept.len);
        assert_int_equal(kept + p.dropped, p.sentences);
    }
}

static void test_fixed_words_are_paid_for(void **state)
{
    struct arena *arena = *state;
    need_model();
    struct passage p[2] = { { .text = S(TALE), .is_fixed = true }, { .text = S(TALE) } };
    shorten(worker, arena, S("Where was the roof torn off?"), p, 2, 0.5);
    assert_true(slice_eq(p[0].kept, p[0].text));
    assert_int_equal(p[1].dropped, 10);
    assert_int_equal(p[1].kept.len, 0);
    assert_non_null(p[1].kept.ptr);
}

static void test_repetition_waits(void **state)
{
    struct arena *arena = *state;
    need_model();
    struct passage p = { .text = S(STORM STORM BRIDGE STORM CAT STORM TRAIN
                                   "The storm tore the roof off the school. ") };
    shorten(worker, arena, S("What did the storm do to the school roof?"), &p, 1, 0.45);
    size_t first = slice_find(p.kept, S("roof"));
    assert_true(first != SLICE_NONE);
    assert_false(holds(slice_cut(p.kept, first + 1, p.kept.len), "roof"));
    assert_int_equal(p.sentences - p.dropped, 3);
}

static void test_another_number_is_no_repetition(void **state)
{
    struct arena *arena = *state;
    need_model();
    struct passage p = { .text =
                             S("The storm took the roof in 1987. " CAT TRAIN "The storm took the roof in 1990. "
                               "The storm did not take the roof in 1990. " BREAD PAINT) };
    shorten(worker, arena, S("When did the storm take the roof?"), &p, 1, 0.4);
    assert_true(holds(p.kept, "1987") && holds(p.kept, "in 1990") && holds(p.kept, "not take"));
}

static void test_code_stays(void **state)
{
    struct arena *arena = *state;
    need_model();
#define FENCE "```c\nint roof = 0;\n```\n"
#define JSON  "{\"bridge\": [1, 2.5]}\n"
    struct passage p = { .text = S(BRIDGE "Look:\n" FENCE STORM "\n" JSON CAT) };
    shorten(worker, arena, S("What about the piano?"), &p, 1, 0.0);
    assert_true(slice_is(p.kept, FENCE JSON));
    assert_int_equal(p.sentences, 6);
    assert_int_equal(p.dropped, 4);
}

/* Questions without a word that counts, contexts without one: nothing to go by, nothing to break. */
static void test_odd_input(void **state)
{
    struct arena *arena = *state;
    need_model();
    static const char *const odd[] = { "", " ", "?", "what is it", "\xff\xfe" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            struct passage p[2] = { { .text = slice_str(odd[k]) }, { .text = S(TALE) } };
            shorten(worker, arena, slice_str(odd[i]), p, 2, 0.3);
            assert_true(p[1].dropped > 0);
            assert_true(words_count(p[1].kept) > 0);
        }
    shorten(worker, arena, S("?"), NULL, 0, 0.5);
}

/* More windows than are embedded: the needle is found by its words. */
static void test_long_context(void **state)
{
    struct arena *arena = *state;
    need_model();
    enum { TALES = 260, NEEDLE = 207 };
    /* One sentence of 41 words, so that two do not fit into a window. */
#define LONG_TALE                                                                                              \
    "and the cat sat on the wall while rain fell on the old town and then a train went by with all its lamps " \
    "lit "                                                                                                     \
    "so that we saw the river and the bridge for a moment before it was dark again"
    struct passage p[TALES] = { 0 };
    for (size_t i = 0; i < TALES; i++)
        p[i].text = i == NEEDLE ? S("The secret code of the vault is 4471, not 4417.")
                                : slice_str(arena_printf(arena, "Tale %zu " LONG_TALE, i));
    shorten(worker, arena, S("Which secret code opens the vault?"), p, TALES, 0.05);
    assert_int_equal(p[NEEDLE].dropped, 0);
}

static void test_the_same_again(void **state)
{
    struct arena *arena = *state;
    need_model();
    struct passage p[2] = { { .text = S(TALE) }, { .text = S(TALE) } };
    shorten(worker, arena, S("What about trains and bread?"), &p[0], 1, 0.4);
    shorten(worker, arena, S("What about trains and bread?"), &p[1], 1, 0.4);
    assert_true(slice_eq(p[0].kept, p[1].kept));
}

int main(void)
{
#define SHORTEN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SHORTEN_TEST(test_all_of_it_may_stay),
        SHORTEN_TEST(test_fixed_passages_are_not_touched),
        SHORTEN_TEST(test_what_answers_stays),
        SHORTEN_TEST(test_budget_and_order_are_kept),
        SHORTEN_TEST(test_fixed_words_are_paid_for),
        SHORTEN_TEST(test_repetition_waits),
        SHORTEN_TEST(test_another_number_is_no_repetition),
        SHORTEN_TEST(test_code_stays),
        SHORTEN_TEST(test_odd_input),
        SHORTEN_TEST(test_long_context),
        SHORTEN_TEST(test_the_same_again),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
