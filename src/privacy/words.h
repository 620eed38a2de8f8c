/*
 * words.h - the words beside a value that say what it is; tables/pii_patterns.h tells how lists are written.
 */
#ifndef WEIR_SRC_PRIVACY_WORDS_H
#define WEIR_SRC_PRIVACY_WORDS_H

#include "base/slice.h"

struct words;

/* NULL for a list without words, in which nothing is ever found. The list must outlive it. */
struct words *words_new(const char *list);
void          words_free(struct words **);

/* Whether one of the words stands in text[from, to). */
bool has_word(const struct words *, struct slice text, size_t from, size_t to);

#endif
