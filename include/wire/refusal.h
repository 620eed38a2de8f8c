/*
 * refusal.h - what a provider's error means for who asks next.
 *
 * Providers say the same things in many ways (tables/refusals.h). Read are the status, the headers that say how
 * long to wait, and the body, of which nothing is kept.
 */
#ifndef WEIR_WIRE_REFUSAL_H
#define WEIR_WIRE_REFUSAL_H

#include "base/arena.h"
#include "wire/http1.h"

enum refusal {
    REFUSAL_REQUEST,  /* the request itself is at fault, wherever it is sent */
    REFUSAL_CONTEXT,  /* it is too long for this model */
    REFUSAL_FILTER,   /* this provider does not want to hear it */
    REFUSAL_KEY,      /* the key, or the account, is no good: nothing that is sent with it will do */
    REFUSAL_LIMITED,  /* too much at once: later */
    REFUSAL_NO_MODEL, /* it does not have the model */
    REFUSAL_SERVER,   /* it is not well */
};

enum refusal refusal_read(int status, struct slice body, struct arena *);

/* How long it asks to be left alone, in ms: retry-after-ms, retry-after (seconds, or a date: now_s is the time
 * since 1970), else until what is used up of x-ratelimit-… is there again; -1 where none is told. */
int64_t refusal_wait_ms(const struct http1_head *, int64_t now_s);
/* The same out of an error's body: Gemini's retryDelay, "34.4s". */
int64_t refusal_body_wait_ms(struct slice body, struct arena *);

#endif
