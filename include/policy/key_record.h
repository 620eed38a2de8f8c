/*
 * key_record.h - what is kept of an API key that Weir has made: whose it is, what it may, and hashes of its
 * secrets. A JSON document, for Redis.
 *
 * A key has one secret, and for a while two or more when it has been rotated: each lives until an instant of
 * its own. A key that is revoked is kept for a while for people to see.
 */
#ifndef WEIR_POLICY_KEY_RECORD_H
#define WEIR_POLICY_KEY_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "policy/api_key.h"
#include "policy/budget.h"
#include "policy/grant.h"

enum {
    KEY_SECRETS_MOST = 4,
    KEY_NAMES_MOST = 64,       /* models, routes or zones in a grant */
    KEY_TEXT_MOST_BYTES = 128, /* of a name of any kind */
    KEY_RECORD_MOST_BYTES = 64 * 1024
};

struct key_secret {
    unsigned char hash[API_KEY_HASH_BYTES];
    int64_t       made_ms, until_ms; /* on the wall clock; until_ms 0: as long as the key */
};

/* Texts are never NULL; "" where there is nothing to say. */
struct key_record {
    const char       *id, *team, *name, *user;
    const char       *tag[TAGS_MOST];
    unsigned          tags;
    struct grant      grant;
    bool              is_disabled;
    int64_t           made_ms, expires_ms, revoked_ms; /* 0: does not, has not been */
    struct key_secret secret[KEY_SECRETS_MOST];        /* the newest first */
    unsigned          secrets;
};

/* True for what key_record_write() has written, and for what a later Weir may have added to it; texts live in
 * the arena. why: INTERNAL. */
MUST_CHECK bool key_record_read(struct arena *, struct slice json, struct key_record *out, struct fault *why);
void            key_record_write(const struct key_record *, struct buf *out);

enum key_state { KEY_ACTIVE, KEY_DISABLED, KEY_EXPIRED, KEY_REVOKED };
enum key_state key_record_state(const struct key_record *, int64_t wall_ms);
const char    *key_state_word(enum key_state); /* "active", … */

/* Is it the hash of one of its secrets that live? In a time that tells nothing. */
bool key_record_has(const struct key_record *, const unsigned char hash[API_KEY_HASH_BYTES], int64_t wall_ms);

/* Takes a new secret; the others live until overlap_ms from now at the longest. What is over, and beyond
 * KEY_SECRETS_MOST the oldest, is forgotten. */
void key_record_rotate(struct key_record *, const unsigned char hash[API_KEY_HASH_BYTES], int64_t wall_ms,
                       int64_t overlap_ms);

#endif
