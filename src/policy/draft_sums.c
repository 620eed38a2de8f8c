/*
 * draft_sums.c - the sums that an answer works out: are they right?
 *
 *     sum     := product { (+|-) product }        product := power { (*|x|/) power }
 *     power   := value [ ^ power ]                value   := [$] number [%] | ( sum )
 *
 * An expression is read where one may begin, and counts when it has an operator, "=" follows and then a number.
 * What stands before it (an operator, a letter, another bracket) or behind the result (an operator, a letter
 * that makes it 3x, "mod") may mean that it is part of something else: then it counts as nothing. "100 - 20%"
 * may be 80 or 99.8, so what has a per cent in it is never wrong. A result in brackets of the form <<16*3=48>>
 * is passed over: some models calculate so.
 */
#include "policy/draft.h"

#include <math.h>
#include <stdlib.h>

enum { DEPTH_MOST = 8, DIGITS_MOST = 15, SUMS_TEXT_MOST = 1 << 16 };

struct sum_reader {
    struct slice text;
    size_t       at;
    unsigned     operators, depth;
    bool         has_percent, ok;
};

/* ---- characters ---- */

static char peek(const struct sum_reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.ptr[r->at + ahead] : '\0';
}

static void skip_blanks(struct sum_reader *r)
{
    while (peek(r, 0) == ' ')
        r->at++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

static bool take(struct sum_reader *r, struct slice word)
{
    if (!slice_starts(slice_cut(r->text, r->at, r->text.len), word))
        return false;
    r->at += word.len;
    return true;
}

/* ---- values ---- */

/* "1,250.50": commas part thousands, or it is no number. *places: digits behind the point. */
static double read_number(struct sum_reader *r, unsigned *places)
{
    char   digits[DIGITS_MOST + 2];
    size_t len = 0;
    *places = 0;
    bool has_point = false;
    for (;; r->at++) {
        char c = peek(r, 0);
        if (c == ',' && !has_point && is_digit(peek(r, 1)) && is_digit(peek(r, 2)) && is_digit(peek(r, 3)) &&
            !is_digit(peek(r, 4)))
            continue;
        if (c == '.' && !has_point && is_digit(peek(r, 1)))
            has_point = true;
        else if (is_digit(c))
            *places += has_point;
        else
            break;
        if (len == DIGITS_MOST) {
            r->ok = false;
            return 0;
        }
        digits[len++] = c;
    }
    digits[len] = '\0';
    bool goes_on = (peek(r, 0) == '.' || peek(r, 0) == ',') && is_digit(peek(r, 1)); /* 1.2.3, 1,5 */
    r->ok = r->ok && len > 0 && !goes_on;
    return strtod(digits, NULL);
}

static double read_sum(struct sum_reader *r);

static double read_value(struct sum_reader *r)
{
    unsigned places;
    skip_blanks(r);
    if (take(r, S("("))) {
        double inner = ++r->depth < DEPTH_MOST ? read_sum(r) : 0;
        skip_blanks(r);
        r->ok = r->ok && r->depth < DEPTH_MOST && take(r, S(")"));
        r->depth--;
        return inner;
    }
    if (!take(r, S("$")) && !take(r, S("£")))
        (void)take(r, S("€"));
    double number = read_number(r, &places);
    if (!take(r, S("%")))
        return number;
    r->has_percent = true;
    return number / 100;
}

static double read_power(struct sum_reader *r)
{
    double value = read_value(r);
    size_t behind = r->at;
    skip_blanks(r);
    if (!r->ok || (!take(r, S("^")) && !take(r, S("**")))) {
        r->at = behind;
        return value;
    }
    r->operators++;
    return ++r->depth < DEPTH_MOST ? pow(value, read_power(r)) : NAN;
}

/* "x" is an operator between blanks, or between digits: 3 x 4, 3x4; not in 2x - 3. */
static bool take_times(struct sum_reader *r)
{
    char before = r->at ? r->text.ptr[r->at - 1] : '\0', after = peek(r, 1);
    bool is_x = peek(r, 0) == 'x' && (before == ' ' ? after == ' ' : is_digit(before) && is_digit(after));
    if (peek(r, 0) == '\\' && peek(r, 1) == '*') /* Markdown's escape */
        r->at++;
    if (is_x)
        r->at++;
    return is_x || take(r, S("*")) || take(r, S("×")) || take(r, S("\\times")) || take(r, S("·"));
}

static double read_product(struct sum_reader *r)
{
    double value = read_power(r);
    while (r->ok) {
        size_t before = r->at;
        skip_blanks(r);
        bool is_times = take_times(r), is_over = !is_times && (take(r, S("/")) || take(r, S("÷")));
        if (!is_times && !is_over) {
            r->at = before;
            break;
        }
        r->operators++;
        double by = read_power(r);
        value = is_times ? value * by : value / by;
    }
    return value;
}

static double read_sum(struct sum_reader *r)
{
    double value = read_product(r);
    while (r->ok) {
        size_t before = r->at;
        skip_blanks(r);
        bool is_plus = take(r, S("+")), is_minus = !is_plus && (take(r, S("-")) || take(r, S("−")));
        if (!is_plus && !is_minus) {
            r->at = before;
            break;
        }
        r->operators++;
        double by = read_product(r);
        value = is_plus ? value + by : value - by;
    }
    return value;
}

/* ---- a sum ---- */

/* May an expression begin here, or is this the middle of one, of a word, of a time? */
static bool may_begin(struct slice text, size_t at)
{
    char c = text.ptr[at];
    if (!is_digit(c) && c != '(' && c != '$')
        return false;
    if (at &&
        (is_digit(text.ptr[at - 1]) || is_letter(text.ptr[at - 1]) || strchr(".,:$_#[{\\", text.ptr[at - 1])))
        return false;
    while (at && text.ptr[at - 1] == ' ')
        at--;
    return at == 0 || !strchr("+-*/^()x%", text.ptr[at - 1]);
}

/* Behind the result something may follow that makes it part of more. */
static bool is_part_of_more(struct sum_reader *r)
{
    char next = peek(r, 0);
    if (is_letter(next) || next == ':' || next == '(' || next == '!' || next == '_')
        return true;
    skip_blanks(r);
    next = peek(r, 0);
    return strchr("+*/^=(!\\", next ? next : ' ') || (next == '-' && peek(r, 1) == ' ') ||
           (next == 'x' && !is_letter(peek(r, 1))) ||
           slice_starts(slice_cut(r->text, r->at, r->text.len), S("mod"));
}

/* As exact as it is written, and a little more room where it was rounded on the way. */
static bool is_about(double worked_out, double told, unsigned places)
{
    double room = 0.6 * pow(10, -(double)places);
    return fabs(worked_out - told) <= fmax(room, 0.005 * fabs(worked_out));
}

/* Reads one at r->at; leaves r->at behind what it is done with. */
static void count_one(struct sum_reader *r, struct sums *out)
{
    const size_t from = r->at;
    unsigned     places;
    r->ok = true;
    r->operators = r->depth = 0;
    r->has_percent = false;
    double worked_out = read_sum(r);
    size_t behind = r->at;
    skip_blanks(r);
    if (!r->ok || r->operators == 0 || !isfinite(worked_out) || !take(r, S("=")) || peek(r, 0) == '=') {
        r->at = behind > from ? behind : from + 1;
        return;
    }
    skip_blanks(r);
    if (take(r, S("<<"))) {
        size_t end = slice_find(slice_cut(r->text, r->at, r->text.len), S(">>"));
        r->at = end == SLICE_NONE ? r->text.len : r->at + end + 2;
    }
    bool is_negative = take(r, S("-"));
    if (!take(r, S("$")) && !take(r, S("£")))
        (void)take(r, S("€"));
    size_t result = r->at;
    double told = read_number(r, &places);
    bool   is_share = take(r, S("%"));
    if (is_negative)
        told = -told;
    if (!r->ok || is_part_of_more(r)) {
        r->at = result > from ? result : from + 1; /* the result may begin another one */
        return;
    }
    out->last = told;
    if (is_about(worked_out, told, places) || r->has_percent ||
        (is_share && is_about(100 * worked_out, told, places)))
        out->right++;
    else
        out->wrong++;
}

struct sums text_sums(struct slice text)
{
    struct sum_reader r = { .text = slice_cut(text, 0, SUMS_TEXT_MOST) };
    struct sums       out = { 0 };
    while (r.at < r.text.len) {
        if (may_begin(r.text, r.at))
            count_one(&r, &out);
        else
            r.at++;
    }
    return out;
}
