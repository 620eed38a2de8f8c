/*
 * cmd_redact.h - what `weir redact` works with, and its four ways of reading stdin.
 */
#ifndef WEIR_CMD_REDACT_H
#define WEIR_CMD_REDACT_H

#include "cmd_load.h"
#include "privacy/written.h"

#include <stdio.h>

/* Exit statuses. */
enum { REDACT_WELL = 0, REDACT_FAILED = 1, REDACT_MISUSED = 2, REDACT_SOME_LINES_BROKEN = 3 };

struct redactor {
    struct loaded    loaded;
    pii_set          kinds; /* to hide */
    struct vault_key key;
    FILE            *map;   /* NULL: none is kept */
    struct arena    *arena; /* of the text at hand */
    struct vault    *vault; /* what is hidden in it */
    struct buf       out;
};

/* Each reads stdin to its end, writes stdout and returns an exit status. What could not be inspected is not
 * written: it counts as private (law 2). */

/* One text of any length, in bounded memory. */
int redact_text(struct redactor *);
/* The same as one JSON document, {"text", "findings"}; at most LINE_MOST_BYTES. */
int redact_document(struct redactor *);
/* Each line a text of its own, written as soon as it is read. */
int redact_lines(struct redactor *);
/* Each line a JSON object with a "text". */
int redact_jsonl(struct redactor *);

/* For these: a new text begins, and nothing is left of the last. */
void redactor_begin(struct redactor *);
/* Appends the text to out, what is found in it hidden; arguments are JSON. */
MUST_CHECK bool redactor_hide(struct redactor *, struct slice text, bool is_arguments, struct findings *,
                              struct buf *out, struct fault *why);
/* Writes what is in out, the map of it before. False when that failed, which has been told. */
MUST_CHECK bool redactor_write(struct redactor *);

#endif
