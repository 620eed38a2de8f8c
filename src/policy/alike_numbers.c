/* alike_numbers.c - numbers in a question, in digits and spelled, with their units; see alike_reading.h. */
#include "alike_reading.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_BYTES = 48 };

/* ---- in digits ---- */

static void add_number(struct reading *r, double value)
{
    reading_add_thing(r, THING_NUMBER, slice_str(arena_printf(r->arena, "%.12g", value)));
}

/* "1,200" is "1200", "007" is "7"; "3.10" stays what it is, since it may be a version. */
static struct slice plain_number(struct reading *r, struct slice digits)
{
    struct buf out;
    buf_init(&out, NUMBER_BYTES);
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] != ',' &&
            !(digits.ptr[i] == '0' && out.len == 0 && i + 1 < digits.len && is_digit(digits.ptr[i + 1])))
            buf_add_byte(&out, digits.ptr[i]);
    struct slice plain = out.full ? digits : arena_copy(r->arena, buf_slice(&out));
    buf_fini(&out);
    return plain;
}

static size_t digits_of(struct slice s)
{
    size_t n = 0;
    while (n < s.len && (is_digit(s.ptr[n]) ||
                         (n + 1 < s.len && n > 0 && strchr(",.:", s.ptr[n]) && is_digit(s.ptr[n + 1]))))
        n++;
    return n;
}

static bool is_ordinal(struct slice folded)
{
    return slice_is(folded, "st") || slice_is(folded, "nd") || slice_is(folded, "rd") || slice_is(folded, "th");
}

bool reading_take_number(struct reading *r, struct slice chunk)
{
    struct slice rest = chunk;
    uint32_t     unit = 0;
    size_t       sign = 0;
    while (sign < rest.len && !is_digit(rest.ptr[sign]))
        sign++;
    struct slice before = slice_cut(rest, 0, sign);
    if (before.len && !slice_is(before, "+") && !slice_is(before, "-")) {
        unit = alike_meaning(r->alike, before)->value[WORD_UNIT];
        if (!unit)
            return false;
    }
    rest = slice_cut(rest, sign, rest.len);
    size_t       len = digits_of(rest);
    struct slice digits = slice_cut(rest, 0, len), behind = folded_of(r->arena, slice_cut(rest, len, rest.len));
    const struct meaning *said = alike_meaning(r->alike, behind);
    if (len == 0 || (behind.len && !is_ordinal(behind) && !said->value[WORD_FACTOR] && !said->value[WORD_UNIT]))
        return false;
    struct slice number = plain_number(r, digits);
    if (slice_is(before, "-"))
        number = slice_str(arena_printf(r->arena, "-%.*s", SLICE_ARG(number)));
    struct word *w = reading_add_word(r, chunk, number);
    w->is_figure = true;
    r->follows_number = true;
    if (behind.len && said->value[WORD_FACTOR])
        add_number(r, strtod(arena_cstr(r->arena, number), NULL) * said->value[WORD_FACTOR]);
    else
        reading_add_thing(r, THING_NUMBER, number);
    if (behind.len && said->value[WORD_UNIT] && !said->value[WORD_FACTOR])
        reading_add_unit(r, said->value[WORD_UNIT]);
    if (unit)
        reading_add_unit(r, unit);
    return true;
}

bool reading_take_date(struct reading *r, struct slice chunk)
{
    static const char *const month[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"
    };
    int y, m, d, end = 0;
    if (chunk.len != 10 || sscanf(arena_cstr(r->arena, chunk), "%4d-%2d-%2d%n", &y, &m, &d, &end) != 3 ||
        end != 10 || m < 1 || m > 12)
        return false;
    reading_add_word(r, chunk, slice_str(month[m - 1]))->is_figure = true;
    add_number(r, d);
    add_number(r, y);
    return true;
}

/* ---- spelled ---- */

/* "2 million": the number in digits before the word becomes as large as both say. */
static bool multiply_digits(struct reading *r, const struct word *digits, uint32_t factor)
{
    for (size_t i = 0; i < r->out->things; i++)
        if (digits->is_figure && r->out->thing[i].text.ptr == digits->folded.ptr) {
            double value = strtod(arena_cstr(r->arena, digits->folded), NULL) * factor;
            r->out->thing[i].text = slice_str(arena_printf(r->arena, "%.12g", value));
            return true;
        }
    return false;
}

struct spelled {
    double sum, part; /* of thousands and more; of what is below */
    size_t words;
};

static void end_spelled(struct reading *r, struct spelled *s, const struct word *last)
{
    bool is_pronoun = s->words == 1 && s->sum == 0 && s->part == 1 && !slice_is(last->folded, "first");
    if (s->words && !is_pronoun)
        add_number(r, s->sum + s->part);
    *s = (struct spelled){ 0 };
}

static void take_factor(struct spelled *s, uint32_t factor)
{
    s->part = (s->part > 0 ? s->part : 1) * factor;
    if (factor > 100) {
        s->sum += s->part;
        s->part = 0;
    }
    s->words += 2; /* no pronoun in any case */
}

void reading_take_spelled(struct reading *r)
{
    struct alike_text *t = r->out;
    struct spelled     s = { 0 };
    for (size_t i = 0; i < t->words; i++) {
        const struct word *w = &t->word[i];
        uint32_t           number = w->is_figure ? 0 : word_is(w, WORD_NUMBER);
        uint32_t           factor = w->is_figure || w->folded.len < 3 ? 0 : word_is(w, WORD_FACTOR);
        if (factor && !(i > 0 && multiply_digits(r, w - 1, factor))) {
            take_factor(&s, factor);
        } else if (number) {
            s.part += number - 1;
            s.words++;
        } else if (s.words && !slice_is(w->folded, "and")) {
            end_spelled(r, &s, w - 1);
        }
    }
    if (t->words)
        end_spelled(r, &s, &t->word[t->words - 1]);
}
