/*
 * vault_index.c - what was issued, in order, and the question whether a text begins with some of it.
 *
 * Besides what was shown there are short forms: a surrogate number whose separators a model left out gives back
 * its value without separators.
 */
#include "vault_index.h"

#include "base/hex.h"
#include "checks.h"

#include <stdlib.h>

/* What markdown escapes, folded. */
#define ESCAPABLE "_.@+()*~#:/[]"

enum {
    ESCAPED_MOST = 12, /* bytes of a letter: \u005c\u005f */
    SHORT_LEAST = 8,   /* # letters of a number without separators that is told from others */
};

/* ---- the list ---- */

static struct slice folded(struct arena *arena, struct slice s)
{
    char *copy = arena_cstr(arena, s);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = fold(copy[i]);
    return slice_of(copy, s.len);
}

static struct slice without_separators(struct arena *arena, struct slice s)
{
    char  *copy = arena_cstr(arena, s);
    size_t length = 0;
    for (size_t i = 0; i < s.len; i++)
        if (!is_one_of(s.ptr[i], " -_"))
            copy[length++] = s.ptr[i];
    return slice_of(copy, length);
}

static bool has_digit(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_digit(s.ptr[i]))
            return true;
    return false;
}

void vault_show(struct vault *v, struct hidden *h)
{
    struct slice bare = S("");
    h->folded = folded(v->arena, h->shown);
    h->bare_folded = h->bare_value = bare;
    v->index->is_stale = true;
    if (h->is_surrogate && has_digit(h->shown))
        bare = without_separators(v->arena, h->folded);
    if (bare.len < SHORT_LEAST || bare.len == h->folded.len)
        return;
    h->bare_folded = bare;
    h->bare_value = without_separators(v->arena, h->value);
}

static void add(const struct vault *v, struct slice folded, struct slice value, struct hidden *hidden)
{
    struct vault_index *index = v->index;
    if (index->count == index->cap)
        index->item = arena_grow(v->arena, index->item, index->count, sizeof *index->item, &index->cap);
    index->item[index->count++] = (struct issued){ folded, value, hidden };
}

static void add_hidden(const struct vault *v, struct hidden *h)
{
    add(v, h->folded, h->value, h);
    if (h->bare_folded.len)
        add(v, h->bare_folded, h->bare_value, h);
}

static int by_folded(const void *left, const void *right)
{
    return slice_compare(((const struct issued *)left)->folded, ((const struct issued *)right)->folded);
}

const struct vault_index *vault_index(const struct vault *v)
{
    struct vault_index *index = v->index;
    if (!index->is_stale)
        return index;
    index->count = 0;
    index->is_stale = false;
    memset(index->begins, 0, sizeof index->begins);
    for (size_t i = 0; i < v->slots; i++)
        if (v->slot[i])
            add_hidden(v, v->slot[i]);
    if (index->count > 1)
        qsort(index->item, index->count, sizeof *index->item, by_folded);
    for (size_t i = 0; i < index->count; i++) {
        char first = index->item[i].folded.ptr[0];
        index->begins[(unsigned char)first] = true;
        index->begins['\\'] = index->begins['\\'] || is_one_of(first, ESCAPABLE);
    }
    return index;
}

/* ---- reading a letter ---- */

/* A letter of the text as it is meant, however it is written. */
struct letter {
    size_t length; /* bytes; 0: the text ends within it */
    char   c;      /* folded; NUL for what nothing issued holds */
};

static const struct letter unfinished = { 0 };

/* "\u005f", "\/"; text begins with the backslash. */
static struct letter json_escape(struct slice text)
{
    if (text.len < 2)
        return unfinished;
    if (text.ptr[1] != 'u')
        return (struct letter){ 2, is_one_of(text.ptr[1], "\"\\/") ? text.ptr[1] : '\0' };
    int value = 0;
    for (size_t i = 2; i < 6; i++) {
        if (i == text.len)
            return unfinished;
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0)
            return (struct letter){ 1, '\0' };
        value = value * 16 + digit;
    }
    bool is_hyphen = value >= 0x2010 && value <= 0x2015, is_blank = value == 0xA0 || value == 0x202F;
    return (struct letter){ 6, is_hyphen || is_blank ? '_' : value < 0x80 ? fold((char)value) : '\0' };
}

