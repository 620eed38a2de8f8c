/*
 * diag.h - every mistake of a file in one run, each with its place: "file:line:column: what, what was
 * expected".
 *
 * Collected, not thrown: a reader goes on after a mistake as far as it makes sense. Quotes the user's own keys
 * and words, never a secret's value.
 */
#ifndef WEIR_POLICY_DIAG_H
#define WEIR_POLICY_DIAG_H

#include "base/buf.h"

struct place {
    const char *file;         /* (ref) as the user named it */
    unsigned    line, column; /* from 1; 0 where the whole file is meant */
};

struct diag {
    struct buf text;   /* a line each, LF-terminated; what is beyond 64 KiB is counted, not kept */
    unsigned   errors; /* # of errors */
};

enum { DIAG_HINT_BYTES = 96 };

void diag_init(struct diag *);
void diag_fini(struct diag *);
void diag_error(struct diag *, struct place, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ", did you mean "X"?" for the end of a message: the word of the list (NULL-terminated) whose
 * Damerau-Levenshtein distance is the least, and at most a third of its length; "" where none is so near. out
 * is returned. */
const char *diag_hint(struct slice wrong, const char *const *right, char out[DIAG_HINT_BYTES]);

#endif
