/*
 * redis_breaker.c - see redis.h: links made and broken, what is late given up on, and the way round a Redis
 * that is not well.
 *
 * The breaker. A link that stood for a while and breaks is made again at once, and commands wait for it. When
 * that fails too, or deadlines are missed MISSES_MOST times with no timely reply in between, the breaker opens:
 * commands go to `away` at once, and a fresh link is tried after a back-off that doubles. A link that has
 * greeted (AUTH, SELECT, PING) closes the breaker. Under Sentinel each try begins with asking where the master
 * is.
 *
 * Stepping aside. Who can do without Redis is given up on after patience_ms, which is short. After MISSES_MOST
 * of these in a row it is not waited for at all, until a probe is answered within patience_ms. The link stands:
 * who cannot do without still waits for its deadline.
 */
#include "redis_inside.h"

#include "base/die.h"
#include "base/log.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

enum {
    MISSES_MOST = 3,    /* missed deadlines in a row that open the breaker, or make step aside */
    GREETING_MS = 2000, /* to connect and greet */
    STEADY_MS = 1000,   /* a link that stood this long may be made again at once */
    BACK_OFF_FIRST_MS = 50,
    BACK_OFF_MOST_MS = 2000,
    PROBE_MS = 50,     /* between two probes of a slow Redis */
    REFUSED_MS = 2000, /* for so long after an error that tells of a trouble there is one */
};

static void probe(struct redis *r);

/* ---- what is told of it ---- */

static void note_trouble(struct redis *r, enum redis_trouble trouble)
{
    r->refused = trouble;
    r->refused_ms = loop_now_ms(r->loop);
    if (r->metrics)
        metrics_trouble(r->metrics, trouble);
}

enum redis_trouble redis_trouble(const struct redis *r)
{
    if (!r->is_up)
        return r->down;
    if (r->is_slow || r->misses)
        return REDIS_SLOW;
    return loop_now_ms(r->loop) - r->refused_ms < REFUSED_MS ? r->refused : REDIS_WELL;
}

/* ---- links ---- */

static void drop_link(struct redis *r, enum redis_trouble trouble, const char *words)
{
    redis_link_close(&r->link);
    r->is_up = false;
    r->down = trouble;
    for (unsigned i = 0; i < SCRIPTS_MOST; i++)
        r->script[i].is_told = false;
    put_all_away(r, &r->sent, trouble, words);
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
    put_all_away(r, &r->waiting, r->down, "it is down");
    r->back_off_ms = r->back_off_ms ? 2 * r->back_off_ms : BACK_OFF_FIRST_MS;
    if (r->back_off_ms > BACK_OFF_MOST_MS)
        r->back_off_ms = BACK_OFF_MOST_MS;
    timer_set(r->loop, &r->retry_timer, r->back_off_ms, on_retry, r);
}

static bool was_steady(const struct redis *r)
{
    return r->is_up && loop_now_ms(r->loop) - r->up_since_ms >= STEADY_MS;
}

static void on_link_up(void *arg)
{
    struct redis *r = arg;
    log_info("redis_up", "%s", r->address);
    r->is_up = true;
    r->is_broken = r->is_told = r->is_slow = false;
    r->misses = r->hasty_misses = 0;
    r->up_since_ms = loop_now_ms(r->loop);
    timer_clear(&r->probe_timer);
    if (r->on_up)
        r->on_up(r->on_up_arg);
    struct command *c;
    while ((c = command_take(&r->waiting)))
        send_command(r, c);
}

static void on_link_down(void *arg, enum redis_trouble trouble, const char *why)
{
    struct redis *r = arg;
    bool          again = was_steady(r);
    drop_link(r, trouble, "the connection broke before the reply");
    if (!again) {
        break_open(r, why);
        return;
    }
    log_warn("redis_lost", "%s: %s", r->address, why);
    r->back_off_ms = 0;
    link_up(r);
}

static void note_reply(struct redis *r, const struct command *c)
{
    if (c->is_dead)
        return;
    r->misses = 0;
    if (loop_now_ms(r->loop) - c->asked_ms <= r->patience_ms)
        r->hasty_misses = 0;
}

static void on_link_reply(void *arg, const redisReply *reply)
{
    struct redis      *r = arg;
    struct command    *c = TAILQ_FIRST(&r->sent);
    struct slice       error = reply->type == REDIS_REPLY_ERROR ? slice_of(reply->str, reply->len) : S("");
    enum redis_trouble trouble = redis_trouble_of(error);
    if (!c) {
        drop_link(r, REDIS_AWAY, "");
        break_open(r, "it answered more than it was asked");
        return;
    }
    note_reply(r, c);
    if (!c->is_dead && c->script && slice_starts(error, S("NOSCRIPT"))) { /* somebody made it forget */
        send_whole_script(r, c);
        return;
    }
    if (trouble)
        note_trouble(r, trouble);
    command_move(c, NULL);
    answer(c, reply, NULL);
    command_end(r, c);
    /* After a failover the old master lives on as a replica; whoever the address leads to now is asked instead.
     * One that reads its data anew is no better. */
    if ((trouble == REDIS_READ_ONLY || trouble == REDIS_LOADING) && !r->is_closed && r->is_up) {
        drop_link(r, trouble, "it is down");
        break_open(r, redis_trouble_words(trouble));
    }
}

