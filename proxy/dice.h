/*
 * dice.h - what nobody can foretell: random bytes, from OpenSSL. Where it has none the process ends, since what
 * is made of them are names and keys.
 */
#ifndef WEIR_DICE_H
#define WEIR_DICE_H

#include "base/slice.h"

void dice_bytes(void *out, size_t bytes);

/* So many hexadecimal digits, an even number of them, DICE_DIGITS_MOST at most, and a NUL behind them. */
enum { DICE_DIGITS_MOST = 64 };
void dice_digits(char *out, size_t digits);

#endif
