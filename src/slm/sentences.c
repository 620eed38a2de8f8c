/*
 * sentences.c - where a sentence ends, and what must not be cut at all.
 *
 * Two passes in one walk. By lines: fenced and indented code, JSON, tables, headings and list items are units
 * of their own, as Markdown sees them. What remains are paragraphs, and those are cut after . ! ? and their
 * kin, where what stands before is no abbreviation and what follows looks like a beginning. A unit takes the
 * blanks after it along, so that units tile the text.
 *
 * When in doubt it does not cut: two sentences in one unit cost a few words of a budget, half a sentence kept
 * costs the sense.
 */
#include "slm/shorten.h"

#include <ctype.h>

enum {
    WRAPPED_LINE_BYTES = 60, /* a line at least so long without a full stop goes on in the next */
    ITEM_DIGITS_MOST = 3,    /* "100." begins a list item, "1984." does not */
    JSON_DEPTH_MOST = 64,
};

struct split {
    struct arena *arena;
    struct slice  text;
    struct slice *unit;
    bool         *is_code;
    size_t        count, cap, code_cap;
};

/* ---- characters and lines ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static char at(struct slice s, size_t i)
{
    return i < s.len ? s.ptr[i] : '\0';
}

static size_t skip_blanks(struct slice s, size_t i)
{
    while (i < s.len && is_blank(s.ptr[i]))
        i++;
    return i;
}

/* The offset behind the line's newline, or the text's end. */
static size_t line_end(struct slice s, size_t i)
{
    const char *newline = i < s.len ? memchr(s.ptr + i, '\n', s.len - i) : NULL;
    return newline ? (size_t)(newline - s.ptr) + 1 : s.len;
}

/* The line at i, without blanks at either end. */
static struct slice line_at(struct slice s, size_t i)
{
    return slice_trim(slice_cut(s, i, line_end(s, i)));
}

static size_t run_of(struct slice s, char c)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == c)
        n++;
    return n;
}

size_t words_count(struct slice text)
{
    size_t words = 0;
    for (size_t i = 0; i < text.len; i++)
        words += !is_blank(text.ptr[i]) && (i == 0 || is_blank(text.ptr[i - 1]));
    return words;
}

/* ---- what is no prose ---- */

/* How many ` or ~ open a fence on this line, 0 when none does. */
static size_t fence_of(struct slice line)
{
    size_t ticks = run_of(line, '`'), tildes = run_of(line, '~');
    return ticks >= 3 ? ticks : tildes >= 3 ? tildes : 0;
}

/* Behind the closing fence; behind the text where it is never closed, as Markdown has it. */
static size_t fence_end(struct slice s, size_t i)
{
    struct slice opening = line_at(s, i);
    size_t       length = fence_of(opening);
    for (i = line_end(s, i); i < s.len; i = line_end(s, i)) {
        struct slice line = line_at(s, i);
        if (line.len >= length && run_of(line, opening.ptr[0]) == line.len)
            return line_end(s, i);
    }
    return s.len;
}

/* Behind the string that opens at i; the text's end where it does not close. */
static size_t json_string_end(struct slice s, size_t i)
{
    for (i++; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '"')
            return i + 1;
    }
    return s.len;
}

/* Does an object or array seem to begin at i? "{" wants a key, "[" a value, so that "{laughs}" is prose. */
static bool json_begins(struct slice s, size_t i)
{
    char next = at(s, skip_blanks(s, i + 1));
    if (at(s, i) == '{')
        return next == '"' || next == '}';
    return at(s, i) == '[' && next != '\0' && (strchr("{[\"-]", next) || isdigit((unsigned char)next));
}

/* Behind the line that an object or array beginning at i closes on; 0 where it is not one, or text follows it.
 */
static size_t json_end(struct slice s, size_t i)
{
    char   closing[JSON_DEPTH_MOST];
    size_t depth = 0;
    if (!json_begins(s, i))
        return 0;
    while (i < s.len) {
        char c = s.ptr[i];
        if (c == '"') {
            i = json_string_end(s, i);
            continue;
        }
        if ((c == '{' || c == '[') && depth == JSON_DEPTH_MOST)
            return 0;
        if (c == '{' || c == '[')
            closing[depth++] = c == '{' ? '}' : ']';
        if ((c == '}' || c == ']') && (depth == 0 || closing[--depth] != c))
            return 0;
        i++;
        if (depth == 0)
            break;
    }
    bool alone = depth == 0 && line_at(s, i).len <= 1; /* a comma may follow */
    return alone ? line_end(s, i) : 0;
}

static size_t table_end(struct slice s, size_t i)
{
    while (i < s.len && at(line_at(s, i), 0) == '|')
        i = line_end(s, i);
    return i;
}

static bool is_indented(struct slice s, size_t i)
{
    return at(s, i) == '\t' || slice_starts(slice_cut(s, i, s.len), S("    "));
}