static void open_link(struct redis *r)
{
    static const struct redis_link_handler handler = { on_link_up, on_link_reply, on_link_down };
    redis_url_address(&r->url, r->address, sizeof r->address);
    r->link = redis_link_open(r->loop, &r->url, r->tls, GREETING_MS, &handler, r);
}

void link_up(struct redis *r)
{
    if (r->finder)
        redis_finder_ask(r->finder);
    else
        open_link(r);
}

/* Asked for, or told unasked because it has moved. */
void on_master_found(void *arg, const char *host, uint16_t port, const char *why)
{
    struct redis *r = arg;
    bool          is_same = host && strcmp(host, r->url.host) == 0 && port == r->url.port;
    if (!host) {
        if (!r->link)
            break_open(r, why);
        return;
    }
    if (r->link && is_same)
        return;
    if (r->link) {
        log_warn("redis_moved", "from %s to %s:%u", r->address, host, port);
        drop_link(r, REDIS_AWAY, "its master has moved");
    }
    timer_clear(&r->retry_timer);
    snprintf(r->url.host, sizeof r->url.host, "%s", host);
    r->url.port = port;
    open_link(r);
}

/* ---- stepping aside ---- */

static void on_probe_time(void *arg)
{
    probe(arg);
}

static void on_probed(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct redis *r = arg;
    if (reply && r->hasty_misses == 0) { /* it was timely */
        r->is_slow = false;
        log_info("redis_quick", "%s", r->address);
    } else if (r->is_up) {
        timer_set(r->loop, &r->probe_timer, PROBE_MS, on_probe_time, r);
    }
}

static void probe(struct redis *r)
{
    redis_ask(r, 1, (struct slice[]){ S("PING") }, on_probed, r);
}

static void miss_hasty(struct redis *r)
{
    if (++r->hasty_misses < MISSES_MOST || r->is_slow || !r->is_up)
        return;
    log_warn("redis_slow", "%s: what can be done without it is", r->address);
    r->is_slow = true;
    probe(r);
}

/* ---- deadlines ---- */

/* What was late by now. */
struct late {
    bool    is_any, is_hasty; /* one that could not do without; one that could */
    int64_t next_ms;          /* the next deadline; 0: none */
};

static void give_up_on_late(struct redis *r, struct command_list *list, int64_t now_ms, struct late *late)
{
    struct command *c, *next;
    for (c = TAILQ_FIRST(list); c; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->is_dead)
            continue;
        if (c->deadline_ms > now_ms) {
            if (late->next_ms == 0 || c->deadline_ms < late->next_ms)
                late->next_ms = c->deadline_ms;
            continue;
        }
        if (c->is_hasty)
            late->is_hasty = true;
        else
            late->is_any = true;
        if (list == &r->sent)
            give_up_on(r, c, "no reply in time");
        else
            put_away(r, c, REDIS_AWAY, "no connection in time");
    }
}

static void miss(struct redis *r)
{
    if (++r->misses < MISSES_MOST)
        return;
    r->misses = 0;
    if (r->is_up) {
        if (was_steady(r))
            r->back_off_ms = 0;
        drop_link(r, REDIS_SLOW, "it is down");
        break_open(r, "deadlines were missed several times in a row");
    } else {
        /* The connection that is being made goes on, as the probe. */
        r->is_broken = true;
        put_all_away(r, &r->waiting, r->down, "it is down");
    }
}

/* However many commands were late by now, it is one miss: what counts is how long Redis has been silent. */
static void on_deadline(void *arg)
{
    struct redis *r = arg;
    struct late   late = { .next_ms = 0 };
    int64_t       now_ms = loop_now_ms(r->loop);
    r->tick_ms = 0;
    give_up_on_late(r, &r->sent, now_ms, &late);
    give_up_on_late(r, &r->waiting, now_ms, &late);
    if (late.next_ms)
        tick_by(r, late.next_ms);
    if (late.is_hasty)
        miss_hasty(r);
    if (late.is_any)
        miss(r);
}

void tick_by(struct redis *r, int64_t deadline_ms)
{
    int64_t ms = deadline_ms - loop_now_ms(r->loop);
    if (r->tick_ms && r->tick_ms <= deadline_ms)
        return;
    r->tick_ms = deadline_ms;
    timer_set(r->loop, &r->deadline_timer, ms > 0 ? ms : 1, on_deadline, r);
}