/* The blanks that do not break and the hyphens that are none of ASCII's: U+00A0, U+202F, U+2010 to U+2015. */
static struct letter wide(struct slice text)
{
    unsigned char first = (unsigned char)text.ptr[0];
    if (first != 0xC2 && first != 0xE2)
        return (struct letter){ 1, '\0' };
    if (text.len < 2)
        return unfinished;
    unsigned char second = (unsigned char)text.ptr[1];
    if (first == 0xC2)
        return (struct letter){ 2, second == 0xA0 ? '_' : '\0' };
    if (second != 0x80)
        return (struct letter){ 1, '\0' };
    if (text.len < 3)
        return unfinished;
    unsigned char third = (unsigned char)text.ptr[2];
    return (struct letter){ 3, third == 0xAF || (third >= 0x90 && third <= 0x95) ? '_' : '\0' };
}

static struct letter plain_letter(struct slice text, bool inside_json)
{
    char c = text.ptr[0];
    if (c == '\\' && inside_json)
        return json_escape(text);
    return (unsigned char)c >= 0x80 ? wide(text) : (struct letter){ 1, fold(c) };
}

/* Markdown escapes what would mean something to it: "EMAIL\_7F3K". */
static struct letter next_letter(struct slice text, bool inside_json)
{
    struct letter l = plain_letter(text, inside_json);
    if (l.c != '\\')
        return l;
    if (l.length == text.len)
        return unfinished;
    struct letter escaped = plain_letter(slice_of(text.ptr + l.length, text.len - l.length), inside_json);
    if (escaped.length == 0)
        return unfinished;
    bool is_escape = is_one_of(escaped.c, ESCAPABLE);
    return is_escape ? (struct letter){ l.length + escaped.length, escaped.c } : l;
}

/* ---- the question ---- */

/* The first of item[low, high) whose letter at `depth` is not below c; all share those before it. */
static size_t first_from(const struct vault_index *index, size_t low, size_t high, size_t depth, unsigned c)
{
    while (low < high) {
        size_t       middle = low + (high - low) / 2;
        struct slice s = index->item[middle].folded;
        if (depth >= s.len || (unsigned char)s.ptr[depth] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* May it end here? A surrogate only where it stands free; a name may be in the plural. */
static bool is_end(const struct issued *issued, char next)
{
    char last = issued->folded.ptr[issued->folded.len - 1];
    return !issued->hidden->is_surrogate || !is_alnum(last) || !is_alnum(next) ||
           (next == 's' && is_letter(last));
}

/* Of a surrogate. */
static bool may_begin(const struct issued *issued, bool is_in_word)
{
    return !is_in_word || !is_alnum(issued->folded.ptr[0]);
}

/* What is known of a text that was read to `at`, when what is left of the list is item[low, high). */
struct walk {
    size_t        low, high, depth, at;
    struct letter next; /* after `at` */
};

/* One thing issued ends at `at`: is it what stands there? */
static bool take_ended(const struct probing *p, const struct walk *w, struct probe *best)
{
    const struct issued *ended = &p->index->item[w->low];
    bool                 is_free = !ended->hidden->is_surrogate || may_begin(ended, p->is_in_word);
    if (w->next.length == 0 && !p->is_whole && ended->hidden->is_surrogate && is_free)
        return false;
    if (is_free && (w->next.length == 0 || is_end(ended, w->next.c)))
        *best = (struct probe){ VERDICT_YES, w->at, is_alnum(ended->folded.ptr[w->depth - 1]), ended };
    return true;
}

struct probe vault_probe(const struct probing *p, struct slice text)
{
    const struct probe may = { .verdict = VERDICT_MAY };
    struct probe       best = { .verdict = VERDICT_NO, .length = 1 };
    for (struct walk w = { .high = p->index->count };; w.depth++) {
        struct slice rest = slice_of(text.ptr + w.at, text.len - w.at);
        w.next = rest.len ? next_letter(rest, p->inside_json) : unfinished;
        if (w.depth == 0 && w.next.length)
            best = (struct probe){ VERDICT_NO, w.next.length, is_alnum(w.next.c), NULL };
        /* Of those that go on alike, what ends here comes first. */
        while (w.low < w.high && w.depth > 0 && p->index->item[w.low].folded.len == w.depth) {
            if (!take_ended(p, &w, &best))
                return may;
            w.low++;
        }
        if (w.low == w.high || w.at > RESTORE_HELD_MOST - 2 * ESCAPED_MOST) /* more is not held back */
            return best;
        if (w.next.length == 0)
            return p->is_whole ? best : may;
        unsigned c = (unsigned char)w.next.c;
        w.low = first_from(p->index, w.low, w.high, w.depth, c);
        w.high = first_from(p->index, w.low, w.high, w.depth, c + 1);
        w.at += w.next.length;
    }
}
