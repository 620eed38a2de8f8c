/*
 * held.h - what generators say of themselves: the models that they hold, which are loaded, whether they work,
 * how far a pull has come.
 *
 * Ollama's /api/tags and /api/ps, OpenAI's /v1/models (with what llama-server adds to it), llama-server's
 * /health and /slots. Everything lives in the arena; what cannot be read is nothing.
 */
#ifndef WEIR_WIRE_HELD_H
#define WEIR_WIRE_HELD_H

#include "base/arena.h"

struct held_model {
    struct slice name;           /* as requests name it */
    int64_t      bytes;          /* 0: not told */
    int64_t      context_tokens; /* that it was trained on, or has loaded; 0: not told */
    struct slice about;          /* "1.7B Q4_K_M"; may be empty */
};

struct held_list {
    struct held_model *model;
    size_t             count;
};

/* False where the body is no list of models. */
MUST_CHECK bool held_read(struct arena *, struct slice body, struct held_list *out);

/* # slots that are at work, as /slots or an older /health tells; 0 where it does not. */
unsigned held_busy(struct arena *, struct slice body);

/* One line of a pull (Ollama's /api/pull). */
struct pull_line {
    struct slice status;           /* "pulling 8eeb52dfb3bb" */
    struct slice error;            /* what went wrong; empty: nothing did */
    int64_t      total, completed; /* bytes of what it is at; 0: not told */
};
MUST_CHECK bool pull_read(struct arena *, struct slice line, struct pull_line *out);

#endif
