/* cmd_models_ask.c - see cmd_models_ask.h. */
#include "cmd_models_ask.h"

#include "base/buf.h"
#include "base/die.h"
#include "wire/json.h"

enum { BODY_MOST = 16 << 20 };

struct asker {
    struct arena    *arena;
    struct loop     *loop;
    struct upstream *upstream;
    struct asked_for got;
    struct buf       body;
    void (*on_line)(void *arg, struct slice line);
    void *arg;
};

struct asker *asker_new(struct arena *arena)
{
    struct asker *a = must_calloc(1, sizeof *a);
    a->arena = arena;
    a->loop = loop_new(0);
    a->upstream = upstream_new(a->loop);
    return a;
}

void asker_free(struct asker **handle)
{
    struct asker *a = *handle;
    *handle = NULL;
    upstream_free(&a->upstream);
    loop_free(&a->loop);
    free(a);
}

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    ((struct asker *)arg)->got.status = head->status;
}

/* Hands out the lines that are whole; is_end: also what is left. */
static void hand_out(struct asker *a, bool is_end)
{
    struct slice rest = buf_slice(&a->body);
    for (size_t line; (line = slice_find_byte(rest, '\n')) != SLICE_NONE;
         rest = slice_cut(rest, line + 1, rest.len))
        a->on_line(a->arg, slice_cut(rest, 0, line));
    if (is_end && rest.len)
        a->on_line(a->arg, rest);
    struct slice left = arena_copy(a->arena, rest);
    buf_reset(&a->body);
    buf_add(&a->body, left);
}

static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call;
    struct asker *a = arg;
    buf_add(&a->body, bytes);
    if (a->on_line && a->got.status == 200)
        hand_out(a, false);
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct asker *a = arg;
    if (a->on_line && a->got.status == 200)
        hand_out(a, true);
    loop_stop(a->loop);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    (void)call;
    struct asker *a = arg;
    a->got.why = *why;
    loop_stop(a->loop);
}

/* What went wrong, in the provider's own words where it has some. */
static void explain(struct asker *a)
{
    struct json       j;
    struct asked_for *got = &a->got;
    if (got->status == 200 || got->why.detail[0])
        return;
    struct slice error = S("");
    if (json_read(a->arena, got->body, &j, NULL))
        error = json_string(&j, json_get(&j, 0, "error"), a->arena);
    if (error.len)
        fault_set(&got->why, FAULT_PROVIDER_REFUSED, "%.*s", SLICE_ARG(slice_cut(error, 0, 200)));
    else
        fault_set(&got->why, FAULT_PROVIDER_REFUSED, "it answered with status %d", got->status);
}

struct asked_for asker_ask(struct asker *a, const struct provider *provider, const struct inquiry *q,
                           void (*on_line)(void *arg, struct slice line), void *arg)
{
    static const struct call_handler handler = {
        .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_fault = on_fault
    };
    struct origin origin = { .provider = provider };
    a->got = (struct asked_for){ 0 };
    a->on_line = on_line;
    a->arg = arg;
    if (provider->url.is_tls && !(origin.tls = tls_client_context(provider->ca_file, &a->got.why)))
        return a->got;
    buf_init(&a->body, BODY_MOST);
    (void)upstream_ask(a->upstream, &origin, q, &handler, a);
    loop_run(a->loop);
    a->got.body = arena_copy(a->arena, buf_slice(&a->body));
    buf_fini(&a->body);
    explain(a);
    tls_context_free(&origin.tls);
    return a->got;
}
