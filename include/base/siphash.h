/*
 * siphash.h - a keyed hash that nobody without the key can foresee or make collide: SipHash-2-4 with 128 bits.
 * (Aumasson and Bernstein 2012, https://cr.yp.to/siphash/siphash-20120918.pdf; 128 bits as their reference code
 * has it)
 */
#ifndef WEIR_BASE_SIPHASH_H
#define WEIR_BASE_SIPHASH_H

#include "base/slice.h"

struct siphash_key {
    unsigned char bytes[16];
};

struct siphash {
    uint64_t half[2];
};

struct siphash siphash_of(const struct siphash_key *, struct slice);

#endif
