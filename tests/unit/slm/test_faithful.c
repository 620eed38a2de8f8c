/* test_faithful.c - what a summary may say, and what it may not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "slm/faithful.h"

static const char source[] =
    "The meeting began at 10:30 in Oslo. Ingrid said that the budget for the bridge is 1,200,000 kroner this "
    "year. "
    "The old ferry will not be repaired, since nobody uses it in winter. Lars asked when the new pier opens, "
    "and was "
    "told that it opens on 3 May 2027. Everyone agreed that the harbour needs better lights. The captain's "
    "mail is "
    "EMAIL_7F3K2M9QTX4B, and the phone in the office is seldom answered. After a long break with coffee and "
    "cake the "
    "group went on to talk about the fish market and its opening hours, which stay as they are.";

static void assert_fault(const char *summary, const char *question, const char *wanted)
{
    struct arena *arena = arena_new();
    const char   *got = summary_fault(arena, slice_str(source), slice_str(summary), slice_str(question));
    if (wanted)
        assert_string_equal(got ? got : "nothing", wanted);
    else
        assert_null(got);
    arena_free(&arena);
}

static void test_what_says_the_same_is_taken(void **state)
{
    (void)state;
    assert_fault(
        "The bridge's budget is 1200000 kroner. The old ferry will not be repaired. The new pier opens on 3 "
        "May 2027.",
        "When does the pier open?", NULL);
    assert_fault("Write to EMAIL_7F3K2M9QTX4B. Meeting in Oslo at 10:30.", "", NULL);
    assert_fault("- Ingrid: the budget for the bridge is 1,200,000 kroner.\n- The harbour needs better lights.",
                 "", NULL);
}

static void test_numbers_that_were_made_up(void **state)
{
    (void)state;
    assert_fault("The budget is 1,300,000 kroner.", "", "number");
    assert_fault("The pier opens on 4 May 2027.", "", "number");
    assert_fault("Write to EMAIL_AAAAAAAAAAAA1.", "", "number");
    assert_fault("The meeting began at 10:31.", "", "number");
}

static void test_names_that_were_made_up(void **state)
{
    (void)state;
    assert_fault("It was said by Astrid that the harbour needs lights.", "", "name");
    assert_fault("The meeting in Bergen was about the pier.", "", "name");
    assert_fault("Astonishingly, the meeting in Oslo was long.", "", NULL); /* a sentence's first word */
}

static void test_what_was_turned_round(void **state)
{
    (void)state;
    assert_fault("The old ferry will be repaired.", "", "negation");
    assert_fault("Everyone agreed that the harbour needs no better lights.", "", "negation");
    assert_fault("The fish market was not talked of in the same spirit.", "",
                 NULL); /* like no sentence there */
}

static void test_the_question_must_not_be_lost(void **state)
{
    (void)state;
    const char *lights = "The harbour needs better lights.";
    assert_fault(lights, "What about the harbour's lights?", NULL);
    assert_fault(lights, "When is the ferry repaired?", "question");
    assert_fault(lights, "Who painted the Mona Lisa?", NULL); /* the source says nothing of it either */
}

static void test_lengths(void **state)
{
    (void)state;
    assert_fault("", "", "empty");
    assert_fault(" \n", "", "empty");
    assert_fault(source, "", "long");
}

/* Any bytes are taken; every prefix, so that each word is cut somewhere. */
static void test_text_cut_anywhere_is_read_within_its_bounds(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (size_t len = 0; len <= sizeof source - 1; len++) {
        char *copy = arena_alloc(arena, len + 1);
        memcpy(copy, source, len);
        (void)summary_fault(arena, slice_str(source), slice_of(copy, len), slice_of(copy, len));
        (void)summary_fault(arena, slice_of(copy, len), S("a \xC3 b'"), slice_of(copy, len / 2));
    }
    arena_free(&arena);
}

/* Each clause of the summary held against each of the source would take minutes. */
static void test_a_long_source(void **state)
{
    (void)state;
    enum { CLAUSES = 30000 };
    struct arena *arena = arena_new();
    struct buf    text, summary;
    buf_init(&text, SIZE_MAX / 2);
    buf_init(&summary, SIZE_MAX / 2);
    for (int i = 0; i < CLAUSES; i++) {
        buf_printf(&text, "ship%d was in harbour%d in May.\n", i, i % 1000);
        if (i % 2)
            buf_printf(&summary, "ship%d was in harbour%d.\n", i, i % 1000);
    }
    assert_null(summary_fault(arena, buf_slice(&text), buf_slice(&summary), S("")));
    buf_printf(&summary, "ship%d was never in harbour%d.", CLAUSES / 2, CLAUSES / 2 % 1000);
    assert_string_equal(summary_fault(arena, buf_slice(&text), buf_slice(&summary), S("")), "negation");

    /* All of them alike: that is given up. */
    buf_reset(&text);
    buf_reset(&summary);
    for (int i = 0; i < CLAUSES; i++) {
        buf_add_str(&text, "ships sailed in spring, ");
        buf_add_str(&summary, i % 2 ? "ships sailed, " : "");
    }
    assert_string_equal(summary_fault(arena, buf_slice(&text), buf_slice(&summary), S("")), "long");
    buf_fini(&text);
    buf_fini(&summary);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_says_the_same_is_taken),
        cmocka_unit_test(test_numbers_that_were_made_up),
        cmocka_unit_test(test_names_that_were_made_up),
        cmocka_unit_test(test_what_was_turned_round),
        cmocka_unit_test(test_the_question_must_not_be_lost),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_text_cut_anywhere_is_read_within_its_bounds),
        cmocka_unit_test(test_a_long_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
