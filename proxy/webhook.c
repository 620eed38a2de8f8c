/*
 * webhook.c - see webhook.h.
 *
 *     told of -> how much is spent? (redis) -> waiting -> asked -> delivered, or given up
 *                                                 ^--- back-off ---+
 *
 * One alert is on its way at a time; those behind it wait their turn.
 */
#include "webhook.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "wire/json.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <time.h>

enum {
    BACK_OFF_FIRST_MS = 1000,
    BACK_OFF_MOST_MS = 60 * 1000,
    BODY_MOST_BYTES = 64 * 1024,
    ID_HEX = 32,
    PARTING_MS = 2000, /* Weir's end waits for an answer so long */
    MOMENT_BYTES = 32,
    SIGNATURE_BYTES = 128,
};

struct notice {
    TAILQ_ENTRY(notice) link;
    struct webhook *webhook;
    uint64_t        asked_id; /* Redis is asked how much is spent; 0: it has answered */
    char            id[ID_HEX + 1];
    char           *budget, *whose, *window;
    unsigned        percent, tries;
    int64_t         at_ms, resets_ms; /* INT64_MAX: not at a known time */
    int64_t         limit_nanousd, spent_nanousd;
    bool            knows_spent;
};

struct webhook {
    struct loop            *loop;
    struct upstream        *upstream;
    struct redis           *redis;
    struct metrics         *metrics;
    struct snapshot *const *in_force;
    TAILQ_HEAD(, notice) waiting; /* the first is the one that is tried */
    unsigned         count;
    struct snapshot *held; /* while a call runs: its address is in there */
    struct call     *call;
    int64_t          asked_ms; /* when it began */
    struct timer     deadline, back_off;
    bool             is_backing_off;
};

static void try_next(struct webhook *);

/* ---- a notice ---- */

static void notice_free(struct notice *n)
{
    struct webhook *w = n->webhook;
    if (n->asked_id)
        redis_cancel(w->redis, n->asked_id);
    TAILQ_REMOVE(&w->waiting, n, link);
    w->count--;
    free(n->budget);
    free(n->whose);
    free(n->window);
    free(n);
}

/* The same for the same mark of the same budget and window, whichever proxy tells of it. */
static void make_id(const struct ledger_alert *alert, char out[ID_HEX + 1])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char         *text = NULL;
    if (asprintf(&text, "%s %u", alert->line->key, alert->percent) < 0)
        die("out of memory");
    SHA256((const unsigned char *)text, strlen(text), hash);
    for (size_t i = 0; i < ID_HEX / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    free(text);
}

static void moment(int64_t wall_ms, char out[MOMENT_BYTES])
{
    const time_t at_s = wall_ms / 1000;
    struct tm    utc;
    gmtime_r(&at_s, &utc);
    strftime(out, MOMENT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
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

static void write_text(const struct notice *n, struct buf *out)
{
    char limit[32], resets[MOMENT_BYTES];
    nanousd_format(n->limit_nanousd, limit);
    buf_printf(out, "%u %% of the budget \"%s\" (%s) of %s US dollars %s are spent", n->percent, n->budget,
               n->whose, limit, n->window);
    if (n->resets_ms == INT64_MAX)
        return;
    moment(n->resets_ms, resets);
    buf_printf(out, "; it begins anew at %s", resets);
}

static void write_body(const struct notice *n, struct buf *out)
{
    struct buf text;
    char       at[MOMENT_BYTES];
    buf_init(&text, BODY_MOST_BYTES);
    write_text(n, &text);
    moment(n->at_ms, at);
    buf_add_byte(out, '{');
    json_add_text_member(out, "type", S("budget_mark"));
    json_add_text_member(out, "id", slice_str(n->id));
    json_add_text_member(out, "at", slice_str(at));
    json_add_text_member(out, "text", buf_slice(&text));
    json_add_text_member(out, "budget", slice_str(n->budget));
    json_add_text_member(out, "whose", slice_str(n->whose));
    json_add_number_member(out, "percent", n->percent);
    add_money(out, "limit", n->limit_nanousd);
    if (n->knows_spent)
        add_money(out, "spent", n->spent_nanousd);
    else
        buf_add_str(out, ",\"spent_nanousd\":null,\"spent_usd\":null");
    json_add_text_member(out, "window", slice_str(n->window));
    if (n->resets_ms == INT64_MAX) {
        json_add_member(out, "resets_at", S("null"));
    } else {
        moment(n->resets_ms, at);
        json_add_text_member(out, "resets_at", slice_str(at));
    }
    buf_add_byte(out, '}');
    buf_fini(&text);
}

/* "x-weir-signature: …\r\n", empty without a secret. */
static void sign(const char *secret, int64_t now_s, struct slice body, char out[SIGNATURE_BYTES])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned      mac_len = 0;
    struct buf    text;
    out[0] = '\0';
    if (!secret)
        return;
    buf_init(&text, BODY_MOST_BYTES + MOMENT_BYTES);
    buf_printf(&text, "%" PRId64 ".", now_s);
    buf_add(&text, body);
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text.ptr, text.len, mac,
              &mac_len))
        die("OpenSSL has no HMAC-SHA-256");
    buf_fini(&text);
    int len = snprintf(out, SIGNATURE_BYTES, "x-weir-signature: t=%" PRId64 ",v1=", now_s);
    for (unsigned i = 0; i < mac_len; i++)
        len += snprintf(out + len, SIGNATURE_BYTES - (size_t)len, "%02x", mac[i]);
    snprintf(out + len, SIGNATURE_BYTES - (size_t)len, "\r\n");
}