/* Indented lines, with blank lines between them. */
static size_t indented_end(struct slice s, size_t i)
{
    size_t end = i;
    while (i < s.len && (is_indented(s, i) || line_at(s, i).len == 0)) {
        if (line_at(s, i).len > 0)
            end = line_end(s, i);
        i = line_end(s, i);
    }
    return end;
}

/* Bytes of the marker that makes this line a list item: "- ", "* ", "12. ", "3) ". */
static size_t item_marker(struct slice line)
{
    static const struct slice bullets[] = { SLICE("- "), SLICE("* "), SLICE("+ "), SLICE("\u2022 "),
                                            SLICE("\u2013 ") };
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (slice_starts(line, bullets[i]))
            return bullets[i].len;
    size_t digits = 0;
    while (digits <= ITEM_DIGITS_MOST && isdigit((unsigned char)at(line, digits)))
        digits++;
    bool numbered = digits >= 1 && digits <= ITEM_DIGITS_MOST &&
                    (at(line, digits) == '.' || at(line, digits) == ')') && at(line, digits + 1) == ' ';
    return numbered ? digits + 2 : 0;
}

static bool is_heading(struct slice line)
{
    size_t marks = run_of(line, '#');
    return marks >= 1 && marks <= 6 && at(line, marks) == ' ';
}

/* The end of the code, JSON or table that begins with the line at i; 0 where prose does. */
static size_t code_end(struct slice s, size_t i, bool after_blank_line)
{
    struct slice line = line_at(s, i);
    if (line.len == 0)
        return 0;
    if (fence_of(line))
        return fence_end(s, i);
    if (line.ptr[0] == '|' && table_end(s, i) > line_end(s, i))
        return table_end(s, i);
    if (after_blank_line && is_indented(s, i) && !item_marker(line))
        return indented_end(s, i);
    return json_end(s, (size_t)(line.ptr - s.ptr));
}

/* ---- sentences ---- */

/* Never the end of a sentence, whatever follows. */
static const char *const abbreviations[] = { "mr",  "mrs", "ms",   "dr",     "prof", "st",  "mt",  "gen",
                                             "col", "sgt", "rev",  "hon",    "gov",  "sen", "rep", "sr",
                                             "jr",  "e.g", "i.e",  "eg",     "ie",   "cf",  "vs",  "viz",
                                             "al",  "ca",  "ph.d", "approx", "bzw",  "z.b", NULL };

/* Words too, so abbreviations only where a number follows: "No. 5", "Fig. 2", "Mar. 3". */
static const char *const numbered[] = { "no",  "nos", "nr",   "fig", "figs", "eq",  "sec", "ch",  "p",
                                        "pp",  "vol", "art",  "jan", "feb",  "mar", "apr", "jun", "jul",
                                        "aug", "sep", "sept", "oct", "nov",  "dec", NULL };

static bool is_in(const char *const *table, struct slice word)
{
    for (; *table; table++)
        if (slice_is_nocase(word, *table))
            return true;
    return false;
}

/* Single letters between dots, the last dot left off: "J" (but not "I"), "U.S", "a.m". */
static bool is_dotted_letters(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (i % 2 ? word.ptr[i] != '.' : !isalpha((unsigned char)word.ptr[i]))
            return false;
    return word.len % 2 && (word.len > 1 || (isupper((unsigned char)word.ptr[0]) && word.ptr[0] != 'I'));
}

/* Is the dot behind `before` an abbreviation's? next: the first letter after it. */
static bool ends_with_abbreviation(struct slice before, char next)
{
    size_t from = before.len;
    while (from > 0 && !is_blank(before.ptr[from - 1]) && !strchr("([\"'", before.ptr[from - 1]))
        from--;
    struct slice word = slice_cut(before, from, before.len);
    return is_in(abbreviations, word) || is_dotted_letters(word) ||
           (isdigit((unsigned char)next) && is_in(numbered, word));
}

/* Bytes of a mark that ends a sentence with no blank behind it, as Chinese and Japanese write; else 0. */
static size_t wide_stop(struct slice s, size_t i)
{
    static const struct slice stops[] = { SLICE("\u3002"), SLICE("\uff01"), SLICE("\uff1f"), SLICE("\uff61") };
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++)
        if (slice_starts(slice_cut(s, i, s.len), stops[k]))
            return stops[k].len;
    return 0;
}

/* Bytes of a mark that ends a sentence when a blank follows; else 0. */
static size_t narrow_stop(struct slice s, size_t i)
{
    static const struct slice stops[] = { SLICE("."),      SLICE("!"),      SLICE("?"),
                                          SLICE("\u2026"), SLICE("\u0964"), SLICE("\u061f") };
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++)
        if (slice_starts(slice_cut(s, i, s.len), stops[k]))
            return stops[k].len;
    return 0;
}

