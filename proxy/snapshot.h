/*
 * snapshot.h - settings, policies, weights and patterns of one moment: immutable, counted, swapped whole.
 *
 * Each loop holds the one in force, and an exchange keeps the one that it began with. Loading reads files,
 * compiles patterns and maps weights, so it happens on the main thread; weights are taken over from the old
 * snapshot where the folder is the same.
 */
#ifndef WEIR_SNAPSHOT_H
#define WEIR_SNAPSHOT_H

#include "cache_secret.h"
#include "policy/api_key.h"
#include "policy/decide.h"
#include "privacy/find.h"
#include "slm/slm.h"
#include "upstream.h"

#include <stdatomic.h>

struct slm_share; /* the weights, counted, since they outlive a snapshot */
struct key_row;

struct snapshot {
    atomic_uint         refs;
    struct arena       *arena;
    uint64_t            generation; /* no other snapshot of this process has it */
    struct settings    *settings;
    struct policy      *policy;
    struct needs        needs;
    struct finder      *finder;
    struct slm         *slm; /* (ref in slm_share) NULL: none configured */
    struct slm_share   *slm_share;
    struct origin      *origin;     /* one for each of settings->provider, in its order */
    struct origin       webhook;    /* where alerts go; without a provider where that is not told */
    SSL_CTX           **listen_tls; /* one for each of settings->listen; NULL: plain */
    SSL_CTX            *admin_tls;  /* the admin API's; NULL: plain, or none */
    struct cache_secret cache_secret;
    struct vault_key   *team_key; /* one for each of settings->team: what its placeholders are keyed with */
    struct key_ring     key_ring; /* of the API keys that Weir makes */
    struct key_row     *key_row;  /* API keys' hashes, sorted */
    unsigned            key_count;
    unsigned            redis_zone; /* where our store is: 0 on this machine */
};

/* NULL with errors in diag. file NULL: the settings of a first run. old may be NULL. */
MUST_CHECK struct snapshot *snapshot_load(const char *file, const struct snapshot *old, struct diag *);
struct snapshot            *snapshot_ref(struct snapshot *);
void                        snapshot_unref(struct snapshot **);

const struct origin    *snapshot_origin(const struct snapshot *, const struct provider *);
const struct vault_key *snapshot_team_key(const struct snapshot *, const struct team *);

/* The team whose key the settings say this is, who pays, and what they say of the key: refs for as long as the
 * snapshot is. NULL where it is none of theirs (auth.h knows others). Without teams in the settings everyone is
 * the one team. *owner is NULL where the settings say nothing of the key. */
const struct team *snapshot_payer(const struct snapshot *, struct slice api_key, struct payer *out,
                                  const struct key_owner **owner);
/* Adds the tags of a header, "a, b": words of letters, digits, "_-.", at most 64 bytes each; others are passed
 * over. */
void payer_add_tags(struct payer *, struct slice header, struct arena *);

#endif
