/*
 * json_read.c - the one pass over a document: checks all of it, and notes where each value stands.
 *
 * Recursion is bounded by JSON_DEPTH_MOST. Each call hands its place down, so that a fault can name the path
 * without any bookkeeping while all is well. Keys of one object are compared when it closes: pairwise where
 * they are few, else sorted, so that an enemy who chooses a million keys gains nothing.
 */
#include "wire/json.h"

#include "base/utf8.h"
#include "json_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TEXT_MOST_BYTES = 1 << 30,
    PAIRWISE_MOST = 16, /* members compared each with each */
    PATH_KEY_MOST = 40, /* bytes of a key shown in a path */
    NODES_FIRST_MOST = 4096,
};

/* Where a value stands: one link a level, on the stack. */
struct place {
    const struct place *up;
    struct slice        key; /* raw, without quotes; NULL ptr in arrays */
    uint32_t            index;
    unsigned            depth;
};

struct reader {
    struct arena *arena;
    struct json  *json;
    const char   *begin, *end, *at;
    size_t        cap; /* of the node table */
    struct fault *why;
};

/* Keys are shown where they are plain words: another one may be anything, private things too. */
static bool is_word(struct slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9' && i > 0) || c == '_'))
            return false;
    }
    return key.len > 0 && key.len <= PATH_KEY_MOST;
}

/* "messages[2].content", into out; the levels that do not fit are left off. */
static size_t write_path(const struct place *p, char *out, size_t room)
{
    if (!p->up)
        return 0;
    size_t len = write_path(p->up, out, room);
    int    more;
    if (!p->key.ptr)
        more = snprintf(out + len, room - len, "[%u]", p->index);
    else if (is_word(p->key))
        more = snprintf(out + len, room - len, "%s%.*s", len ? "." : "", SLICE_ARG(p->key));
    else
        more = snprintf(out + len, room - len, "%s*", len ? "." : "");
    if (more < 0 || (size_t)more >= room - len) {
        out[len] = '\0';
        return len;
    }
    return len + (size_t)more;
}

static bool fail_at(struct reader *r, const struct place *p, enum fault_kind kind, const char *wrong,
                    const char *at)
{
    char path[64] = "";
    write_path(p, path, sizeof path);
    size_t byte = (size_t)(at - r->begin);
    if (path[0])
        return fault_set_param(r->why, kind, path, "%s at byte %zu, in %s", wrong, byte, path);
    return fault_set(r->why, kind, "%s at byte %zu", wrong, byte);
}

static bool fail(struct reader *r, const struct place *p, const char *wrong)
{
    return fail_at(r, p, FAULT_BAD_REQUEST, wrong, r->at);
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

/* Passes over the byte, if it is the next one. */
static bool take(struct reader *r, char byte)
{
    if (r->at == r->end || *r->at != byte)
        return false;
    r->at++;
    return true;
}

static uint32_t offset(const struct reader *r, const char *p)
{
    return (uint32_t)(p - r->begin);
}

/* The bytes of the escape at p; 0 where it is none. */
static size_t escape_length(const char *p, const char *end)
{
    if (end - p < 2)
        return 0;
    if (p[1] == 'u')
        return end - p >= 6 && json_hex4(p + 2) >= 0 ? 6 : 0;
    return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
}

static bool read_string(struct reader *r, const struct place *in, bool *has_escape)
{
    *has_escape = false;
    for (r->at++;;) {
        r->at = json_skip_plain(r->at, r->end);
        if (r->at == r->end)
            return fail(r, in, "a string is not closed");
        unsigned char c = (unsigned char)*r->at;
        if (c == '"') {
            r->at++;
            return true;
        }
        if (c < 0x20)
            return fail(r, in, "a control byte in a string");
        size_t len = c == '\\' ? escape_length(r->at, r->end) : utf8_length(r->at, r->end);
        if (len == 0)
            return fail(r, in, c == '\\' ? "a malformed escape" : "bytes that are not UTF-8");
        *has_escape |= c == '\\';
        r->at += len;
    }
}

static bool take_digits(struct reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > from;
}

static bool read_number(struct reader *r, const struct place *in)
{
    take(r, '-');
    if (!take(r, '0') && !take_digits(r))
        return fail(r, in, "a malformed number");
    if (take(r, '.') && !take_digits(r))
        return fail(r, in, "a malformed number");
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            take(r, '-');
        if (!take_digits(r))
            return fail(r, in, "a malformed number");
    }
    return true;
}

