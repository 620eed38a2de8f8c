/*
 * patterns.h - patterns that the operator adds to those that ship (`patterns:` in a policy).
 *
 * They are compiled into the finder's one database, so that a text is still read once; what a regex cannot say,
 * a check of tables/value_checks.h does. All that is given here outlives the finder.
 */
#ifndef WEIR_PRIVACY_PATTERNS_H
#define WEIR_PRIVACY_PATTERNS_H

#include "privacy/find.h"

/* Whether a value, as it stands in the text, is what it seems. */
typedef bool value_check(struct slice value);

/* NULL where there is none of that name. */
value_check *value_check_named(struct slice name);
/* All names, NULL-terminated. */
const char *const *value_check_names(void);

/* One regex. Confidence is `alone`; beside one of the words it is `beside`, beside a doubt most of it goes;
 * what ends below 0.5 is no finding (tables/pii_patterns.h tells how lists of words are written). */
struct own_pattern {
    enum pii_kind kind;
    const char   *name; /* the source that its findings tell */
    const char   *regex;
    value_check  *check; /* NULL: none */
    float         alone, beside;
    const char   *words, *doubts;
};

/* Whether Hyperscan takes the regex. why: its own words, with the place in the regex where it tells one. A few
 * milliseconds. */
MUST_CHECK bool regex_check(const char *regex, struct fault *why);

/* A regex that a value may be all of; any thread may ask. NULL as above. */
struct regex;

MUST_CHECK struct regex *regex_new(const char *regex, struct fault *why);
void                     regex_free(struct regex **);
bool                     regex_is_all(const struct regex *, struct slice value);

/* As finder_new, with these as well: some milliseconds more for each. NULL where they do not compile together;
 * each alone was asked of regex_check before. */
MUST_CHECK struct finder *finder_new_with(const struct own_pattern *, size_t count, struct fault *why);

#endif
