/*
 * redis.c - see redis.h.
 *
 * A command is in one of three lists; one function moves it:
 *
 *     waiting  not sent: the link is being made for the first time, or again after it broke
 *     sent     in the order in which Redis will answer; those that nobody waits for any more stay, and their
 *              reply is dropped when it comes
 *     away     to be answered "away" at the end of this turn
 *
 * The breaker. A link that stood for a while and breaks is made again at once, and commands wait for it. When
 * that fails too, or deadlines are missed MISSES_MOST times with no timely reply in between, the breaker opens:
 * commands go to `away` at once, and a fresh link is tried after a back-off that doubles. A link that has
 * greeted (AUTH, SELECT, PING) closes the breaker. Deadlines are all equally long, so the oldest command's is
 * the next one: one timer serves all.
 */
#include "redis.h"

#include "base/die.h"
#include "base/log.h"
#include "redis_command.h"
#include "redis_link.h"

#include <hiredis/hiredis.h>

enum {
    COMMANDS_MOST = 4096,          /* unanswered at a time */
    BYTES_MOST = 64 * 1024 * 1024, /* of unanswered commands */
    SCRIPTS_MOST = 32,
    MISSES_MOST = 3,    /* missed deadlines in a row that open the breaker */
    GREETING_MS = 2000, /* to connect and greet */
    STEADY_MS = 1000,   /* a link that stood this long may be made again at once */
    BACK_OFF_FIRST_MS = 50,
    BACK_OFF_MOST_MS = 2000
};

struct redis {
    struct loop     *loop;
    struct metrics  *metrics; /* (ref) NULL: nothing is counted */
    struct redis_url url;
    SSL_CTX         *tls;          /* NULL but for rediss:// */
    char             address[300]; /* for the log */
    int64_t          deadline_ms;
    bool             is_closed;

    struct redis_link *link; /* NULL between two tries */
    bool               is_up, is_broken;
    bool               is_told; /* the log knows that it is down */
    int64_t            up_since_ms, back_off_ms;
    unsigned           misses;
    struct timer       retry_timer, deadline_timer;
    bool               is_ticking; /* deadline_timer is set */

    struct command_list waiting, sent, away;
    unsigned            commands; /* # in all lists */
    size_t              bytes;    /* of all lists */
    bool                away_is_due;
    uint64_t            last_id;
    void (*on_up)(void *arg);
    void *on_up_arg;

    struct {
        const char *text;
        char        sha1[SHA1_HEX_BYTES];
        bool        is_told; /* its text has gone over this link, so what comes after may use its SHA-1 */
    } script[SCRIPTS_MOST];
};

static void link_up(struct redis *r);

/* --- commands and their lists --- */

static void command_end(struct redis *r, struct command *c)
{
    r->commands--;
    r->bytes -= c->len;
    command_free(&c);
}

static void answer(const struct command *c, const redisReply *reply, const struct fault *why)
{
    if (!c->is_dead && c->on_reply)
        c->on_reply(c->arg, reply, why);
}

static void answer_away(void *arg)
{
    struct redis *r = arg;
    /* What callbacks add comes after `last` and waits for the next turn. */
    struct command *last = TAILQ_LAST(&r->away, command_list), *c;
    r->away_is_due = false;
    while (!r->is_closed && last && (c = command_take(&r->away))) {
        struct fault why;
        fault_set(&why, FAULT_REDIS_AWAY, "%s", c->why);
        if (c == last)
            last = NULL;
        answer(c, NULL, &why);
        command_end(r, c);
    }
}

static void put_away(struct redis *r, struct command *c, const char *words)
{
    if (r->metrics && !c->is_dead)
        metrics_add(r->metrics, METRIC_REDIS_AWAY, 1);
    c->why = words;
    command_move(c, &r->away);
    if (!r->away_is_due)
        loop_defer(r->loop, answer_away, r);
    r->away_is_due = true;
}

