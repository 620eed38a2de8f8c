/* errand.c - see errand.h. */
#include "errand.h"

#include "base/die.h"
#include "wire/json.h"
#include "wire/path.h"

enum { HEADERS_MOST_BYTES = 2048 };

/* ---- the end ---- */

static void free_now(void *arg)
{
    struct errand *e = arg;
    timer_fini(&e->deadline);
    buf_wipe(&e->answer);
    buf_wipe(&e->body);
    snapshot_unref(&e->snapshot);
    arena_free(&e->arena);
    free(e);
}

/* One line, as chats have it. */
static void tell_audit(const struct errand *e, enum fault_kind fault)
{
    struct buf line;
    buf_init(&line, SIZE_MAX); /* bounded by the names in the settings */
    buf_printf(&line, "{\"at_ms\":%lld,\"id\":", (long long)loop_wall_ms(e->tools->loop));
    json_add_string(&line, slice_str(e->id));
    buf_printf(&line, ",\"endpoint\":\"%s\"", e->kind->name);
    if (e->team) {
        buf_add(&line, S(",\"team\":"));
        json_add_string(&line, slice_str(e->team->name));
    }
    if (e->kind->tell && !e->is_out) /* else an SLM thread may be counting on */
        e->kind->tell(e, !fault, &line);
    buf_printf(&line, ",\"verdict\":\"%s\",\"cost_nanousd\":%lld,\"ms\":%lld}",
               fault ? fault_code(fault) : "answered", (long long)e->cost_nanousd,
               (long long)(loop_now_ms(e->tools->loop) - e->began_ms));
    audit_line(e->tools->audit, buf_slice(&line));
    buf_fini(&line);
}

/* Nobody waits for the answer any more, or has it. */
static void end(struct errand *e, enum fault_kind fault)
{
    struct metrics *metrics = e->tools->metrics;
    auth_cancel(&e->asking_who);
    if (e->is_waiting)
        ledger_cancel(e->tools->ledger, e->hold);
    e->is_waiting = false;
    if (e->redis_id)
        redis_cancel(e->tools->redis, e->redis_id);
    e->redis_id = 0;
    if (e->kind->cancel)
        e->kind->cancel(e);
    ledger_settle(e->tools->ledger, &e->hold);
    e->client = NULL;
    e->tools->running--;
    metrics_add(metrics, METRIC_REQUESTS_RUNNING, -1);
    metrics_add(metrics, METRIC_REQUESTS, 1);
    if (fault)
        metrics_fault(metrics, fault);
    if (fault == FAULT_CLIENT_GONE)
        metrics_add(metrics, METRIC_CLIENTS_GONE, 1);
    metrics_latency_ms(metrics, loop_now_ms(e->tools->loop) - e->began_ms, 0);
    if (e->tools->audit)
        tell_audit(e, fault);
    timer_clear(&e->deadline);
    if (e->is_out && slm_pool_cancel(e->tools->slm_pool, &e->job))
        e->is_out = false;
    if (!e->is_out)
        loop_defer(e->tools->loop, free_now, e);
}

static bool goes_elsewhere(const struct errand *e, const struct fault *why)
{
    bool is_missing =
        why->kind == FAULT_NOT_KEPT || why->kind == FAULT_NO_SUCH_MODEL || why->kind == FAULT_NO_PREVIOUS;
    return is_missing && e->kind->elsewhere && e->kind->may(e);
}

static void go_elsewhere(struct errand *);

static void refuse(struct errand *e, const struct fault *why)
{
    struct buf headers;
    if (goes_elsewhere(e, why)) {
        go_elsewhere(e);
        return;
    }
    buf_init(&headers, HEADERS_MOST_BYTES);
    buf_printf(&headers, "x-request-id: %s\r\n", e->id);
    if (e->retry_after_ms > 0)
        buf_printf(&headers, "retry-after: %lld\r\nretry-after-ms: %lld\r\n",
                   (long long)(e->retry_after_ms + 999) / 1000, (long long)e->retry_after_ms);
    client_reply_fault(e->client, why, buf_slice(&headers));
    buf_fini(&headers);
    end(e, why->kind);
}

static void reply(struct errand *e)
{
    struct buf headers;
    buf_init(&headers, HEADERS_MOST_BYTES);
    buf_printf(&headers, "x-request-id: %s\r\n", e->id);
    if (e->kind->finish)
        e->kind->finish(e, &headers);
    client_reply(e->client, 200, "application/json", buf_slice(&headers), buf_slice(&e->answer));
    buf_fini(&headers);
    end(e, FAULT_NONE);
}

/* ---- pieces ---- */

static void retell(struct errand *e)
{
    struct buf told;
    buf_init(&told, e->answer.ceiling);
    if (!e->asked_as->retell(e->arena, buf_slice(&e->answer), &told))
        fault_set(&e->why, FAULT_PROVIDER_BROKE, "it is no answer to what was asked");
    buf_wipe(&e->answer);
    e->answer = told;
}

static void run_piece(struct job *job, const struct inspector *inspector)
{
    struct errand *e = (struct errand *)job;
    e->kind->work(e, inspector);
    if (e->is_done && !e->why.kind && e->asked_as->retell)
        retell(e);
}

