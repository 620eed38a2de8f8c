/*
 * endpoints.c - see endpoints.h. What is not in the table is a 404 of the right shape: nothing passes around
 * policy.
 */
#include "endpoints.h"

#include "cors.h"
#include "embeddings.h"
#include "moderations.h"
#include "redacting.h"
#include "stored.h"
#include "wire/chat.h"
#include "wire/path.h"

#include <stdio.h>

/* A chat in a dialect, an errand, or what is answered at once: such never hears of a client that has gone, or
 * has room again. "{id}" stands for one segment. */
#define ENDPOINTS(CHAT, ERRAND, AT_ONCE)                                                                       \
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
    ERRAND("GET", "/v1/responses/{id}", stored_response)                                                       \
    ERRAND("DELETE", "/v1/responses/{id}", stored_response_deletion)                                           \
    ERRAND("POST", "/v1/responses/{id}/cancel", stored_response_cancel)                                        \
    ERRAND("GET", "/v1/responses/{id}/input_items", stored_input_items)                                        \
    ERRAND("GET", "/v1/chat/completions", stored_completions)                                                  \
    ERRAND("GET", "/v1/chat/completions/{id}", stored_completion)                                              \
    ERRAND("POST", "/v1/chat/completions/{id}", stored_completion_update)                                      \
    ERRAND("DELETE", "/v1/chat/completions/{id}", stored_completion_deletion)                                  \
    ERRAND("GET", "/v1/chat/completions/{id}/messages", stored_messages)                                       \
    AT_ONCE("GET", "/v1/models", models)                                                                       \
    AT_ONCE("GET", "/v1/models/{id}", model)                                                                   \
    AT_ONCE("DELETE", "/v1/models/{id}", model_deletion)                                                       \
    AT_ONCE("GET", "/api/tags", ollama_tags)                                                                   \
    AT_ONCE("GET", "/api/version", ollama_version)                                                             \
    AT_ONCE("GET", "/healthz", healthz)                                                                        \
    AT_ONCE("GET", "/readyz", readyz)                                                                          \
    AT_ONCE("GET", "/metrics", metrics)

enum { BODY_MOST = 1 << 20, ALLOW_MOST = 128 };

struct endpoint {
    const char               *method, *path;
    enum dialect              dialect;               /* of a chat */
    const struct errand_kind *errand;                /* NULL: it is none */
    void (*answer)(struct tools *, struct client *); /* at once; NULL where it takes its time */
};

#define NOTHING(...)
#define AT_ONCE(method, path, name) static void answer_##name(struct tools *, struct client *);
ENDPOINTS(NOTHING, NOTHING, AT_ONCE)
#undef AT_ONCE
#undef NOTHING

static const struct endpoint endpoints[] = {
#define CHAT(method, path, dialect) { method, path, dialect, NULL, NULL },
#define ERRAND(method, path, kind)  { method, path, 0, &(kind), NULL },
#define AT_ONCE(method, path, name) { method, path, 0, NULL, answer_##name },
    ENDPOINTS(CHAT, ERRAND, AT_ONCE)
#undef CHAT
#undef ERRAND
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

/* What {id} stands for in the request's path. */
static struct slice object_of(const struct client *client)
{
    struct slice id = { 0 };
    (void)endpoint_for(client_head(client), &id, NULL);
    return id;
}

/* ---- models ---- */

static void add_model(struct buf *out, const char *name, const char *owner)
{
    json_add_comma(out);
    buf_add(out, S("{\"id\":"));
    json_add_string(out, slice_str(name));
    buf_add(out, S(",\"object\":\"model\",\"created\":0,\"owned_by\":"));
    json_add_string(out, slice_str(owner));
    buf_add_byte(out, '}');
}

/* "weir/easy-stays": the route's name, as it stands well in a model's. The caller frees it. */
static struct buf name_of_route(const char *route)
{
    struct buf name;
    buf_init(&name, BODY_MOST);
    buf_printf(&name, "weir/%s", route);
    buf_add_byte(&name, '\0');
    for (size_t i = 0; i < name.len; i++)
        name.ptr[i] = (char)(name.ptr[i] == ' ' ? '-' : name.ptr[i]);
    return name;
}

/* Calls add for all that a client may name. */
static void each_model(const struct snapshot *snapshot,
                       void (*add)(void *arg, const char *name, const char *owner), void *arg)
{
    static const char *const ours[] = { "auto", "weir/auto", "weir/local", "weir/cloud" };
    const struct settings   *settings = snapshot->settings;
    const char              *route;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        add(arg, ours[i], "weir");
    for (unsigned i = 0; (route = policy_route(snapshot->policy, i)); i++) {
        struct buf name = name_of_route(route);
        add(arg, name.ptr, "weir");
        buf_fini(&name);
    }
    for (unsigned i = 0; i < settings->alias_count; i++)
        add(arg, settings->alias[i].from, "weir");
    for (unsigned i = 0; i < settings->group_count; i++)
        add(arg, settings->group[i].name, "weir");
    for (unsigned i = 0; i < settings->model_count; i++)
        add(arg, settings->model[i].name, settings->model[i].provider->name);
    if (snapshot->slm)
        add(arg, slm_name(snapshot->slm), "weir");
}

/* False where the key is nobody's: the client has been told. */
static bool identify(struct tools *tools, struct client *client)
{
    struct slice key = client_api_key(client);
    struct fault why = { .kind = key.len ? FAULT_BAD_KEY : FAULT_NO_KEY };
    bool         is_known = snapshot_team(tools->snapshot, key);
    if (!is_known)
        client_reply_fault(client, &why, slice_of(NULL, 0));
    return is_known;
}

static void list_model(void *arg, const char *name, const char *owner)
{
    add_model(arg, name, owner);
}

/* Answers with what is known of all models: `before`, each as `add` writes it, "]}". */
static void list_models(struct tools *tools, struct client *client, const char *before,
                        void (*add)(void *arg, const char *name, const char *owner))
{
    struct buf body;
    if (!identify(tools, client))
        return;
    buf_init(&body, BODY_MOST);
    buf_add_str(&body, before);
    each_model(tools->snapshot, add, &body);
    buf_add(&body, S("]}"));
    client_reply(client, 200, "application/json", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&body);
}

/* As Anthropic lists its own. */
static void list_anthropic(void *arg, const char *name, const char *owner)
{
    struct buf *out = arg;
    (void)owner;
    json_add_comma(out);
    buf_add(out, S("{\"type\":\"model\",\"created_at\":\"1970-01-01T00:00:00Z\""));
    json_add_text_member(out, "id", slice_str(name));
    json_add_text_member(out, "display_name", slice_str(name));
    buf_add_byte(out, '}');
}

static void answer_models(struct tools *tools, struct client *client)
{
    if (http1_header(client_head(client), "anthropic-version").len)
        list_models(tools, client, "{\"has_more\":false,\"first_id\":null,\"last_id\":null,\"data\":[",
                    list_anthropic);
    else
        list_models(tools, client, "{\"object\":\"list\",\"data\":[", list_model);
}

/* What Ollama tells of files, and models elsewhere do not have, is told as nothing. */
static void tag_model(void *arg, const char *name, const char *owner)
{
    struct buf *out = arg;
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "name", slice_str(name));
    json_add_text_member(out, "model", slice_str(name));
    buf_add(out, S(",\"modified_at\":\"1970-01-01T00:00:00Z\",\"size\":0,\"digest\":\"\",\"details\":{\"parent_"
                   "model\":\"\","
                   "\"format\":\"\",\"families\":null,\"parameter_size\":\"\",\"quantization_level\":\"\""));
    json_add_text_member(out, "family", slice_str(owner));
    buf_add(out, S("}}"));
}

