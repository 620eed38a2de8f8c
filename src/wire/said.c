/*
 * said.c - what the user said, and what a conversation is about: their last words that ask for something.
 *
 * "yes, go on" is easy to answer for nobody who has not read what it says yes to, so it is judged by that. Only
 * a message that is made of such words and of nothing else is passed over; one word more, and it is a question.
 *
 * A message's texts stand side by side in the list, so all of this is one walk over it, from its end.
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

/* Is it made of such words alone? */
static bool is_assent(struct slice text)
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

/* What the user wrote in one message, joined by LF, as it is now. */
struct said {
    struct slice words;
    uint32_t     message; /* CHAT_NO_MESSAGE: there is none */
    size_t       first;   /* its first text */
};

static bool is_said(const struct chat_text *t)
{
    return t->message != CHAT_NO_MESSAGE && t->role == CHAT_USER && t->place == CHAT_CONTENT;
}

static struct slice now(const struct chat_text *t)
{
    return t->now.ptr ? t->now : t->text;
}

static struct slice join(const struct chat_text *from, const struct chat_text *to, struct arena *arena)
{
    struct buf joined;
    buf_init(&joined, SIZE_MAX / 2); /* no longer than the body and what redaction made of it */
    struct slice said = { NULL, 0 };
    size_t       parts = 0;
    for (const struct chat_text *t = from; t < to; t++) {
        if (!is_said(t))
            continue;
        said = now(t);
        if (parts++)
            buf_add_byte(&joined, '\n');
        buf_add(&joined, said);
    }
    if (parts > 1)
        said = arena_copy(arena, buf_slice(&joined));
    buf_fini(&joined);
    return said;
}

/* In the last message that has something among the first `end` texts. */
static struct said said_before(const struct chat *c, size_t end, struct arena *arena)
{
    while (end > 0 && !is_said(&c->text[end - 1]))
        end--;
    if (end == 0)
        return (struct said){ .message = CHAT_NO_MESSAGE };
    uint32_t message = c->text[end - 1].message;
    size_t   first = end - 1;
    while (first > 0 && c->text[first - 1].message == message)
        first--;
    return (struct said){ join(c->text + first, c->text + end, arena), message, first };
}

static struct said said_last(const struct chat *c, struct arena *arena)
{
    size_t end = c->text_count;
    while (end > 0 && c->text[end - 1].message > c->last_user)
        end--;
    struct said last = said_before(c, end, arena);
    return last.message == c->last_user ? last : (struct said){ .message = CHAT_NO_MESSAGE };
}

struct slice chat_question(const struct chat *c, struct arena *arena)
{
    return said_last(c, arena).words;
}

struct slice chat_subject(const struct chat *c, struct arena *arena)
{
    const struct said last = said_last(c, arena);
    struct said       said = last;
    while (is_assent(said.words))
        said = said_before(c, said.first, arena);
    return said.message == CHAT_NO_MESSAGE ? last.words : said.words;
}
