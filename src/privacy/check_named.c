/*
 * check_named.c - what is told by a name before it or words around it: licences, passports, records; dates of
 * birth, ages; places on the globe.
 */
#include "checks.h"

/* All of the pattern. */
float check_whole(struct slice text, struct place *p)
{
    p->start = after_edge(text, p->start);
    return stands_free(text, *p);
}

/* --- values behind a name --------------------------------------------------------------------------------- */

enum { FILLERS_MOST = 5, NAMED_MOST = 24, NAMED_DIGITS_LEAST = 5, CODE_DIGITS_LEAST = 4, PASSPORT_LEAST = 8 };

/* The length of one word or sign at `at` that may stand between a name and its value; 0 where there is none. */
static size_t filler(struct slice text, size_t at)
{
    static const char *const words[] = { "number", "nummer", "numéro", "número", "numero", "num", "code",
                                         "card",   "holder", "nr",     "no",     "n°",     "nº",  "id",
                                         "is",     "was",    "ist",    "est",    "es",     "of" };
    if (is_one_of(byte_at(text, at), " :#=.(\"'-"))
        return 1;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if (slice_is_nocase(slice_cut(text, at, at + len), words[i]) && !is_alnum(byte_at(text, at + len)))
            return len;
    }
    return 0;
}

/* Where the code ends that begins at `at`: letters and digits, with "-" or "/" within, and after a space more
 * digits. */
static size_t code_end(struct slice text, size_t at)
{
    size_t end = at;
    while (end - at < NAMED_MOST) {
        char c = byte_at(text, end), next = byte_at(text, end + 1);
        bool joins = is_one_of(c, "-/") && is_alnum(next);
        bool more =
            c == ' ' && is_digit(next) && is_digit(byte_at(text, end + 2)) && is_digit(byte_at(text, end + 3));
        if (!is_alnum(c) && !joins && !more)
            break;
        end++;
    }
    return end;
}

/* "driver's license number is D123-4567": the pattern ends behind the name. */
float check_named(struct slice text, struct place *p)
{
    size_t at = p->end, letters = 0, digits = 0;
    for (int words = 0; words < 2 * FILLERS_MOST && filler(text, at); words++)
        at += filler(text, at);
    *p = (struct place){ at, code_end(text, at) };
    for (; at < p->end; at++) {
        letters += is_letter(text.ptr[at]);
        digits += is_digit(text.ptr[at]);
    }
    return digits >= (letters ? CODE_DIGITS_LEAST : NAMED_DIGITS_LEAST) && letters <= digits + 1 &&
           stands_free(text, *p);
}

/* "bank account 12-3456789": begins with a digit. */
float check_account(struct slice text, struct place *p)
{
    return check_named(text, p) > 0 && is_digit(text.ptr[p->start]);
}

/* "serial number C02XL0GYJGH6": more letters than a licence has, and longer. */
float check_serial(struct slice text, struct place *p)
{
    enum { SERIAL_LEAST = 6, SERIAL_MOST = 40, SERIAL_DIGITS_LEAST = 2 };
    size_t at = p->end, digits = 0;
    for (int words = 0; words < 2 * FILLERS_MOST && filler(text, at); words++)
        at += filler(text, at);
    p->start = at;
    for (; at - p->start <= SERIAL_MOST; at++) {
        bool joins = is_one_of(byte_at(text, at), "-:") && is_alnum(byte_at(text, at + 1));
        if (!is_alnum(byte_at(text, at)) && !joins)
            break;
        digits += is_digit(text.ptr[at]);
    }
    p->end = at;
    size_t length = p->end - p->start;
    return length >= SERIAL_LEAST && length <= SERIAL_MOST && digits >= SERIAL_DIGITS_LEAST;
}

