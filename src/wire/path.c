/* path.c - see path.h. */
#include "wire/path.h"

#include "base/hex.h"

static struct slice segment_of(struct slice path)
{
    size_t end = slice_find_byte(path, '/');
    return end == SLICE_NONE ? path : slice_cut(path, 0, end);
}

bool path_matches(const char *pattern, struct slice path, struct slice *id)
{
    struct slice wanted = slice_str(pattern), found = { 0 };
    for (;;) {
        struct slice want = segment_of(wanted), have = segment_of(path);
        bool         is_id = slice_is(want, "{id}");
        if (is_id ? have.len == 0 : !slice_eq(want, have))
            return false;
        if (is_id)
            found = have;
        bool is_last = want.len == wanted.len;
        if (is_last != (have.len == path.len))
            return false;
        if (is_last)
            break;
        wanted = slice_cut(wanted, want.len + 1, wanted.len);
        path = slice_cut(path, have.len + 1, path.len);
    }
    if (found.ptr)
        *id = found;
    return true;
}

static struct slice decode(struct arena *arena, struct slice text, bool plus_is_blank)
{
    bool has_plus = plus_is_blank && slice_find_byte(text, '+') != SLICE_NONE;
    if (slice_find_byte(text, '%') == SLICE_NONE && !has_plus)
        return text;
    char  *plain = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool may_begin = text.ptr[i] == '%' && i + 2 < text.len;
        int  high = may_begin ? hex_digit(text.ptr[i + 1]) : -1,
            low = may_begin ? hex_digit(text.ptr[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            plain[len++] = (char)(high << 4 | low);
            i += 2;
        } else {
            plain[len++] = has_plus && text.ptr[i] == '+' ? ' ' : text.ptr[i];
        }
    }
    return slice_of(plain, len);
}

struct slice path_decode(struct arena *arena, struct slice text)
{
    return decode(arena, text, false);
}

bool query_next(struct slice *query, struct arena *arena, struct slice *key, struct slice *value)
{
    while (query->len) {
        size_t       end = slice_find_byte(*query, '&');
        struct slice one = end == SLICE_NONE ? *query : slice_cut(*query, 0, end);
        size_t       equals = slice_find_byte(one, '=');
        *query = slice_cut(*query, end == SLICE_NONE ? query->len : end + 1, query->len);
        if (one.len == 0)
            continue;
        *key = decode(arena, equals == SLICE_NONE ? one : slice_cut(one, 0, equals), true);
        *value = equals == SLICE_NONE ? S("") : decode(arena, slice_cut(one, equals + 1, one.len), true);
        return true;
    }
    return false;
}

struct slice query_get(struct slice query, const char *key, struct arena *arena)
{
    struct slice name, value;
    while (query_next(&query, arena, &name, &value))
        if (slice_is(name, key))
            return value;
    return slice_of(NULL, 0);
}
