/* Tests src/policy/alike*.c: what parts two questions, and what does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/alike.h"

#include <stdio.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

static struct alike *alike;
static struct arena *arena;

static const struct {
    const char           *a, *b;
    enum alike_difference difference;
} pairs[] = {
    /* numbers, in digits and spelled */
    { "What is 15 percent of 80?", "What is 15 percent of 90?", ALIKE_NUMBER },
    { "Give me five ideas for a party", "Give me 5 ideas for a party", ALIKE_NONE },
    { "Give me five ideas for a party", "Give me six ideas for a party", ALIKE_NUMBER },
    { "What are two hundred and five plus 1,200?", "What are 205 plus 1200?", ALIKE_NONE },
    { "Is 2 million a lot for the house?", "Is 2000000 a lot for the house?", ALIKE_NONE },
    { "Is 2 million a lot for the house?", "Is 2 billion a lot for the house?", ALIKE_NUMBER },
    { "Who was the 2nd president?", "Who was the second president?", ALIKE_NONE },
    { "Who was the first president?", "Who was the third president?", ALIKE_NUMBER },
    { "What changed in version 3.1?", "What changed in version 3.10?", ALIKE_NUMBER },
    { "How does one get a passport?", "How do I get a passport?", ALIKE_NONE },
    /* units */
    { "How far can I run in 5 km?", "How far can I run in 5 miles?", ALIKE_UNIT },
    { "Is 5kg too much for a bag?", "Is 5 kilograms too much for a bag?", ALIKE_NONE },
    { "Is $5 the right price?", "Is 5 dollars the right price?", ALIKE_NONE },
    { "Is $5 the right price?", "Is €5 the right price?", ALIKE_UNIT },
    { "Can we meet at 10 am?", "Can we meet at 10 pm?", ALIKE_UNIT },
    /* dates */
    { "What is open on Monday in the city?", "What is open on Tuesday in the city?", ALIKE_DATE },
    { "What happened on 2024-03-05?", "What happened on March 5 2024?", ALIKE_NONE },
    { "What happened on 2024-03-05?", "What happened on April 5 2024?", ALIKE_DATE },
    { "May I leave the room?", "Can I leave the room?", ALIKE_NONE },
    /* negation */
    { "Is it safe to eat the skin?", "Is it not safe to eat the skin?", ALIKE_NEGATION },
    { "Can't I eat the skin?", "Can I not eat the skin?", ALIKE_NONE },
    { "Is it possible to swim there?", "Is it impossible to swim there?", ALIKE_NEGATION },
    { "How do I cook it with salt?", "How do I cook it without salt?", ALIKE_NEGATION },
    { "Is the drug useful for pain?", "Is the drug useless for pain?", ALIKE_NEGATION },
    /* what is asked for */
    { "Why is the sky blue?", "When is the sky blue?", ALIKE_ASKED },
    { "How many dogs are there?", "How old are the dogs there?", ALIKE_ASKED },
    { "How come the sky is blue?", "Why is the sky blue?", ALIKE_NONE },
    /* tense, before and after */
    { "Who is the king of the country?", "Who was the king of the country?", ALIKE_TIME },
    { "Who invented the radio?", "Who was the inventor of the radio?", ALIKE_NONE },
    { "What will the weather be like?", "What is the weather like?", ALIKE_TIME },
    { "What happens if I drink it?", "What will happen if I drink it?", ALIKE_NONE },
    { "Should I take it before a meal?", "Should I take it after a meal?", ALIKE_TIME },
    { "I was wondering, is the shop open?", "Is the shop open?", ALIKE_NONE },
    /* mood */
    { "Should I sell the house?", "Can I sell the house?", ALIKE_MOOD },
    { "Could you tell me how old the house is?", "How old is the house?", ALIKE_NONE },
    { "How should I store the apples?", "How do I store the apples?", ALIKE_NONE },
    /* words that exclude each other, slips of the pen too */
    { "How do I enable the alarm?", "How do I disable the alarm?", ALIKE_RIVAL },
    { "How do I enable the alarm?", "How do I dsiable the alarm?", ALIKE_RIVAL },
    { "What is the best time to go?", "What is the worst time to go?", ALIKE_RIVAL },
    { "who is the mayor of oslo", "who is the mayor of rome", ALIKE_RIVAL },
    /* names */
    { "Where does Petrova live?", "Where does Ivanova live?", ALIKE_NAME },
    { "What do Indians eat for lunch?", "What do people in India eat for lunch?", ALIKE_NONE },
    { "What is the capital of Elbonia?", "what is the capital of elbonia", ALIKE_NONE },
    { "Who runs the US?", "Who runs the United States?", ALIKE_NONE },
    { "Is the U.S. economy growing?", "Is the US economy growing?", ALIKE_NONE },
    /* identifiers, quotations, code */
    { "What does parse_config do?", "What does parse_confif do?", ALIKE_IDENTIFIER },
    { "Why is EMAIL_7F3K2M9QTX4B in the log?", "Why is EMAIL_7F3K2M9QTX4C in the log?", ALIKE_IDENTIFIER },
    { "Sum up https://example.org/a for me", "Sum up https://example.org/b for me", ALIKE_IDENTIFIER },
    { "What does YouTube pay for it?", "what does youtube pay for it?", ALIKE_NONE },
    { "Translate \"good day\" for me", "Translate \"good night\" for me", ALIKE_QUOTED },
    { "What does `a + b` do?", "What does `a - b` do?", ALIKE_CODE },
    /* order */
    { "Is the train from Elbonia to Freedonia late?", "Is the train from Freedonia to Elbonia late?",
      ALIKE_ORDER },
    { "How do I convert usd to eur with the app?", "How do I convert eur to usd with the app?", ALIKE_ORDER },
    { "Did Ivanova beat Petrova?", "Did Petrova beat Ivanova?", ALIKE_ORDER },
    { "Was Ivanova beaten by Petrova?", "Did Ivanova beat Petrova?", ALIKE_ORDER },
    { "Was Ivanova beaten by Petrova?", "Did Petrova beat Ivanova?", ALIKE_NONE },
    { "Does the dog bite the man?", "Does the man bite the dog?", ALIKE_ORDER },
    { "What is the difference between tea and coffee?", "What is the difference between coffee and tea?",
      ALIKE_NONE },
    { "How do I sort a list in Python?", "In Python, how do I sort a list?", ALIKE_NONE },
    /* where nothing can be said */
    { "Wie spät ist es?", "Wie spät ist es jetzt?", ALIKE_LANGUAGE },
    { "hi", "hi there", ALIKE_LANGUAGE },
    { "", "What is it?", ALIKE_LENGTH },
};

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct alike_text *a = alike_read(alike, arena, slice_str(pairs[i].a));
        const struct alike_text *b = alike_read(alike, arena, slice_str(pairs[i].b));
        enum alike_difference    found = alike_differs(a, b);
        if (found != pairs[i].difference)
            fail_msg("%s | %s: %s, not %s", pairs[i].a, pairs[i].b, alike_word(found),
                     alike_word(pairs[i].difference));
        assert_int_equal(alike_differs(b, a) == ALIKE_NONE, found == ALIKE_NONE);
        assert_true(i >= sizeof pairs / sizeof *pairs - 3 || alike_differs(a, a) == ALIKE_NONE);
    }
}

