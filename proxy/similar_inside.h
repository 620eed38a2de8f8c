/*
 * similar_inside.h - what similar.c and similar_follow.c share; nobody else.
 */
#ifndef WEIR_SIMILAR_INSIDE_H
#define WEIR_SIMILAR_INSIDE_H

#include "similar.h"
#include "base/buf.h"
#include "cache_admin.h"
#include "slm/near.h"

#include <pthread.h>

enum {
    FORGET_MOST = 256,
    STREAM_ID_BYTES = 48,
    AUDITED_MOST = 64,
    GONE_BYTES_MOST = CACHE_PURGED_AT_ONCE * 2 * CACHE_HASH_BYTES,
};

/* What was read of the stream, on its way to the index. */
struct feed {
    struct job      job;
    struct similar *similar;
    bool            is_out;
    bool            clears; /* the index, before all else */
    int64_t         wall_ms;
    struct buf      records;
    size_t          length[256];       /* of each record */
    bool            is_gone[256];      /* is it keys of what was purged? */
    unsigned        count, unreadable; /* of the records, how many did not open */
    size_t          known;             /* # in the index, afterwards */
};

/* What audits found of one route. */
struct audited {
    uint64_t            route;
    struct alike_audits audits;
};

struct similar {
    struct near     *near;
    struct alike    *alike;
    struct slm_pool *pool;
    size_t           most;
    pthread_rwlock_t lock; /* over the index */

    pthread_mutex_t forget_lock; /* over the two below */
    unsigned char   forget[FORGET_MOST][CACHE_HASH_BYTES];
    unsigned        forget_count;

    pthread_mutex_t audit_lock; /* over the two below */
    struct audited  audited[AUDITED_MOST];
    unsigned        audited_count;

    /* the follower's */
    struct loop            *loop;
    struct redis           *redis;
    struct metrics         *metrics;
    struct snapshot *const *snapshot;
    struct timer            timer;
    uint64_t                redis_id;              /* 0: nothing is waited for */
    uint64_t                audits_id;             /* asked last; it may have been answered */
    char                    last[STREAM_ID_BYTES]; /* the last entry read */
    unsigned                turn;
    size_t                  known;   /* as METRIC_CACHE_KNOWN has it */
    int64_t                 told_ms; /* when the log last heard of records that do not open; 0: never */
    struct feed             feed;
};

extern const char similar_audits[], similar_purpose[];

#endif
