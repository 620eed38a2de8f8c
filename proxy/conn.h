/*
 * conn.h - one connection, plain or TLS, to a client, a provider or Redis: a bufferevent with manners.
 *
 * Writes go to the socket at once where nothing waits before them, which spares a turn of the loop; what does
 * not fit waits in the output. Closing is safe inside any callback: the memory goes at the end of the turn (law
 * 8).
 */
#ifndef WEIR_CONN_H
#define WEIR_CONN_H

#include "base/fault.h"
#include "loop.h"
#include "tls.h"

struct conn;

enum conn_end {
    CONN_EOF,    /* the other side closed in an orderly way */
    CONN_BROKEN, /* reset, TLS without its end, no connection to be had */
};

struct conn_handler {
    void (*on_open)(void *arg);  /* connected, handshake done; for conn_connect() alone */
    void (*on_input)(void *arg); /* there is more to peek at than before */
    void (*on_room)(void *arg);  /* the output has fallen to `low` bytes or less */
    void (*on_close)(void *arg, enum conn_end, const struct fault *why);
};

/* The fd becomes the connection's. tls NULL: plain. */
struct conn *conn_accept(struct loop *, int fd, SSL_CTX *tls, const struct conn_handler *, void *arg);
/* Never fails at once: on_open or on_close comes later. The handler must stay where it is. */
struct conn *conn_connect(struct loop *, const char *host, uint16_t port, SSL_CTX *tls,
                          const struct conn_handler *, void *arg);
/* The same over a unix socket; a path that is too long for one ends as any other that cannot be connected to.
 */
struct conn *conn_connect_unix(struct loop *, const char *path, const struct conn_handler *, void *arg);

/* The first contiguous bytes of the input, not drained; empty when there are none. */
struct slice conn_peek(struct conn *);
void         conn_drop(struct conn *, size_t bytes);

void   conn_write(struct conn *, struct slice);
size_t conn_backlog(const struct conn *); /* bytes that wait to be sent */

/* Reading stops and starts: backpressure, and a ceiling on what is read ahead. */
void conn_pause(struct conn *);
void conn_resume(struct conn *);

/* No callback comes after these; *handle is nulled. */
void conn_close(struct conn **handle);  /* at once; what waits is dropped */
void conn_abort(struct conn **handle);  /* with a reset, so that nobody takes it for an end */
void conn_finish(struct conn **handle); /* sends what waits, then closes; reads on a while, so that the reply is
                                           not lost to a reset. For as long as the other side takes it, a minute
                                           at most */

#endif
