/*
 * upstream.c - see upstream.h.
 *
 * A link is a connection to an origin. It is either lent to a call or idle in the pool; the latest used is lent
 * first, so that a quiet pool shrinks by itself. One that is warmed is in the pool before it is open, and
 * whoever takes it waits with it.
 */
#include "upstream.h"

#include "base/buf.h"
#include "base/die.h"
#include "conn.h"

#include <stdio.h>

enum {
    IDLE_MS = 50 * 1000, /* below the minute that many servers give a quiet connection */
    IDLE_MOST = 256,     /* links in the pool of a loop */
    ANSWER_HEAD_MOST = 64 * 1024,
    REQUEST_HEAD_MOST = 16 * 1024,
};

struct link {
    struct link     *next, **place; /* in upstream->idle; place NULL while lent */
    struct upstream *upstream;
    struct conn     *conn;
    struct http1    *reader;
    struct call     *call; /* NULL while idle, and once it is given up */
    char            *key;  /* the origin: links of one key are alike */
    struct timer     rest; /* idle */
    bool             is_open, is_reused;
};

struct call {
    struct call               *next, **place; /* in upstream->calls */
    struct upstream           *upstream;
    const struct origin       *origin;
    const struct call_handler *handler;
    void                      *arg;
    struct link               *link;
    struct buf                 request; /* kept until a byte of the answer came, for the second try */
    struct timer               deadline;
    const char                *waits_for; /* what the deadline is for */
    bool                       is_connected, has_head, is_paused;
};

struct upstream {
    struct loop *loop;
    struct link *idle;
    unsigned     idle_count;
    struct call *calls;
};

/* ---- links ---- */

static void link_free_now(void *arg)
{
    struct link *link = arg;
    http1_free(&link->reader);
    timer_fini(&link->rest);
    free(link->key);
    free(link);
}

static void link_leave_pool(struct link *link)
{
    if (!link->place)
        return;
    *link->place = link->next;
    if (link->next)
        link->next->place = link->place;
    link->place = NULL;
    link->upstream->idle_count--;
    timer_clear(&link->rest);
}

static void link_close(struct link *link)
{
    link_leave_pool(link);
    link->call = NULL;
    conn_close(&link->conn);
    loop_defer(link->upstream->loop, link_free_now, link);
}

static void on_rest_over(void *arg)
{
    link_close(arg);
}

static void link_enter_pool(struct link *link)
{
    struct upstream *u = link->upstream;
    link->call = NULL;
    link->is_reused = link->is_open;
    if (u->idle_count >= IDLE_MOST) {
        link_close(link);
        return;
    }
    link->next = u->idle;
    link->place = &u->idle;
    if (link->next)
        link->next->place = &link->next;
    u->idle = link;
    u->idle_count++;
    timer_set(u->loop, &link->rest, IDLE_MS, on_rest_over, link);
}

/* ---- the end of a call ---- */

static void call_free_now(void *arg)
{
    struct call *c = arg;
    buf_wipe(&c->request);
    timer_fini(&c->deadline);
    free(c);
}

static void call_leave(struct call *c)
{
    *c->place = c->next;
    if (c->next)
        c->next->place = c->place;
    timer_clear(&c->deadline);
    loop_defer(c->upstream->loop, call_free_now, c);
}

static void call_fail(struct call *c, const struct fault *why)
{
    if (c->link)
        link_close(c->link);
    c->link = NULL;
    call_leave(c);
    c->handler->on_fault(c, why, c->arg);
}

void call_cancel(struct call **handle)
{
    struct call *c = *handle;
    *handle = NULL;
    if (!c)
        return;
    if (c->link)
        link_close(c->link);
    call_leave(c);
}

static void call_end(struct call *c, bool keep_link)
{
    struct link *link = c->link;
    c->link = NULL;
    if (keep_link)
        link_enter_pool(link);
    else
        link_close(link);
    call_leave(c);
    c->handler->on_end(c, c->arg);
}

/* ---- deadlines ---- */

static void on_deadline(void *arg)
{
    struct call *c = arg;
    struct fault why = { 0 };
    fault_set(&why, FAULT_PROVIDER_SILENT, "%s: %s", c->origin->provider->name, c->waits_for);
    call_fail(c, &why);
}

static void call_wait(struct call *c, int64_t ms, const char *what)
{
    c->waits_for = what;
    timer_set(c->upstream->loop, &c->deadline, ms, on_deadline, c);
}

