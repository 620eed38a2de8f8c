/*
 * cmd_serve_post.c - see cmd_serve_post.h.
 */
#include "cmd_serve_post.h"

#include "admin.h"
#include "alerts.h"
#include "base/die.h"
#include "base/log.h"
#include "endpoints.h"
#include "warm.h"
#include "watch.h"

#include <pthread.h>
#include <stdlib.h>

enum { DRAIN_LOOK_MS = 50 };

struct post {
    struct tools    tools;
    bool            is_first;
    pthread_t       thread;
    struct server  *server;
    struct webhook *webhook;
    struct alerts  *alerts;
    struct warm    *warm;
    struct watch   *watch; /* the first post's alone */
    struct admin   *admin; /* the first's alone, where the settings want it */
    struct timer    drain;
    int64_t         drain_until_ms;
    bool            has_left; /* the ledger knows that this loop has no more to tell */
};

/* ---- start ---- */

static bool listen_all(struct post *p, uint16_t *ports, struct fault *why)
{
    const struct snapshot *s = p->tools.snapshot;
    for (unsigned i = 0; i < s->settings->listen_count; i++) {
        const struct listen *listen = &s->settings->listen[i];
        if (p->is_first)
            ports[i] = listen->port;
        if (!server_listen(p->server, listen->host, &ports[i], s->listen_tls[i], why))
            return false;
        if (p->is_first)
            log_info("listening", "%s://%s:%u", s->listen_tls[i] ? "https" : "http", listen->host, ports[i]);
    }
    return true;
}

static struct server_limits limits_of(const struct settings *settings)
{
    return (struct server_limits){
        .head_most_bytes = (size_t)settings->head_most_bytes,
        .body_most_bytes = (size_t)settings->body_most_bytes,
        .idle_ms = settings->client_idle_ms,
    };
}

static void on_mark(void *arg, const struct ledger_alert *alert)
{
    struct post *p = arg;
    char         usd[32];
    nanousd_format(alert->limit_nanousd, usd);
    metrics_add(p->tools.metrics, METRIC_ALERTS, 1);
    log_warn("budget_mark", "%u %% of the budget \"%s\" (%s) of %s US dollars are spent", alert->percent,
             alert->budget, alert->whose, usd);
    alerts_mark(p->alerts, alert);
}

/* Money and who asks. */
static void open_books(struct post *p, const struct common *common)
{
    const struct settings    *settings = p->tools.snapshot->settings;
    struct loop              *loop = p->tools.loop;
    const struct ledger_times times = { .lease_ms = settings->lease_ms, .recovery_ms = settings->recovery_ms };
    p->tools.ledger = ledger_new(loop, p->tools.redis, common->journal, common->allowance, &times);
    ledger_on_alert(p->tools.ledger, on_mark, p);
    p->webhook = webhook_new(loop, p->tools.upstream, p->tools.metrics, &p->tools.snapshot);
    p->alerts = alerts_new(loop, p->tools.redis, p->webhook, &p->tools.snapshot, p->is_first);
    p->tools.spend = spend_new(loop, p->tools.redis, p->tools.metrics);
    p->tools.auth = auth_new(loop, p->tools.redis, p->tools.metrics);
    p->tools.cache = cache_new(loop, p->tools.redis, p->tools.metrics);
}

/* What one loop does for all. */
static bool open_first(struct post *p, struct fault *why)
{
    struct tools    *t = &p->tools;
    struct snapshot *s = t->snapshot;
    if (s->settings->has_keys)
        auth_check_ring(t->auth, &s->key_ring);
    cache_check_secret(t->cache, &s->cache_secret);
    p->watch = watch_new(t->loop, t->upstream, t->providers, s);
    similar_follow(t->similar, t->loop, t->redis, t->metrics, &t->snapshot);
    return !s->settings->admin || (p->admin = admin_open(t, why));
}

static bool open_into(struct post *p, const struct common *common, struct fault *why)
{
    const struct settings     *settings = p->tools.snapshot->settings;
    const struct server_limits limits = limits_of(settings);
    struct server_handler      handler = endpoints_handler;
    handler.arg = &p->tools;
    p->server = server_new(p->tools.loop, &handler, &limits);
    p->tools.redis = redis_new(p->tools.loop, common->redis_url, settings->redis_ms, why);
    if (!p->tools.redis)
        return false;
    redis_count_in(p->tools.redis, p->tools.metrics);
    redis_set_patience(p->tools.redis, settings->redis_patience_ms);
    open_books(p, common);
    p->warm = warm_new(p->tools.loop, p->tools.upstream, p->tools.providers, &p->tools.snapshot);
    return listen_all(p, common->ports, why) && (!p->is_first || open_first(p, why));
}

