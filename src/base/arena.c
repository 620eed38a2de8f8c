/*
 * arena.c - see base/arena.h.
 *
 * A list of blocks, the newest first. A block doubles the last one's size up to BLOCK_MOST_BYTES; what is
 * larger than that gets a block to itself. Under ASan each block is an allocation of its own, so overruns of a
 * block are seen.
 */
#include "base/arena.h"

#include "base/die.h"
#include "base/wipe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_FIRST_BYTES = 4096, BLOCK_MOST_BYTES = 256 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t        cap, used;
    _Alignas(ALIGNMENT) char bytes[];
};

struct clean_up {
    struct clean_up *next;
    void (*call)(void *);
    void *arg;
};

struct arena {
    struct block    *newest;
    struct clean_up *latest;
};

struct arena *arena_new(void)
{
    return must_calloc(1, sizeof(struct arena));
}

/* A clean-up lives in a block itself, so all are called before any block goes. */
static void run_clean_ups(struct arena *a)
{
    for (struct clean_up *c = a->latest; c; c = c->next)
        c->call(c->arg);
    a->latest = NULL;
}

static void free_blocks(struct block *b)
{
    while (b) {
        struct block *next = b->next;
        free_wiped(b, sizeof *b + b->used);
        b = next;
    }
}

void arena_free(struct arena **handle)
{
    struct arena *a = *handle;
    *handle = NULL;
    if (!a)
        return;
    run_clean_ups(a);
    free_blocks(a->newest);
    free(a);
}

void arena_reset(struct arena *a)
{
    run_clean_ups(a);
    struct block *kept = a->newest;
    if (kept && kept->cap <= BLOCK_MOST_BYTES) {
        free_blocks(kept->next);
        kept->next = NULL;
        explicit_bzero(kept->bytes, kept->used);
        kept->used = 0;
    } else {
        free_blocks(kept);
        a->newest = NULL;
    }
}

static struct block *block_add(struct arena *a, size_t least_bytes)
{
    size_t cap = a->newest ? a->newest->cap * 2 : BLOCK_FIRST_BYTES;
    if (cap > BLOCK_MOST_BYTES)
        cap = BLOCK_MOST_BYTES;
    if (cap < least_bytes)
        cap = least_bytes;
    struct block *b = die_if_null(malloc(sizeof *b + cap));
    *b = (struct block){ .next = a->newest, .cap = cap };
    a->newest = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        die("arena: %zu bytes asked for", bytes);
    size_t        rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *b = a->newest;
    if (!b || b->cap - b->used < rounded)
        b = block_add(a, rounded);
    void *memory = b->bytes + b->used;
    b->used += rounded;
    return memset(memory, 0, bytes);
}

void *arena_array(struct arena *a, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total))
        die("arena: %zu items of %zu bytes asked for", count, bytes);
    return arena_alloc(a, total);
}

void *arena_grow(struct arena *a, void *old, size_t count, size_t bytes, size_t *cap)
{
    *cap = count ? count * 2 : 8;
    void *grown = arena_array(a, *cap, bytes);
    if (count)
        memcpy(grown, old, count * bytes);
    return grown;
}

char *arena_cstr(struct arena *a, struct slice s)
{
    char *copy = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return copy;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    return slice_of(arena_cstr(a, s), s.len);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = arena_alloc(a, (size_t)(need < 0 ? 0 : need) + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)(need < 0 ? 0 : need) + 1, fmt, args);
    va_end(args);
    return text;
}

void arena_defer(struct arena *a, void (*call)(void *), void *arg)
{
    struct clean_up *c = arena_alloc(a, sizeof *c);
    *c = (struct clean_up){ .next = a->latest, .call = call, .arg = arg };
    a->latest = c;
}
