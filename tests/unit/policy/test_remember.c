/*
 * test_remember.c - with a memo an inspection finds what it finds without one, and looks only at what is new.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/inspect.h"

#include <stdlib.h>
#include <unistd.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

struct fixture {
    struct arena    *arena;
    struct finder   *finder;
    struct slm      *slm; /* NULL where it was not fetched */
    struct inspector inspector;
};

static int set_up(void **state)
{
    static const struct siphash_key secret = { { 7 } };
    struct fixture                 *f = calloc(1, sizeof *f);
    struct fault                    why;
    f->arena = arena_new();
    f->finder = finder_new(&why);
    if (access(MODEL "/model.safetensors", R_OK) == 0)
        f->slm = slm_open(MODEL, &why);
    f->inspector =
        (struct inspector){ .finder = f->finder,
                            .scratch = finder_scratch_new(f->finder),
                            .worker = f->slm ? slm_worker_new(f->slm) : NULL,
                            .memo = memo_new(&secret, 1000, 1 << 20, (struct memo_lock){ NULL, NULL, NULL }),
                            .generation = 1 };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    memo_free(&f->inspector.memo);
    slm_worker_free(&f->inspector.worker);
    slm_close(&f->slm);
    finder_scratch_free(&f->inspector.scratch);
    finder_free(&f->finder);
    arena_free(&f->arena);
    free(f);
    return 0;
}

#define FIRST                                                                                                  \
    "{\"role\":\"system\",\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":\"I am ada@example.org\"}"
#define SECOND                                                                                                 \
    ",{\"role\":\"assistant\",\"content\":\"Hello!\"},{\"role\":\"user\",\"content\":\"Call 030 1234567, "     \
    "please\"}"
#define BODY(messages) "{\"model\":\"m\",\"messages\":[" messages "]}"

static struct inspection look(struct fixture *f, const char *body, struct needs needs)
{
    struct chat       chat;
    struct inspection out;
    struct fault      why = { .kind = FAULT_NONE };
    assert_true(chat_read(f->arena, slice_str(body), &chat, &why));
    assert_true(inspect(&f->inspector, needs, f->arena, &chat, &out, &why));
    return out;
}

static void assert_same_findings(const struct findings *a, const struct findings *b)
{
    assert_int_equal(a->count, b->count);
    assert_true(a->kinds == b->kinds);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->item[i].start, b->item[i].start);
        assert_int_equal(a->item[i].end, b->item[i].end);
        assert_int_equal(a->item[i].kind, b->item[i].kind);
        assert_true(a->item[i].confidence == b->item[i].confidence);
    }
}

static void only_new_messages_are_looked_at(void **state)
{
    struct fixture    *f = *state;
    const struct needs pii = { .pii = true };
    struct inspection  first = look(f, BODY(FIRST), pii), again = look(f, BODY(FIRST), pii),
                      longer = look(f, BODY(FIRST SECOND), pii);
    assert_int_equal(first.asked, 2);
    assert_int_equal(first.recalled, 0);
    assert_true(first.pii & (pii_set)1 << PII_EMAIL);
    assert_int_equal(again.recalled, 2);
    assert_int_equal(longer.asked, 4);
    assert_int_equal(longer.recalled, 2);
    assert_true(again.pii == first.pii);
    for (size_t i = 0; i < 2; i++) {
        assert_same_findings(&again.findings[i], &first.findings[i]);
        assert_same_findings(&longer.findings[i], &first.findings[i]);
    }
}

static void another_generation_knows_nothing(void **state)
{
    struct fixture    *f = *state;
    const struct needs pii = { .pii = true };
    look(f, BODY(FIRST), pii);
    f->inspector.generation++;
    assert_int_equal(look(f, BODY(FIRST), pii).recalled, 0);
    assert_int_equal(look(f, BODY(FIRST), pii).recalled, 2);
}

/* What an escaped value says is text: its message is searched each time, and nothing of it kept. */
static void what_would_keep_text_is_not_kept(void **state)
{
    struct fixture    *f = *state;
    const struct needs pii = { .pii = true };
    static const char  body[] =
        BODY("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
             "\"function\":{\"name\":\"f\",\"arguments\":"
             "\"{\\\"to\\\":\\\"ada\\\\u0040example.org\\\"}\"}}]}");
    struct inspection first = look(f, body, pii), again = look(f, body, pii);
    assert_true(first.pii & (pii_set)1 << PII_EMAIL);
    assert_true(again.recalled < again.asked);
    assert_true(again.pii == first.pii);
}

