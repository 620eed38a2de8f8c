/*
 * redis_child.h - a Redis of our own: started by Weir when no other is configured, stopped with it.
 *
 * redis-server on a unix socket (mode 0700 folder, no TCP port), append-only file, in the state folder. It dies
 * with us, also when we are killed (PR_SET_PDEATHSIG). A socket that a living Weir's Redis already serves is
 * shared, not fought over. Main thread only.
 */
#ifndef WEIR_REDIS_CHILD_H
#define WEIR_REDIS_CHILD_H

#include "base/fault.h"

struct redis_child;

/* Starts it and waits (up to 10 s, this is start-up) until it answers PING. why: INTERNAL, saying what is
 * missing or went wrong. */
MUST_CHECK struct redis_child *redis_child_start(const char *state_folder, struct fault *why);
const char                    *redis_child_url(const struct redis_child *); /* unix:///… */
/* Asked now and then: was it gone and has been started again? */
void redis_child_tend(struct redis_child *);
/* SHUTDOWN SAVE, a wait, then kill. */
void redis_child_stop(struct redis_child **);

#endif
