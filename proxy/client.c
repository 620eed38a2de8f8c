/*
 * client.c - see client.h.
 *
 *   READING --message whole--> BUSY --reply ended--> READING ...
 *      |                         |
 *      +--refused, idle, gone----+--gone, broken, Connection: close--> DEAD (freed at the end of the turn)
 */
#include "client.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "conn.h"
#include "wire/chat.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <time.h>

enum { ACCEPT_PAUSE_MS = 100, LISTEN_BACKLOG = 1024, ERROR_BODY_MOST = 4096 };

enum state { READING, BUSY, DEAD };

struct listener {
    struct listener       *next;
    struct server         *server;
    struct evconnlistener *socket;
    SSL_CTX               *tls;
    struct timer           rest; /* after accept() has failed */
};

struct server {
    struct loop          *loop;
    struct server_handler handler;
    struct server_limits  limits;
    struct listener      *listeners;
    struct client        *clients;
    unsigned              count;
    bool                  is_draining;
    int64_t               date_s; /* the second that `date` tells */
    char                  date[40];
};

struct client {
    struct client *next, **link; /* in server->clients */
    struct server *server;
    struct conn   *conn;
    struct http1  *reader;
    enum state     state;
    struct buf     body;  /* of the request */
    struct buf     out;   /* of the reply: what is not yet handed to conn */
    struct timer   timer; /* READING: the request must come. BUSY: the reply must be taken. */
    void          *owner;
    bool           is_feeding; /* feed() is on the stack */
    bool           is_replying, is_chunked, has_no_body, ends_by_close, is_backed_up;
};

static void feed(struct client *c);

static void set_timer(struct client *c);

/* ---- end of a life ---- */

static void free_now(void *arg)
{
    struct client *c = arg;
    http1_free(&c->reader);
    buf_wipe(&c->body);
    buf_wipe(&c->out);
    timer_fini(&c->timer);
    free(c);
}

/* The connection has been given away or closed by now. */
static void leave(struct client *c)
{
    if (c->state == DEAD)
        return;
    c->state = DEAD;
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    c->server->count--;
    timer_clear(&c->timer);
    loop_defer(c->server->loop, free_now, c);
}

static void tell_gone(struct client *c)
{
    bool was_busy = c->state == BUSY;
    conn_close(&c->conn);
    leave(c);
    if (was_busy && c->owner)
        c->server->handler.on_gone(c, c->server->handler.arg);
}

/* ---- replies ---- */

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 402:
        return "Payment Required";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 413:
        return "Content Too Large";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Status";
    }
}

/* RFC 9110, 6.6.1; printed once a second. */
static const char *date_now(struct server *s)
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

static void flush(struct client *c)
{
    if (c->state != DEAD)
        conn_write(c->conn, buf_slice(&c->out));
    buf_reset(&c->out);
    if (c->state == BUSY && conn_backlog(c->conn) > CLIENT_BACKLOG_HIGH && !c->is_backed_up) {
        c->is_backed_up = true;
        set_timer(c);
    }
}

static void begin(struct client *c, int status, const char *content_type, struct slice headers,
                  int64_t body_bytes)
{
    const struct http1_head *head = http1_head(c->reader);
    bool                     is_old = head->minor_version == 0;
    c->is_replying = true;
    c->is_chunked = body_bytes < 0 && !is_old;
    c->has_no_body = slice_is(head->method, "HEAD") || status == 204;
    c->ends_by_close = !head->keep_alive || c->server->is_draining || (body_bytes < 0 && is_old);
    buf_printf(&c->out, "HTTP/1.1 %d %s\r\ndate: %s\r\n", status, reason(status), date_now(c->server));
    if (content_type)
        buf_printf(&c->out, "content-type: %s\r\n", content_type);
    if (c->is_chunked)
        buf_add(&c->out, S("transfer-encoding: chunked\r\n"));
    else if (body_bytes >= 0 && status != 204)
        buf_printf(&c->out, "content-length: %lld\r\n", (long long)body_bytes);
    if (c->ends_by_close)
        buf_add(&c->out, S("connection: close\r\n"));
    else if (is_old)
        buf_add(&c->out, S("connection: keep-alive\r\n"));
    buf_add(&c->out, headers);
    buf_add(&c->out, S("\r\n"));
}

