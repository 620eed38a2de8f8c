/* draft_marks.c - what a draft is told apart by: see policy/draft_score.h. */
#include "policy/draft_score.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBERS_MOST = 64, TEXT_MOST_BYTES = 1 << 16, END_BYTES = 80, DIGITS_MOST = 24 };

/* The different numbers of a text, in order; and the last that it names. */
struct numbers {
    double   number[NUMBERS_MOST];
    unsigned count;
    double   greatest, last;
    size_t   last_end; /* where the last one ends; 0: there is none */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has_number(const struct numbers *n, double number)
{
    for (unsigned i = 0; i < n->count; i++)
        if (n->number[i] == number)
            return true;
    return false;
}

/* "1,250.5": what stands between digits is part of it. Returns where it ends. */
static size_t read_number(struct slice text, size_t at, double *out)
{
    char   digits[DIGITS_MOST + 1];
    size_t len = 0;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        bool goes_on = at + 1 < text.len && is_digit(text.ptr[at + 1]);
        if (!is_digit(c) && !((c == ',' || c == '.') && goes_on))
            break;
        if (c != ',' && len < DIGITS_MOST)
            digits[len++] = c;
    }
    digits[len] = '\0';
    *out = strtod(digits, NULL);
    return at;
}

static void find_numbers(struct slice text, struct numbers *out)
{
    *out = (struct numbers){ 0 };
    for (size_t at = 0; at < text.len;) {
        double number;
        if (!is_digit(text.ptr[at])) {
            at++;
            continue;
        }
        bool is_negative = at > 0 && text.ptr[at - 1] == '-' && (at == 1 || text.ptr[at - 2] == ' ');
        at = read_number(text, at, &number);
        out->greatest = fmax(out->greatest, number);
        out->last = is_negative ? -number : number;
        out->last_end = at;
        if (out->count < NUMBERS_MOST && !has_number(out, number))
            out->number[out->count++] = number;
    }
}

static unsigned count_missing(const struct numbers *of, const struct numbers *in)
{
    unsigned missing = 0;
    for (unsigned i = 0; i < of->count; i++)
        missing += !has_number(in, of->number[i]);
    return missing;
}

static unsigned count_hedges(struct slice text)
{
    static const char *const words[] = { "assum",   "would",         "might",   "maybe",
                                         "perhaps", "approximately", "about",   "roughly",
                                         "however", "unclear",       "unknown", "cannot",
                                         "can't",   "impossible",    "if",      "may" };
    unsigned                 hedges = 0;
    bool                     is_inside = false;
    for (size_t at = 0; at < text.len; at++) {
        char lower = (char)(text.ptr[at] | 0x20);
        bool is_letter = lower >= 'a' && lower <= 'z';
        for (size_t i = 0; is_letter && !is_inside && i < sizeof words / sizeof *words; i++) {
            struct slice word = slice_cut(text, at, at + strlen(words[i]));
            bool         is_stem = i == 0, is_end = at + word.len == text.len ||
                                            (text.ptr[at + word.len] | 0x20) < 'a' ||
                                            (text.ptr[at + word.len] | 0x20) > 'z';
            hedges += slice_is_nocase(word, words[i]) && (is_stem || is_end);
        }
        is_inside = is_letter;
    }
    return hedges;
}

static unsigned count_lines(struct slice text)
{
    unsigned lines = 0;
    for (size_t at = 0; at < text.len; at++)
        lines += text.ptr[at] == '\n';
    return lines;
}

static float log_of(double number)
{
    return (float)log1p(number);
}

static float logit(double chance)
{
    chance = fmin(fmax(chance, 1e-6), 1 - 1e-6);
    return (float)log(chance / (1 - chance));
}

void draft_marks(struct slice question, struct slice draft, const struct draft_known *known,
                 float mark[DRAFT_MARKS])
{
    struct numbers given, named;
    draft = slice_cut(slice_trim(draft), 0, TEXT_MOST_BYTES);
    question = slice_cut(question, 0, TEXT_MOST_BYTES);
    find_numbers(question, &given);
    find_numbers(draft, &named);
    const struct sums sums = text_sums(draft);
    const unsigned    unused = count_missing(&given, &named);
    const bool        has_last = named.last_end > 0 && draft.len - named.last_end < END_BYTES;
    const char        end = draft.len ? draft.ptr[draft.len - 1] : '\0';
    mark[MARK_LENGTH] = log_of((double)draft.len);
    mark[MARK_LINES] = log_of(count_lines(draft));
    mark[MARK_SUMS] = log_of(sums.right);
    mark[MARK_WRONG_SUM] = sums.wrong > 0;
    mark[MARK_NO_SUM] = sums.right + sums.wrong == 0;
    mark[MARK_UNUSED] = given.count ? (float)unused / (float)given.count : 0;
    mark[MARK_UNUSED_COUNT] = log_of(unused);
    mark[MARK_GIVEN] = log_of(given.count);
    mark[MARK_QUESTION] = log_of((double)question.len);
    mark[MARK_NUMBER] = has_last;
    mark[MARK_OPEN_END] = !is_digit(end) && (end == '\0' || !strchr(".!?)]}%*`\"'", end));
    mark[MARK_HEDGES] = log_of(count_hedges(draft));
    mark[MARK_COPIED] = has_last && has_number(&given, named.last);
    mark[MARK_FRACTION] = has_last && named.last != floor(named.last);
    mark[MARK_NEGATIVE] = has_last && named.last < 0;
    mark[MARK_GROWTH] = log_of(named.greatest) - log_of(given.greatest);
    mark[MARK_RESULT] = has_last && sums.right + sums.wrong > 0 && named.last == sums.last;
    mark[MARK_NEW] = count_missing(&named, &given) > 0;
    mark[MARK_IMPROBABLE] = (float)-known->logprob;
    mark[MARK_DIFFICULTY] = logit(known->difficulty);
}
