/*
 * faithful.h - may a summary stand in for its source? Judged by the words alone, without a model.
 *
 * It may not where
 *   - it is empty, hardly shorter than the source, or so long and so monotonous that it takes long to judge;
 *   - it has a number that the source has not (digits are compared, "1,200" being "1200"), or a placeholder;
 *   - it has a name that the source has not: a word with a capital letter that begins no sentence;
 *   - one of its clauses says no where the source's clause that shares most words with it says yes, or the
 *     other way round;
 *   - it has lost the question: of the question's words that the source has, more than half are gone.
 * So what was made up in figures and names is found, and what was turned round; what was left out or is wrong
 * in other words is not. English, as far as "not" and small words go.
 */
#ifndef WEIR_SLM_FAITHFUL_H
#define WEIR_SLM_FAITHFUL_H

#include "base/arena.h"

/* why: what is wrong with it, in a word of ours ("number", "name", "negation", "question", "long", "empty");
 * NULL where nothing is. */
const char *summary_fault(struct arena *, struct slice source, struct slice summary, struct slice question);

#endif
