/*
 * alike_read.c - a question becomes words, and things that must stand in both questions: numbers, units,
 * identifiers, quotations, code.
 *
 * A chunk is what stands between two blanks. One with a figure of its own (an address, a path, camelCase,
 * letters and digits) is an identifier; one that begins with a digit is a number, with its unit; any other is
 * words, parted by hyphens and slashes, contractions undone.
 */
#include "alike_reading.h"

enum { QUOTED_BYTES_MOST = 200 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- what is found ---- */

void reading_add_thing(struct reading *r, enum thing_kind kind, struct slice text)
{
    struct alike_text *out = r->out;
    if (out->things == ALIKE_WORDS_MOST)
        out->is_too_long = true;
    else
        out->thing[out->things++] = (struct thing){ kind, text };
}

struct slice folded_of(struct arena *arena, struct slice text)
{
    char *folded = arena_cstr(arena, text);
    for (size_t i = 0; i < text.len; i++)
        folded[i] = (char)(is_upper(folded[i]) ? folded[i] + 32 : folded[i]);
    return slice_of(folded, text.len);
}

struct word *reading_add_word(struct reading *r, struct slice text, struct slice folded)
{
    struct alike_text *out = r->out;
    struct word       *w = &out->word[out->words];
    if (out->words == ALIKE_WORDS_MOST)
        out->is_too_long = true; /* and the word goes into the room for one too many */
    else
        out->words++;
    *w = (struct word){
        .text = text,
        .folded = folded,
        .stem = stem_of(folded),
        .at = (uint32_t)(text.ptr - out->text.ptr),
        .meaning = alike_meaning_meant(r->alike, folded),
        .is_capital = text.len && is_upper(text.ptr[0]),
        .begins_sentence = r->begins,
    };
    for (size_t i = 0; i < text.len; i++)
        w->is_upper = (w->is_upper || i == 0) && !is_lower(text.ptr[i]);
    w->is_upper = w->is_upper && w->is_capital && text.len > 1;
    r->begins = false;
    r->follows_number = false;
    return w;
}

/* Of units that are words of another kind too, or letters, only those behind a number count. */
static bool is_clear_unit(struct slice folded)
{
    static const char *const unclear[] = { "am", "min",  "mi",  "sec",  "ha",  "rs",
                                           "ms", "cent", "cup", "pint", "bit", NULL };
    for (unsigned i = 0; unclear[i]; i++)
        if (slice_is(folded, unclear[i]))
            return false;
    return folded.len > 1;
}

void reading_add_unit(struct reading *r, uint32_t unit)
{
    reading_add_thing(r, THING_UNIT, slice_str(arena_printf(r->arena, "%u", unit)));
}

/* ---- identifiers ---- */

static bool is_address(struct slice chunk)
{
    return slice_starts(chunk, S("http://")) || slice_starts(chunk, S("https://")) ||
           slice_starts(chunk, S("www."));
}

/* camelCase, snake_case, a.b, letters beside digits, or a sign that no sentence has. */
static bool has_figure(struct slice chunk)
{
    if (chunk.len > 1 &&
        (strchr("/~\\@$#", chunk.ptr[0]) || slice_starts(chunk, S("--")) || slice_starts(chunk, S("./"))))
        return true;
    if (chunk.len > 1 && chunk.ptr[0] == '-' && is_letter(chunk.ptr[1]))
        return true;
    for (size_t i = 0; i < chunk.len; i++) {
        char c = chunk.ptr[i], before = (char)(i ? chunk.ptr[i - 1] : ' ');
        char next = (char)(i + 1 < chunk.len ? chunk.ptr[i + 1] : ' ');
        if (strchr("_@\\{}<>|=^", c) || (c == '(' && next == ')') || (c == ':' && next == ':') ||
            (c == '-' && next == '>'))
            return true;
        if (c == '.' && is_letter(before) && is_letter(next))
            return true;
        if (is_upper(c) && is_lower(before))
            return true;
        if ((is_digit(c) && is_letter(before)) || (is_letter(c) && is_digit(before)))
            return true;
        if (c == '-' && is_letter(before) && is_digit(next))
            return true;
        if ((c == '+' || c == '#') && is_letter(before))
            return true;
    }
    return false;
}

/* U.S., e.g., a.m.: letters with a full stop behind each. */
static bool is_abbreviation(struct slice chunk)
{
    for (size_t i = 0; i < chunk.len; i++)
        if ((i % 2 == 0) != is_letter(chunk.ptr[i]) || (i % 2 && chunk.ptr[i] != '.'))
            return false;
    return chunk.len >= 3;
}

static void take_identifier(struct reading *r, struct slice chunk)
{
    struct slice folded = folded_of(r->arena, chunk);
    reading_add_word(r, chunk, folded)->is_figure = true;
    reading_add_thing(r, THING_IDENTIFIER, folded);
}

/* ---- words ---- */

/* What an apostrophe, or its want, joins to a word. */
static const struct {
    const char *ending, *means;
} contractions[] = {
    { "n't", "not" },  { "'re", "are" }, { "'ve", "have" }, { "'ll", "will" },
    { "'d", "would" }, { "'m", "am" },   { "'s", NULL },    { "'", NULL },
};

/* Whole words that are two. */
static const struct {
    const char *word, *first, *second;
} joined[] = {
    { "cannot", "can", "not" },      { "can't", "can", "not" },     { "cant", "can", "not" },
    { "won't", "will", "not" },      { "wont", "will", "not" },     { "dont", "do", "not" },
    { "doesnt", "does", "not" },     { "didnt", "did", "not" },     { "isnt", "is", "not" },
    { "arent", "are", "not" },       { "wasnt", "was", "not" },     { "shan't", "shall", "not" },
    { "shouldnt", "should", "not" }, { "couldnt", "could", "not" }, { "wouldnt", "would", "not" },
    { "havent", "have", "not" },     { "hasnt", "has", "not" },     { "im", "i", "am" },
    { "whats", "what", "is" },       { "hows", "how", "is" },       { "gonna", "will", "" },
    { "asap", "soon", "" },
};

static void take_folded(struct reading *r, struct slice text, struct slice folded)
{
    bool follows_number = r->follows_number;
    for (size_t i = 0; i < sizeof joined / sizeof *joined; i++)
        if (slice_is(folded, joined[i].word)) {
            reading_add_word(r, text, slice_str(joined[i].first));
            if (*joined[i].second)
                reading_add_word(r, text, slice_str(joined[i].second));
            return;
        }
    for (size_t i = 0; i < sizeof contractions / sizeof *contractions; i++) {
        struct slice ending = slice_str(contractions[i].ending);
        if (folded.len <= ending.len || !slice_ends(folded, ending))
            continue;
        size_t len = folded.len - ending.len;
        reading_add_word(r, slice_cut(text, 0, len), slice_cut(folded, 0, len))->is_owner =
            !contractions[i].means;
        if (contractions[i].means)
            reading_add_word(r, slice_cut(text, len, text.len), slice_str(contractions[i].means));
        return;
    }
    struct word *w = reading_add_word(r, text, folded);
    uint32_t     unit = w->meaning->value[WORD_UNIT];
    if (unit && (follows_number || is_clear_unit(folded)))
        reading_add_unit(r, unit);
}

/* A piece of a chunk between two hyphens or slashes; a curly apostrophe is a straight one. */
static void take_piece(struct reading *r, struct slice text)
{
    struct slice folded = folded_of(r->arena, text);
    size_t       curly = slice_find(folded, S("\xe2\x80\x99"));
    if (text.len == 0)
        return;
    if (curly != SLICE_NONE)
        folded = slice_str(arena_printf(r->arena, "%.*s'%.*s", (int)curly, folded.ptr,
                                        (int)(folded.len - curly - 3), folded.ptr + curly + 3));
    take_folded(r, text, folded);
}

static void take_chunk(struct reading *r, struct slice chunk);

static void take_words(struct reading *r, struct slice chunk)
{
    size_t from = 0;
    for (size_t i = 0; i <= chunk.len; i++) {
        if (i < chunk.len && !strchr("-/,;:!?()&\"[]", chunk.ptr[i]))
            continue;
        struct slice piece = slice_cut(chunk, from, i);
        if (piece.len && piece.len < chunk.len)
            take_chunk(r, piece);
        else
            take_piece(r, piece);
        from = i + 1;
    }
}

static void take_chunk(struct reading *r, struct slice chunk)
{
    bool has_digit = false;
    for (size_t i = 0; i < chunk.len; i++)
        has_digit = has_digit || is_digit(chunk.ptr[i]);
    if (chunk.len == 0)
        return;
    if (is_address(chunk)) {
        take_identifier(r, chunk);
    } else if (has_digit && (reading_take_date(r, chunk) || reading_take_number(r, chunk))) {
        return;
    } else if (is_abbreviation(chunk)) {
        char  *letters = arena_alloc(r->arena, chunk.len);
        size_t len = 0;
        for (size_t i = 0; i < chunk.len; i += 2)
            letters[len++] = chunk.ptr[i];
        take_folded(r, chunk, folded_of(r->arena, slice_of(letters, len)));
    } else if (has_figure(chunk)) {
        take_identifier(r, chunk);
    } else {
        take_words(r, chunk);
    }
}

/* ---- the whole ---- */

static bool is_opening(char c)
{
    return strchr("([{<\"'*_,;:!?`", c) != NULL;
}

static bool is_closing(char c)
{
    return strchr(")]}>\"'*,.;:!?`", c) != NULL;
}

/* Curly quotation marks are three bytes each: e2 80 98..9f. */
static size_t curly_at(struct slice s)
{
    bool is_curly = s.len >= 3 && (unsigned char)s.ptr[0] == 0xe2 && (unsigned char)s.ptr[1] == 0x80 &&
                    (unsigned char)s.ptr[2] >= 0x98 && (unsigned char)s.ptr[2] <= 0x9f;
    return is_curly ? 3 : 0;
}

static struct slice trimmed(struct slice chunk)
{
    for (size_t curly; chunk.len && ((curly = curly_at(chunk)) || is_opening(chunk.ptr[0]));)
        chunk = slice_cut(chunk, curly ? curly : 1, chunk.len);
    for (;;) {
        bool is_call = slice_ends(chunk, S("()"));
        if (chunk.len >= 3 && curly_at(slice_cut(chunk, chunk.len - 3, chunk.len)))
            chunk.len -= 3;
        else if (chunk.len && is_closing(chunk.ptr[chunk.len - 1]) && !is_call)
            chunk.len--;
        else
            return chunk;
    }
}

/* From `from` to the mark that closes it, which is told too; empty where nothing does. */
static struct slice quoted_from(struct slice text, size_t from, struct slice mark)
{
    struct slice rest = slice_cut(text, from, from + QUOTED_BYTES_MOST);
    size_t       len = slice_find(rest, mark);
    return len == SLICE_NONE ? (struct slice){ 0 } : slice_trim(slice_cut(rest, 0, len));
}

/* Code goes in whole and is not read further; what is quoted is read as words too. */
static void take_marks(struct reading *r)
{
    struct slice text = r->out->text, rest = slice_cut(text, r->at, text.len);
    struct slice fence = slice_starts(rest, S("```")) ? S("```") : S("`");
    if (slice_starts(rest, fence)) {
        size_t len = slice_find(slice_cut(rest, fence.len, rest.len), fence);
        if (len == SLICE_NONE)
            return;
        reading_add_thing(r, THING_CODE, slice_trim(slice_cut(rest, fence.len, fence.len + len)));
        r->at += 2 * fence.len + len;
        return;
    }
    struct slice quoted = { 0 };
    if (slice_starts(rest, S("\"")) &&
        (r->at == 0 || is_blank(text.ptr[r->at - 1]) || text.ptr[r->at - 1] == '('))
        quoted = quoted_from(text, r->at + 1, S("\""));
    if (slice_starts(rest, S("\xe2\x80\x9c")))
        quoted = quoted_from(text, r->at + 3, S("\xe2\x80\x9d"));
    if (quoted.len)
        reading_add_thing(r, THING_QUOTED, quoted);
}

static bool ends_sentence(struct slice raw)
{
    return raw.len && strchr(".!?:", raw.ptr[raw.len - 1]);
}

static void read_chunks(struct reading *r)
{
    struct slice text = r->out->text;
    r->begins = true;
    while (r->at < text.len && !r->out->is_too_long) {
        if (is_blank(text.ptr[r->at])) {
            r->begins = r->begins || text.ptr[r->at] == '\n';
            r->at++;
            continue;
        }
        take_marks(r);
        size_t end = r->at;
        while (end < text.len && !is_blank(text.ptr[end]))
            end++;
        struct slice raw = slice_cut(text, r->at, end);
        take_chunk(r, trimmed(raw));
        r->begins = r->begins || ends_sentence(raw);
        r->at = end;
    }
}

/* "Could you tell me", "I was wondering": asks politely, and says nothing of what can be or was. */
static void read_politeness(struct alike_text *t)
{
    for (size_t i = 0; i + 1 < t->words; i++)
        if (slice_is(t->word[i + 1].folded, "wondering") || slice_is(t->word[i + 1].folded, "wonder"))
            t->word[i].is_polite = true;
        else if (slice_is(t->word[i + 1].folded, "you") &&
                 (word_is(&t->word[i], WORD_MOOD) || slice_is(t->word[i].folded, "will")) && i + 2 < t->words &&
                 (t->word[i + 2].meaning->value[WORD_ENGLISH] || slice_is(t->word[i + 2].folded, "help")))
            t->word[i].is_polite = true;
}

static void sum_up(struct alike_text *t)
{
    size_t capitals = 0, inner = 0;
    for (size_t i = 0; i < t->words; i++) {
        const struct word *w = &t->word[i];
        for (int k = 0; k < WORD_KINDS; k++) {
            uint32_t value = word_is(w, (enum word_kind)k);
            if (value && value < 32)
                t->has[k] |= 1U << value;
        }
        bool is_tail = i > 0 && word_is(w, WORD_NEGATION) == 1 && slice_is(t->word[i - 1].folded, "or");
        t->nots += word_is(w, WORD_NEGATION) == 1 && !is_tail;
        if (!w->begins_sentence && !w->is_figure) {
            inner++;
            capitals += w->is_capital;
        }
    }
    t->is_titled = inner > 3 && capitals * 5 > inner * 3;
}

struct alike_text *alike_read(const struct alike *alike, struct arena *arena, struct slice text)
{
    struct alike_text *t = arena_alloc(arena, sizeof *t);
    struct reading     r = { .alike = alike, .arena = arena, .out = t };
    t->text = text;
    t->is_too_long = text.len > ALIKE_BYTES_MOST;
    if (t->is_too_long)
        return t;
    read_chunks(&r);
    reading_take_spelled(&r);
    read_politeness(t);
    sum_up(t);
    return t;
}

bool have_same_words(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++)
        if (is_content(&a->word[i]) && !has_stem(b, a->word[i].stem))
            return false;
    return true;
}

bool has_stem(const struct alike_text *t, uint64_t stem)
{
    for (size_t i = 0; i < t->words; i++)
        if (t->word[i].stem == stem)
            return true;
    return false;
}
