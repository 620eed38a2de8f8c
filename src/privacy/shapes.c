/* shapes.c - see shapes.h. */
#include "shapes.h"

#include "base/die.h"

enum {
    MASK_BITS = 16,   /* how many letters and digits are told apart before a shape is looked at */
    HEAD_MOST = 8,    /* letters before a word's first digit */
    WORDS_BEFORE = 2, /* words without digits that may belong to the number: "M AB 123" */
    SHORT_WORD = 3,   /* their letters at most */
    RUN_MOST = 17     /* digits that "*" stands for at most */
};

/* What the first letters and digits are, a bit each, the lowest first. */
struct classes {
    uint32_t digits, letters;
};

struct shape {
    const char    *text; /* up to "|" or the end */
    struct classes must;
    unsigned       lead; /* # digits that it begins with */
    unsigned       id;
};

struct shapes {
    struct shape
          *item; /* by lead: a text is tried for those with no more than it has, which are few for a year */
    size_t count, cap;
};

/* --- the list --------------------------------------------------------------------------------------------- */

struct shapes *shapes_new(void)
{
    return must_calloc(1, sizeof(struct shapes));
}

void shapes_free(struct shapes **handle)
{
    struct shapes *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    free(s->item);
    free(s);
}

static struct classes classes_of(const char *shape)
{
    struct classes must = { 0 };
    unsigned       bit = 0;
    for (const char *p = shape; *p && *p != '|' && *p != '*' && bit < MASK_BITS; p++) {
        if (*p == '9')
            must.digits |= 1u << bit++;
        else if (*p == 'A' || *p == 'a')
            must.letters |= 1u << bit++;
        else if (*p == 'x' || *p == 'X')
            bit++;
    }
    return must;
}

static unsigned leading_ones(uint32_t bits)
{
    return (unsigned)__builtin_ctz(~bits);
}

static void insert(struct shapes *s, struct shape shape)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->item = die_if_null(reallocarray(s->item, s->cap, sizeof *s->item));
    }
    size_t at = s->count++;
    for (; at > 0 && s->item[at - 1].lead > shape.lead; at--)
        s->item[at] = s->item[at - 1];
    s->item[at] = shape;
}

void shapes_add(struct shapes *s, const char *alternatives, unsigned id)
{
    for (const char *text = alternatives; text; text = strchr(text, '|') ? strchr(text, '|') + 1 : NULL) {
        struct classes must = classes_of(text);
        insert(s, (struct shape){ text, must, leading_ones(must.digits), id });
    }
}

/* --- the text --------------------------------------------------------------------------------------------- */

/* The bytes of the letter at `at`: one, two for Ä, Ö, Ü in either case; 0 where there is none. */
static size_t letter_bytes(struct slice text, size_t at, bool any_case)
{
    char c = byte_at(text, at), next = byte_at(text, at + 1);
    if (is_letter(c))
        return any_case || c <= 'Z';
    if (c != '\xC3')
        return 0;
    if (is_one_of(next, "\x84\x96\x9C") || (any_case && is_one_of(next, "\xA4\xB6\xBC")))
        return 2;
    return 0;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '+';
}

static struct classes classes_at(struct slice text, size_t at)
{
    struct classes c = { 0 };
    for (unsigned bit = 0; bit < MASK_BITS; bit++) {
        if (bit > 0 && is_separator(byte_at(text, at)))
            at++;
        if (is_digit(byte_at(text, at))) {
            c.digits |= 1u << bit;
            at++;
            continue;
        }
        size_t bytes = letter_bytes(text, at, true);
        if (bytes == 0)
            break;
        c.letters |= 1u << bit;
        at += bytes;
    }
    return c;
}

