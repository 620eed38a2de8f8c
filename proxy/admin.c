/*
 * admin.c - see admin.h: the listener, its key, and a call's life.
 *
 *     key -> route -> fields (admin_read.c) -> the route's handler -> admin_reply() or admin_fail()
 */
#include "admin_call.h"

#include "base/die.h"
#include "base/log.h"
#include "wire/path.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>

enum { BODY_MOST = 1 << 20, ANSWER_MOST = 16 << 20 };

struct admin {
    struct tools      *tools;
    struct server     *server;
    struct admin_call *calls; /* in hand, also those whose client has gone */
};

/* ---- a call ---- */

static struct admin_call *call_new(struct admin *admin, struct client *client)
{
    struct arena      *arena = arena_new();
    struct admin_call *call = arena_alloc(arena, sizeof *call);
    *call = (struct admin_call){ .admin = admin,
                                 .tools = admin->tools,
                                 .snapshot = snapshot_ref(admin->tools->snapshot),
                                 .arena = arena,
                                 .client = client,
                                 .about = "",
                                 .next = admin->calls,
                                 .link = &admin->calls };
    if (call->next)
        call->next->link = &call->next;
    admin->calls = call;
    buf_init(&call->out, ANSWER_MOST);
    client_take_body(client, &call->body_text);
    client_set_owner(client, call);
    request_id_make(client, call->id);
    return call;
}

static void free_now(void *arg)
{
    struct admin_call *call = arg;
    struct arena      *arena = call->arena;
    buf_wipe(&call->out);
    buf_wipe(&call->body_text);
    snapshot_unref(&call->snapshot);
    arena_free(&arena);
}

static void leave(struct admin_call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
}

/* A change leaves a line, and so does one that was refused. */
static void tell(const struct admin_call *call, enum fault_kind fault)
{
    const char *verdict = fault ? fault_code(fault) : "done";
    if (!call->route || strcmp(call->route->method, "GET") == 0)
        return;
    log_info("admin_change", "%s: %s %s: %s", call->id, call->route->name, call->about, verdict);
    if (call->tools->audit)
        audit_change(call->tools->audit, loop_wall_ms(call->tools->loop), "admin", call->id, call->route->name,
                     call->about, verdict);
}

static void end(struct admin_call *call, const struct fault *why)
{
    const bool   tells_allow = why && why->kind == FAULT_BAD_METHOD;
    struct slice headers = slice_str(
        arena_printf(call->arena, "x-request-id: %s\r\ncache-control: no-store\r\n%s%s%s", call->id,
                     tells_allow ? "allow: " : "", tells_allow ? call->allow : "", tells_allow ? "\r\n" : ""));
    tell(call, why ? why->kind : FAULT_NONE);
    if (call->client && why)
        client_reply_fault(call->client, why, headers);
    else if (call->client)
        client_reply(call->client, 200, call->media_type ? call->media_type : "application/json", headers,
                     buf_slice(&call->out));
    call->client = NULL;
    leave(call);
    loop_defer(call->tools->loop, free_now, call);
}

void admin_about(struct admin_call *call, const char *about)
{
    call->about = arena_cstr(call->arena, slice_str(about));
}

void admin_reply(struct admin_call *call)
{
    struct fault why;
    if (!call->out.full) {
        end(call, NULL);
        return;
    }
    fault_set(&why, FAULT_TOO_LARGE, "the answer is longer than %zu bytes; ask for fewer at a time",
              call->out.ceiling);
    end(call, &why);
}

void admin_fail(struct admin_call *call, const struct fault *why)
{
    end(call, why);
}

/* ---- requests ---- */

/* By hashes of one length, in a time that tells nothing. */
static bool is_key(const struct settings *settings, struct slice key)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)key.ptr, key.len, hash);
    return settings->admin && CRYPTO_memcmp(hash, settings->admin_key_hash, sizeof hash) == 0;
}

/* Sets the call's route; false with why, and the methods that its path does take. */
static bool find_route(struct admin_call *call, const struct http1_head *head, struct fault *why)
{
    const char  *allow = "";
    struct slice path = slice_cut(head->path, 0, 200);
    for (size_t i = 0; i < admin_route_count; i++) {
        const struct admin_route *route = &admin_routes[i];
        if (!path_matches(route->path, head->path, &call->word))
            continue;
        if (slice_is(head->method, route->method)) {
            call->route = route;
            return true;
        }
        allow = arena_printf(call->arena, "%s%s%s", allow, *allow ? ", " : "", route->method);
    }
    call->allow = allow;
    return *allow ? fault_set(why, FAULT_BAD_METHOD, "%.*s takes %s", SLICE_ARG(path), allow)
                  : fault_set(why, FAULT_NO_SUCH_PATH, "%.*s", SLICE_ARG(path));
}

static void on_request(struct client *client, void *arg)
{
    struct admin            *admin = arg;
    const struct http1_head *head = client_head(client);
    struct admin_call       *call = call_new(admin, client);
    struct slice             key = client_api_key(client);
    struct fault             why = { .kind = key.len ? FAULT_BAD_KEY : FAULT_NO_KEY };
    if (!is_key(call->snapshot->settings, key)) {
        log_warn("admin_refused", "%s: a request without the admin API's key", call->id);
        admin_fail(call, &why);
        return;
    }
    if (find_route(call, head, &why) && admin_read(call, head, &why))
        call->route->handle(call);
    else
        admin_fail(call, &why);
}

static void on_gone(struct client *client, void *arg)
{
    (void)arg;
    struct admin_call *call = client_owner(client);
    call->client = NULL;
}

/* An answer is handed over whole: there is nothing to go on with. */
static void on_room(struct client *client, void *arg)
{
    (void)client, (void)arg;
}

/* ---- its life ---- */

static struct server_limits limits_of(const struct settings *settings)
{
    return (struct server_limits){ .head_most_bytes = (size_t)settings->head_most_bytes,
                                   .body_most_bytes = BODY_MOST,
                                   .idle_ms = settings->client_idle_ms };
}

struct admin *admin_open(struct tools *tools, struct fault *why)
{
    const struct settings      *settings = tools->snapshot->settings;
    const struct server_limits  limits = limits_of(settings);
    const struct listen        *listen = settings->admin;
    struct admin               *admin = must_calloc(1, sizeof *admin);
    const struct server_handler handler = {
        .on_request = on_request, .on_gone = on_gone, .on_room = on_room, .arg = admin
    };
    uint16_t port = listen->port;
    admin->tools = tools;
    admin->server = server_new(tools->loop, &handler, &limits);
    if (!server_listen(admin->server, listen->host, &port, tools->snapshot->admin_tls, why)) {
        admin_free(&admin);
        return NULL;
    }
    log_info("admin_listening", "%s://%s:%u", tools->snapshot->admin_tls ? "https" : "http", listen->host,
             port);
    return admin;
}

void admin_free(struct admin **handle)
{
    struct admin *admin = *handle;
    *handle = NULL;
    if (!admin)
        return;
    server_free(&admin->server);
    for (struct admin_call *call = admin->calls, *next; call; call = next) {
        next = call->next;
        free_now(call);
    }
    free(admin);
}

void admin_renew(struct admin *admin)
{
    const struct server_limits limits = limits_of(admin->tools->snapshot->settings);
    server_set_limits(admin->server, &limits);
    server_set_tls(admin->server, 0, admin->tools->snapshot->admin_tls);
}

void admin_drain(struct admin *admin)
{
    server_drain(admin->server);
}

bool admin_is_idle(const struct admin *admin)
{
    return !admin->calls && server_clients(admin->server) == 0;
}
