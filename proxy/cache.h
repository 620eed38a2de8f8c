/*
 * cache.h - answers remembered, in Redis: found by what was asked, sealed, and asked for once at a time.
 *
 * Two hashes, keyed with a secret of the installation, stand for a request (cache_key_make()):
 *
 *   context  who may share it, what the policy decided, and all that was asked but the words of the last user
 *            turn: what is alike may be looked for among the answers of one context
 *   exact    the same and those words: an answer is kept under it
 *
 * An answer is kept as the provider gave it, placeholders and all: whoever asks restores with their own vault.
 * It is sealed (cache_entry.h): nobody without the secret reads it or can make one, and what does not open is a
 * miss, which is counted and logged. Redis that is away or slow is a miss too.
 *
 * One asks while others wait (cache_flight.c). Who misses gets a lease, in the same script; who finds one waits
 * until the answer is kept, the lease is given back or lapses (a killed proxy's does within CACHE_LEASE_MS), or
 * its own patience ends. Over loops and proxies that is asked for now and then, once for all who wait in one
 * loop; within a loop it is told at once. Whom an entry is of no use (too old for them, too long, unreadable)
 * asks once more as if it were not there, and leads or waits like the others.
 *
 * What was asked before its space was purged is not kept after it: an answer may be on its way for minutes.
 * When that was, Redis' own clock tells; how old an entry is, the wall clocks of who made it and of who asks.
 *
 * In Redis, {tag} being of the team or of the namespace that is shared:
 *
 *     weir:{tag}:cache:e:<exact>   string: an entry (cache_entry.h); its TTL is keep and stale
 *     weir:{tag}:cache:l:<exact>   string: the lease of who is asking; "-": it is not worth while to wait
 *     weir:{tag}:cache:index       sorted set: exact, and when it ends (ms since 1970)
 *     weir:{tag}:cache:about       hash: exact -> "<bytes> {…}" (cache_admin.h), no word of any text; and
 *                                  "bytes", all entries' in all
 *     weir:{tag}:cache:sum         hash: kept, hits, saved_nanousd since it began; purged_ms: when it last was
 *     weir:cache:spaces            hash: tag -> "team NAME" or "share NAME"
 *     weir:cache:secret            string: stands for the secret of who came last (cache_check_secret())
 */
#ifndef WEIR_CACHE_H
#define WEIR_CACHE_H

#include "cache_secret.h"
#include "metrics.h"
#include "redis.h"
#include "wire/question.h"

#include <sys/queue.h>

enum {
    CACHE_HASH_BYTES = 32,
    CACHE_HEX_BYTES = 2 * CACHE_HASH_BYTES + 1, /* NUL-terminated */
    CACHE_TAG_BYTES = 16,                       /* hex digits */
    CACHE_LEASE_MS = 5000,
    CACHE_LEASE_AGAIN_MS = 1500,     /* who leads says so again that often */
    CACHE_TELL_AGAIN_MS = 60 * 1000, /* the log, of what does not open */
    CACHE_PASSED_BYTES = 36, /* an entry's first bytes, its nonce and seal among them, tell it from others */
};

/* ---- keys: cache_key.c ---- */

struct cache_key {
    char          tag[CACHE_TAG_BYTES + 1]; /* whose: NUL-terminated */
    unsigned char context[CACHE_HASH_BYTES], exact[CACHE_HASH_BYTES];
    unsigned char turn[CACHE_HASH_BYTES]; /* of the last user turn's words alone, for purging by text */
};

/* Who may share an answer, and what was decided. Refs. */
struct cache_walls {
    const char  *space; /* the team's name, or the namespace's */
    bool         is_shared;
    struct slice decision; /* all of the decision that an answer follows from, in bytes */
};

void cache_key_make(struct cache_key *, const struct cache_secret *, const struct cache_walls *,
                    const struct question *);
void cache_tag_make(char tag[CACHE_TAG_BYTES + 1], const char *space, bool is_shared);
void cache_turn_hash(const struct cache_secret *, struct slice words, unsigned char out[CACHE_HASH_BYTES]);
void cache_hash_hex(const unsigned char hash[CACHE_HASH_BYTES], char out[CACHE_HEX_BYTES]);

/* ---- answers ---- */

