/* server.c - see client.h: listeners, and what all clients of a loop have in common. */
#include "client_inside.h"

#include "base/die.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <time.h>

enum { ACCEPT_PAUSE_MS = 100, LISTEN_BACKLOG = 1024 };

struct listener {
    struct listener       *next;
    struct server         *server;
    struct evconnlistener *socket;
    SSL_CTX               *tls;
    struct timer           rest; /* after accept() has failed */
};

/* RFC 9110, 6.6.1; printed once a second. */
const char *server_date(struct server *s)
{
    int64_t second = loop_wall_ms(s->loop) / 1000;
    if (second != s->date_s) {
        time_t    time = (time_t)second;
        struct tm utc;
        gmtime_r(&time, &utc);
        strftime(s->date, sizeof s->date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        s->date_s = second;
    }
    return s->date;
}

static void on_accept(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *from, int length,
                      void *arg)
{
    (void)socket, (void)from, (void)length;
    struct listener *listener = arg;
    client_new(listener->server, fd, listener->tls);
}

static void on_rested(void *arg)
{
    evconnlistener_enable(((struct listener *)arg)->socket);
}

/* Out of file descriptors, most likely: trying again at once would only burn the processor. */
static void on_accept_error(struct evconnlistener *socket, void *arg)
{
    struct listener *listener = arg;
    log_warn("accept_failed", "%s", strerror(errno));
    evconnlistener_disable(socket);
    timer_set(listener->server->loop, &listener->rest, ACCEPT_PAUSE_MS, on_rested, listener);
}

struct server *server_new(struct loop *l, const struct server_handler *handler,
                          const struct server_limits *limits)
{
    struct server *s = must_calloc(1, sizeof *s);
    *s = (struct server){ .loop = l, .handler = *handler, .limits = *limits, .date_s = -1 };
    return s;
}

static void listener_set_tls(struct listener *listener, SSL_CTX *tls)
{
    if (tls)
        tls_context_ref(tls);
    tls_context_free(&listener->tls);
    listener->tls = tls;
}

void server_set_limits(struct server *s, const struct server_limits *limits)
{
    s->limits = *limits;
}

void server_set_tls(struct server *s, unsigned nth, SSL_CTX *tls)
{
    struct listener *listener = s->listeners;
    for (; listener && nth > 0; nth--)
        listener = listener->next;
    if (listener)
        listener_set_tls(listener, tls);
}

static void close_listeners(struct server *s)
{
    while (s->listeners) {
        struct listener *listener = s->listeners;
        s->listeners = listener->next;
        evconnlistener_free(listener->socket);
        timer_fini(&listener->rest);
        tls_context_free(&listener->tls);
        free(listener);
    }
}

void server_free(struct server **handle)
{
    struct server *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    close_listeners(s);
    while (s->clients)
        client_gone(s->clients);
    loop_defer(s->loop, free, s);
}

union address {
    struct sockaddr     any;
    struct sockaddr_in  v4;
    struct sockaddr_in6 v6;
};

/* Where the port stands in it, in network order. */
static uint16_t *address_port(union address *address)
{
    return address->any.sa_family == AF_INET6 ? &address->v6.sin6_port : &address->v4.sin_port;
}

static uint16_t bound_port(struct evconnlistener *socket)
{
    union address address = { .v6 = { 0 } };
    socklen_t     length = sizeof address;
    getsockname(evconnlistener_get_fd(socket), &address.any, &length);
    return ntohs(*address_port(&address));
}

bool server_listen(struct server *s, const char *host, uint16_t *port, SSL_CTX *tls, struct fault *why)
{
    union address address = { .v6 = { 0 } };
    int           length = sizeof address;
    if (evutil_parse_sockaddr_port(host, &address.any, &length) != 0)
        return fault_set(why, FAULT_INTERNAL, "%s is not an IP address to listen on", host);
    *address_port(&address) = htons(*port);
    struct listener *listener = must_calloc(1, sizeof *listener);
    listener->server = s;
    listener->socket = evconnlistener_new_bind(loop_base(s->loop), on_accept, listener,
                                               LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
                                                   LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT,
                                               LISTEN_BACKLOG, &address.any, length);
    if (!listener->socket) {
        free(listener);
        return fault_set(why, FAULT_INTERNAL, "cannot listen on %s, port %u: %s", host, *port, strerror(errno));
    }
    evconnlistener_set_error_cb(listener->socket, on_accept_error);
    listener_set_tls(listener, tls);
    struct listener **last = &s->listeners;
    while (*last)
        last = &(*last)->next;
    *last = listener;
    *port = bound_port(listener->socket);
    return true;
}

void server_drain(struct server *s)
{
    s->is_draining = true;
    close_listeners(s);
    for (struct client *c = s->clients, *next; c; c = next) {
        next = c->next;
        if (c->state == READING && http1_is_between(c->reader))
            client_hang_up(c);
    }
}

unsigned server_clients(const struct server *s)
{
    return s->count;
}
