/*
 * keys_kept.h - a change outlives the Redis that took it.
 *
 * Redis answers before a change is safe: its append-only file may wait for up to two seconds when the disk is
 * busy, and replicas hear of it later. A key that was revoked must not come back when Redis is killed or fails
 * over just then, so nobody is told that it is done before the file's buffer is empty, and a replica, where
 * there are any, has come as far.
 */
#ifndef WEIR_KEYS_KEPT_H
#define WEIR_KEYS_KEPT_H

#include "base/arena.h"
#include "redis.h"

enum { KEPT_MOST_MS = 3000 };

/* call(arg, true) when all that Redis has done by now is kept; false when it was not by KEPT_MOST_MS, or Redis
 * has gone. Never from within. */
void keys_wait_until_kept(struct loop *, struct redis *, struct arena *, void (*call)(void *arg, bool is_kept),
                          void *arg);

#endif