/* ---- one try ---- */

static void end_call(struct webhook *w)
{
    timer_clear(&w->deadline);
    call_cancel(&w->call);
    snapshot_unref(&w->held);
}

static void on_backed_off(void *arg)
{
    struct webhook *w = arg;
    w->is_backing_off = false;
    try_next(w);
}

static int64_t back_off_ms(unsigned tries)
{
    int64_t ms = BACK_OFF_FIRST_MS;
    for (; tries > 1 && ms < BACK_OFF_MOST_MS; tries--)
        ms *= 2;
    return ms < BACK_OFF_MOST_MS ? ms : BACK_OFF_MOST_MS;
}

static void give_up(struct webhook *w, struct notice *n, const char *why)
{
    log_error("alert_lost", "the webhook was not told of %u %% of the budget \"%s\" (%s): %s", n->percent,
              n->budget, n->whose, why);
    metrics_add(w->metrics, METRIC_ALERTS_LOST, 1);
    notice_free(n);
}

static void try_again(struct webhook *w, const char *why)
{
    struct notice *n = TAILQ_FIRST(&w->waiting);
    end_call(w);
    if (n->tries >= WEBHOOK_TRIES) {
        give_up(w, n, why);
        try_next(w);
        return;
    }
    log_warn("alert_failed", "the webhook: %s; it is told again", why);
    w->is_backing_off = true;
    timer_set(w->loop, &w->back_off, back_off_ms(n->tries), on_backed_off, w);
}

static bool may_try_again(int status)
{
    return status >= 500 || status == 408 || status == 429;
}

/* The status says it all; what may follow is not waited for. */
static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    struct webhook *w = arg;
    char            why[64];
    snprintf(why, sizeof why, "it answered with status %d", head->status);
    if (may_try_again(head->status)) {
        try_again(w, why);
        return;
    }
    struct notice *n = TAILQ_FIRST(&w->waiting);
    end_call(w);
    if (head->status / 100 == 2) {
        metrics_add(w->metrics, METRIC_ALERTS_DELIVERED, 1);
        notice_free(n);
    } else {
        give_up(w, n, why);
    }
    try_next(w);
}

/* on_head() has ended the call before any of these. */
static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call, (void)bytes, (void)arg;
}

static void on_end(struct call *call, void *arg)
{
    (void)call, (void)arg;
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    (void)call;
    struct webhook *w = arg;
    w->call = NULL;
    try_again(w, why->detail);
}

static const struct call_handler handler = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_fault = on_fault
};

static void on_deadline(void *arg)
{
    try_again(arg, "no answer in time");
}

