/*
 * cmd_serve.c - weir serve: the daemon.
 *
 * The main thread loads, watches and waits: signals, changed files, our own Redis. Posts (cmd_serve_post.h) do
 * the work; each is handed a new snapshot. What cannot change while running is told.
 */
#include "commands.h"

#include "base/die.h"
#include "clock.h"
#include "cmd_serve_post.h"
#include "generators.h"
#include "redis_child.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEND_MS = 500, SLM_QUEUE_MOST = 1024, LOOPS_MOST = 256 };

struct daemon {
    const char         *file; /* NULL: settings of a first run */
    struct snapshot    *snapshot;
    struct snapshot    *first;   /* the one that we started with: what only a restart changes is as it says */
    struct tools        shared;  /* those that all loops share; its snapshot stays NULL */
    struct metrics     *metrics; /* this thread's */
    struct redis_child *redis_child;
    struct journal     *journal;
    struct allowance    allowance;
    struct generators  *generators;
    struct post       **posts;
    unsigned            post_count;
    uint64_t            files_seen; /* what the watched files looked like at the last load */
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

static bool open_shared(struct daemon *d, struct fault *why)
{
    const struct settings *settings = d->snapshot->settings;
    struct tools          *t = &d->shared;
    if (settings->audit_file && !(t->audit = audit_open(settings->audit_file, why)))
        return false;
    if (settings->records_file &&
        !(t->records = audit_open_bounded(settings->records_file, settings->records_most_bytes, why)))
        return false;
    t->slm_pool =
        slm_pool_new(settings->slm_threads ? settings->slm_threads : (cores() + 1) / 2, SLM_QUEUE_MOST);
    t->bars = bars_new();
    t->densities = densities_new();
    t->similar = similar_new(t->slm_pool, (size_t)settings->similar_most);
    t->conversations = conversations_new();
    t->providers = providers_new();
    return true;
}

static bool open_posts(struct daemon *d, const char *redis_url, struct fault *why)
{
    const struct settings *settings = d->snapshot->settings;
    const unsigned         loops = settings->loops ? settings->loops : cores();
    uint16_t              *ports = must_calloc(settings->listen_count, sizeof *ports);
    struct common          common = {
                 .tools = d->shared,
                 .journal = d->journal,
                 .allowance = &d->allowance,
                 .redis_url = redis_url,
                 .ports = ports,
    };
    common.tools.snapshot = d->snapshot;
    d->posts = must_calloc(loops, sizeof(struct post *));
    while (d->post_count < loops && (d->posts[d->post_count] = post_open(&common, d->post_count, why)))
        d->post_count++;
    free(ports);
    return d->post_count == loops;
}

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
    d->metrics = metrics_new();
    return open_shared(d, why) && (d->journal = journal_open(settings->state_folder, clock_wall_ms(), why)) &&
           (d->generators = generators_start(d->first->settings, d->shared.providers, why)) &&
           open_posts(d, redis_url, why);
}

/* ---- reload ---- */

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
        metrics_add(d->metrics, METRIC_RELOADS_REFUSED, 1);
    } else {
        const char *unchanged = settings_restart_key(d->first->settings, next->settings);
        if (unchanged)
            log_warn("restart_needed", "%s has changed, which only a restart brings about", unchanged);
        for (unsigned i = 0; i < d->post_count; i++)
            post_take(d->posts[i], next, !unchanged || strcmp(unchanged, "listen") != 0);
        snapshot_unref(&d->snapshot);
        d->snapshot = next;
        log_set_level(next->settings->log_level);
        metrics_add(d->metrics, METRIC_RELOADS, 1);
        log_info("reloaded", "new settings and policies are in force");
    }
    diag_fini(&diag);
}

/* ---- stop ---- */

static void close_all(struct daemon *d)
{
    for (unsigned i = 0; i < d->post_count; i++)
        post_close(d->posts[i]);
    slm_pool_free(&d->shared.slm_pool);
    for (unsigned i = 0; i < d->post_count; i++)
        post_free(&d->posts[i]);
    free(d->posts);
    audit_close(&d->shared.audit);
    audit_close(&d->shared.records);
    journal_close(&d->journal);
    bars_free(&d->shared.bars);
    densities_free(&d->shared.densities);
    similar_free(&d->shared.similar);
    conversations_free(&d->shared.conversations);
    generators_stop(&d->generators);
    providers_free(&d->shared.providers);
    metrics_free(&d->metrics);
    redis_child_stop(&d->redis_child);
    snapshot_unref(&d->first);
    snapshot_unref(&d->snapshot);
}

/* ---- run ---- */

static void tell_what_is_missing(const struct snapshot *s)
{
    if (policy_likens(s->policy) && !(s->slm && alike_fits(s->slm)))
        log_warn("no_model",
                 "routes answer similar questions from the cache, which needs all-MiniLM-L6-v2 as slm.model: "
                 "only the same questions are answered from it");
    if ((s->needs.judgement || s->needs.classes) && !s->slm)
        log_warn("no_model",
                 "policies ask what prompts are about, and there is no model to tell: what they ask counts as "
                 "private and hard. ./deploy/model fetches one, slm.model names it");
}

/* Until a signal says that it is enough. */
static void tend(struct daemon *d, const sigset_t *signals)
{
    const struct timespec wait = { .tv_nsec = TEND_MS * 1000000L };
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &wait);
        if (signal == SIGINT || signal == SIGTERM)
            return;
        uint64_t seen = look_at_files(d);
        if (signal == SIGHUP || seen != d->files_seen) {
            d->files_seen = seen;
            reload(d);
        }
        if (d->redis_child)
            redis_child_tend(d->redis_child);
        generators_tend(d->generators);
    }
}

static void run(struct daemon *d, const sigset_t *signals)
{
    const struct slm *slm = d->snapshot->slm;
    for (unsigned i = 0; i < d->post_count; i++)
        post_start(d->posts[i]);
    d->files_seen = look_at_files(d);
    log_info("ready", "weir %s, %u loops, model %s (%s)", WEIR_VERSION, d->post_count,
             slm ? slm_name(slm) : "none", slm ? slm_kernel(slm) : "nothing is judged");
    tell_what_is_missing(d->snapshot);
    tend(d, signals);
    log_info("stopping", "no new requests; those in hand have %d s", DRAIN_MS / 1000);
    for (unsigned i = 0; i < d->post_count; i++)
        post_drain(d->posts[i]);
    for (unsigned i = 0; i < d->post_count; i++)
        post_join(d->posts[i]);
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
