/*
 * joins.c - see joins.h.
 *
 * "4111 1111" in one part of a message and "1111 1111" in the next are a card number that no part holds. So the
 * texts of a chain (the parts of a message; all that the user said) are put one after another, blanks at the
 * seams left out, of long ones the two ends alone, and read once more. Only what crosses a seam is new. Most
 * seams cannot hold a value: a sentence ends there, or neither side has a digit or a sign of an address; a
 * chain of such seams is not read at all.
 */
#include "joins.h"

#include "remember.h"

#include "base/utf8.h"

enum { END_BYTES = 256, TOKEN_MOST = 64 };

static const float ACROSS_LEAST =
    0.7F; /* two sides that have nothing to do with one another are often enough a number */

/* A stretch of the chain's text. */
struct piece {
    size_t start, len; /* of the joined text */
    size_t text, at;   /* the chat's text, and where in it the stretch begins */
};

struct chain {
    struct arena *arena;
    struct buf    joined;
    const char   *glue; /* put at each seam */
    struct piece *piece;
    size_t        count, cap;
    bool          has_seam; /* one that may hold a value */
};

/* ---- seams ---- */

static bool is_of_value(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) ||
           (c && strchr("@.-+_/=:%~()", c));
}

static bool tells(char c)
{
    return (c >= '0' && c <= '9') || c == '@' || c == '_' || c == '=';
}

/* Whether the word at the text's end (or its begin) looks like part of a value. */
static bool has_telling_end(struct slice text, bool at_begin)
{
    for (size_t i = 0; i < text.len && i < TOKEN_MOST; i++) {
        char c = text.ptr[at_begin ? i : text.len - 1 - i];
        if (!is_of_value(c))
            return false;
        if (tells(c))
            return true;
    }
    return false;
}

static bool may_cross(struct slice before, struct slice after)
{
    return before.len > 0 && after.len > 0 && is_of_value(before.ptr[before.len - 1]) &&
           is_of_value(after.ptr[0]) && (has_telling_end(before, false) || has_telling_end(after, true));
}

/* ---- chains ---- */

/* What no value goes across. */
static void add_break(struct chain *c)
{
    buf_add_str(&c->joined, "\n\n");
}

static void add_piece(struct chain *c, const struct chat *chat, size_t text, size_t from, size_t to)
{
    if (c->count == c->cap)
        c->piece = arena_grow(c->arena, c->piece, c->count, sizeof *c->piece, &c->cap);
    c->piece[c->count++] = (struct piece){ c->joined.len, to - from, text, from };
    buf_add(&c->joined, slice_cut(chat->text[text].text, from, to));
}

/* A text between its neighbours in the chain: of a long one its ends. */
static void add_text(struct chain *c, const struct chat *chat, size_t text)
{
    struct slice all = chat->text[text].text, trimmed = slice_trim(all);
    size_t       from = (size_t)(trimmed.ptr - all.ptr), to = from + trimmed.len;
    if (trimmed.len == 0)
        return;
    if (c->count > 0) {
        const struct piece *last = &c->piece[c->count - 1];
        struct slice        before = slice_cut(chat->text[last->text].text, last->at, last->at + last->len);
        bool                is_seam = may_cross(before, trimmed);
        c->has_seam = c->has_seam || is_seam;
        if (is_seam)
            buf_add_str(&c->joined, c->glue);
        else
            add_break(c);
    }
    if (trimmed.len <= (size_t)2 * END_BYTES) {
        add_piece(c, chat, text, from, to);
        return;
    }
    size_t head = from + utf8_whole(trimmed.ptr, END_BYTES), tail = to - END_BYTES;
    while ((all.ptr[tail] & 0xC0) == 0x80)
        tail++;
    add_piece(c, chat, text, from, head);
    add_break(c);
    add_piece(c, chat, text, tail, to);
}

/* ---- what crosses ---- */

/* Adds [start, end) to a text's findings, as far as it is free: these stay sorted and apart. */
static void add_free(struct arena *arena, struct findings *found, struct finding f)
{
    struct finding *item = arena_array(arena, 2 * found->count + 1, sizeof *item);
    size_t          count = 0, at = f.start, end = f.end;
    for (size_t i = 0; i <= found->count; i++) {
        bool   is_behind = i == found->count;
        size_t next = is_behind ? end : found->item[i].start < end ? found->item[i].start : end;
        if (at < next) {
            item[count] = f;
            item[count].start = at;
            item[count++].end = next;
            found->kinds |= (pii_set)1 << f.kind;
        }
        if (is_behind)
            break;
        item[count++] = found->item[i];
        at = found->item[i].end > at ? found->item[i].end : at;
    }
    found->item = item;
    found->count = count;
}

