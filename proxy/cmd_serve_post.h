/*
 * cmd_serve_post.h - a post of the daemon: a thread with its loop, its own listeners, upstream pools, Redis
 * link and counters.
 *
 * The main thread opens posts, starts and stops them, and hands them what is in force. While a post's thread
 * runs, post_take() and post_drain() are all that may be asked of it.
 */
#ifndef WEIR_CMD_SERVE_POST_H
#define WEIR_CMD_SERVE_POST_H

#include "exchange.h"

enum { DRAIN_MS = 10 * 1000 }; /* what requests in hand have, once no new ones are taken */

/* What all posts have in common; whoever opens them keeps it until they are freed. */
struct common {
    struct tools      tools; /* those that all loops share; the others are NULL */
    struct journal   *journal;
    struct allowance *allowance;
    const char       *redis_url;
    uint16_t *ports; /* one for each of settings.listen: the first post takes them, the others join it */
};

struct post;

/* index 0 is the first, which also does what is done once for all. NULL with the fault where an address cannot
 * be listened on, or Redis' is none.
 */
struct post *post_open(const struct common *, unsigned index, struct fault *);
void         post_start(struct post *);

/* The post takes a reference. Listeners keep their certificates where the addresses have changed (a restart
 * brings those about).
 */
void post_take(struct post *, struct snapshot *, bool has_same_listeners);

void post_drain(struct post *); /* no new requests; the thread ends after those in hand, or after DRAIN_MS */
void post_join(struct post *);

/* First close all posts, so that what is under way calls its jobs off; then free the pool of SLM threads; then
 * free the posts, which the pool's last jobs come back to.
 */
void post_close(struct post *);
void post_free(struct post **);

#endif
