/*
 * choice.h - of several models that do the same, whom to ask first.
 *
 *   models:
 *     large: { any: [ { model: eu, weight: 3 }, us, { model: spare, priority: 2 } ], choose: weights }
 *
 * Who is away comes after who is not, a lower priority before a higher one, and then:
 *   order       as they are named
 *   weights     by lot; who weighs thrice is first three times as often
 *   least_busy  who has the fewest requests in hand, for its weight; who is not loaded after who is
 *   latency     whose answers begin soonest: a mean that follows peaks at once and forgets them in seconds,
 * times the requests in hand (the "peak EWMA" of Twitter's Finagle). Who has not answered yet is tried first,
 * who is not loaded last price       who takes least for a prompt of that length Ties are broken by the lot.
 * The lot comes from the conversation, so that its turns stay with one member, whose prompt cache is warm.
 */
#ifndef WEIR_POLICY_CHOICE_H
#define WEIR_POLICY_CHOICE_H

#include "policy/settings.h"

/* How a model stands just now. All 0: nothing is known. */
struct standing {
    bool     is_away;       /* it failed of late, or asked to be left alone */
    bool     is_cold;       /* its weights are not in memory, and would have to be loaded first */
    unsigned busy;          /* # requests in hand */
    int64_t  first_byte_us; /* until its answers begin, of late; 0: none has */
};

/* What is asked for, as far as it matters for the choice. */
struct choice {
    const struct standing *standing; /* of each of settings->model (ref); NULL: of none is anything known */
    uint64_t               lot;
    int64_t                prompt_tokens, answer_tokens;
};

/* The group's members, the first to ask first; returns how many. */
unsigned choose_among(const struct settings *, const struct group *, const struct choice *,
                      const struct model *order[CANDIDATES_MOST]);

/* The mean after one more answer began: mean_us, 0 for none, was made since_ms ago. */
int64_t choice_latency_us(int64_t mean_us, int64_t seen_us, int64_t since_ms);

/* The lot of a conversation: a number that looks like chance, and is the same as long as all up to its first
 * user message is. */
uint64_t choice_lot(const struct chat *);

#endif