static void answer_ollama_tags(struct tools *tools, struct client *client)
{
    list_models(tools, client, "{\"models\":[", tag_model);
}

static void answer_ollama_version(struct tools *tools, struct client *client)
{
    (void)tools;
    client_reply(client, 200, "application/json", slice_of(NULL, 0), S("{\"version\":\"" WEIR_VERSION "\"}"));
}

struct wanted_model {
    struct slice name;
    struct buf  *out; /* empty until it is found */
};

static void find_model(void *arg, const char *name, const char *owner)
{
    struct wanted_model *wanted = arg;
    if (wanted->out->len == 0 && slice_is(wanted->name, name))
        add_model(wanted->out, name, owner);
}

/* The model of that id, written; empty where there is none. */
static void describe_model(struct tools *tools, struct client *client, struct buf *out)
{
    struct arena       *arena = arena_new();
    struct wanted_model wanted = { path_decode(arena, object_of(client)), out };
    each_model(tools->snapshot, find_model, &wanted);
    arena_free(&arena);
}

static void answer_model(struct tools *tools, struct client *client)
{
    struct fault why = { .kind = FAULT_NO_SUCH_MODEL };
    struct buf   body;
    if (!identify(tools, client))
        return;
    buf_init(&body, BODY_MOST);
    describe_model(tools, client, &body);
    if (body.len)
        client_reply(client, 200, "application/json", slice_of(NULL, 0), buf_slice(&body));
    else
        client_reply_fault(client, &why, slice_of(NULL, 0));
    buf_fini(&body);
}

/* Which models there are is a matter of the settings. */
static void answer_model_deletion(struct tools *tools, struct client *client)
{
    struct fault why = { .kind = FAULT_NO_SUCH_MODEL };
    struct buf   body;
    if (!identify(tools, client))
        return;
    buf_init(&body, BODY_MOST);
    describe_model(tools, client, &body);
    if (body.len)
        fault_set(&why, FAULT_DENIED, "models stand in the settings, and are taken out there");
    client_reply_fault(client, &why, slice_of(NULL, 0));
    buf_fini(&body);
}

/* ---- how Weir is ---- */

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

static void begin(struct tools *tools, struct client *client, const struct endpoint *e, struct slice id)
{
    if (e->answer)
        e->answer(tools, client);
    else if (e->errand)
        errand_begin(tools, client, e->errand, id);
    else
        exchange_begin(tools, client, e->dialect);
}

static void on_request(struct client *client, void *arg)
{
    struct tools *tools = arg;
    struct slice  id = { 0 };
    struct buf    allow;
    buf_init(&allow, ALLOW_MOST);
    const struct endpoint *e = endpoint_for(client_head(client), &id, &allow);
    cors_open(tools->snapshot->settings, client);
    if (e)
        begin(tools, client, e, id);
    else if (allow.len && slice_is(client_head(client)->method, "OPTIONS"))
        cors_answer_options(tools->snapshot->settings, client, buf_slice(&allow));
    else
        refuse_path(tools, client, buf_slice(&allow));
    buf_fini(&allow);
}

/* Only requests that take their time have an owner. */
static void on_gone(struct client *client, void *arg)
{
    (void)arg;
    struct slice           id;
    const struct endpoint *e = endpoint_for(client_head(client), &id, NULL);
    if (e && e->errand)
        errand_on_gone(client);
    else if (e && !e->answer)
        exchange_on_gone(client);
}

static void on_room(struct client *client, void *arg)
{
    (void)arg;
    struct slice           id;
    const struct endpoint *e = client_owner(client) ? endpoint_for(client_head(client), &id, NULL) : NULL;
    if (e && !e->errand && !e->answer)
        exchange_on_room(client);
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
