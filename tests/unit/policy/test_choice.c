/* test_choice.c - of several models the right one comes first, and a conversation stays with its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/choice.h"

#include <math.h>
#include <stdio.h>

enum { A, B, C, MODELS };

static struct model    model[MODELS] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };
static struct settings settings = { .model = model, .model_count = MODELS };
static struct standing standing[MODELS];

static struct group group_of(enum choose how)
{
    struct group g = { .name = "all", .choose = how, .count = MODELS };
    for (unsigned i = 0; i < MODELS; i++)
        g.member[i] = (struct member){ &model[i], 1, 1 };
    return g;
}

/* "cab": the order of their names. */
static const char *order_by(const struct group *g, const struct choice *choice)
{
    static char         names[MODELS + 1];
    const struct model *order[CANDIDATES_MOST];
    assert_int_equal(choose_among(&settings, g, choice, order), g->count);
    for (unsigned i = 0; i < g->count; i++)
        names[i] = order[i]->name[0];
    return names;
}

static const char *order_of(const struct group *g)
{
    return order_by(g, &(struct choice){ .standing = standing, .lot = 7 });
}

static int set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MODELS; i++) {
        standing[i] = (struct standing){ 0 };
        model[i].price = (struct price){ .is_known = true, .usual = { 1000, 1000, 1000, 0, 0, 0, 0 } };
    }
    return 0;
}

static void in_order_the_first_that_is_not_away(void **state)
{
    (void)state;
    struct group g = group_of(CHOOSE_ORDER);
    assert_string_equal(order_of(&g), "abc");
    standing[A].is_away = true;
    assert_string_equal(order_of(&g), "bca");
    assert_string_equal(order_by(&g, &(struct choice){ 0 }), "abc"); /* nothing is known */
}

static void priorities_come_before_all_but_who_is_there(void **state)
{
    (void)state;
    struct group g = group_of(CHOOSE_LEAST_BUSY);
    g.member[A].priority = 2;
    standing[B].busy = 9;
    standing[C].busy = 3;
    assert_string_equal(order_of(&g), "cba");
    standing[B].is_away = standing[C].is_away = true;
    assert_string_equal(order_of(&g), "acb");
}

/* Of a system prompt, a first question, and a second. */
static uint64_t lot_of(struct slice first, struct slice second)
{
    struct chat_text text[] = {
        { .text = S("be brief"), .role = CHAT_SYSTEM, .message = 0 },
        { .text = S("bob"), .role = CHAT_NO_ROLE, .message = CHAT_NO_MESSAGE },
        { .text = first, .role = CHAT_USER, .message = 1 },
        { .text = second, .role = CHAT_USER, .message = 2 },
    };
    return choice_lot(&(struct chat){ .text = text, .text_count = sizeof text / sizeof *text });
}

static void the_lot_is_the_conversations(void **state)
{
    (void)state;
    assert_true(lot_of(S("hello"), S("and then?")) == lot_of(S("hello"), S("")));
    assert_true(lot_of(S("hello"), S("")) != lot_of(S("hullo"), S("")));
}

static void weights_share_conversations_out(void **state)
{
    (void)state;
    enum { CONVERSATIONS = 20000 };
    struct group g = group_of(CHOOSE_WEIGHTS);
    unsigned     first[MODELS] = { 0 }, second_after_a[MODELS] = { 0 };
    g.member[A].weight = 6;
    g.member[B].weight = 3;
    for (int i = 0; i < CONVERSATIONS; i++) {
        char        text[32];
        int         len = snprintf(text, sizeof text, "question %d", i);
        const char *names =
            order_by(&g, &(struct choice){ .lot = lot_of(slice_of(text, (size_t)len), S("so")) });
        first[names[0] - 'a']++;
        if (names[0] == 'a')
            second_after_a[names[1] - 'a']++;
    }
    assert_true(fabs(first[A] / (double)CONVERSATIONS - 0.6) < 0.02);
    assert_true(fabs(first[B] / (double)CONVERSATIONS - 0.3) < 0.02);
    assert_true(fabs(second_after_a[B] / (double)first[A] - 0.75) < 0.03); /* who is left shares alike */
}

