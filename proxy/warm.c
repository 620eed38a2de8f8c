/* warm.c - see warm.h. */
#include "warm.h"

#include "base/die.h"

enum { LOOK_MS = 3000 };

struct warm {
    struct loop            *loop;
    struct upstream        *upstream;
    struct providers       *providers;
    struct snapshot *const *in_force;
    struct timer            look;
    int64_t                 began_ms;
};

/* In use, or Weir has just started. */
static bool is_wanted(const struct warm *w, const struct provider *p)
{
    int64_t now_ms = loop_now_ms(w->loop), used_ms = providers_used_ms(w->providers, p, now_ms);
    if (!p->url.is_tls || p->warm_ms == 0 || used_ms < 0)
        return false;
    return now_ms - (used_ms > w->began_ms ? used_ms : w->began_ms) < p->warm_ms;
}

static void look(void *arg)
{
    struct warm           *w = arg;
    const struct snapshot *s = *w->in_force;
    for (unsigned i = 0; i < s->settings->provider_count; i++)
        if (is_wanted(w, &s->settings->provider[i]))
            upstream_warm(w->upstream, &s->origin[i]);
    timer_set(w->loop, &w->look, LOOK_MS, look, w);
}

struct warm *warm_new(struct loop *loop, struct upstream *upstream, struct providers *providers,
                      struct snapshot *const *in_force)
{
    struct warm *w = must_calloc(1, sizeof *w);
    *w = (struct warm){ .loop = loop,
                        .upstream = upstream,
                        .providers = providers,
                        .in_force = in_force,
                        .began_ms = loop_now_ms(loop) };
    look(w);
    return w;
}

void warm_free(struct warm **handle)
{
    struct warm *w = *handle;
    *handle = NULL;
    if (!w)
        return;
    timer_fini(&w->look);
    free(w);
}
