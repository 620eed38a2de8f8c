/*
 * chat_list.h - a chat's list of texts as one string, for tests: "place role message text" a line.
 */
#ifndef WEIR_TESTS_CHAT_LIST_H
#define WEIR_TESTS_CHAT_LIST_H

#include "wire/chat.h"

static const char *list_texts(const struct chat *c, struct arena *arena)
{
    static const char *const places[] = { "content", "name", "arguments", "about", "metadata" };
    static const char *const roles[] = { "system", "user", "assistant", "tool", "-" };
    struct buf               list;
    buf_init(&list, 1 << 20);
    for (size_t i = 0; i < c->text_count; i++) {
        const struct chat_text *t = &c->text[i];
        buf_printf(&list, "%s %s ", places[t->place], roles[t->role]);
        if (t->message == CHAT_NO_MESSAGE)
            buf_add_byte(&list, '-');
        else
            buf_printf(&list, "%u", t->message);
        buf_printf(&list, " %.*s\n", SLICE_ARG(t->text));
    }
    const char *text = arena_cstr(arena, buf_slice(&list));
    buf_fini(&list);
    return text;
}

#endif
