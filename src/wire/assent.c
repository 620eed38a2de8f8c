/*
 * assent.c - what a conversation is about: the last words of its user that ask for something.
 *
 * "yes, go on" is easy to answer for nobody who has not read what it says yes to, so it is judged by that. Only
 * a message that is made of such words and of nothing else is passed over; one word more, and it is a question.
 */
#include "wire/chat.h"

enum { ASSENT_MOST_BYTES = 60 };

static const char *const assents[] = {
#define ASSENT(words) words,
#include "tables/assents.h"
#undef ASSENT
};

static bool is_mark(char c)
{
    return c != '\0' && strchr(" \t\r\n,.;:!-\"*()", c) != NULL;
}

static bool stands_at(struct slice text, size_t at, struct slice words)
{
    if (!slice_starts(slice_cut(text, at, text.len), words))
        return false;
    size_t end = at + words.len;
    return end == text.len || is_mark(text.ptr[end]) || (unsigned char)text.ptr[end] >= 0x80;
}

/* Bytes of the longest that stands there; 0 where none does. */
static size_t longest_at(struct slice text, size_t at)
{
    size_t longest = 0;
    for (size_t i = 0; i < sizeof assents / sizeof *assents; i++) {
        struct slice words = slice_str(assents[i]);
        if (words.len > longest && stands_at(text, at, words))
            longest = words.len;
    }
    return longest;
}

bool is_assent(struct slice text)
{
    char lower[ASSENT_MOST_BYTES];
    bool has_words = false;
    text = slice_trim(text);
    if (text.len == 0 || text.len > sizeof lower)
        return false;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i]);
    text = slice_of(lower, text.len);
    for (size_t at = 0; at < text.len;) {
        size_t len = is_mark(text.ptr[at]) ? 1 : longest_at(text, at);
        if (len == 0)
            return false;
        has_words = has_words || !is_mark(text.ptr[at]);
        at += len;
    }
    return has_words;
}

/* ---- what it is about ---- */

/* The user's words before this message, the nearest; CHAT_NO_MESSAGE where there are none. */
static uint32_t message_before(const struct chat *c, uint32_t message)
{
    for (size_t i = c->text_count; i-- > 0;) {
        const struct chat_text *t = &c->text[i];
        if (t->message < message && t->role == CHAT_USER && t->place == CHAT_CONTENT)
            return t->message;
    }
    return CHAT_NO_MESSAGE;
}

struct slice chat_subject(const struct chat *c, struct arena *arena)
{
    struct slice last = chat_said_in(c, c->last_user, arena), said = last;
    uint32_t     message = c->last_user;
    while (message != CHAT_NO_MESSAGE && is_assent(said)) {
        message = message_before(c, message);
        said = message == CHAT_NO_MESSAGE ? last : chat_said_in(c, message, arena);
    }
    return said;
}
