/*
 * names.h - what the small language model knows, as candidates among those of the patterns.
 */
#ifndef WEIR_SRC_PRIVACY_NAMES_H
#define WEIR_SRC_PRIVACY_NAMES_H

#include "base/arena.h"
#include "privacy/find.h"
#include "settle.h"

/* Adds a candidate for each name; its source is `first` and the kind's number beyond it. The arena is for what
 * is needed meanwhile. false: the text is too long. */
MUST_CHECK bool names_add(struct slm_worker *, struct arena *, struct slice text, unsigned first,
                          struct candidates *);

/* Of a source's number beyond `first`. */
enum pii_kind names_kind(unsigned beyond);

#endif
