/* watch.c - see watch.h. */
#include "watch.h"

#include "base/arena.h"
#include "base/die.h"
#include "wire/held.h"

enum {
    EVERY_MS = 2000,
    STARTING_MS = 200,
    ANSWER_MS = 2000, /* longer, and it is not well */
    BODY_MOST = 1 << 20,
};

/* One that is asked. */
struct watched {
    struct watch          *watch;
    const struct provider *provider;
    struct timer           next, late;
    struct call           *call;
    struct buf             body;
    int                    status;
    int64_t                since_ms;
    bool                   was_well;
};

struct watch {
    struct loop      *loop;
    struct upstream  *upstream;
    struct providers *providers;
    struct snapshot  *snapshot; /* NULL: none yet */
    struct watched   *watched;
    unsigned          count;
};

/* ---- what it says ---- */

static void note_body(struct watched *w, struct arena *arena, struct health *health)
{
    struct held_list list;
    struct buf       names;
    health->busy = held_busy(arena, buf_slice(&w->body));
    /* Only Ollama's /api/ps: other lists tell what there is, not what is loaded. */
    health->has_loaded =
        slice_is(slice_str(w->provider->health), "/api/ps") && held_read(arena, buf_slice(&w->body), &list);
    buf_init(&names, BODY_MOST * 2);
    for (size_t i = 0; health->has_loaded && i < list.count; i++) {
        buf_add(&names, list.model[i].name);
        buf_add_byte(&names, '\n');
    }
    health->loaded = arena_copy(arena, buf_slice(&names));
    buf_fini(&names);
}

/* One that Weir has started has some time to come up, also when it comes up again. */
static bool is_starting(const struct watched *w)
{
    return w->provider->start && !w->was_well &&
           loop_now_ms(w->watch->loop) - w->since_ms < w->provider->startup_ms;
}

static void ask(void *arg);

static void told(struct watched *w, bool is_well)
{
    struct arena *arena = arena_new();
    struct health health = { .rest = REST_NONE };
    if (w->was_well && !is_well)
        w->since_ms = loop_now_ms(w->watch->loop);
    w->was_well = is_well;
    if (is_well)
        note_body(w, arena, &health);
    else
        health.rest = is_starting(w) ? REST_STARTING : REST_UNWELL;
    providers_told(w->watch->providers, w->provider, &health);
    timer_clear(&w->late);
    timer_set(w->watch->loop, &w->next, is_starting(w) ? STARTING_MS : EVERY_MS, ask, w);
    arena_free(&arena);
}

/* ---- asking ---- */

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    ((struct watched *)arg)->status = head->status;
}

static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call;
    buf_add(&((struct watched *)arg)->body, bytes); /* beyond its ceiling it is no list */
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct watched *w = arg;
    w->call = NULL;
    told(w, w->status < 500);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    (void)call, (void)why;
    struct watched *w = arg;
    w->call = NULL;
    told(w, false);
}

static void on_late(void *arg)
{
    struct watched *w = arg;
    call_cancel(&w->call);
    told(w, false);
}

static void ask(void *arg)
{
    static const struct call_handler handler = {
        .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_fault = on_fault
    };
    struct watched      *w = arg;
    struct watch        *watch = w->watch;
    const struct inquiry q = { .method = "GET", .path = w->provider->health, .is_from_root = true };
    buf_reset(&w->body);
    w->call = upstream_ask(watch->upstream, snapshot_origin(watch->snapshot, w->provider), &q, &handler, w);
    timer_set(watch->loop, &w->late, ANSWER_MS, on_late, w);
}

/* ---- whom ---- */

static void stop_watching(struct watch *watch)
{
    for (unsigned i = 0; i < watch->count; i++) {
        struct watched *w = &watch->watched[i];
        call_cancel(&w->call);
        timer_fini(&w->next);
        timer_fini(&w->late);
        buf_fini(&w->body);
    }
    free(watch->watched);
    watch->watched = NULL;
    watch->count = 0;
    if (watch->snapshot)
        snapshot_unref(&watch->snapshot);
}

void watch_take(struct watch *watch, struct snapshot *snapshot)
{
    const struct settings *settings = snapshot->settings;
    stop_watching(watch);
    watch->snapshot = snapshot_ref(snapshot);
    watch->watched = must_calloc(settings->provider_count, sizeof *watch->watched);
    for (unsigned i = 0; i < settings->provider_count; i++) {
        if (!settings->provider[i].health)
            continue;
        struct watched *w = &watch->watched[watch->count++];
        *w = (struct watched){ .watch = watch,
                               .provider = &settings->provider[i],
                               .since_ms = loop_now_ms(watch->loop) };
        buf_init(&w->body, BODY_MOST);
        ask(w);
    }
}

struct watch *watch_new(struct loop *loop, struct upstream *upstream, struct providers *providers,
                        struct snapshot *snapshot)
{
    struct watch *watch = must_calloc(1, sizeof *watch);
    watch->loop = loop;
    watch->upstream = upstream;
    watch->providers = providers;
    watch_take(watch, snapshot);
    return watch;
}

void watch_free(struct watch **handle)
{
    struct watch *watch = *handle;
    *handle = NULL;
    if (!watch)
        return;
    stop_watching(watch);
    free(watch);
}
