/* injection.c - see injection.h. */
#include "injection.h"

#include "base/utf8.h"
#include "remember.h"

#include <math.h>

/* An instruction of two sentences lies whole in one of two windows, and is a good part of it: in a longer one
 * its meaning would drown. */
enum { WINDOW_BYTES = 400, STEP_BYTES = 250 };

struct excerpt {
    struct slice text;
    float        suspicion;
};

/* The most suspicious windows so far, in no order. */
struct windows {
    struct excerpt window[INJECTION_WINDOWS_MOST];
    size_t         count;
};

static void add_window(struct windows *w, struct slice text)
{
    struct excerpt made = { text, slm_suspicion(text) }, *least = &w->window[0];
    if (w->count < INJECTION_WINDOWS_MOST) {
        w->window[w->count++] = made;
        return;
    }
    for (size_t i = 1; i < w->count; i++)
        if (w->window[i].suspicion < least->suspicion)
            least = &w->window[i];
    if (made.suspicion > least->suspicion)
        *least = made;
}

static void add_text(struct windows *w, struct slice text)
{
    size_t from = 0;
    while (text.len - from > WINDOW_BYTES) {
        add_window(w, slice_cut(text, from, from + utf8_whole(text.ptr + from, WINDOW_BYTES)));
        from += utf8_whole(text.ptr + from, STEP_BYTES);
    }
    add_window(w, slice_cut(text, from, text.len));
}

static bool is_of_others(const struct chat_text *t)
{
    return t->place == CHAT_CONTENT && (t->role == CHAT_USER || t->role == CHAT_TOOL);
}

float injection_within(const struct inspector *inspector, struct arena *arena, const struct chat *chat,
                       struct inspection *tally)
{
    struct windows w = { .count = 0 };
    float          most = 0;
    for (size_t i = 0; i < chat->text_count; i++)
        if (is_of_others(&chat->text[i]) && slice_trim(chat->text[i].text).len > 0)
            add_text(&w, chat->text[i].text);
    for (size_t i = 0; i < w.count; i++)
        most = fmaxf(most, remember_injection(inspector, arena, w.window[i].text, tally));
    return most;
}
