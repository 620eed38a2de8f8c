/*
 * find.h - what is private in a text, and how sure we are.
 *
 * One Hyperscan pass for all patterns and one for the shapes of numbers, then each hit's check (check digits,
 * ranges, context words). A value that is all of a text is believed more than among words that do not speak of
 * it. A finder is compiled once, immutable, shared; a scratch is one thread's. Offsets are bytes of the text as
 * given. Findings come sorted and do not overlap: of two that do, the more confident stays whole, then the
 * longer, then the earlier line of the table; what the other covers beyond it stays as a finding of its own.
 * Names (persons, places, addresses ...) come from the small language model, and are never surer than .9: a
 * number with check digits within an address keeps its own kind.
 */
#ifndef WEIR_PRIVACY_FIND_H
#define WEIR_PRIVACY_FIND_H

#include "base/arena.h"
#include "base/fault.h"

/* The kinds of tables/pii_kinds.h; from PII_KINDS on those that the operator's policies name (pii_define). */
enum pii_kind {
#define PII_KIND(name, word, tag, is_secret, is_common) PII_##name,
#include "tables/pii_kinds.h"
#undef PII_KIND
    PII_KINDS,
    PII_KINDS_MOST = 64
};

enum { PII_WORD_BYTES = 32, PII_TAG_BYTES = 24 }; /* the NUL included */

/* A set of kinds, bit 1 << kind. */
typedef uint64_t pii_set;
#define PII_ALL UINT64_MAX

unsigned      pii_kinds(void); /* # of kinds now, the operator's included */
const char   *pii_word(enum pii_kind);
const char   *pii_tag(enum pii_kind);
bool          pii_is_secret(enum pii_kind);
pii_set       pii_any(void);             /* all kinds but the common ones */
enum pii_kind pii_of(struct slice word); /* PII_KINDS_MOST where there is none */

/* A kind of the operator's own, for as long as the process runs; the same word and tag give the same kind
 * again. why: what is wrong with them, or that all numbers are taken. */
MUST_CHECK bool pii_define(struct slice word, struct slice tag, enum pii_kind *out, struct fault *why);

struct finding {
    size_t        start, end; /* bytes of the text */
    enum pii_kind kind;
    float         confidence; /* 0..1 */
    const char   *source;     /* the pattern's name (lives as long as the finder) */
    struct slice  value;     /* what it says, where that is written otherwise; NULL ptr: the bytes themselves */
    bool          is_number; /* it is a number in JSON, where a placeholder needs quotes */
};

struct findings {
    struct finding *item; /* in the arena */
    size_t          count;
    pii_set         kinds;
};

struct finder;
struct finder_scratch;
struct slm_worker;

/* The patterns that ship, compiled when Weir was built: milliseconds; where this machine's Hyperscan will not
 * have that, they are compiled now: some tenths of a second, so not on a loop. NULL and FAULT_INTERNAL where
 * Hyperscan refuses (a processor without SSSE3). A scratch serves the finder that it was made for. */
MUST_CHECK struct finder *finder_new(struct fault *why);
void                      finder_free(struct finder **);
struct finder_scratch    *finder_scratch_new(const struct finder *);
void                      finder_scratch_free(struct finder_scratch **);

/* The kinds that only the small language model finds, by slm_names(); user names it finds beside the patterns.
 */
#define PII_NAMES                                                                                              \
    ((pii_set)1 << PII_PERSON | (pii_set)1 << PII_ADDRESS | (pii_set)1 << PII_PLACE |                          \
     (pii_set)1 << PII_ORGANIZATION | (pii_set)1 << PII_AFFILIATION | (pii_set)1 << PII_DATE |                 \
     (pii_set)1 << PII_TITLE)

/* From now on those are found too, with this worker (ref), whose model slm_has_names(); NULL, as in the
 * beginning: they are not. Some milliseconds for 200 words. Who turns it on turns it off. */
void finder_scratch_name(struct finder_scratch *, struct slm_worker *);

/*
 * Any bytes, UTF-8 or not, NULs too. A text with disguises in it (look-alike letters, zero-width characters,
 * escapes, base64 of a text, numbers in words) is read as it is and as it reads, three layers deep at most.
 * False when the scan itself failed, when the text is beyond 4 GiB or holds more than some 260,000 values, or
 * is too long to look for names in; the caller then treats everything as private (law 2). *out is empty in that
 * case.
 */
MUST_CHECK bool find(const struct finder *, struct finder_scratch *, struct arena *, struct slice text,
                     struct findings *out, struct fault *why);

/*
 * The same in a tool's arguments, which are JSON inside a string: read with their escapes undone, and cut to
 * strings and numbers, so that they are JSON when all is hidden. What is no JSON is looked at too. Values that
 * were escaped are in the arena.
 */
MUST_CHECK bool find_in_arguments(const struct finder *, struct finder_scratch *, struct arena *,
                                  struct slice text, struct findings *out, struct fault *why);

#endif