/* A sent command whose caller need not wait any longer: an answer goes out, its place in the order stays. */
static void give_up_on(struct redis *r, struct command *c, const char *words)
{
    struct command *copy = must_calloc(1, sizeof *copy);
    *copy = (struct command){ .id = c->id, .on_reply = c->on_reply, .arg = c->arg };
    r->commands++;
    put_away(r, copy, words);
    c->is_dead = true;
}

static void put_all_away(struct redis *r, struct command_list *list, const char *words)
{
    struct command *c;
    while ((c = command_take(list))) {
        if (c->is_dead)
            command_end(r, c);
        else
            put_away(r, c, words);
    }
}

/* --- the breaker --- */

static void drop_link(struct redis *r, const char *words)
{
    redis_link_close(&r->link);
    r->is_up = false;
    for (unsigned i = 0; i < SCRIPTS_MOST; i++)
        r->script[i].is_told = false;
    put_all_away(r, &r->sent, words);
}

static void on_retry(void *arg)
{
    link_up(arg);
}

static void break_open(struct redis *r, const char *why)
{
    if (!r->is_told)
        log_warn("redis_down", "%s: %s", r->address, why);
    r->is_told = true;
    r->is_broken = true;
    put_all_away(r, &r->waiting, "it is down");
    r->back_off_ms = r->back_off_ms ? 2 * r->back_off_ms : BACK_OFF_FIRST_MS;
    if (r->back_off_ms > BACK_OFF_MOST_MS)
        r->back_off_ms = BACK_OFF_MOST_MS;
    timer_set(r->loop, &r->retry_timer, r->back_off_ms, on_retry, r);
}

static bool was_steady(const struct redis *r)
{
    return r->is_up && loop_now_ms(r->loop) - r->up_since_ms >= STEADY_MS;
}

/* With its text, from which Redis learns it. */
static void send_whole_script(struct redis *r, struct command *c)
{
    struct buf whole;
    buf_init(&whole, SIZE_MAX);
    command_write_whole(c, &whole);
    redis_link_send(r->link, whole.ptr, whole.len);
    buf_fini(&whole);
    c->script = NULL;
    command_move(c, &r->sent);
}

/* The first time over a link a script goes with its text: Redis might not know it, and to be sent once more it
 * would have to stand behind what was asked after it. */
static bool is_script_told(struct redis *r, const char *text)
{
    unsigned i = 0;
    while (r->script[i].text != text)
        i++;
    bool was_told = r->script[i].is_told;
    r->script[i].is_told = true;
    return was_told;
}

static void send_command(struct redis *r, struct command *c)
{
    if (c->script && !is_script_told(r, c->script)) {
        send_whole_script(r, c);
        return;
    }
    redis_link_send(r->link, c->bytes, c->len);
    command_move(c, &r->sent);
    if (!c->script)
        command_forget_bytes(c);
}

static void on_link_up(void *arg)
{
    struct redis *r = arg;
    log_info("redis_up", "%s", r->address);
    r->is_up = true;
    r->is_broken = r->is_told = false;
    r->misses = 0;
    r->up_since_ms = loop_now_ms(r->loop);
    if (r->on_up)
        r->on_up(r->on_up_arg);
    struct command *c;
    while ((c = command_take(&r->waiting)))
        send_command(r, c);
}

static void on_link_down(void *arg, const char *why)
{
    struct redis *r = arg;
    bool          again = was_steady(r);
    drop_link(r, "the connection broke before the reply");
    if (!again) {
        break_open(r, why);
        return;
    }
    log_warn("redis_lost", "%s: %s", r->address, why);
    r->back_off_ms = 0;
    link_up(r);
}

static bool is_error(const redisReply *reply, struct slice code)
{
    return reply->type == REDIS_REPLY_ERROR && slice_starts(slice_of(reply->str, reply->len), code);
}

