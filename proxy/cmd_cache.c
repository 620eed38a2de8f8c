/*
 * cmd_cache.c - weir cache: what is remembered, and forgetting it.
 *
 *   stats   how much, by team and namespace
 *   look    which answers; with --answer, of one, what was asked and answered: sealed in Redis, opened here
 *   purge   forgets them, for all proxies
 */
#include "base/hex.h"
#include "cache_admin.h"
#include "cmd_lines.h"
#include "cmd_store.h"
#include "commands.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: weir cache stats|look|purge [-c weir.yaml] [--json]\n"
    "                  [--team T | --share NAMESPACE] [--model M] [--route R] [--key HEX] [--older 24h]\n"
    "                  [--text WORDS] [--most N] [--answer] [--all]\n"
    "\n"
    "What is remembered, by team and by the namespaces that routes share; which answers; and forgetting them, "
    "for\n"
    "all proxies at once. --key takes what a key begins with, --text the last user turn as it was sent on: "
    "with\n"
    "placeholders for what was hidden (weir redact shows them). `look --key HEX --answer` shows what was asked "
    "and\n"
    "answered, which only the installation's secret opens. `purge` needs something that names entries, or "
    "--all.\n";

enum { ROWS = 100, KEY_SHOWN = 16, ANSWER_MOST_BYTES = 64 << 20 };

enum what { STATS, LOOK, PURGE, WHATS };
static const char *const words[] = { "stats", "look", "purge" };

struct task {
    struct store        store;
    enum what           what;
    struct cache_filter filter;
    const char         *file, *older, *text;
    bool                is_json, is_all, shows_answer;
    int64_t             most, rows, purged;
    struct cache_secret secret;
    struct cache_ask    found; /* the one that is to be shown */
    struct buf          out;
    struct fault        why;
};

/* ---- rows ---- */