static bool read_word(struct reader *r, const struct place *in, struct slice word)
{
    if (!slice_starts(slice_of(r->at, (size_t)(r->end - r->at)), word))
        return fail(r, in, "no JSON value");
    r->at += word.len;
    return true;
}

static struct slice key_text(const struct reader *r, const struct json_node *member)
{
    return json_unescape(slice_of(r->begin + member->key_start + 1, member->key_end - member->key_start - 2),
                         r->arena);
}

struct key {
    struct slice text;
    uint32_t     at; /* its byte in the document */
};

static int compare_keys(const void *a, const void *b)
{
    return slice_compare(((const struct key *)a)->text, ((const struct key *)b)->text);
}

static bool refuse_key(struct reader *r, const struct place *in, const struct key *a, const struct key *b)
{
    const struct key *later = a->at > b->at ? a : b;
    struct place      member = { .up = in, .key = later->text };
    return fail_at(r, &member, FAULT_DUPLICATE_KEY, "the second of them stands", r->begin + later->at);
}

static bool check_keys(struct reader *r, const struct place *in, json_at object, uint32_t count)
{
    struct key  few[PAIRWISE_MOST];
    struct key *keys = count <= PAIRWISE_MOST ? few : arena_array(r->arena, count, sizeof *keys);
    uint32_t    n = 0;
    for (json_at m = json_first(r->json, object); m != JSON_NONE; m = r->json->node[m].next)
        keys[n++] = (struct key){ key_text(r, &r->json->node[m]), r->json->node[m].key_start };

    if (count <= PAIRWISE_MOST) {
        for (uint32_t i = 1; i < n; i++)
            for (uint32_t j = 0; j < i; j++)
                if (slice_eq(keys[i].text, keys[j].text))
                    return refuse_key(r, in, &keys[i], &keys[j]);
        return true;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    for (uint32_t i = 1; i < n; i++)
        if (slice_eq(keys[i].text, keys[i - 1].text))
            return refuse_key(r, in, &keys[i], &keys[i - 1]);
    return true;
}

static json_at add_node(struct reader *r, enum json_kind kind)
{
    struct json *j = r->json;
    if (j->count == r->cap)
        j->node = arena_grow(r->arena, j->node, j->count, sizeof *j->node, &r->cap);
    j->node[j->count] =
        (struct json_node){ .kind = kind, .start = offset(r, r->at), .next = JSON_NONE, .child = JSON_NONE };
    return j->count++;
}

static json_at read_value(struct reader *r, const struct place *p);

/* Reads a member or element and hangs it behind *last; false on a fault. */
static bool read_child(struct reader *r, const struct place *p, json_at parent, json_at *last)
{
    const char *key = p->key.ptr;
    json_at     child = read_value(r, p);
    if (child == JSON_NONE)
        return false;
    struct json_node *node = r->json->node;
    if (key) {
        node[child].key_start = offset(r, key - 1);
        node[child].key_end = offset(r, key + p->key.len + 1);
    }
    if (*last == JSON_NONE)
        node[parent].child = child;
    else
        node[*last].next = child;
    *last = child;
    return true;
}

static bool read_array(struct reader *r, const struct place *in, json_at self)
{
    struct place p = { .up = in, .depth = in->depth + 1 };
    json_at      last = JSON_NONE;
    r->at++;
    skip_blanks(r);
    if (take(r, ']'))
        return true;
    for (;; p.index++) {
        if (!read_child(r, &p, self, &last))
            return false;
        skip_blanks(r);
        if (take(r, ']'))
            return true;
        if (!take(r, ','))
            return fail(r, in, "neither comma nor bracket");
    }
}

/* The key, the colon and the blanks around them. */
static bool read_key(struct reader *r, const struct place *in, struct place *member)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != '"')
        return fail(r, in, "no key");
    const char *quote = r->at;
    bool        has_escape;
    if (!read_string(r, in, &has_escape))
        return false;
    member->key = slice_of(quote + 1, (size_t)(r->at - quote) - 2);
    skip_blanks(r);
    return take(r, ':') || fail(r, member, "no colon");
}

