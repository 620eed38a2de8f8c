/*
 * redis_child.h - a Redis of our own: started by Weir when no other is configured, stopped with it.
 *
 * redis-server on a unix socket (mode 0700, no TCP port), append-only file, in the state folder. It dies with
 * us, also when we are killed (PR_SET_PDEATHSIG). A state folder that a living Weir's Redis already serves is
 * shared, not fought over: a lock that the server itself holds as long as it lives says so.
 *
 * Main thread only: a child's death signal is tied to the thread that forked it. Everything here may block for
 * a while but redis_child_tend().
 */
#ifndef WEIR_REDIS_CHILD_H
#define WEIR_REDIS_CHILD_H

#include "base/fault.h"

struct redis_child;

/* Makes the folder (0700) where it is missing, starts Redis and waits (up to 10 s, this is start-up) until it
 * answers PING. NULL with why: INTERNAL, saying what is missing or went wrong. */
MUST_CHECK struct redis_child *redis_child_start(const char *state_folder, struct fault *why);
const char                    *redis_child_url(const struct redis_child *); /* unix:///… */

/* Asked now and then (twice a second): starts it again when it has ended, or when the one that was shared has
 * gone with its owner; with a back-off when it keeps ending. Does not wait for it. */
void redis_child_tend(struct redis_child *);

/* SHUTDOWN, a wait, then SIGTERM, then SIGKILL. One that is shared is left to its owner. */
void redis_child_stop(struct redis_child **);

#endif
