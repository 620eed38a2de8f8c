/*
 * unicode.h - code points: read from UTF-8, and folded or cleaned as BERT's tokenizers do it.
 */
#ifndef WEIR_SLM_UNICODE_H
#define WEIR_SLM_UNICODE_H

#include "base/slice.h"

enum { UNICODE_FOLD_MOST = 5, UNICODE_BYTES_MOST = 4, UNICODE_BAD = 0xFFFD };

/* The code point at the start of s (not empty), its bytes counted into *bytes. For bytes that are not UTF-8:
 * UNICODE_BAD, and 1. */
uint32_t unicode_read(struct slice s, size_t *bytes);

/* Writes at most UNICODE_BYTES_MOST bytes, returns how many. */
size_t unicode_write(uint32_t code_point, char *out);

/* What stays of a code point that is cleaned, decomposed, stripped and in lower case: `count` code points. A
 * wall leaves none, but marks do not change places across it. */
struct fold {
    uint32_t point[UNICODE_FOLD_MOST];
    unsigned count;
    bool     is_wall;
};
struct fold unicode_fold(uint32_t code_point);

/* Where case is kept: cleaned only, and ideographs set apart. */
struct fold unicode_clean(uint32_t code_point);

/* 0, or a mark's place: neighbouring marks stand in the order of their ranks. */
unsigned unicode_rank(uint32_t code_point);

bool unicode_is_punctuation(uint32_t code_point);

#endif
