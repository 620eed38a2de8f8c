/*
 * words.c - the words beside a value that say what it is.
 *
 * Windows are some dozen bytes, so the lists are read as they stand in the table; only where a word begins in
 * the text are they read at all.
 */
#include "checks.h"

/* Whether the list's word stands at `at`, where a word of the text begins. */
static bool is_word_at(struct slice word, bool goes_on, struct slice text, size_t at)
{
    if (word.len > text.len - at)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (lower(text.ptr[at + i]) != word.ptr[i])
            return false;
    return goes_on || !is_alnum(word.ptr[word.len - 1]) || !is_letter(byte_at(text, at + word.len));
}

static bool is_any_word_at(const char *words, struct slice text, size_t at)
{
    char first = lower(byte_at(text, at));
    for (const char *next = words; *next;) {
        size_t length = strcspn(next, "|");
        bool   goes_on = next[length - 1] == '*';
        if (*next == first && is_word_at(slice_of(next, length - goes_on), goes_on, text, at))
            return true;
        next += length + (next[length] == '|');
    }
    return false;
}

bool has_word(const char *words, struct slice text, size_t from, size_t to)
{
    if (!*words)
        return false;
    struct slice window = slice_cut(text, 0, to);
    for (size_t at = from; at < window.len; at++) {
        char c = byte_at(window, at);
        bool is_begin = is_letter(c) ? !is_alnum(byte_at(window, at - 1)) : (c & 0x80) != 0;
        if (is_begin && is_any_word_at(words, window, at))
            return true;
    }
    return false;
}
