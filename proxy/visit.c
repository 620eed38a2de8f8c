/* visit.c - see visit.h. */
#include "visit.h"

struct visit {
    struct tools    *tools;
    struct snapshot *snapshot;
    struct arena    *arena;
    struct client   *client;
    visit_fn        *answer;
    struct slice     object; /* of the client's head, which lives until the reply has ended */
    struct auth_ask  asking_who;
};

static void free_now(void *arg)
{
    struct visit *v = arg;
    struct arena *arena = v->arena;
    snapshot_unref(&v->snapshot);
    arena_free(&arena);
}

static void end(struct visit *v)
{
    loop_defer(v->tools->loop, free_now, v);
}

static void on_identified(void *arg)
{
    struct visit *v = arg;
    client_set_owner(v->client, NULL);
    if (v->asking_who.caller.team) {
        v->answer(v->tools, v->client, &v->asking_who.caller, v->object);
    } else {
        metrics_fault(v->tools->metrics, v->asking_who.why.kind);
        client_reply_fault(v->client, &v->asking_who.why, slice_of(NULL, 0));
    }
    end(v);
}

void visit_begin(struct tools *tools, struct client *client, visit_fn *answer, struct slice object)
{
    struct arena *arena = arena_new();
    struct visit *v = arena_alloc(arena, sizeof *v);
    *v = (struct visit){
        .tools = tools,
        .snapshot = snapshot_ref(tools->snapshot),
        .arena = arena,
        .client = client,
        .answer = answer,
        .object = object,
    };
    client_set_owner(client, v);
    if (auth_ask(tools->auth, &v->asking_who, v->snapshot, client_api_key(client), arena, on_identified, v) !=
        AUTH_WAITS)
        on_identified(v);
}

void visit_on_gone(struct client *client)
{
    struct visit *v = client_owner(client);
    auth_cancel(&v->asking_who);
    end(v);
}
