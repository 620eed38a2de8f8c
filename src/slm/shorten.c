/*
 * shorten.c - keeps the sentences that matter for a question, until a budget of words is spent.
 *
 * The most relevant sentence first (shorten_relevance.c says which that is), unless it mostly repeats one that
 * is kept already: those wait, and come in at the end where words are left over. What must stay, code above
 * all, is paid from the same budget before anything else. The kept ones go out in their order, bytes unchanged.
 */
#include "slm/shorten.h"

#include "shorten_relevance.h"

#include <math.h>
#include <stdlib.h>

enum { REPEAT_WORDS_LEAST = 8 };
enum { COMPARED_MOST = 512 }; /* with how many of the kept ones, the most relevant, repetition is looked for */

static const float REPEATS = 0.75f;    /* share of common words from which one sentence repeats another, if it
                                        brings no number or negation of its own */
static const float FIRST_BONUS = 0.1f; /* what opens a passage, or heads it, often says what it is about */

struct context {
    struct unit *unit; /* of what may be cut */
    size_t       count, cap;
    size_t       words;       /* of everything */
    size_t       words_fixed; /* of fixed passages, which have no units */
};

/* ---- units ---- */

static void add_passage(struct context *c, struct arena *arena, const struct passage *passage, size_t index)
{
    struct slice *text;
    bool         *is_code;
    size_t        count = sentences_split(arena, passage->text, &text, &is_code);
    for (size_t i = 0; i < count; i++) {
        if (c->count == c->cap)
            c->unit = arena_grow(arena, c->unit, c->count, sizeof *c->unit, &c->cap);
        struct unit *u = &c->unit[c->count++];
        *u = (struct unit){
            .text = text[i],
            .passage = index,
            .words = words_count(text[i]),
            .is_first = i == 0 || slice_starts(text[i], S("#")),
            .stays = is_code[i],
        };
    }
}

/* ---- the choice ---- */

/* Common words of two, as a share of those of the longer one. */
static float common_share(const struct unit *a, const struct unit *b)
{
    int common = 0, of_a = 0, of_b = 0;
    for (size_t i = 0; i < SAID_BITS / 64; i++) {
        common += __builtin_popcountll(a->said[i] & b->said[i]);
        of_a += __builtin_popcountll(a->said[i]);
        of_b += __builtin_popcountll(b->said[i]);
    }
    int longer = of_a > of_b ? of_a : of_b;
    return longer ? (float)common / (float)longer : 0;
}

/* Short ones ("Yes.", "In May, I think.") may say the same and mean another thing; they cost little. */
static bool repeats_any(const struct unit *u, struct unit *const *kept, size_t count)
{
    if (u->words < REPEAT_WORDS_LEAST)
        return false;
    for (size_t i = 0; i < count && i < COMPARED_MOST; i++)
        if ((u->vital & ~kept[i]->vital) == 0 && common_share(u, kept[i]) >= REPEATS)
            return true;
    return false;
}

static int by_relevance(const void *a, const void *b)
{
    const struct unit *x = *(struct unit *const *)a, *y = *(struct unit *const *)b;
    if (x->relevance != y->relevance)
        return x->relevance > y->relevance ? -1 : 1;
    return x < y ? -1 : 1; /* units lie in the order of the text */
}

static void keep(struct unit *u, size_t *budget)
{
    u->is_kept = true;
    *budget -= u->words;
}

static void choose(struct context *c, struct arena *arena, size_t budget)
{
    struct unit **order = arena_array(arena, c->count, sizeof(struct unit *));
    struct unit **kept = arena_array(arena, c->count, sizeof(struct unit *));
    size_t        open = 0, chosen = 0, waiting = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!c->unit[i].is_kept)
            order[open++] = &c->unit[i];
    qsort(order, open, sizeof(struct unit *), by_relevance);
    for (size_t i = 0; i < open; i++) {
        if (order[i]->words > budget)
            continue; /* nor will it fit later: the budget only shrinks */
        if (repeats_any(order[i], kept, chosen))
            order[waiting++] = order[i];
        else
            keep(kept[chosen++] = order[i], &budget);
    }
    for (size_t i = 0; i < waiting; i++)
        if (order[i]->words <= budget)
            keep(order[i], &budget);
}

/* Keeps what stays; returns the words of the budget left for the rest. */
static size_t keep_what_stays(struct context *c, size_t budget)
{
    size_t spent = c->words_fixed;
    for (size_t i = 0; i < c->count; i++) {
        struct unit *u = &c->unit[i];
        if (u->stays) {
            u->is_kept = true;
            spent += u->words;
        }
    }
    return spent < budget ? budget - spent : 0;
}

/* ---- the way out ---- */

/* unit: the passage's, count of them. */
static void write_kept(struct arena *arena, const struct unit *unit, size_t count, struct passage *out)
{
    out->sentences = (uint32_t)count;
    out->dropped = 0;
    out->kept = out->text;
    for (size_t i = 0; i < count; i++)
        out->dropped += !unit[i].is_kept;
    if (out->dropped == 0)
        return;
    char  *text = arena_alloc(arena, out->text.len);
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        if (unit[i].is_kept) {
            memcpy(text + len, unit[i].text.ptr, unit[i].text.len);
            len += unit[i].text.len;
        }
    out->kept = slice_of(text, len);
}

static void write_all(struct arena *arena, const struct context *c, struct passage *passage, size_t count)
{
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        size_t to = from;
        while (to < c->count && c->unit[to].passage == i)
            to++;
        write_kept(arena, c->unit + from, to - from, &passage[i]);
        from = to;
    }
}

void shorten(struct slm_worker *worker, struct arena *arena, struct slice question, struct passage *passage,
             size_t count, double keep_share)
{
    struct context c = { .count = 0 };
    for (size_t i = 0; i < count; i++) {
        size_t words = words_count(passage[i].text);
        c.words += words;
        if (passage[i].is_fixed)
            c.words_fixed += words;
        else
            add_passage(&c, arena, &passage[i], i);
    }
    size_t budget = (size_t)llround(fmin(fmax(keep_share, 0), 1) * (double)c.words);
    if (c.count > 0 && budget < c.words) {
        relevance_of(worker, arena, question, c.unit, c.count);
        for (size_t i = 0; i < c.count; i++)
            c.unit[i].relevance += c.unit[i].is_first ? FIRST_BONUS : 0;
    }
    choose(&c, arena, keep_what_stays(&c, budget));
    write_all(arena, &c, passage, count);
}