static bool read_object(struct reader *r, const struct place *in, json_at self)
{
    struct place p = { .up = in, .depth = in->depth + 1 };
    json_at      last = JSON_NONE;
    r->at++;
    skip_blanks(r);
    if (take(r, '}'))
        return true;
    for (uint32_t count = 1;; count++) {
        if (!read_key(r, in, &p) || !read_child(r, &p, self, &last))
            return false;
        skip_blanks(r);
        if (take(r, '}'))
            return check_keys(r, in, self, count);
        if (!take(r, ','))
            return fail(r, in, "neither comma nor brace");
    }
}

static enum json_kind kind_of(char first)
{
    switch (first) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

static bool read_kind(struct reader *r, const struct place *p, json_at self, enum json_kind kind)
{
    switch (kind) {
    case JSON_OBJECT:
        return read_object(r, p, self);
    case JSON_ARRAY:
        return read_array(r, p, self);
    case JSON_STRING:
        return read_string(r, p, &r->json->node[self].has_escape);
    case JSON_TRUE:
        return read_word(r, p, S("true"));
    case JSON_FALSE:
        return read_word(r, p, S("false"));
    case JSON_NULL:
        return read_word(r, p, S("null"));
    case JSON_NUMBER:
        return read_number(r, p);
    }
    return false;
}

static json_at read_value(struct reader *r, const struct place *p)
{
    skip_blanks(r);
    if (r->at == r->end) {
        fail(r, p, "the document ends");
        return JSON_NONE;
    }
    enum json_kind kind = kind_of(*r->at);
    if (p->depth == JSON_DEPTH_MOST && (kind == JSON_OBJECT || kind == JSON_ARRAY)) {
        fail(r, p, "too many levels");
        return JSON_NONE;
    }
    if (r->json->count == JSON_NODES_MOST) {
        fail(r, p, "too many values");
        return JSON_NONE;
    }
    json_at self = add_node(r, kind);
    if (!read_kind(r, p, self, kind))
        return JSON_NONE;
    r->json->node[self].end = offset(r, r->at);
    return self;
}

bool json_read(struct arena *arena, struct slice text, struct json *out, struct fault *why)
{
    *out = (struct json){ .text = text };
    if (text.len > TEXT_MOST_BYTES)
        return fault_set(why, FAULT_BAD_REQUEST, "a document of more than 1 GiB");
    /* About a node for 32 bytes is usual; a table that starts near its size is not copied much. */
    size_t first = text.len / 32 < NODES_FIRST_MOST ? text.len / 32 + 8 : NODES_FIRST_MOST;
    out->node = arena_array(arena, first, sizeof *out->node);

    const char   *begin = text.len ? text.ptr : "";
    struct reader r = { arena, out, begin, begin + text.len, begin, first, why };
    struct place  root = { 0 };
    bool          good = read_value(&r, &root) != JSON_NONE;
    if (good) {
        skip_blanks(&r);
        good = r.at == r.end || fail(&r, &root, "something follows the document");
    }
    if (!good)
        out->count = 0;
    return good;
}
