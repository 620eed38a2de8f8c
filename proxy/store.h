/*
 * store.h - what clients asked to keep, in Redis: sealed documents by id, a team's own.
 *
 * Redis never sees what stands in them: a document is sealed with the team's key for its one id
 * (privacy/seal.h), so another team, another id or another secret opens nothing. The keys of a team lie beside
 * one another, "weir:{team's hash}:kept:ID", with an index of those that are listed, by when they were made.
 *
 * A Redis that is away is told as such; one that forgot, or holds something else, has nothing under that id.
 */
#ifndef WEIR_STORE_H
#define WEIR_STORE_H

#include "redis.h"

enum {
    STORE_MOST_BYTES = 8 * 1024 * 1024, /* of one document, sealed */
    STORE_ID_MOST = 80,
    STORE_ID_BYTES = 64,   /* of an id that is made here, its NUL included */
    STORE_PAGE_MOST = 100, /* documents read at once */
};

/* What ids begin with. */
#define STORE_RESPONSE   "resp_"
#define STORE_COMPLETION "chatcmpl-"

/* "resp_" and 48 random hexadecimal digits: nobody guesses one. */
void store_id_make(const char *prefix, char id[STORE_ID_BYTES]);

/* May there be a document of that id? Letters, digits and "_-.:", at most STORE_ID_MOST bytes. */
bool store_is_id(struct slice id);

/* What a document is sealed for: "kept " and its id. */
enum { STORE_PURPOSE_BYTES = STORE_ID_MOST + 8 };
void store_purpose(struct slice id, char purpose[STORE_PURPOSE_BYTES]);

struct stored {
    struct slice id, sealed;
};

struct store_found {
    bool                 is_away; /* Redis is: nothing else is known */
    const struct stored *one;
    size_t               count;    /* # found; of a deletion, # that were there */
    bool                 has_more; /* of a page: there are more behind it */
    bool                 is_lost;  /* of a page: what it should come after is not there */
};

/* Valid during the call only. */
typedef void on_store_fn(void *arg, const struct store_found *);

/* Somebody waits for an answer; lives until it has come, or redis_cancel() of the id that the asking returned.
 */
struct store_ask {
    on_store_fn *call;
    void        *arg;
};

uint64_t store_get(struct redis *, const char *team, struct slice id, struct store_ask *);
uint64_t store_delete(struct redis *, const char *team, struct slice id, struct store_ask *);

/* Of those that are listed, in the order in which they were made or the other way round. after: an id, or
 * empty. */
struct store_page {
    struct slice after;
    bool         is_descending;
    unsigned     count; /* at most STORE_PAGE_MOST */
};
uint64_t store_list(struct redis *, const char *team, const struct store_page *, struct store_ask *);

/* Fire and forget, for keep_ms. */
void store_put(struct redis *, const char *team, struct slice id, bool is_listed, struct slice sealed,
               int64_t keep_ms);
/* The document of an id that is there becomes another one, for as long as the old one had left. */
void store_replace(struct redis *, const char *team, struct slice id, struct slice sealed);

#endif
