/*
 * test_needed.c - which questions take the hidden value itself.
 *
 * How many of the blind list are judged right is told and has a floor; which are not is not told.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../src/policy/needed.h"

#include <stdio.h>

struct example {
    bool        is_needed;
    const char *kind, *text;
};

static const struct example blind[] = {
#define CASE(is_needed, kind, text) { is_needed, #kind, text },
#include "needed_blind.h"
};

static const struct example tuning[] = {
#include "needed_tuning.h"
#undef CASE
};

/* Findings of a text whose values stand between angle brackets; the brackets are part of them. */
static struct findings marked(struct arena *arena, const char *text, enum pii_kind kind)
{
    struct findings found = { .item = arena_array(arena, strlen(text), sizeof(struct finding)),
                              .kinds = (pii_set)1 << kind };
    for (const char *open = strchr(text, '<'); open; open = strchr(open + 1, '<'))
        found.item[found.count++] = (struct finding){ .start = (size_t)(open - text),
                                                      .end = (size_t)(strchr(open, '>') + 1 - text),
                                                      .kind = kind };
    return found;
}

static bool is_judged_needed(const struct example *e)
{
    struct arena *arena = arena_new();
    struct chat   chat;
    struct fault  why;
    enum pii_kind kind = pii_of(slice_str(e->kind));
    assert_int_not_equal(kind, PII_KINDS_MOST);
    assert_true(chat_of_prompt(arena, S("auto"), slice_str(e->text), &chat, &why));
    assert_int_equal(chat.text_count, 1);
    struct findings found = marked(arena, e->text, kind);
    pii_set         needed = needed_kinds(&chat, &found);
    assert_true(needed == 0 || needed == (pii_set)1 << kind);
    arena_free(&arena);
    return needed != 0;
}

struct score {
    unsigned hit, miss, alarm, rest; /* needed and said so; not said; said so wrongly; rightly not */
};

static struct score judge(const struct example *e, size_t count, bool is_blind)
{
    struct score s = { 0 };
    for (size_t i = 0; i < count; i++) {
        bool needed = is_judged_needed(&e[i]);
        if (!is_blind && needed != e[i].is_needed)
            printf("%s: %s\n", needed ? "not needed" : "needed", e[i].text);
        ++*(needed ? (e[i].is_needed ? &s.hit : &s.alarm) : (e[i].is_needed ? &s.miss : &s.rest));
    }
    printf("%s: precision %.3f, recall %.3f of %zu\n", is_blind ? "blind" : "tuning",
           (double)s.hit / (s.hit + s.alarm), (double)s.hit / (s.hit + s.miss), count);
    return s;
}

static void most_blind_questions_are_judged_right(void **state)
{
    (void)state;
    struct score s = judge(blind, sizeof blind / sizeof *blind, true);
    assert_true(s.hit * 10 >= (s.hit + s.miss) * 8);
    assert_true(s.hit * 10 >= (s.hit + s.alarm) * 8);
}

static void those_that_the_cues_were_made_by_are(void **state)
{
    (void)state;
    struct score s = judge(tuning, sizeof tuning / sizeof *tuning, false);
    assert_true(s.miss + s.alarm <= 4);
}

static void a_value_in_a_long_text_or_an_earlier_turn_is_context(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct chat   chat;
    struct fault  why;
    struct slice  body =
        S("{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"who is <Jane Roe>?\"},"
          "{\"role\":\"assistant\",\"content\":\"Somebody.\"},"
          "{\"role\":\"user\",\"content\":\"Is that a valid number?\"}]}");
    assert_true(chat_read(arena, body, &chat, &why));
    struct findings found[3] = { marked(arena, "who is <Jane Roe>?", PII_EMAIL) };
    assert_int_equal(needed_kinds(&chat, found), 0);
    const char *text = arena_printf(arena, "is <4111> valid? %6000s", "x");
    assert_true(chat_of_prompt(arena, S("a"), slice_str(text), &chat, &why));
    found[0] = marked(arena, text, PII_CARD);
    assert_int_equal(needed_kinds(&chat, found), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_blind_questions_are_judged_right),
        cmocka_unit_test(those_that_the_cues_were_made_by_are),
        cmocka_unit_test(a_value_in_a_long_text_or_an_earlier_turn_is_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