/* How many bytes at `at` the sign of a shape takes; SIZE_MAX where it does not fit. */
static size_t fit(char sign, struct slice text, size_t at)
{
    char   c = byte_at(text, at);
    size_t letter;
    switch (sign) {
    case '9':
        return is_digit(c) ? 1 : SIZE_MAX;
    case 'A':
    case 'a':
        letter = letter_bytes(text, at, sign == 'a');
        return letter ? letter : SIZE_MAX;
    case 'X':
        return is_digit(c) || (c >= 'A' && c <= 'Z') ? 1 : SIZE_MAX;
    case 'x':
        return is_alnum(c) ? 1 : SIZE_MAX;
    case '_':
        return is_one_of(c, " -.");
    case '~':
        return c == ' ';
    case '=':
        return c == '-';
    case ',':
        return c == ' ' || c == '-' ? 1 : SIZE_MAX;
    default:
        return c == sign ? 1 : SIZE_MAX;
    }
}

/* Where the shape ends that begins at `at`; 0 where it does not fit. */
static size_t shape_end(const char *shape, struct slice text, size_t at)
{
    for (; *shape && *shape != '|'; shape++) {
        if (*shape == '*') {
            for (size_t from = at; is_digit(byte_at(text, at)) && at - from < RUN_MOST;)
                at++;
            continue;
        }
        size_t bytes = fit(*shape, text, at);
        if (bytes == SIZE_MAX)
            return 0;
        at += bytes;
    }
    return at;
}

static bool try_all(const struct shapes *s, struct slice text, size_t at, on_shape_fn *on_shape, void *arg)
{
    struct classes here = classes_at(text, at);
    unsigned       lead = leading_ones(here.digits);
    for (size_t i = 0; i < s->count && s->item[i].lead <= lead; i++) {
        const struct shape *shape = &s->item[i];
        if ((shape->must.digits & ~here.digits) || (shape->must.letters & ~here.letters))
            continue;
        size_t end = shape_end(shape->text, text, at);
        if (end && !on_shape(arg, shape->id, (struct place){ at, end }))
            return false;
    }
    return true;
}

/* Where the letters begin that end at `at`, `most` at most; SIZE_MAX where there are more. */
static size_t letters_start(struct slice text, size_t at, size_t most)
{
    size_t letters = 0;
    while (!is_after_escape(text, at)) {
        bool is_wide = at >= 2 && letter_bytes(text, at - 2, true) == 2;
        if (!is_wide && !is_letter(byte_at(text, at - 1)))
            break;
        at -= is_wide ? 2 : 1;
        if (++letters > most)
            return SIZE_MAX;
    }
    return at;
}

/* The word whose first digit is at `at`, from its own begin and from those of the short words before it. */
static bool try_word(const struct shapes *s, struct slice text, size_t at, on_shape_fn *on_shape, void *arg)
{
    size_t start = letters_start(text, at, HEAD_MOST);
    for (unsigned words = 0; start != SIZE_MAX; words++) {
        if (!is_in_word(text, start) && !try_all(s, text, start, on_shape, arg))
            return false;
        if (words == WORDS_BEFORE || !is_separator(byte_at(text, start - 1)))
            return true;
        size_t before = letters_start(text, start - 1, SHORT_WORD);
        if (before == start - 1)
            return true;
        start = before;
    }
    return true;
}

/* The first digit from `at` on, or the text's end. Eight bytes without one are passed over at once: a byte that
 * is less than ten when '0' is taken off by XOR is a digit (S. E. Anderson, "Bit Twiddling Hacks", hasless). */
static size_t next_digit(struct slice text, size_t at)
{
    const uint64_t ones = 0x0101010101010101;
    for (uint64_t eight; at + sizeof eight <= text.len; at += sizeof eight) {
        memcpy(&eight, text.ptr + at, sizeof eight);
        eight ^= ones * '0';
        if ((eight - ones * 10) & ~eight & ones * 0x80)
            break;
    }
    while (at < text.len && !is_digit(text.ptr[at]))
        at++;
    return at;
}

bool shapes_each(const struct shapes *s, struct slice text, on_shape_fn *on_shape, void *arg)
{
    for (size_t at = next_digit(text, 0); at < text.len; at = next_digit(text, at)) {
        if (!try_word(s, text, at, on_shape, arg))
            return false;
        while (is_alnum(byte_at(text, at)))
            at++;
    }
    return true;
}
