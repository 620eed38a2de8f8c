/*
 * names_words.h - the words of a window of text, and what the model sees of each beside its pieces.
 *
 * A word is what BERT's first step makes of a text: a run between blanks and punctuation, or one mark or
 * ideograph. train/names_features.py computes the same.
 */
#ifndef WEIR_SRC_SLM_NAMES_WORDS_H
#define WEIR_SRC_SLM_NAMES_WORDS_H

#include "slm/tokenizer.h"

enum { NAMES_TABLES = 5 }; /* case, before, behind, start, the whole window's case */

struct names_word {
    size_t   from, to;          /* bytes of the text */
    unsigned first, last;       /* its tokens [first, last) of the window's */
    uint8_t  row[NAMES_TABLES]; /* rows of names.added */
};

/* What [CLS] and [SEP] have. */
struct names_word names_no_word(const struct names_word *words, size_t count);

/* Groups the tokens [1, tokens) of a window that begins at byte `base` of the text into words; [0] is [CLS].
 * Places count from base. The rows are not set yet. Returns how many. */
size_t names_words_group(const struct tokenizer *, const uint32_t *ids, const struct token_place *places,
                         size_t tokens, size_t base, struct names_word *out);

/* Sets the rows of a window's words. */
void names_words_see(struct slice text, struct names_word *, size_t count);

#endif
