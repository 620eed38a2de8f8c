/* names_decode.h - from what the head says of each word to names. */
#ifndef WEIR_SRC_SLM_NAMES_DECODE_H
#define WEIR_SRC_SLM_NAMES_DECODE_H

#include "names_words.h"
#include "slm/names.h"

enum { NAMES_WORDS_MOST = 512 }; /* in a window */

/*
 * logits: [count][NAMES_OUTPUTS], become chances. back: room for as many bytes. out: room for `count` names.
 * Returns how many there are, in the order of the text; a name's confidence is the mean over its words of the
 * chance that it is one of any kind.
 */
size_t names_decode(const struct names *, const struct names_word *, size_t count, float *logits, uint8_t *back,
                    struct named *out);

#endif