/* "licence plate: AB-123-CD": capitals and digits, both, in up to three groups. */
float check_plate(struct slice text, struct place *p)
{
    enum { PLATE_LEAST = 4, PLATE_MOST = 10, PLATE_GROUPS = 4, PLATE_DIGITS_LEAST = 2 };
    size_t at = p->end, letters = 0, digits = 0, groups = 1;
    for (int words = 0; words < 2 * FILLERS_MOST && filler(text, at); words++)
        at += filler(text, at);
    p->start = at;
    for (;; at++) {
        char c = byte_at(text, at), next = byte_at(text, at + 1);
        bool is_next = is_digit(next) ||
                       (next >= 'A' && next <= 'Z' && !is_letter(byte_at(text, at + 2) | 0x20)) ||
                       (next >= 'A' && next <= 'Z' && byte_at(text, at + 2) <= 'Z');
        if (is_digit(c) || (c >= 'A' && c <= 'Z')) {
            digits += is_digit(c);
            letters += is_letter(c);
        } else if (is_one_of(c, " -") && is_next && at > p->start && groups < PLATE_GROUPS) {
            groups++;
        } else {
            break;
        }
    }
    p->end = at;
    return letters > 0 && digits >= PLATE_DIGITS_LEAST && letters + digits >= PLATE_LEAST &&
           letters + digits <= PLATE_MOST && stands_free(text, *p);
}

/* ICAO 9303: nine letters at most; eight are what states give at least. */
float check_passport(struct slice text, struct place *p)
{
    return check_named(text, p) > 0 && p->end - p->start >= PASSPORT_LEAST;
}

/* --- dates ------------------------------------------------------------------------------------------------ */

enum { YEAR_LEAST = 1900, YEAR_MOST = 2099 };

/* Reads up to four digits at *at, which is moved behind them; *count tells how many they were. */
static unsigned read_number(struct slice text, size_t *at, unsigned *count)
{
    unsigned n = 0;
    for (*count = 0; *count < 4 && is_digit(byte_at(text, *at)); ++*count)
        n = n * 10 + (unsigned)(text.ptr[(*at)++] - '0');
    return n;
}

static bool is_year(unsigned n, unsigned digits)
{
    return digits == 2 || (digits == 4 && n >= YEAR_LEAST && n <= YEAR_MOST);
}

static bool is_day_and_month(unsigned a, unsigned b)
{
    return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12);
}

/* 17.05.1984, 5/17/84, 1984-05-17. */
float check_date(struct slice text, struct place *p)
{
    unsigned n[3], digits[3];
    size_t   at = p->start = after_edge(text, p->start);
    char     separator = '\0';
    for (int i = 0; i < 3; i++) {
        n[i] = read_number(text, &at, &digits[i]);
        if (i == 2)
            break;
        if (i == 1 && byte_at(text, at) != separator)
            return 0;
        separator = byte_at(text, at++);
    }
    p->end = at;
    bool is_year_first = digits[0] == 4 && is_year(n[0], 4) && is_day_and_month(n[1], n[2]);
    bool is_year_last = digits[0] <= 2 && is_year(n[2], digits[2]) && is_day_and_month(n[0], n[1]);
    bool goes_on = is_one_of(byte_at(text, p->end), "./-") && is_digit(byte_at(text, p->end + 1));
    bool is_time = byte_at(text, p->end) == 'T' && is_digit(byte_at(text, p->end + 1)); /* ISO 8601 */
    return (is_year_first || is_year_last) && (is_time || stands_free(text, *p)) && !goes_on;
}

/* 19840517, 17051984. */
float check_date_compact(struct slice text, struct place *p)
{
    unsigned n = 0;
    p->start = after_edge(text, p->start);
    for (size_t at = p->start; at < p->end; at++)
        n = n * 10 + (unsigned)(text.ptr[at] - '0');
    bool is_year_first = is_year(n / 10000, 4) && is_day_and_month(n / 100 % 100, n % 100);
    bool is_year_last = is_year(n % 10000, 4) && is_day_and_month(n / 1000000, n / 10000 % 100);
    return (is_year_first || is_year_last) && stands_free(text, *p);
}

