/* generators.c - see generators.h. */
#include "generators.h"

#include "base/die.h"
#include "base/log.h"
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STOP_MS = 8000 }; /* more than a keeper gives */

struct generator {
    const struct provider *provider;
    struct child           child;
    int                    output; /* -1: nowhere */
};

struct generators {
    struct providers *providers;
    struct generator *generator;
    unsigned          count;
};

/* ---- starting ---- */

static bool start(struct generators *all, struct generator *g, struct fault *why)
{
    static const struct health starting = { .rest = REST_STARTING };
    const struct child_plan    plan = { .name = g->provider->name,
                                        .program = g->provider->start[0],
                                        .argv = g->provider->start,
                                        .output = g->output,
                                        .passed = -1,
                                        .is_kept = true };
    char                       path[PATH_MAX];
    if (!strchr(plan.program, '/') && !child_find(plan.program, path))
        log_error("generator", "%s: there is no %s in PATH", plan.name, plan.program);
    providers_told(all->providers, g->provider, &starting);
    return child_start(&g->child, &plan, why);
}

static bool open_output(struct generator *g, struct fault *why)
{
    const char *file = g->provider->output_file;
    g->output = -1;
    if (!file)
        return true;
    g->output = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return g->output >= 0 || fault_set(why, FAULT_INTERNAL, "%s cannot be written: %s", file, strerror(errno));
}

struct generators *generators_start(const struct settings *settings, struct providers *providers,
                                    struct fault *why)
{
    struct generators *all = must_calloc(1, sizeof *all);
    bool               ok = true;
    all->providers = providers;
    all->generator = must_calloc(settings->provider_count, sizeof *all->generator);
    for (unsigned i = 0; ok && i < settings->provider_count; i++) {
        if (!settings->provider[i].start)
            continue;
        struct generator *g = &all->generator[all->count++];
        g->provider = &settings->provider[i];
        ok = open_output(g, why) && start(all, g, why);
        if (ok)
            log_info("generator", "%s: started", g->provider->name);
    }
    if (!ok)
        generators_stop(&all);
    return all;
}

void generators_tend(struct generators *all)
{
    struct fault why = { 0 };
    for (unsigned i = 0; i < all->count; i++) {
        struct generator *g = &all->generator[i];
        if (child_has_ended(&g->child))
            log_error("generator_ended", "%s has ended; it is started again in %lld ms%s%s", g->provider->name,
                      (long long)g->child.again_ms, g->provider->output_file ? "; see " : "",
                      g->provider->output_file ? g->provider->output_file : "");
        if (!child_may_start(&g->child))
            continue;
        if (start(all, g, &why))
            log_info("generator", "%s: started again", g->provider->name);
        else
            log_error("generator", "%s", why.detail);
    }
}

void generators_stop(struct generators **handle)
{
    struct generators *all = *handle;
    *handle = NULL;
    if (!all)
        return;
    for (unsigned i = 0; i < all->count; i++)
        child_ask_to_end(&all->generator[i].child);
    for (unsigned i = 0; i < all->count; i++) {
        child_stop(&all->generator[i].child, STOP_MS);
        if (all->generator[i].output >= 0)
            close(all->generator[i].output);
    }
    free(all->generator);
    free(all);
}
