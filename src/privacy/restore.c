/*
 * restore.c - giving back: placeholders and surrogates into values, in an answer cut anywhere.
 *
 * At each byte the question is: does something that this vault issued begin here? No: the byte goes out. Yes:
 * its value does. "It may yet", because the text given so far ends within it: what follows is held back until
 * that is known. vault_index.c answers; no more is held back than some of what was issued goes on from.
 */
#include "base/die.h"
#include "checks.h"
#include "vault_index.h"

struct restore {
    const struct vault *vault; /* ref */
    struct probing      probing;
    bool                may_be_quoted; /* the quotes around a placeholder may have to go */
    size_t              held_bytes;
    char                held[RESTORE_HELD_MOST];
};

/* ---- what begins here ---- */

/* From `at`, which is within the text or its end. */
static struct slice rest_of(struct slice text, size_t at)
{
    return slice_of(text.ptr + at, text.len - at);
}

/* A number's placeholder and the quotes that it was given. */
static struct probe probe_quoted(const struct restore *r, struct slice text)
{
    const struct probe no = { .verdict = VERDICT_NO, .length = 1 };
    struct probing     probing = r->probing;
    probing.is_in_word = false;
    struct probe p = vault_probe(&probing, rest_of(text, 1));
    if (p.verdict == VERDICT_NO)
        return no;
    if (p.verdict == VERDICT_MAY)
        return p;
    p.length += 2;
    if (!p.issued->hidden->is_number || p.issued->hidden->is_surrogate)
        return no;
    if (text.len < p.length)
        return r->probing.is_whole ? no : (struct probe){ .verdict = VERDICT_MAY };
    return text.ptr[p.length - 1] == '"' ? p : no;
}

static struct probe probe(const struct restore *r, struct slice text)
{
    char first = text.ptr[0];
    if (r->may_be_quoted && first == '"')
        return probe_quoted(r, text);
    bool may_begin = r->probing.index->begins[(unsigned char)fold(first)];
    if (!may_begin && !(first == '\\' && r->probing.inside_json))
        return (struct probe){ .verdict = VERDICT_NO, .length = 1, .in_word = is_alnum(first) };
    return vault_probe(&r->probing, text);
}

/* ---- setting up ---- */

struct restore *restore_new(struct arena *arena, const struct vault *vault)
{
    struct restore *r = arena_alloc(arena, sizeof *r);
    *r = (struct restore){ .vault = vault, .probing = { .index = vault_index(vault) } };
    return r;
}

void restore_inside_json(struct restore *r)
{
    r->probing.inside_json = true;
    r->may_be_quoted = r->vault->has_numbers;
}

bool restore_holds(const struct restore *r)
{
    return r->held_bytes > 0;
}

/* ---- giving back ---- */

/* RFC 8259, 7: what must be escaped and nothing else, so that all other bytes come back as they were. */
static void add_escaped(struct slice value, struct buf *out)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_add_byte(out, (char)c);
    }
}

static void add_value(const struct restore *r, const struct issued *issued, struct buf *out)
{
    if (r->probing.inside_json)
        add_escaped(issued->value, out);
    else
        buf_add(out, issued->value);
}

/* Of `text` gives out what is certain; returns where the rest begins that is not. */
static size_t give(struct restore *r, struct slice text, struct buf *out)
{
    size_t plain = 0, at = 0;
    while (at < text.len) {
        struct probe p = probe(r, rest_of(text, at));
        if (p.verdict == VERDICT_MAY)
            break;
        if (p.verdict == VERDICT_YES) {
            buf_add(out, slice_cut(text, plain, at));
            add_value(r, p.issued, out);
            plain = at + p.length;
        }
        at += p.length;
        r->probing.is_in_word = p.in_word;
    }
    buf_add(out, slice_cut(text, plain, at));
    return at;
}

static void hold(struct restore *r, struct slice tail)
{
    if (tail.len > sizeof r->held)
        die("restore: %zu bytes to hold back", tail.len);
    memmove(r->held, tail.ptr, tail.len);
    r->held_bytes = tail.len;
}

void restore_feed(struct restore *r, struct slice text, struct buf *out)
{
    /* What is held grows by a byte at a time until it is decided: it is short. */
    size_t taken = 0;
    while (r->held_bytes > 0 && taken < text.len) {
        r->held[r->held_bytes++] = text.ptr[taken++];
        size_t decided = give(r, slice_of(r->held, r->held_bytes), out);
        hold(r, slice_of(r->held + decided, r->held_bytes - decided));
    }
    if (taken == text.len)
        return;
    struct slice rest = rest_of(text, taken);
    size_t       decided = give(r, rest, out);
    hold(r, rest_of(rest, decided));
}

void restore_end(struct restore *r, struct buf *out)
{
    /* What was held back for its second quote, which does not come, is a placeholder all the same. */
    r->probing.is_whole = true;
    give(r, slice_of(r->held, r->held_bytes), out);
    r->probing.is_whole = false;
    r->probing.is_in_word = false;
    r->held_bytes = 0;
}

void vault_restore(const struct vault *vault, struct slice text, bool inside_json, struct buf *out)
{
    struct restore r = { .vault = vault, .probing = { .index = vault_index(vault), .is_whole = true } };
    if (inside_json)
        restore_inside_json(&r);
    give(&r, text, out);
}
