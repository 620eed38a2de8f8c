/*
 * alike_inside.h - a question as it is read for comparing; for the files alike*.c.
 */
#ifndef WEIR_POLICY_ALIKE_INSIDE_H
#define WEIR_POLICY_ALIKE_INSIDE_H

#include "policy/alike.h"

/* What a word may be, by tables/alike_words.h. */
enum word_kind {
    WORD_NUMBER,
    WORD_FACTOR,
    WORD_UNIT,
    WORD_DATE,
    WORD_NEGATION,
    WORD_DEGREE,
    WORD_TENSE,
    WORD_MOOD,
    WORD_ASKED,
    WORD_RELATION,
    WORD_PERSON,
    WORD_ENGLISH,
    WORD_SMALL,
    WORD_KINDS
};

/* What the tables say of a word; most words have nothing. */
struct meaning {
    uint32_t value[WORD_KINDS]; /* 0: it is none of the kind; of a number the number plus 1 */
    uint32_t rival[4];          /* 1 + place in tables/alike_rivals.h, group << 8 | column; 0: no more */
};

const struct meaning *alike_meaning(const struct alike *, struct slice folded);

/* The same; where nothing is known of a word of five letters or more, what is known of one that it may be a
 * slip of the pen for, where that can part questions. */
const struct meaning *alike_meaning_meant(const struct alike *, struct slice folded);

struct word {
    struct slice          text;    /* as it stands (ref) */
    struct slice          folded;  /* in small letters, contractions undone */
    uint64_t              stem;    /* a hash of it without its ending */
    uint32_t              at;      /* byte of the text */
    const struct meaning *meaning; /* never NULL */
    bool                  is_capital, is_upper, begins_sentence;
    bool                  is_figure; /* it is one of the things below, in the form of a word */
    bool                  is_owner;  /* "Mexico" of "Mexico's" */
    bool                  is_polite; /* "could you": no mood, no tense */
};

enum thing_kind { THING_NUMBER, THING_UNIT, THING_IDENTIFIER, THING_QUOTED, THING_CODE };

/* What must stand in both texts. */
struct thing {
    enum thing_kind kind;
    struct slice text; /* as it is compared: a number without commas, a unit's value, all else as it stands */
};

struct alike_text {
    struct slice text;
    struct word  word[ALIKE_WORDS_MOST + 1];
    size_t       words;
    struct thing thing[ALIKE_WORDS_MOST];
    size_t       things;
    bool         is_too_long;
    bool         is_titled;       /* most words have a capital letter, so that none says that it is a name */
    unsigned     has[WORD_KINDS]; /* bit 1 << value, of values below 32 */
    unsigned     nots;            /* # words that say no */
};

static inline uint32_t word_is(const struct word *w, enum word_kind kind)
{
    return w->is_polite && (kind == WORD_MOOD || kind == WORD_TENSE) ? 0 : w->meaning->value[kind];
}

/* Does it say something by itself? */
static inline bool is_content(const struct word *w)
{
    return !w->meaning->value[WORD_SMALL] && !w->meaning->value[WORD_ASKED] && w->folded.len > 0;
}

bool has_stem(const struct alike_text *, uint64_t stem);

/* Has b the content words of a? */
bool have_same_words(const struct alike_text *a, const struct alike_text *b);

/* alike_order.c: who does what to whom. */
bool differ_in_order(const struct alike_text *, const struct alike_text *);

/* The hash of a folded word without plural, -ing, -ed, -ly, -'s, and with one spelling for British and
 * American.
 */
uint64_t stem_of(struct slice folded);

#endif
