/*
 * fault.h - why something did not work, in a form that a client, a log line and a metric can all be made of.
 *
 * A function that may fail takes a `struct fault *why` and returns false; `return fault_set(why, FAULT_X, "…")`
 * says both. The detail names the rule, file, field or byte that caused it, and never holds a prompt, an answer
 * or a key.
 */
#ifndef WEIR_BASE_FAULT_H
#define WEIR_BASE_FAULT_H

#include "base/slice.h"

enum fault_kind {
    FAULT_NONE,
#define FAULT(name, status, type, code, next, words) FAULT_##name,
#include "tables/faults.h"
#undef FAULT
    FAULT_KINDS
};

struct fault {
    enum fault_kind kind;
    char            param[64];   /* the field of the request that is to blame; "" when none is */
    char            detail[320]; /* one sentence without a full stop; "" when the table's words say it all */
};

/* The table's columns. */
int         fault_status(enum fault_kind);
const char *fault_type(enum fault_kind);
const char *fault_code(enum fault_kind);
const char *fault_words(enum fault_kind);
bool        fault_tries_next(enum fault_kind);

/* Fills *why (which may be NULL) and returns false. An over-long detail is cut at a character. */
bool fault_set(struct fault *why, enum fault_kind, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As fault_set, with the request's field to blame. */
bool fault_set_param(struct fault *why, enum fault_kind, const char *param, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "words: detail", NUL-terminated, into out. */
void fault_message(const struct fault *, char *out, size_t out_bytes);

#endif
