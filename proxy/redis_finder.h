/*
 * redis_finder.h - where the master is, as Redis Sentinel knows: asked before a link is made, and told again
 * when it moves. redis.c's own.
 *
 * Sentinels are asked in turn, each with GREETING_MS to answer, beginning with the one that answered last. The
 * one that has answered is then listened to (SUBSCRIBE +switch-master), so that a master that was voted down,
 * but lives on where this proxy reaches it, is left within moments. When that one is lost the next is asked.
 */
#ifndef WEIR_REDIS_FINDER_H
#define WEIR_REDIS_FINDER_H

#include "loop.h"
#include "redis_url.h"
#include "tls.h"

struct redis_finder;

/* host is NULL when no Sentinel knows the master, and why says so: a clause for the log. Never from within a
 * call to this module. */
typedef void on_found_fn(void *arg, const char *host, uint16_t port, const char *why);

/* url is copied; tls (NULL but for rediss+sentinel://) is a ref. */
struct redis_finder *redis_finder_new(struct loop *, const struct redis_url *, SSL_CTX *tls, on_found_fn *,
                                      void *arg);
void                 redis_finder_free(struct redis_finder **); /* no callback any more */
/* Asks anew; one call of on_found, and more when the master moves. */
void redis_finder_ask(struct redis_finder *);

#endif
