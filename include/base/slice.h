/*
 * slice.h - a borrowed run of bytes, passed by value.
 *
 * A slice owns nothing and need not end in NUL; whoever made it says how long its bytes live. An empty slice
 * may have a NULL ptr. Text is UTF-8 unless a comment says otherwise; lengths are bytes.
 */
#ifndef WEIR_BASE_SLICE_H
#define WEIR_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK           __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))

struct slice {
    const char *ptr;
    size_t      len;
};

/* Of a string literal, usable in initialisers. */
#define SLICE(literal)                                                                                         \
    {                                                                                                          \
        "" literal, sizeof(literal) - 1                                                                        \
    }
#define S(literal) ((struct slice)SLICE(literal))

/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).len, (s).ptr

static inline struct slice slice_of(const char *ptr, size_t len)
{
    return (struct slice){ ptr, len };
}

/* Of a C string, NULL giving the empty slice. */
static inline struct slice slice_str(const char *cstr)
{
    return (struct slice){ cstr, cstr ? strlen(cstr) : 0 };
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* As memcmp(), a prefix before what goes on. */
int slice_compare(struct slice a, struct slice b);

static inline bool slice_is(struct slice a, const char *cstr)
{
    return slice_eq(a, slice_str(cstr));
}

/* [from, to) of s; both are clamped to its length. */
static inline struct slice slice_cut(struct slice s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return slice_of(from ? s.ptr + from : s.ptr, to - from);
}

/* ASCII letters compare without case, as header names do. */
bool slice_is_nocase(struct slice a, const char *cstr);

bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* The offset of the first needle in s, or SLICE_NONE. An empty needle is found at 0. */
#define SLICE_NONE SIZE_MAX
size_t slice_find(struct slice s, struct slice needle);
size_t slice_find_byte(struct slice s, char byte);

/* Without ASCII spaces, tabs, CR and LF at either end. */
struct slice slice_trim(struct slice s);

/* Whole of s as a decimal integer, "-" allowed; false when empty, not a number, or out of range. */
MUST_CHECK bool slice_to_i64(struct slice s, int64_t *out);

/* The number of code points of UTF-8 text; bytes that begin no code point are not counted. */
size_t slice_code_points(struct slice s);

/* FNV-1a, 64 bits: for tables in memory whose keys are ours. Not for keys that an enemy chooses. */
uint64_t slice_hash(struct slice s);

#endif