/* 17 May 1984, May 17th, 1984: the pattern is all of it, and its last four digits are the year. */
float check_date_in_words(struct slice text, struct place *p)
{
    unsigned digits;
    size_t   at = p->end - 4;
    p->start = after_edge(text, p->start);
    return is_year(read_number(text, &at, &digits), 4) && stands_free(text, *p);
}

/* --- ages ------------------------------------------------------------------------------------------------- */

enum { AGE_MOST = 120 };

/* The number alone is the value: the first of the pattern, or the last where it ends in one. */
float check_age(struct slice text, struct place *p)
{
    static const char *const not_years[] = { " degree", " page",   " percent", " time", " mile",
                                             " km",     " minute", " hour",    "%",     "°" };
    size_t                   at = p->end;
    unsigned                 age, digits;
    if (is_digit(byte_at(text, p->end - 1))) {
        while (at > p->start && is_digit(text.ptr[at - 1]))
            at--;
    } else {
        at = after_edge(text, p->start);
    }
    p->start = at;
    age = read_number(text, &at, &digits);
    p->end = at;
    for (size_t i = 0; i < sizeof not_years / sizeof not_years[0]; i++)
        if (slice_starts(slice_cut(text, at, text.len), slice_str(not_years[i])))
            return 0;
    bool is_part = is_one_of(byte_at(text, at), ".,:/") && is_digit(byte_at(text, at + 1));
    return digits >= 1 && digits <= 3 && age >= 1 && age <= AGE_MOST && !is_part &&
           !is_digit(byte_at(text, at));
}

/* "I'm 34.": the number ends what is said, or it is so many of something. */
float check_age_said(struct slice text, struct place *p)
{
    static const char *const ends[] = { " and ", " now", " but ", ", " };
    if (check_age(text, p) <= 0)
        return 0;
    struct slice rest = slice_cut(text, p->end, text.len);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (slice_starts(rest, slice_str(ends[i])))
            return 1;
    return rest.len == 0 || is_one_of(rest.ptr[0], ".!?;)\n");
}

/* --- places on the globe ---------------------------------------------------------------------------------- */

enum { DECIMALS_LEAST = 3, DECIMALS_CLEAR = 4, DECIMALS_MOST = 15 };

/* A degree with decimals at `at`; where it ends, or 0. *decimals is at most what it was before. */
static size_t read_degree(struct slice text, size_t at, unsigned most, unsigned *decimals)
{
    unsigned whole, digits, count = 0;
    at += is_one_of(byte_at(text, at), "+-");
    whole = read_number(text, &at, &digits);
    if (digits < 1 || digits > 3 || whole > most || byte_at(text, at) != '.')
        return 0;
    for (at++; is_digit(byte_at(text, at)) && count < DECIMALS_MOST; at++)
        count++;
    *decimals = count < *decimals ? count : *decimals;
    return count >= DECIMALS_LEAST ? at : 0;
}

/* 52.5200, 13.4050: a latitude and a longitude, and not one of a row of numbers. */
float check_coordinates(struct slice text, struct place *p)
{
    unsigned decimals = DECIMALS_MOST;
    size_t   at = p->start = after_edge(text, p->start);
    if (is_one_of(byte_at(text, at - 1), "+-"))
        p->start = --at;
    at = read_degree(text, at, 90, &decimals);
    if (!at || byte_at(text, at++) != ',')
        return 0;
    at += byte_at(text, at) == ' ';
    p->end = read_degree(text, at, 180, &decimals);
    char before = byte_at(text, p->start - 1), space = byte_at(text, p->start - 2);
    bool is_row = before == ',' || (before == ' ' && space == ',' && is_digit(byte_at(text, p->start - 3)));
    bool goes_on = byte_at(text, p->end) == ',' &&
                   (is_digit(byte_at(text, p->end + 1)) || is_digit(byte_at(text, p->end + 2)));
    if (!p->end || is_row || goes_on || !stands_free(text, *p))
        return 0;
    return decimals >= DECIMALS_CLEAR ? 1 : 0.6F;
}
