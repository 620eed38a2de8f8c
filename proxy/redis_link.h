/*
 * redis_link.h - one connection to Redis: opened, greeted (AUTH, SELECT, PING; ROLE where Sentinel named it),
 * then a pipe for commands and replies.
 *
 * It knows nothing of queues and deadlines (redis.h does), only of its own: a greeting that is not over in time
 * takes the link down. Callbacks never come from within a call to this module; on_down() is the last of them.
 */
#ifndef WEIR_REDIS_LINK_H
#define WEIR_REDIS_LINK_H

#include "loop.h"
#include "trouble.h"
#include "redis_url.h"
#include "tls.h"

struct redis_link;
struct redisReply;

struct redis_link_handler {
    void (*on_up)(void *arg);                                        /* greeted: commands may be sent */
    void (*on_reply)(void *arg, const struct redisReply *);          /* in the order of the commands */
    void (*on_down)(void *arg, enum redis_trouble, const char *why); /* a clause for the log, without secrets */
};

/* url, tls (NULL but for rediss://) and handler are refs and must outlive the link. */
struct redis_link *redis_link_open(struct loop *, const struct redis_url *, SSL_CTX *tls, int64_t greeting_ms,
                                   const struct redis_link_handler *, void *arg);
/* Closes at once, without a callback; *handle is nulled. Memory goes at the end of the loop's turn (law 8). */
void redis_link_close(struct redis_link **handle);

/* After on_up(): a command as hiredis formats it; the bytes are copied, and go out together at the end of the
 * loop's turn. */
void redis_link_send(struct redis_link *, const char *command, size_t bytes);

#endif
