/*
 * endpoints.c - see endpoints.h. What is not in the table is a 404 of the right shape: nothing passes around
 * policy.
 */
#include "endpoints.h"

#include "embeddings.h"
#include "redacting.h"
#include "wire/chat.h"

#include <stdio.h>

/* Those that answer at once never hear of a client that has gone, or has room again. */
#define ENDPOINTS(ENDPOINT)                                                                                    \
    ENDPOINT("POST", "/v1/chat/completions", chat, exchange_on_gone, exchange_on_room)                         \
    ENDPOINT("POST", "/v1/messages", messages, exchange_on_gone, exchange_on_room)                             \
    ENDPOINT("POST", "/v1/responses", responses, exchange_on_gone, exchange_on_room)                           \
    ENDPOINT("POST", "/v1/completions", completions, exchange_on_gone, exchange_on_room)                       \
    ENDPOINT("POST", "/v1/embeddings", embeddings, errand_on_gone, NULL)                                       \
    ENDPOINT("POST", "/weir/redact", redact, errand_on_gone, NULL)                                             \
    ENDPOINT("POST", "/weir/restore", restore, errand_on_gone, NULL)                                           \
    ENDPOINT("GET", "/v1/models", models, NULL, NULL)                                                          \
    ENDPOINT("GET", "/healthz", healthz, NULL, NULL)                                                           \
    ENDPOINT("GET", "/readyz", readyz, NULL, NULL)                                                             \
    ENDPOINT("GET", "/metrics", metrics, NULL, NULL)

enum { BODY_MOST = 1 << 20 };

static void answer_chat(struct tools *tools, struct client *client)
{
    exchange_begin(tools, client, DIALECT_OPENAI);
}

static void answer_responses(struct tools *tools, struct client *client)
{
    exchange_begin(tools, client, DIALECT_RESPONSES);
}

static void answer_completions(struct tools *tools, struct client *client)
{
    exchange_begin(tools, client, DIALECT_COMPLETIONS);
}

/* Anthropic's. */
static void answer_messages(struct tools *tools, struct client *client)
{
    exchange_begin(tools, client, DIALECT_ANTHROPIC);
}

static void answer_embeddings(struct tools *tools, struct client *client)
{
    errand_begin(tools, client, &embeddings_errand);
}

static void answer_redact(struct tools *tools, struct client *client)
{
    errand_begin(tools, client, &redact_errand);
}

static void answer_restore(struct tools *tools, struct client *client)
{
    errand_begin(tools, client, &restore_errand);
}

static void add_model(struct buf *out, const char *name, const char *owner)
{
    buf_add_str(out, out->ptr[out->len - 1] == '[' ? "{\"id\":" : ",{\"id\":");
    json_add_string(out, slice_str(name));
    buf_add(out, S(",\"object\":\"model\",\"created\":0,\"owned_by\":"));
    json_add_string(out, slice_str(owner));
    buf_add_byte(out, '}');
}

static void answer_models(struct tools *tools, struct client *client)
{
    const struct settings *settings = tools->snapshot->settings;
    struct slice           key = client_api_key(client);
    struct fault           why = { .kind = key.len ? FAULT_BAD_KEY : FAULT_NO_KEY };
    if (!snapshot_team(tools->snapshot, key)) {
        client_reply_fault(client, &why, slice_of(NULL, 0));
        return;
    }
    struct buf body;
    buf_init(&body, BODY_MOST);
    buf_add(&body, S("{\"object\":\"list\",\"data\":["));
    add_model(&body, "auto", "weir");
    for (unsigned i = 0; i < settings->alias_count; i++)
        add_model(&body, settings->alias[i].from, "weir");
    for (unsigned i = 0; i < settings->model_count; i++)
        add_model(&body, settings->model[i].name, settings->model[i].provider->name);
    if (tools->snapshot->slm)
        add_model(&body, slm_name(tools->snapshot->slm), "weir");
    buf_add(&body, S("]}"));
    client_reply(client, 200, "application/json", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&body);
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
    bool has_redis = redis_is_up(tools->redis);
    bool is_ready = has_redis && !tools->is_draining;
    char body[128];
    snprintf(body, sizeof body, "{\"status\":\"%s\",\"redis\":%s,\"model\":%s,\"draining\":%s}",
             is_ready ? "ready" : "not ready", has_redis ? "true" : "false",
             tools->snapshot->slm ? "true" : "false", tools->is_draining ? "true" : "false");
    client_reply(client, is_ready ? 200 : 503, "application/json", slice_of(NULL, 0), slice_str(body));
}

static void answer_metrics(struct tools *tools, struct client *client)
{
    struct buf body;
    buf_init(&body, BODY_MOST);
    metrics_write(&body);
    bars_write(tools->bars, tools->snapshot->policy, &body);
    client_reply(client, 200, "text/plain; version=0.0.4", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&body);
}

static const struct {
    const char *method, *path;
    void (*answer)(struct tools *, struct client *);
    void (*on_gone)(struct client *);
    void (*on_room)(struct client *);
} endpoints[] = {
#define ENDPOINT(method, path, name, on_gone, on_room) { method, path, answer_##name, on_gone, on_room },
    ENDPOINTS(ENDPOINT)
#undef ENDPOINT
};

static void refuse_path(struct tools *tools, struct client *client, const char *right_method)
{
    const struct http1_head *head = client_head(client);
    struct fault             why = { 0 };
    struct slice             headers = { 0 };
    char                     allow[32];
    if (right_method) {
        fault_set(&why, FAULT_BAD_METHOD, "%.*s takes %s", SLICE_ARG(head->path), right_method);
        snprintf(allow, sizeof allow, "allow: %s\r\n", right_method);
        headers = slice_str(allow);
    } else {
        fault_set(&why, FAULT_NO_SUCH_PATH, "%.*s", SLICE_ARG(slice_cut(head->path, 0, 200)));
    }
    metrics_fault(tools->metrics, why.kind);
    client_reply_fault(client, &why, headers);
}

static void on_request(struct client *client, void *arg)
{
    struct tools            *tools = arg;
    const struct http1_head *head = client_head(client);
    const char              *right_method = NULL;
    bool                     is_head = slice_is(head->method, "HEAD");
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        if (!slice_is(head->path, endpoints[i].path))
            continue;
        if (slice_is(head->method, endpoints[i].method) ||
            (is_head && slice_is(S("GET"), endpoints[i].method))) {
            endpoints[i].answer(tools, client);
            return;
        }
        right_method = endpoints[i].method;
    }
    refuse_path(tools, client, right_method);
}

/* Only requests that take their time have an owner, and each path's owners are of one kind. */
static void on_gone(struct client *client, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        if (endpoints[i].on_gone && slice_is(client_head(client)->path, endpoints[i].path))
            endpoints[i].on_gone(client);
}

static void on_room(struct client *client, void *arg)
{
    (void)arg;
    for (size_t i = 0; client_owner(client) && i < sizeof endpoints / sizeof *endpoints; i++)
        if (endpoints[i].on_room && slice_is(client_head(client)->path, endpoints[i].path))
            endpoints[i].on_room(client);
}

static void on_refused(const struct fault *why, void *arg)
{
    struct tools *tools = arg;
    metrics_fault(tools->metrics, why->kind);
}

const struct server_handler endpoints_handler = {
    .on_request = on_request,
    .on_gone = on_gone,
    .on_room = on_room,
    .on_refused = on_refused,
};