struct post *post_open(const struct common *common, unsigned index, struct fault *why)
{
    struct post *p = must_calloc(1, sizeof *p);
    p->is_first = index == 0;
    p->tools = common->tools;
    p->tools.loop = loop_new(index);
    p->tools.snapshot = snapshot_ref(common->tools.snapshot);
    p->tools.upstream = upstream_new(p->tools.loop);
    p->tools.metrics = metrics_new();
    if (open_into(p, common, why))
        return p;
    post_close(p);
    post_free(&p);
    return NULL;
}

static void *run(void *arg)
{
    struct post *p = arg;
    loop_run(p->tools.loop);
    return NULL;
}

void post_start(struct post *p)
{
    if (pthread_create(&p->thread, NULL, run, p) != 0)
        die("no thread for a loop");
}

/* ---- reload ---- */

struct handover {
    struct post     *post;
    struct snapshot *snapshot;
    bool             has_same_listeners;
};

static void take_snapshot(void *arg)
{
    struct handover *h = arg;
    snapshot_unref(&h->post->tools.snapshot);
    h->post->tools.snapshot = h->snapshot;
    const struct server_limits limits = limits_of(h->snapshot->settings);
    server_set_limits(h->post->server, &limits);
    for (unsigned i = 0; h->has_same_listeners && i < h->snapshot->settings->listen_count; i++)
        server_set_tls(h->post->server, i, h->snapshot->listen_tls[i]);
    if (h->post->admin)
        admin_renew(h->post->admin);
    if (h->post->watch)
        watch_take(h->post->watch, h->snapshot);
    free(h);
}

void post_take(struct post *p, struct snapshot *snapshot, bool has_same_listeners)
{
    struct handover *h = must_calloc(1, sizeof *h);
    *h = (struct handover){
        .post = p,
        .snapshot = snapshot_ref(snapshot),
        .has_same_listeners = has_same_listeners,
    };
    loop_post(p->tools.loop, take_snapshot, h);
}

/* ---- stop ---- */

/* Settling is sent and forgotten by its exchange, but not by us: the money must have arrived. So must the last
 * bytes of the last replies: their connections are the loop's guests. */
static bool is_drained(const struct post *p)
{
    return p->tools.running == 0 && server_clients(p->server) == 0 && !loop_has_guests(p->tools.loop) &&
           ledger_is_idle(p->tools.ledger) && spend_is_idle(p->tools.spend) && webhook_is_idle(p->webhook) &&
           redis_is_idle(p->tools.redis) && (!p->admin || admin_is_idle(p->admin));
}

static void on_drain_look(void *arg)
{
    struct post *p = arg;
    if (is_drained(p) && !p->has_left) {
        p->has_left = true;
        ledger_leave(p->tools.ledger);
    }
    if (is_drained(p) || loop_now_ms(p->tools.loop) >= p->drain_until_ms)
        loop_stop(p->tools.loop);
    else
        timer_set(p->tools.loop, &p->drain, DRAIN_LOOK_MS, on_drain_look, p);
}

static void begin_drain(void *arg)
{
    struct post *p = arg;
    p->tools.is_draining = true;
    exchange_drop_behind(&p->tools); /* nobody waits for those */
    p->drain_until_ms = loop_now_ms(p->tools.loop) + DRAIN_MS;
    server_drain(p->server);
    if (p->admin)
        admin_drain(p->admin);
    on_drain_look(p);
}

void post_drain(struct post *p)
{
    loop_post(p->tools.loop, begin_drain, p);
}

void post_join(struct post *p)
{
    pthread_join(p->thread, NULL);
}

void post_close(struct post *p)
{
    server_free(&p->server);
    exchange_drop_behind(&p->tools);
    admin_free(&p->admin);
}

void post_free(struct post **post)
{
    struct post *p = *post;
    if (!p)
        return;
    alerts_free(&p->alerts);
    webhook_free(&p->webhook);
    watch_free(&p->watch);
    warm_free(&p->warm);
    upstream_free(&p->tools.upstream);
    spend_free(&p->tools.spend);
    auth_free(&p->tools.auth);
    ledger_free(&p->tools.ledger);
    cache_free(&p->tools.cache);
    if (p->is_first)
        similar_leave(p->tools.similar);
    redis_free(&p->tools.redis);
    timer_fini(&p->drain);
    loop_free(&p->tools.loop);
    snapshot_unref(&p->tools.snapshot);
    metrics_free(&p->tools.metrics);
    free(p);
    *post = NULL;
}
