/* client_reply.c - see client.h: what a client is told, and how it is framed. */
#include "client_inside.h"

#include "wire/error.h"

enum { ERROR_BODY_MOST = 4096, NAME_MOST_BYTES = 128 };

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
    case 415:
        return "Unsupported Media Type";
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

static void flush(struct client *c)
{
    if (c->state != DEAD)
        conn_write(c->conn, buf_slice(&c->out));
    buf_reset(&c->out);
    if (c->state == BUSY && conn_backlog(c->conn) > CLIENT_BACKLOG_HIGH && !c->is_backed_up) {
        c->is_backed_up = true;
        client_set_timer(c);
    }
}

/* Also ends the line before it. */
static void add_header(struct client *c, const char *name, const char *value)
{
    buf_add(&c->out, S("\r\n"));
    buf_add_str(&c->out, name);
    buf_add(&c->out, S(": "));
    buf_add_str(&c->out, value);
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
    buf_add(&c->out, S("HTTP/1.1 "));
    buf_add_decimal(&c->out, status);
    buf_add_byte(&c->out, ' ');
    buf_add_str(&c->out, reason(status));
    add_header(c, "date", server_date(c->server));
    if (content_type)
        add_header(c, "content-type", content_type);
    if (body_bytes >= 0 && status != 204) {
        buf_add(&c->out, S("\r\ncontent-length: "));
        buf_add_decimal(&c->out, body_bytes);
    }
    if (c->is_chunked)
        add_header(c, "transfer-encoding", "chunked");
    if (c->ends_by_close)
        add_header(c, "connection", "close");
    else if (is_old)
        add_header(c, "connection", "keep-alive");
    buf_add(&c->out, S("\r\n"));
    buf_add(&c->out, buf_slice(&c->besides));
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
        client_feed(c);
}

static void end(struct client *c)
{
    if (c->is_chunked && !c->has_no_body)
        buf_add(&c->out, S("0\r\n\r\n"));
    flush(c);
    c->owner = NULL;
    c->is_replying = false;
    /* Who asks and asks, and never listens, is not heard until there is room for an answer. */
    c->is_backed_up = !c->ends_by_close && conn_backlog(c->conn) > CLIENT_BACKLOG_HIGH;
    if (c->ends_by_close) {
        conn_finish(&c->conn);
        client_leave(c);
        return;
    }
    buf_reset(&c->body);
    buf_reset(&c->besides);
    c->has_head = false;
    c->state = READING;
    client_set_timer(c);
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
    client_leave(c);
}

void client_reply(struct client *c, int status, const char *content_type, struct slice headers,
                  struct slice body)
{
    begin(c, status, content_type, headers, (int64_t)body.len);
    add(c, body);
    end(c);
}

void reply_header_name(struct buf *out, const char *name)
{
    for (size_t i = 0; name[i] && i < NAME_MOST_BYTES; i++) {
        bool is_plain = name[i] >= 0x20 && name[i] < 0x7F && name[i] != ',';
        buf_add_byte(out, is_plain ? name[i] : '?');
    }
}

void reply_header(struct buf *out, const char *key, const char *name)
{
    buf_printf(out, "%s: ", key);
    reply_header_name(out, name);
    buf_add(out, S("\r\n"));
}

/* Whose errors the client understands: what it asks tells, and of what several ask, Anthropic's header. */
static enum dialect dialect_of(const struct client *c)
{
    const struct http1_head *head = http1_head(c->reader);
    if (!c->has_head)
        return DIALECT_OPENAI;
    if (slice_starts(head->path, S("/api/")))
        return DIALECT_OLLAMA;
    bool is_anthropic =
        slice_starts(head->path, S("/v1/messages")) || http1_header(head, "anthropic-version").len > 0;
    return is_anthropic ? DIALECT_ANTHROPIC : DIALECT_OPENAI;
}

void client_reply_fault(struct client *c, const struct fault *why, struct slice headers)
{
    struct buf body;
    buf_init(&body, ERROR_BODY_MOST);
    error_write_in(dialect_of(c), why, &body);
    client_reply(c, fault_status(why->kind), "application/json", headers, buf_slice(&body));
    buf_fini(&body);
}

/* The connection cannot go on after this: what follows in its bytes is anyone's guess. */
void client_refuse(struct client *c, const struct fault *why)
{
    const struct server_handler *handler = &c->server->handler;
    if (handler->on_refused)
        handler->on_refused(why, handler->arg);
    struct buf body;
    buf_init(&body, ERROR_BODY_MOST);
    error_write_in(dialect_of(c), why, &body);
    buf_printf(&c->out,
               "HTTP/1.1 %d %s\r\ndate: %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
               "connection: close\r\n",
               fault_status(why->kind), reason(fault_status(why->kind)), server_date(c->server), body.len);
    buf_add(&c->out, buf_slice(&c->besides));
    if (why->kind == FAULT_UNKNOWN_CODING) /* RFC 9110, 15.5.16 */
        buf_add_str(&c->out, "accept-encoding: gzip, deflate\r\n");
    buf_add_str(&c->out, "\r\n");
    buf_add(&c->out, buf_slice(&body));
    buf_fini(&body);
    flush(c);
    conn_finish(&c->conn);
    client_leave(c);
}
