/* draft_agree.c - do two drafts for one question say the same? */
#include "policy/draft.h"
#include "wire/schema.h"

#include <math.h>
#include <stdlib.h>

static enum agreement told(bool is_same)
{
    return is_same ? AGREEMENT_SAME : AGREEMENT_OTHER;
}

/* ---- JSON ---- */

/* An object or an array. */
static bool is_document(struct slice text, struct json *out, struct arena *arena)
{
    struct fault why;
    text = slice_trim(text);
    return text.len && (text.ptr[0] == '{' || text.ptr[0] == '[') && json_read(arena, text, out, &why);
}

static bool same_json(struct slice a, struct slice b, struct arena *arena)
{
    struct json x, y;
    return is_document(a, &x, arena) && is_document(b, &y, arena) && json_same(&x, 0, &y, 0, arena);
}

static bool same_calls(const struct draft *a, const struct draft *b, struct arena *arena)
{
    for (size_t i = 0; i < a->calls && i < b->calls; i++)
        if (!slice_eq(a->call[i].name, b->call[i].name) ||
            (!slice_eq(a->call[i].arguments, b->call[i].arguments) &&
             !same_json(a->call[i].arguments, b->call[i].arguments, arena)))
            return false;
    return a->calls == b->calls;
}

/* ---- the number at the end ---- */

enum {
    END_BYTES = 80, /* behind the last number there is at most a unit, a full stop, a remark */
    NUMBER_MOST = 32,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits that end before `end`, commas and a point inside; a sign before them. */
static struct slice number_before(struct slice text, size_t end)
{
    size_t from = end;
    while (from > 0 && (is_digit(text.ptr[from - 1]) ||
                        (from > 1 && (text.ptr[from - 1] == ',' || text.ptr[from - 1] == '.') && from < end &&
                         is_digit(text.ptr[from - 2]))))
        from--;
    if (from > 0 && text.ptr[from - 1] == '-' && (from == 1 || text.ptr[from - 2] == ' '))
        from--;
    return slice_cut(text, from, end);
}

/* "5. " at the beginning of a line: an item of a list, which counts nothing but itself. */
static bool begins_item(struct slice text, struct slice number)
{
    size_t from = (size_t)(number.ptr - text.ptr), end = from + number.len;
    if (end + 1 >= text.len || (text.ptr[end] != '.' && text.ptr[end] != ')') || text.ptr[end + 1] != ' ')
        return false;
    while (from > 0 && text.ptr[from - 1] == ' ')
        from--;
    return from == 0 || text.ptr[from - 1] == '\n';
}

/* The number that the text ends with, or nearly; a word with a digit in it (x2, 3rd) is none. */
static bool last_number(struct slice text, double *out)
{
    text = slice_trim(text);
    for (size_t end = text.len; end > 0 && text.len - end < END_BYTES; end--) {
        if (!is_digit(text.ptr[end - 1]))
            continue;
        struct slice number = number_before(text, end);
        if (begins_item(text, number))
            return false;
        char   plain[NUMBER_MOST];
        size_t len = 0;
        for (size_t i = 0; i < number.len && len + 1 < sizeof plain; i++)
            if (number.ptr[i] != ',')
                plain[len++] = number.ptr[i];
        plain[len] = '\0';
        *out = strtod(plain, NULL);
        return number.len < sizeof plain;
    }
    return false;
}

enum agreement drafts_agree(const struct draft *a, const struct draft *b, struct arena *arena)
{
    struct json  x, y;
    double       m, n;
    struct slice one = slice_trim(a->content), other = slice_trim(b->content);
    if (a->calls || b->calls)
        return told(same_calls(a, b, arena));
    if (slice_eq(one, other))
        return AGREEMENT_SAME;
    bool is_first_json = is_document(one, &x, arena), is_second_json = is_document(other, &y, arena);
    if (is_first_json || is_second_json)
        return told(is_first_json && is_second_json && json_same(&x, 0, &y, 0, arena));
    bool has_first = last_number(one, &m), has_second = last_number(other, &n);
    if (has_first && has_second)
        return told(fabs(m - n) <= 1e-6 * fmax(1, fabs(m)));
    return has_first || has_second ? AGREEMENT_ONE_SIDED : AGREEMENT_UNTOLD;
}
