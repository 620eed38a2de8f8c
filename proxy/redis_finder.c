/* redis_finder.c - see redis_finder.h; the dialogue is that of Redis' "Guidelines for Sentinel clients". */
#include "redis_finder.h"

#include "base/die.h"
#include "base/log.h"
#include "redis_link.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

enum { GREETING_MS = 1000, LISTEN_AGAIN_MS = 1000, ADDRESS_BYTES = 256 };

struct redis_finder {
    struct loop       *loop;
    struct redis_url   url, sentinel; /* as it was given; the one that is asked */
    SSL_CTX           *tls;           /* (ref) */
    on_found_fn       *on_found;
    void              *arg;
    struct redis_link *link;
    unsigned           at, tried;    /* index of the one that is asked; # that failed since the last answer */
    bool               is_awaited;   /* the owner waits for an answer */
    bool               has_answered; /* over this link */
    struct timer       answer_timer, again_timer;
    char               why[200];
};

static void ask_one(struct redis_finder *f);

static void command(struct redis_finder *f, int argc, const char **argv)
{
    char *bytes;
    int   len = redisFormatCommandArgv(&bytes, argc, argv, NULL);
    if (len < 0)
        die("out of memory");
    redis_link_send(f->link, bytes, (size_t)len);
    redisFreeCommand(bytes);
}

static void on_again(void *arg)
{
    ask_one(arg);
}

/* The next one; when all have failed the owner hears of it, and they are asked again after a while. */
static void give_up_on_one(struct redis_finder *f, const char *why)
{
    redis_link_close(&f->link);
    timer_clear(&f->answer_timer);
    snprintf(f->why, sizeof f->why, "Sentinel %.80s:%u: %.80s", f->sentinel.host, f->sentinel.port, why);
    f->at = (f->at + 1) % f->url.sentinels;
    if (++f->tried < f->url.sentinels) {
        ask_one(f);
        return;
    }
    f->tried = 0;
    timer_set(f->loop, &f->again_timer, LISTEN_AGAIN_MS, on_again, f);
    if (f->is_awaited) {
        f->is_awaited = false;
        f->on_found(f->arg, NULL, 0, f->why);
    }
}

static void on_answer_late(void *arg)
{
    give_up_on_one(arg, "it does not answer");
}

static void on_up(void *arg)
{
    struct redis_finder *f = arg;
    command(f, 3, (const char *[]){ "SENTINEL", "get-master-addr-by-name", f->url.master });
    timer_set(f->loop, &f->answer_timer, GREETING_MS, on_answer_late, f);
}

static void on_down(void *arg, enum redis_trouble trouble, const char *why)
{
    (void)trouble;
    give_up_on_one(arg, why);
}

static bool read_place(struct slice host, struct slice port, char out[ADDRESS_BYTES], uint16_t *out_port)
{
    int64_t number;
    if (host.len == 0 || host.len >= ADDRESS_BYTES || !slice_to_i64(port, &number) || number < 1 ||
        number > UINT16_MAX)
        return false;
    snprintf(out, ADDRESS_BYTES, "%.*s", SLICE_ARG(host));
    *out_port = (uint16_t)number;
    return true;
}

static struct slice text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? slice_of(reply->str, reply->len) : slice_of(NULL, 0);
}

static void take_answer(struct redis_finder *f, const redisReply *reply)
{
    char     host[ADDRESS_BYTES];
    uint16_t port;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        !read_place(text_of(reply->element[0]), text_of(reply->element[1]), host, &port)) {
        give_up_on_one(f, "it does not know the master");
        return;
    }
    timer_clear(&f->answer_timer);
    f->has_answered = true;
    f->is_awaited = false;
    f->tried = 0;
    command(f, 2, (const char *[]){ "SUBSCRIBE", "+switch-master" });
    f->on_found(f->arg, host, port, NULL);
}

/* "message", "+switch-master", "<name> <old host> <old port> <new host> <new port>" */
static void take_message(struct redis_finder *f, const redisReply *reply)
{
    enum { WORDS = 5 };
    struct slice word[WORDS], rest;
    char         host[ADDRESS_BYTES];
    uint16_t     port;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 ||
        !slice_is(text_of(reply->element[0]), "message"))
        return;
    rest = text_of(reply->element[2]);
    for (unsigned i = 0; i < WORDS; i++) {
        size_t blank = slice_find_byte(rest, ' ');
        word[i] = slice_cut(rest, 0, blank);
        rest = blank == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(rest, blank + 1, rest.len);
    }
    if (slice_is(word[0], f->url.master) && read_place(word[3], word[4], host, &port))
        f->on_found(f->arg, host, port, NULL);
}

static void on_reply(void *arg, const redisReply *reply)
{
    struct redis_finder *f = arg;
    if (f->has_answered)
        take_message(f, reply);
    else
        take_answer(f, reply);
}

static void ask_one(struct redis_finder *f)
{
    static const struct redis_link_handler handler = { on_up, on_reply, on_down };
    const struct redis_place              *place = &f->url.sentinel[f->at];
    timer_clear(&f->again_timer);
    snprintf(f->sentinel.host, sizeof f->sentinel.host, "%s", place->host);
    f->sentinel.port = place->port;
    f->has_answered = false;
    f->link = redis_link_open(f->loop, &f->sentinel, f->tls, GREETING_MS, &handler, f);
}

void redis_finder_ask(struct redis_finder *f)
{
    redis_link_close(&f->link);
    timer_clear(&f->answer_timer);
    f->is_awaited = true;
    f->tried = 0;
    ask_one(f);
}

struct redis_finder *redis_finder_new(struct loop *loop, const struct redis_url *url, SSL_CTX *tls,
                                      on_found_fn *on_found, void *arg)
{
    struct redis_finder *f = must_calloc(1, sizeof *f);
    *f = (struct redis_finder){ .loop = loop, .url = *url, .tls = tls, .on_found = on_found, .arg = arg };
    f->sentinel.kind = url->kind;
    snprintf(f->sentinel.user, sizeof f->sentinel.user, "%s", url->sentinel_user);
    snprintf(f->sentinel.password, sizeof f->sentinel.password, "%s", url->sentinel_password);
    return f;
}

static void finder_gone(void *arg)
{
    struct redis_finder *f = arg;
    timer_fini(&f->answer_timer);
    timer_fini(&f->again_timer);
    explicit_bzero(f, sizeof *f);
    free(f);
}

void redis_finder_free(struct redis_finder **handle)
{
    struct redis_finder *f = *handle;
    *handle = NULL;
    if (!f)
        return;
    redis_link_close(&f->link);
    timer_clear(&f->answer_timer);
    timer_clear(&f->again_timer);
    loop_defer(f->loop, finder_gone, f);
}