static void wait_for_bytes(struct call *c)
{
    const struct provider *provider = c->origin->provider;
    if (c->has_head)
        call_wait(c, provider->idle_ms, "the answer stopped coming");
    else
        call_wait(c, provider->first_byte_ms, "no answer came");
}

/* ---- asking ---- */

static const struct conn_handler link_handler;

static void call_send(struct call *c)
{
    c->is_connected = true;
    conn_write(c->link->conn, buf_slice(&c->request));
    wait_for_bytes(c);
}

static struct link *link_new(struct upstream *u, const struct origin *origin, const char *key)
{
    struct link      *link = must_calloc(1, sizeof *link);
    const struct url *url = &origin->provider->url;
    link->upstream = u;
    link->key = die_if_null(strdup(key));
    link->reader = http1_new(HTTP1_ANSWERS, ANSWER_HEAD_MOST);
    link->conn = conn_connect(u->loop, url->host, url->port, origin->tls, &link_handler, link);
    return link;
}

static void origin_key(const struct origin *origin, char *out, size_t out_bytes)
{
    const struct provider *provider = origin->provider;
    snprintf(out, out_bytes, "%s://%s:%u %s", origin->tls ? "https" : "http", provider->url.host,
             provider->url.port, provider->ca_file ? provider->ca_file : "");
}

static struct link *link_find(const struct upstream *u, const char *key)
{
    struct link *link = u->idle;
    while (link && strcmp(link->key, key) != 0)
        link = link->next;
    return link;
}

static void call_connect(struct call *c, bool may_reuse)
{
    char key[512];
    origin_key(c->origin, key, sizeof key);
    struct link *link = may_reuse ? link_find(c->upstream, key) : NULL;
    if (link)
        link_leave_pool(link);
    else
        link = link_new(c->upstream, c->origin, key);
    link->call = c;
    c->link = link;
    if (link->is_open) {
        call_send(c);
    } else {
        c->is_connected = false;
        call_wait(c, c->origin->provider->connect_ms, "no connection came about");
    }
}

void upstream_warm(struct upstream *u, const struct origin *origin)
{
    char key[512];
    origin_key(origin, key, sizeof key);
    if (!link_find(u, key))
        link_enter_pool(link_new(u, origin, key));
}

/* Adds rather than prints: this is done for every request. */
static void write_request(struct buf *out, const struct provider *provider, const struct inquiry *q)
{
    const struct url *url = &provider->url;
    bool              is_default_port = url->port == (url->is_tls ? 443 : 80);
    bool              is_v6 = strchr(url->host, ':') != NULL;
    buf_add_str(out, q->method);
    buf_add_byte(out, ' ');
    buf_add_str(out, q->is_from_root ? "" : url->path);
    buf_add_str(out, q->path);
    buf_add(out, S(" HTTP/1.1\r\nhost: "));
    buf_add_str(out, is_v6 ? "[" : "");
    buf_add_str(out, url->host);
    buf_add_str(out, is_v6 ? "]" : "");
    if (!is_default_port) {
        buf_add_byte(out, ':');
        buf_add_decimal(out, url->port);
    }
    buf_add(out,
            S("\r\ncontent-type: application/json\r\nuser-agent: weir/" WEIR_VERSION "\r\ncontent-length: "));
    buf_add_decimal(out, (int64_t)q->body.len);
    buf_add(out, S("\r\n"));
    if (provider->key) {
        buf_add_str(out, provider->api->key_header);
        buf_add_str(out, provider->key);
        buf_add(out, S("\r\n"));
    }
    buf_add(out, q->headers);
    buf_add(out, S("\r\n"));
    buf_add(out, q->body);
}

struct call *upstream_ask(struct upstream *u, const struct origin *origin, const struct inquiry *q,
                          const struct call_handler *handler, void *arg)
{
    struct call *c = must_calloc(1, sizeof *c);
    c->upstream = u;
    c->origin = origin;
    c->handler = handler;
    c->arg = arg;
    buf_init(&c->request, q->body.len + q->headers.len + REQUEST_HEAD_MOST);
    write_request(&c->request, origin->provider, q);
    c->next = u->calls;
    c->place = &u->calls;
    if (c->next)
        c->next->place = &c->next;
    u->calls = c;
    call_connect(c, true);
    return c;
}

struct call *upstream_post(struct upstream *u, const struct origin *origin, const char *path,
                           struct slice headers, struct slice body, const struct call_handler *handler,
                           void *arg)
{
    const struct inquiry q = { .method = "POST", .path = path, .headers = headers, .body = body };
    return upstream_ask(u, origin, &q, handler, arg);
}

/* ---- hearing ---- */

