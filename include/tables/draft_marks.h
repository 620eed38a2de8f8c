/*
 * draft_marks.h - what a draft is told apart by, a line each; logarithms are of 1 + the number. WEIGHT is on the chance that it is
 * wrong, as learned from GSM8K's weak answers (src/slm/train/README.md); `weir calibrate --drafts` learns others. The last two weigh nothing
 * there: those rows have no logprobs, and the head that tells difficulty knows them.
 *
 *         name          word                weight     about
 */
DRAFT_MARK(LENGTH,       "length",           0.6470,    "logarithm of its bytes")
DRAFT_MARK(LINES,        "lines",            -0.4949,   "logarithm of its line feeds")
DRAFT_MARK(SUMS,         "sums",             -0.4106,   "logarithm of the sums that it works out rightly")
DRAFT_MARK(WRONG_SUM,    "wrong_sum",        3.6795,    "works out one wrongly")
DRAFT_MARK(NO_SUM,       "no_sum",           0.0241,    "works out none")
DRAFT_MARK(UNUSED,       "unused",           -1.2194,   "share of the question's numbers that it does not name")
DRAFT_MARK(UNUSED_COUNT, "unused_count",     1.7144,    "logarithm of how many these are")
DRAFT_MARK(GIVEN,        "given",            -0.2650,   "logarithm of the question's different numbers")
DRAFT_MARK(QUESTION,     "question",         0.6179,    "logarithm of the question's bytes")
DRAFT_MARK(NUMBER,       "number",           -0.1823,   "ends with a number")
DRAFT_MARK(OPEN_END,     "open_end",         1.2980,    "ends without a mark, a digit or a bracket")
DRAFT_MARK(HEDGES,       "hedges",           0.3096,    "logarithm of words such as perhaps, would, assume")
DRAFT_MARK(COPIED,       "copied",           -0.2229,   "its last number is one of the question's")
DRAFT_MARK(FRACTION,     "fraction",         3.5350,    "its last number is no whole one")
DRAFT_MARK(NEGATIVE,     "negative",         -2.1073,   "its last number is below nought")
DRAFT_MARK(GROWTH,       "growth",           -0.0572,   "logarithm of its largest number, less that of the question's")
DRAFT_MARK(RESULT,       "result",           -1.7642,   "its last number is what its last sum came to")
DRAFT_MARK(NEW,          "new",              -2.0855,   "names a number that the question does not")
DRAFT_MARK(IMPROBABLE,   "improbable",       0.0000,    "less its mean logprob, where that is known")
DRAFT_MARK(DIFFICULTY,   "difficulty",       0.0000,    "logit of the prompt's difficulty, where that was judged")
