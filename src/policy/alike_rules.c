/*
 * alike_rules.c - what must agree before two questions can want the same answer, and in what two answers can
 * contradict each other. Each rule is asked in both directions, or is the same in both.
 */
#include "alike_inside.h"

enum { ENGLISH_FROM_WORDS = 3, AFFIX_STEM_LEAST = 4 };

/* Values of tables/alike_words.h that rules speak of. */
enum { TENSE_PAST = 1, TENSE_FUTURE = 2, TENSE_FORM_OF_PAST = 3, TENSE_PRESENT = 4 };
enum { MOOD_SHOULD = 1, MOOD_MUST = 2, MOOD_CAN = 3 };
enum { ASKED_WHY = 1, ASKED_HOW = 5, ASKED_WHAT = 6, ASKED_WHICH = 8 };
enum { RELATION_BEFORE = 1, RELATION_AFTER = 2, RELATION_LAST = 4, RELATION_NEXT = 5 };
enum { DEGREE_BEST = 1, DEGREE_BETTER = 3, DEGREE_ENOUGH = 7, DEGREE_EQUAL = 8 };

static bool has(const struct alike_text *t, enum word_kind kind, unsigned value)
{
    return t->has[kind] >> value & 1;
}

static const struct word *first_of(const struct alike_text *t, enum word_kind kind)
{
    for (size_t i = 0; i < t->words; i++)
        if (word_is(&t->word[i], kind))
            return &t->word[i];
    return NULL;
}

static bool has_folded(const struct alike_text *t, struct slice folded)
{
    for (size_t i = 0; i < t->words; i++)
        if (slice_eq(t->word[i].folded, folded))
            return true;
    return false;
}

/* ---- things ---- */

static bool has_thing(const struct alike_text *t, const struct thing *wanted)
{
    for (size_t i = 0; i < t->things; i++)
        if (t->thing[i].kind == wanted->kind && slice_eq(t->thing[i].text, wanted->text))
            return true;
    if (wanted->kind == THING_QUOTED)
        return slice_find(t->text, wanted->text) != SLICE_NONE;
    if (wanted->kind == THING_IDENTIFIER)
        return has_folded(t, wanted->text);
    return wanted->kind == THING_NUMBER && slice_is(wanted->text, "1") &&
           has(t, WORD_NUMBER, 2); /* a lone "one" */
}

static bool lacks_thing(const struct alike_text *a, const struct alike_text *b, enum thing_kind kind)
{
    for (size_t i = 0; i < a->things; i++)
        if (a->thing[i].kind == kind && !has_thing(b, &a->thing[i]))
            return true;
    return false;
}

static bool one_lacks_thing(const struct alike_text *a, const struct alike_text *b, enum thing_kind kind)
{
    return lacks_thing(a, b, kind) || lacks_thing(b, a, kind);
}

static bool both_lack_thing(const struct alike_text *a, const struct alike_text *b, enum thing_kind kind)
{
    return lacks_thing(a, b, kind) && lacks_thing(b, a, kind);
}

typedef bool lack_fn(const struct alike_text *, const struct alike_text *, enum thing_kind);

static enum alike_difference differing_thing(const struct alike_text *a, const struct alike_text *b,
                                             lack_fn *lack)
{
    static const enum alike_difference difference[] = { [THING_NUMBER] = ALIKE_NUMBER,
                                                        [THING_UNIT] = ALIKE_UNIT,
                                                        [THING_IDENTIFIER] = ALIKE_IDENTIFIER,
                                                        [THING_QUOTED] = ALIKE_QUOTED,
                                                        [THING_CODE] = ALIKE_CODE };
    static const enum thing_kind       order[] = { THING_CODE, THING_QUOTED, THING_IDENTIFIER, THING_NUMBER,
                                                   THING_UNIT };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (lack(a, b, order[i]))
            return difference[order[i]];
    return ALIKE_NONE;
}

/* ---- language ---- */

static bool is_english(const struct alike_text *t)
{
    size_t foreign = 0;
    for (size_t i = 0; i < t->text.len; i++)
        foreign += (unsigned char)t->text.ptr[i] >= 0x80;
    return has(t, WORD_ENGLISH, 1) && t->words >= ENGLISH_FROM_WORDS && foreign * 5 < t->text.len;
}

/* ---- dates ---- */

/* "may" and "march" are months where they have a capital letter or stand beside a number. */
static bool is_clear_date(const struct alike_text *t, size_t i)
{
    const struct word *w = &t->word[i];
    if (!slice_is(w->folded, "may") && !slice_is(w->folded, "march") && !slice_is(w->folded, "mon") &&
        !slice_is(w->folded, "spring"))
        return true;
    bool is_beside_number =
        (i > 0 && t->word[i - 1].is_figure) || (i + 1 < t->words && t->word[i + 1].is_figure);
    return (w->is_capital && !w->begins_sentence && !t->is_titled) || is_beside_number;
}

