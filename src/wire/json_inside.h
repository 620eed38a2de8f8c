/*
 * json_inside.h - what reading, asking and writing JSON share.
 */
#ifndef WEIR_WIRE_JSON_INSIDE_H
#define WEIR_WIRE_JSON_INSIDE_H

#include "wire/json.h"

/* The first byte in [p, end) that is a quote, a backslash, a control byte or no ASCII; end where none is. */
const char *json_skip_plain(const char *p, const char *end);

/* The value of four hexadecimal digits, -1 where one of them is none. */
int json_hex4(const char *p);

/* The text of a valid JSON string given without its quotes, its escapes read; in the arena if it has any. */
struct slice json_unescape(struct slice escaped, struct arena *);

#endif