static void a_question_is_judged_once(void **state)
{
    struct fixture    *f = *state;
    const struct needs all = { .pii = true, .judgement = true, .injection = true };
    if (!f->slm)
        skip();
    struct inspection first = look(f, BODY(FIRST SECOND), all), again = look(f, BODY(FIRST SECOND), all);
    assert_true(first.is_judged);
    assert_int_equal(first.recalled, 0);
    assert_true(first.asked > 5); /* texts, the question, what others wrote */
    assert_int_equal(again.recalled, again.asked);
    assert_true(again.judgement.difficulty == first.judgement.difficulty);
    assert_true(again.judgement.injection == first.judgement.injection);
    assert_memory_equal(again.judgement.topic_share, first.judgement.topic_share,
                        sizeof first.judgement.topic_share);
}

static void without_a_memo_nothing_is_asked(void **state)
{
    struct fixture   *f = *state;
    struct inspection with = look(f, BODY(FIRST SECOND), (struct needs){ .pii = true });
    memo_free(&f->inspector.memo);
    struct inspection without = look(f, BODY(FIRST SECOND), (struct needs){ .pii = true });
    assert_int_equal(without.asked, 0);
    for (size_t i = 0; i < 4; i++)
        assert_same_findings(&with.findings[i], &without.findings[i]);
}

/* Without scratch and model at hand: what a loop has. */
static bool recall(struct fixture *f, const char *body, struct needs needs, struct inspection *out)
{
    const struct inspector bare = { .memo = f->inspector.memo,
                                    .generation = f->inspector.generation,
                                    .recalls = f->slm };
    struct chat            chat;
    struct fault           why = { .kind = FAULT_NONE };
    assert_true(chat_read(f->arena, slice_str(body), &chat, &why));
    return inspect_recall(&bare, needs, f->arena, &chat, out);
}

/* Several turns have seams between them, across which values are looked for too. */
static void what_is_all_remembered_is_recalled(void **state)
{
    struct fixture    *f = *state;
    const struct needs pii = { .pii = true };
    struct inspection  recalled;
    assert_false(recall(f, BODY(FIRST SECOND), pii, &recalled));
    assert_false(recalled.is_inspected);
    struct inspection found = look(f, BODY(FIRST SECOND), pii);
    assert_true(recall(f, BODY(FIRST SECOND), pii, &recalled));
    assert_true(recalled.is_inspected && recalled.pii == found.pii && recalled.pii != 0);
    for (size_t i = 0; i < 4; i++)
        assert_same_findings(&recalled.findings[i], &found.findings[i]);
    assert_true(recall(f, BODY(FIRST), pii, &recalled)); /* its texts are known too */
    f->inspector.generation++;
    assert_false(recall(f, BODY(FIRST), pii, &recalled));
}

static void a_judgement_is_recalled(void **state)
{
    struct fixture    *f = *state;
    const struct needs some = { .pii = true, .judgement = true }, learned = { .judgement = true, .view = true };
    const struct needs injected = { .judgement = true, .injection = true };
    struct inspection  recalled;
    if (!f->slm)
        skip();
    look(f, BODY(FIRST), (struct needs){ .pii = true });
    assert_false(recall(f, BODY(FIRST), some, &recalled)); /* found, but not judged */
    struct inspection judged = look(f, BODY(FIRST), some);
    assert_true(recall(f, BODY(FIRST), some, &recalled));
    assert_true(recalled.is_judged);
    assert_memory_equal(&recalled.judgement, &judged.judgement, sizeof judged.judgement);
    assert_false(recall(f, BODY(FIRST), learned, &recalled)); /* what is worked out from an embedding is not */
    assert_false(recall(f, BODY(FIRST), injected, &recalled));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(only_new_messages_are_looked_at),  TEST(another_generation_knows_nothing),
        TEST(what_would_keep_text_is_not_kept), TEST(a_question_is_judged_once),
        TEST(without_a_memo_nothing_is_asked),  TEST(what_is_all_remembered_is_recalled),
        TEST(a_judgement_is_recalled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
