/*
 * judge_text.c - what the heads see of a text beside its embedding. train/features.py computes the same.
 *
 * Everything is bytes: ASCII has classes, a byte from 0x80 up counts as a letter, so nothing depends on a
 * locale or on a Unicode table.
 */
#include "slm/heads.h"

#include <math.h>

enum { LONG_WORD_BYTES = 9, OPTIONS = 4 };

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_blank(char c)
{
    return is_one_of(c, " \t\n\r\f\v");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct counts {
    size_t words, long_words, lines, digits, numbers, upper, high, math, code, stops, commas, questions;
    bool   option[OPTIONS]; /* a line begins with "A. ", "B. ", "C. ", "D. " */
};

static void count_byte(struct counts *n, char c, char before)
{
    n->lines += c == '\n';
    n->digits += is_digit(c);
    n->numbers += is_digit(c) && !is_digit(before);
    n->upper += c >= 'A' && c <= 'Z';
    n->high += (unsigned char)c >= 0x80;
    n->math += is_one_of(c, "=+*^<>\\");
    n->code += is_one_of(c, "{}();`_[]");
    n->stops += is_one_of(c, ".!?");
    n->commas += is_one_of(c, ",;:");
    n->questions += c == '?';
}

/* Of a line that begins at i. */
static void count_option(struct counts *n, struct slice text, size_t i)
{
    struct slice begin = slice_cut(text, i, i + 3);
    if (begin.len == 3 && begin.ptr[0] >= 'A' && begin.ptr[0] < 'A' + OPTIONS && slice_ends(begin, S(". ")))
        n->option[begin.ptr[0] - 'A'] = true;
}

static struct counts count(struct slice text)
{
    struct counts n = { .lines = 1 };
    size_t        word_from = 0;
    char          before = '\n';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        count_byte(&n, c, before);
        if (before == '\n')
            count_option(&n, text, i);
        if (!is_blank(c) && is_blank(before))
            word_from = i;
        if (!is_blank(c) && (i + 1 == text.len || is_blank(text.ptr[i + 1]))) {
            n.words++;
            n.long_words += i + 1 - word_from >= LONG_WORD_BYTES;
        }
        before = c;
    }
    return n;
}

/* How many there are, so that twice as many is always the same step; `most_log` brings it near 0..1. */
static float of_count(size_t count, double most_log)
{
    return (float)(log1p((double)count) / most_log);
}

static float share(size_t part, size_t whole)
{
    return (float)((double)part / (double)(whole ? whole : 1));
}

static void set_marks(struct slice text, float *mark)
{
    struct counts n = count(text);
    size_t        options = 0;
    for (size_t i = 0; i < OPTIONS; i++)
        options += n.option[i];
    const float marks[HEADS_MARKS] = {
        of_count(text.len, 10),    of_count(n.words, 8),         of_count(n.lines, 5),
        share(n.digits, text.len), of_count(n.numbers, 5),       share(n.upper, text.len),
        share(n.high, text.len),   of_count(n.math, 4),          of_count(n.code, 5),
        of_count(n.stops, 4),      of_count(n.commas, 4),        of_count(n.questions, 3),
        share(options, OPTIONS),   share(n.long_words, n.words),
    };
    memcpy(mark, marks, sizeof marks);
}

/* ---- words ---- */

/* FNV-1a, 64 bits, as slice_hash() has it: here fed byte by byte, in lower case. */
static const uint64_t FNV_START = 0xcbf29ce484222325u, FNV_PRIME = 0x100000001b3u;

static uint64_t hash_word(uint64_t hash, struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.ptr[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * FNV_PRIME;
    }
    return hash;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || (unsigned char)c >= 0x80;
}

static void set_bucket(struct text_marks *t, uint64_t hash)
{
    uint64_t *bits = &t->bucket[hash % HEADS_BUCKETS / 64], bit = 1ull << hash % 64;
    t->buckets += !(*bits & bit);
    *bits |= bit;
}

static void set_buckets(struct slice text, struct text_marks *t)
{
    struct slice before = { NULL, 0 };
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && is_word_byte(text.ptr[i]))
            i++;
        if (i == from) {
            i++;
            continue;
        }
        struct slice word = slice_cut(text, from, i);
        set_bucket(t, hash_word(FNV_START, word));
        if (before.len)
            set_bucket(t, hash_word(hash_word(hash_word(FNV_START, before), S(" ")), word));
        before = word;
    }
}

void text_marks_of(struct slice text, struct text_marks *out)
{
    memset(out, 0, sizeof *out);
    text = slice_cut(text, 0, HEADS_READ_BYTES_MOST);
    set_marks(text, out->mark);
    set_buckets(text, out);
}
