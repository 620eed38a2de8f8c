/*
 * database.h - all regexes in one Hyperscan database.
 *
 * Those that ship are compiled when Weir is built (src/privacy/build/) and lie serialized in the binary, which
 * takes a millisecond to load where compiling takes a quarter of a second; with an operator's own they are
 * compiled anew, in one database, so that a text is read once.
 */
#ifndef WEIR_SRC_PRIVACY_DATABASE_H
#define WEIR_SRC_PRIVACY_DATABASE_H

#include "privacy/patterns.h"

#include <hs/hs.h>

/* The id of VIEW_DISGUISE. A line of tables/pii_patterns.h has its number as its id, from 0; the operator's
 * have first_own and what follows. */
enum { DISGUISE = 1 << 30 };

/* For this machine, or (`platform`) for another kind. NULL with the pattern's name and Hyperscan's words. */
MUST_CHECK hs_database_t *database_compile(const struct own_pattern *own, size_t count, unsigned first_own,
                                           const hs_platform_info_t *platform, struct fault *why);

/* What ships, out of the binary; NULL where the Hyperscan on this machine will not have it: one of another
 * version than it was built with. */
MUST_CHECK hs_database_t *database_shipped(void);

#endif
