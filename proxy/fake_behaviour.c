/* fake_behaviour.c - see fake_behaviour.h. */
#include "fake_behaviour.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *word, *words;
} behaviours[FAKE_COUNT] = {
#define BEHAVIOUR(name, word, words) { word, words },
    FAKE_BEHAVIOURS(BEHAVIOUR)
#undef BEHAVIOUR
};

static enum fake_behaviour behaviour_of(struct slice word)
{
    unsigned at = 0;
    while (at < FAKE_COUNT && !slice_is(word, behaviours[at].word))
        at++;
    return at;
}

static bool is_break(char c)
{
    return c == ' ' || c == ',' || c == '\n' || c == '\t';
}

/* "cut=3 slow=50ms" */
static bool read_words(struct arena *a, struct slice rest, struct fake_orders *orders, struct fault *why)
{
    while (rest.len) {
        if (is_break(rest.ptr[0])) {
            rest = slice_cut(rest, 1, rest.len);
            continue;
        }
        size_t end = 0;
        while (end < rest.len && !is_break(rest.ptr[end]))
            end++;
        struct slice        word = slice_cut(rest, 0, end);
        size_t              equals = slice_find_byte(word, '=');
        struct slice        value = equals == SLICE_NONE ? S("") : slice_cut(word, equals + 1, word.len);
        enum fake_behaviour which = behaviour_of(slice_cut(word, 0, equals));
        if (which == FAKE_COUNT)
            return fault_set(why, FAULT_BAD_REQUEST, "the fake provider knows no '%.*s'", SLICE_ARG(word));
        orders->is_on[which] = true;
        orders->number[which] = strtod(arena_cstr(a, value), NULL);
        if (which == FAKE_REPLY) {
            orders->reply = slice_cut(rest, equals == SLICE_NONE ? end : equals + 1, rest.len);
            return true;
        }
        rest = slice_cut(rest, end, rest.len);
    }
    return true;
}

bool fake_read_orders(struct arena *a, struct slice text, struct fake_orders *orders, struct fault *why)
{
    static const struct slice open = SLICE("[[fake:"), close = SLICE("]]");
    for (;;) {
        size_t start = slice_find(text, open);
        if (start == SLICE_NONE)
            return true;
        text = slice_cut(text, start + open.len, text.len);
        size_t end = slice_find(text, close);
        if (!read_words(a, slice_cut(text, 0, end), orders, why))
            return false;
        text = slice_cut(text, end == SLICE_NONE ? text.len : end + close.len, text.len);
    }
}

void fake_tell_behaviours(void)
{
    for (unsigned at = 0; at < FAKE_COUNT; at++)
        printf("  %-12s %s\n", behaviours[at].word, behaviours[at].words);
}
