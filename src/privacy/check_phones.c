/*
 * check_phones.c - telephone numbers.
 *
 * All checks read the same thing, groups of digits with separators between them, and differ in what they ask of
 * the groups. The fewer marks a form has of its own, the less it is believed without a word beside it.
 */
#include "checks.h"

/* E.164: fifteen digits at most. */
enum { DIGITS_MOST = 15, GROUPS_MOST = 8, EXTENSION_MOST = 6 };

struct groups {
    unsigned count;
    unsigned total;               /* # digits */
    unsigned digits[GROUPS_MOST]; /* # of each group */
    size_t   start[GROUPS_MOST];
    size_t   end[GROUPS_MOST];
    char     separator; /* the first byte of the first separator; 0 when there is none */
    bool     is_even;   /* all separators are the same single byte */
};

/* The length of the space or hyphen at `at` that is written as more than one byte: U+00A0, U+2010 to U+2013,
 * U+202F. */
static size_t wide_separator(struct slice text, size_t at)
{
    unsigned char a = (unsigned char)byte_at(text, at), b = (unsigned char)byte_at(text, at + 1),
                  c = (unsigned char)byte_at(text, at + 2);
    if (a == 0xC2 && b == 0xA0)
        return 2;
    if (a == 0xE2 && b == 0x80 && ((c >= 0x90 && c <= 0x93) || c == 0xAF))
        return 3;
    return 0;
}

/* How many bytes of separators begin at `at`: three at most, as in "030 / 901820". What has a space on either
 * side is one number with a slash or a bracket only: with a dash it is a sum or a range, with another space a
 * column. */
static size_t separator_length(struct slice text, size_t at)
{
    size_t from = at, marks = 0;
    for (; marks < 3; marks++) {
        size_t length = is_one_of(byte_at(text, at), " -./()") ? 1 : wide_separator(text, at);
        if (length == 0)
            break;
        at += length;
    }
    bool is_spaced = marks == 3 && text.ptr[from] == ' ' && text.ptr[at - 1] == ' ';
    return is_spaced && !is_one_of(text.ptr[from + 1], "/()") ? 0 : at - from;
}

static size_t digit_run(struct slice text, size_t at)
{
    size_t n = 0;
    while (n <= DIGITS_MOST && is_digit(byte_at(text, at + n)))
        n++;
    return n;
}

/* Reads from the digit or "(" at `at` as many groups as make a number at most. */
static struct groups read_groups(struct slice text, size_t at)
{
    struct groups g = { .is_even = true };
    if (byte_at(text, at) == '(')
        at++;
    for (;;) {
        size_t run = digit_run(text, at);
        if (run == 0 || g.count == GROUPS_MOST || g.total + run > DIGITS_MOST)
            return g;
        g.start[g.count] = at;
        g.end[g.count] = at + run;
        g.digits[g.count++] = (unsigned)run;
        g.total += (unsigned)run;
        at += run;
        size_t gap = separator_length(text, at);
        if (gap == 0)
            return g;
        if (!is_digit(byte_at(text, at + gap)))
            return g;
        if (g.count == 1)
            g.separator = text.ptr[at];
        g.is_even = g.is_even && gap == 1 && text.ptr[at] == g.separator;
        at += gap;
    }
}

/* Drops groups from the end until the digits are `most` at most. */
static void keep_at_most(struct groups *g, unsigned most)
{
    while (g->count > 0 && g->total > most)
        g->total -= g->digits[--g->count];
}

/* " x123", "ext. 123", "#123" behind a number: where it ends, or `at`. */
static size_t after_extension(struct slice text, size_t at)
{
    static const char *const marks[] = { "extension", "ext.", "ext", "x", "#" };
    size_t                   from = at;
    while (byte_at(text, from) == ' ' && from - at < 2)
        from++;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t len = strlen(marks[i]);
        if (!slice_is_nocase(slice_cut(text, from, from + len), marks[i]))
            continue;
        from += len;
        from += byte_at(text, from) == ' ';
        size_t run = digit_run(text, from);
        return run >= 1 && run <= EXTENSION_MOST ? from + run : at;
    }
    return at;
}

/* Whether more of the same number seems to stand before: "12-" or "1." or "+". */
static bool goes_on_before(struct slice text, size_t start)
{
    char before = byte_at(text, start - 1);
    if (is_in_word(text, start) || before == '+')
        return true;
    return is_one_of(before, "-./:") && is_digit(byte_at(text, start - 2));
}

/* As a group in the midst of a longer number is: DE89 3704 0044 0532. */
static bool is_behind_digits(struct slice text, size_t start)
{
    return byte_at(text, start - 1) == ' ' && is_digit(byte_at(text, start - 2));
}