static bool overlaps(const struct piece *p, const struct finding *f)
{
    return p->start < f->end && f->start < p->start + p->len;
}

/* The part of what crosses that is in a piece, as a finding of its text. */
static struct finding part_in(const struct piece *p, const struct finding *across)
{
    struct finding f = *across;
    f.start = p->at + (f.start > p->start ? f.start - p->start : 0);
    f.end = p->at + (f.end < p->start + p->len ? f.end - p->start : p->len);
    f.value = slice_of(NULL, 0);
    return f;
}

static bool is_found(const struct findings *found, const struct finding *part)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->item[i].start <= part->start && found->item[i].end >= part->end)
            return true;
    return false;
}

static bool has_telling(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (tells(s.ptr[i]))
            return true;
    return false;
}

/* Where one side alone is a value already, as an address at a turn's end, a plain word on the other is rather a
 * sentence's. Of a secret not a letter is risked. */
static bool is_credible(const struct chain *c, const struct chat *chat, const struct finding *across,
                        size_t first, size_t last, const struct findings *found)
{
    bool is_one_found = false, is_one_plain = false;
    if (across->confidence < ACROSS_LEAST)
        return false;
    for (size_t i = first; i < last; i++) {
        const struct piece *p = &c->piece[i];
        struct finding      part = part_in(p, across);
        is_one_found = is_one_found || is_found(&found[p->text], &part);
        is_one_plain = is_one_plain || !has_telling(slice_cut(chat->text[p->text].text, part.start, part.end));
    }
    return !(is_one_found && is_one_plain) || pii_is_secret(across->kind);
}

static void share_out(const struct chain *c, const struct chat *chat, const struct finding *across,
                      struct findings *found)
{
    size_t first = 0, last = c->count;
    while (first < c->count && !overlaps(&c->piece[first], across))
        first++;
    while (last > first && !overlaps(&c->piece[last - 1], across))
        last--;
    if (last - first < 2 || !is_credible(c, chat, across, first, last, found))
        return;
    for (size_t i = first; i < last; i++)
        add_free(c->arena, &found[c->piece[i].text], part_in(&c->piece[i], across));
}

static bool read_chain(const struct inspector *inspector, struct chain *c, const struct chat *chat,
                       struct findings *found, struct fault *why)
{
    struct findings all;
    if (!c->has_seam)
        return true;
    struct slice      joined = arena_copy(c->arena, buf_slice(&c->joined));
    struct inspection tally = { 0 }; /* what is asked about the texts themselves counts */
    if (!remember_findings(inspector, c->arena, joined, false, false, &all, &tally, why))
        return false;
    for (size_t i = 0; i < all.count; i++)
        share_out(c, chat, &all.item[i], found);
    return true;
}

static void chain_init(struct chain *c, struct arena *arena, const struct chat *chat, const char *glue)
{
    *c = (struct chain){ .arena = arena, .glue = glue };
    buf_init(&c->joined, (2 * END_BYTES + 8) * chat->text_count + 1);
}

static bool find_glued(const struct inspector *inspector, struct arena *arena, const struct chat *chat,
                       const char *glue, struct findings *found, struct fault *why)
{
    struct chain user, part; /* all that the user said; the parts of another's message */
    uint32_t     message = CHAT_NO_MESSAGE;
    bool         ok = true;
    chain_init(&user, arena, chat, glue);
    chain_init(&part, arena, chat, glue);
    for (size_t i = 0; i < chat->text_count && ok; i++) {
        const struct chat_text *text = &chat->text[i];
        if (text->place != CHAT_CONTENT)
            continue;
        if (text->role == CHAT_USER) {
            add_text(&user, chat, i);
            continue;
        }
        if (text->message != message) {
            ok = read_chain(inspector, &part, chat, found, why);
            buf_wipe(&part.joined);
            chain_init(&part, arena, chat, glue);
            message = text->message;
        }
        add_text(&part, chat, i);
    }
    ok = ok && read_chain(inspector, &part, chat, found, why) && read_chain(inspector, &user, chat, found, why);
    buf_wipe(&part.joined);
    buf_wipe(&user.joined);
    return ok;
}

/* A value may be cut within a group of digits or between two. */
bool find_joined(const struct inspector *inspector, struct arena *arena, const struct chat *chat,
                 struct findings *found, struct fault *why)
{
    return find_glued(inspector, arena, chat, "", found, why) &&
           find_glued(inspector, arena, chat, " ", found, why);
}
