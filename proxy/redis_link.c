/* redis_link.c - see redis_link.h. */
#include "redis_link.h"

#include "base/die.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/un.h>

enum {
    REPLY_MOST_BYTES = 64 * 1024 * 1024, /* a reply that is longer takes the link down (law 7) */
    GREETINGS_MOST = 3
};

struct redis_link {
    struct loop                     *loop;
    const struct redis_url          *url;
    const struct redis_link_handler *handler;
    void                            *arg;

    struct bufferevent *bev;
    redisReader        *reader;
    size_t              partial_bytes; /* received since the last whole reply */

    const char  *greeting[GREETINGS_MOST]; /* what was asked, for the log */
    unsigned     greetings, greeted;       /* # asked, # answered */
    struct timer greeting_timer;

    bool is_failed; /* on_down() is due or was */
    bool is_closed; /* no callback any more */
    char why[160];
};

SSL_CTX *redis_link_tls_new(struct fault *why)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (!tls || !SSL_CTX_set_default_verify_paths(tls) || !SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION)) {
        SSL_CTX_free(tls);
        fault_set(why, FAULT_INTERNAL,
                  "TLS to Redis cannot be set up: the system's root certificates are not readable");
        return NULL;
    }
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    return tls;
}

static void tell_down(void *arg)
{
    struct redis_link *link = arg;
    if (!link->is_closed)
        link->handler->on_down(link->arg, link->why);
}

/* Whoever owns the link hears of it once the callbacks of this turn have returned. */
static void fail(struct redis_link *link, const char *what, const char *detail)
{
    if (link->is_failed || link->is_closed)
        return;
    link->is_failed = true;
    snprintf(link->why, sizeof link->why, "%s%s%s", what, detail[0] ? ": " : "", detail);
    timer_clear(&link->greeting_timer);
    if (link->bev)
        bufferevent_disable(link->bev, EV_READ | EV_WRITE);
    loop_defer(link->loop, tell_down, link);
}

static bool is_over(const struct redis_link *link)
{
    return link->is_failed || link->is_closed;
}

static void greet(struct redis_link *link, int argc, const char **argv)
{
    char *command;
    int   bytes = redisFormatCommandArgv(&command, argc, argv, NULL);
    if (bytes < 0)
        die("out of memory");
    link->greeting[link->greetings++] = argv[0];
    redis_link_send(link, command, (size_t)bytes);
    explicit_bzero(command, (size_t)bytes); /* it may hold the password */
    redisFreeCommand(command);
}

static void greet_all(struct redis_link *link)
{
    const struct redis_url *url = link->url;
    if (url->password[0] && url->user[0])
        greet(link, 3, (const char *[]){ "AUTH", url->user, url->password });
    else if (url->password[0])
        greet(link, 2, (const char *[]){ "AUTH", url->password });
    if (url->db) {
        char db[16];
        snprintf(db, sizeof db, "%u", url->db);
        greet(link, 2, (const char *[]){ "SELECT", db });
    }
    greet(link, 1, (const char *[]){ "PING" });
}

/* Of an error only the first word is told ("WRONGPASS"): what follows may quote the command, and so the
 * password. */
static void on_greeted(struct redis_link *link, const redisReply *reply)
{
    const char *asked = link->greeting[link->greeted++];
    if (reply->type == REDIS_REPLY_ERROR) {
        char what[64];
        snprintf(what, sizeof what, "%s was answered %.*s", asked, (int)strcspn(reply->str, " "), reply->str);
        fail(link, what, "");
        return;
    }
    if (link->greeted < link->greetings)
        return;
    timer_clear(&link->greeting_timer);
    link->handler->on_up(link->arg);
}

static void take_replies(struct redis_link *link)
{
    while (!is_over(link)) {
        void *reply = NULL;
        if (redisReaderGetReply(link->reader, &reply) != REDIS_OK) {
            fail(link, "what came is not Redis' protocol", "");
            return;
        }
        if (!reply)
            return;
        link->partial_bytes = 0;
        if (link->greeted < link->greetings)
            on_greeted(link, reply);
        else
            link->handler->on_reply(link->arg, reply);
        freeReplyObject(reply);
    }
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct redis_link *link = arg;
    struct evbuffer   *in = bufferevent_get_input(bev);
    while (!is_over(link) && evbuffer_get_length(in) > 0) {
        size_t bytes = evbuffer_get_contiguous_space(in);
        if (redisReaderFeed(link->reader, (const char *)evbuffer_pullup(in, (ev_ssize_t)bytes), bytes) !=
            REDIS_OK) {
            fail(link, "a reply could not be held", "");
            return;
        }
        evbuffer_drain(in, bytes);
        link->partial_bytes += bytes;
        take_replies(link);
        if (link->partial_bytes > REPLY_MOST_BYTES)
            fail(link, "a reply is larger than Weir takes", "");
    }
}

