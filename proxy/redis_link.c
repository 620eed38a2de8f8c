/* redis_link.c - see redis_link.h. */
#include "redis_link.h"

#include "base/buf.h"
#include "base/die.h"
#include "conn.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

enum {
    REPLY_MOST_BYTES = 64 * 1024 * 1024, /* a reply that is longer takes the link down (law 7) */
    GREETINGS_MOST = 4
};

struct redis_link {
    struct loop                     *loop;
    const struct redis_url          *url;
    const struct redis_link_handler *handler;
    void                            *arg;

    struct conn *conn;
    redisReader *reader;
    size_t       partial_bytes; /* received since the last whole reply */
    struct buf   out;           /* what this turn of the loop has to send: one write, one flush */
    bool         flush_is_due;

    const char  *greeting[GREETINGS_MOST]; /* what was asked, for the log */
    unsigned     greetings, greeted;       /* # asked, # answered */
    struct timer greeting_timer;

    bool               is_failed; /* on_down() is due or was */
    bool               is_closed; /* no callback any more */
    char               why[160];
    enum redis_trouble trouble;
};

static void tell_down(void *arg)
{
    struct redis_link *link = arg;
    if (!link->is_closed)
        link->handler->on_down(link->arg, link->trouble, link->why);
}

/* Whoever owns the link hears of it once the callbacks of this turn have returned. */
static void fail(struct redis_link *link, const char *what, const char *detail)
{
    if (link->is_failed || link->is_closed)
        return;
    link->is_failed = true;
    snprintf(link->why, sizeof link->why, "%s%s%s", what, detail[0] ? ": " : "", detail);
    timer_clear(&link->greeting_timer);
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
    if (url->sentinels)
        greet(link, 1, (const char *[]){ "ROLE" });
}

/* A master that was voted down may come back as a replica before Sentinel says otherwise. Who has no right to
 * ask is told by the first write. */
static bool is_no_master(const redisReply *role)
{
    return role->type == REDIS_REPLY_ARRAY && role->elements > 0 &&
           role->element[0]->type == REDIS_REPLY_STRING && strcmp(role->element[0]->str, "master") != 0;
}

/* Of an error only the first word is told ("WRONGPASS"): what follows may quote the command, and so the
 * password. */
static void on_greeted(struct redis_link *link, const redisReply *reply)
{
    const char *asked = link->greeting[link->greeted++];
    bool        is_role = strcmp(asked, "ROLE") == 0;
    if (is_role && is_no_master(reply)) {
        link->trouble = REDIS_READ_ONLY;
        fail(link, "it is no master", "");
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR && !is_role) {
        char what[64];
        link->trouble = redis_trouble_of(slice_of(reply->str, reply->len));
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

static void on_input(void *arg)
{
    struct redis_link *link = arg;
    struct slice       bytes;
    while (!is_over(link) && (bytes = conn_peek(link->conn)).len > 0) {
        if (redisReaderFeed(link->reader, bytes.ptr, bytes.len) != REDIS_OK) {
            fail(link, "a reply could not be held", "");
            return;
        }
        link->partial_bytes += bytes.len;
        conn_drop(link->conn, bytes.len);
        take_replies(link);
        if (link->partial_bytes > REPLY_MOST_BYTES)
            fail(link, "a reply is larger than Weir takes", "");
    }
}

static void on_open(void *arg)
{
    struct redis_link *link = arg;
    if (!is_over(link))
        greet_all(link);
}

static void on_close(void *arg, enum conn_end end, const struct fault *why)
{
    struct redis_link *link = arg;
    if (end == CONN_EOF)
        fail(link, "it closed the connection", "");
    else
        fail(link, link->greetings ? "the connection broke" : "it cannot be connected to", why->detail);
}

static void on_greeting_late(void *arg)
{
    struct redis_link *link = arg;
    fail(link,
         link->greetings ? "it took the connection and does not answer" : "it could not be reached in time",
         "");
}

struct redis_link *redis_link_open(struct loop *loop, const struct redis_url *url, SSL_CTX *tls,
                                   int64_t greeting_ms, const struct redis_link_handler *handler, void *arg)
{
    static const struct conn_handler on_conn = { .on_open = on_open,
                                                 .on_input = on_input,
                                                 .on_close = on_close };

    struct redis_link *link = must_calloc(1, sizeof *link);
    *link = (struct redis_link){ .loop = loop, .url = url, .handler = handler, .arg = arg };
    link->trouble = REDIS_AWAY;
    link->reader = die_if_null(redisReaderCreate());
    buf_init(&link->out, SIZE_MAX); /* redis.c bounds what it sends */
    timer_set(loop, &link->greeting_timer, greeting_ms, on_greeting_late, link);
    if (url->kind == REDIS_URL_UNIX)
        link->conn = conn_connect_unix(loop, url->path, &on_conn, link);
    else
        link->conn = conn_connect(loop, url->host, url->port, tls, &on_conn, link);
    return link;
}

static void link_free(void *arg)
{
    struct redis_link *link = arg;
    buf_wipe(&link->out);
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
    conn_close(&link->conn);
    loop_defer(link->loop, link_free, link);
}

static void flush(void *arg)
{
    struct redis_link *link = arg;
    link->flush_is_due = false;
    if (!is_over(link))
        conn_write(link->conn, buf_slice(&link->out));
    buf_reset(&link->out);
}

void redis_link_send(struct redis_link *link, const char *command, size_t bytes)
{
    if (is_over(link))
        return;
    buf_add(&link->out, slice_of(command, bytes));
    if (!link->flush_is_due)
        loop_defer(link->loop, flush, link);
    link->flush_is_due = true;
}