static bool lacks_date(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++) {
        uint32_t date = word_is(&a->word[i], WORD_DATE);
        bool     is_there = !date || !is_clear_date(a, i);
        for (size_t k = 0; k < b->words && !is_there; k++)
            is_there = word_is(&b->word[k], WORD_DATE) == date;
        if (!is_there)
            return true;
    }
    return false;
}

/* ---- negation ---- */

/* "impossible" where the other has "possible", "useless" where it has "useful". */
static bool is_turned(const struct word *w, const struct alike_text *other)
{
    static const char *const prefix[] = { "un", "in", "im", "il", "ir", "dis", "non", "mis", NULL };
    if (has_stem(other, w->stem))
        return false;
    for (unsigned i = 0; prefix[i]; i++) {
        struct slice p = slice_str(prefix[i]);
        if (w->folded.len >= p.len + AFFIX_STEM_LEAST && slice_starts(w->folded, p) &&
            has_stem(other, stem_of(slice_cut(w->folded, p.len, w->folded.len))))
            return true;
    }
    if (!slice_ends(w->folded, S("less")))
        return false;
    struct slice root = slice_cut(w->folded, 0, w->folded.len - 4);
    for (size_t i = 0; i < other->words; i++)
        if (root.len >= 3 && slice_starts(other->word[i].folded, root) &&
            slice_ends(other->word[i].folded, S("ful")))
            return true;
    return false;
}

static bool has_turned(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++)
        if (is_turned(&a->word[i], b))
            return true;
    return false;
}

static bool differ_in_negation(const struct alike_text *a, const struct alike_text *b)
{
    return a->nots != b->nots || (a->has[WORD_NEGATION] & ~2U) != (b->has[WORD_NEGATION] & ~2U) ||
           has_turned(a, b) || has_turned(b, a);
}

/* ---- what is asked for ---- */

/* Which question it is; of "how" with what stands behind it where that asks for a measure: how many, how old.
 * 0: none, or "what", which can stand for most. */
static uint64_t asked(const struct alike_text *t)
{
    static const char *const measures[] = { "many",       "much",  "long",      "far",   "old",  "often",
                                            "fast",       "big",   "tall",      "high",  "deep", "soon",
                                            "frequently", "hot",   "cold",      "heavy", "wide", "large",
                                            "late",       "early", "expensive", NULL };
    const struct word       *w = first_of(t, WORD_ASKED);
    if (!w || word_is(w, WORD_ASKED) == ASKED_WHAT)
        return 0;
    const struct word *next = w + 1 < t->word + t->words ? w + 1 : NULL;
    bool               is_how = word_is(w, WORD_ASKED) == ASKED_HOW;
    if (is_how && next && slice_is(next->folded, "come"))
        return ASKED_WHY;
    for (unsigned i = 0; is_how && next && measures[i]; i++)
        if (slice_is(next->folded, measures[i]))
            return slice_hash(next->folded);
    return word_is(w, WORD_ASKED);
}

/* Measures that ask for one and the same: how often and how frequently, how big and how large; and how long it
 * is until "when". */
static bool are_same_measures(uint64_t a, uint64_t b)
{
    static const char *const same[][2] = { { "often", "frequently" }, { "big", "large" },
                                           { "tall", "high" },        { "long", "soon" },
                                           { "fast", "soon" },        { "often", "many" },
                                           { "long", "many" },        { "far", "many" },
                                           { "expensive", "much" } };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        uint64_t one = slice_hash(slice_str(same[i][0])), other = slice_hash(slice_str(same[i][1]));
        if ((a == one && b == other) || (a == other && b == one))
            return true;
    }
    return false;
}

static bool is_amount(uint64_t asked)
{
    return asked == slice_hash(S("many")) || asked == slice_hash(S("much"));
}

/* Which of them is not how many of them; else "which" can stand for most, as "what" can. */
static bool differ_in_asked(const struct alike_text *a, const struct alike_text *b)
{
    uint64_t x = asked(a), y = asked(b);
    if (x == ASKED_WHICH || y == ASKED_WHICH)
        return is_amount(x) || is_amount(y);
    return x && y && x != y && !are_same_measures(x, y);
}

/* ---- time and mood ---- */

static bool may_be_past(const struct alike_text *t)
{
    for (size_t i = 0; i < t->words; i++)
        if (t->word[i].folded.len > 3 && slice_ends(t->word[i].folded, S("ed")))
            return true;
    return has(t, WORD_TENSE, TENSE_PAST) || has(t, WORD_TENSE, TENSE_FORM_OF_PAST);
}

