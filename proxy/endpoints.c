/*
 * endpoints.c - see endpoints.h. What is not in the table is a 404 of the right shape: nothing passes around
 * policy.
 */
#include "endpoints.h"

#include "compacting.h"
#include "cors.h"
#include "counting.h"
#include "embeddings.h"
#include "models.h"
#include "moderations.h"
#include "ollama_models.h"
#include "redacting.h"
#include "stored.h"
#include "visit.h"
#include "wire/chat.h"
#include "wire/path.h"

#include <stdio.h>

/* A chat in a dialect, an errand, what is answered as soon as it is known who asks, or at once: such never
 * hears of a client that has gone, or has room again. "{id}" stands for one segment. */
#define ENDPOINTS(CHAT, ERRAND, VISIT, AT_ONCE)                                                                \
    CHAT("POST", "/v1/chat/completions", DIALECT_OPENAI)                                                       \
    CHAT("POST", "/v1/messages", DIALECT_ANTHROPIC)                                                            \
    CHAT("POST", "/v1/responses", DIALECT_RESPONSES)                                                           \
    CHAT("POST", "/v1/completions", DIALECT_COMPLETIONS)                                                       \
    CHAT("POST", "/api/chat", DIALECT_OLLAMA)                                                                  \
    CHAT("POST", "/api/generate", DIALECT_OLLAMA_GENERATE)                                                     \
    ERRAND("POST", "/v1/embeddings", embeddings_errand)                                                        \
    ERRAND("POST", "/v1/moderations", moderations_errand)                                                      \
    ERRAND("POST", "/weir/redact", redact_errand)                                                              \
    ERRAND("POST", "/weir/restore", restore_errand)                                                            \
    ERRAND("POST", "/v1/messages/count_tokens", count_tokens_errand)                                           \
    ERRAND("POST", "/v1/responses/input_tokens", input_tokens_errand)                                          \
    ERRAND("POST", "/v1/responses/compact", compact_errand)                                                    \
    ERRAND("GET", "/v1/responses/{id}", stored_response)                                                       \
    ERRAND("DELETE", "/v1/responses/{id}", stored_response_deletion)                                           \
    ERRAND("POST", "/v1/responses/{id}/cancel", stored_response_cancel)                                        \
    ERRAND("GET", "/v1/responses/{id}/input_items", stored_input_items)                                        \
    ERRAND("GET", "/v1/chat/completions", stored_completions)                                                  \
    ERRAND("GET", "/v1/chat/completions/{id}", stored_completion)                                              \
    ERRAND("POST", "/v1/chat/completions/{id}", stored_completion_update)                                      \
    ERRAND("DELETE", "/v1/chat/completions/{id}", stored_completion_deletion)                                  \
    ERRAND("GET", "/v1/chat/completions/{id}/messages", stored_messages)                                       \
    VISIT("GET", "/v1/models", tell_models)                                                                    \
    ERRAND("GET", "/v1/models/{id}", model_errand)                                                             \
    ERRAND("DELETE", "/v1/models/{id}", model_deletion_errand)                                                 \
    VISIT("GET", "/api/tags", tell_ollama_tags)                                                                \
    VISIT("GET", "/api/ps", tell_ollama_ps)                                                                    \
    ERRAND("POST", "/api/show", ollama_show_errand)                                                            \
    ERRAND("POST", "/api/embed", ollama_embed_errand)                                                          \
    ERRAND("POST", "/api/embeddings", ollama_embeddings_errand)                                                \
    AT_ONCE("GET", "/api/version", ollama_version)                                                             \
    AT_ONCE("GET", "/", root)                                                                                  \
    AT_ONCE("GET", "/healthz", healthz)                                                                        \
    AT_ONCE("GET", "/readyz", readyz)                                                                          \
    AT_ONCE("GET", "/metrics", metrics)

enum { BODY_MOST = 1 << 20, ALLOW_MOST = 128 };

struct endpoint {
    const char               *method, *path;
    enum dialect              dialect;               /* of a chat */
    const struct errand_kind *errand;                /* NULL: it is none */
    visit_fn                 *visit;                 /* likewise */
    void (*answer)(struct tools *, struct client *); /* at once; NULL where it takes its time */
};

#define NOTHING(...)
#define AT_ONCE(method, path, name) static void answer_##name(struct tools *, struct client *);
ENDPOINTS(NOTHING, NOTHING, NOTHING, AT_ONCE)
#undef AT_ONCE
#undef NOTHING

static const struct endpoint endpoints[] = {
#define CHAT(method, path, dialect) { method, path, dialect, NULL, NULL, NULL },
#define ERRAND(method, path, kind)  { method, path, 0, &(kind), NULL, NULL },
#define VISIT(method, path, answer) { method, path, 0, NULL, answer, NULL },
#define AT_ONCE(method, path, name) { method, path, 0, NULL, NULL, answer_##name },
    ENDPOINTS(CHAT, ERRAND, VISIT, AT_ONCE)
#undef CHAT
#undef ERRAND
#undef VISIT
#undef AT_ONCE
};
enum { ENDPOINT_COUNT = sizeof endpoints / sizeof *endpoints };

/* What answers the request; NULL for nothing. *allow gathers the methods that its path takes. A path without
 * {id} stands before one that it would match. */
static const struct endpoint *endpoint_for(const struct http1_head *head, struct slice *id, struct buf *allow)
{
    bool is_head = slice_is(head->method, "HEAD");
    for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
        const struct endpoint *e = &endpoints[i];
        if (!path_matches(e->path, head->path, id))
            continue;
        if (slice_is(head->method, e->method) || (is_head && strcmp(e->method, "GET") == 0))
            return e;
        if (allow)
            buf_printf(allow, "%s%s", allow->len ? ", " : "",
                       strcmp(e->method, "GET") == 0 ? "GET, HEAD" : e->method);
    }
    return NULL;
}

