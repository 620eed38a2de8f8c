/* view.c - see view.h. */
#include "view.h"

#include "base/die.h"

#include <stdlib.h>

struct place view_back(const struct view *v, struct place p)
{
    uint32_t last = v->at[p.end - 1];
    size_t   end = p.end;
    while (end < v->text.len && v->at[end] == last)
        end++;
    return (struct place){ v->at[p.start], v->at[end] };
}

size_t view_put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* --- what is meant ---------------------------------------------------------------------------------------- */

/* What stands at a place of the text: how long, and what it means. */
struct reading {
    size_t used, made;
    char   out[4];
};

static struct reading means(size_t used, uint32_t code)
{
    struct reading r = { .used = used };
    r.made = view_put_utf8(code, r.out);
    return r;
}

static int hex_value(char c)
{
    char small = lower(c);
    return is_digit(c) ? c - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* "%40". */
static struct reading read_percent(struct slice s)
{
    int high = hex_value(byte_at(s, 1)), low = hex_value(byte_at(s, 2));
    if (high < 2 || low < 0)
        return means(1, '%');
    return (struct reading){ 3, 1, { (char)(high * 16 + low) } };
}

/* "&#64;" and "&#x40;". */
static struct reading read_entity(struct slice s)
{
    bool     is_hex = lower(byte_at(s, 2)) == 'x';
    size_t   at = is_hex ? 3 : 2, from = at;
    uint32_t code = 0, base = is_hex ? 16 : 10;
    if (byte_at(s, 1) != '#')
        return means(1, '&');
    for (; at - from < 6; at++) {
        int value = hex_value(byte_at(s, at));
        if (value < 0 || (uint32_t)value >= base)
            break;
        code = code * base + (uint32_t)value;
    }
    if (at == from || code < ' ' || code > 0x10FFFF)
        return means(1, '&');
    return means(at + (byte_at(s, at) == ';'), code);
}

/* "[at]" and "(dot)". */
static struct reading read_spelled(struct slice s)
{
    static const struct {
        const char *word;
        char        sign;
    } words[] = { { "[at]", '@' }, { "(at)", '@' }, { "[dot]", '.' }, { "(dot)", '.' } };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i].word);
        if (slice_is_nocase(slice_cut(s, 0, len), words[i].word))
            return means(len + (byte_at(s, len) == ' '), (uint32_t)words[i].sign);
    }
    return means(1, (uint32_t)s.ptr[0]);
}

/* What a character beyond ASCII is written for; itself where it is for nothing else, 0 for nothing at all. */
static uint32_t plain_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        char     plain;   /* of the first; the others follow */
        bool     is_same; /* all are the first's */
    } ranges[] = {
        { 0xA0, 0xA0, ' ', true },        { 0xAD, 0xAD, '\0', true },       { 0x660, 0x669, '0', false },
        { 0x6F0, 0x6F9, '0', false },     { 0x966, 0x96F, '0', false },     { 0x2000, 0x200A, ' ', true },
        { 0x200B, 0x200F, '\0', true },   { 0x2010, 0x2015, '-', true },    { 0x202F, 0x202F, ' ', true },
        { 0x2060, 0x2060, '\0', true },   { 0x2212, 0x2212, '-', true },    { 0x3000, 0x3000, ' ', true },
        { 0xFEFF, 0xFEFF, '\0', true },   { 0xFF01, 0xFF5E, '!', false },   { 0x1D7CE, 0x1D7D7, '0', false },
        { 0x1D7D8, 0x1D7E1, '0', false }, { 0x1D7E2, 0x1D7EB, '0', false }, { 0x1D7EC, 0x1D7F5, '0', false },
        { 0x1D7F6, 0x1D7FF, '0', false },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return (uint32_t)ranges[i].plain + (ranges[i].is_same ? 0 : code - ranges[i].first);
    return code;
}

static struct reading read_wide(struct slice s)
{
    unsigned char lead = (unsigned char)s.ptr[0];
    size_t        length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    uint32_t      code = length ? lead & (0x7Fu >> length) : 0;
    for (size_t i = 1; i < length; i++) {
        if ((byte_at(s, i) & 0xC0) != 0x80)
            return (struct reading){ 1, 1, { s.ptr[0] } };
        code = code << 6 | (unsigned char)(s.ptr[i] & 0x3F);
    }
    uint32_t plain = plain_of(code);
    if (!length || plain == code)
        return (struct reading){ 1, 1, { s.ptr[0] } };
    return plain ? means(length, plain) : (struct reading){ .used = length };
}

static struct reading read_at(struct slice text, size_t at)
{
    struct slice s = slice_of(text.ptr + at, text.len - at);
    switch (s.ptr[0]) {
    case '%':
        return read_percent(s);
    case '&':
        return read_entity(s);
    case '[':
    case '(':
        return read_spelled(s);
    default:
        return s.ptr[0] & 0x80 ? read_wide(s) : (struct reading){ 1, 1, { s.ptr[0] } };
    }
}

/* --- the view --------------------------------------------------------------------------------------------- */

enum { LONE_DIGITS_LEAST = 8 };

/* Digits one by one lose what parts them: "4 1 1 1 …". In place, since it only shortens. */
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

static bool is_joining(struct reading r)
{
    return r.made == 1 && (r.out[0] == '@' || r.out[0] == '.') && r.used > 3;
}

void view_init_undisguised(struct view *v, struct slice text)
{
    char  *out = die_if_null(malloc(text.len + 1)); /* undoing never lengthens */
    size_t len = 0;
    v->at = die_if_null(reallocarray(NULL, text.len + 1, sizeof *v->at));
    for (size_t i = 0; i < text.len;) {
        struct reading r = read_at(text, i);
        if (is_joining(r) && len > 0 && out[len - 1] == ' ')
            len--;
        for (size_t k = 0; k < r.made; k++) {
            out[len] = r.out[k];
            v->at[len++] = (uint32_t)i;
        }
        i += r.used;
    }
    v->at[len] = (uint32_t)text.len;
    v->text = slice_of(out, len);
    join_lone_digits(v);
}

void view_fini(struct view *v)
{
    free((char *)v->text.ptr);
    free(v->at);
    *v = (struct view){ 0 };
}
