/*
 * exchange.c - one request's life, from the first byte to the last entry in the ledger.
 *
 * Read the table and you know the program. Each step hands on to the next, waits for one thing, or ends the
 * exchange; whatever ends it, settle runs, once. The only arrow back is in forward: a candidate that fails
 * before the first byte of its answer is followed by the next one that the decision allows (once the hold has
 * room for it, when the failed one has to be paid all the same), and a draft that is not good enough by the
 * model it escalates to.
 *
 *   client -> identify -> recollect -> understand -> inspect -> decide -> load -> redact -> book ->
 *   client    (redis)     (redis)                    SLM        pure                redis
 *             summarize -> shorten -> forward -> client          settle, always
 *             network      SLM        network                    redis
 *
 * Redis is asked in book alone, in one flush (limits, budgets and the cache), and told in settle; and in
 * identify, where the key is one that is not remembered, and in recollect, where a stored response is gone on
 * from.
 */
#include "exchange_parts.h"

#include "base/die.h"
#include "base/log.h"
#include "wire/ollama.h"

enum { ERROR_BODY_MOST = 64 * 1024 };

#define EXCHANGE_STEPS(STEP)                                                                                   \
    STEP(identify, "who is asking")                                                                            \
    STEP(recollect, "what was said before")                                                                    \
    STEP(understand, "what is asked")                                                                          \
    STEP(inspect, "what is in it")                                                                             \
    STEP(decide, "where it goes, and why")                                                                     \
    STEP(load, "or is no answer wanted?")                                                                      \
    STEP(redact, "what must stay here")                                                                        \
    STEP(book, "limits, money, and was it answered before?")                                                   \
    STEP(summarize, "a long context in fewer words")                                                           \
    STEP(shorten, "what of a long context matters")                                                            \
    STEP(forward, "ask, and relay the answer")

#define STEP(name, words) enum step_result take_##name(struct exchange *);
EXCHANGE_STEPS(STEP)
#undef STEP

enum step {
#define STEP(name, words) STEP_##name,
    EXCHANGE_STEPS(STEP)
#undef STEP
};

static const struct {
    enum step_result (*take)(struct exchange *);
    const char *name;
} steps[] = {
#define STEP(name, words) { take_##name, #name },
    EXCHANGE_STEPS(STEP)
#undef STEP
};

static enum step_result wait_for(struct exchange *x, void (*cancel)(struct exchange *))
{
    x->cancel = cancel;
    return WAIT;
}

/* ---- the steps ---- */

static void take_caller(struct exchange *x)
{
    const struct caller *caller = &x->asking_who.caller;
    x->team = caller->team;
    x->payer = caller->payer;
    payer_add_tags(&x->payer, http1_header(client_head(x->client), "x-weir-tags"), x->arena);
}

static void on_identified(void *arg)
{
    struct exchange *x = arg;
    x->fault = x->asking_who.why;
    if (x->asking_who.caller.team)
        take_caller(x);
    exchange_go_on(x);
}

static void cancel_identifying(struct exchange *x)
{
    auth_cancel(&x->asking_who);
}

enum step_result take_identify(struct exchange *x)
{
    switch (auth_ask(x->tools->auth, &x->asking_who, x->snapshot, client_api_key(x->client), x->arena,
                     on_identified, x)) {
    case AUTH_WAITS:
        return wait_for(x, cancel_identifying);
    case AUTH_REFUSED:
        return exchange_refuse(x, &x->asking_who.why);
    case AUTH_KNOWN:
        break;
    }
    take_caller(x);
    return NEXT;
}

enum step_result take_understand(struct exchange *x)
{
    struct fault why = { 0 };
    if (x->told_in != x->dialect) {
        struct slice request = keeping_request(x);
        x->asked_as = x->body;
        buf_init(&x->body, request.len * 2 + x->asked_as.ceiling);
        if (!translate_request(x->arena, x->told_in, x->dialect, request, (struct limits_of_model){ 0 },
                               &x->body, &x->unread, &why))
            return exchange_refuse(x, &why);
    }
    if (!chat_read_in(x->dialect, x->arena, buf_slice(&x->body), &x->chat, &why))
        return exchange_refuse(x, &why);
    return NEXT;
}

static void run_inspection(struct job *job, const struct inspector *inspector)
{
    struct thinking *t = (struct thinking *)job;
    struct exchange *x = t->thought.exchange;
    struct fault     why = { 0 };
    if (!inspect(inspector, x->snapshot->needs, t->arena, &x->chat, &t->inspection, &why)) {
        t->inspection.is_inspected = false; /* law 2: what could not be read is private */
        log_warn("inspection_failed", "%s", why.detail);
    }
}

static void on_inspected(struct exchange *x)
{
    x->inspecting.is_done = true;
    exchange_go_on(x);
}