static void add_span(struct buf *out, int64_t ms)
{
    static const struct {
        int64_t     ms;
        const char *unit;
    } units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" } };
    char   span[32] = "0s";
    size_t i = 0;
    while (i < 3 && llabs(ms) < units[i].ms)
        i++;
    if (llabs(ms) >= 1000)
        snprintf(span, sizeof span, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
    buf_printf(out, "%7s", span);
}

static void note_found(struct task *t, const struct cache_row *row)
{
    struct cache_key *key = &t->found.key;
    snprintf(key->tag, sizeof key->tag, "%s", row->tag);
    if (!hex_read(row->key, key->exact, sizeof key->exact))
        memset(key->exact, 0, sizeof key->exact); /* no answer lies there */
}

static void on_row(void *arg, const struct cache_row *row)
{
    struct task *t = arg;
    int64_t      wall_ms = loop_wall_ms(t->store.loop);
    char         usd[32];
    if (++t->rows > t->most)
        return;
    note_found(t, row);
    if (t->is_json) {
        cache_row_write(row, wall_ms, &t->out);
        return;
    }
    nanousd_format(row->cost_nanousd, usd);
    buf_printf(&t->out, "%.*s", KEY_SHOWN, row->key.ptr);
    add_span(&t->out, wall_ms - row->made_ms);
    add_span(&t->out, row->made_ms + row->keep_ms - wall_ms);
    buf_printf(&t->out, "%9lld %13s  %.*s, %.*s, %.*s\n", (long long)row->bytes, usd, SLICE_ARG(row->space),
               SLICE_ARG(row->route), SLICE_ARG(row->model));
}

static void on_space(void *arg, const struct cache_space *space)
{
    struct task *t = arg;
    char         usd[32];
    if (t->what != STATS)
        return;
    if (t->is_json) {
        cache_space_write(space, &t->out);
        return;
    }
    nanousd_format(space->saved_nanousd, usd);
    buf_printf(&t->out, "%9lld %12lld %9lld %9lld %15s  %.*s\n", (long long)space->entries,
               (long long)space->bytes, (long long)space->kept, (long long)space->hits, usd,
               SLICE_ARG(space->name));
}

static void on_end(void *arg, int64_t purged, const struct fault *why)
{
    struct task *t = arg;
    t->purged = purged;
    if (why)
        t->why = *why;
    store_done(&t->store);
}

/* ---- one answer ---- */

static void on_opened(void *arg, struct cache_ask *ask, const struct cached *hit)
{
    struct task *t = arg;
    (void)ask;
    if (hit) {
        buf_add_str(&t->out, "asked\n");
        lines_add_tame(&t->out, hit->question);
        buf_add_str(&t->out, "\n\nanswered\n");
        lines_add_tame(&t->out, hit->answer);
        buf_add_byte(&t->out, '\n');
    } else {
        fault_set(&t->why, FAULT_INTERNAL,
                  "the answer does not open with this installation's secret, or has gone");
    }
    store_done(&t->store);
}

static void show_answer(struct task *t)
{
    struct metrics *metrics = metrics_new();
    struct cache   *cache = cache_new(t->store.loop, t->store.redis, metrics);
    t->found.secret = &t->secret;
    t->found.keep_ms = t->found.most_age_ms = INT64_MAX;
    t->found.stale_ms = INT64_MAX;
    t->found.max_tokens = -1;
    if (t->rows == 1) {
        cache_look(cache, &t->found, on_opened, t);
        store_wait(&t->store);
    } else {
        fault_set(&t->why, FAULT_INTERNAL, "%lld entries are named so; --answer shows one", (long long)t->rows);
    }
    cache_release(&t->found, CACHE_NEXT);
    cache_free(&cache);
    metrics_free(&metrics);
}

/* ---- the command ---- */

static void begin_table(struct task *t)
{
    if (t->is_json && t->what != PURGE)
        buf_add_str(&t->out, t->what == STATS ? "{\"spaces\":[" : "{\"entries\":[");
    else if (t->what == STATS)
        buf_add_str(&t->out, "  entries        bytes      kept      hits       saved usd  of\n");
    else if (t->what == LOOK)
        buf_add_str(&t->out, "key                 age  fresh    bytes      cost usd  of, by route, by model\n");
}

static void end_table(struct task *t)
{
    if (t->what == PURGE)
        buf_printf(&t->out, t->is_json ? "{\"purged\":%lld}\n" : "%lld forgotten\n", (long long)t->purged);
    else if (t->is_json)
        buf_printf(&t->out, "]%s}\n",
                   t->what != LOOK     ? ""
                   : t->rows > t->most ? ",\"has_more\":true"
                                       : ",\"has_more\":false");
    else if (t->rows > t->most)
        buf_printf(&t->out, "and %lld more; --most N shows them\n", (long long)(t->rows - t->most));
}

static bool names_something(const struct task *t)
{
    const struct cache_filter *f = &t->filter;
    return t->is_all || f->team.len || f->share.len || f->model.len || f->route.len || f->key.len || t->older ||
           t->text;
}

static int walk(struct task *t)
{
    const struct cache_visitor visitor = { .on_row = t->what == LOOK ? on_row : NULL,
                                           .on_space = on_space,
                                           .on_end = on_end };
    buf_init(&t->out, ANSWER_MOST_BYTES);
    begin_table(t);
    (void)cache_walk(t->store.redis, &t->filter, loop_wall_ms(t->store.loop), t->what == PURGE, &visitor, t);
    store_wait(&t->store);
    end_table(t);
    if (t->what == PURGE)
        store_tell(&t->store, "purge_cache", "cache", t->why.kind ? fault_code(t->why.kind) : "done");
    if (t->shows_answer && !t->why.kind) {
        buf_reset(&t->out);
        show_answer(t);
    }
    bool is_told =
        !t->why.kind && fwrite(t->out.ptr, 1, t->out.len, stdout) == t->out.len && fflush(stdout) == 0;
    buf_wipe(&t->out);
    return t->why.kind ? store_complain(&t->why) : !is_told;
}

/* What needs the settings, or their arena. */
static bool finish_filter(struct task *t)
{
    struct diag  diag;
    struct slice older = slice_str(t->older);
    struct yaml  duration = { .kind = YAML_SCALAR, .scalar = older };
    diag_init(&diag);
    loaded_cache_secret(&t->store.loaded, &t->secret);
    t->filter.has_turn = t->text;
    cache_turn_hash(&t->secret, slice_str(t->text), t->filter.turn);
    if (t->older)
        t->filter.older_ms = yaml_duration_ms(&duration, 0, &diag);
    bool ok = diag.errors == 0;
    if (!ok)
        fprintf(stderr, "weir cache: --older takes a duration such as 30s, 5m, 24h or 7d\n");
    diag_fini(&diag);
    return ok;
}

static int run(struct task *t)
{
    int status = 1;
    if (store_open(&t->store, t->file))
        status = finish_filter(t) ? walk(t) : 2;
    store_close(&t->store);
    explicit_bzero(&t->secret, sizeof t->secret);
    return status;
}

static bool take(struct task *t, int option)
{
    struct cache_filter *f = &t->filter;
    struct slice         value = slice_str(optarg);
    switch (option) {
    case 'c':
        t->file = optarg;
        return true;
    case 't':
        f->team = value;
        return true;
    case 's':
        f->share = value;
        return true;
    case 'm':
        f->model = value;
        return true;
    case 'r':
        f->route = value;
        return true;
    case 'k':
        f->key = value;
        return true;
    case 'o':
        t->older = optarg;
        return true;
    case 'x':
        t->text = optarg;
        return true;
    case 'n':
        return slice_to_i64(value, &t->most) && t->most > 0;
    case 'j':
        t->is_json = true;
        return true;
    case 'a':
        t->shows_answer = true;
        return true;
    case 'A':
        t->is_all = true;
        return true;
    default:
        return false;
    }
}

static bool read_options(struct task *t, int argc, char **argv)
{
    static const struct option options[] = {
        { "team", required_argument, NULL, 't' },  { "share", required_argument, NULL, 's' },
        { "model", required_argument, NULL, 'm' }, { "route", required_argument, NULL, 'r' },
        { "key", required_argument, NULL, 'k' },   { "older", required_argument, NULL, 'o' },
        { "text", required_argument, NULL, 'x' },  { "most", required_argument, NULL, 'n' },
        { "json", no_argument, NULL, 'j' },        { "answer", no_argument, NULL, 'a' },
        { "all", no_argument, NULL, 'A' },         { NULL, 0, NULL, 0 }
    };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;)
        if (!take(t, option))
            return false;
    bool is_one_space = t->filter.team.len == 0 || t->filter.share.len == 0;
    return optind == argc && is_one_space && (!t->shows_answer || t->what == LOOK) &&
           (t->what != PURGE || names_something(t));
}

int cmd_cache(int argc, char **argv)
{
    struct task t = { .most = ROWS, .what = WHATS };
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(help, stdout);
        return 0;
    }
    for (int i = 0; argc > 1 && i < WHATS; i++)
        if (strcmp(argv[1], words[i]) == 0)
            t.what = (enum what)i;
    if (t.what == WHATS || !read_options(&t, argc - 1, argv + 1)) {
        fputs(help, stderr);
        return 2;
    }
    return run(&t);
}
