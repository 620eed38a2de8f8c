/*
 * cmd_serve.c - weir serve: the daemon.
 *
 * The main thread loads, watches and waits: signals, changed files, our own Redis. Each loop is a thread with
 * its own listeners, upstream pools, Redis link and counters. A new snapshot is handed to each loop; what
 * cannot change while running is told.
 */
#include "alerts.h"
#include "commands.h"

#include "admin.h"
#include "base/die.h"
#include "clock.h"
#include "endpoints.h"
#include "generators.h"
#include "redis_child.h"
#include "warm.h"
#include "watch.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEND_MS = 500, DRAIN_MS = 10 * 1000, DRAIN_LOOK_MS = 50, SLM_QUEUE_MOST = 1024, LOOPS_MOST = 256 };

/* One loop, its thread, and what is its own. */
struct post {
    struct tools    tools;
    struct server  *server;
    struct webhook *webhook;
    struct alerts  *alerts;
    struct admin   *admin; /* on the first alone, where the settings want it */
    pthread_t       thread;
    struct timer    drain;
    int64_t         drain_until_ms;
    struct watch   *watch; /* the first loop's alone */
    struct warm    *warm;
    bool            has_left; /* the ledger knows that this loop has no more to tell */
};

struct daemon {
    const char         *file; /* NULL: settings of a first run */
    struct snapshot    *snapshot;
    struct snapshot    *first; /* the one that we started with: what only a restart changes is as it says */
    struct redis_child *redis_child;
    struct audit       *audit;
    struct audit       *records;
    struct journal     *journal;
    struct allowance    allowance;
    struct bars        *bars;
    struct densities   *densities;
    struct providers   *providers;
    struct generators  *generators;
    struct similar     *similar;
    struct slm_pool    *slm_pool;
    struct post        *post;
    unsigned            posts;
    uint64_t            files_seen; /* what the watched files looked like at the last load */

    struct conversations *conversations;
};

/* ---- start ---- */

static void print_diag(struct diag *diag)
{
    fwrite(diag->text.ptr ? diag->text.ptr : "", 1, diag->text.len, stderr);
}

static unsigned cores(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > LOOPS_MOST ? LOOPS_MOST : (unsigned)count;
}

