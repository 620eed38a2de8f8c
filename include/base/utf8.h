/*
 * utf8.h - UTF-8, checked (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
 */
#ifndef WEIR_BASE_UTF8_H
#define WEIR_BASE_UTF8_H

#include "base/slice.h"

/* What stands for bytes or code units that mean nothing. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* The bytes of the sequence at p, 1 to 4; 0 where none is valid there or the end cuts it. p < end. */
size_t utf8_length(const char *p, const char *end);

/* Is the sequence at p, of utf8_length() bytes or an invalid byte, a control, which a terminal obeys? Those of
 * ASCII, DEL, and U+0080..U+009F. */
bool utf8_is_control(const char *p, size_t len);

/* How much of text that may have been cut anywhere is left when an unfinished sequence at its end goes: bytes.
 * Only the end is looked at. */
size_t utf8_whole(const char *text, size_t len);

/* Writes a code point that is no surrogate: 1 to 4 bytes. */
size_t utf8_write(uint32_t code_point, char out[4]);

#endif
