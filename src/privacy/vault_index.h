/*
 * vault_index.h - a vault from within: what was hidden, and what may stand for it in an answer.
 *
 * A code is 60 bits drawn by HMAC, so it is its own hash, and no client can choose codes that collide in a
 * table. What may stand in an answer is kept in order, folded (letter case, separators): all that begin alike
 * are neighbours, so reading a text letter by letter narrows a range, and nothing else need be built.
 */
#ifndef WEIR_SRC_PRIVACY_VAULT_INDEX_H
#define WEIR_SRC_PRIVACY_VAULT_INDEX_H

#include "privacy/vault.h"

#include <openssl/evp.h>

enum { CODE_LETTERS = 12, LETTER_BITS = 5, CODE_BITS = CODE_LETTERS * LETTER_BITS };

struct hidden {
    uint64_t      code;
    enum pii_kind kind;
    unsigned      draws; /* # surrogates drawn before this one, which were somebody else's */
    struct slice  value; /* in the arena; wiped with the vault */
    struct slice  shown; /* what stands for it; this and the next three are wiped with the vault too */
    struct slice  folded;
    struct slice  bare_folded, bare_value; /* of a surrogate number, both without separators; empty: none */
    const char   *source;
    bool          is_surrogate;
    bool          is_number; /* stood as a number in JSON, and does so again where that is given back */
};

/* One thing that may stand in an answer; all refs. */
struct issued {
    struct slice   folded;
    struct slice   value; /* what it gives back */
    struct hidden *hidden;
};

struct vault_index {
    struct issued *item; /* by `folded`, bytewise */
    size_t         count, cap;
    bool           is_stale;    /* something was issued since */
    bool           begins[256]; /* first bytes */
};

struct vault {
    struct arena   *arena; /* ref */
    EVP_MAC_CTX    *hmac;  /* keyed; ours */
    pii_set         surrogate, remove;
    struct hidden **slot;  /* by code; open addressing, `slots` a power of two, at most half full */
    struct hidden **shown; /* those with surrogates, by a hash of `shown` folded; as large */
    size_t          slots, count, shown_count; /* the last: # slots of `shown` that are taken, also in vain */
    bool            has_numbers;               /* one of it is_number, and has a placeholder */
    bool            has_surrogates;
    struct vault_index *index; /* made when it is asked for */
};

/* Keeps a value (copied) under a code; the entry, also where it stood there before. NULL where another value
 * does. A new one is to be shown. */
struct hidden *vault_put(struct vault *, enum pii_kind, uint64_t code, struct slice value);

/* Its placeholder is what stands for it. */
void vault_show_placeholder(struct vault *, struct hidden *);

/* The value of a letter of Crockford's base 32 as we write it (capitals, no I L O U), or -1. */
int code_letter_value(char);

/* What may stand for it in answers: h->shown is new. Makes the folded forms, and the index stale. */
void vault_show(struct vault *, struct hidden *);

/* In order, as of now. Belongs to the vault. */
const struct vault_index *vault_index(const struct vault *);

/* Capitals are small, separators "_": what models change without meaning anything by it. */
static inline char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c == '-' || c == ' ' ? '_' : c;
}

/* Where in an answer something issued stands: of `text`, from its begin. */
enum verdict { VERDICT_NO, VERDICT_MAY, VERDICT_YES };

struct probe {
    enum verdict         verdict;
    size_t               length;  /* YES: bytes of text; NO: of its first letter, which nothing begins with */
    bool                 in_word; /* the last of these is a letter or digit */
    const struct issued *issued;  /* YES */
};

struct probing {
    const struct vault_index *index;
    bool                      inside_json; /* JSON's escapes are read */
    bool                      is_whole;    /* nothing follows the text: no MAY */
    bool                      is_in_word;  /* a letter or digit stands before it */
};

/* Does something issued begin where the text does? The longest that does. */
struct probe vault_probe(const struct probing *, struct slice text);

#endif
