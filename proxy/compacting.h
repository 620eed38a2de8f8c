/*
 * compacting.h - a conversation of Responses measured, and made shorter: POST /v1/responses/input_tokens and
 * /v1/responses/compact. Both are done on this machine, and cost nothing.
 *
 * Tokens are estimated as rules estimate them, four bytes each: x-weir-tokens says "estimated". Compacting
 * keeps what users said and, of all else, the sentences that matter for the last question (slm/shorten.h),
 * about a third of the words. They go to the client as an item of type "compaction", sealed with the team's
 * key; sent back in an input, it is opened, and inspected like the rest. What is invented is nothing.
 */
#ifndef WEIR_COMPACTING_H
#define WEIR_COMPACTING_H

#include "errand.h"

extern const struct errand_kind input_tokens_errand, compact_errand;

#endif
