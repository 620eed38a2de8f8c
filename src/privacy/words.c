/*
 * words.c - see words.h.
 *
 * Words are kept by their first byte, and looked up only where a word of the text begins: a window of a hundred
 * bytes asks a dozen times, each time for the two or three words with that letter.
 */
#include "words.h"

#include "base/die.h"
#include "checks.h"

struct word {
    struct slice text;
    bool         goes_on; /* written with a "*" */
};

struct words {
    unsigned    begin[257]; /* words that begin with byte b: item[begin[b]] to before item[begin[b + 1]] */
    struct word item[];
};

/* The list's word at `next`, which is moved to the one after. */
static struct word take_word(const char **next)
{
    size_t      length = strcspn(*next, "|");
    bool        goes_on = (*next)[length - 1] == '*';
    struct word w = { slice_of(*next, length - goes_on), goes_on };
    *next += length + ((*next)[length] == '|');
    return w;
}

struct words *words_new(const char *list)
{
    unsigned count = 0;
    for (const char *next = list; *next; count++)
        take_word(&next);
    if (count == 0)
        return NULL;
    struct words *words = die_if_null(calloc(1, sizeof *words + count * sizeof(struct word)));
    unsigned      filled = 0;
    for (int byte = 0; byte < 256; byte++) {
        words->begin[byte] = filled;
        for (const char *next = list; *next;) {
            struct word w = take_word(&next);
            if ((unsigned char)w.text.ptr[0] == byte)
                words->item[filled++] = w;
        }
    }
    words->begin[256] = filled;
    return words;
}

void words_free(struct words **handle)
{
    free(*handle);
    *handle = NULL;
}

static bool is_word_at(const struct word *word, struct slice text, size_t at)
{
    struct slice w = word->text;
    if (w.len > text.len - at)
        return false;
    for (size_t i = 1; i < w.len; i++)
        if (lower(text.ptr[at + i]) != w.ptr[i])
            return false;
    return word->goes_on || !is_alnum(w.ptr[w.len - 1]) || !is_letter(byte_at(text, at + w.len));
}

bool has_word(const struct words *words, struct slice text, size_t from, size_t to)
{
    if (!words)
        return false;
    struct slice window = slice_cut(text, 0, to);
    for (size_t at = from; at < window.len; at++) {
        char c = lower(byte_at(window, at));
        bool is_begin = is_letter(c) ? !is_in_word(window, at) : (c & 0x80) != 0;
        if (!is_begin)
            continue;
        for (unsigned i = words->begin[(unsigned char)c]; i < words->begin[(unsigned char)c + 1]; i++)
            if (is_word_at(&words->item[i], window, at))
                return true;
    }
    return false;
}
