/*
 * buf.h - bytes that grow, up to a ceiling given at birth.
 *
 * Adding cannot fail in the caller's hand: a buf that reaches its ceiling sets `full`, once and for all until
 * it is reset, and takes nothing more. So a writer adds what it has to and asks once, at the end. Out of memory
 * ends the process.
 */
#ifndef WEIR_BASE_BUF_H
#define WEIR_BASE_BUF_H

#include "base/slice.h"

struct buf {
    char  *ptr;     /* not NUL-terminated */
    size_t len;     /* bytes used */
    size_t cap;     /* bytes held */
    size_t ceiling; /* bytes it may ever hold */
    bool   full;    /* something did not fit */
};

void buf_init(struct buf *, size_t ceiling);
void buf_fini(
    struct buf *); /* leaves it empty and usable, with the same ceiling; what it held is overwritten */
void buf_wipe(struct buf *);  /* the same, said where it matters that what it held is private */
void buf_reset(struct buf *); /* empty again, memory kept */

void buf_add(struct buf *, struct slice);
void buf_add_str(struct buf *, const char *cstr);
void buf_add_byte(struct buf *, char);
void buf_add_decimal(struct buf *, int64_t);
void buf_printf(struct buf *, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for `bytes` at the end, to be written by the caller and then counted into `len`; NULL when full. */
MUST_CHECK char *buf_reserve(struct buf *, size_t bytes);

/* Forgets the first `bytes`. */
void buf_drop(struct buf *, size_t bytes);

/* Valid until the next change. */
static inline struct slice buf_slice(const struct buf *b)
{
    return slice_of(b->ptr, b->len);
}

#endif
