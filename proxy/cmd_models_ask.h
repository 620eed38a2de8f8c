/*
 * cmd_models_ask.h - a provider is asked one thing, and waited for: for subcommands, which have nothing else to
 * do.
 */
#ifndef WEIR_CMD_MODELS_ASK_H
#define WEIR_CMD_MODELS_ASK_H

#include "upstream.h"

struct asker;

/* Answers live in the arena. */
struct asker *asker_new(struct arena *);
void          asker_free(struct asker **);

struct asked_for {
    int          status; /* 0: none came */
    struct slice body;   /* empty where lines were handed out */
    struct fault why;    /* what went wrong */
};

/* on_line, where it is given, sees each line of an answer with status 200 as it comes. */
struct asked_for asker_ask(struct asker *, const struct provider *, const struct inquiry *,
                           void (*on_line)(void *arg, struct slice line), void *arg);

#endif