static bool needs_inspection(const struct exchange *x)
{
    const struct needs *needs = &x->snapshot->needs;
    return needs->pii || needs->judgement || needs->classes || needs->view;
}

/* What is all remembered needs no thread. */
static bool recall_inspection(struct exchange *x)
{
    struct snapshot       *s = x->snapshot;
    struct thinking       *t = &x->inspecting;
    const struct inspector inspector = { .heads = policy_heads(s->policy),
                                         .policy = s->policy,
                                         .memo = slm_pool_memo(x->tools->slm_pool),
                                         .generation = s->generation,
                                         .recalls = s->slm };
    t->is_done = inspect_recall(&inspector, s->needs, t->arena, &x->chat, &t->inspection);
    if (!t->is_done)
        arena_reset(t->arena);
    return t->is_done;
}

enum step_result take_inspect(struct exchange *x)
{
    if (!needs_inspection(x))
        return NEXT;
    x->inspecting.arena = arena_new();
    if (recall_inspection(x))
        return NEXT;
    metrics_add(x->tools->metrics, METRIC_INSPECTIONS, 1);
    if (!exchange_think(x, &x->inspecting.thought, run_inspection, on_inspected, exchange_go_on))
        return NEXT; /* shed: not inspected, so private */
    return wait_for(x, exchange_stop_thinking);
}

/* What was asked to be found out, and was not, counts as the worst there is. */
static const struct inspection *findings_of(const struct exchange *x)
{
    static const struct inspection unknown; /* not inspected, not judged */
    static const struct inspection nothing_asked = { .is_inspected = true };
    if (!needs_inspection(x))
        return &nothing_asked;
    return x->inspecting.is_done ? &x->inspecting.inspection : &unknown;
}

/* How hard the hardest prompts are of late; only those that the routes choose for are counted. */
static void find_bars(struct exchange *x)
{
    const struct policy *policy = x->snapshot->policy;
    const struct share  *share;
    if (policy_shares(policy, &share) && x->facts.is_judged && !x->facts.ends_in_tool &&
        settings_is_auto(x->snapshot->settings, x->facts.model) &&
        bars_take(x->tools->bars, policy, (double)x->facts.judgement.difficulty, x->bar))
        x->facts.bar = x->bar;
}

/* Only fresh turns of people are decided anew; and a move has to be worth what is lost by it. */
static void stay(struct exchange *x)
{
    struct conversations *all = x->tools->conversations;
    x->conversation = conversation_key(all, &x->chat, &x->payer);
    const struct companion with =
        conversations_recall(all, x->conversation, x->snapshot->settings, loop_wall_ms(x->tools->loop));
    if (decision_stay(x->snapshot->policy, &x->facts, &with, &x->decision))
        metrics_add(x->tools->metrics, METRIC_STAYED, 1);
}

/* Only where there is something to choose. */
static void find_standing(struct exchange *x)
{
    const struct settings *settings = x->snapshot->settings;
    if (settings->group_count == 0)
        return;
    struct standing *standing = arena_array(x->arena, settings->model_count, sizeof *standing);
    providers_stand(x->tools->providers, settings, loop_now_ms(x->tools->loop), standing);
    x->facts.standing = standing;
}

enum step_result take_decide(struct exchange *x)
{
    struct fault             why = { 0 };
    const struct inspection *inspection = findings_of(x);
    metrics_add(x->tools->metrics, METRIC_MEMO_HITS, inspection->recalled);
    metrics_add(x->tools->metrics, METRIC_MEMO_MISSES, inspection->asked - inspection->recalled);
    if (!inspection->is_inspected)
        metrics_add(x->tools->metrics, METRIC_INSPECTIONS_FAILED, 1);
    facts_of(&x->chat, inspection, x->team, &x->facts);
    x->facts.payer = &x->payer;
    x->facts.grants = x->asking_who.caller.grants;
    find_bars(x);
    find_standing(x);
    if (!decide(x->snapshot->policy, &x->facts, &x->decision, &why))
        return exchange_refuse(x, &why);
    stay(x);
    keeping_decide(x);
    return NEXT;
}

/* A client of Ollama's may only want the model made ready: it is, as far as it is ours to say. */
enum step_result take_load(struct exchange *x)
{
    struct ollama_load load;
    if (!ollama_is_load(x->told_in, x->arena, buf_slice(&x->asked_as), &load))
        return NEXT;
    ollama_write_loaded(x->told_in, &load, loop_wall_ms(x->tools->loop) / 1000, &x->out);
    client_reply(x->client, 200, "application/json", exchange_headers(x, false), buf_slice(&x->out));
    x->client = NULL;
    return END;
}

