/*
 * relay.h - the answer's way back: body bytes | sse | answer read | count | restore | splice | bytes for the
 * client.
 *
 * No sockets here: fed a provider's body cut anywhere, it appends to `out` what may go to the client by now. It
 * knows whether what it has seen is a whole answer, and only then says so (law 4). What came is also kept as it
 * came, unrestored, for the cache, up to a ceiling.
 *
 * A stream is sent on event by event: an event in which nothing changes goes on as its raw bytes. Text that may
 * be the beginning of a placeholder is held back (privacy/vault.h); when a choice finishes, what was held goes
 * out in a copy of that choice's last text-carrying chunk, before the finish. A whole answer is read when it
 * has ended.
 */
#ifndef WEIR_RELAY_H
#define WEIR_RELAY_H

#include "privacy/vault.h"
#include "wire/chat.h"

struct relay_options {
    bool                is_stream;
    const struct vault *vault;          /* (ref) NULL or empty: nothing to restore */
    bool                strip_logprobs; /* the client did not ask for them */
    bool                strip_usage;    /* streams: the client did not ask for usage */
    size_t              answer_most_bytes;
};

/* What the answer was. */
struct relay_outcome {
    bool is_whole; /* ended as an answer of its kind must */
    bool is_good;  /* whole, finished by itself ("stop"), with content, no error: fit for the cache */
    bool has_tool_calls;
    char finish[24]; /* of choice 0, "" if none */
    struct answer_usage usage;
    int64_t             content_bytes; /* of all choices: an estimate of tokens where no usage is given */
    double              confidence;    /* 0..1, see below */
    const char *doubt; /* what lowered it most: "logprobs", "refusal", "empty", "length"; NULL for nothing */
};

/*
 * Confidence that an answer will do: 0 when it is empty, a refusal, or cut by length; else the geometric mean
 * probability of its tokens (exp of the mean logprob) where logprobs are given, else 1.
 */

struct relay;

struct relay *relay_new(struct arena *, const struct relay_options *);

/* False with why (PROVIDER_BROKE, PROVIDER_REFUSED for an error event, PROVIDER_LIMITED) when the stream cannot
 * go on; one bad line alone does not do that: it is passed over and counted. */
MUST_CHECK bool relay_feed(struct relay *, struct slice body, struct buf *out, struct fault *why);

/* The provider's body ended as HTTP says it should. False when the answer was not whole all the same. */
MUST_CHECK bool relay_end(struct relay *, struct buf *out, struct fault *why);

/* The event that tells a client in mid-stream that it broke: data: {"error":{…}}. Nothing may follow it. */
void relay_break(struct relay *, const struct fault *, struct buf *out);

const struct relay_outcome *relay_outcome(struct relay *);

/* Has any content gone out? Before it, another candidate may still be asked. */
bool relay_has_spoken(const struct relay *);

/* The unrestored bytes, for the cache; empty when they did not fit. */
struct slice relay_record(const struct relay *);

#endif