static void add(struct client *c, struct slice bytes)
{
    if (c->has_no_body || bytes.len == 0)
        return;
    if (c->is_chunked)
        buf_printf(&c->out, "%zx\r\n", bytes.len);
    buf_add(&c->out, bytes);
    if (c->is_chunked)
        buf_add(&c->out, S("\r\n"));
}

static void feed_again(void *arg)
{
    struct client *c = arg;
    if (c->state == READING && !c->is_feeding)
        feed(c);
}

static void end(struct client *c)
{
    if (c->is_chunked && !c->has_no_body)
        buf_add(&c->out, S("0\r\n\r\n"));
    flush(c);
    c->owner = NULL;
    c->is_replying = c->is_backed_up = false;
    if (c->ends_by_close) {
        conn_finish(&c->conn);
        leave(c);
        return;
    }
    buf_reset(&c->body);
    c->state = READING;
    set_timer(c);
    if (!c->is_feeding && conn_peek(c->conn).len)
        loop_defer(c->server->loop, feed_again, c); /* the next request is here already; deferred calls keep
                                                       their order, so this one comes before any free_now() */
}

void client_reply_begin(struct client *c, int status, const char *content_type, struct slice headers,
                        int64_t body_bytes)
{
    begin(c, status, content_type, headers, body_bytes);
}

void client_reply_add(struct client *c, struct slice bytes)
{
    add(c, bytes);
    flush(c);
}

void client_reply_end(struct client *c)
{
    end(c);
}

void client_reply_break(struct client *c)
{
    flush(c);
    /* Chunked and counted bodies show by themselves that they are not whole; one that ends by closing needs a
     * reset. */
    if (c->is_chunked || !c->ends_by_close)
        conn_finish(&c->conn);
    else
        conn_abort(&c->conn);
    leave(c);
}

void client_reply(struct client *c, int status, const char *content_type, struct slice headers,
                  struct slice body)
{
    begin(c, status, content_type, headers, (int64_t)body.len);
    add(c, body);
    end(c);
}

void client_reply_fault(struct client *c, const struct fault *why, struct slice headers)
{
    struct buf body;
    buf_init(&body, ERROR_BODY_MOST);
    error_write(why, &body);
    client_reply(c, fault_status(why->kind), "application/json", headers, buf_slice(&body));
    buf_fini(&body);
}

/* ---- requests ---- */

/* The connection cannot go on after this: what follows in its bytes is anyone's guess. */
static void refuse(struct client *c, const struct fault *why)
{
    const struct server_handler *handler = &c->server->handler;
    if (handler->on_refused)
        handler->on_refused(why, handler->arg);
    struct buf body;
    buf_init(&body, ERROR_BODY_MOST);
    error_write(why, &body);
    buf_printf(&c->out,
               "HTTP/1.1 %d %s\r\ndate: %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
               "connection: close\r\n\r\n",
               fault_status(why->kind), reason(fault_status(why->kind)), date_now(c->server), body.len);
    buf_add(&c->out, buf_slice(&body));
    buf_fini(&body);
    flush(c);
    conn_finish(&c->conn);
    leave(c);
}

static void on_timer(void *arg)
{
    struct client *c = arg;
    if (c->state == BUSY) {
        tell_gone(c); /* nobody takes the reply */
    } else if (http1_is_between(c->reader)) {
        conn_close(&c->conn);
        leave(c);
    } else {
        struct fault why = { .kind = FAULT_CLIENT_SLOW };
        refuse(c, &why);
    }
}

static void set_timer(struct client *c)
{
    timer_set(c->server->loop, &c->timer, c->server->limits.idle_ms, on_timer, c);
}

static bool take_head(struct client *c, struct fault *why)
{
    const struct http1_head *head = http1_head(c->reader);
    if (head->content_length > (int64_t)c->server->limits.body_most_bytes)
        return fault_set(why, FAULT_TOO_LARGE, "a body of %lld bytes was announced, and at most %zu are taken",
                         (long long)head->content_length, c->server->limits.body_most_bytes);
    if (head->expects_continue)
        conn_write(c->conn, S("HTTP/1.1 100 Continue\r\n\r\n"));
    set_timer(c); /* the body has its own time */
    return true;
}

