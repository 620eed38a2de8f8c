/*
 * vault.h - what must stay here, and how it comes back.
 *
 * A vault belongs to one exchange; it is wiped when the exchange ends (arena_defer). What stands for a value is
 * keyed: the same team and value give the same on every turn and on every proxy. A kind is hidden in one of
 * three ways, the later the stricter:
 *
 *   surrogate    a plausible value of the same shape that is nobody's: sandor.wilmond312@example.org
 *   placeholder  EMAIL_7F3K2M9QTX4B: the kind's tag, "_", and 60 bits of HMAC-SHA-256(team key, tag, value) in
 * 12 letters of Crockford's base 32. All are of one length beyond the tag, so none is a prefix of another
 *   remove       "[removed]", which never comes back
 *
 * Secrets get no surrogates, since a made-up key is taken for a real one, nor do values whose surrogate would
 * be too short to be told from other words: those get placeholders.
 *
 * Giving back: a struct restore is fed an answer cut anywhere and holds back only a tail that may yet become
 * what this vault issued: never more than RESTORE_HELD_MOST bytes. Models change what they were told, so letter
 * case does not matter, "_", "-" and a blank (also the unbreakable ones) are one, an escape of markdown or, in
 * tools' arguments, of JSON is read, and what follows ("'s") is text. Two separators more or less are too much,
 * as are missing letters. A placeholder is known among any letters, its 60 bits being enough; a surrogate only
 * where it stands free. What this vault never issued is left alone.
 */
#ifndef WEIR_PRIVACY_VAULT_H
#define WEIR_PRIVACY_VAULT_H

#include "base/buf.h"
#include "privacy/find.h"

enum {
    VAULT_KEY_BYTES = 32,
    SHOWN_MOST = 96,         /* bytes of what stands for a value */
    RESTORE_HELD_MOST = 640, /* bytes of that, each of them escaped */
};

#define VAULT_REMOVED "[removed]"

struct vault_key {
    unsigned char bytes[VAULT_KEY_BYTES];
};

/* A team's key: HMAC-SHA-256(master, team). */
void vault_key_derive(const struct vault_key *master, struct slice team, struct vault_key *out);

struct vault;

struct vault *vault_new(struct arena *, const struct vault_key *team_key);

/* Of the kinds that will be hidden, those that get surrogates and those that are removed, which wins where a
 * kind is in both; all others get placeholders. To be said before anything is hidden. */
void vault_set_ways(struct vault *, pii_set surrogate, pii_set remove);

/* What vault_hide() would issue for this text, without writing it: so that surrogates are known, and
 * vault_avoid() can be asked, before the first text is written. */
void vault_issue(struct vault *, struct slice text, const struct findings *, pii_set kinds);

/* Draws those surrogates anew that this text holds by chance, lest its words be given back as values. True when
 * there were some; then texts that were asked about before must be asked about again. */
bool vault_avoid(struct vault *, struct slice text);

/* Appends text to out, findings whose kind is in `hide` replaced; returns how many were. The findings are those
 * that find() gave for this text. Values are kept byte for byte, so that what comes back is what was sent; in
 * arguments they are kept unescaped; a number's surrogate is a number, and its placeholder is put in quotes.
 * The caller asks out->full, once. */
size_t vault_hide(struct vault *, struct slice text, const struct findings *, pii_set kinds, struct buf *out);

/* How many different values are held: with none there is nothing to restore. What was removed is not held. */
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
