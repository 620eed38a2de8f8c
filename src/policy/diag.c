/* diag.c - see policy/diag.h. */
#include "policy/diag.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MOST_BYTES = 64 * 1024, LINE_MOST_BYTES = 1024, WORD_MOST = 64 };

void diag_init(struct diag *d)
{
    buf_init(&d->text, TEXT_MOST_BYTES);
    d->errors = 0;
}

void diag_fini(struct diag *d)
{
    buf_fini(&d->text);
    d->errors = 0;
}

void diag_error(struct diag *d, struct place at, const char *fmt, ...)
{
    char    words[LINE_MOST_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);

    d->errors++;
    if (at.line)
        buf_printf(&d->text, "%s:%u:%u: %s\n", at.file, at.line, at.column, words);
    else
        buf_printf(&d->text, "%s: %s\n", at.file, words);
}

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/*
 * Optimal string alignment: insertions, deletions, replacements, and two neighbours swapped, each costs one.
 * Three rows of the table are enough, since a swap looks back two. Letters compare without case.
 */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned  rows[3][WORD_MOST + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.len; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        now[0] = i;
        int ca = tolower((unsigned char)a.ptr[i - 1]);
        for (unsigned j = 1; j <= b.len; j++) {
            int cb = tolower((unsigned char)b.ptr[j - 1]);
            now[j] = least_of(last[j] + 1, now[j - 1] + 1, last[j - 1] + (ca != cb));
            bool swapped = i > 1 && j > 1 && ca == tolower((unsigned char)b.ptr[j - 2]) &&
                           cb == tolower((unsigned char)a.ptr[i - 2]);
            if (swapped && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        unsigned *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.len];
}

static const char *nearest(struct slice wrong, const char *const *right)
{
    const char *best = NULL;
    unsigned    best_distance = 0;
    for (; wrong.len && wrong.len <= WORD_MOST && *right; right++) {
        struct slice word = slice_str(*right);
        if (word.len > WORD_MOST)
            continue;
        unsigned d = distance(wrong, word);
        if (d * 3 <= word.len && (!best || d < best_distance)) {
            best = *right;
            best_distance = d;
        }
    }
    return best;
}

const char *diag_hint(struct slice wrong, const char *const *right, char out[DIAG_HINT_BYTES])
{
    const char *meant = nearest(wrong, right);
    if (meant)
        snprintf(out, DIAG_HINT_BYTES, ", did you mean \"%s\"?", meant);
    else
        out[0] = '\0';
    return out;
}