static bool take_body(struct client *c, struct slice bytes, struct fault *why)
{
    buf_add(&c->body, bytes);
    if (c->body.full)
        return fault_set(why, FAULT_TOO_LARGE, "at most %zu bytes of body are taken", c->body.ceiling);
    return true;
}

static void take_request(struct client *c)
{
    c->state = BUSY;
    timer_clear(&c->timer);
    c->server->handler.on_request(c, c->server->handler.arg);
}

static void feed(struct client *c)
{
    c->is_feeding = true;
    for (bool is_dry = false; c->state == READING && !is_dry;) {
        struct slice input = conn_peek(c->conn);
        struct slice bytes = { 0 };
        size_t       used = 0;
        struct fault why = { 0 };
        bool         goes_on = true;
        /* Also without input: an end may follow a head at once. */
        enum http1_event event = http1_read(c->reader, input, &used, &bytes, &why);
        switch (event) {
        case HTTP1_MORE:
            is_dry = input.len == 0;
            break;
        case HTTP1_HEAD:
            goes_on = take_head(c, &why);
            break;
        case HTTP1_BODY:
            goes_on = take_body(c, bytes, &why);
            break;
        case HTTP1_END:
            conn_drop(c->conn, used);
            take_request(c);
            continue;
        case HTTP1_BAD:
            goes_on = false;
            break;
        }
        conn_drop(c->conn, used);
        if (!goes_on)
            refuse(c, &why);
    }
    c->is_feeding = false;
}

/* ---- connections ---- */

static void on_input(void *arg)
{
    struct client *c = arg;
    if (c->state == READING)
        feed(c);
}

static void on_room(void *arg)
{
    struct client *c = arg;
    if (c->state != BUSY || !c->is_backed_up)
        return;
    c->is_backed_up = false;
    timer_clear(&c->timer);
    c->server->handler.on_room(c, c->server->handler.arg);
}

static void on_close(void *arg, enum conn_end how, const struct fault *why)
{
    (void)how, (void)why;
    tell_gone(arg);
}

static const struct conn_handler conn_handler = { .on_input = on_input,
                                                  .on_room = on_room,
                                                  .on_close = on_close };

static void on_accept(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *from, int length,
                      void *arg)
{
    (void)socket, (void)from, (void)length;
    struct listener *listener = arg;
    struct server   *s = listener->server;
    struct client   *c = must_calloc(1, sizeof *c);
    c->server = s;
    c->reader = http1_new(HTTP1_REQUESTS, s->limits.head_most_bytes);
    buf_init(&c->body, s->limits.body_most_bytes);
    buf_init(&c->out, SIZE_MAX); /* bounded by what the exchange adds before the backlog stops it */
    c->next = s->clients;
    c->link = &s->clients;
    if (c->next)
        c->next->link = &c->next;
    s->clients = c;
    s->count++;
    c->conn = conn_accept(s->loop, fd, listener->tls, &conn_handler, c);
    set_timer(c);
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

/* ---- servers ---- */

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
        tell_gone(s->clients);
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
        if (c->state == READING && http1_is_between(c->reader)) {
            conn_close(&c->conn);
            leave(c);
        }
    }
}

unsigned server_clients(const struct server *s)
{
    return s->count;
}

const struct http1_head *client_head(const struct client *c)
{
    return http1_head(c->reader);
}

struct slice client_body(const struct client *c)
{
    return buf_slice(&c->body);
}

struct slice client_api_key(const struct client *c)
{
    struct slice value = http1_header(client_head(c), "authorization");
    if (value.len > 7 && slice_is_nocase(slice_cut(value, 0, 7), "bearer "))
        return slice_trim(slice_cut(value, 7, value.len));
    return slice_of(NULL, 0);
}

struct loop *client_loop(const struct client *c)
{
    return c->server->loop;
}

void client_set_owner(struct client *c, void *owner)
{
    c->owner = owner;
}

void *client_owner(const struct client *c)
{
    return c->owner;
}

bool client_is_replying(const struct client *c)
{
    return c->is_replying;
}

bool client_is_backed_up(const struct client *c)
{
    return c->is_backed_up;
}
