/*
 * breaker.h - whoever keeps failing is left alone for a while, then tried with one request.
 *
 *   closed --too many failures--> open --rest is over--> trying --well--> closed
 *                                  ^                        |
 *                                  +-- longer than before --+-- it failed again
 *
 * Pure: time is an argument, in milliseconds of any clock that never goes back. The storage is the caller's,
 * {0} is closed. What counts as a failure is the caller's to say: that nobody answers, or that the answer
 * broke; not what a request itself is to blame for.
 */
#ifndef WEIR_POLICY_BREAKER_H
#define WEIR_POLICY_BREAKER_H

#include "base/slice.h"

/* It opens when within so long at least so many failed, and more than two thirds of all. 0 failures: never. */
struct breaker_rule {
    unsigned failures;
    int64_t  within_ms, rest_ms;
};

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_TRYING };

enum { BREAKER_SLICES = 4 }; /* the window is forgotten in quarters */

struct breaker {
    enum breaker_state state;
    unsigned           failed[BREAKER_SLICES], went_well[BREAKER_SLICES];
    int64_t            slice;    /* number of the one that is counted in, since the clock's 0 */
    int64_t            until_ms; /* OPEN: its rest is over; TRYING: time for another trial, if this one hangs */
    int64_t            rested_ms; /* how long its last rest was; 0: none since it was well */
};

/* May it be asked? Of one whose rest is over, true once: the trial, whose end must be told. One that has not
 * ended after as long a time is followed by another. */
MUST_CHECK bool breaker_admits(struct breaker *, int64_t now_ms);
/* The same question without the trial being taken; how long until one is due, 0 where it may be asked. */
int64_t breaker_wait_ms(const struct breaker *, int64_t now_ms);

void breaker_went_well(struct breaker *, const struct breaker_rule *, int64_t now_ms);
void breaker_failed(struct breaker *, const struct breaker_rule *, int64_t now_ms);
/* A request that was admitted ended without saying anything: the client hung up. */
void breaker_learned_nothing(struct breaker *, int64_t now_ms);

#endif
