/*
 * counting.h - how many tokens a request of Anthropic's would have: POST /v1/messages/count_tokens. Counted on
 * this machine, for nothing, and estimated as rules estimate it, four bytes a token: x-weir-tokens says
 * "estimated".
 */
#ifndef WEIR_COUNTING_H
#define WEIR_COUNTING_H

#include "errand.h"

extern const struct errand_kind count_tokens_errand;

#endif
