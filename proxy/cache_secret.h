/*
 * cache_secret.h - what the cache keeps to itself: the keys of its hashes and of its seals, out of the
 * installation's master key. Proxies that share answers need the same one (`secret` in the settings).
 */
#ifndef WEIR_CACHE_SECRET_H
#define WEIR_CACHE_SECRET_H

#include "privacy/vault.h"

struct cache_secret {
    struct vault_key hash, seal;
};

static inline void cache_secret_derive(const struct vault_key *master, struct cache_secret *out)
{
    /* No team is called so: names hold no NUL. */
    vault_key_derive(master, slice_of("\0cache hash", 11), &out->hash);
    vault_key_derive(master, slice_of("\0cache seal", 11), &out->seal);
}

#endif
