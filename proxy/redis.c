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
 * When there is a link, and what is done when there is none, is redis_breaker.c's.
 */
#include "redis_inside.h"

#include "base/die.h"

#include <hiredis/hiredis.h>

enum {
    COMMANDS_MOST = 4096,         /* unanswered at a time */
    BYTES_MOST = 64 * 1024 * 1024 /* of unanswered commands */
};

/* --- commands and their lists --- */

void command_end(struct redis *r, struct command *c)
{
    r->commands--;
    r->bytes -= c->len;
    command_free(&c);
}

void answer(const struct command *c, const redisReply *reply, const struct fault *why)
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

static void count_trouble(struct redis *r, enum redis_trouble trouble)
{
    if (!r->metrics)
        return;
    metrics_add(r->metrics, METRIC_REDIS_AWAY, 1);
    metrics_trouble(r->metrics, trouble);
}

void put_away(struct redis *r, struct command *c, enum redis_trouble trouble, const char *words)
{
    if (!c->is_dead)
        count_trouble(r, trouble);
    c->why = words;
    command_move(c, &r->away);
    if (!r->away_is_due)
        loop_defer(r->loop, answer_away, r);
    r->away_is_due = true;
}

void give_up_on(struct redis *r, struct command *c, const char *words)
{
    struct command *copy = must_calloc(1, sizeof *copy);
    *copy = (struct command){ .id = c->id, .on_reply = c->on_reply, .arg = c->arg };
    r->commands++;
    put_away(r, copy, REDIS_SLOW, words);
    c->is_dead = true;
}

void put_all_away(struct redis *r, struct command_list *list, enum redis_trouble trouble, const char *words)
{
    struct command *c;
    while ((c = command_take(list))) {
        if (c->is_dead)
            command_end(r, c);
        else
            put_away(r, c, trouble, words);
    }
}

/* --- sending --- */

void send_whole_script(struct redis *r, struct command *c)
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

void send_command(struct redis *r, struct command *c)
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

/* --- asking --- */

static uint64_t submit(struct redis *r, struct command *c, on_redis_fn *on_reply, void *arg)
{
    bool fits = r->commands < COMMANDS_MOST && r->bytes + c->len <= BYTES_MOST;
    c->id = ++r->last_id;
    c->on_reply = on_reply;
    c->arg = arg;
    c->asked_ms = loop_now_ms(r->loop);
    c->deadline_ms = c->asked_ms + r->deadline_ms;
    r->commands++;
    r->bytes += c->len;

    if (!fits)
        put_away(r, c, REDIS_SLOW, "too much waits for it already");
    else if (r->is_broken)
        put_away(r, c, r->down, "it is down");
    else if (r->is_up)
        send_command(r, c);
    else
        command_move(c, &r->waiting);
    tick_by(r, c->deadline_ms);
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
    TAILQ_FOREACH_REVERSE(c, list, command_list, link) /* it is among the last */
    if (c->id == id && !c->is_dead)
        return c;
    return NULL;
}

static struct command *find_anywhere(struct redis *r, uint64_t id)
{
    struct command *c = find(&r->sent, id);
    if (!c)
        c = find(&r->waiting, id);
    return c ? c : find(&r->away, id);
}

void redis_hasten(struct redis *r, uint64_t id)
{
    struct command *c = find_anywhere(r, id);
    if (!c || c->list == &r->away)
        return;
    c->is_hasty = true;
    if (c->deadline_ms > c->asked_ms + r->patience_ms)
        c->deadline_ms = c->asked_ms + r->patience_ms;
    tick_by(r, c->deadline_ms);
    if (!r->is_slow)
        return;
    if (c->list == &r->sent)
        give_up_on(r, c, "it is slow");
    else
        put_away(r, c, REDIS_SLOW, "it is slow");
}

void *redis_cancel(struct redis *r, uint64_t id)
{
    struct command *c = find_anywhere(r, id);
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
    r->deadline_ms = r->patience_ms = deadline_ms;
    r->down = REDIS_AWAY;
    redis_url_address(&r->url, r->address, sizeof r->address);
    TAILQ_INIT(&r->waiting);
    TAILQ_INIT(&r->sent);
    TAILQ_INIT(&r->away);
    if (r->url.sentinels)
        r->finder = redis_finder_new(loop, &r->url, r->tls, on_master_found, r);
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
    timer_fini(&r->probe_timer);
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
    timer_clear(&r->probe_timer);
    redis_finder_free(&r->finder);
    loop_defer(r->loop, redis_gone, r);
}

void redis_set_patience(struct redis *r, int64_t ms)
{
    r->patience_ms = ms;
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
