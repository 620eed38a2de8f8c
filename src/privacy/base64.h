/*
 * base64.h - base64 and base64url (RFC 4648), and where a text holds another one in it.
 */
#ifndef WEIR_SRC_PRIVACY_BASE64_H
#define WEIR_SRC_PRIVACY_BASE64_H

#include "checks.h"

enum { BASE64_TEXT_LEAST = 16 }; /* letters; fewer are words */

/* A letter's value, 0 to 63, of either alphabet; -1 for others. */
int base64_value(char);

/* Letters of either alphabet, with or without "=" at the end, into `out`, which has room for three bytes for
 * every four; false where another letter stands, or one too many. Bits beyond the last byte are not looked at.
 * Ends of lines within are passed over. */
MUST_CHECK bool base64_decode(struct slice letters, char *out, size_t *len);

/* The next run of letters from `from` on that decodes to text: UTF-8 without control characters. Lines of sixty
 * letters or more go on in the next. False where there is none. */
MUST_CHECK bool base64_text_next(struct slice text, size_t from, struct place *run);

#endif
