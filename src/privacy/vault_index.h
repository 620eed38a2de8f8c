/*
 * vault_index.h - a vault from within: what was hidden, by its placeholder.
 *
 * A code is 60 bits drawn by HMAC, so it is its own hash, and no client can choose codes that collide in a
 * table.
 */
#ifndef WEIR_SRC_PRIVACY_VAULT_INDEX_H
#define WEIR_SRC_PRIVACY_VAULT_INDEX_H

#include "privacy/vault.h"

#include <openssl/evp.h>

enum { CODE_LETTERS = 12, LETTER_BITS = 5, CODE_BITS = CODE_LETTERS * LETTER_BITS };

struct hidden {
    uint64_t      code;
    enum pii_kind kind;
    struct slice  value;     /* in the arena; wiped with the vault */
    bool          is_number; /* stood as a number in JSON, and does so again where that is given back */
};

struct vault {
    struct arena   *arena; /* ref */
    EVP_MAC_CTX    *hmac;  /* keyed; ours */
    struct hidden **slot;  /* open addressing, `slots` a power of two, at most half full */
    size_t          slots, count;
    pii_set         kinds;       /* of what is hidden */
    bool            has_numbers; /* one of it is_number */
};

/* The entry, or NULL. */
const struct hidden *vault_get(const struct vault *, enum pii_kind, uint64_t code);

/* Keeps a value (copied) under a code; the entry, also where it stood there before. NULL where another value
 * does. */
struct hidden *vault_put(struct vault *, enum pii_kind, uint64_t code, struct slice value);

/* Its placeholder. */
void hidden_write(const struct hidden *, bool in_quotes, struct buf *out);

/* The value of a letter of Crockford's base 32 as we write it (capitals, no I L O U), or -1. */
int code_letter_value(char);

#endif
