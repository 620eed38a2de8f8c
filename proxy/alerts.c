/* alerts.c - see alerts.h. */
#include "alerts.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/hex.h"
#include "dice.h"
#include "wire/json.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <time.h>

enum { BODY_MOST_BYTES = 64 * 1024, ID_HEX = 32, MOMENT_BYTES = 32, WATCH_MS = 1000 };

/* A notice about a budget while Redis is asked how much of it is spent. */
struct asking {
    LIST_ENTRY(asking) link;
    struct alerts *alerts;
    uint64_t       asked_id;
    char          *about;
    struct buf     body; /* all but what is spent, and the end */
};

struct alerts {
    struct loop            *loop;
    struct redis           *redis;
    struct webhook         *webhook;
    struct snapshot *const *in_force;
    LIST_HEAD(, asking) asking;
    struct timer watch;
    int64_t      away_since_ms; /* 0: it is there */
    bool         is_told;       /* that it is away */
};

/* ---- bodies ---- */

/* The same for the same mark of the same budget and window, whichever proxy tells of it. */
static void mark_id(const struct ledger_alert *alert, char out[ID_HEX + 1])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char         *text = NULL;
    if (asprintf(&text, "%s %u", alert->line->key, alert->percent) < 0)
        die("out of memory");
    SHA256((const unsigned char *)text, strlen(text), hash);
    hex_write(hash, ID_HEX / 2, out);
    free(text);
}