static bool listen_all(struct post *p, const struct snapshot *s, uint16_t *ports, bool is_first,
                       struct fault *why)
{
    for (unsigned i = 0; i < s->settings->listen_count; i++) {
        const struct listen *listen = &s->settings->listen[i];
        if (is_first)
            ports[i] = listen->port;
        if (!server_listen(p->server, listen->host, &ports[i], s->listen_tls[i], why))
            return false;
        if (is_first)
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

static bool post_open(struct daemon *d, unsigned index, const char *redis_url, uint16_t *ports,
                      struct fault *why)
{
    const struct settings     *settings = d->snapshot->settings;
    struct post               *p = &d->post[index];
    const struct server_limits limits = limits_of(settings);
    struct loop               *loop = loop_new(index);
    p->tools = (struct tools){
        .loop = loop,
        .snapshot = snapshot_ref(d->snapshot),
        .upstream = upstream_new(loop),
        .metrics = metrics_new(),
        .slm_pool = d->slm_pool,
        .audit = d->audit,
        .records = d->records,
        .bars = d->bars,
        .densities = d->densities,
        .similar = d->similar,
        .conversations = d->conversations,
        .providers = d->providers,
    };
    struct server_handler handler = endpoints_handler;
    handler.arg = &p->tools;
    p->server = server_new(loop, &handler, &limits);
    p->tools.redis = redis_new(loop, redis_url, settings->redis_ms, why);
    if (!p->tools.redis)
        return false;
    redis_count_in(p->tools.redis, p->tools.metrics);
    redis_set_patience(p->tools.redis, settings->redis_patience_ms);
    const struct ledger_times times = { .lease_ms = settings->lease_ms, .recovery_ms = settings->recovery_ms };
    p->tools.ledger = ledger_new(loop, p->tools.redis, d->journal, &d->allowance, &times);
    p->tools.auth = auth_new(loop, p->tools.redis, p->tools.metrics);
    if (index == 0 && settings->has_keys)
        auth_check_ring(p->tools.auth, &d->snapshot->key_ring);
    ledger_on_alert(p->tools.ledger, on_mark, p);
    p->webhook = webhook_new(loop, p->tools.upstream, p->tools.metrics, &p->tools.snapshot);
    p->alerts = alerts_new(loop, p->tools.redis, p->webhook, &p->tools.snapshot, index == 0);
    p->tools.spend = spend_new(loop, p->tools.redis, p->tools.metrics);
    p->tools.cache = cache_new(loop, p->tools.redis, p->tools.metrics);
    if (index == 0)
        cache_check_secret(p->tools.cache, &d->snapshot->cache_secret);
    p->warm = warm_new(loop, p->tools.upstream, d->providers, &p->tools.snapshot);
    if (index == 0)
        p->watch = watch_new(loop, p->tools.upstream, d->providers, d->snapshot);
    if (index == 0) /* for all */
        similar_follow(d->similar, loop, p->tools.redis, p->tools.metrics, &p->tools.snapshot);
    if (!listen_all(p, d->snapshot, ports, index == 0, why))
        return false;
    return index > 0 || !settings->admin || (p->admin = admin_open(&p->tools, why));
}

static void *post_run(void *arg)
{
    struct post *p = arg;
    loop_run(p->tools.loop);
    return NULL;
}

/* ---- reload ---- */

struct handover {
    struct post     *post;
    struct snapshot *snapshot;
    bool             keeps_listeners;
};

static void take_snapshot(void *arg)
{
    struct handover *h = arg;
    snapshot_unref(&h->post->tools.snapshot);
    h->post->tools.snapshot = h->snapshot;
    const struct server_limits limits = limits_of(h->snapshot->settings);
    server_set_limits(h->post->server, &limits);
    for (unsigned i = 0; h->keeps_listeners && i < h->snapshot->settings->listen_count; i++)
        server_set_tls(h->post->server, i, h->snapshot->listen_tls[i]);
    if (h->post->admin)
        admin_renew(h->post->admin);
    if (h->post->watch)
        watch_take(h->post->watch, h->snapshot);
    free(h);
}

/* What the watched files look like, in one number: names, inodes, sizes and times. */
static uint64_t look_at_files(const struct daemon *d)
{
    const struct settings *settings = d->snapshot->settings;
    uint64_t               seen = 0;
    const char *const *lists[] = { &d->file, settings->policy_file, settings->price_file, settings->head_file,
                                   &settings->draft_head_file };
    const unsigned     counts[] = { d->file ? 1 : 0, settings->policy_count, settings->price_count,
                                settings->head_count, settings->draft_head_file ? 1 : 0 };
    for (unsigned l = 0; l < sizeof lists / sizeof *lists; l++)
        for (unsigned i = 0; i < counts[l]; i++) {
            struct stat about = { 0 };
            if (stat(lists[l][i], &about) != 0)
                about.st_size = -1;
            const int64_t facts[] = { about.st_ino, about.st_size, about.st_mtim.tv_sec,
                                      about.st_mtim.tv_nsec };
            seen = seen * 31 + slice_hash(slice_of((const char *)facts, sizeof facts));
        }
    return seen;
}

static void log_diag(const char *event, struct diag *diag)
{
    struct slice text = buf_slice(&diag->text);
    while (text.len) {
        size_t line = slice_find_byte(text, '\n');
        line = line == SLICE_NONE ? text.len : line;
        log_error(event, "%.*s", (int)line, text.ptr);
        text = slice_cut(text, line + 1, text.len);
    }
}

/* A bad file never replaces a good one. */
static void reload(struct daemon *d)
{
    struct diag diag;
    diag_init(&diag);
    struct snapshot *next = snapshot_load(d->file, d->snapshot, &diag);
    if (!next) {
        log_diag("reload_refused", &diag);
        log_error("reload_refused", "the settings and policies in force stay in force");
        metrics_add(d->post[0].tools.metrics, METRIC_RELOADS_REFUSED, 1);
    } else {
        const char *unchanged = settings_restart_key(d->first->settings, next->settings);
        if (unchanged)
            log_warn("restart_needed", "%s has changed, which only a restart brings about", unchanged);
        for (unsigned i = 0; i < d->posts; i++) {
            struct handover *h = must_calloc(1, sizeof *h);
            *h = (struct handover){
                .post = &d->post[i],
                .snapshot = snapshot_ref(next),
                .keeps_listeners = !unchanged || strcmp(unchanged, "listen") != 0,
            };
            loop_post(d->post[i].tools.loop, take_snapshot, h);
        }
        snapshot_unref(&d->snapshot);
        d->snapshot = next;
        log_set_level(next->settings->log_level);
        metrics_add(d->post[0].tools.metrics, METRIC_RELOADS, 1);
        log_info("reloaded", "new settings and policies are in force");
    }
    diag_fini(&diag);
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

/* Loops have stopped; what they hold is given back from here, in the order in which it is needed: exchanges
 * cancel jobs, jobs that run come back to their loops. */
static void close_all(struct daemon *d)
{
    for (unsigned i = 0; i < d->posts; i++)
        server_free(&d->post[i].server);
    for (unsigned i = 0; i < d->posts; i++)
        exchange_drop_behind(&d->post[i].tools);
    for (unsigned i = 0; i < d->posts; i++)
        admin_free(&d->post[i].admin);
    slm_pool_free(&d->slm_pool);
    for (unsigned i = 0; i < d->posts; i++) {
        struct post *p = &d->post[i];
        alerts_free(&p->alerts);
        webhook_free(&p->webhook);
        watch_free(&p->watch);
        warm_free(&p->warm);
        upstream_free(&p->tools.upstream);
        spend_free(&p->tools.spend);
        auth_free(&p->tools.auth);
        ledger_free(&p->tools.ledger);
        cache_free(&p->tools.cache);
        if (i == 0)
            similar_leave(d->similar);
        redis_free(&p->tools.redis);
        timer_fini(&p->drain);
        loop_free(&p->tools.loop);
        snapshot_unref(&p->tools.snapshot);
        metrics_free(&p->tools.metrics);
    }
    free(d->post);
    audit_close(&d->audit);
    audit_close(&d->records);
    journal_close(&d->journal);
    bars_free(&d->bars);
    densities_free(&d->densities);
    similar_free(&d->similar);
    conversations_free(&d->conversations);
    generators_stop(&d->generators);
    providers_free(&d->providers);
    redis_child_stop(&d->redis_child);
    snapshot_unref(&d->first);
    snapshot_unref(&d->snapshot);
}

/* ---- the daemon ---- */

static bool open_all(struct daemon *d, struct fault *why)
{
    const struct settings *settings = d->snapshot->settings;
    const char            *redis_url = settings->redis_url;
    if (!redis_url) {
        d->redis_child = redis_child_start(settings->state_folder, why);
        if (!d->redis_child)
            return false;
        redis_url = redis_child_url(d->redis_child);
    }
    if (settings->audit_file && !(d->audit = audit_open(settings->audit_file, why)))
        return false;
    if (settings->records_file &&
        !(d->records = audit_open_bounded(settings->records_file, settings->records_most_bytes, why)))
        return false;
    d->journal = journal_open(settings->state_folder, clock_wall_ms(), why);
    if (!d->journal)
        return false;
    unsigned slm_threads = settings->slm_threads ? settings->slm_threads : (cores() + 1) / 2;
    d->slm_pool = slm_pool_new(slm_threads, SLM_QUEUE_MOST);
    d->bars = bars_new();
    d->densities = densities_new();
    d->similar = similar_new(d->slm_pool, (size_t)settings->similar_most);
    d->conversations = conversations_new();
    d->providers = providers_new();
    d->generators = generators_start(d->first->settings, d->providers, why);
    if (!d->generators)
        return false;

    unsigned  loops = settings->loops ? settings->loops : cores();
    uint16_t *ports = must_calloc(settings->listen_count, sizeof *ports);
    bool      ok = true;
    d->post = must_calloc(loops, sizeof *d->post);
    for (; ok && d->posts < loops; d->posts++)
        ok = post_open(d, d->posts, redis_url, ports, why);
    free(ports);
    return ok;
}

static void run(struct daemon *d, const sigset_t *signals)
{
    for (unsigned i = 0; i < d->posts; i++)
        if (pthread_create(&d->post[i].thread, NULL, post_run, &d->post[i]) != 0)
            die("no thread for a loop");
    d->files_seen = look_at_files(d);
    log_info("ready", "weir %s, %u loops, model %s (%s)", WEIR_VERSION, d->posts,
             d->snapshot->slm ? slm_name(d->snapshot->slm) : "none",
             d->snapshot->slm ? slm_kernel(d->snapshot->slm) : "nothing is judged");
    if (policy_likens(d->snapshot->policy) && !(d->snapshot->slm && alike_fits(d->snapshot->slm)))
        log_warn("no_model",
                 "routes answer similar questions from the cache, which needs all-MiniLM-L6-v2 as slm.model: "
                 "only the same questions are answered from it");
    if ((d->snapshot->needs.judgement || d->snapshot->needs.classes) && !d->snapshot->slm)
        log_warn("no_model",
                 "policies ask what prompts are about, and there is no model to tell: what they ask counts as "
                 "private and hard. ./deploy/model fetches one, slm.model names it");
    const struct timespec wait = { .tv_nsec = TEND_MS * 1000000L };
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &wait);
        if (signal == SIGINT || signal == SIGTERM)
            break;
        uint64_t seen = look_at_files(d);
        if (signal == SIGHUP || seen != d->files_seen) {
            d->files_seen = seen;
            reload(d);
        }
        if (d->redis_child)
            redis_child_tend(d->redis_child);
        generators_tend(d->generators);
    }
    log_info("stopping", "no new requests; those in hand have %d s", DRAIN_MS / 1000);
    for (unsigned i = 0; i < d->posts; i++)
        loop_post(d->post[i].tools.loop, begin_drain, &d->post[i]);
    for (unsigned i = 0; i < d->posts; i++)
        pthread_join(d->post[i].thread, NULL);
}

/* A dump of this process would hold what clients said and the keys of providers; and who may not read the keys'
 * files shall not read them here by ptrace. */
static void forbid_dumps(void)
{
    const struct rlimit none = { 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0); /* also where cores go to a program, which heeds no limit */
}

/* A connection is a descriptor. The soft limit is low for the sake of programs that use select(); we do not. */
static void take_all_descriptors(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

int cmd_serve(int argc, char **argv)
{
    static const struct option options[] = { { "allow-core-dumps", no_argument, NULL, 'd' },
                                             { NULL, 0, NULL, 0 } };
    struct daemon              d = { .file = access("weir.yaml", R_OK) == 0 ? "weir.yaml" : NULL };
    bool                       may_dump = false;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            d.file = optarg;
        else if (option == 'd')
            may_dump = true;
        else {
            fputs("usage: weir serve [-c weir.yaml] [--allow-core-dumps]\n", stderr);
            return 2;
        }
    }
    if (!may_dump)
        forbid_dumps();

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited by all threads; the main thread waits for them */
    signal(SIGPIPE, SIG_IGN);
    take_all_descriptors();

    struct diag diag;
    diag_init(&diag);
    d.snapshot = snapshot_load(d.file, NULL, &diag);
    print_diag(&diag);
    diag_fini(&diag);
    if (!d.snapshot)
        return 1;
    d.first = snapshot_ref(d.snapshot);
    log_set_level(d.snapshot->settings->log_level);

    struct fault why = { 0 };
    bool         ok = open_all(&d, &why);
    if (ok)
        run(&d, &signals);
    else
        fprintf(stderr, "weir: %s\n", why.detail);
    close_all(&d);
    return ok ? 0 : 1;
}