/* OpenSSL's reasons say more than the socket's where there is one. */
static void fail_by_event(struct redis_link *link, short events)
{
    SSL          *ssl = bufferevent_openssl_get_ssl(link->bev);
    long          verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    unsigned long tls_error = ssl ? bufferevent_get_openssl_error(link->bev) : 0;
    int           dns_error = bufferevent_socket_get_dns_error(link->bev);
    if (verdict != X509_V_OK)
        fail(link, "its certificate was not accepted", X509_verify_cert_error_string(verdict));
    else if (tls_error)
        fail(link, "TLS failed", ERR_reason_error_string(tls_error) ? ERR_reason_error_string(tls_error) : "");
    else if (dns_error)
        fail(link, "its name was not found", evutil_gai_strerror(dns_error));
    else if (events & BEV_EVENT_EOF)
        fail(link, "it closed the connection", "");
    else
        fail(link, "the connection failed", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

static void on_event(struct bufferevent *bev, short events, void *arg)
{
    (void)bev;
    struct redis_link *link = arg;
    if (is_over(link))
        return;
    if (events & BEV_EVENT_CONNECTED)
        greet_all(link);
    else
        fail_by_event(link, events);
}

static void on_greeting_late(void *arg)
{
    struct redis_link *link = arg;
    fail(link,
         link->greetings ? "it took the connection and does not answer" : "it could not be reached in time",
         "");
}

static bool is_address(const char *host)
{
    unsigned char bytes[16];
    return evutil_inet_pton(AF_INET, host, bytes) == 1 || evutil_inet_pton(AF_INET6, host, bytes) == 1;
}

/* The certificate must be for the host that the URL names. */
static SSL *tls_session(const struct redis_url *url, SSL_CTX *tls)
{
    SSL *ssl = die_if_null(SSL_new(tls));
    bool is_set;
    if (is_address(url->host))
        is_set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url->host);
    else
        is_set = SSL_set1_host(ssl, url->host) && SSL_set_tlsext_host_name(ssl, url->host);
    if (!is_set)
        die("OpenSSL does not take the host of the Redis URL");
    return ssl;
}

static bool connect_unix(struct redis_link *link)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    memcpy(address.sun_path, link->url->path, sizeof address.sun_path);
    return bufferevent_socket_connect(link->bev, (struct sockaddr *)&address, sizeof address) == 0;
}

static bool connect_host(struct redis_link *link)
{
    struct evdns_base *dns = is_address(link->url->host) ? NULL : loop_dns(link->loop);
    return bufferevent_socket_connect_hostname(link->bev, dns, AF_UNSPEC, link->url->host, link->url->port) ==
           0;
}

struct redis_link *redis_link_open(struct loop *loop, const struct redis_url *url, SSL_CTX *tls,
                                   int64_t greeting_ms, const struct redis_link_handler *handler, void *arg)
{
    /* Callbacks are deferred so that no write or connect of ours calls back into us. */
    const int          options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
    struct event_base *base = loop_base(loop);

    struct redis_link *link = must_calloc(1, sizeof *link);
    *link = (struct redis_link){ .loop = loop, .url = url, .handler = handler, .arg = arg };
    link->reader = die_if_null(redisReaderCreate());
    if (url->kind == REDIS_URL_TLS)
        link->bev = bufferevent_openssl_socket_new(base, -1, tls_session(url, tls), BUFFEREVENT_SSL_CONNECTING,
                                                   options);
    else
        link->bev = bufferevent_socket_new(base, -1, options);
    die_if_null(link->bev);
    bufferevent_setcb(link->bev, on_read, NULL, on_event, link);
    bufferevent_enable(link->bev, EV_READ | EV_WRITE);
    timer_set(loop, &link->greeting_timer, greeting_ms, on_greeting_late, link);

    bool is_begun = url->kind == REDIS_URL_UNIX ? connect_unix(link) : connect_host(link);
    if (!is_begun)
        fail(link, "it cannot be connected to", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return link;
}

static void link_free(void *arg)
{
    struct redis_link *link = arg;
    bufferevent_free(link->bev);
    redisReaderFree(link->reader);
    timer_fini(&link->greeting_timer);
    free(link);
}

void redis_link_close(struct redis_link **handle)
{
    struct redis_link *link = *handle;
    *handle = NULL;
    if (!link)
        return;
    link->is_closed = true;
    timer_clear(&link->greeting_timer);
    bufferevent_setcb(link->bev, NULL, NULL, NULL, NULL);
    bufferevent_disable(link->bev, EV_READ | EV_WRITE);
    loop_defer(link->loop, link_free, link);
}

void redis_link_send(struct redis_link *link, const char *command, size_t bytes)
{
    if (!is_over(link))
        bufferevent_write(link->bev, command, bytes);
}
