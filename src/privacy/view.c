/* view.c - see view.h. */
#include "view.h"

#include "base/die.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "base64.h"

#include <stdlib.h>

struct place view_back(const struct view *v, struct place p)
{
    uint32_t last = v->at[p.end - 1];
    size_t   end = p.end;
    while (end < v->text.len && v->at[end] == last)
        end++;
    return (struct place){ v->at[p.start], v->at[end] };
}

void view_through(struct view *v, const struct view *under)
{
    for (size_t i = 0; i <= v->text.len; i++)
        v->at[i] = under->at[v->at[i]];
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
    bool           is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    r.made = utf8_write(is_surrogate ? 0xFFFD : code, r.out);
    return r;
}

/* So many hexadecimal digits from `at` on, or -1. */
static int32_t hex_at(struct slice s, size_t at, size_t count)
{
    int32_t value = 0;
    for (size_t i = at; i < at + count; i++) {
        int digit = hex_digit(byte_at(s, i));
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* "%40". */
static struct reading read_percent(struct slice s)
{
    int32_t value = hex_at(s, 1, 2);
    if (value < ' ')
        return means(1, '%');
    return (struct reading){ 3, 1, { (char)value } };
}

/* "&#64;", "&#x40;", and some that have names. */
static struct reading read_entity(struct slice s)
{
    static const struct {
        const char *word;
        char        sign;
    } names[] = {
        { "&amp;", '&' }, { "&commat;", '@' }, { "&period;", '.' }, { "&num;", '#' }, { "&nbsp;", ' ' }
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_starts(s, slice_str(names[i].word)))
            return means(strlen(names[i].word), (uint32_t)names[i].sign);
    bool     is_hex = lower(byte_at(s, 2)) == 'x';
    size_t   at = is_hex ? 3 : 2, from = at;
    uint32_t code = 0, base = is_hex ? 16 : 10;
    if (byte_at(s, 1) != '#')
        return means(1, '&');
    for (; at - from < 6; at++) {
        int value = hex_digit(byte_at(s, at));
        if (value < 0 || (uint32_t)value >= base)
            break;
        code = code * base + (uint32_t)value;
    }
    if (at == from || code < ' ' || code > 0x10FFFF)
        return means(1, '&');
    return means(at + (byte_at(s, at) == ';'), code);
}

/* "\u0040", "\x40", "\"": what JSON and C escape. Others are rather a folder's name. */
static struct reading read_backslash(struct slice s)
{
    char    c = byte_at(s, 1);
    int32_t code = c == 'u' ? hex_at(s, 2, 4) : c == 'x' ? hex_at(s, 2, 2) : -1;
    if (code >= ' ')
        return means(c == 'u' ? 6 : 4, (uint32_t)code);
    if (is_one_of(c, "\"/\\"))
        return means(2, (uint32_t)c);
    return is_one_of(c, "nrt") ? means(2, c == 't' ? '\t' : '\n') : means(1, '\\');
}

/* "[at]" and "(dot)", blanks within too. */
static struct reading read_bracket(struct slice s)
{
    size_t from = byte_at(s, 1) == ' ' ? 2 : 1;
    bool   is_at = slice_is_nocase(slice_cut(s, from, from + 2), "at");
    bool   is_dot = slice_is_nocase(slice_cut(s, from, from + 3), "dot");
    size_t end = from + (is_at ? 2 : 3);
    end += byte_at(s, end) == ' ';
    if (!(is_at || is_dot) || !is_one_of(byte_at(s, end), "])}>"))
        return means(1, (uint32_t)(unsigned char)s.ptr[0]);
    end++;
    return means(end + (byte_at(s, end) == ' '), is_at ? '@' : '.');
}

/* Whether a domain's last label, or the one before a country's, begins at `at`: "dot org", "dot co dot uk". */
static bool is_short_label(struct slice s, size_t at)
{
    size_t end = at;
    while (is_letter(byte_at(s, end)) && end - at < 4)
        end++;
    return end - at >= 2 && end - at <= 3 && !is_alnum(byte_at(s, end));
}

/* " at example dot org", where what stands behind is such a name, and " dot ". */
static struct reading read_space(struct slice s)
{
    if (slice_is_nocase(slice_cut(s, 0, 5), " dot "))
        return means(5, '.');
    if (!slice_is_nocase(slice_cut(s, 0, 4), " at "))
        return means(1, ' ');
    size_t end = 4;
    while (end < 44 && (is_alnum(byte_at(s, end)) || byte_at(s, end) == '-'))
        end++;
    bool is_name = slice_is_nocase(slice_cut(s, end, end + 5), " dot ") && is_short_label(s, end + 5);
    return is_name ? means(4, '@') : means(1, ' ');
}

/* --- what is read as another ------------------------------------------------------------------------------ */

enum { MATH_FIRST = 0x1D400, MATH_LAST = 0x1D6A3, LETTERS = 26 };

/* A character's plain one; itself where it has none, 0 for what is nothing at all. */
static uint32_t plain_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        char     plain;
    } ranges[] = {
#define ALWAYS(from, to, plain) { from, to, plain },
#define AMONG_ASCII(code, plain)
#include "tables/confusables.h"
#undef ALWAYS
#undef AMONG_ASCII
    };
    bool is_nothing = code == 0xAD || (code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF;
    if (is_nothing)
        return 0;
    if ((code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x3000)
        return ' ';
    if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
        return '-';
    if (code >= MATH_FIRST && code <= MATH_LAST) {
        uint32_t letter = (code - MATH_FIRST) % (2 * LETTERS);
        return letter < LETTERS ? 'A' + letter : 'a' + letter - LETTERS;
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return (uint32_t)ranges[i].plain + code - ranges[i].first;
    return code;
}

static uint32_t plain_among_ascii(uint32_t code)
{
    switch (code) {
#define ALWAYS(from, to, plain)
#define AMONG_ASCII(code, plain)                                                                               \
    case code:                                                                                                 \
        return plain;
#include "tables/confusables.h"
#undef ALWAYS
#undef AMONG_ASCII
    default:
        return code;
    }
}

/* The word being read: a word with ASCII in it has no letters of another script. */
struct word {
    size_t end;
    bool   has_ascii;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Looks through a word once. */
static void enter_word(struct word *w, struct slice text, size_t at)
{
    if (at < w->end)
        return;
    *w = (struct word){ at, false };
    while (w->end < text.len && !is_blank(text.ptr[w->end])) {
        char c = text.ptr[w->end++];
        w->has_ascii = w->has_ascii || is_alnum(c) || c == '@';
    }
}

static struct reading read_wide(struct slice text, size_t at, struct word *word)
{
    struct slice  s = slice_cut(text, at, text.len);
    unsigned char lead = (unsigned char)s.ptr[0];
    size_t        length = utf8_length(s.ptr, s.ptr + s.len);
    uint32_t      code = length > 1 ? lead & (0x7Fu >> length) : 0;
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (unsigned char)(s.ptr[i] & 0x3F);
    uint32_t plain = plain_of(code);
    if (plain == code && length > 1 && word->has_ascii)
        plain = plain_among_ascii(code);
    if (length < 2 || plain == code)
        return (struct reading){ 1, 1, { s.ptr[0] } };
    return plain ? means(length, plain) : (struct reading){ .used = length };
}

static struct reading read_at(struct slice text, size_t at, struct word *word)
{
    struct slice s = slice_of(text.ptr + at, text.len - at);
    switch (s.ptr[0]) {
    case '%':
        return read_percent(s);
    case '&':
        return read_entity(s);
    case '\\':
        return read_backslash(s);
    case '[':
    case '(':
    case '{':
    case '<':
        return read_bracket(s);
    case ' ':
        return read_space(s);
    default:
        return s.ptr[0] & 0x80 ? read_wide(text, at, word) : (struct reading){ 1, 1, { s.ptr[0] } };
    }
}

/* --- the view --------------------------------------------------------------------------------------------- */

/* A view that is being written, in room for all of the text: undoing never lengthens. */
struct writing {
    char     *out;
    uint32_t *at;
    size_t    len;
};

static void put(struct writing *w, const char *bytes, size_t count, size_t at)
{
    for (size_t i = 0; i < count; i++) {
        w->out[w->len] = bytes[i];
        w->at[w->len++] = (uint32_t)at;
    }
}

/* The text that a run of base64 holds. Each three bytes stand where their four letters do, so that what is left
 * when some are hidden can still be decoded. */
static void put_decoded(struct writing *w, struct slice text, struct place run)
{
    size_t letters = 0, group = run.start, len;
    char   bytes[3];
    for (size_t at = run.start; at < run.end; at++) {
        if (base64_value(text.ptr[at]) < 0)
            continue;
        if (letters++ == 0)
            group = at;
        if (letters == 4 && base64_decode(slice_cut(text, group, at + 1), bytes, &len)) {
            put(w, bytes, len, group);
            letters = 0;
        }
    }
    if (letters > 1 && base64_decode(slice_cut(text, group, run.end), bytes, &len))
        put(w, bytes, len, group);
}

static bool is_joining(struct reading r)
{
    return r.made == 1 && (r.out[0] == '@' || r.out[0] == '.') && r.used > 3;
}

/* The next byte from `at` on that is no ASCII; eight at once. */
static size_t next_wide(struct slice text, size_t at)
{
    for (uint64_t eight; at + sizeof eight <= text.len; at += sizeof eight) {
        memcpy(&eight, text.ptr + at, sizeof eight);
        if (eight & 0x8080808080808080)
            break;
    }
    while (at < text.len && !(text.ptr[at] & 0x80))
        at++;
    return at;
}

static bool is_ascii_in_word(char c)
{
    return is_alnum(c) || c == '@';
}

/* Letters of two bytes that may be read as ASCII's: by their first byte, Greek to Armenian. */
static bool has_lookalike(struct slice text)
{
    for (size_t at = next_wide(text, 0); at < text.len; at = next_wide(text, at + 1)) {
        unsigned char lead = (unsigned char)text.ptr[at];
        bool          may_be = (lead >= 0xCD && lead <= 0xD6) || lead == 0xC9;
        if (may_be && (is_ascii_in_word(byte_at(text, at - 1)) || is_ascii_in_word(byte_at(text, at + 2))))
            return true;
    }
    return false;
}

bool view_is_needed(struct slice text)
{
    struct place run;
    return has_lookalike(text) || base64_text_next(text, 0, &run);
}

void view_init_undisguised(struct view *v, struct slice text)
{
    struct writing w = { .out = die_if_null(malloc(text.len + 1)) };
    struct word    word = { 0 };
    struct place   run;
    w.at = die_if_null(reallocarray(NULL, text.len + 1, sizeof *w.at));
    bool has_run = base64_text_next(text, 0, &run);
    for (size_t i = 0; i < text.len;) {
        if (has_run && i == run.start) {
            put_decoded(&w, text, run);
            i = run.end;
            has_run = base64_text_next(text, i, &run);
            continue;
        }
        enter_word(&word, text, i);
        struct reading r = read_at(text, i, &word);
        if (has_run && i + r.used > run.start)
            r = (struct reading){ 1, 1, { text.ptr[i] } };
        if (is_joining(r) && w.len > 0 && w.out[w.len - 1] == ' ')
            w.len--;
        put(&w, r.out, r.made, i);
        i += r.used;
    }
    w.at[w.len] = (uint32_t)text.len;
    *v = (struct view){ slice_of(w.out, w.len), w.at };
    view_join_digits(v);
}

void view_fini(struct view *v)
{
    free_wiped((char *)v->text.ptr, v->text.len);
    free(v->at);
    *v = (struct view){ 0 };
}