static void on_late(void *arg)
{
    struct errand *e = arg;
    struct fault   why;
    fault_set(&why, FAULT_BUSY, "a text was not read in %lld ms", (long long)e->snapshot->settings->inspect_ms);
    refuse(e, &why);
}

static void send_piece(struct errand *e)
{
    struct fault why = { .kind = FAULT_BUSY };
    e->is_out = slm_pool_submit(e->tools->slm_pool, &e->job);
    if (e->is_out)
        timer_set(e->tools->loop, &e->deadline, e->snapshot->settings->inspect_ms, on_late, e);
    else
        refuse(e, &why);
}

void errand_fetched(struct errand *e)
{
    e->redis_id = 0;
    if (e->why.kind)
        refuse(e, &e->why);
    else
        send_piece(e);
}

/* What comes next: what it has to know, where it has to be asked for, then the piece. */
static void begin_work(struct errand *e)
{
    if (e->kind->fetch)
        e->kind->fetch(e);
    else if (e->kind->work)
        send_piece(e);
    else
        reply(e);
}

static void on_piece(struct job *job)
{
    struct errand *e = (struct errand *)job;
    e->is_out = false;
    if (!e->client) {
        loop_defer(e->tools->loop, free_now, e);
        return;
    }
    timer_clear(&e->deadline);
    if (!e->why.kind && e->answer.full)
        fault_set(&e->why, FAULT_TOO_LARGE, "its answer is longer than %zu bytes", e->answer.ceiling);
    if (e->why.kind)
        refuse(e, &e->why);
    else if (e->is_done)
        reply(e);
    else
        begin_work(e);
}

/* ---- the beginning ---- */

static void on_counted(void *arg, enum ledger_verdict verdict, struct hold *h)
{
    struct errand *e = arg;
    struct fault   why;
    e->is_waiting = false;
    e->is_admitted = true;
    if (verdict != LEDGER_LIMITED) { /* a limit is convenience: it is not what a Redis that is away stops */
        begin_work(e);
        return;
    }
    ledger_explain_limited(h, &why);
    e->retry_after_ms = h->wait_ms;
    refuse(e, &why);
}

/* Counts it in the team's limit, where there is one. */
static void admit(struct errand *e)
{
    e->hold = hold_new();
    booking_add_team_limit(e->hold, e->team);
    if (e->hold->rates) {
        e->is_waiting = true;
        ledger_hold(e->tools->ledger, e->hold, on_counted, e);
        return;
    }
    hold_free(&e->hold);
    e->is_admitted = true;
    begin_work(e);
}

static bool understands(struct errand *e, struct fault *why)
{
    return !e->kind->read || e->kind->read(e, why);
}

/* It goes on as an errand of another kind, with what it has come to so far: who asks, and that they may. */
static void go_elsewhere(struct errand *e)
{
    struct fault why = { 0 };
    e->kind = e->kind->elsewhere;
    memset((char *)e + sizeof *e, 0, e->kind->bytes - sizeof *e);
    e->why = (struct fault){ 0 };
    e->is_done = false;
    buf_wipe(&e->answer);
    buf_init(&e->answer, (size_t)e->snapshot->settings->answer_most_bytes);
    if (!understands(e, &why))
        refuse(e, &why);
    else if (e->is_admitted)
        begin_work(e);
    else
        admit(e);
}

static size_t bytes_of(const struct errand_kind *kind)
{
    size_t other = kind->elsewhere ? kind->elsewhere->bytes : 0;
    return kind->bytes > other ? kind->bytes : other;
}

/* It is known who asks, or why that is not known. */
static void on_identified(void *arg)
{
    struct errand *e = arg;
    struct fault   why = e->asking_who.why;
    e->team = e->asking_who.caller.team;
    if (!e->team || !understands(e, &why))
        refuse(e, &why);
    else
        admit(e);
}

void errand_begin(struct tools *tools, struct client *client, const struct errand_kind *kind,
                  struct slice object)
{
    struct errand *e = must_calloc(1, bytes_of(kind));
    *e = (struct errand){
        .job = { .run = run_piece, .done = on_piece, .loop = tools->loop },
        .kind = kind,
        .asked_as = kind,
        .tools = tools,
        .snapshot = snapshot_ref(tools->snapshot),
        .arena = arena_new(),
        .client = client,
        .began_ms = loop_now_ms(tools->loop),
    };
    e->job.snapshot = e->snapshot;
    e->object = arena_copy(e->arena, path_decode(e->arena, object));
    buf_init(&e->answer, (size_t)e->snapshot->settings->answer_most_bytes);
    tools->running++;
    metrics_add(tools->metrics, METRIC_REQUESTS_RUNNING, 1);
    client_set_owner(client, e);
    request_id_make(client, e->id);
    struct slice key = client_api_key(client);
    client_take_body(client, &e->body);
    if (auth_ask(tools->auth, &e->asking_who, e->snapshot, key, e->arena, on_identified, e) != AUTH_WAITS)
        on_identified(e);
}

const struct vault_key *errand_team_key(const struct errand *e)
{
    return snapshot_team_key(e->snapshot, e->team);
}

void errand_on_gone(struct client *client)
{
    struct errand *e = client_owner(client);
    end(e, FAULT_CLIENT_GONE);
}
