/*
 * guard.h - what no answer may bring: a provider's body is held until it has been looked through.
 *
 *   provider -> guard -> relay -> client
 *
 * It stands before the relay, where placeholders and surrogates are not yet values again: what the client
 * itself sent is no finding, be it hidden or not. Where a kind is to be redacted, "[removed]" goes on in the
 * value's place; where it is blocked, nothing more does.
 *
 * Of a stream each text goes on but for its last GUARD_TAIL_BYTES, or all of it when its choice finishes; so a
 * value of fewer bytes is seen whole, wherever it was cut, before any of it goes. Tools' arguments go when they
 * are whole. A whole answer is looked through when it has ended.
 *
 * Turns: feed on the loop; while guard_has_news() look, on an SLM thread, and touch nothing meanwhile; pass on
 * the loop.
 */
#ifndef WEIR_GUARD_H
#define WEIR_GUARD_H

#include "policy/inspect.h"

enum {
    GUARD_TAIL_BYTES = 128,    /* held back of each text */
    GUARD_STEP_BYTES = 64,     /* new bytes of a text that are worth a look */
    GUARD_CONTEXT_BYTES = 128, /* of what went on, looked at again for the words beside a value */
};

struct guard_options {
    enum dialect        dialect; /* of the body */
    bool                is_stream;
    pii_set             redact, block;
    const char         *rule;       /* (ref) that asks for it */
    const struct chat  *chat;       /* (ref) what the client sent */
    const struct vault *vault;      /* (ref) what of that is hidden; NULL: nothing */
    size_t              most_bytes; /* that may be held */
};

struct guard;

/* Lives in the arena, which frees it. */
struct guard *guard_new(struct arena *, const struct guard_options *);

/* Takes some of the body. why: PROVIDER_BROKE, where it holds more than it may. */
MUST_CHECK bool guard_feed(struct guard *, struct slice body, struct fault *why);
/* The body has ended. */
void guard_end(struct guard *);

/* Is there something to look through? */
bool guard_has_news(const struct guard *);

/* Looks through what is held. Reads the chat, which must not change meanwhile. */
void guard_look(struct guard *, const struct inspector *);

/* Appends to out what may go on. False where an answer is blocked, or could not be looked through, which is the
 * same: DENIED, the rule named. */
MUST_CHECK bool guard_pass(struct guard *, struct buf *out, struct fault *why);

#endif