static void on_link_reply(void *arg, const redisReply *reply)
{
    struct redis   *r = arg;
    struct command *c = TAILQ_FIRST(&r->sent);
    if (!c) {
        drop_link(r, "");
        break_open(r, "it answered more than it was asked");
        return;
    }
    if (!c->is_dead)
        r->misses = 0;
    if (!c->is_dead && c->script && is_error(reply, S("NOSCRIPT"))) { /* somebody made it forget */
        send_whole_script(r, c);
        return;
    }
    command_move(c, NULL);
    answer(c, reply, NULL);
    command_end(r, c);
    /* After a failover the old master lives on as a replica; whoever the address leads to now is asked instead.
     */
    if (is_error(reply, S("READONLY")) && !r->is_closed && r->is_up) {
        drop_link(r, "it is down");
        break_open(r, "it has become a replica and takes no writes");
    }
}

static void link_up(struct redis *r)
{
    static const struct redis_link_handler handler = { on_link_up, on_link_reply, on_link_down };
    r->link = redis_link_open(r->loop, &r->url, r->tls, GREETING_MS, &handler, r);
}

/* --- deadlines --- */

static bool give_up_on_late(struct redis *r, struct command_list *list, int64_t now_ms, int64_t *next_ms)
{
    bool            missed = false;
    struct command *c, *next;
    for (c = TAILQ_FIRST(list); c; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->is_dead)
            continue;
        if (c->deadline_ms > now_ms) {
            if (*next_ms == 0 || c->deadline_ms < *next_ms)
                *next_ms = c->deadline_ms;
            continue;
        }
        missed = true;
        if (list == &r->sent)
            give_up_on(r, c, "no reply in time");
        else
            put_away(r, c, "no connection in time");
    }
    return missed;
}

static void on_deadline(void *arg);

static void tick_in(struct redis *r, int64_t ms)
{
    r->is_ticking = true;
    timer_set(r->loop, &r->deadline_timer, ms > 0 ? ms : 1, on_deadline, r);
}

/* However many commands were late by now, it is one miss: what counts is how long Redis has been silent. */
static void on_deadline(void *arg)
{
    struct redis *r = arg;
    int64_t       now_ms = loop_now_ms(r->loop), next_ms = 0;
    bool          missed_sent = give_up_on_late(r, &r->sent, now_ms, &next_ms);
    bool          missed_waiting = give_up_on_late(r, &r->waiting, now_ms, &next_ms);
    r->is_ticking = false;
    if (next_ms)
        tick_in(r, next_ms - now_ms);
    if ((missed_sent || missed_waiting) && ++r->misses >= MISSES_MOST) {
        r->misses = 0;
        if (r->is_up) {
            if (was_steady(r))
                r->back_off_ms = 0;
            drop_link(r, "it is down");
            break_open(r, "deadlines were missed several times in a row");
        } else {
            /* The connection that is being made goes on, as the probe. */
            r->is_broken = true;
            put_all_away(r, &r->waiting, "it is down");
        }
    }
}

/* --- asking --- */

static uint64_t submit(struct redis *r, struct command *c, on_redis_fn *on_reply, void *arg)
{
    bool fits = r->commands < COMMANDS_MOST && r->bytes + c->len <= BYTES_MOST;
    c->id = ++r->last_id;
    c->on_reply = on_reply;
    c->arg = arg;
    c->deadline_ms = loop_now_ms(r->loop) + r->deadline_ms;
    r->commands++;
    r->bytes += c->len;

    if (!fits)
        put_away(r, c, "too much waits for it already");
    else if (r->is_broken)
        put_away(r, c, "it is down");
    else if (r->is_up)
        send_command(r, c);
    else
        command_move(c, &r->waiting);
    if (!r->is_ticking)
        tick_in(r, r->deadline_ms);
    return c->id;
}

