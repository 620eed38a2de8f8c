/*
 * restore.c - giving back: placeholders into values, in an answer cut anywhere.
 *
 * At each byte the question is: does a placeholder of this vault begin here? No: the byte goes out. Yes: its
 * value does. "It may yet", because the text given so far ends within one: what follows is held back until that
 * is known. To hold back no more than that, "may" asks whether some placeholder goes on from exactly these
 * letters; the codes in order answer that by bisection.
 */
#include "base/die.h"
#include "vault_index.h"

#include <stdlib.h>

struct restore {
    const struct vault *vault;                 /* ref */
    const uint64_t     *codes[PII_KINDS_MOST]; /* a kind's codes in order; in the arena */
    size_t counts[PII_KINDS_MOST]; /* # of them; all 0 where the text comes whole, and has no tail to hold */
    bool   begins[256];            /* bytes that a live tag begins with */
    bool   inside_json;
    bool   may_be_quoted; /* the quotes around a placeholder may have to go */
    size_t held_bytes;
    char   held[RESTORE_HELD_MOST];
};

/* --- what begins here ------------------------------------------------------------------------------------- */

enum verdict { NO, MAY, YES };

struct probe {
    enum verdict         verdict;
    size_t               length; /* YES: the placeholder's bytes */
    const struct hidden *hidden; /* YES */
};

static const struct probe no = { .verdict = NO }, may = { .verdict = MAY };

/* From `at`, which is within the text or its end. */
static struct slice rest_of(struct slice text, size_t at)
{
    return slice_of(text.ptr + at, text.len - at);
}

static bool has_code_from(const struct restore *r, enum pii_kind kind, uint64_t first, uint64_t last)
{
    const uint64_t *codes = r->codes[kind];
    size_t          low = 0, high = r->counts[kind];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (codes[middle] < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->counts[kind] && codes[low] <= last;
}

/* `text` is what follows "TAG_". */
static struct probe probe_code(const struct restore *r, enum pii_kind kind, struct slice text)
{
    uint64_t code = 0;
    size_t   letters = 0;
    for (; letters < CODE_LETTERS && letters < text.len; letters++) {
        int value = code_letter_value(text.ptr[letters]);
        if (value < 0)
            return no;
        code = code << LETTER_BITS | (uint64_t)value;
    }
    if (letters == CODE_LETTERS) {
        const struct hidden *h = vault_get(r->vault, kind, code);
        return (struct probe){ h ? YES : NO, CODE_LETTERS, h };
    }
    unsigned missing_bits = (unsigned)(CODE_LETTERS - letters) * LETTER_BITS;
    uint64_t first = code << missing_bits, last = first | (((uint64_t)1 << missing_bits) - 1);
    return has_code_from(r, kind, first, last) ? may : no;
}

static struct probe probe_kind(const struct restore *r, enum pii_kind kind, struct slice text)
{
    const char *tag = pii_tag(kind);
    size_t      length = strlen(tag), same = length < text.len ? length : text.len;
    if (memcmp(text.ptr, tag, same) != 0)
        return no;
    if (text.len <= length)
        return may;
    if (text.ptr[length] != '_')
        return no;
    struct probe p = probe_code(r, kind, rest_of(text, length + 1));
    p.length += length + 1;
    return p;
}

static struct probe probe_kinds(const struct restore *r, struct slice text)
{
    struct probe best = no;
    if (text.len > 0 && !r->begins[(unsigned char)text.ptr[0]])
        return best;
    for (int kind = 0; kind < PII_KINDS_MOST && best.verdict != YES; kind++) {
        if (!(r->vault->kinds >> kind & 1))
            continue;
        struct probe p = probe_kind(r, (enum pii_kind)kind, text);
        if (p.verdict > best.verdict)
            best = p;
    }
    return best;
}

/* A number's placeholder and the quotes that it was given. */
static struct probe probe_quoted(const struct restore *r, struct slice text)
{
    struct probe p = probe_kinds(r, rest_of(text, 1));
    if (p.verdict != YES)
        return p;
    p.length += 2;
    if (!p.hidden->is_number)
        return no;
    if (text.len < p.length)
        return may;
    return text.ptr[p.length - 1] == '"' ? p : no;
}

static struct probe probe(const struct restore *r, struct slice text)
{
    return r->may_be_quoted && text.ptr[0] == '"' ? probe_quoted(r, text) : probe_kinds(r, text);
}

/* --- setting up ------------------------------------------------------------------------------------------- */

static int by_value(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void begin(struct restore *r, const struct vault *vault)
{
    *r = (struct restore){ .vault = vault };
    for (int kind = 0; kind < PII_KINDS_MOST; kind++)
        if (vault->kinds >> kind & 1)
            r->begins[(unsigned char)pii_tag((enum pii_kind)kind)[0]] = true;
}

static void index_kind(struct restore *r, struct arena *arena, enum pii_kind kind)
{
    const struct vault *v = r->vault;
    uint64_t           *codes = arena_array(arena, v->count, sizeof *codes);
    size_t              count = 0;
    for (size_t i = 0; i < v->slots; i++)
        if (v->slot[i] && v->slot[i]->kind == kind)
            codes[count++] = v->slot[i]->code;
    qsort(codes, count, sizeof *codes, by_value);
    r->codes[kind] = codes;
    r->counts[kind] = count;
}

struct restore *restore_new(struct arena *arena, const struct vault *vault)
{
    struct restore *r = arena_alloc(arena, sizeof *r);
    begin(r, vault);
    for (int kind = 0; kind < PII_KINDS_MOST; kind++)
        if (vault->kinds >> kind & 1)
            index_kind(r, arena, (enum pii_kind)kind);
    return r;
}

void restore_inside_json(struct restore *r)
{
    r->inside_json = true;
    r->may_be_quoted = r->vault->has_numbers;
}

bool restore_holds(const struct restore *r)
{
    return r->held_bytes > 0;
}

/* --- giving back ------------------------------------------------------------------------------------------ */

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

static void add_value(const struct restore *r, const struct hidden *h, struct buf *out)
{
    if (r->inside_json)
        add_escaped(h->value, out);
    else
        buf_add(out, h->value);
}

/* Of `text` gives out what is certain; returns where the rest begins that is not. */
static size_t give(const struct restore *r, struct slice text, struct buf *out)
{
    size_t plain = 0, at = 0;
    while (at < text.len) {
        struct probe p = probe(r, rest_of(text, at));
        if (p.verdict == MAY)
            break;
        if (p.verdict == NO) {
            at++;
            continue;
        }
        buf_add(out, slice_cut(text, plain, at));
        add_value(r, p.hidden, out);
        plain = at += p.length;
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
    /* What is held grows by a byte at a time until it is decided: a placeholder is short. */
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
    struct slice held = slice_of(r->held, r->held_bytes);
    bool         was = r->may_be_quoted;
    r->may_be_quoted = false;
    buf_add(out, rest_of(held, give(r, held, out)));
    r->may_be_quoted = was;
    r->held_bytes = 0;
}

void vault_restore(const struct vault *vault, struct slice text, bool inside_json, struct buf *out)
{
    struct restore r;
    begin(&r, vault);
    if (inside_json)
        restore_inside_json(&r);
    restore_feed(&r, text, out);
    restore_end(&r, out);
}
