/* conn.c - see conn.h. */
#include "conn.h"

#include "base/die.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/sockios.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
    READ_AHEAD_BYTES = 256 * 1024, /* input that waits for its owner */
    ROOM_BYTES = 64 * 1024,        /* on_room below this */
    FINISH_MS = 2000,       /* how long the other side may take nothing, or not close, in conn_finish() */
    FINISH_WAITS_MOST = 30, /* how often it may take but a little in that time */
};

struct conn {
    struct loop               *loop;
    struct bufferevent        *bev;
    SSL                       *session; /* (in bev) NULL when plain */
    const struct conn_handler *handler;
    void                      *arg;
    struct timer               finish;
    size_t                     finish_left; /* bytes not yet taken when that was set */
    unsigned                   finish_waits;
    struct loop_guest          guest; /* while it finishes and nobody owns it */
    int                        error; /* errno of a connection that could not be begun, else 0 */
    bool                       is_open, is_closed, is_finishing;
};

static void on_read(struct bufferevent *bev, void *arg);
static void on_write(struct bufferevent *bev, void *arg);
static void on_event(struct bufferevent *bev, short what, void *arg);

static struct conn *conn_new(struct loop *l, struct bufferevent *bev, SSL *session,
                             const struct conn_handler *handler, void *arg)
{
    struct conn *c = must_calloc(1, sizeof *c);
    *c = (struct conn){ .loop = l, .bev = bev, .session = session, .handler = handler, .arg = arg };
    bufferevent_setcb(bev, on_read, on_write, on_event, c);
    bufferevent_setwatermark(bev, EV_READ, 0, READ_AHEAD_BYTES);
    bufferevent_setwatermark(bev, EV_WRITE, ROOM_BYTES, 0);
    return c;
}

