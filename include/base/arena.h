/*
 * arena.h - memory that lives as long as one request, with clean-ups attached.
 *
 * What goes in is bounded by the ceilings of what is read (bodies, heads, files), so the arena has none of its
 * own. Freed whole, clean-ups first, the latest attached before the earlier; what it held is overwritten, since
 * most of it was said by clients. One thread at a time.
 */
#ifndef WEIR_BASE_ARENA_H
#define WEIR_BASE_ARENA_H

#include "base/slice.h"

struct arena;

struct arena *arena_new(void);
void          arena_free(struct arena **);

/* As if freed and made anew, clean-ups run, but the newest block is kept: for scratch that one item after the
 * other is worked in. A block that one large item needed is not kept. */
void arena_reset(struct arena *);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *, size_t bytes);
void *arena_array(struct arena *, size_t count, size_t bytes);

/* A copy of old's `count` items with room for twice as many (8 at first), *cap told; for arrays that grow. */
void *arena_grow(struct arena *, void *old, size_t count, size_t bytes, size_t *cap);

/* Copies, NUL-terminated beyond their length. */
struct slice arena_copy(struct arena *, struct slice);
char        *arena_cstr(struct arena *, struct slice);
char        *arena_printf(struct arena *, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* clean_up(arg) is called when the arena is freed. */
void arena_defer(struct arena *, void (*clean_up)(void *arg), void *arg);

#endif
