/*
 * api_key.h - the API keys that Weir makes: what they look like, and how they are kept.
 *
 *     weir-06r4vb9k2m7a-<32 letters of secret><8 letters of seal>
 *          id           160 random bits          40 bits of HMAC-SHA-256 over all that stands before
 *
 * The id is no secret: lists, budgets and the audit call a key by it, and it stays the same when the secret is
 * rotated. Its first 7 letters are the second in which it was made, so that ids stand in that order; 25 random
 * bits follow. The seal is made with the deployment's master key: what nobody has made is refused without
 * asking anyone, so that guessing costs Redis nothing, and a slip of the hand is told from a key that has gone.
 *
 * What is kept of a key is HMAC-SHA-256 under another key derived from the master key: who reads Redis can
 * neither use what is there nor make what fits it. Letters are those of Crockford's base 32, in small.
 */
#ifndef WEIR_POLICY_API_KEY_H
#define WEIR_POLICY_API_KEY_H

#include "privacy/vault.h"

#define API_KEY_PREFIX "weir-"

enum {
    API_KEY_ID_BYTES = 12 + 1, /* with its NUL */
    API_KEY_BYTES = 5 + 12 + 1 + 32 + 8 + 1,
    API_KEY_HASH_BYTES = 32,
    API_KEY_ID_RANDOM = 4, /* random bytes that an id, and a secret, are made of */
    API_KEY_SECRET_RANDOM = 20
};

/* Derived from the master key. */
struct key_ring {
    struct vault_key seal, hash;
    char             mark[17]; /* the same for all who have the same ring; tells nothing about it */
};
void key_ring_make(const struct vault_key *master, struct key_ring *out);

/* Seconds beyond the year 3058 begin anew. */
void api_key_make_id(int64_t wall_ms, const unsigned char random[API_KEY_ID_RANDOM], char id[API_KEY_ID_BYTES]);
bool api_key_is_id(struct slice);
/* The id in a key, or in what a key begins with, for those who have no more at hand; else the text itself. */
struct slice api_key_id_in(struct slice text);

void api_key_make(const struct key_ring *, const char *id, const unsigned char random[API_KEY_SECRET_RANDOM],
                  char key[API_KEY_BYTES]);
/* Has this ring made it? Then *id is set. The time that it takes tells nothing about the seal. */
MUST_CHECK bool api_key_read(const struct key_ring *, struct slice key, char id[API_KEY_ID_BYTES]);
void            api_key_hash(const struct key_ring *, struct slice key, unsigned char hash[API_KEY_HASH_BYTES]);

#endif