enum step_result take_redact(struct exchange *x)
{
    const struct inspection *inspection = findings_of(x);
    if (!x->decision.hide || !inspection->findings)
        return NEXT;
    x->vault = vault_new(x->arena, snapshot_team_key(x->snapshot, x->team));
    vault_set_ways(x->vault, x->decision.surrogate, x->decision.remove);
    x->redactions = redact(&x->chat, inspection, x->decision.hide, x->vault, x->arena);
    metrics_add(x->tools->metrics, METRIC_REDACTIONS, (int64_t)x->redactions);
    return NEXT;
}

/* ---- the mover ---- */

static void run(struct exchange *x)
{
    while (x->step < sizeof steps / sizeof *steps) {
        enum step_result result = steps[x->step].take(x);
        if (result == WAIT)
            return;
        if (result == END) {
            exchange_end(x);
            return;
        }
        x->step++;
    }
}

void exchange_go_on(struct exchange *x)
{
    x->cancel = NULL;
    if (x->fault.kind) {
        exchange_end_with(x, &x->fault);
        return;
    }
    x->step++;
    run(x);
}

void exchange_begin(struct tools *tools, struct client *client, enum dialect dialect)
{
    struct arena    *arena = arena_new();
    struct exchange *x = arena_alloc(arena, sizeof *x);
    x->arena = arena;
    x->tools = tools;
    x->snapshot = snapshot_ref(tools->snapshot);
    x->client = client;
    x->told_in = dialect;
    x->dialect = dialect_heard(dialect);
    x->began_us = loop_now_us(tools->loop);
    buf_init(&x->out, (size_t)x->snapshot->settings->answer_most_bytes * 2);
    buf_init(&x->draft, x->out.ceiling);
    buf_init(&x->masked, x->out.ceiling);
    buf_init(&x->error_body, ERROR_BODY_MOST);
    buf_init(&x->keeping.joined, (size_t)x->snapshot->settings->body_most_bytes);
    buf_init(&x->keeping.told, STORE_MOST_BYTES);
    buf_init(&x->guarding.waiting, (size_t)x->snapshot->settings->answer_most_bytes);
    tools->running++;
    metrics_add(tools->metrics, METRIC_REQUESTS_RUNNING, 1);
    client_set_owner(client, x);
    client_take_body(client, &x->body);
    request_id_make(client, x->id);
    run(x);
}

static void free_now(void *arg)
{
    struct exchange *x = arg;
    struct arena    *arena = x->arena;
    arena_free(&x->inspecting.arena);
    arena_free(&x->shortening.arena);
    arena_free(&x->likening.arena);
    arena_free(&x->auditing.arena);
    arena_free(&x->hinting.arena);
    timer_fini(&x->deadline);
    timer_fini(&x->tries);
    timer_fini(&x->progress);
    timer_fini(&x->ping);
    buf_wipe(&x->body);
    buf_wipe(&x->asked_as);
    buf_wipe(&x->keeping.joined);
    buf_wipe(&x->keeping.told);
    buf_wipe(&x->masked);
    buf_wipe(&x->out);
    buf_wipe(&x->draft);
    buf_wipe(&x->error_body);
    buf_wipe(&x->guarding.waiting);
    buf_wipe(&x->summarizing.heard);
    snapshot_unref(&x->snapshot);
    arena_free(&arena);
}

void exchange_free_when_nothing_is_out(struct exchange *x)
{
    if (x->thoughts_out == 0)
        loop_defer(x->tools->loop, free_now, x);
}

void exchange_end(struct exchange *x)
{
    if (x->is_over)
        return;
    x->is_over = true;
    x->cancel = NULL;
    if (x->is_behind)
        LIST_REMOVE(x, behind);
    exchange_settle(x);
    x->tools->running--;
    metrics_add(x->tools->metrics, METRIC_REQUESTS_RUNNING, -1);
    exchange_free_when_nothing_is_out(x);
}

enum step_result exchange_refuse(struct exchange *x, const struct fault *why)
{
    exchange_fail(x, why);
    return END;
}

void exchange_end_with(struct exchange *x, const struct fault *why)
{
    exchange_fail(x, why);
    exchange_end(x);
}

void exchange_go_behind(struct exchange *x)
{
    x->is_behind = true;
    LIST_INSERT_HEAD(&x->tools->behind, x, behind);
}

static void break_off(struct exchange *x)
{
    x->client = NULL;
    x->fault = (struct fault){ .kind = FAULT_CLIENT_GONE };
    if (x->cancel)
        x->cancel(x);
    exchange_end(x);
}

void exchange_drop_behind(struct tools *tools)
{
    struct exchange *x;
    while ((x = LIST_FIRST(&tools->behind)))
        break_off(x);
}

void exchange_on_gone(struct client *client)
{
    break_off(client_owner(client));
}

void exchange_on_room(struct client *client)
{
    struct exchange *x = client_owner(client);
    if (x->call)
        call_resume(x->call);
}
