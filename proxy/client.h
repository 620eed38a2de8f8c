/*
 * client.h - connections from clients: HTTP/1.1 in, replies out.
 *
 * A server listens on one loop (SO_REUSEPORT: each loop has its own) and owns its connections. A connection has
 * at most one request in hand: it is read whole (ceilings: head, body), handed to on_request(), and answered by
 * client_reply*(); the next one is looked at when the reply has ended. A client that hangs up while a request
 * is in hand is told by on_gone(), at once, whatever the request is waiting for; after it the client must not
 * be used any more.
 *
 * Malformed requests are answered here (400, 413, 415, 431, 408) and never reach on_request(). 100-continue is
 * sent here, and zipped bodies are unzipped as they come.
 */
#ifndef WEIR_CLIENT_H
#define WEIR_CLIENT_H

#include "loop.h"
#include "wire/http1.h"

struct server;
struct client;
typedef struct ssl_ctx_st SSL_CTX;

struct server_handler {
    /* The client's head and body live until the reply has ended. */
    void (*on_request)(struct client *, void *arg);
    void (*on_gone)(struct client *, void *arg);
    /* Less than CLIENT_BACKLOG_LOW bytes are waiting to be sent, after client_is_backed_up() was true. */
    void (*on_room)(struct client *, void *arg);
    /* A request's head is there, its body not yet; may be NULL. */
    void (*on_head)(struct client *, void *arg);
    /* Faults found before on_request(), for the metrics; may be NULL. */
    void (*on_refused)(const struct fault *, void *arg);
    void *arg;
};

struct server_limits {
    size_t head_most_bytes, body_most_bytes;
    int64_t
        idle_ms; /* between requests; and for a request to arrive whole since its first byte, as long again */
};

enum { CLIENT_BACKLOG_HIGH = 256 * 1024, CLIENT_BACKLOG_LOW = 64 * 1024 };

struct server *server_new(struct loop *, const struct server_handler *, const struct server_limits *);
void           server_free(struct server **); /* closes everything */

/* Listens on host:port; TLS with tls (ref counted here), plain with NULL. Port 0 takes a free one; *port tells
 * which. `why`: INTERNAL. */
MUST_CHECK bool server_listen(struct server *, const char *host, uint16_t *port, SSL_CTX *tls,
                              struct fault *why);
/* For new connections. */
void server_set_limits(struct server *, const struct server_limits *);
/* New connections of the nth listener (in the order of server_listen()) get this context: a renewed
 * certificate. */
void server_set_tls(struct server *, unsigned nth, SSL_CTX *tls);
/* Takes no new connections; idle ones are closed, busy ones after their reply. */
void     server_drain(struct server *);
unsigned server_clients(const struct server *); /* # connections */

const struct http1_head *client_head(const struct client *);
struct slice             client_body(const struct client *);
/* The request's body becomes the caller's, who wipes it: for what may outlive the client. */
void client_take_body(struct client *, struct buf *out);
/* Of "Authorization: Bearer KEY", else of "x-api-key: KEY", as Anthropic's clients send it; else empty. */
struct slice client_api_key(const struct client *);
struct loop *client_loop(const struct client *);
/* What belongs to the request in hand, for on_gone(); NULL between requests. */
void  client_set_owner(struct client *, void *owner);
void *client_owner(const struct client *);

/* Header lines for whatever the request in hand is answered. */
void client_say_besides(struct client *, struct slice headers);

/* A reply: begin, add as often as you like, end. headers: "name: value\r\n" lines or empty. With body_bytes >=
 * 0 a Content-Length is given, with -1 the body is chunked (for HTTP/1.0: ended by closing). */
void client_reply_begin(struct client *, int status, const char *content_type, struct slice headers,
                        int64_t body_bytes);
void client_reply_add(struct client *, struct slice);
void client_reply_end(struct client *);
/* Law 4: what has been sent is not whole and must not look so. Sends what was added, then closes without the
 * last chunk. */
void client_reply_break(struct client *);
/* A line for `headers`. Names come from files and may be long and in any script, while a header takes ASCII and
 * commas separate: what does not fit becomes "?", and what is beyond 128 bytes is left out. */
void reply_header(struct buf *out, const char *key, const char *name);
void reply_header_name(struct buf *out, const char *name); /* the name alone */
/* Whole replies. */
void client_reply(struct client *, int status, const char *content_type, struct slice headers,
                  struct slice body);
/* In the shape that clients of the path know: OpenAI's, Anthropic's or Ollama's. */
void client_reply_fault(struct client *, const struct fault *, struct slice headers);

bool client_is_replying(const struct client *); /* has client_reply_begin() been called for this request? */
bool client_is_backed_up(const struct client *);

#endif