static void post(struct webhook *w, struct notice *n)
{
    const struct settings *settings = (*w->in_force)->settings;
    struct buf             body;
    char                   signature[SIGNATURE_BYTES];
    w->held = snapshot_ref(*w->in_force);
    w->asked_ms = loop_now_ms(w->loop);
    n->tries++;
    buf_init(&body, BODY_MOST_BYTES);
    write_body(n, &body);
    sign(settings->alerts.secret, loop_wall_ms(w->loop) / 1000, buf_slice(&body), signature);
    w->call = upstream_post(w->upstream, &w->held->webhook, settings->alerts.path, slice_str(signature),
                            buf_slice(&body), &handler, w);
    timer_set(w->loop, &w->deadline, WEBHOOK_DEADLINE_MS, on_deadline, w);
    buf_fini(&body);
}

static void try_next(struct webhook *w)
{
    struct notice *n = TAILQ_FIRST(&w->waiting);
    if (!n || w->call || w->is_backing_off || n->asked_id)
        return;
    if ((*w->in_force)->settings->alerts.webhook) {
        post(w, n);
        return;
    }
    give_up(w, n, "the settings do not name it any more");
    try_next(w);
}

/* ---- telling ---- */

static bool amount_of(const redisReply *reply, int64_t *out)
{
    *out = 0;
    return reply->type == REDIS_REPLY_NIL ||
           (reply->type == REDIS_REPLY_STRING && slice_to_i64(slice_of(reply->str, reply->len), out));
}

static void on_spent(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct notice  *n = arg;
    struct webhook *w = n->webhook;
    int64_t         held, running;
    n->asked_id = 0;
    n->knows_spent = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                     amount_of(reply->element[0], &held) && amount_of(reply->element[1], &running);
    n->spent_nanousd = n->knows_spent ? held - running : 0;
    try_next(w);
}

void webhook_tell(struct webhook *w, const struct ledger_alert *alert)
{
    char           window[WINDOW_WORDS_BYTES];
    struct notice *n;
    if (!(*w->in_force)->settings->alerts.webhook)
        return;
    if (w->count == WEBHOOK_QUEUE_MOST) {
        log_error("alert_lost", "%d alerts wait for the webhook already", WEBHOOK_QUEUE_MOST);
        metrics_add(w->metrics, METRIC_ALERTS_LOST, 1);
        return;
    }
    n = must_calloc(1, sizeof *n);
    *n = (struct notice){ .webhook = w,
                          .budget = die_if_null(strdup(alert->budget)),
                          .whose = die_if_null(strdup(alert->whose)),
                          .percent = alert->percent,
                          .at_ms = loop_wall_ms(w->loop),
                          .limit_nanousd = alert->limit_nanousd };
    n->window = die_if_null(strdup(window_words(&alert->line->budget->window, window)));
    n->resets_ms = alert->line->budget->window.kind == ROLLING ? INT64_MAX : alert->line->span.to_ms;
    make_id(alert, n->id);
    TAILQ_INSERT_TAIL(&w->waiting, n, link);
    w->count++;
    const struct slice words[] = { S("HMGET"), slice_str(alert->line->key), S("held"), S("running") };
    n->asked_id = redis_ask(w->redis, 4, words, on_spent, n);
}

/* ---- its life ---- */

struct webhook *webhook_new(struct loop *loop, struct upstream *upstream, struct redis *redis,
                            struct metrics *metrics, struct snapshot *const *in_force)
{
    struct webhook *w = must_calloc(1, sizeof *w);
    *w = (struct webhook){
        .loop = loop, .upstream = upstream, .redis = redis, .metrics = metrics, .in_force = in_force
    };
    TAILQ_INIT(&w->waiting);
    return w;
}

void webhook_free(struct webhook **handle)
{
    struct webhook *w = *handle;
    *handle = NULL;
    if (!w)
        return;
    if (w->call)
        end_call(w);
    for (struct notice *n; (n = TAILQ_FIRST(&w->waiting));)
        give_up(w, n, "Weir ends");
    timer_fini(&w->deadline);
    timer_fini(&w->back_off);
    free(w);
}

bool webhook_is_idle(const struct webhook *w)
{
    const struct notice *n = TAILQ_FIRST(&w->waiting);
    return !n || (n->tries > 0 && (!w->call || loop_now_ms(w->loop) - w->asked_ms > PARTING_MS));
}
