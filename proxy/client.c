/* client.c - see client.h and client_inside.h: a connection's life, and the requests that come on it. */
#include "client_inside.h"

#include "base/die.h"

enum { BESIDES_MOST_BYTES = 4096 };

/* ---- end of a life ---- */

static void free_now(void *arg)
{
    struct client *c = arg;
    http1_free(&c->reader);
    buf_wipe(&c->body);
    buf_wipe(&c->out);
    buf_fini(&c->besides);
    unzip_free(&c->unzip);
    timer_fini(&c->timer);
    free(c);
}

/* The connection has been given away or closed by now. */
void client_leave(struct client *c)
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

void client_hang_up(struct client *c)
{
    if (conn_backlog(c->conn))
        conn_finish(&c->conn); /* the end of the last reply is still on its way */
    else
        conn_close(&c->conn);
    client_leave(c);
}

void client_gone(struct client *c)
{
    bool was_busy = c->state == BUSY;
    conn_close(&c->conn);
    client_leave(c);
    if (was_busy && c->owner)
        c->server->handler.on_gone(c, c->server->handler.arg);
}

/* ---- requests ---- */

static void on_timer(void *arg)
{
    struct client *c = arg;
    if (c->state == BUSY) {
        client_gone(c); /* nobody takes the reply */
    } else if (http1_is_between(c->reader)) {
        client_hang_up(c);
    } else {
        struct fault why = { .kind = FAULT_CLIENT_SLOW };
        client_refuse(c, &why);
    }
}

void client_set_timer(struct client *c)
{
    timer_set(c->server->loop, &c->timer, c->server->limits.idle_ms, on_timer, c);
}

/* How the body is written. An empty coding, or "identity", is none. */
static bool take_coding(struct client *c, struct fault *why)
{
    struct slice coding = http1_header(http1_head(c->reader), "content-encoding");
    if (coding.len == 0 || slice_is_nocase(coding, "identity"))
        return true;
    if (!unzip_knows(coding))
        return fault_set(why, FAULT_UNKNOWN_CODING, "gzip and deflate are");
    c->unzip = unzip_new();
    return true;
}

static bool take_head(struct client *c, struct fault *why)
{
    const struct http1_head     *head = http1_head(c->reader);
    const struct server_handler *handler = &c->server->handler;
    c->has_head = true;
    if (handler->on_head)
        handler->on_head(c, handler->arg);
    if (head->content_length > (int64_t)c->server->limits.body_most_bytes)
        return fault_set(why, FAULT_TOO_LARGE, "a body of %lld bytes was announced, and at most %zu are taken",
                         (long long)head->content_length, c->server->limits.body_most_bytes);
    if (!take_coding(c, why))
        return false;
    if (head->expects_continue)
        conn_write(c->conn, S("HTTP/1.1 100 Continue\r\n\r\n"));
    client_set_timer(c); /* the body has its own time */
    return true;
}

static bool take_body(struct client *c, struct slice bytes, struct fault *why)
{
    if (c->unzip)
        return unzip_feed(c->unzip, bytes, &c->body, why);
    buf_add(&c->body, bytes);
    if (c->body.full)
        return fault_set(why, FAULT_TOO_LARGE, "at most %zu bytes of body are taken", c->body.ceiling);
    return true;
}

static bool take_end(struct client *c, struct fault *why)
{
    bool is_whole = !c->unzip || unzip_end(c->unzip, why);
    unzip_free(&c->unzip);
    return is_whole;
}

static void take_request(struct client *c)
{
    c->state = BUSY;
    timer_clear(&c->timer);
    c->server->handler.on_request(c, c->server->handler.arg);
}

void client_feed(struct client *c)
{
    c->is_feeding = true;
    for (bool is_dry = false; c->state == READING && !c->is_backed_up && !is_dry;) {
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
            goes_on = take_end(c, &why);
            break;
        case HTTP1_BAD:
            goes_on = false;
            break;
        }
        conn_drop(c->conn, used);
        if (!goes_on)
            client_refuse(c, &why);
        else if (event == HTTP1_END)
            take_request(c);
    }
    c->is_feeding = false;
}

/* ---- connections ---- */

static void on_input(void *arg)
{
    struct client *c = arg;
    if (c->state == READING)
        client_feed(c);
}

static void on_room(void *arg)
{
    struct client *c = arg;
    if (c->state == DEAD || !c->is_backed_up)
        return;
    c->is_backed_up = false;
    if (c->state == READING) {
        client_set_timer(c);
        client_feed(c);
    } else {
        timer_clear(&c->timer);
        c->server->handler.on_room(c, c->server->handler.arg);
    }
}

static void on_close(void *arg, enum conn_end how, const struct fault *why)
{
    (void)how, (void)why;
    client_gone(arg);
}

static const struct conn_handler conn_handler = { .on_input = on_input,
                                                  .on_room = on_room,
                                                  .on_close = on_close };

void client_new(struct server *s, int fd, SSL_CTX *tls)
{
    struct client *c = must_calloc(1, sizeof *c);
    c->server = s;
    c->reader = http1_new(HTTP1_REQUESTS, s->limits.head_most_bytes);
    buf_init(&c->body, s->limits.body_most_bytes);
    buf_init(&c->besides, BESIDES_MOST_BYTES);
    buf_init(&c->out, SIZE_MAX); /* bounded by what the exchange adds before the backlog stops it */
    c->next = s->clients;
    c->link = &s->clients;
    if (c->next)
        c->next->link = &c->next;
    s->clients = c;
    s->count++;
    c->conn = conn_accept(s->loop, fd, tls, &conn_handler, c);
    client_set_timer(c);
}

const struct http1_head *client_head(const struct client *c)
{
    return http1_head(c->reader);
}

struct slice client_body(const struct client *c)
{
    return buf_slice(&c->body);
}

void client_take_body(struct client *c, struct buf *out)
{
    *out = c->body;
    buf_init(&c->body, c->server->limits.body_most_bytes);
}

struct slice client_api_key(const struct client *c)
{
    struct slice value = http1_header(client_head(c), "authorization");
    if (value.len > 7 && slice_is_nocase(slice_cut(value, 0, 7), "bearer "))
        return slice_trim(slice_cut(value, 7, value.len));
    return http1_header(client_head(c), "x-api-key");
}

void client_say_besides(struct client *c, struct slice headers)
{
    buf_add(&c->besides, headers);
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