static bool goes_on_after(struct slice text, size_t end)
{
    char after = byte_at(text, end);
    if (is_alnum(after))
        return true;
    return is_one_of(after, "-./:") && is_digit(byte_at(text, end + 1));
}

/* The place is the number from `start` to its last group, with its extension; false where it is part of more.
 */
static bool settle(struct slice text, size_t start, const struct groups *g, struct place *p)
{
    if (g->count == 0)
        return false;
    size_t end = after_extension(text, g->end[g->count - 1]);
    *p = (struct place){ start, end };
    return !goes_on_before(text, start) && !goes_on_after(text, end);
}

static unsigned number_of(struct slice text, const struct groups *g, unsigned group)
{
    unsigned n = 0;
    for (size_t i = g->start[group]; i < g->end[group]; i++)
        n = n * 10 + (unsigned)(text.ptr[i] - '0');
    return n;
}

static bool is_year(unsigned n)
{
    return n >= 1800 && n < 2200;
}

/* A year at either end and nothing else longer than two (2024-05-17, 17.05.2024), or from year to year. */
static bool is_date(struct slice text, const struct groups *g)
{
    if (g->count == 2)
        return is_year(number_of(text, g, 0)) && is_year(number_of(text, g, 1));
    if (g->count != 3 || g->digits[1] > 2)
        return false;
    unsigned year = g->digits[0] == 4 ? 0 : 2, other = 2 - year;
    if (g->digits[other] > 2)
        return false;
    return g->digits[year] <= 2 || is_year(number_of(text, g, year));
}

/* A ZIP code with its four: 02110-1301. */
static bool is_zip(const struct groups *g)
{
    return g->count == 2 && g->digits[0] == 5 && g->digits[1] == 4 && g->separator == '-';
}

/* --- with the country's code ------------------------------------------------------------------------------ */

/* How many digits follow the country's code, where that is narrower than E.164 has it (ITU-T, national
 * numbering plans). */
static const struct {
    unsigned code, least, most;
} countries[] = {
    { 1, 10, 10 },  { 7, 10, 10 }, { 20, 8, 10 }, { 27, 9, 9 },   { 30, 10, 10 }, { 31, 9, 9 },
    { 32, 8, 9 },   { 33, 9, 9 },  { 34, 9, 9 },  { 36, 8, 9 },   { 39, 6, 12 },  { 40, 9, 9 },
    { 41, 9, 9 },   { 43, 6, 13 }, { 44, 9, 10 }, { 45, 8, 8 },   { 46, 7, 10 },  { 47, 8, 8 },
    { 48, 9, 9 },   { 49, 6, 12 }, { 51, 8, 9 },  { 52, 10, 11 }, { 53, 7, 8 },   { 54, 10, 11 },
    { 55, 10, 11 }, { 56, 9, 9 },  { 57, 8, 10 }, { 58, 10, 10 }, { 60, 8, 10 },  { 61, 9, 9 },
    { 62, 8, 12 },  { 63, 8, 10 }, { 64, 8, 10 }, { 65, 8, 8 },   { 66, 8, 9 },   { 81, 9, 10 },
    { 82, 8, 11 },  { 84, 9, 10 }, { 86, 9, 11 }, { 90, 10, 10 }, { 91, 10, 10 }, { 92, 9, 10 },
    { 93, 9, 9 },   { 94, 9, 9 },  { 95, 7, 10 }, { 98, 10, 10 },
};

/* The beginnings of the country codes of three digits (E.164's zones 2, 3, 4, 5, 6, 8, 9). */
static const unsigned char three_digit_heads[] = { 21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50,
                                                   59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99 };

/* The least and most digits of a number that begins with these three, the code included; false when no country
 * has such a code. */
static bool number_range(unsigned first_three, unsigned *least, unsigned *most)
{
    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++) {
        unsigned code = countries[i].code, code_digits = code < 10 ? 1 : 2;
        if (code == (code < 10 ? first_three / 100 : first_three / 10)) {
            *least = countries[i].least + code_digits;
            *most = countries[i].most + code_digits;
            return true;
        }
    }
    *least = 8;
    *most = DIGITS_MOST;
    return memchr(three_digit_heads, (int)(first_three / 10), sizeof three_digit_heads) != NULL;
}

static unsigned first_three_digits(struct slice text, const struct groups *g)
{
    unsigned n = 0, taken = 0;
    for (size_t at = g->start[0]; at < g->end[g->count - 1] && taken < 3; at++)
        if (is_digit(text.ptr[at])) {
            n = n * 10 + (unsigned)(text.ptr[at] - '0');
            taken++;
        }
    return n;
}

