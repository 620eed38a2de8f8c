/*
 * vault.h - what must stay here, and how it comes back.
 *
 * A vault belongs to one exchange; it is wiped when the exchange ends (arena_defer). Placeholders are keyed:
 * the same team and value give the same placeholder on every turn and on every proxy. One looks like
 * EMAIL_7F3K2M9QTX4B: the kind's tag, "_", and 60 bits of HMAC-SHA-256(team key, tag, value) in 12 letters of
 * Crockford's base 32. All are of one length beyond the tag, so none is a prefix of another.
 *
 * Hiding: vault_hide() copies a text, every finding of the kinds given replaced. Giving back: a struct restore
 * is fed an answer cut anywhere and holds back only a tail that may yet become a placeholder of this vault:
 * never more than RESTORE_HELD_MOST bytes. A placeholder that this vault never issued is left alone.
 */
#ifndef WEIR_PRIVACY_VAULT_H
#define WEIR_PRIVACY_VAULT_H

#include "base/buf.h"
#include "privacy/find.h"

enum { VAULT_KEY_BYTES = 32, RESTORE_HELD_MOST = 64 };

struct vault_key {
    unsigned char bytes[VAULT_KEY_BYTES];
};

/* A team's key: HMAC-SHA-256(master, team). */
void vault_key_derive(const struct vault_key *master, struct slice team, struct vault_key *out);

struct vault;

struct vault *vault_new(struct arena *, const struct vault_key *team_key);

/* Appends text to out, findings whose kind is in `hide` replaced; returns how many were. The findings are those
 * that find() gave for this text. Values are kept byte for byte, so that what comes back is what was sent; in
 * arguments they are kept unescaped, and a number's placeholder is put in quotes. The caller asks out->full,
 * once. */
size_t vault_hide(struct vault *, struct slice text, const struct findings *, pii_set kinds, struct buf *out);

/* How many different values are held: with none there is nothing to restore. */
size_t vault_count(const struct vault *);

/* One text of the answer (one choice, one field), cut anywhere; it knows what is hidden when it is made. */
struct restore;

struct restore *restore_new(struct arena *, const struct vault *);

/* Appends to out what is certain by now. Text is plain, not JSON-escaped. */
void restore_feed(struct restore *, struct slice text, struct buf *out);
/* The text has ended: what was held back is certain too. */
void restore_end(struct restore *, struct buf *out);
bool restore_holds(const struct restore *);

/* The text is JSON inside a string (tool arguments): what is given back is escaped once more, and what was a
 * number when it was hidden is one again: the quotes around its placeholder go. */
void restore_inside_json(struct restore *);

/* All of a text at once. */
void vault_restore(const struct vault *, struct slice text, bool inside_json, struct buf *out);

#endif