static void a_conversation_stays_and_a_member_that_comes_takes_only_its_own(void **state)
{
    (void)state;
    struct group two = group_of(CHOOSE_WEIGHTS), three = group_of(CHOOSE_WEIGHTS);
    two.count = 2;
    for (uint64_t lot = 0; lot < 500; lot++) {
        const struct choice choice = { .lot = lot };
        char                before = order_by(&two, &choice)[0], again = order_by(&two, &choice)[0];
        char                after = order_by(&three, &choice)[0];
        assert_int_equal(before, again);
        assert_true(after == before || after == 'c');
    }
}

static void the_least_busy_for_its_weight(void **state)
{
    (void)state;
    struct group g = group_of(CHOOSE_LEAST_BUSY);
    standing[A].busy = 2;
    standing[B].busy = 5;
    standing[C].busy = 4;
    assert_string_equal(order_of(&g), "acb");
    g.member[B].weight = 10;
    assert_string_equal(order_of(&g), "bac");
    standing[B].is_cold = true;
    assert_string_equal(order_of(&g), "acb");
}

static void the_soonest_counts_who_waits_there_and_finds_out_about_the_unknown_one_at_a_time(void **state)
{
    (void)state;
    struct group g = group_of(CHOOSE_LATENCY);
    standing[A].first_byte_us = 100000;
    standing[B].first_byte_us = 150000;
    assert_string_equal(order_of(&g), "cab");
    standing[C].busy = 1;
    assert_string_equal(order_of(&g), "abc");
    standing[A].busy = 1;
    assert_string_equal(order_of(&g), "bac");
    standing[B].is_cold = true;
    assert_string_equal(order_of(&g), "acb");
}

static void the_cheapest_for_such_a_prompt_and_answer(void **state)
{
    (void)state;
    struct group g = group_of(CHOOSE_PRICE);
    model[A].price.usual = (struct rates){ .input_nanousd = 1000000, .output_nanousd = 9000000 };
    model[B].price.usual = (struct rates){ .input_nanousd = 3000000, .output_nanousd = 3000000 };
    model[C].price.is_known = false;
    assert_string_equal(order_by(&g, &(struct choice){ .prompt_tokens = 1000, .answer_tokens = 10 }), "abc");
    assert_string_equal(order_by(&g, &(struct choice){ .prompt_tokens = 10, .answer_tokens = 1000 }), "bac");
}

static void latency_follows_a_peak_at_once_and_forgets_it_in_seconds(void **state)
{
    (void)state;
    assert_int_equal(choice_latency_us(0, 500, 0), 500);
    assert_int_equal(choice_latency_us(500, 90000, 1), 90000);
    assert_true(choice_latency_us(90000, 500, 100) > 80000);
    assert_true(choice_latency_us(90000, 500, 60000) < 1000);
    assert_int_equal(choice_latency_us(500, 0, 1000000), 1); /* an answer was seen, which 0 would deny */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(in_order_the_first_that_is_not_away, set_up),
        cmocka_unit_test_setup(priorities_come_before_all_but_who_is_there, set_up),
        cmocka_unit_test(the_lot_is_the_conversations),
        cmocka_unit_test_setup(weights_share_conversations_out, set_up),
        cmocka_unit_test_setup(a_conversation_stays_and_a_member_that_comes_takes_only_its_own, set_up),
        cmocka_unit_test_setup(the_least_busy_for_its_weight, set_up),
        cmocka_unit_test_setup(the_soonest_counts_who_waits_there_and_finds_out_about_the_unknown_one_at_a_time,
                               set_up),
        cmocka_unit_test_setup(the_cheapest_for_such_a_prompt_and_answer, set_up),
        cmocka_unit_test(latency_follows_a_peak_at_once_and_forgets_it_in_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
