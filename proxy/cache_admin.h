/*
 * cache_admin.h - what is remembered: how much, which answers, and forgetting them. For the admin API and
 * weir cache, which both walk the books that cache_keep() keeps (cache.h); no text is read for it.
 *
 * A walk goes through the spaces that the filter names, a page of entries at a time, so that neither Redis nor
 * who asks is held up by a large one. Entries that are kept meanwhile may be met or not. What is purged is gone
 * for all proxies, since none has a copy; the questions that they know are forgotten too (similar.h).
 */
#ifndef WEIR_CACHE_ADMIN_H
#define WEIR_CACHE_ADMIN_H

#include "cache.h"

/* Which entries; what is empty names all. Refs, which outlive the walk. */
struct cache_filter {
    struct slice team, share;  /* of that team; of that namespace. At most one of both. */
    struct slice model, route; /* answered by; by which route */
    struct slice key;          /* what an exact hash begins with, in hex */
    int64_t      older_ms;     /* made longer ago than that */
    bool         has_turn;
    unsigned char
        turn[CACHE_HASH_BYTES]; /* cache_turn_hash() of the last user turn's words, as they were sent */
};

/* Valid during the call. */
struct cache_row {
    struct slice space; /* "team interns", "share handbook" */
    struct slice key;   /* the exact hash, in hex */
    const char  *tag;   /* its space's */
    int64_t      bytes; /* as it lies in Redis */
    int64_t      made_ms, keep_ms, ends_ms;
    int64_t      cost_nanousd, tokens;
    struct slice model, route, turn;
};

struct cache_space {
    struct slice name;
    int64_t      entries, bytes;            /* that the filter names */
    int64_t      kept, hits, saved_nanousd; /* of the whole space, since it began */
};

struct cache_visitor {
    void (*on_row)(void *arg, const struct cache_row *); /* NULL: none is of interest */
    void (*on_space)(void *arg, const struct cache_space *);
    /* The last call. purged: # entries; why NULL, or REDIS_AWAY, and then some may have been seen and purged.
     */
    void (*on_end)(void *arg, int64_t purged, const struct fault *why);
};

struct cache_walk;

/* The visitor outlives it. */
struct cache_walk *cache_walk(struct redis *, const struct cache_filter *, int64_t wall_ms, bool purges,
                              const struct cache_visitor *, void *arg);
void               cache_walk_cancel(struct cache_walk **); /* nothing is called any more; NULL is allowed */

/* The stream of questions that processes know (similar.h), where a purge adds what it takes: gone -> the keys
 * of at most CACHE_PURGED_AT_ONCE answers, in hex, one behind the other. */
extern const char cache_questions[];
enum { CACHE_PURGED_AT_ONCE = 200 };

/* A JSON object. */
void cache_row_write(const struct cache_row *, int64_t wall_ms, struct buf *out);
void cache_space_write(const struct cache_space *, struct buf *out);

#endif
