/*
 * marked.h - what should be found in a text, written into the text.
 *
 * A case is a text in which what should be found stands in braces with its kind: "write to
 * {email|a@b.example}". The marks are taken out, the finder puts them back, and the two must be the same: so
 * every case says what is found, where it ends, and that nothing else is. Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_PRIVACY_MARKED_H
#define WEIR_TESTS_UNIT_PRIVACY_MARKED_H

#include "a_finder.h"
#include "base/buf.h"

#include <stdio.h>

static void add_unmarked(const char *marked, struct buf *out)
{
    while (*marked) {
        size_t plain = strcspn(marked, "{");
        buf_add(out, slice_of(marked, plain));
        marked += plain;
        if (!*marked)
            return;
        const char *value = strchr(marked, '|') + 1;
        size_t      length = strcspn(value, "}");
        buf_add(out, slice_of(value, length));
        marked = value + length + 1;
    }
}

static void add_marked(struct slice text, const struct findings *found, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        buf_add(out, slice_cut(text, at, f->start));
        buf_printf(out, "{%s|%.*s}", pii_word(f->kind), SLICE_ARG(slice_cut(text, f->start, f->end)));
        at = f->end;
    }
    buf_add(out, slice_cut(text, at, text.len));
}

static bool is_right(const char *marked)
{
    struct arena   *arena = arena_new();
    struct buf      text, again;
    struct findings found;
    buf_init(&text, 1 << 16);
    buf_init(&again, 1 << 16);
    add_unmarked(marked, &text);
    assert_true(find(finder, scratch, arena, buf_slice(&text), &found, NULL));
    add_marked(buf_slice(&text), &found, &again);
    bool right = slice_is(buf_slice(&again), marked);
    if (!right)
        printf("expected: %s\nfound:    %.*s\n", marked, SLICE_ARG(again));
    buf_fini(&text);
    buf_fini(&again);
    arena_free(&arena);
    return right;
}

static void check_cases(const char *const *cases)
{
    int wrong = 0;
    for (; *cases; cases++)
        wrong += !is_right(*cases);
    assert_int_equal(wrong, 0);
}

#endif
