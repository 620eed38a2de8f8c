/*
 * settle.c - see settle.h.
 *
 * Candidates are taken by rank, each where no better one has been: a map with a bit a byte of the text tells.
 * Its cost is the text's length over 64 and the candidates' own lengths, however they overlap.
 */
#include "settle.h"

#include "base/die.h"
#include "checks.h"

enum { FIRST_CAP = 64, KEPT_CAP = 4096, WORD_BITS = 64 };

/* --- the list --------------------------------------------------------------------------------------------- */

void candidates_add(struct candidates *list, struct candidate c)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : FIRST_CAP;
        list->item = die_if_null(reallocarray(list->item, list->cap, sizeof *list->item));
    }
    list->item[list->count++] = c;
}

struct candidate *candidates_last(struct candidates *list)
{
    return list->count ? &list->item[list->count - 1] : NULL;
}

void candidates_fini(struct candidates *list)
{
    free(list->item);
    *list = (struct candidates){ 0 };
}

void candidates_reset(struct candidates *list)
{
    list->count = 0;
    if (list->cap > KEPT_CAP)
        candidates_fini(list);
}

/* --- orders ----------------------------------------------------------------------------------------------- */

static int by_rank(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->confidence != b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    size_t a_length = a->end - a->start, b_length = b->end - b->start;
    if (a_length != b_length)
        return a_length > b_length ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->start < b->start ? -1 : a->start > b->start;
}

static int by_start(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* --- the map ---------------------------------------------------------------------------------------------- */

/* The bits of [at, end) in the word of the map that holds bit `at`. */
static uint64_t bits_in_word(size_t at, size_t end)
{
    uint64_t from_at = UINT64_MAX << (at % WORD_BITS);
    size_t   word_end = (at / WORD_BITS + 1) * WORD_BITS;
    return end < word_end ? from_at & ~(UINT64_MAX << (end % WORD_BITS)) : from_at;
}

static bool is_free(const uint64_t *map, size_t start, size_t end)
{
    for (size_t at = start; at < end; at = (at / WORD_BITS + 1) * WORD_BITS)
        if (map[at / WORD_BITS] & bits_in_word(at, end))
            return false;
    return true;
}

static void take(uint64_t *map, struct candidate c, struct candidates *out)
{
    for (size_t at = c.start; at < c.end; at = (at / WORD_BITS + 1) * WORD_BITS)
        map[at / WORD_BITS] |= bits_in_word(at, c.end);
    candidates_add(out, c);
}

/* --- settling --------------------------------------------------------------------------------------------- */

/* Separators and brackets at the ends of a piece say nothing. */
static bool is_telling(char c)
{
    return is_alnum(c) || (c & 0x80);
}

/* Takes what no better one has of the candidate. */
static void take_pieces(uint64_t *map, struct slice text, struct candidate c, struct candidates *out)
{
    for (size_t at = c.start; at < c.end;) {
        struct candidate piece = c;
        while (at < c.end && !is_free(map, at, at + 1))
            at++;
        piece.start = at;
        while (at < c.end && is_free(map, at, at + 1))
            at++;
        piece.end = at;
        while (piece.start < piece.end && !is_telling(text.ptr[piece.start]))
            piece.start++;
        while (piece.start < piece.end && !is_telling(text.ptr[piece.end - 1]))
            piece.end--;
        if (piece.start < piece.end)
            take(map, piece, out);
    }
}

void settle(struct candidates *list, struct slice text, struct candidates *out)
{
    uint64_t *map = must_calloc(text.len / WORD_BITS + 1, sizeof *map);
    qsort(list->item, list->count, sizeof *list->item, by_rank);
    for (size_t i = 0; i < list->count; i++) {
        struct candidate c = list->item[i];
        if (is_free(map, c.start, c.end))
            take(map, c, out);
        else
            take_pieces(map, text, c, out);
    }
    qsort(out->item, out->count, sizeof *out->item, by_start);
    free(map);
}
