/*
 * auth.h - who asks: the one place that knows what an API key means.
 *
 * Without teams in the settings everyone is the one team. With them a key is looked for in the settings, and
 * else, where Weir has made it, in Redis. What Redis has said of a key is remembered by each loop, so that a
 * key that is in use costs no round trip; AUTH_POLL_MS apart the loop asks whether any key has changed, and
 * forgets those that have: what was revoked is refused by all proxies well within a second. While nobody asks
 * with such a key nothing is remembered, and nothing polled.
 *
 * When Redis does not answer, keys that are remembered are served for `keys: { away: … }` since it was last
 * heard; others, and after that all of them, are refused as KEYS_AWAY: nobody is told that a good key is a bad
 * one. A key that was revoked so shortly before that a loop has not heard of it goes on there for as long: who
 * cannot see Redis cannot know, and whether all keys should end then is the operator's to say (`away: 0s`
 * serves none for more than a second).
 */
#ifndef WEIR_AUTH_H
#define WEIR_AUTH_H

#include "redis.h"
#include "snapshot.h"

enum { AUTH_POLL_MS = 250 };

struct auth; /* one loop's */

/* redis and metrics are refs that must outlive it. */
struct auth *auth_new(struct loop *, struct redis *, struct metrics *);
void         auth_free(struct auth **); /* those who wait hear nothing more */
/* Warns the operator where the keys in Redis are kept under another master key than this ring's: then none of
 * them is known here. */
void auth_check_ring(struct auth *, const struct key_ring *);

/* Who asks, and what they may. Refs of the snapshot and the arena that the key was asked with. */
struct caller {
    const struct team *team; /* NULL until it is known */
    struct payer       payer;
    struct grants      grants;
};

/* A question for who asks; the asker's storage. */
struct auth_ask {
    struct caller caller; /* what came of it: known, or why not (NO_KEY, BAD_KEY, KEYS_AWAY) */
    struct fault  why;
    /* auth's own */
    struct auth           *auth;
    const struct snapshot *snapshot;
    struct arena          *arena;
    char                   id[16];
    unsigned char          hash[32];
    bool                   is_stranger; /* the key's record does not know the secret */
    uint64_t               redis_id;    /* what it waits for; 0: nothing */
    void (*call)(void *arg);
    void *arg;
};

enum auth_answer { AUTH_KNOWN, AUTH_REFUSED, AUTH_WAITS };

/* WAITS: call(arg) comes when it is answered, never from within. The key is not kept. */
enum auth_answer auth_ask(struct auth *, struct auth_ask *, const struct snapshot *, struct slice key,
                          struct arena *, void (*call)(void *arg), void *arg);
/* No call will come. */
void auth_cancel(struct auth_ask *);

#endif
