/*
 * spend_measures.h - what is summed of spending, one line each. The letter is its name in Redis: never give one another meaning.
 *
 *            name                letter  column                  kind      about
 */
SPEND_MEASURE(REQUESTS,           'q',    "requests",             COUNT,    "requests that were decided upon")
SPEND_MEASURE(BY_LOCAL,           'l',    "local",                COUNT,    "answered on this machine")
SPEND_MEASURE(BY_REMOTE,          'r',    "remote",               COUNT,    "answered by a model elsewhere")
SPEND_MEASURE(BY_CACHE,           'h',    "cache",                COUNT,    "answered from the cache")
SPEND_MEASURE(BY_NOBODY,          'x',    "unanswered",           COUNT,    "refused, failed, or left by the client")
SPEND_MEASURE(CALLS,              'k',    "calls",                COUNT,    "calls of models: drafts, failures and summaries too")
SPEND_MEASURE(UNPRICED,           'u',    "unpriced",             COUNT,    "calls of models that had no price: they count as nothing")
SPEND_MEASURE(INPUT,              'i',    "input_tokens",         COUNT,    "tokens read, cached ones too")
SPEND_MEASURE(CACHED_INPUT,       'j',    "cached_tokens",        COUNT,    "of these, those that the provider had cached")
SPEND_MEASURE(OUTPUT,             'o',    "output_tokens",        COUNT,    "tokens written")
SPEND_MEASURE(COST,               'c',    "cost",                 MONEY,    "what was spent")
SPEND_MEASURE(BASELINE,           'b',    "baseline",             MONEY,    "what all would have cost at the most capable model")
SPEND_MEASURE(SAVED_LOCAL,        'L',    "saved_local",          MONEY,    "of the difference: by answers on this machine")
SPEND_MEASURE(SAVED_MODEL,        'M',    "saved_model",          MONEY,    "by other models")
SPEND_MEASURE(SAVED_CACHE,        'H',    "saved_cache",          MONEY,    "by the cache")
SPEND_MEASURE(SAVED_COMPRESSION,  'C',    "saved_compression",    MONEY,    "by words left out of long contexts")
