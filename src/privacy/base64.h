/*
 * base64.h - base64 and base64url (RFC 4648), for looking into what a text holds in it.
 */
#ifndef WEIR_SRC_PRIVACY_BASE64_H
#define WEIR_SRC_PRIVACY_BASE64_H

#include "base/slice.h"

/* A letter's value, 0 to 63, of either alphabet; -1 for others. */
int base64_value(char);

/* Letters of either alphabet, with or without "=" at the end, into `out`, which has room for three bytes for
 * every four; false where another letter stands, or one too many. Bits beyond the last byte are not looked at.
 */
MUST_CHECK bool base64_decode(struct slice letters, char *out, size_t *len);

#endif