static bool is_conditional(const struct alike_text *t)
{
    return has_folded(t, S("if")) || has_folded(t, S("when")) || has_folded(t, S("happen")) ||
           has_folded(t, S("happens"));
}

static bool is_future(const struct alike_text *t)
{
    for (size_t i = 0; i + 1 < t->words; i++)
        if (slice_is(t->word[i].folded, "going") && slice_is(t->word[i + 1].folded, "to"))
            return true;
    return has(t, WORD_TENSE, TENSE_FUTURE);
}

/* The one was, and the other is, or has no past in it at all. */
static bool is_past_alone(const struct alike_text *a, const struct alike_text *b)
{
    if (!has(a, WORD_TENSE, TENSE_PAST) || has(b, WORD_TENSE, TENSE_PAST))
        return false;
    return !may_be_past(b) || (has(b, WORD_TENSE, TENSE_PRESENT) && !has(a, WORD_TENSE, TENSE_PRESENT));
}

static size_t count_past(const struct alike_text *t)
{
    size_t count = 0;
    for (size_t i = 0; i < t->words; i++)
        count += word_is(&t->word[i], WORD_TENSE) == TENSE_PAST;
    return count;
}

static bool differ_in_tense(const struct alike_text *a, const struct alike_text *b)
{
    if (have_same_words(a, b) && have_same_words(b, a) && count_past(a) != count_past(b))
        return true;
    bool past_a = has(a, WORD_TENSE, TENSE_PAST), past_b = has(b, WORD_TENSE, TENSE_PAST);
    if (is_past_alone(a, b) || is_past_alone(b, a))
        return true;
    bool future_a = is_future(a), future_b = is_future(b);
    return future_a != future_b && (past_a || past_b || !(is_conditional(a) || is_conditional(b)));
}

static bool differ_in_relation(const struct alike_text *a, const struct alike_text *b)
{
    unsigned both =
        (1U << RELATION_BEFORE) | (1U << RELATION_AFTER) | (1U << RELATION_LAST) | (1U << RELATION_NEXT);
    return (a->has[WORD_RELATION] & both) != (b->has[WORD_RELATION] & both);
}

/* "Must", "should", "have to", "need to". */
static bool obliges(const struct alike_text *t, bool is_how)
{
    if (has(t, WORD_MOOD, MOOD_MUST))
        return true;
    for (size_t i = 0; i + 1 < t->words; i++)
        if ((slice_is(t->word[i].folded, "have") || slice_is(t->word[i].folded, "need") ||
             slice_is(t->word[i].folded, "has")) &&
            slice_is(t->word[i + 1].folded, "to"))
            return !is_how;
    return !is_how && has(t, WORD_MOOD, MOOD_SHOULD);
}

/* How one should and how one does something is the same question; whether is not. */
static bool differ_in_mood(const struct alike_text *a, const struct alike_text *b)
{
    bool is_how = first_of(a, WORD_ASKED) && first_of(b, WORD_ASKED);
    return obliges(a, is_how) != obliges(b, is_how);
}

/* ---- words that exclude each other ---- */

static bool has_rival(const struct alike_text *t, uint32_t rival)
{
    for (size_t i = 0; i < t->words; i++)
        for (unsigned k = 0; k < 4 && t->word[i].meaning->rival[k]; k++)
            if (t->word[i].meaning->rival[k] == rival)
                return true;
    return false;
}

static unsigned group_of(uint32_t rival)
{
    return (rival - 1) >> 8;
}

static bool are_rivals(const struct word *x, const struct alike_text *a, const struct word *y,
                       const struct alike_text *b)
{
    for (unsigned i = 0; i < 4 && x->meaning->rival[i]; i++)
        for (unsigned k = 0; k < 4 && y->meaning->rival[k]; k++) {
            uint32_t of_a = x->meaning->rival[i], of_b = y->meaning->rival[k];
            if (group_of(of_a) == group_of(of_b) && of_a != of_b && !has_rival(b, of_a) && !has_rival(a, of_b))
                return true;
        }
    return false;
}

static bool have_rivals(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++)
        for (size_t k = 0; a->word[i].meaning->rival[0] && k < b->words; k++)
            if (are_rivals(&a->word[i], a, &b->word[k], b))
                return true;
    return false;
}

/* Worst, worse, least, less: what stands in one must stand in the other. Best and better are said lightly. */
static bool differ_in_degree(const struct alike_text *a, const struct alike_text *b)
{
    unsigned lightly =
        (1U << DEGREE_BEST) | (1U << DEGREE_BETTER) | (1U << DEGREE_ENOUGH) | (1U << DEGREE_EQUAL);
    return (a->has[WORD_DEGREE] & ~lightly) != (b->has[WORD_DEGREE] & ~lightly);
}

