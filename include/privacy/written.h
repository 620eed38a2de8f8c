/*
 * written.h - findings and maps, written down: for those who redact by themselves.
 *
 * A map is what a vault holds, as one JSON object: {"EMAIL_7F3K2M9QTX4B":"ann@example.org"}; a value that stood
 * as a number in JSON is a number here too. Whoever has the map can give back what was hidden.
 */
#ifndef WEIR_PRIVACY_WRITTEN_H
#define WEIR_PRIVACY_WRITTEN_H

#include "privacy/vault.h"

/* A JSON array: [{"start":6,"end":21,"kind":"email","source":"email","confidence":0.99}], findings of other
 * kinds left out. Offsets are code points of the text. */
void findings_write(struct slice text, const struct findings *, pii_set kinds, struct buf *out);

/* A value's bytes that are not UTF-8 become U+FFFD, as JSON demands. */
void map_write(const struct vault *, struct buf *out);

/* Puts into the vault what map_write() wrote. why: BAD_REQUEST; never what stands in the map. */
MUST_CHECK bool map_read(struct vault *, struct arena *scratch, struct slice json, struct fault *why);

/*
 * A map for someone to keep who shall not read it: sealed with the team's key (AES-256-GCM), in base64. So
 * nothing is remembered here, any proxy with that key can open it, and one that was changed, or is another
 * team's, opens for nobody. A seal has a key of its own, derived with 16 random bytes that stand in it.
 */
void map_seal(const struct vault *, const struct vault_key *team_key, struct buf *out);

/* Puts into the vault what map_seal() sealed. why: BAD_REQUEST, param map. */
MUST_CHECK bool map_open(struct vault *, struct arena *scratch, const struct vault_key *team_key,
                         struct slice sealed, struct fault *why);

#endif
