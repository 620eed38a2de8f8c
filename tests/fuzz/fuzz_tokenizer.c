/*
 * fuzz_tokenizer.c - any bytes are text: ids are below the vocabulary's size, never more than asked for, and
 * the first ones do not depend on how many were asked for; tokens stand in the text, none before the one
 * before.
 */
#include "slm/tokenizer.h"

#include <stdlib.h>

const char *const fuzz_seeds[] = {
    "unaffable ab.b [MASK] abcd",
    "naïve e\xCC\x81 中文 가 😀",
    "[SEP][CLS] \xE1\xAD\x84\xE3\x80\xAE \xC2\xAD",
    "abc abababababababababababababababababababababababababababababab",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 64, FEW = 7 };
    static struct tokenizer *tokenizer;
    struct fault             why;
    if (!tokenizer)
        tokenizer = tokenizer_read(S("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\nb\nab\n##c\nun\n##aff\n.\n"),
                                   "v", CASE_FOLDED, &why);
    if (!tokenizer)
        abort();
    uint32_t           many[MOST], few[FEW];
    struct token_place place[MOST];
    struct slice       text = slice_of((const char *)data, size);
    size_t             count = tokenizer_run_placed(tokenizer, text, many, place, MOST);
    size_t             less = tokenizer_run(tokenizer, text, few, FEW);
    if (count < 2 || count > MOST || less != (count < FEW ? count : FEW) ||
        memcmp(many, few, (less - 1) * sizeof *few) != 0)
        abort();
    for (size_t i = 0; i < count; i++)
        if (many[i] >= tokenizer_tokens(tokenizer))
            abort();
    for (size_t i = 0; i < count; i++)
        if (place[i].to > size || place[i].from > place[i].to || (i > 0 && place[i].from < place[i - 1].from))
            abort();

    /* As a vocabulary, with what every vocabulary needs before it. */
    char *vocab = malloc(size + 32);
    if (!vocab)
        abort();
    int needed = 18;
    memcpy(vocab, "[UNK]\n[CLS]\n[SEP]\n", (size_t)needed);
    memcpy(vocab + needed, data, size);
    struct tokenizer *other = tokenizer_read(slice_of(vocab, (size_t)needed + size), "v", CASE_FOLDED, &why);
    if (!other || tokenizer_run(other, text, many, MOST) < 2)
        abort();
    tokenizer_free(&other);
    free(vocab);
    return 0;
}
