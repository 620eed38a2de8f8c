/*
 * tokenizer.h - text to token ids, as Hugging Face's BertTokenizerFast does it.
 *
 * Text is cleaned and, for an uncased model, decomposed, stripped of accents and put in lower case; it is cut
 * into words at blanks and around punctuation and ideographs, and each word into the longest pieces that the
 * vocabulary has. A word without such pieces, or longer than 100 characters, is [UNK]. The names of special
 * tokens, standing in the text as they are, become those tokens. Bytes that are not UTF-8 are left out.
 */
#ifndef WEIR_SLM_TOKENIZER_H
#define WEIR_SLM_TOKENIZER_H

#include "base/fault.h"

struct tokenizer; /* immutable once it is made: any number of threads may use it */

/* Whether the model tells capitals from small letters. */
enum token_case { CASE_FOLDED, CASE_KEPT };

/* Of a vocab.txt: a token a line, its id the line's number from 0. */
MUST_CHECK struct tokenizer *tokenizer_open(const char *path, enum token_case, struct fault *why);

/* The same for bytes in memory, which are copied. */
MUST_CHECK struct tokenizer *tokenizer_read(struct slice vocab, const char *name, enum token_case,
                                            struct fault *why);

void tokenizer_free(struct tokenizer **);

/* Is it a piece that goes on with the word before it? */
bool tokenizer_goes_on(const struct tokenizer *, uint32_t id);

/* Ids are below this. */
size_t tokenizer_tokens(const struct tokenizer *);

/* [CLS], the text's tokens, [SEP]: at most `most` ids (>= 2), those beyond cut off before [SEP]. Returns how
 * many. */
size_t tokenizer_run(const struct tokenizer *, struct slice text, uint32_t *ids, size_t most);

/* Where in the text a token's characters stand: bytes [from, to). Of a word that became [UNK] all of it; of
 * [CLS] and [SEP] nothing, at the beginning and at the end of what was read. */
struct token_place {
    uint32_t from, to;
};

/* The same, with a place for each id; places: [most], or NULL. text: below 4 GiB. */
size_t tokenizer_run_placed(const struct tokenizer *, struct slice text, uint32_t *ids,
                            struct token_place *places, size_t most);

#endif
