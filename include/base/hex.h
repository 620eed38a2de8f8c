/*
 * hex.h - bytes in hexadecimal digits, and back.
 */
#ifndef WEIR_BASE_HEX_H
#define WEIR_BASE_HEX_H

#include "base/slice.h"

/* 0..15, of capitals too; -1: it is no such digit. */
static inline int hex_digit(char c)
{
    char small = (char)(c | 0x20);
    return c >= '0' && c <= '9' ? c - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* Two small digits a byte, and a NUL after them: out has room for 2 * count + 1. Returns 2 * count. */
size_t hex_write(const unsigned char *bytes, size_t count, char *out);

/* `count` bytes from exactly twice as many digits; otherwise false, and out holds nothing of use. */
MUST_CHECK bool hex_read(struct slice digits, unsigned char *out, size_t count);

#endif