/* Behind the quotes and brackets that close at i. */
static size_t skip_closers(struct slice s, size_t i)
{
    static const struct slice closers[] = {
        SLICE("\""),     SLICE("'"),      SLICE(")"),      SLICE("]"),      SLICE("}"),      SLICE("*"),
        SLICE("\u201d"), SLICE("\u2019"), SLICE("\u00bb"), SLICE("\u300d"), SLICE("\u300f"), SLICE("\uff09")
    };
    for (size_t k = 0; k < sizeof closers / sizeof *closers;) {
        if (slice_starts(slice_cut(s, i, s.len), closers[k])) {
            i += closers[k].len;
            k = 0;
        } else {
            k++;
        }
    }
    return i;
}

/* Does a sentence end with the stop at i? Then where, marks and quotes included; else 0. */
static size_t stop_end(struct slice s, size_t i)
{
    size_t bytes = wide_stop(s, i);
    if (bytes) {
        while ((bytes = wide_stop(s, i)))
            i += bytes;
        return skip_closers(s, i);
    }
    size_t from = i;
    while ((bytes = narrow_stop(s, i)))
        i += bytes;
    if (i == from)
        return 0;
    size_t end = skip_closers(s, i);
    if (end < s.len && !is_blank(s.ptr[end]))
        return 0;
    char next = at(s, skip_blanks(s, end));
    if (islower((unsigned char)next))
        return 0;
    bool lone_dot = s.ptr[from] == '.' && i == from + 1;
    return lone_dot && ends_with_abbreviation(slice_cut(s, 0, from), next) ? 0 : end;
}

/* Does the line break at i (of '\n') end a sentence, though no stop does? Lines of a chat log do; lines that
 * were wrapped do not. */
static bool newline_ends(struct slice s, size_t line_from, size_t i)
{
    size_t next = skip_blanks(s, i);
    return !islower((unsigned char)at(s, next)) && i - line_from < WRAPPED_LINE_BYTES;
}

/* ---- the walk ---- */

static void add_unit(struct split *p, size_t from, size_t to, bool is_code)
{
    if (p->count == p->cap) {
        p->unit = arena_grow(p->arena, p->unit, p->count, sizeof *p->unit, &p->cap);
        p->is_code = arena_grow(p->arena, p->is_code, p->count, sizeof *p->is_code, &p->code_cap);
    }
    p->unit[p->count] = slice_cut(p->text, from, to);
    p->is_code[p->count++] = is_code;
}

/* Cuts the paragraph [from, to) into sentences. */
static void split_paragraph(struct split *p, size_t from, size_t to)
{
    struct slice s = slice_cut(p->text, 0, to);
    size_t       line_from = from;
    for (size_t i = from; i < to;) {
        size_t end = stop_end(s, i);
        bool   newline = s.ptr[i] == '\n';
        if (!end && newline && newline_ends(s, line_from, i))
            end = i + 1;
        if (newline)
            line_from = i + 1;
        if (!end) {
            i++;
            continue;
        }
        end = skip_blanks(s, end);
        add_unit(p, from, end, false);
        from = line_from = i = end;
    }
    if (from < to)
        add_unit(p, from, to, false);
}

/* The end of the prose that begins at i: the next blank line, code, heading or list item. */
static size_t prose_end(struct slice s, size_t i)
{
    bool single = is_heading(line_at(s, i));
    do
        i = line_end(s, i);
    while (!single && i < s.len && line_at(s, i).len > 0 && !is_heading(line_at(s, i)) &&
           !item_marker(line_at(s, i)) && !code_end(s, i, false));
    return i;
}

size_t sentences_split(struct arena *arena, struct slice text, struct slice **out, bool **is_code)
{
    struct split p = { .arena = arena, .text = text };
    bool         after_blank_line = true, in_list = false;
    for (size_t i = 0; i < text.len;) {
        /* Blank lines before the first unit go with it, all others with the unit that they follow. */
        size_t first = i;
        while (first < text.len && line_at(text, first).len == 0)
            first = line_end(text, first);
        size_t code = code_end(text, first, after_blank_line && !in_list);
        size_t end = code ? code : first < text.len ? prose_end(text, first) : text.len;
        size_t tail = end;
        while (tail < text.len && line_at(text, tail).len == 0)
            tail = line_end(text, tail);
        bool is_item = item_marker(line_at(text, first)) > 0;
        if (code || is_item || is_heading(line_at(text, first)))
            add_unit(&p, i, tail, code > 0);
        else
            split_paragraph(&p, i, tail);
        after_blank_line = tail > end;
        in_list = is_item || (in_list && is_indented(text, first));
        i = tail;
    }
    *out = p.unit;
    *is_code = p.is_code;
    return p.count;
}
