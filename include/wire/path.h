/*
 * path.h - what a request's target says: a path against patterns, the id in it, the parameters of a query (RFC
 * 3986).
 */
#ifndef WEIR_WIRE_PATH_H
#define WEIR_WIRE_PATH_H

#include "base/arena.h"

/* Is the path of that pattern, "/v1/responses/{id}/cancel"? {id} stands for one segment that is not empty, as
 * it was sent; *id is it, and is not touched where there is none in the pattern, or no match. */
bool path_matches(const char *pattern, struct slice path, struct slice *id);

/* The text with its "%2F" read; "%" that begins no such triple stands for itself. The text itself where it has
 * none, else in the arena. */
struct slice path_decode(struct arena *, struct slice);

/* Cuts the next parameter off a query, "a=1&b=2": key and value decoded, "+" being a blank. False at the end.
 */
bool query_next(struct slice *query, struct arena *, struct slice *key, struct slice *value);

/* The value of the first parameter so named; NULL ptr where there is none. */
struct slice query_get(struct slice query, const char *key, struct arena *);

#endif