/* "+46 (0)8 928": the 0 is dialled within the country only, and does not count. */
static bool has_trunk_zero(struct slice text, const struct groups *g)
{
    for (unsigned i = 1; i < g->count && i < 3; i++)
        if (g->digits[i] == 1 && text.ptr[g->start[i]] == '0' && text.ptr[g->start[i] - 1] == '(')
            return true;
    return false;
}

/* `digits_at` is where the country's code begins, `start` where what announces it does. */
static float check_international(struct slice text, size_t start, size_t digits_at, struct place *p)
{
    struct groups g = read_groups(text, digits_at);
    unsigned      least, most;
    if (g.total < 7 || !number_range(first_three_digits(text, &g), &least, &most))
        return 0;
    unsigned trunk = has_trunk_zero(text, &g);
    keep_at_most(&g, most + trunk);
    return g.total >= least + trunk && settle(text, start, &g, p);
}

float check_phone_plus(struct slice text, struct place *p)
{
    return check_international(text, p->start, p->start + 1, p);
}

float check_phone_00(struct slice text, struct place *p)
{
    size_t start = after_edge(text, p->start);
    if (is_behind_digits(text, start))
        return 0;
    float         belief = check_international(text, start, start + 2, p);
    struct groups g = read_groups(text, start);
    return belief > 0 && g.count >= 3 ? 1.4F : belief; /* 001-518-640-0854 is unlike a serial number */
}

/* --- national forms --------------------------------------------------------------------------------------- */

/* [1-]NPA-NXX-XXXX: neither area nor exchange begins with 0 or 1 (NANPA); made-up data often has such an
 * exchange, so that is believed less. */
float check_phone_nanp(struct slice text, struct place *p)
{
    size_t        start = after_edge(text, p->start);
    struct groups g = read_groups(text, start);
    unsigned      area = g.count > 0 && g.digits[0] == 1;
    keep_at_most(&g, 10 + area);
    if (g.count != 3 + area || g.digits[area] != 3 || g.digits[area + 1] != 3 || g.digits[area + 2] != 4)
        return 0;
    if (byte_at(text, start - 1) == g.separator && is_digit(byte_at(text, start - 2)))
        return 0; /* the end of a longer number: 21 284 698 2548 */
    bool is_exchange = text.ptr[g.start[area + 1]] >= '2';
    return settle(text, start, &g, p) ? is_exchange ? 1 : 0.7F : 0;
}

/* France: 0Z ZZ ZZ ZZ ZZ, one kind of separator. */
float check_phone_pairs(struct slice text, struct place *p)
{
    size_t        start = after_edge(text, p->start);
    struct groups g = read_groups(text, start);
    keep_at_most(&g, 10);
    return g.count == 5 && g.total == 10 && settle(text, start, &g, p);
}

/* 0 and the area's code: ten or eleven digits in two to five groups, of which the first is the area's, are a
 * number as they stand; nine or twelve, or no groups, need a word beside them. */
float check_phone_trunk(struct slice text, struct place *p)
{
    size_t        start = after_edge(text, p->start);
    struct groups g = read_groups(text, start);
    keep_at_most(&g, 12);
    if (g.total < 9 || is_date(text, &g) || is_zip(&g) || !settle(text, start, &g, p))
        return 0;
    bool is_short_area = g.count == 3 && g.digits[0] == 2 && g.digits[1] == 4; /* 03-1234-5678 */
    bool is_area = g.digits[0] >= 3 && g.digits[0] <= 5;
    bool is_grouped = g.count >= 2 && g.count <= 5 && (is_area || is_short_area) && g.separator != '.';
    bool is_parted = byte_at(text, start) == '(';
    bool is_clear = (is_grouped || is_parted) && (g.total == 10 || g.total == 11);
    return is_clear && !is_behind_digits(text, start) ? 1 : 0.5F;
}

/* Any groups: seven to thirteen digits, two to seven a group, neither a date nor a decimal nor thousands parted
 * by dots. */
float check_phone_groups(struct slice text, struct place *p)
{
    size_t        start = after_edge(text, p->start);
    struct groups g = read_groups(text, start);
    keep_at_most(&g, 13);
    if (g.total < 7 || g.count < 2 || is_date(text, &g) || is_zip(&g) || !settle(text, start, &g, p))
        return 0;
    for (unsigned i = 0; i < g.count; i++) {
        bool is_dotted = i > 0 && text.ptr[g.end[i - 1]] == '.';
        if (g.digits[i] < 2 || g.digits[i] > 7 ||
            (is_dotted && (!g.is_even || g.count == 2 || g.digits[1] == 3)))
            return 0;
    }
    return 1;
}

float check_phone_bare(struct slice text, struct place *p)
{
    size_t        start = after_edge(text, p->start);
    struct groups g = read_groups(text, start);
    keep_at_most(&g, g.count ? g.digits[0] : 0);
    return g.count == 1 && settle(text, start, &g, p);
}