static void broke(struct call *c, const struct fault *detail)
{
    struct fault why = { 0 };
    fault_set(&why, FAULT_PROVIDER_BROKE, "%s: %s", c->origin->provider->name, detail->detail);
    call_fail(c, &why);
}

static void hear_head(struct call *c)
{
    c->has_head = true;
    buf_wipe(&c->request); /* no second try from here on */
    c->handler->on_head(c, http1_head(c->link->reader), c->arg);
}

/* Every callback may end the call, and with it this link's interest in it. */
static void hear(struct link *link)
{
    struct call *c = link->call;
    for (bool is_dry = false; link->call && !c->is_paused && !is_dry;) {
        struct slice input = conn_peek(link->conn);
        struct slice body = { 0 };
        size_t       used = 0;
        struct fault why = { 0 };
        /* Also without input: an end may follow a head at once. */
        switch (http1_read(link->reader, input, &used, &body, &why)) {
        case HTTP1_MORE:
            conn_drop(link->conn, used);
            is_dry = input.len == 0;
            break;
        case HTTP1_HEAD:
            conn_drop(link->conn, used);
            hear_head(c);
            break;
        case HTTP1_BODY:
            c->handler->on_body(c, body, c->arg);
            if (link->call)
                conn_drop(link->conn, used);
            break;
        case HTTP1_END:
            conn_drop(link->conn, used);
            /* Bytes beyond the answer were not asked for, and a provider that answers before it has read the
             * request may never read it: such a connection is not trusted with another request. */
            call_end(c, http1_head(link->reader)->keep_alive && conn_peek(link->conn).len == 0 &&
                            conn_backlog(link->conn) == 0);
            return;
        case HTTP1_BAD:
            broke(c, &why);
            return;
        }
    }
    if (link->call && !c->is_paused)
        wait_for_bytes(c);
}

static void on_link_open(void *arg)
{
    struct link *link = arg;
    link->is_open = true;
    link->is_reused = !link->call; /* whoever takes it now may find that it has died since */
    if (link->call)
        call_send(link->call);
}

static void on_link_input(void *arg)
{
    struct link *link = arg;
    if (link->call)
        hear(link);
    else
        link_close(link); /* an idle provider has nothing to say */
}

static void on_link_close(void *arg, enum conn_end how, const struct fault *detail)
{
    struct link *link = arg;
    struct call *c = link->call;
    if (!c) {
        link_close(link);
        return;
    }
    struct fault why = *detail;
    bool         was_silent = http1_is_between(link->reader);
    if (was_silent && link->is_reused) {
        c->link = NULL;
        link_close(link);
        call_connect(c, false); /* it had closed while our request was on its way */
    } else if (was_silent && !c->is_connected) {
        fault_set(&why, detail->kind, "%s: %s", c->origin->provider->name, detail->detail);
        call_fail(c, &why);
    } else if (how == CONN_EOF && http1_eof(link->reader, &why) == HTTP1_END) {
        call_end(c, false);
    } else {
        fault_set(&why, FAULT_PROVIDER_BROKE, "the connection ended too soon");
        broke(c, &why);
    }
}

static const struct conn_handler link_handler = {
    .on_open = on_link_open,
    .on_input = on_link_input,
    .on_close = on_link_close,
};

bool call_was_sent(const struct call *c)
{
    return c->is_connected;
}

bool call_is_paused(const struct call *c)
{
    return c->is_paused;
}

void call_pause(struct call *c)
{
    if (c->is_paused)
        return;
    c->is_paused = true;
    timer_clear(&c->deadline);
    conn_pause(c->link->conn);
}

static void hear_again(void *arg)
{
    struct link *link = arg;
    if (link->call)
        hear(link);
}

void call_resume(struct call *c)
{
    if (!c->is_paused)
        return;
    c->is_paused = false;
    conn_resume(c->link->conn);
    wait_for_bytes(c);
    /* What had been read before the pause waits in the input. A link is freed by a later deferred call, if at
     * all. */
    loop_defer(c->upstream->loop, hear_again, c->link);
}

/* ---- the pool ---- */

struct upstream *upstream_new(struct loop *l)
{
    struct upstream *u = must_calloc(1, sizeof *u);
    u->loop = l;
    return u;
}

void upstream_free(struct upstream **handle)
{
    struct upstream *u = *handle;
    *handle = NULL;
    if (!u)
        return;
    while (u->calls) {
        struct call *c = u->calls;
        call_cancel(&c);
    }
    while (u->idle)
        link_close(u->idle);
    loop_defer(u->loop, free, u);
}
