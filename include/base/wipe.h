/*
 * wipe.h - memory that held what is private is overwritten before it is given back: what a client said does not
 * outlive its exchange in this process, nor in a dump of it.
 */
#ifndef WEIR_BASE_WIPE_H
#define WEIR_BASE_WIPE_H

#include "base/slice.h"

#include <stdlib.h>

/* free(), the first `bytes` overwritten. */
static inline void free_wiped(void *memory, size_t bytes)
{
    if (memory)
        explicit_bzero(memory, bytes);
    free(memory);
}

/* Overwrites what functions that have returned left on the stack below the caller's frame, as deep as any of
 * ours goes (64 KB, a microsecond): copies that compilers and libraries made. Called where a thread has done
 * with what it was given. */
void wipe_stack(void);

#endif