uint64_t redis_ask(struct redis *r, int argc, const struct slice *argv, on_redis_fn *on_reply, void *arg)
{
    return submit(r, command_new(argc, argv), on_reply, arg);
}

/* Worked out once a link, so that threads share nothing. */
static const char *known_sha1(struct redis *r, const char *text)
{
    unsigned i = 0;
    while (i < SCRIPTS_MOST && r->script[i].text && r->script[i].text != text)
        i++;
    if (i == SCRIPTS_MOST)
        die("more Lua scripts than SCRIPTS_MOST");
    if (!r->script[i].text) {
        script_sha1(text, r->script[i].sha1);
        r->script[i].text = text;
    }
    return r->script[i].sha1;
}

uint64_t redis_run(struct redis *r, const char *script, int key_count, int argc, const struct slice *argv,
                   on_redis_fn *on_reply, void *arg)
{
    return submit(r, command_new_script(script, known_sha1(r, script), key_count, argc, argv), on_reply, arg);
}

static struct command *find(struct command_list *list, uint64_t id)
{
    struct command *c;
    TAILQ_FOREACH(c, list, link)
    if (c->id == id && !c->is_dead)
        return c;
    return NULL;
}

void *redis_cancel(struct redis *r, uint64_t id)
{
    struct command *c = find(&r->sent, id);
    if (!c)
        c = find(&r->waiting, id);
    if (!c)
        c = find(&r->away, id);
    if (!c)
        return NULL;
    void *arg = c->arg;
    c->is_dead = true;
    if (c->list == &r->waiting)
        command_end(r, c);
    return arg;
}

/* --- its life --- */

struct redis *redis_new(struct loop *loop, const char *url, int64_t deadline_ms, struct fault *why)
{
    struct redis *r = must_calloc(1, sizeof *r);
    bool          ok = redis_url_parse(url, &r->url, why);
    if (ok && r->url.kind == REDIS_URL_TLS)
        ok = (r->tls = tls_client_context(NULL, why)) != NULL;
    if (!ok) {
        explicit_bzero(r, sizeof *r);
        free(r);
        return NULL;
    }
    r->loop = loop;
    r->deadline_ms = deadline_ms;
    redis_url_address(&r->url, r->address, sizeof r->address);
    TAILQ_INIT(&r->waiting);
    TAILQ_INIT(&r->sent);
    TAILQ_INIT(&r->away);
    link_up(r);
    return r;
}

static void free_all(struct redis *r, struct command_list *list)
{
    struct command *c;
    while ((c = command_take(list)))
        command_end(r, c);
}

static void redis_gone(void *arg)
{
    struct redis *r = arg;
    free_all(r, &r->waiting);
    free_all(r, &r->sent);
    free_all(r, &r->away);
    timer_fini(&r->retry_timer);
    timer_fini(&r->deadline_timer);
    tls_context_free(&r->tls);
    explicit_bzero(r, sizeof *r);
    free(r);
}

void redis_free(struct redis **handle)
{
    struct redis *r = *handle;
    *handle = NULL;
    if (!r)
        return;
    r->is_closed = true;
    redis_link_close(&r->link);
    timer_clear(&r->retry_timer);
    timer_clear(&r->deadline_timer);
    loop_defer(r->loop, redis_gone, r);
}

void redis_count_in(struct redis *r, struct metrics *metrics)
{
    r->metrics = metrics;
}

void redis_on_up(struct redis *r, void (*on_up)(void *arg), void *arg)
{
    r->on_up = on_up;
    r->on_up_arg = arg;
}

bool redis_is_up(const struct redis *r)
{
    return r->is_up;
}

static bool has_living(const struct command_list *list)
{
    const struct command *c;
    TAILQ_FOREACH(c, list, link)
    if (!c->is_dead)
        return true;
    return false;
}

bool redis_is_idle(const struct redis *r)
{
    return !has_living(&r->waiting) && !has_living(&r->sent) && !has_living(&r->away);
}