static const struct {
    const char           *a, *b;
    enum alike_difference difference;
} answers[] = {
    { "It has 3 moons, all small.", "It has 4 moons, all small.", ALIKE_NUMBER },
    { "It has 3 moons.", "It has three moons; the first was found in 1877.", ALIKE_NONE },
    { "It weighs 5 kg.", "It weighs 5 pounds.", ALIKE_UNIT },
    { "The call is read_all().", "The call is read_some().", ALIKE_IDENTIFIER },
    { "It opens on Monday.", "It opens on Friday.", ALIKE_DATE },
    { "Yes, it is safe to eat.", "No, it is not safe to eat.", ALIKE_NEGATION },
    { "It is impossible to see it.", "It is possible to see it.", ALIKE_NEGATION },
    { "It is not possible to see it.", "It is impossible to see it.", ALIKE_NONE },
    { "Oslo.", "Rome.", ALIKE_RIVAL },
    { "The book was written by Petrova.", "The book was written by Ivanova.", ALIKE_NAME },
    { "The book was written by Petrova.", "It is by Anna Petrova.", ALIKE_NONE },
    { "Das schrieb die Tochter von Petrova.", "Geschrieben hat das Ivanova.", ALIKE_NONE },
    { "It was a long day.", "It is a long day.", ALIKE_NONE },
    { "", "It has 3 moons.", ALIKE_NONE },
    /* more than a sentence or two */
    { "It has 3 moons, which all of those who have ever looked at it through a good glass on a clear night in "
      "the winter have seen well.",
      "It has 4 moons.", ALIKE_NONE },
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct alike_text *a = alike_read(alike, arena, slice_str(answers[i].a));
        const struct alike_text *b = alike_read(alike, arena, slice_str(answers[i].b));
        enum alike_difference    found = alike_contradicts(a, b);
        if (found != answers[i].difference)
            fail_msg("%s | %s: %s, not %s", answers[i].a, answers[i].b, alike_word(found),
                     alike_word(answers[i].difference));
        assert_int_equal(alike_contradicts(b, a), found);
        assert_int_equal(alike_contradicts(a, a), ALIKE_NONE);
    }
}