/* ---- names ---- */

static bool is_name(const struct alike_text *t, const struct word *w)
{
    if (w->is_figure || !w->is_capital || w->folded.len < 2 || w->meaning->value[WORD_SMALL] ||
        w->meaning->value[WORD_DATE])
        return false;
    return w->is_upper ? !t->is_titled : !w->begins_sentence && !t->is_titled;
}

/* "India", "Indian", "Indians" are of one; "Austria" and "Australia" are not. */
static bool is_form_of(struct slice a, struct slice b)
{
    static const char *const ending[] = { "s",    "n",   "ns",  "an", "ans", "ian",
                                          "ians", "ese", "ish", "i",  "is",  NULL };
    struct slice             shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;
    if (shorter.len < 4 || !slice_starts(longer, shorter))
        return shorter.len == longer.len && slice_eq(a, b);
    struct slice rest = slice_cut(longer, shorter.len, longer.len);
    for (unsigned i = 0; ending[i]; i++)
        if (slice_is(rest, ending[i]))
            return true;
    return rest.len == 0;
}

/* "US" for "United States": the first letters of neighbouring words, small ones left out at will. */
static bool stands_for(struct slice acronym, const struct alike_text *t)
{
    for (size_t i = 0; i < t->words; i++) {
        size_t got = 0;
        for (size_t k = i; k < t->words && got < acronym.len; k++) {
            if (t->word[k].folded.len && t->word[k].folded.ptr[0] == acronym.ptr[got])
                got++;
            else if (!t->word[k].meaning->value[WORD_SMALL])
                break;
        }
        if (got == acronym.len)
            return true;
    }
    return false;
}

static bool lacks_name(const struct alike_text *a, const struct alike_text *b)
{
    for (size_t i = 0; i < a->words; i++) {
        const struct word *w = &a->word[i];
        bool               is_there = !is_name(a, w) || has_stem(b, w->stem);
        for (size_t k = 0; k < b->words && !is_there; k++)
            is_there = is_form_of(w->folded, b->word[k].folded) ||
                       (b->word[k].is_upper && b->word[k].folded.len > 1 && stands_for(b->word[k].folded, a));
        if (!is_there && !(w->is_upper && stands_for(w->folded, b)))
            return true;
    }
    return false;
}

/* ---- questions ---- */

enum alike_difference alike_differs(const struct alike_text *a, const struct alike_text *b)
{
    if (a->is_too_long || b->is_too_long || !a->words || !b->words)
        return ALIKE_LENGTH;
    if (!is_english(a) || !is_english(b))
        return ALIKE_LANGUAGE;
    enum alike_difference thing = differing_thing(a, b, one_lacks_thing);
    if (thing != ALIKE_NONE)
        return thing;
    if (lacks_date(a, b) || lacks_date(b, a))
        return ALIKE_DATE;
    if (differ_in_negation(a, b))
        return ALIKE_NEGATION;
    if (differ_in_asked(a, b))
        return ALIKE_ASKED;
    if (differ_in_tense(a, b) || differ_in_relation(a, b))
        return ALIKE_TIME;
    if (differ_in_mood(a, b))
        return ALIKE_MOOD;
    if (have_rivals(a, b) || differ_in_degree(a, b))
        return ALIKE_RIVAL;
    if (lacks_name(a, b) || lacks_name(b, a))
        return ALIKE_NAME;
    return differ_in_order(a, b) ? ALIKE_ORDER : ALIKE_NONE;
}

/* ---- answers ---- */

static bool denies(const struct alike_text *t, const struct alike_text *other)
{
    return t->nots > 0 || has_turned(t, other);
}

enum alike_difference alike_contradicts(const struct alike_text *a, const struct alike_text *b)
{
    if (a->is_too_long || b->is_too_long || a->words > ALIKE_ANSWER_WORDS || b->words > ALIKE_ANSWER_WORDS)
        return ALIKE_NONE;
    enum alike_difference thing = differing_thing(a, b, both_lack_thing);
    if (thing != ALIKE_NONE)
        return thing;
    if (lacks_date(a, b) && lacks_date(b, a))
        return ALIKE_DATE;
    if (denies(a, b) != denies(b, a))
        return ALIKE_NEGATION;
    if (have_rivals(a, b))
        return ALIKE_RIVAL;
    /* Other languages have capitals that name nobody. */
    return is_english(a) && is_english(b) && lacks_name(a, b) && lacks_name(b, a) ? ALIKE_NAME : ALIKE_NONE;
}
