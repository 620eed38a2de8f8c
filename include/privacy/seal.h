/*
 * seal.h - bytes for somebody to keep who shall not read them: AES-256-GCM under a team's key.
 *
 *   version (1 byte) | salt (16) | the bytes, under HMAC-SHA-256(team key, purpose, salt) | tag (16)
 *
 * Each seal has a key of its own, so that its nonce may be all zeros and no number of seals comes near GCM's
 * limits for random ones (NIST SP 800-38D, 8.3). What was sealed for one purpose opens for no other, and what
 * is another team's, or was changed, opens for nobody.
 */
#ifndef WEIR_PRIVACY_SEAL_H
#define WEIR_PRIVACY_SEAL_H

#include "privacy/vault.h"

enum { SEAL_BYTES = 1 + 16 + 16, SEAL_PURPOSE_MOST = 160 }; /* what a seal adds; bytes of a purpose */

/* Appends the bytes, sealed; the purpose has a small letter in it, which keeps these keys apart from those of
 * placeholders. out->full where they do not fit. */
void seal(const struct vault_key *team_key, const char *purpose, struct slice plain, struct buf *out);

/* Has it the shape of one? */
bool is_seal(struct slice sealed);

/* Appends what was sealed; false where it does not open. */
MUST_CHECK bool seal_open(const struct vault_key *team_key, const char *purpose, struct slice sealed,
                          struct buf *plain);

/* The same in base64, for where text is wanted: appended; and the seal of such a text, in the arena, empty
 * where it is none. */
void seal_as_text(const struct vault_key *team_key, const char *purpose, struct slice plain, struct buf *out);
struct slice seal_of_text(struct slice text, struct arena *);

#endif