/* A text cut anywhere is read without harm, and is like itself or cannot be told. */
static void test_every_cut(void **state)
{
    static const char text[] = "“It’s” 3.5kg, 2024-03-05: can't `x` www.a.b ```c``` \"q\" U.S. two "
                               "hundred-and-five foo_bar() €5k the end";
    (void)state;
    for (size_t len = 0; len < sizeof text; len++) {
        char                 *copy = arena_cstr(arena, slice_of(text, len));
        struct alike_text    *t = alike_read(alike, arena, slice_of(copy, len));
        enum alike_difference found = alike_differs(t, t);
        assert_true(found == ALIKE_NONE || found == ALIKE_LANGUAGE || found == ALIKE_LENGTH);
    }
}

static void test_long_texts_differ(void **state)
{
    (void)state;
    char text[ALIKE_BYTES_MOST + 2];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "the is "[i % 7];
    const struct alike_text *by_words = alike_read(alike, arena, slice_of(text, ALIKE_BYTES_MOST));
    const struct alike_text *by_bytes = alike_read(alike, arena, slice_of(text, sizeof text));
    assert_int_equal(alike_differs(by_words, by_words), ALIKE_LENGTH);
    assert_int_equal(alike_differs(by_bytes, by_bytes), ALIKE_LENGTH);
}

static void test_bars_fall_with_the_error(void **state)
{
    (void)state;
    assert_true(alike_least_chance(0) > 1);
    float last = 2;
    for (int i = 1; i < 300; i++) {
        float bar = alike_least_chance(0.001 * i);
        assert_true(bar <= last && bar > 0);
        last = bar;
    }
}

static void test_audits_raise_the_bar(void **state)
{
    (void)state;
    struct alike_audits audits = { .right = { 0 } };
    float               bar = alike_least_chance(0.01);
    assert_true(alike_audited_chance(0.01, &audits) == bar);
    audits.right[99] = 400;
    audits.right[95] = 300;
    assert_true(alike_audited_chance(0.01, &audits) == bar);
    audits.wrong[90] = 60; /* too many in all, by one step alone */
    assert_true(alike_audited_chance(0.01, &audits) == 0.91F);
    audits.wrong[95] = 2; /* may be chance */
    assert_true(alike_audited_chance(0.01, &audits) == 0.91F);
    audits.wrong[100] = audits.wrong[99] = 400;
    assert_true(alike_audited_chance(0.01, &audits) > 1);
    audits.wrong[10] = 1000; /* of what is below the bar nothing is served any more */
    audits.wrong[100] = audits.wrong[99] = audits.wrong[95] = audits.wrong[90] = 0;
    assert_true(alike_audited_chance(0.01, &audits) == bar);
}

static float chance_of(struct slm_worker *worker, const char *a, const char *b)
{
    struct slm_states     in_a, in_b;
    struct alike_features f, turned;
    struct slice          x = slice_str(a), y = slice_str(b);
    unsigned              dim = slm_dim(slm_of(worker));
    slm_states(worker, arena, x, &in_a);
    slm_states(worker, arena, y, &in_b);
    alike_compare(arena, dim, alike_read(alike, arena, x), &in_a, alike_read(alike, arena, y), &in_b, &f);
    alike_compare(arena, dim, alike_read(alike, arena, y), &in_b, alike_read(alike, arena, x), &in_a, &turned);
    for (int i = 0; i < ALIKE_FEATURES; i++)
        assert_true(f.value[i] - turned.value[i] < 1e-4F && turned.value[i] - f.value[i] < 1e-4F);
    return alike_chance(&f);
}

static void test_the_learned_check(void **state)
{
    (void)state;
    struct fault why;
    struct slm  *slm = slm_open(MODEL, &why);
    if (!slm) {
        print_message("test_alike: %s; ./deploy/model fetches the model\n", why.detail);
        skip();
    }
    struct slm_worker *worker = slm_worker_new(slm);
    assert_true(alike_fits(slm));
    float bar = alike_least_chance(0.01);
    assert_true(chance_of(worker, "How do I reset my password?", "How can I reset my password?") >= bar);
    assert_true(chance_of(worker, "How do I reset my password?", "How do I reset my username?") < bar);
    assert_true(chance_of(worker, "How do I bake bread?", "What is the height of a giraffe?") < bar);
    slm_worker_free(&worker);
    slm_close(&slm);
}

static int make(void **state)
{
    (void)state;
    alike = alike_new();
    arena = arena_new();
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    alike_free(&alike);
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_long_texts_differ),
        cmocka_unit_test(test_bars_fall_with_the_error),
        cmocka_unit_test(test_audits_raise_the_bar),
        cmocka_unit_test(test_the_learned_check),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
