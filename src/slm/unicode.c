/*
 * unicode.c - looks code points up in the tables of tables/unicode.h.
 *
 * The tables are sorted runs, searched by halves: eleven steps for what is not ASCII, which even for a page of
 * Chinese is microseconds beside the encoder's milliseconds. ASCII is answered without a search.
 */
#include "slm/unicode.h"

enum fold_kind { DROP, WALL, SPACE, ALONE, SHIFT, TO, HANGUL, SPELL };

struct run {
    uint32_t       first, last; /* code points, both in it */
    enum fold_kind kind;
    int32_t        value; /* see tables/unicode.h */
};

static const struct run folds[] = {
#define FOLD(first, last, kind, value) { first, last, kind, value },
#include "tables/unicode.h"
#undef FOLD
};

static const struct run cleans[] = {
#define CLEAN(first, last, kind) { first, last, kind, 0 },
#include "tables/unicode.h"
#undef CLEAN
};

static const uint32_t spelling[] = {
#define SPELL(code_point) code_point,
#include "tables/unicode.h"
#undef SPELL
};

static const struct run ranks[] = {
#define RANK(first, last, rank) { first, last, DROP, rank },
#include "tables/unicode.h"
#undef RANK
};

static const struct run punctuation[] = {
#define PUNCTUATION(first, last) { first, last, DROP, 0 },
#include "tables/unicode.h"
#undef PUNCTUATION
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct run *run_of(uint32_t code_point, const struct run *runs, size_t count)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (code_point < runs[middle].first)
            to = middle;
        else if (code_point > runs[middle].last)
            from = middle + 1;
        else
            return &runs[middle];
    }
    return NULL;
}

static bool is_rest(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

uint32_t unicode_read(struct slice s, size_t *bytes)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char         first = (unsigned char)s.ptr[0];
    size_t                len = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    *bytes = 1;
    if (len == 1)
        return first;
    if (first < 0xC2 || first > 0xF4 || len > s.len)
        return UNICODE_BAD;
    uint32_t point = first & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (!is_rest(s.ptr[i]))
            return UNICODE_BAD;
        point = point << 6 | ((unsigned char)s.ptr[i] & 0x3F);
    }
    if (point < least[len] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return UNICODE_BAD;
    *bytes = len;
    return point;
}

size_t unicode_write(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(0xF00u >> len | point);
    return len;
}

static struct fold fold_to(uint32_t point)
{
    return (struct fold){ .point = { point }, .count = 1 };
}

/* A syllable is one of 19 leading letters, 21 vowels and 27 trailing letters or none. (Unicode, chapter 3.12)
 */
static struct fold fold_hangul(uint32_t syllable)
{
    uint32_t    index = syllable - 0xAC00;
    struct fold fold = { .point = { 0x1100 + index / (21 * 28), 0x1161 + index / 28 % 21,
                                    0x11A7 + index % 28 } };
    fold.count = index % 28 ? 3 : 2;
    return fold;
}

static struct fold fold_spelled(int32_t value)
{
    struct fold fold = { .count = (unsigned)value % 8 };
    memcpy(fold.point, &spelling[value / 8], fold.count * sizeof *fold.point);
    return fold;
}

static struct fold fold_as(uint32_t point, const struct run *run)
{
    if (!run)
        return fold_to(point);
    switch (run->kind) {
    case DROP:
        break;
    case WALL:
        return (struct fold){ .is_wall = true };
    case SPACE:
        return fold_to(' ');
    case ALONE:
        return (struct fold){ .point = { ' ', point, ' ' }, .count = 3 };
    case SHIFT:
        return fold_to(point + (uint32_t)run->value);
    case TO:
        return fold_to((uint32_t)run->value);
    case HANGUL:
        return fold_hangul(point);
    case SPELL:
        return fold_spelled(run->value);
    }
    return (struct fold){ .count = 0 };
}

struct fold unicode_fold(uint32_t point)
{
    if (point >= 'A' && point <= 'Z')
        return fold_to(point + 32);
    if (point >= ' ' && point < 0x7F)
        return fold_to(point);
    return fold_as(point, run_of(point, folds, COUNT(folds)));
}

struct fold unicode_clean(uint32_t point)
{
    return fold_as(point, run_of(point, cleans, COUNT(cleans)));
}

unsigned unicode_rank(uint32_t point)
{
    if (point < ranks[0].first)
        return 0;
    const struct run *run = run_of(point, ranks, COUNT(ranks));
    return run ? (unsigned)run->value : 0;
}

bool unicode_is_punctuation(uint32_t point)
{
    if (point < 0x80)
        return point > ' ' && point < 0x7F && !(point >= '0' && point <= '9') &&
               !(point >= 'a' && point <= 'z') && !(point >= 'A' && point <= 'Z');
    return run_of(point, punctuation, COUNT(punctuation)) != NULL;
}
