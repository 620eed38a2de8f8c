/* buf.c - see base/buf.h. */
#include "base/buf.h"

#include "base/die.h"
#include "base/wipe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST_BYTES = 256 };

void buf_init(struct buf *b, size_t ceiling)
{
    *b = (struct buf){ .ceiling = ceiling };
}

void buf_fini(struct buf *b)
{
    free_wiped(b->ptr, b->cap);
    buf_init(b, b->ceiling);
}

void buf_wipe(struct buf *b)
{
    buf_fini(b);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->full = false;
}

/* In place of realloc(), which would leave what is private behind. */
static void move_to(struct buf *b, size_t cap)
{
    char *moved = die_if_null(malloc(cap));
    if (b->len)
        memcpy(moved, b->ptr, b->len);
    free_wiped(b->ptr, b->cap);
    b->ptr = moved;
    b->cap = cap;
}

char *buf_reserve(struct buf *b, size_t bytes)
{
    if (b->full || bytes > b->ceiling - b->len) {
        b->full = true;
        return NULL;
    }
    if (bytes > b->cap - b->len) {
        size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
        while (cap < b->len + bytes)
            cap *= 2;
        if (cap > b->ceiling)
            cap = b->ceiling;
        move_to(b, cap);
    }
    /* An empty buf of ceiling 0 asked for 0 bytes holds nothing to point at. */
    return b->ptr ? b->ptr + b->len : (char *)"";
}

void buf_add(struct buf *b, struct slice s)
{
    char *room = buf_reserve(b, s.len);
    if (room && s.len) {
        memcpy(room, s.ptr, s.len);
        b->len += s.len;
    }
}

void buf_add_str(struct buf *b, const char *cstr)
{
    buf_add(b, slice_str(cstr));
}

void buf_add_byte(struct buf *b, char byte)
{
    buf_add(b, slice_of(&byte, 1));
}

void buf_add_decimal(struct buf *b, int64_t value)
{
    char     digits[20];
    size_t   at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        buf_add_byte(b, '-');
    buf_add(b, slice_of(digits + at, sizeof digits - at));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char    small[256];
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (need < 0)
        return;
    if ((size_t)need < sizeof small) {
        buf_add(b, slice_of(small, (size_t)need));
        return;
    }
    char *large = die_if_null(malloc((size_t)need + 1));
    va_start(args, fmt);
    vsnprintf(large, (size_t)need + 1, fmt, args);
    va_end(args);
    buf_add(b, slice_of(large, (size_t)need));
    free_wiped(large, (size_t)need);
}

void buf_drop(struct buf *b, size_t bytes)
{
    if (bytes >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->ptr, b->ptr + bytes, b->len - bytes);
    b->len -= bytes;
}
