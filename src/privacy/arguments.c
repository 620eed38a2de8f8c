/*
 * arguments.c - a tool's arguments, which are JSON inside a string.
 *
 * There "call\nann@x.org" holds a backslash and an n: a search of the text as it stands would take the n for
 * the address's first letter, and replacing it leave a lone backslash, which is no JSON; "ann\u0040x.org" it
 * would not find at all. So the search is done on a view in which escapes are undone, and names and values
 * stand side by side, since the name tells what a value is. What is found is carried back to the bytes as
 * written, and cut to the strings and numbers of the JSON, whose brackets, commas and quotes are never hidden.
 *
 * A string's value is kept as it reads, so that it has the placeholder that it has elsewhere and is escaped
 * once when it comes back; a number is taken whole, and its placeholder is put in quotes.
 */
#include "privacy/find.h"

#include "base/utf8.h"
#include "view.h"
#include "wire/json.h"

/* --- the view --------------------------------------------------------------------------------------------- */

static int hex4(struct slice s)
{
    int value = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < s.len ? s.ptr[i] : 'x';
        int  digit = c >= '0' && c <= '9'   ? c - '0'
                     : c >= 'a' && c <= 'f' ? c - 'a' + 10
                     : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                            : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* One escape at the head of s (which begins with a backslash): its meaning into out, its length told in *used.
 * What is no escape stands for itself. */
static size_t undo_escape(struct slice s, char out[4], size_t *used)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char              c = s.len > 1 ? s.ptr[1] : '\0';
    const char       *known = c ? strchr(plain, c) : NULL;
    *used = 2;
    if (known) {
        out[0] = meant[known - plain];
        return 1;
    }
    int high = c == 'u' ? hex4(slice_cut(s, 2, s.len)) : -1;
    if (high < 0) {
        *used = 1;
        out[0] = '\\';
        return 1;
    }
    *used = 6;
    if (high < 0xD800 || high > 0xDFFF)
        return utf8_write((uint32_t)high, out);
    int low = slice_starts(slice_cut(s, 6, s.len), S("\\u")) ? hex4(slice_cut(s, 8, s.len)) : -1;
    if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
        return utf8_write(0xFFFD, out);
    *used = 12;
    return utf8_write(0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00), out);
}

/* In the arena. */
static struct view unescape(struct arena *arena, struct slice text)
{
    char       *out = arena_alloc(arena, text.len + 1); /* undoing never lengthens */
    struct view v = { .at = arena_array(arena, text.len + 1, sizeof *v.at) };
    size_t      len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t used = 1, made = 1;
        if (text.ptr[i] == '\\')
            made = undo_escape(slice_cut(text, i, text.len), out + len, &used);
        else
            out[len] = text.ptr[i];
        for (size_t k = 0; k < made; k++)
            v.at[len + k] = (uint32_t)i;
        len += made;
        i += used;
    }
    v.at[len] = (uint32_t)text.len;
    v.text = slice_of(out, len);
    return v;
}

static void carry_back(const struct view *v, struct findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        struct finding *f = &found->item[i];
        struct place    p = view_back(v, (struct place){ f->start, f->end });
        f->start = p.start;
        f->end = p.end;
    }
}

/* A quote inside a string must not look like the string's end, or a password with one in it is half hidden. */
static void soften_inner_quotes(struct slice written, struct view *v)
{
    char *out = (char *)v->text.ptr;
    for (size_t i = 0; i < v->text.len; i++)
        if (out[i] == '"' && written.ptr[v->at[i]] == '\\')
            out[i] = '\'';
}

/* --- strings and numbers ---------------------------------------------------------------------------------- */

/* A string between its quotes, or a number. */
struct leaf {
    size_t start, end;
    bool   is_number;
};

struct leaves {
    struct leaf *item; /* in the order of the text */
    size_t       count;
};

static struct leaves leaves_of(const struct json *json, struct arena *arena)
{
    struct leaves l = { .item = arena_array(arena, 2 * (size_t)json->count, sizeof *l.item) };
    for (uint32_t i = 0; i < json->count; i++) {
        const struct json_node *n = &json->node[i];
        if (n->key_end > n->key_start)
            l.item[l.count++] = (struct leaf){ n->key_start + 1, n->key_end - 1, false };
        if (n->kind == JSON_STRING)
            l.item[l.count++] = (struct leaf){ n->start + 1, n->end - 1, false };
        else if (n->kind == JSON_NUMBER)
            l.item[l.count++] = (struct leaf){ n->start, n->end, true };
    }
    return l;
}

static void add_piece(struct findings *out, struct finding f, struct leaf leaf)
{
    if (leaf.is_number) {
        f.start = leaf.start;
        f.end = leaf.end;
        f.is_number = true;
    }
    f.start = f.start > leaf.start ? f.start : leaf.start;
    f.end = f.end < leaf.end ? f.end : leaf.end;
    bool is_taken = out->count > 0 && out->item[out->count - 1].end > f.start; /* two in one number */
    if (f.start == f.end || is_taken)
        return;
    out->item[out->count++] = f;
    out->kinds |= (pii_set)1 << f.kind;
}

/* The findings, cut to the leaves. */
static void cut_to_leaves(struct leaves leaves, struct arena *arena, struct findings *found)
{
    struct findings out = { .item = arena_array(arena, found->count + leaves.count, sizeof *out.item) };
    size_t          first = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        while (first < leaves.count && leaves.item[first].end <= f->start)
            first++;
        for (size_t l = first; l < leaves.count && leaves.item[l].start < f->end; l++)
            add_piece(&out, *f, leaves.item[l]);
    }
    *found = out;
}

/* --- finding ---------------------------------------------------------------------------------------------- */

static void keep_values_as_they_read(struct slice text, struct arena *arena, struct findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        struct finding *f = &found->item[i];
        struct slice    written = slice_cut(text, f->start, f->end);
        if (slice_find_byte(written, '\\') != SLICE_NONE)
            f->value = unescape(arena, written).text;
    }
}

bool find_in_arguments(const struct finder *finder, struct finder_scratch *scratch, struct arena *arena,
                       struct slice text, struct findings *out, struct fault *why)
{
    struct json json;
    bool        is_escaped = slice_find_byte(text, '\\') != SLICE_NONE && text.len <= UINT32_MAX;
    struct view view = { .text = text };
    if (is_escaped) {
        view = unescape(arena, text);
        soften_inner_quotes(text, &view);
    }
    if (!find(finder, scratch, arena, view.text, out, why))
        return false;
    if (out->count == 0)
        return true;
    if (is_escaped)
        carry_back(&view, out);
    if (json_read(arena, text, &json, NULL))
        cut_to_leaves(leaves_of(&json, arena), arena, out);
    keep_values_as_they_read(text, arena, out);
    return true;
}
