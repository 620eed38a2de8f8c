/*
 * fake_answer.h - what the fake provider says, in the shapes of OpenAI's chat completions: a whole answer, or
 * the events of a streamed one.
 */
#ifndef WEIR_FAKE_ANSWER_H
#define WEIR_FAKE_ANSWER_H

#include "base/buf.h"

struct fake_answer {
    struct slice text;
    struct slice model;   /* as the request named it */
    const char  *finish;  /* "stop" or "length" */
    int64_t      created; /* seconds since 1970 */
    int64_t      prompt_tokens;
    bool         gives_usage; /* streams: a last event with the usage */
    bool         gives_logprobs;
    double       logprob; /* of every token */
};

/* The first token of a text: a word's end at most, four code points at most; so that a placeholder arrives in
 * pieces, as it does from a model. */
struct slice fake_token(struct slice text);
int64_t      fake_tokens(struct slice text);

void fake_write_whole(const struct fake_answer *, struct buf *out);

/* A stream's events, blank lines included: first one that says who speaks, one a token, one that says why it
 * ended, where asked for one with the usage, and [DONE]. */
void fake_write_opening(const struct fake_answer *, struct buf *out);
void fake_write_token(const struct fake_answer *, struct slice token, struct buf *out);
void fake_write_finish(const struct fake_answer *, struct buf *out);
void fake_write_usage(const struct fake_answer *, struct buf *out);
void fake_write_done(struct buf *out);

/* An error's body, in OpenAI's shape. */
void fake_write_error(int status, struct buf *out);

#endif