/* ---- how Weir is ---- */

static void answer_ollama_version(struct tools *tools, struct client *client)
{
    (void)tools;
    client_reply(client, 200, "application/json", slice_of(NULL, 0), S("{\"version\":\"" WEIR_VERSION "\"}"));
}

/* By which Ollama's clients, and people, see that somebody is there. */
static void answer_root(struct tools *tools, struct client *client)
{
    (void)tools;
    client_reply(client, 200, "text/plain; charset=utf-8", slice_of(NULL, 0), S("Weir is running"));
}

/* Alive: the loop turns. */
static void answer_healthz(struct tools *tools, struct client *client)
{
    (void)tools;
    client_reply(client, 200, "application/json", slice_of(NULL, 0), S("{\"status\":\"ok\"}"));
}

/* Ready: new requests are welcome, and what they need is there. */
static void answer_readyz(struct tools *tools, struct client *client)
{
    bool       has_redis = redis_is_up(tools->redis);
    bool       is_ready = has_redis && !tools->is_draining;
    struct buf body;
    buf_init(&body, BODY_MOST);
    buf_printf(&body, "{\"status\":\"%s\",\"redis\":%s,\"model\":%s,\"draining\":%s,\"providers\":",
               is_ready ? "ready" : "not ready", has_redis ? "true" : "false",
               tools->snapshot->slm ? "true" : "false", tools->is_draining ? "true" : "false");
    providers_write_json(tools->providers, tools->snapshot->settings, loop_now_ms(tools->loop), &body);
    buf_add_byte(&body, '}');
    client_reply(client, is_ready ? 200 : 503, "application/json", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&body);
}

static void answer_metrics(struct tools *tools, struct client *client)
{
    struct buf body;
    buf_init(&body, BODY_MOST);
    metrics_write(&body);
    bars_write(tools->bars, tools->snapshot->policy, &body);
    providers_write_metrics(tools->providers, tools->snapshot->settings, loop_now_ms(tools->loop), &body);
    client_reply(client, 200, "text/plain; version=0.0.4", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&body);
}

/* allow: the methods that the path takes; empty where there is nothing at it. */
static void refuse_path(struct tools *tools, struct client *client, struct slice allow)
{
    const struct http1_head *head = client_head(client);
    struct fault             why = { 0 };
    struct slice             headers = { 0 };
    char                     line[ALLOW_MOST + sizeof "allow: \r\n"];
    struct slice             path = slice_cut(head->path, 0, 200);
    if (allow.len) {
        fault_set(&why, FAULT_BAD_METHOD, "%.*s takes %.*s", SLICE_ARG(path), SLICE_ARG(allow));
        snprintf(line, sizeof line, "allow: %.*s\r\n", SLICE_ARG(allow));
        headers = slice_str(line);
    } else {
        fault_set(&why, FAULT_NO_SUCH_PATH, "%.*s", SLICE_ARG(path));
    }
    metrics_fault(tools->metrics, why.kind);
    client_reply_fault(client, &why, headers);
}

static void refuse_page(struct tools *tools, struct client *client, const struct fault *why)
{
    metrics_fault(tools->metrics, why->kind);
    client_reply_fault(client, why, slice_of(NULL, 0));
}

static void begin(struct tools *tools, struct client *client, const struct endpoint *e, struct slice id)
{
    if (e->answer)
        e->answer(tools, client);
    else if (e->visit)
        visit_begin(tools, client, e->visit, id);
    else if (e->errand)
        errand_begin(tools, client, e->errand, id);
    else
        exchange_begin(tools, client, e->dialect);
}

static void on_request(struct client *client, void *arg)
{
    struct tools *tools = arg;
    struct slice  id = { 0 };
    struct fault  why = { 0 };
    struct buf    allow;
    buf_init(&allow, ALLOW_MOST);
    const struct endpoint *e = endpoint_for(client_head(client), &id, &allow);
    if (!cors_admits(tools->snapshot->settings, client, &why))
        refuse_page(tools, client, &why);
    else if (e)
        begin(tools, client, e, id);
    else if (allow.len && slice_is(client_head(client)->method, "OPTIONS"))
        cors_answer_options(tools->snapshot->settings, client, buf_slice(&allow));
    else
        refuse_path(tools, client, buf_slice(&allow));
    buf_fini(&allow);
}

/* Before anything can be wrong with the rest: a page is to hear of that too. */
static void on_head(struct client *client, void *arg)
{
    cors_open(((struct tools *)arg)->snapshot->settings, client);
}

/* Only requests that take their time have an owner. */
static void on_gone(struct client *client, void *arg)
{
    (void)arg;
    struct slice           id;
    const struct endpoint *e = endpoint_for(client_head(client), &id, NULL);
    if (e && e->errand)
        errand_on_gone(client);
    else if (e && e->visit)
        visit_on_gone(client);
    else if (e && !e->answer)
        exchange_on_gone(client);
}

static void on_room(struct client *client, void *arg)
{
    (void)arg;
    struct slice           id;
    const struct endpoint *e = client_owner(client) ? endpoint_for(client_head(client), &id, NULL) : NULL;
    if (e && !e->errand && !e->visit && !e->answer)
        exchange_on_room(client);
}

static void on_refused(const struct fault *why, void *arg)
{
    struct tools *tools = arg;
    metrics_fault(tools->metrics, why->kind);
}

const struct server_handler endpoints_handler = {
    .on_head = on_head,
    .on_request = on_request,
    .on_gone = on_gone,
    .on_room = on_room,
    .on_refused = on_refused,
};
