/* test_conversations.c - conversations are remembered apart, and only so many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "conversations.h"

static struct model    models[] = { { .name = "small" }, { .name = "large" } };
static struct settings settings = { .model = models, .model_count = 2 };

static void note(struct conversations *c, uint64_t key, const struct model *model, int64_t at_ms)
{
    conversations_note(c, key, model,
                       &(struct answer_usage){ .prompt_tokens = 9, .cached_tokens = 5, .written_tokens = -1 },
                       at_ms);
}

static void test_what_was_noted_is_recalled(void **state)
{
    (void)state;
    struct conversations *c = conversations_new();
    assert_null(conversations_recall(c, 7, &settings, 0).model);
    note(c, 7, &models[1], 1000);
    struct companion with = conversations_recall(c, 7, &settings, 1500);
    assert_ptr_equal(with.model, &models[1]);
    assert_int_equal(with.cached_tokens, 5);
    assert_int_equal(with.since_ms, 500);
    note(c, 7, &models[0], 2000);
    assert_ptr_equal(conversations_recall(c, 7, &settings, 2000).model, &models[0]);
    struct settings fewer = { .model = models + 1, .model_count = 1 };
    assert_null(conversations_recall(c, 7, &fewer, 2000).model);
    conversations_free(&c);
}

static void test_those_not_spoken_of_for_longest_are_forgotten(void **state)
{
    (void)state;
    struct conversations *c = conversations_new();
    unsigned              known = 0;
    for (uint64_t i = 0; i < 2 * CONVERSATIONS_MOST; i++)
        note(c, (i << 1) | 1, &models[0], (int64_t)i);
    for (uint64_t i = 0; i < 2 * CONVERSATIONS_MOST; i++)
        known += conversations_recall(c, (i << 1) | 1, &settings, 0).model != NULL;
    assert_int_equal(known, CONVERSATIONS_MOST);
    assert_null(conversations_recall(c, 1, &settings, 0).model);
    assert_non_null(conversations_recall(c, (2 * CONVERSATIONS_MOST - 1) << 1 | 1, &settings, 0).model);
    conversations_free(&c);
}

static uint64_t key_of_with(struct conversations *c, const char *messages, const char *team, const char *user,
                            const char *key)
{
    struct arena *arena = arena_new();
    struct chat   chat;
    assert_true(chat_read(
        arena, slice_str(arena_printf(arena, "{\"model\":\"m\",\"messages\":[%s]}", messages)), &chat, NULL));
    uint64_t stands_for = conversation_key(c, &chat, &(struct payer){ .team = team, .user = user, .key = key });
    arena_free(&arena);
    return stands_for;
}

static uint64_t key_of(struct conversations *c, const char *messages, const char *team, const char *user)
{
    return key_of_with(c, messages, team, user, "");
}

static void test_a_conversation_is_its_head_and_whose_it_is(void **state)
{
    (void)state;
#define HEAD "{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"hello\"}"
    struct conversations *c = conversations_new();
    uint64_t              key = key_of(c, HEAD, "a", "");
    assert_true(key == key_of(c, HEAD ",{\"role\":\"assistant\",\"content\":\"hi\"}", "a", ""));
    assert_true(key != key_of(c, HEAD, "b", ""));
    assert_true(key != key_of_with(c, HEAD, "a", "", "another"));
    assert_true(key != key_of(c, HEAD, "a", "ann"));
    assert_true(key != key_of(c, "{\"role\":\"user\",\"content\":\"hello\"}", "a", ""));
    conversations_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_noted_is_recalled),
        cmocka_unit_test(test_those_not_spoken_of_for_longest_are_forgotten),
        cmocka_unit_test(test_a_conversation_is_its_head_and_whose_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
