/*
 * die.h - what ends the process: no memory left, or an invariant of ours broken. Never a client's doing.
 */
#ifndef WEIR_BASE_DIE_H
#define WEIR_BASE_DIE_H

#include "base/slice.h"

#include <stdlib.h>

void die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn, cold));

static inline void *die_if_null(void *memory)
{
    if (!memory)
        die("out of memory");
    return memory;
}

/* Zeroed; never NULL, not even for 0 items. */
static inline void *must_calloc(size_t count, size_t bytes)
{
    return die_if_null(calloc(count ? count : 1, bytes ? bytes : 1));
}

#endif
