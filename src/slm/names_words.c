/* names_words.c - see names_words.h. The rows' numbers are those of train/names_features.py. */
#include "names_words.h"

#include "slm/unicode.h"

/* Tables of names.added, one after the other. */
enum word_case {
    CASE_SPECIAL, /* [CLS], [SEP] */
    CASE_MARK,
    CASE_DIGITS,
    CASE_CASELESS, /* letters of a script without capitals */
    CASE_LOWER,
    CASE_TITLE,
    CASE_LETTER, /* one capital */
    CASE_UPPER,
    CASE_MIXED,
    CASE_LOWER_DIGITS,
    CASE_UPPER_DIGITS,
    CASES
};
enum gap { GAP_NONE, GAP_BLANK, GAP_LINE, GAP_LINES, GAP_WIDE, GAP_EDGE, GAPS };
enum whole_case { WHOLE_USUAL, WHOLE_LOWER, WHOLE_UPPER, WHOLE_TITLE };
enum {
    ROW_BEFORE = CASES,
    ROW_BEHIND = ROW_BEFORE + GAPS,
    ROW_START = ROW_BEHIND + GAPS,
    ROW_WHOLE = ROW_START + 2
};

/* ---- case ---- */

/* Capitals of Latin, Greek and Cyrillic by where Unicode has them: in most blocks every second one. */
static bool is_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    if (c >= 0xC0 && c <= 0xDE)
        return c != 0xD7;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1DE && c <= 0x1EF) ||
        (c >= 0x1F8 && c <= 0x233) || (c >= 0x1E00 && c <= 0x1EFF))
        return c % 2 == 0;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x1CD && c <= 0x1DC))
        return c % 2 == 1;
    return c == 0x178 || (c >= 0x386 && c <= 0x3AB && c != 0x390) || (c >= 0x400 && c <= 0x42F);
}

/* Any other letter of the scripts that have two cases. */
static bool is_lower(uint32_t c)
{
    return !is_upper(c) && ((c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0x24F && c != 0xF7) ||
                            (c >= 0x1E00 && c <= 0x1EFF) || (c >= 0x370 && c <= 0x52F));
}

/* Of another script. What is no letter there has been cut off as punctuation, or is a sign. */
static bool is_caseless(uint32_t c)
{
    return (c >= 0x530 && c < 0x1E00) || (c >= 0x2C00 && c < 0xD800) || (c >= 0xF900 && c < 0xFE00) ||
           (c >= 0x20000 && c < 0x40000);
}

static enum word_case case_of(struct slice word)
{
    unsigned upper = 0, lower = 0, digits = 0, caseless = 0;
    bool     begins_upper = false;
    for (size_t at = 0, bytes; at < word.len; at += bytes) {
        uint32_t c = unicode_read(slice_cut(word, at, word.len), &bytes);
        begins_upper = begins_upper || (at == 0 && is_upper(c));
        upper += is_upper(c);
        lower += is_lower(c);
        digits += c >= '0' && c <= '9';
        caseless += is_caseless(c);
    }
    if (upper + lower == 0)
        return digits ? CASE_DIGITS : caseless ? CASE_CASELESS : CASE_MARK;
    if (digits)
        return upper ? CASE_UPPER_DIGITS : CASE_LOWER_DIGITS;
    if (upper == 0)
        return CASE_LOWER;
    if (lower == 0)
        return upper == 1 ? CASE_LETTER : CASE_UPPER;
    return upper == 1 && begins_upper ? CASE_TITLE : CASE_MIXED;
}

static enum whole_case whole_of(const struct names_word *words, size_t count)
{
    size_t of[CASES] = { 0 };
    for (size_t i = 0; i < count; i++)
        of[words[i].row[0]]++;
    size_t lower = of[CASE_LOWER], title = of[CASE_TITLE], mixed = of[CASE_MIXED];
    size_t upper = of[CASE_UPPER] + of[CASE_LETTER];
    if (title + upper + mixed == 0)
        return WHOLE_LOWER;
    if (lower + title + mixed == 0)
        return WHOLE_UPPER;
    return title >= 4 && title > 3 * lower ? WHOLE_TITLE : WHOLE_USUAL;
}

/* ---- what stands beside ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static enum gap gap_of(struct slice text, size_t from, size_t to)
{
    size_t lines = 0;
    bool   has_tab = false;
    if (from == to)
        return GAP_NONE;
    for (size_t i = from; i < to; i++) {
        lines += text.ptr[i] == '\n';
        has_tab = has_tab || text.ptr[i] == '\t';
    }
    if (lines)
        return lines == 1 ? GAP_LINE : GAP_LINES;
    return has_tab || to - from > 1 ? GAP_WIDE : GAP_BLANK;
}

/* *from: where the blanks begin that the word stands behind. */
static enum gap gap_before(struct slice text, size_t at, size_t *from)
{
    for (*from = at; *from > 0 && is_blank(text.ptr[*from - 1]);)
        --*from;
    return *from == 0 ? GAP_EDGE : gap_of(text, *from, at);
}

static enum gap gap_behind(struct slice text, size_t at)
{
    size_t to = at;
    while (to < text.len && is_blank(text.ptr[to]))
        to++;
    return to == text.len ? GAP_EDGE : gap_of(text, at, to);
}

/* Whether a sentence, a quotation or an item may begin behind byte `end`. */
static bool is_start(struct slice text, size_t end, enum gap before)
{
    struct slice until = slice_cut(text, 0, end);
    if (before == GAP_EDGE || before == GAP_LINE || before == GAP_LINES)
        return true;
    return slice_find_byte(S(".!?:\"'(*>-|#[{"), text.ptr[end - 1]) != SLICE_NONE ||
           slice_ends(until, S("“")) || slice_ends(until, S("…"));
}

void names_words_see(struct slice text, struct names_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i].row[0] = (uint8_t)case_of(slice_cut(text, words[i].from, words[i].to));
    enum whole_case whole = whole_of(words, count);
    for (size_t i = 0; i < count; i++) {
        struct names_word *w = &words[i];
        size_t             end;
        enum gap           before = gap_before(text, w->from, &end);
        w->row[1] = (uint8_t)(ROW_BEFORE + before);
        w->row[2] = (uint8_t)(ROW_BEHIND + gap_behind(text, w->to));
        w->row[3] = (uint8_t)(ROW_START + is_start(text, end, before));
        w->row[4] = (uint8_t)(ROW_WHOLE + whole);
    }
}

struct names_word names_no_word(const struct names_word *words, size_t count)
{
    enum whole_case whole = whole_of(words, count);
    return (struct names_word){
        .row = { CASE_SPECIAL, ROW_BEFORE + GAP_EDGE, ROW_BEHIND + GAP_EDGE, ROW_START,
                 (uint8_t)(ROW_WHOLE + whole) },
    };
}

/* ---- grouping ---- */

size_t names_words_group(const struct tokenizer *t, const uint32_t *ids, const struct token_place *places,
                         size_t tokens, size_t base, struct names_word *out)
{
    size_t count = 0;
    for (unsigned i = 1; i < tokens; i++) {
        size_t from = base + places[i].from, to = base + places[i].to;
        if (count == 0 || !tokenizer_goes_on(t, ids[i]))
            out[count++] = (struct names_word){ .from = from, .to = to, .first = i };
        struct names_word *w = &out[count - 1];
        w->last = i + 1;
        if (to > w->to)
            w->to = to;
    }
    return count;
}