static void moment(int64_t wall_ms, char out[MOMENT_BYTES])
{
    const time_t at_s = wall_ms / 1000;
    struct tm    utc;
    gmtime_r(&at_s, &utc);
    strftime(out, MOMENT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void begin_body(struct buf *out, const char *type, const char *id, int64_t wall_ms, const char *text)
{
    char at[MOMENT_BYTES];
    moment(wall_ms, at);
    buf_init(out, BODY_MOST_BYTES);
    buf_add_byte(out, '{');
    json_add_text_member(out, "type", slice_str(type));
    json_add_text_member(out, "id", slice_str(id));
    json_add_text_member(out, "at", slice_str(at));
    json_add_text_member(out, "text", slice_str(text));
}

static void add_money(struct buf *out, const char *name, int64_t nanousd)
{
    char key[64], usd[32];
    nanousd_format(nanousd, usd);
    snprintf(key, sizeof key, "%s_nanousd", name);
    json_add_number_member(out, key, nanousd);
    snprintf(key, sizeof key, "%s_usd", name);
    json_add_text_member(out, key, slice_str(usd));
}

/* ---- a mark of a budget ---- */

static void asking_free(struct asking *a)
{
    LIST_REMOVE(a, link);
    buf_fini(&a->body);
    free(a->about);
    free(a);
}

static bool amount_of(const redisReply *reply, int64_t *out)
{
    *out = 0;
    return reply->type == REDIS_REPLY_NIL ||
           (reply->type == REDIS_REPLY_STRING && slice_to_i64(slice_of(reply->str, reply->len), out));
}

static void on_spent(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct asking *a = arg;
    int64_t        held, running;
    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
        amount_of(reply->element[0], &held) && amount_of(reply->element[1], &running))
        add_money(&a->body, "spent", held - running);
    else
        buf_add_str(&a->body, ",\"spent_nanousd\":null,\"spent_usd\":null");
    buf_add_byte(&a->body, '}');
    webhook_send(a->alerts->webhook, a->about, buf_slice(&a->body));
    asking_free(a);
}

static void write_mark(const struct ledger_alert *alert, int64_t wall_ms, struct asking *a)
{
    const struct line *line = alert->line;
    struct buf         text;
    char               id[ID_HEX + 1], limit[32], resets[MOMENT_BYTES] = "", words[WINDOW_WORDS_BYTES];
    const char        *window = window_words(&line->budget->window, words);
    mark_id(alert, id);
    nanousd_format(alert->limit_nanousd, limit);
    buf_init(&text, BODY_MOST_BYTES / 4);
    buf_printf(&text, "%u %% of the budget \"%s\" (%s) of %s US dollars %s are spent", alert->percent,
               alert->budget, alert->whose, limit, window);
    if (window_begins_anew(&line->budget->window)) {
        moment(line->span.to_ms, resets);
        buf_printf(&text, "; it begins anew at %s", resets);
    }
    buf_add_byte(&text, '\0');
    begin_body(&a->body, "budget_mark", id, wall_ms, text.ptr);
    json_add_text_member(&a->body, "budget", slice_str(alert->budget));
    json_add_text_member(&a->body, "whose", slice_str(alert->whose));
    json_add_number_member(&a->body, "percent", alert->percent);
    add_money(&a->body, "limit", alert->limit_nanousd);
    json_add_text_member(&a->body, "window", slice_str(window));
    if (window_begins_anew(&line->budget->window))
        json_add_text_member(&a->body, "resets_at", slice_str(resets));
    else
        json_add_member(&a->body, "resets_at", S("null"));
    buf_fini(&text);
}

void alerts_mark(struct alerts *alerts, const struct ledger_alert *alert)
{
    if (!webhook_is_set(alerts->webhook))
        return;
    struct asking *a = must_calloc(1, sizeof *a);
    a->alerts = alerts;
    write_mark(alert, loop_wall_ms(alerts->loop), a);
    if (asprintf(&a->about, "%u %% of the budget \"%s\" (%s)", alert->percent, alert->budget, alert->whose) < 0)
        die("out of memory");
    LIST_INSERT_HEAD(&alerts->asking, a, link);
    const struct slice words[] = { S("HMGET"), slice_str(alert->line->key), S("held"), S("running") };
    a->asked_id = redis_ask(alerts->redis, 4, words, on_spent, a);
}

/* ---- Redis ---- */

static void tell_redis(struct alerts *a, const char *type, const char *about, const char *text)
{
    char       id[ID_HEX + 1];
    struct buf body;
    dice_digits(id, ID_HEX);
    begin_body(&body, type, id, loop_wall_ms(a->loop), text);
    buf_add_byte(&body, '}');
    webhook_send(a->webhook, about, buf_slice(&body));
    buf_fini(&body);
}

static void tell_away(struct alerts *a, int64_t away_ms)
{
    const int64_t allowed = (*a->in_force)->settings->ledger_allow_nanousd;
    char          text[200], usd[32];
    nanousd_format(allowed, usd);
    if (allowed)
        snprintf(text, sizeof text,
                 "Redis has not answered for %" PRId64 " s: this proxy spends at most %s US dollars without it",
                 away_ms / 1000, usd);
    else
        snprintf(text, sizeof text, "Redis has not answered for %" PRId64 " s: what a budget covers is refused",
                 away_ms / 1000);
    tell_redis(a, "redis_away", "Redis being away", text);
    a->is_told = true;
}

static void tell_back(struct alerts *a, int64_t away_ms)
{
    char text[100];
    snprintf(text, sizeof text, "Redis answers again after %" PRId64 " s", away_ms / 1000);
    tell_redis(a, "redis_back", "Redis being back", text);
    a->is_told = false;
}

static void on_watch(void *arg)
{
    struct alerts *a = arg;
    const int64_t  now_ms = loop_now_ms(a->loop);
    timer_set(a->loop, &a->watch, WATCH_MS, on_watch, a);
    if (redis_is_up(a->redis)) {
        if (a->is_told)
            tell_back(a, now_ms - a->away_since_ms);
        a->away_since_ms = 0;
        return;
    }
    if (a->away_since_ms == 0)
        a->away_since_ms = now_ms;
    if (!a->is_told && now_ms - a->away_since_ms >= (*a->in_force)->settings->alerts_away_ms &&
        policy_has_budgets((*a->in_force)->policy))
        tell_away(a, now_ms - a->away_since_ms);
}

/* ---- its life ---- */

struct alerts *alerts_new(struct loop *loop, struct redis *redis, struct webhook *webhook,
                          struct snapshot *const *in_force, bool watches_redis)
{
    struct alerts *a = must_calloc(1, sizeof *a);
    *a = (struct alerts){ .loop = loop, .redis = redis, .webhook = webhook, .in_force = in_force };
    LIST_INIT(&a->asking);
    if (watches_redis)
        timer_set(loop, &a->watch, WATCH_MS, on_watch, a);
    return a;
}

void alerts_free(struct alerts **handle)
{
    struct alerts *a = *handle;
    *handle = NULL;
    if (!a)
        return;
    for (struct asking *next, *asking = LIST_FIRST(&a->asking); asking; asking = next) {
        next = LIST_NEXT(asking, link);
        redis_cancel(a->redis, asking->asked_id);
        asking_free(asking);
    }
    timer_fini(&a->watch);
    free(a);
}