struct cached {
    enum dialect dialect; /* what it is written in: one that is heard */
    bool         is_stream;
    bool         is_cut;       /* by the request's limit */
    int64_t      tokens;       /* at most so many were generated */
    int64_t      limit_tokens; /* of the request; -1 where there was none */
    int64_t      made_ms;      /* since 1970 */
    int64_t      keep_ms;      /* fresh so long since then */
    int64_t      cost_nanousd; /* what it cost then: what a hit saves */
    struct slice model, route; /* who answered; by which route */
    struct slice question;     /* the last user turn's words, redacted (struct question's words) */
    struct slice answer;       /* JSON, or the stream's bytes */
};

/* May it stand for an answer to a request with that limit (-1: none)? */
bool cached_fits(const struct cached *, int64_t max_tokens);
/* A clock that was set back makes no negative age. */
int64_t cached_age_ms(const struct cached *, int64_t wall_ms);

/* ---- asking ---- */

struct cache; /* one loop's */

/* Refs outlive it. */
struct cache *cache_new(struct loop *, struct redis *, struct metrics *);
void          cache_free(struct cache **); /* before its redis */

/* Warns the operator where others keep answers in this Redis with another secret: neither finds the other's,
 * nor waits for it. Once, at the start. */
void cache_check_secret(struct cache *, const struct cache_secret *);

struct cache_ask;

/* hit is NULL on a miss; valid during the call only. */
typedef void on_cache_fn(void *arg, struct cache_ask *, const struct cached *hit);

/* One request's turn with the cache: the caller's storage, which stays in place until cache_release(). Zeroed,
 * but for the first fields. */
struct cache_ask {
    struct cache_key           key;
    const struct cache_secret *secret;
    int64_t                    wait_ms; /* patience with whoever asks the same; 0: neither waits nor leads */
    int64_t keep_ms;  /* as the policy says now: an older entry is stale, whatever it said when it was kept */
    int64_t stale_ms; /* so long after that it is of use all the same */
    int64_t most_age_ms; /* an older one is no hit, as its client wishes; INT64_MAX: any */
    int64_t max_tokens;  /* -1: no limit */
    bool    leads;       /* it has the lease: others wait for it */
    bool    has_waited;  /* for another */
    /* the cache's own */
    struct cache  *cache;
    on_cache_fn   *call;
    void          *arg;
    char           lease[33];
    uint64_t       redis_id; /* what it waits for; 0: nothing */
    bool           may_lead; /* that may give it the lease */
    int64_t        until_ms; /* its patience, by loop_now_ms() */
    int64_t        since_ms; /* it began, ms since 1970 */
    bool           passes;   /* an entry that begins so was of no use: */
    size_t         passed_bytes;
    char           passed[CACHE_PASSED_BYTES];
    struct flight *flight;       /* among those who wait; NULL: it does not */
    TAILQ_ENTRY(cache_ask) link; /* in its flight, or among those who lead */
};

/* The callback comes once, never from within. */
void cache_recall(struct cache *, struct cache_ask *, on_cache_fn *, void *arg);
/* Only looks: no lease, no waiting. For an entry whose exact hash is known, which the key is given. */
void cache_look(struct cache *, struct cache_ask *, on_cache_fn *, void *arg);
/* Asks for the lease alone, for who has served a stale answer; the callback's hit is NULL, and ask->leads says
 * whether it is theirs to ask for a fresh one. */
void cache_lead(struct cache *, struct cache_ask *, on_cache_fn *, void *arg);

/* Keeps it, and gives the lease back. Fire and forget. made_ms is set here. space: as in the walls. most_bytes:
 * of all entries of the space; those that end soonest make room. asked_ago_ms: since it was asked for. */
struct cache_keeping {
    const struct cache_walls *walls;
    int64_t                   stale_ms, most_bytes, entry_most_bytes, asked_ago_ms;
};
void cache_keep(struct cache *, struct cache_ask *, struct cached *, const struct cache_keeping *);

/* Is what was recalled past its time? */
bool cache_is_stale(const struct cache_ask *, const struct cached *);

/* Always, at the end; idempotent. No callback will come. A lease that it has is given back: CACHE_NEXT lets one
 * of those who wait take it, CACHE_NOBODY tells them all to go on by themselves. */
enum cache_after { CACHE_NEXT, CACHE_NOBODY };
void cache_release(struct cache_ask *, enum cache_after);

/* A hit was served. Fire and forget. */
void cache_count_hit(struct cache *, const struct cache_key *, int64_t saved_nanousd);

#endif
