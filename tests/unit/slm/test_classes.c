/* test_classes.c - classes of one's own, from a handful of examples. Skipped where deploy/model has not fetched
 * the model. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "base/buf.h"
#include "slm/classes.h"

enum { BILLING, GARDEN, ENGINE, COUNT };

static const struct class_example example[] = {
    { SLICE("where is my invoice?"), BILLING },
    { SLICE("you charged me twice this month"), BILLING },
    { SLICE("I need a receipt for my payment"), BILLING },
    { SLICE("the amount on the bill is wrong"), BILLING },
    { SLICE("when should I plant tomatoes?"), GARDEN },
    { SLICE("my roses have black spots"), GARDEN },
    { SLICE("how often do I water a lawn?"), GARDEN },
    { SLICE("which flowers like the shade?"), GARDEN },
    { SLICE("how does the scheduler in our engine pick a thread?"), ENGINE },
    { SLICE("explain the memory layout of our storage engine"), ENGINE },
    { SLICE("what does the compaction job of the database do?"), ENGINE },
    { SLICE("why does our cache evict pages so early?"), ENGINE },
};
enum { EXAMPLES = sizeof example / sizeof *example };

static struct arena      *arena;
static struct slm_worker *worker;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    open_model(SLM_FASTEST);
    worker = slm ? slm_worker_new(slm) : NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    slm_worker_free(&worker);
    slm_close(&slm);
    arena_free(&arena);
    return 0;
}

static unsigned judge(const struct classes *c, const char *text, float *share)
{
    float embedding[SLM_QUESTION_MOST], sum = 0;
    slm_embed_question(worker, slice_str(text), embedding);
    unsigned best = classes_judge(c, slice_str(text), embedding, share);
    for (unsigned i = 0; i < classes_count(c); i++) {
        assert_true(share[i] >= 0);
        sum += share[i];
    }
    assert_true(sum <= 1.0001f);
    assert_true(best <= classes_count(c));
    return best;
}

static void test_what_was_not_an_example_finds_its_class(void **state)
{
    (void)state;
    float share[COUNT];
    need_model();
    struct classes *c = classes_learn(arena, worker, example, EXAMPLES, COUNT);
    assert_int_equal(classes_count(c), COUNT);
    assert_int_equal(judge(c, "My card was billed two times", share), BILLING);
    assert_int_equal(judge(c, "Can tulips grow under a tree?", share), GARDEN);
    assert_int_equal(judge(c, "Tell me how the engine's scheduler balances its threads", share), ENGINE);
    assert_true(share[ENGINE] > share[BILLING] && share[ENGINE] > share[GARDEN]);
}

static void test_what_is_far_from_all_is_of_none(void **state)
{
    (void)state;
    float share[COUNT];
    need_model();
    struct classes *c = classes_learn(arena, worker, example, EXAMPLES, COUNT);
    assert_int_equal(judge(c, "Who painted the Mona Lisa?", share), COUNT);
    assert_true(share[BILLING] + share[GARDEN] + share[ENGINE] < 0.5f);
}

static void test_one_class_is_enough(void **state)
{
    (void)state;
    float share[1];
    need_model();
    struct classes *c = classes_learn(arena, worker, example, 4, 1);
    assert_int_equal(judge(c, "My card was billed two times", share), BILLING);
    assert_int_equal(judge(c, "Who painted the Mona Lisa?", share), 1);
}

static void test_one_example_of_each_will_do(void **state)
{
    (void)state;
    float                      share[COUNT];
    const struct class_example lone[] = { example[1], { example[4].text, GARDEN }, example[8] };
    need_model();
    struct classes *c = classes_learn(arena, worker, lone, 3, COUNT);
    assert_int_equal(judge(c, "They charged me twice in one month", share), BILLING);
    assert_int_equal(judge(c, "When is the time to plant tomatoes?", share), GARDEN);
    assert_int_equal(judge(c, "Who painted the Mona Lisa?", share), COUNT);
}

static void test_a_long_text_is_judged_by_both_its_ends(void **state)
{
    (void)state;
    float      share[COUNT];
    struct buf text;
    need_model();
    struct classes *c = classes_learn(arena, worker, example, EXAMPLES, COUNT);
    buf_init(&text, 1 << 16);
    for (int i = 0; i < 60; i++)
        buf_add(&text, S("The roses in the garden need water and the lawn too. "));
    buf_add(&text, S("When should I plant the flowers?"));
    assert_int_equal(judge(c, arena_cstr(arena, buf_slice(&text)), share), GARDEN);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_not_an_example_finds_its_class),
        cmocka_unit_test(test_what_is_far_from_all_is_of_none),
        cmocka_unit_test(test_one_class_is_enough),
        cmocka_unit_test(test_one_example_of_each_will_do),
        cmocka_unit_test(test_a_long_text_is_judged_by_both_its_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
