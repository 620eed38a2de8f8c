/*
 * opening.h - what was said before a request of Responses, opened and put in front: a response that was kept,
 * and what was compacted. No waiting: whoever asks has fetched what was kept.
 */
#ifndef WEIR_OPENING_H
#define WEIR_OPENING_H

#include "privacy/vault.h"
#include "wire/json.h"

/* Can a kept response be called so? why: NO_PREVIOUS. */
MUST_CHECK bool opening_is_response(struct slice id, struct fault *why);
bool            opening_no_previous(struct fault *why); /* false, always */

/* The request with all that was said before, in plain words: the kept response `previous`, sealed as it came
 * from the store (empty: there is none), then its own input; and each "compaction" among it opened. why:
 * NO_PREVIOUS, BAD_REQUEST, TOO_LARGE. */
MUST_CHECK bool opening_make_whole(const struct vault_key *team_key, struct arena *, const struct json *request,
                                   struct slice previous, struct slice sealed, struct buf *out,
                                   struct fault *why);

/* Words for an item "compaction", which only this team's requests bring back: base64. */
void opening_seal_words(const struct vault_key *team_key, struct slice words, struct buf *out);

#endif
