/*
 * cmd_store.h - a subcommand's way to the Redis that the daemon keeps its state in: the one that the settings
 * name, or Weir's own, which is shared with a running `weir serve`, and started for as long as the command
 * takes where none runs.
 *
 * Operations on what is stored are functions with a callback, the same for the admin API and for subcommands. A
 * subcommand asks, turns the loop by store_wait(), and goes on when the callback has called store_done().
 */
#ifndef WEIR_CMD_STORE_H
#define WEIR_CMD_STORE_H

#include "cmd_load.h"
#include "redis.h"

struct redis_child;

struct store {
    struct loaded       loaded; /* settings and policies */
    struct loop        *loop;
    struct redis       *redis;
    struct redis_child *child; /* NULL: the settings name a Redis */
};

/* file as loaded_open() takes it. False where that or Redis cannot be had; told on stderr. */
MUST_CHECK bool store_open(struct store *, const char *file);
void            store_close(struct store *);

void store_wait(struct store *); /* until store_done() */
void store_done(struct store *); /* from a callback */

/* A line in the audit, where the settings have one: what ("revoke_key") was done to which ("key 01hzy…"), and
 * the verdict ("done", or a fault's code). */
void store_tell(struct store *, const char *what, const char *which, const char *verdict);

/* "weir: words" on stderr; returns 1, the exit status. */
int store_complain(const struct fault *);

#endif
