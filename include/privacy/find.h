/*
 * find.h - what is private in a text, and how sure we are.
 *
 * One Hyperscan pass for all patterns, then each hit's check (check digits, ranges, context words). A finder is
 * compiled once, immutable, shared; a scratch is one thread's. Offsets are bytes of the text as given. Findings
 * come sorted and do not overlap: of two that do, the more confident stays, then the longer, then the earlier
 * line of the table.
 */
#ifndef WEIR_PRIVACY_FIND_H
#define WEIR_PRIVACY_FIND_H

#include "base/arena.h"
#include "base/fault.h"

enum pii_kind {
#define PII_KIND(name, word, tag, is_secret) PII_##name,
#include "tables/pii_kinds.h"
#undef PII_KIND
    PII_KINDS
};

/* A set of kinds, bit 1 << kind. */
typedef uint64_t pii_set;
#define PII_ALL ((pii_set)((1ull << PII_KINDS) - 1))

const char   *pii_word(enum pii_kind);
const char   *pii_tag(enum pii_kind);
enum pii_kind pii_of(struct slice word); /* PII_KINDS where there is none */

struct finding {
    size_t        start, end; /* bytes of the text */
    enum pii_kind kind;
    float         confidence; /* 0..1 */
    const char   *source;     /* the pattern's name (static) */
};

struct findings {
    struct finding *item; /* in the arena */
    size_t          count;
    pii_set         kinds;
};

struct finder;
struct finder_scratch;

MUST_CHECK struct finder *finder_new(struct fault *why);
void                      finder_free(struct finder **);
struct finder_scratch    *finder_scratch_new(const struct finder *);
void                      finder_scratch_free(struct finder_scratch **);

/* False when the scan itself failed, which the caller treats as "everything is private" (law 2). */
MUST_CHECK bool find(const struct finder *, struct finder_scratch *, struct arena *, struct slice text,
                     struct findings *out, struct fault *why);

#endif