static void no_delay(int fd)
{
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

struct conn *conn_accept(struct loop *l, int fd, SSL_CTX *tls, const struct conn_handler *handler, void *arg)
{
    evutil_make_socket_nonblocking(fd);
    no_delay(fd);
    SSL                *session = tls ? tls_server_session(tls) : NULL;
    struct bufferevent *bev =
        session ? bufferevent_openssl_socket_new(loop_base(l), fd, session, BUFFEREVENT_SSL_ACCEPTING,
                                                 BEV_OPT_CLOSE_ON_FREE)
                : bufferevent_socket_new(loop_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
    struct conn *c = conn_new(l, die_if_null(bev), session, handler, arg);
    c->is_open = !session;
    if (session)
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1); /* a client that just goes has still gone */
    bufferevent_enable(bev, EV_READ | EV_WRITE);
    return c;
}

/* A connection that cannot even be begun is reported as all others are: later, by on_close. */
static void on_stillborn(void *arg)
{
    on_event(NULL, BEV_EVENT_ERROR, arg);
}

static struct conn *conn_begin(struct loop *l, SSL *session, const struct conn_handler *handler, void *arg)
{
    struct bufferevent *bev =
        session ? bufferevent_openssl_socket_new(loop_base(l), -1, session, BUFFEREVENT_SSL_CONNECTING,
                                                 BEV_OPT_CLOSE_ON_FREE)
                : bufferevent_socket_new(loop_base(l), -1, BEV_OPT_CLOSE_ON_FREE);
    return conn_new(l, die_if_null(bev), session, handler, arg);
}

static struct conn *conn_begun(struct conn *c, int rc)
{
    if (rc != 0) {
        c->error = EVUTIL_SOCKET_ERROR();
        timer_set(c->loop, &c->finish, 0, on_stillborn, c);
    }
    return c;
}

struct conn *conn_connect(struct loop *l, const char *host, uint16_t port, SSL_CTX *tls,
                          const struct conn_handler *handler, void *arg)
{
    struct conn            *c = conn_begin(l, tls ? tls_client_session(tls, host) : NULL, handler, arg);
    struct sockaddr_storage address;
    int                     length = sizeof address;
    char                    text[80];
    snprintf(text, sizeof text, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    if (strlen(host) < 64 && evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &length) == 0)
        return conn_begun(c, bufferevent_socket_connect(c->bev, (struct sockaddr *)&address,
                                                        length)); /* no resolver for addresses */
    return conn_begun(c, bufferevent_socket_connect_hostname(c->bev, loop_dns(l), AF_UNSPEC, host, port));
}

struct conn *conn_connect_unix(struct loop *l, const char *path, const struct conn_handler *handler, void *arg)
{
    struct conn       *c = conn_begin(l, NULL, handler, arg);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t             length = strlen(path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return conn_begun(c, -1);
    }
    memcpy(address.sun_path, path, length);
    return conn_begun(c, bufferevent_socket_connect(c->bev, (struct sockaddr *)&address, sizeof address));
}

static void tell_close(struct conn *c, enum conn_end end, const struct fault *why)
{
    c->is_closed = true;
    bufferevent_disable(c->bev, EV_READ | EV_WRITE);
    if (c->handler->on_close)
        c->handler->on_close(c->arg, end, why);
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct conn *c = arg;
    if (c->is_finishing)
        evbuffer_drain(bufferevent_get_input(bev), SIZE_MAX);
    else if (!c->is_closed)
        c->handler->on_input(c->arg);
}

static void free_now(void *arg)
{
    struct conn *c = arg;
    timer_fini(&c->finish);
    loop_dismiss(&c->guest);
    bufferevent_free(c->bev);
    free(c);
}

static void free_later(struct conn *c)
{
    if (c->is_closed && !c->handler)
        return;
    c->is_closed = true;
    c->handler = NULL;
    bufferevent_disable(c->bev, EV_READ | EV_WRITE);
    bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
    loop_defer(c->loop, free_now, c);
}

/* All is sent: say so, and wait for the other side to close, or for the timer. */
static void finish_sent(struct conn *c)
{
    if (c->session)
        SSL_shutdown(c->session);
    shutdown(bufferevent_getfd(c->bev), SHUT_WR);
}

static void on_write(struct bufferevent *bev, void *arg)
{
    (void)bev;
    struct conn *c = arg;
    if (c->is_finishing) {
        if (conn_backlog(c) == 0)
            finish_sent(c);
    } else if (!c->is_closed && c->handler->on_room) {
        c->handler->on_room(c->arg);
    }
}

/* Why a connection could not be had, or was lost. */
static void explain(const struct conn *c, struct fault *why)
{
    struct slice certificate = { 0 };
    if (c->session && !c->is_open)
        certificate = tls_verify_error(c->session);
    int dns = bufferevent_socket_get_dns_error(c->bev);
    int error = c->error ? c->error : EVUTIL_SOCKET_ERROR();
    if (certificate.len)
        fault_set(why, FAULT_PROVIDER_TLS, "%.*s", SLICE_ARG(certificate));
    else if (dns)
        fault_set(why, FAULT_PROVIDER_AWAY, "%s", evutil_gai_strerror(dns));
    else if (c->session && !c->is_open && error == 0)
        fault_set(why, FAULT_PROVIDER_TLS, "the TLS handshake failed");
    else
        fault_set(why, FAULT_PROVIDER_AWAY, "%s", evutil_socket_error_to_string(error));
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    struct conn *c = arg;
    if (c->is_finishing) {
        free_later(c);
    } else if (c->is_closed) {
        return;
    } else if (what & BEV_EVENT_CONNECTED) {
        if (c->is_open)
            return;
        c->is_open = true;
        no_delay(bufferevent_getfd(c->bev));
        bufferevent_enable(c->bev, EV_READ | EV_WRITE);
        if (c->handler->on_open)
            c->handler->on_open(c->arg);
    } else {
        struct fault why = { 0 };
        explain(c, &why);
        tell_close(c, what & BEV_EVENT_EOF ? CONN_EOF : CONN_BROKEN, &why);
    }
}

struct slice conn_peek(struct conn *c)
{
    struct evbuffer_iovec part;
    if (evbuffer_peek(bufferevent_get_input(c->bev), -1, NULL, &part, 1) < 1)
        return slice_of(NULL, 0);
    return slice_of(part.iov_base, part.iov_len);
}

void conn_drop(struct conn *c, size_t bytes)
{
    evbuffer_drain(bufferevent_get_input(c->bev), bytes);
}

void conn_write(struct conn *c, struct slice bytes)
{
    if (c->is_closed || bytes.len == 0)
        return;
    if (!c->session && c->is_open && conn_backlog(c) == 0) {
        ssize_t sent = send(bufferevent_getfd(c->bev), bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            bytes = slice_cut(bytes, (size_t)sent, bytes.len);
        /* An error shows again when the loop writes or reads. */
    }
    if (bytes.len)
        bufferevent_write(c->bev, bytes.ptr, bytes.len);
}

size_t conn_backlog(const struct conn *c)
{
    return evbuffer_get_length(bufferevent_get_output(c->bev));
}

void conn_pause(struct conn *c)
{
    bufferevent_disable(c->bev, EV_READ);
}

void conn_resume(struct conn *c)
{
    if (!c->is_closed)
        bufferevent_enable(c->bev, EV_READ);
}

void conn_close(struct conn **handle)
{
    struct conn *c = *handle;
    *handle = NULL;
    if (c)
        free_later(c);
}

void conn_abort(struct conn **handle)
{
    if (*handle) {
        struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
        setsockopt(bufferevent_getfd((*handle)->bev), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    conn_close(handle);
}

/* Bytes that the other side has not taken, also those that the kernel has. */
static size_t not_taken(const struct conn *c)
{
    int sending = 0;
    if (ioctl(bufferevent_getfd(c->bev), SIOCOUTQ, &sending) != 0)
        sending = 0;
    return conn_backlog(c) + (size_t)sending;
}

/* A slow reader gets its time, as long as it reads. */
static void on_finish_time(void *arg)
{
    struct conn *c = arg;
    size_t       left = not_taken(c);
    if (left == c->finish_left || ++c->finish_waits == FINISH_WAITS_MOST) {
        free_later(c);
        return;
    }
    c->finish_left = left;
    timer_set(c->loop, &c->finish, FINISH_MS, on_finish_time, c);
}

static void on_loop_free(struct loop_guest *guest)
{
    free_later((struct conn *)((char *)guest - offsetof(struct conn, guest)));
}

void conn_finish(struct conn **handle)
{
    struct conn *c = *handle;
    *handle = NULL;
    if (!c)
        return;
    if (c->is_closed) {
        free_later(c);
        return;
    }
    c->is_finishing = true;
    bufferevent_setwatermark(c->bev, EV_WRITE, 0, 0);
    bufferevent_setwatermark(c->bev, EV_READ, 0, 0);
    bufferevent_enable(c->bev, EV_READ);
    c->guest.on_free = on_loop_free;
    loop_invite(c->loop, &c->guest);
    c->finish_left = not_taken(c);
    timer_set(c->loop, &c->finish, FINISH_MS, on_finish_time, c);
    if (conn_backlog(c) == 0)
        finish_sent(c);
}
