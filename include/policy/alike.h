/*
 * alike.h - do two questions want the same answer? What lets a cache serve the one's answer to the other.
 *
 * No distance between embeddings tells: a question with one number, name or "not" changed is closer than most
 * paraphrases. So two checks, both of which must agree. First the rules: numbers (spelled ones too), units,
 * dates, negations, comparisons, tense, mood, names, identifiers, quotations, code, and who does what to whom
 * must be the same in both; a rule that finds a difference is sure. Then a chance, learned from pairs of our
 * own and from what people asked (src/slm/train/alike.py), by how the words of the two find each other in the
 * encoder's states. Neither is asked about the conversation before: that must be the same to begin with.
 *
 * English alone, of ALIKE_WORDS_MOST words; all else differs. Both questions are as they go out: what is hidden
 * is a placeholder, which is an identifier.
 */
#ifndef WEIR_POLICY_ALIKE_H
#define WEIR_POLICY_ALIKE_H

#include "base/arena.h"
#include "slm/slm.h"

enum { ALIKE_WORDS_MOST = 96, ALIKE_BYTES_MOST = 1024 };

enum alike_difference {
    ALIKE_NONE,
#define ALIKE_DIFFERENCE(name, word, words) ALIKE_##name,
#include "tables/alike_differences.h"
#undef ALIKE_DIFFERENCE
    ALIKE_DIFFERENCES
};

const char *alike_word(enum alike_difference); /* "none", "number" ... */

/* The words that the rules know. Immutable, shared by threads. */
struct alike;
struct alike *alike_new(void);
void          alike_free(struct alike **);

/* A question as the rules read it; in the arena, refers to the text. Microseconds. */
struct alike_text;
struct alike_text *alike_read(const struct alike *, struct arena *, struct slice text);

/* The first difference that a rule finds; ALIKE_NONE: they may be alike. The same in both directions. */
enum alike_difference alike_differs(const struct alike_text *, const struct alike_text *);

/* Do two answers to one question say the contrary of each other? In what each has that the other lacks: things,
 * dates, names; by a negation that one alone has; by words that exclude each other. An answer that only says
 * more does not. ALIKE_NONE also where one of them is longer than ALIKE_ANSWER_WORDS: of more than a sentence
 * or two such differences say nothing. The same in both directions. */
enum { ALIKE_ANSWER_WORDS = 24 };
enum alike_difference alike_contradicts(const struct alike_text *, const struct alike_text *);

/* What the learned check looks at: see alike_features.c, which computes it. */
enum { ALIKE_FEATURES = 22 };
struct alike_features {
    float value[ALIKE_FEATURES];
};

/* The states are those of the texts, slm_states(), dim: slm_dim(). The same in both directions. */
void alike_compare(struct arena *scratch, size_t dim, const struct alike_text *, const struct slm_states *,
                   const struct alike_text *, const struct slm_states *, struct alike_features *out);

/* The chance that they want the same answer, 0..1, for pairs that no rule parts. */
float alike_chance(const struct alike_features *);

/* Is it the model that the chance was learned with? */
bool alike_fits(const struct slm *);

/* The chance from which on at most such a share of the questions that want another answer was served the one's:
 * of families that nothing was learned from, an upper bound at 95 %, and for the kind of questions (templates,
 * exams, commands, a bank's customers) that it is worst for. How much of what is served is wrong depends on how
 * many of the others are asked. Above 1 where no chance is sure enough. */
float alike_least_chance(double max_error);

/* What live audits found, by the chance that an answer was served with, in hundredths. */
enum { ALIKE_STEPS = 101 };
struct alike_audits {
    uint32_t right[ALIKE_STEPS], wrong[ALIKE_STEPS];
};

/* The same, where audits count too: the lowest bar from that one on above which they do not show, at 95 %, that
 * more than max_error of what is served is wrong (the lower end of Wilson's interval: E. B. Wilson 1927,
 * "Probable inference, the law of succession, and statistical inference"). Without audits it is that one. */
float alike_audited_chance(double max_error, const struct alike_audits *);

#endif
