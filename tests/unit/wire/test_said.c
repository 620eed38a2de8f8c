/* test_said.c - what says yes and nothing else is told from what asks; a conversation is about what was
 * asked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/chat.h"

static const char *subject(struct arena *arena, const char *messages)
{
    struct chat chat;
    const char *body = arena_printf(arena, "{\"model\":\"m\",\"messages\":[%s]}", messages);
    assert_true(chat_read(arena, slice_str(body), &chat, NULL));
    return arena_cstr(arena, chat_subject(&chat, arena));
}

#define USER(words)  "{\"role\":\"user\",\"content\":\"" words "\"}"
#define MODEL(words) "{\"role\":\"assistant\",\"content\":\"" words "\"}"

static void test_words_that_ask_nothing(void **state)
{
    (void)state;
    struct arena            *arena = arena_new();
    static const char *const assents[] = { "yes",
                                           "Yes, go on!",
                                           "ok great, please continue",
                                           "OK.",
                                           "**Proceed**",
                                           "thanks, and now",
                                           "ja, weiter",
                                           "\xE7\xBB\xA7\xE7\xBB\xAD" };
    static const char *const questions[] = {
        "",
        "...",
        "yes, but why does it hang?",
        "continue with chapter three",
        "yesterday",
        "no idea",
        "go on strike",
        "y = 3",
        "prove it",
        "\xE5\xA5\xBD\xE7\x9A\x84\xE5\x90\x97",
        "ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok"
    };
    for (size_t i = 0; i < sizeof assents / sizeof *assents; i++)
        assert_string_equal(subject(arena, arena_printf(arena, USER("why?") "," USER("%s"), assents[i])),
                            "why?");
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        assert_string_equal(subject(arena, arena_printf(arena, USER("why?") "," USER("%s"), questions[i])),
                            questions[i]);
    arena_free(&arena);
}

/* A walk that began at the end again for each message would take minutes. */
static void test_a_hundred_thousand_assents(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct buf    messages;
    buf_init(&messages, SIZE_MAX / 2);
    buf_add_str(&messages, USER("prove it"));
    for (unsigned i = 0; i < 100000; i++)
        buf_add_str(&messages, "," USER("yes"));
    buf_add_byte(&messages, '\0');
    assert_string_equal(subject(arena, messages.ptr), "prove it");
    buf_fini(&messages);
    arena_free(&arena);
}

static void test_a_conversation_is_about_what_was_asked(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(subject(arena, USER("prove it") "," MODEL("shall I?") "," USER("Yes, go on.")),
                        "prove it");
    assert_string_equal(
        subject(arena, USER("prove it") "," MODEL("so") "," USER("ok") "," MODEL("so") "," USER("next")),
        "prove it");
    assert_string_equal(subject(arena, USER("prove it") "," MODEL("so") "," USER("and the other?")),
                        "and the other?");
    assert_string_equal(subject(arena, USER("yes")), "yes");
    assert_string_equal(subject(arena, USER("ok") "," MODEL("?") "," USER("yes")), "yes");
    assert_string_equal(subject(arena, MODEL("hello")), "");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_that_ask_nothing),
        cmocka_unit_test(test_a_hundred_thousand_assents),
        cmocka_unit_test(test_a_conversation_is_about_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
