/*
 * fake_behaviour.h - how the fake provider is told to behave badly: directives in the prompt or in the model's
 * name, like "[[fake: cut=3 slow=50ms]]". Words are parted by blanks or commas; reply=… takes the rest.
 */
#ifndef WEIR_FAKE_BEHAVIOUR_H
#define WEIR_FAKE_BEHAVIOUR_H

#include "base/arena.h"
#include "base/fault.h"

/*      name         word           what it does */
#define FAKE_BEHAVIOURS(BEHAVIOUR)                                                                             \
    BEHAVIOUR(STATUS, "status", "=500: answers with that HTTP status and an error")                            \
    BEHAVIOUR(STALL, "stall", "takes the request and never answers")                                           \
    BEHAVIOUR(CUT, "cut", "=3: closes after so many events, or half-way through a whole answer")               \
    BEHAVIOUR(SLOW, "slow", "=50ms: so long before each event, or before a whole answer")                      \
    BEHAVIOUR(ERROR_EVENT, "error-event", "streams two events, then an error as an event, then ends")          \
    BEHAVIOUR(GARBAGE, "garbage", "one event, or the whole answer, is no JSON")                                \
    BEHAVIOUR(NO_DONE, "no-done", "ends a stream without [DONE]")                                              \
    BEHAVIOUR(LOGPROB, "logprob", "=-2.5: what each token's logprob is, where they are asked for")             \
    BEHAVIOUR(REFUSE, "refuse", "says that it cannot help")                                                    \
    BEHAVIOUR(EMPTY, "empty", "says nothing at all")                                                           \
    BEHAVIOUR(LENGTH, "length", "is cut by length: the finish reason says so")                                 \
    BEHAVIOUR(SPLIT, "split", "a chunk of HTTP for every byte")                                                \
    BEHAVIOUR(REPLY, "reply", "=TEXT: says this and nothing else")

enum fake_behaviour {
#define BEHAVIOUR(name, word, words) FAKE_##name,
    FAKE_BEHAVIOURS(BEHAVIOUR)
#undef BEHAVIOUR
        FAKE_COUNT
};

struct fake_orders {
    bool         is_on[FAKE_COUNT];
    double       number[FAKE_COUNT]; /* after "=", its unit left out; 0 where none is given */
    struct slice reply;              /* (ref) the text that was read */
};

/* Adds what a text orders to *orders. why: BAD_REQUEST, for a word that is in no table. */
MUST_CHECK bool fake_read_orders(struct arena *, struct slice text, struct fake_orders *, struct fault *why);

/* The table, for a person: a line each. */
void fake_tell_behaviours(void);

#endif
