/*
 * doubts.h - why a draft may not do, one line each; policy: `escalate: { when: { WORD: … } }`. Told in x-weir-escalated, the
 * audit and the metrics by the same word. USUAL: looked for where a route names a bar of confidence and does not say otherwise.
 *
 *    name          word                usual  about
 */
DOUBT(EMPTY,        "empty",            true,  "neither words nor a tool call")
DOUBT(LENGTH,       "length",           true,  "cut off by its limit of tokens")
DOUBT(REFUSAL,      "refusal",          true,  "declines in words, by a field, or was taken away by a filter")
DOUBT(PROMPT_CUT,   "prompt_cut",       true,  "the model read fewer tokens than the prompt has words")
DOUBT(MALFORMED,    "malformed",        true,  "not the JSON that was asked for, or a tool call that the tool does not take")
DOUBT(REPETITION,   "repetition",       true,  "says word for word what it has said before, for more than half of it")
DOUBT(WRONG_SUMS,   "wrong_sums",       true,  "works out a sum, and wrongly")
DOUBT(LIKELY_WRONG, "likely_wrong",     false, "its marks say that it is wrong more likely than the bar allows")
DOUBT(CONFIDENCE,   "confidence",       false, "its tokens' mean probability is below the bar")
DOUBT(DISAGREE,     "drafts_disagree",  false, "a second draft says something else")
