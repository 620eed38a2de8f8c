/*
 * similar.h - questions that were asked before in other words: what the process remembers of them, and how it
 * hears of them.
 *
 * Redis is the truth. Whoever keeps an answer of a route that asks for `similar` adds the question to one
 * stream there, sealed; each process follows it, some times a second, and holds what it read in an index
 * (slm/near.h), one for all loops, within which only questions of the same context are compared (cache.h). So a
 * question that one proxy answers is known to all within a second. Nothing is served from here: what is found
 * is the key of an answer, which Redis is asked for; an answer that has been replaced or has ended is not
 * there, and then its question is forgotten here too. Whoever purges answers says so in the stream, so that
 * their questions are forgotten by all within a second. What does not open is passed over, counted and told.
 * When the stream is gone (a flush, a Redis without memory), all are.
 *
 * The index is read and changed on SLM threads alone, where a lock may be waited for.
 *
 *     weir:cache:similar          stream of at most similar_most: e -> a sealed record (similar_record.h), or
 *                                 gone -> what was purged (cache_admin.h)
 *     weir:cache:similar:audits   hash: <route's hash>:<chance in hundredths>:<r or w> -> # audits that found
 *                                 an answer of that route right or wrong (likening_audit.c)
 */
#ifndef WEIR_SIMILAR_H
#define WEIR_SIMILAR_H

#include "cache.h"
#include "metrics.h"
#include "policy/alike.h"
#include "slm_pool.h"

struct similar;

struct similar *similar_new(struct slm_pool *, size_t questions_most);
void            similar_free(struct similar **); /* after the pool's and the loop's end */

/* The loop that listens to Redis for all; *snapshot is the one in force. Until similar_leave(). */
void similar_follow(struct similar *, struct loop *, struct redis *, struct metrics *,
                    struct snapshot *const *snapshot);
void similar_leave(struct similar *); /* before its redis is freed */

enum { SIMILAR_DIM = 384 };

/* One question's look. */
struct similar_look {
    /* what is looked for */
    const unsigned char *context; /* [CACHE_HASH_BYTES] */
    struct slice         words;   /* of the last user turn, as they go out */
    double               max_error;
    uint64_t             route; /* slice_hash() of its name: its audits count */
    int64_t              wall_ms;
    /* what is found out */
    bool          is_readable; /* by the rules: it may be remembered for others */
    int8_t        embedding[SIMILAR_DIM];
    bool          is_found;
    unsigned char exact[CACHE_HASH_BYTES]; /* of the answer's key */
    float         cosine, chance;
    unsigned      near; /* # questions that were near enough to be compared */
    enum alike_difference
        differs; /* in what the nearest differs, when none is found; ALIKE_NONE: none was near */
};

/* On an SLM thread: milliseconds. The arena is for scratch. */
void similar_find(struct similar *, const struct inspector *, struct arena *scratch, struct similar_look *);

/* The rules' words, for who compares answers. Lives as long as it does. */
const struct alike *similar_rules(const struct similar *);

/* Fire and forget: the answer to this question is kept under `exact` until then. */
void similar_keep(struct redis *, const struct cache_secret *, const struct similar_look *,
                  uint64_t fingerprint, const unsigned char *exact, int64_t ends_ms, int64_t questions_most);

/* Fire and forget: an answer that was served with this chance was right, or not. */
void similar_tell_audit(struct redis *, uint64_t route, float chance, bool is_right);

/* From any loop: there is no such answer any more. */
void similar_forget(struct similar *, const unsigned char *exact);

#endif
