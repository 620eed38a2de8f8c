/*
 * spelled.c - numbers that are spelled: digit by digit, "4 1 1 1 …", or as words, "four one five, double five
 * …".
 *
 * What parts the digits goes, and each stands where it was written. In place, since it only shortens.
 */
#include "view.h"

enum {
    LONE_DIGITS_LEAST = 8,
    SPELLED_LEAST = 6,
    WORDS_LEAST = 3,
    SPELLED_MOST = 64,
    GROUP_MOST = 4,
    GAP_MOST = 3
};

/* --- digits one by one ------------------------------------------------------------------------------------ */

static void join_lone_digits(struct view *v)
{
    char  *out = (char *)v->text.ptr;
    size_t len = v->text.len, kept = 0;
    for (size_t i = 0; i < len;) {
        size_t run = 0;
        char   separator = byte_at(v->text, i + 1);
        bool may_begin = is_digit(out[i]) && is_one_of(separator, " .-") && !is_digit(byte_at(v->text, i - 1));
        while (may_begin && is_digit(byte_at(v->text, i + 2 * run)) &&
               !is_digit(byte_at(v->text, i + 2 * run + 1))) {
            run++;
            if (byte_at(v->text, i + 2 * run - 1) != separator)
                break;
        }
        size_t step = run >= LONE_DIGITS_LEAST ? 2 : 1, count = run >= LONE_DIGITS_LEAST ? run : 1;
        for (size_t k = 0; k < count; k++, kept++) {
            out[kept] = out[i + step * k];
            v->at[kept] = v->at[i + step * k];
        }
        i += step * (count - 1) + 1;
    }
    v->at[kept] = v->at[len];
    v->text.len = kept;
}

/* --- words ------------------------------------------------------------------------------------------------ */

static bool is_word_there(struct slice text, size_t at, const char *word, size_t *end)
{
    size_t len = strlen(word);
    char   after = byte_at(text, at + len);
    *end = at + len;
    return slice_is_nocase(slice_cut(text, at, at + len), word) && !is_alnum(after) && !(after & 0x80);
}

/* The digit whose word begins at `at`, or -1. */
static int digit_word(struct slice text, size_t at, size_t *end)
{
    static const char *const words[10][9] = {
#define DIGIT_WORDS(digit, ...) [digit] = { __VA_ARGS__ },
#include "tables/digit_words.h"
#undef DIGIT_WORDS
    };
    for (int digit = 0; digit < 10; digit++)
        for (size_t i = 0; words[digit][i]; i++)
            if (is_word_there(text, at, words[digit][i], end))
                return digit;
    return -1;
}

/* A number as it is being spelled. */
struct spelled {
    char     digit[SPELLED_MOST];
    uint32_t at[SPELLED_MOST]; /* where each was written */
    size_t   count, words;
    size_t   end; /* behind the last of them */
};

static void spell(const struct view *v, struct spelled *s, char digit, size_t at)
{
    s->digit[s->count] = digit;
    s->at[s->count++] = v->at[at];
}

/* One of its parts at `at`: a word, "double" or "triple" before one, or a few digits. False where there is
 * none. */
static bool take_part(const struct view *v, struct spelled *s, size_t at)
{
    size_t end, times = 1, from = at;
    if (s->count + GROUP_MOST > SPELLED_MOST)
        return false;
    if (is_digit(byte_at(v->text, at))) {
        while (is_digit(byte_at(v->text, at)) && at - from < GROUP_MOST)
            at++;
        if (is_alnum(byte_at(v->text, at)))
            return false;
        for (s->end = at; from < at; from++)
            spell(v, s, v->text.ptr[from], from);
        return true;
    }
    if (is_word_there(v->text, at, "double", &end) || is_word_there(v->text, at, "triple", &end)) {
        times = lower(v->text.ptr[at]) == 'd' ? 2 : 3;
        from = end + 1;
    }
    int digit = digit_word(v->text, from, &end);
    if (digit < 0)
        return false;
    for (; times > 0; times--)
        spell(v, s, (char)('0' + digit), at);
    s->words++;
    s->end = end;
    return true;
}

/* Where the next part may begin: behind blanks, a comma, a hyphen, or the word for one. */
static size_t after_gap(struct slice text, size_t at)
{
    static const char *const words[] = { "dash", "hyphen", "minus", "space" };
    size_t                   from = at, end;
    while (at - from < GAP_MOST && is_one_of(byte_at(text, at), " ,.-"))
        at++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word_there(text, at, words[i], &end))
            return is_one_of(byte_at(text, end), " ,") ? end + 1 : end;
    return at;
}

static bool may_begin_word(struct slice text, size_t at)
{
    char before = byte_at(text, at - 1);
    return !is_alnum(before) && !(before & 0x80) && is_letter(byte_at(text, at));
}

static void read_spelled(const struct view *v, struct spelled *s, size_t at)
{
    *s = (struct spelled){ .end = at };
    while (take_part(v, s, at)) {
        at = after_gap(v->text, s->end);
        if (at == s->end)
            return;
    }
}

static void join_digit_words(struct view *v)
{
    char          *out = (char *)v->text.ptr;
    size_t         len = v->text.len, kept = 0;
    struct spelled s;
    for (size_t i = 0; i < len;) {
        s.count = s.words = 0;
        if (may_begin_word(v->text, i))
            read_spelled(v, &s, i);
        if (s.count < SPELLED_LEAST || s.words < WORDS_LEAST) {
            v->at[kept] = v->at[i];
            out[kept++] = out[i++];
            continue;
        }
        memcpy(out + kept, s.digit, s.count);
        memcpy(v->at + kept, s.at, s.count * sizeof s.at[0]);
        kept += s.count;
        i = s.end;
    }
    v->at[kept] = v->at[len];
    v->text.len = kept;
}

void view_join_digits(struct view *v)
{
    join_digit_words(v);
    join_lone_digits(v);
}
