/*
 * relay.h - the answer's way back: body bytes | sse | answer read | error? | count | mend | strip | restore |
 * splice | bytes for the client.
 *
 * No sockets here: fed a provider's body cut anywhere, it appends to `out` what may go to the client by now. It
 * knows whether what it has seen is a whole answer, and only then says so (law 4). What came is also kept as it
 * came, for the cache, up to a ceiling.
 *
 * A stream is sent on event by event: an event in which nothing changes goes on as its raw bytes, comments and
 * unknown fields too. Text that may be the beginning of a placeholder is held back (privacy/vault.h); when its
 * choice finishes, or goes on to speak elsewhere (from reasoning to content), what was held goes out in a chunk
 * of our own, made from the envelope of the last one, before the event that ends it. A whole answer is read
 * when it has ended.
 *
 * A stream is whole when [DONE] came, or when the body ended well after each choice seen had its finish_reason.
 * Anything else that ends is broken. The [DONE] that the client gets is ours, said last by relay_seal(): until
 * the body has ended the answer might still break.
 */
#ifndef WEIR_RELAY_H
#define WEIR_RELAY_H

#include "policy/draft.h"
#include "privacy/vault.h"
#include "wire/answer.h"
#include "wire/translate.h"

struct relay_options {
    enum dialect        dialect, told_in; /* that of what is fed, one that is heard; the client's */
    bool                is_stream;
    const struct vault *vault;          /* (ref) outlives the relay; NULL or empty: nothing to restore */
    bool                strip_logprobs; /* the client did not ask for them: null in their place */
    bool                strip_usage;    /* streams: the client did not ask for usage */
    bool                is_replay;      /* out of the cache: its usage says that no prompt was read anew */
    bool                is_judged; /* confidence and fitness for the cache are wanted, which takes reading */
    bool                is_heard;  /* relay_heard() is wanted */
    size_t              answer_most_bytes; /* ceiling of a whole answer, of one event, and of the record */
    int64_t             now_s;             /* since 1970; told where a dialect wants to know */
    struct slice        request;           /* (ref) as the client sent it; said back where a dialect does so */
    struct slice        id;                /* (ref) the answer's; empty: as its provider calls it */
    bool                is_kept;           /* it can be asked for again; said where a dialect does so */
};

/* What keeps an answer out of the cache. */
enum relay_flaw {
    FLAW_TOOLS = 1 << 0,  /* it calls tools */
    FLAW_LENGTH = 1 << 1, /* a choice was cut off by a limit */
    FLAW_OTHER = 1 << 2, /* not whole, something passed over, a refusal, a choice without content or filtered */
};

/* What the answer was. */
struct relay_outcome {
    bool                is_whole; /* ended as an answer of its kind must */
    unsigned            flaws; /* enum relay_flaw; 0: every choice finished by itself ("stop"), with content */
    bool                has_tool_calls;
    char                finish[24]; /* of choice 0, "" if none */
    struct answer_usage usage;
    int64_t content_bytes; /* all that was generated, reasoning too, in all choices: an estimate of tokens where
                              no usage is given */
    double     confidence; /* of choice 0: 0..1, see confidence.h; 0 where it was not wanted */
    double     mean_logprob; /* of choice 0's tokens; 0 where none was told */
    enum doubt doubt;        /* what lowered it most: confidence, refusal, empty, length, or NO_DOUBT */
};

struct relay;

/* Lives in the arena, its buffers too (they are wiped and freed with it). */
struct relay *relay_new(struct arena *, const struct relay_options *);

/* False with why (never NULL) when the answer cannot go on: PROVIDER_BROKE, or PROVIDER_REFUSED or
 * PROVIDER_LIMITED for an error event; then only relay_break() may follow. One bad event alone does not do
 * that: it is passed over and counted. The fault names the provider's error code and never repeats its words,
 * which may quote the prompt. */
MUST_CHECK bool relay_feed(struct relay *, struct slice body, struct buf *out, struct fault *why);

/* Has all come that an answer needs? Of a stream: its [DONE]. What follows is nothing to the client. */
bool relay_is_done(const struct relay *);

/* The provider's body ended as HTTP says it should, or relay_is_done(). False when the answer was not whole all
 * the same, or was an error under status 200. */
MUST_CHECK bool relay_end(struct relay *, struct buf *out, struct fault *why);
/* Tells the client of a stream that it is whole; after relay_end() has been true, and nothing may follow. */
void relay_seal(struct relay *, struct buf *out);

/* The event that tells a client in mid-stream that it broke: data: {"error":{…}}. Nothing may follow it. Adds
 * nothing where no stream was asked for, or where it has ended already. */
void relay_break(struct relay *, const struct fault *, struct buf *out);

/* Of what has been seen so far. The same pointer each time. */
const struct relay_outcome *relay_outcome(struct relay *);

/* Of choice 0's content so far: counted where logprobs came, else estimated. */
int64_t relay_spoken_tokens(const struct relay *);

/* What choice 0 has said so far, as its provider said it (placeholders are not restored), where is_heard wanted
 * it. False when it is more than RELAY_HEARD_MOST bytes: then *out is its beginning. It points into the relay,
 * until that is fed again. */
enum { RELAY_HEARD_MOST = 1 << 18 };
MUST_CHECK bool relay_heard(struct relay *, struct draft *out);

/* Has any content gone out (words, reasoning, a tool call)? Before it, another candidate may still be asked, if
 * what stands in `out` has not been sent. */
bool relay_has_spoken(const struct relay *);

/* The provider's bytes as they came, neither restored nor mended nor stripped: what goes into the cache. A hit
 * is replayed by feeding the record to a new relay with the asker's own options (the cache's key, which covers
 * the body as it went out, says what was asked for). Empty when it did not fit or the answer broke. */
struct slice relay_record(const struct relay *);

#endif
