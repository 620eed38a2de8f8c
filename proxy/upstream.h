/*
 * upstream.h - asking providers: pooled connections of one loop, HTTP/1.1 out and in, plain or TLS (verified,
 * SNI).
 *
 * A call is one request and its answer. It ends in exactly one of on_end() and on_fault(), unless call_cancel()
 * ends it first; after that the call is gone. Cancelling an unfinished call closes its connection: a provider
 * sees within the loop's turn that nobody listens any more. A reused connection that dies before a byte of the
 * answer came is replaced by a fresh one, once.
 */
#ifndef WEIR_UPSTREAM_H
#define WEIR_UPSTREAM_H

#include "loop.h"
#include "policy/settings.h"
#include "tls.h"
#include "wire/http1.h"

struct upstream; /* the pool of a loop */
struct call;

/* Where a call goes: the provider's settings, and the TLS context made for them (NULL: plain http). */
struct origin {
    const struct provider *provider;
    SSL_CTX               *tls;
};

/* What is asked for. */
struct inquiry {
    const char  *method;
    const char  *path;
    bool         is_from_root; /* the path is; else it is beneath the provider's own */
    struct slice headers;      /* "name: value\r\n" lines, besides the provider's key */
    struct slice body;         /* copied */
};

struct call_handler {
    void (*on_head)(struct call *, const struct http1_head *, void *arg);
    void (*on_body)(struct call *, struct slice, void *arg);
    void (*on_end)(struct call *, void *arg);
    void (*on_fault)(struct call *, const struct fault *, void *arg); /* PROVIDER_AWAY, _TLS, _SILENT, _BROKE */
};

struct upstream *upstream_new(struct loop *);
void             upstream_free(struct upstream **); /* cancels what runs, without callbacks */

/* Asks, with the provider's key. Callbacks come later, never from within this function. The origin and its
 * provider must live until the call is over. */
struct call *upstream_ask(struct upstream *, const struct origin *, const struct inquiry *,
                          const struct call_handler *, void *arg);
/* "POST path", beneath the provider's base path, with a body of JSON. */
struct call *upstream_post(struct upstream *, const struct origin *, const char *path, struct slice headers,
                           struct slice body, const struct call_handler *, void *arg);

/* Sees that a connection to the origin is open, or about to be, for the next call to take. */
void upstream_warm(struct upstream *, const struct origin *);

/* Ends the call without a callback; *handle is nulled. NULL is allowed. */
void call_cancel(struct call **handle);

/* May the provider have begun to work on it? Not before a connection stood. Also within on_end() and
 * on_fault(). */
bool call_was_sent(const struct call *);

/* Stops reading until resumed: the client is slower than the provider. The idle deadline rests meanwhile. */
void call_pause(struct call *);
void call_resume(struct call *);
bool call_is_paused(const struct call *);

#endif
