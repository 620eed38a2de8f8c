/*
 * alike_order.c - the same words in another order: who does what to whom.
 *
 * A word behind a preposition belongs to it, wherever the two stand: "in Python, how ..." is "how ... in
 * Python", but "from Oslo to Rome" is not "from Rome to Oslo". The other words that both questions have must
 * come in the same order, unless one of them is in the passive, or they stand evenly side by side ("between",
 * "and", "or"). Where the questions have other words besides, only names, numbers and the like are looked at.
 */
#include "alike_inside.h"

enum { REACH = 3 /* words from a preposition to its noun */ };

struct placed {
    const struct word *word;
    struct slice       behind; /* the preposition; empty: none */
    size_t             at;     /* # of the word */
    bool               acts;   /* it stands behind the "by" of a passive */
};

struct places {
    struct placed item[ALIKE_WORDS_MOST];
    size_t        count;
};

static bool is_preposition(const struct word *w)
{
    static const char *const words[] = { "from", "to", "into", "by", "than", "over",   "against", "for",
                                         "with", "in", "on",   "at", "of",   "before", "after",   NULL };
    for (unsigned i = 0; words[i]; i++)
        if (slice_is(w->folded, words[i]))
            return true;
    return false;
}

static bool is_participle(const struct word *w)
{
    return slice_ends(w->folded, S("ed")) || word_is(w, WORD_TENSE) == 3 || w->meaning->value[WORD_ASKED];
}

/* The preposition that the word belongs to: at most an article, an adjective or two between them. */
static struct placed placed_at(const struct alike_text *t, size_t at)
{
    struct placed p = { .word = &t->word[at], .at = at };
    if (p.word->is_owner)
        p.behind = S("of");
    for (size_t back = 1; back <= REACH && back <= at && !p.behind.len; back++) {
        const struct word *w = &t->word[at - back];
        if (is_preposition(w)) {
            p.behind = w->folded;
            p.acts = slice_is(w->folded, "by") && at > back && is_participle(w - 1);
        }
        if (w->is_figure || w->meaning->value[WORD_ASKED])
            break;
    }
    return p;
}

static bool is_weighty(const struct word *w)
{
    return w->is_figure || w->meaning->rival[0] || (w->is_capital && !w->begins_sentence) || w->is_upper;
}

/* Words that the other question has too, each once. */
static void place(const struct alike_text *t, const struct alike_text *other, struct places *out)
{
    out->count = 0;
    for (size_t i = 0; i < t->words; i++) {
        const struct word *w = &t->word[i];
        bool               is_taken = !is_content(w) || !has_stem(other, w->stem);
        for (size_t k = 0; k < out->count && !is_taken; k++)
            is_taken = out->item[k].word->stem == w->stem;
        if (!is_taken)
            out->item[out->count++] = placed_at(t, i);
    }
}

static const struct placed *find_place(const struct places *p, uint64_t stem)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->item[i].word->stem == stem)
            return &p->item[i];
    return NULL;
}

/* Has b all words of a, small ones too? */
static bool has_all_words(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++)
        if (!has_stem(b, a->word[i].stem))
            return false;
    return true;
}

/* Does this preposition take the one word here, the other there? */
static bool is_crossed(const struct placed *x, const struct placed *y, const struct placed *x_there,
                       const struct placed *y_there)
{
    return x->behind.len && slice_eq(x->behind, y_there->behind) && !slice_eq(x->behind, x_there->behind) &&
           !slice_eq(x->behind, y->behind);
}

static bool joined_evenly(const struct alike_text *t, size_t one, size_t other)
{
    size_t from = one < other ? one : other, to = one < other ? other : one;
    for (size_t i = from + 1; i < to && to - from <= REACH; i++)
        if (slice_is(t->word[i].folded, "and") || slice_is(t->word[i].folded, "or"))
            return true;
    return false;
}

static bool is_even(const struct alike_text *t)
{
    static const char *const words[] = { "between",    "both",        "versus",     "vs",    "differ",
                                         "difference", "differences", "different",  "apart", "distance",
                                         "compare",    "compared",    "comparison", NULL };
    for (size_t i = 0; i < t->words; i++)
        for (unsigned k = 0; words[k]; k++)
            if (slice_is(t->word[i].folded, words[k]))
                return true;
    return false;
}

static bool is_passive(const struct places *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->item[i].acts)
            return true;
    return false;
}

/* One of them says by whom: who acts must come first where the other tells it. */
static bool is_actor_other(const struct places *passive, const struct places *active)
{
    const struct placed *actor = NULL;
    for (size_t i = 0; i < passive->count; i++)
        if (passive->item[i].acts)
            actor = find_place(active, passive->item[i].word->stem);
    for (size_t i = 0; actor && i < active->count; i++)
        if (is_weighty(active->item[i].word) && active->item[i].at < actor->at && !active->item[i].behind.len)
            return true;
    return false;
}

/* A pair of words in either text. */
struct pair {
    const struct placed *x, *y, *x_there, *y_there;
};

static bool is_turned(const struct alike_text *a, const struct alike_text *b, struct pair p, bool is_whole)
{
    bool is_free = p.x->behind.len || p.y->behind.len || p.x_there->behind.len || p.y_there->behind.len;
    bool is_heavy = (is_weighty(p.x->word) || is_weighty(p.x_there->word)) &&
                    (is_weighty(p.y->word) || is_weighty(p.y_there->word));
    if (is_free || (!is_whole && !is_heavy) || p.x_there->at < p.y_there->at)
        return false;
    return !(joined_evenly(a, p.x->at, p.y->at) && joined_evenly(b, p.x_there->at, p.y_there->at));
}

bool differ_in_order(const struct alike_text *a, const struct alike_text *b)
{
    struct places in_a, in_b;
    bool          is_whole = has_all_words(a, b) && has_all_words(b, a);
    if (is_even(a) && is_even(b))
        return false;
    place(a, b, &in_a);
    place(b, a, &in_b);
    bool one_is_passive = is_passive(&in_a) != is_passive(&in_b);
    for (size_t i = 0; i < in_a.count; i++)
        for (size_t k = i + 1; k < in_a.count; k++) {
            struct pair p = { &in_a.item[i], &in_a.item[k], find_place(&in_b, in_a.item[i].word->stem),
                              find_place(&in_b, in_a.item[k].word->stem) };
            if (!p.x_there || !p.y_there)
                continue;
            if (is_crossed(p.x, p.y, p.x_there, p.y_there) || is_crossed(p.y, p.x, p.y_there, p.x_there))
                return true;
            if (!one_is_passive && is_turned(a, b, p, is_whole))
                return true;
        }
    if (one_is_passive)
        return is_passive(&in_a) ? is_actor_other(&in_a, &in_b) : is_actor_other(&in_b, &in_a);
    return false;
}
