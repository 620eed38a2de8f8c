/* json.c - asking a document that has been read. */
#include "wire/json.h"

#include "base/hex.h"
#include "base/utf8.h"
#include "json_inside.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBER_MOST_BYTES = 128 };

const char *json_skip_plain(const char *p, const char *end)
{
    /* Eight bytes at a time: a byte is odd if its top bit is set, or becomes set by one of the subtractions
     * below. A borrow may accuse the byte above an odd one too, which only stops the loop where it must stop
     * anyway. */
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        uint64_t quotes = (word ^ ones * '"') - ones, slashes = (word ^ ones * '\\') - ones;
        uint64_t controls = word - ones * 0x20;
        if ((quotes | slashes | controls | word) & tops)
            break;
    }
    while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return p;
}

int json_hex4(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The code point of the \u at *p, which moves behind it; U+FFFD for a surrogate without its other half. */
static uint32_t read_u(const char **p, const char *end)
{
    uint32_t unit = (uint32_t)json_hex4(*p + 2);
    *p += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit <= 0xDBFF && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        uint32_t low = (uint32_t)json_hex4(*p + 2);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return 0xFFFD;
}

/* Reads the escape at *p, which moves behind it, and writes its bytes. */
static size_t read_escape(const char **p, const char *end, char out[4])
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    char              letter = (*p)[1];
    if (letter == 'u')
        return utf8_write(read_u(p, end), out);
    const char *known = strchr(letters, letter);
    out[0] = known ? meanings[known - letters] : letter;
    *p += 2;
    return 1;
}

struct slice json_unescape(struct slice s, struct arena *arena)
{
    const char *slash = s.len ? memchr(s.ptr, '\\', s.len) : NULL;
    if (!slash)
        return s;
    const char *p = s.ptr, *end = s.ptr + s.len;
    char       *text = arena_alloc(arena, s.len + 1); /* no escape is shorter than what it means */
    size_t      len = 0;
    for (; slash; slash = memchr(p, '\\', (size_t)(end - p))) {
        memcpy(text + len, p, (size_t)(slash - p));
        len += (size_t)(slash - p);
        p = slash;
        len += read_escape(&p, end, text + len);
    }
    memcpy(text + len, p, (size_t)(end - p));
    return slice_of(text, len + (size_t)(end - p));
}

/* Does an escaped string say this, which has no backslash itself? Without memory of its own, so that asking for
 * a member needs none. An escape is longer than what it says. */
static bool says(struct slice escaped, struct slice text)
{
    if (slice_eq(escaped, text))
        return true;
    if (escaped.len <= text.len || slice_find_byte(escaped, '\\') == SLICE_NONE)
        return false;
    const char *p = escaped.ptr, *end = escaped.ptr + escaped.len;
    while (p < end) {
        char   bytes[4] = { *p };
        size_t len = 1;
        if (*p == '\\')
            len = read_escape(&p, end, bytes);
        else
            p++;
        if (!slice_starts(text, slice_of(bytes, len)))
            return false;
        text = slice_cut(text, len, text.len);
    }
    return text.len == 0;
}

static const struct json_node *node_at(const struct json *j, json_at at)
{
    return at < j->count ? &j->node[at] : NULL;
}

enum json_kind json_kind(const struct json *j, json_at at)
{
    const struct json_node *n = node_at(j, at);
    return n ? n->kind : JSON_NULL;
}

struct slice json_raw(const struct json *j, json_at at)
{
    const struct json_node *n = node_at(j, at);
    return n ? slice_of(j->text.ptr + n->start, n->end - n->start) : slice_of(NULL, 0);
}

json_at json_first(const struct json *j, json_at at)
{
    const struct json_node *n = node_at(j, at);
    return n ? n->child : JSON_NONE;
}

json_at json_next(const struct json *j, json_at at)
{
    const struct json_node *n = node_at(j, at);
    return n ? n->next : JSON_NONE;
}

static struct slice raw_key(const struct json *j, const struct json_node *n)
{
    if (!n->key_end)
        return slice_of(NULL, 0);
    return slice_of(j->text.ptr + n->key_start + 1, n->key_end - n->key_start - 2);
}

bool json_key_is(const struct json *j, json_at member, const char *key)
{
    const struct json_node *n = node_at(j, member);
    return n && n->key_end && says(raw_key(j, n), slice_str(key));
}

json_at json_get(const struct json *j, json_at object, const char *key)
{
    if (json_kind(j, object) != JSON_OBJECT)
        return JSON_NONE;
    json_at m = json_first(j, object);
    while (m != JSON_NONE && !json_key_is(j, m, key))
        m = json_next(j, m);
    return m;
}

struct slice json_string(const struct json *j, json_at at, struct arena *arena)
{
    const struct json_node *n = node_at(j, at);
    if (!n || n->kind != JSON_STRING)
        return slice_of(NULL, 0);
    struct slice inside = slice_of(j->text.ptr + n->start + 1, n->end - n->start - 2);
    return n->has_escape ? json_unescape(inside, arena) : inside;
}

struct slice json_key(const struct json *j, json_at member, struct arena *arena)
{
    const struct json_node *n = node_at(j, member);
    return n ? json_unescape(raw_key(j, n), arena) : slice_of(NULL, 0);
}

bool json_i64(const struct json *j, json_at at, int64_t *out)
{
    return json_kind(j, at) == JSON_NUMBER && slice_to_i64(json_raw(j, at), out);
}

bool json_double(const struct json *j, json_at at, double *out)
{
    struct slice raw = json_raw(j, at);
    if (json_kind(j, at) != JSON_NUMBER || raw.len == 0 || raw.len >= NUMBER_MOST_BYTES)
        return false;
    char number[NUMBER_MOST_BYTES] = ""; /* strtod wants an end that the document may lack */
    memcpy(number, raw.ptr, raw.len);
    double value = strtod(number, NULL);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}
