/*
 * embeddings.c - one request for embeddings.
 *
 *   identify -> read -> admit -> piece -> piece ... -> reply
 *   client              redis    SLM      SLM
 *
 * It waits for at most one thing: Redis, or the piece that is out. A piece that an SLM thread has in hand
 * cannot be called back; then what it works on is freed when it comes back.
 */
#include "embeddings.h"

#include "admit.h"
#include "base/die.h"
#include "request_id.h"
#include "wire/embeddings.h"

#include <stdio.h>

/* About the time that one long chat's inspection takes. */
enum { PIECE_TEXTS = 16, HEADERS_MOST_BYTES = 1024 };

struct embedding {
    struct job                job; /* first: what the pool gives back */
    struct tools             *tools;
    struct snapshot          *snapshot;
    struct arena             *arena;
    struct client            *client; /* NULL once it has hung up or has its reply */
    const struct team        *team;
    struct buf                body; /* what the request's texts stand in; it outlives the client */
    struct embeddings_request request;
    struct admission          admission;
    uint64_t                  redis_id; /* what it waits for in Redis; 0: nothing */
    bool                      is_out;   /* the pool has a piece, or will give it back */
    struct timer              deadline; /* of the piece that is out */
    int64_t                   began_ms;
    char                      id[REQUEST_ID_BYTES];

    /* what the SLM threads fill in */
    uint32_t  *ids;  /* [slm_tokens_most() + 1] scratch */
    size_t     done; /* # texts embedded */
    struct buf answer;
    int64_t    tokens; /* read by the model, [CLS] and [SEP] included */
    size_t     cut;    /* # texts that were longer than the model looks at */
};

/* ---- the end ---- */

static void free_now(void *arg)
{
    struct embedding *e = arg;
    timer_fini(&e->deadline);
    buf_wipe(&e->answer);
    buf_wipe(&e->body);
    snapshot_unref(&e->snapshot);
    arena_free(&e->arena);
    free(e);
}

/* One line, as chats have it. The embeddings' model is inside Weir: zone 0, and nothing is charged. */
static void tell_audit(const struct embedding *e, enum fault_kind fault)
{
    const struct settings *settings = e->snapshot->settings;
    const bool             is_still = !e->is_out; /* else an SLM thread may be counting on */
    struct buf             line;
    buf_init(&line, SIZE_MAX); /* bounded by the names in the settings */
    buf_printf(&line, "{\"at_ms\":%lld,\"id\":", (long long)loop_wall_ms(e->tools->loop));
    json_add_string(&line, slice_str(e->id));
    buf_add(&line, S(",\"endpoint\":\"embeddings\""));
    if (e->team) {
        buf_add(&line, S(",\"team\":"));
        json_add_string(&line, slice_str(e->team->name));
    }
    if (!fault) {
        buf_add(&line, S(",\"model\":"));
        json_add_string(&line, slice_str(slm_name(e->snapshot->slm)));
        buf_add(&line, S(",\"zone\":"));
        json_add_string(&line, slice_str(settings->zone[0]));
    }
    buf_printf(&line,
               ",\"verdict\":\"%s\",\"embeddings\":%zu,\"cut_texts\":%zu,\"prompt_tokens\":%lld,"
               "\"cost_nanousd\":0,\"ms\":%lld}",
               fault ? fault_code(fault) : "answered", is_still ? e->done : 0, is_still ? e->cut : 0,
               is_still ? (long long)e->tokens : 0, (long long)(loop_now_ms(e->tools->loop) - e->began_ms));
    audit_line(e->tools->audit, buf_slice(&line));
    buf_fini(&line);
}

/* Nobody waits for the answer any more, or has it. */
static void end(struct embedding *e, enum fault_kind fault)
{
    struct metrics *metrics = e->tools->metrics;
    if (e->tools->audit)
        tell_audit(e, fault);
    e->client = NULL;
    e->tools->running--;
    metrics_add(metrics, METRIC_REQUESTS_RUNNING, -1);
    metrics_add(metrics, METRIC_REQUESTS, 1);
    if (fault)
        metrics_fault(metrics, fault);
    if (fault == FAULT_CLIENT_GONE)
        metrics_add(metrics, METRIC_CLIENTS_GONE, 1);
    metrics_latency_ms(metrics, loop_now_ms(e->tools->loop) - e->began_ms, 0);
    timer_clear(&e->deadline);
    if (e->is_out && slm_pool_cancel(e->tools->slm_pool, &e->job))
        e->is_out = false;
    if (!e->is_out)
        loop_defer(e->tools->loop, free_now, e);
}

/* retry_after_s: 0 where it is not to be told. */
static void refuse(struct embedding *e, const struct fault *why, int64_t retry_after_s)
{
    struct buf headers;
    buf_init(&headers, HEADERS_MOST_BYTES);
    buf_printf(&headers, "x-request-id: %s\r\n", e->id);
    if (retry_after_s > 0)
        buf_printf(&headers, "retry-after: %lld\r\n", (long long)retry_after_s);
    client_reply_fault(e->client, why, buf_slice(&headers));
    buf_fini(&headers);
    end(e, why->kind);
}

static void reply(struct embedding *e)
{
    struct buf headers;
    buf_init(&headers, HEADERS_MOST_BYTES);
    buf_printf(&headers, "x-request-id: %s\r\n", e->id);
    reply_header(&headers, "x-weir-model", slm_name(e->snapshot->slm));
    reply_header(&headers, "x-weir-zone", e->snapshot->settings->zone[0]);
    if (e->cut)
        buf_printf(&headers, "x-weir-cut-texts: %zu\r\n", e->cut);
    embeddings_end(&e->answer, slm_name(e->snapshot->slm), e->tokens);
    if (e->answer.full)
        die("an answer of %zu embeddings is longer than its ceiling", e->request.count);
    metrics_add(e->tools->metrics, METRIC_EMBEDDINGS, (int64_t)e->request.count);
    client_reply(e->client, 200, "application/json", buf_slice(&headers), buf_slice(&e->answer));
    buf_fini(&headers);
    end(e, FAULT_NONE);
}

/* ---- pieces ---- */

/* On an SLM thread. The answer is written here too: printing a million numbers takes longer than a loop may. */
static void run_piece(struct job *job, const struct inspector *inspector)
{
    struct embedding *e = (struct embedding *)job;
    const struct slm *slm = slm_of(inspector->worker);
    const size_t      most = slm_tokens_most(slm);
    float             embedding[SLM_DIM_MOST];
    for (size_t i = 0; i < PIECE_TEXTS && e->done < e->request.count; i++, e->done++) {
        struct slice text = e->request.text[e->done];
        size_t       tokens = slm_tokenize(inspector->worker, text, e->ids, most + 1);
        e->cut += tokens > most;
        e->tokens += (int64_t)(tokens > most ? most : tokens);
        slm_embed(inspector->worker, text, embedding);
        embeddings_add(&e->answer, e->done, embedding, slm_dim(slm), e->request.is_base64);
    }
}

static void on_late(void *arg)
{
    struct embedding *e = arg;
    struct fault      why = { .kind = FAULT_BUSY };
    refuse(e, &why, 0);
}

static void send_piece(struct embedding *e)
{
    e->is_out = slm_pool_submit(e->tools->slm_pool, &e->job);
    if (e->is_out)
        timer_set(e->tools->loop, &e->deadline, e->snapshot->settings->inspect_ms, on_late, e);
    else
        on_late(e);
}

static void on_piece(struct job *job)
{
    struct embedding *e = (struct embedding *)job;
    e->is_out = false;
    if (!e->client) {
        loop_defer(e->tools->loop, free_now, e);
        return;
    }
    timer_clear(&e->deadline);
    if (e->done < e->request.count)
        send_piece(e);
    else
        reply(e);
}

static void begin_pieces(struct embedding *e)
{
    const struct slm *slm = e->snapshot->slm;
    e->job =
        (struct job){ .run = run_piece, .done = on_piece, .loop = e->tools->loop, .snapshot = e->snapshot };
    e->ids = arena_array(e->arena, slm_tokens_most(slm) + 1, sizeof *e->ids);
    buf_init(&e->answer, embeddings_bytes_most(e->request.count, slm_dim(slm)));
    embeddings_begin(&e->answer);
    send_piece(e);
}

/* ---- the beginning ---- */

static bool is_served(const struct snapshot *s, const struct embeddings_request *request, struct fault *why)
{
    if (!s->slm)
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model",
                               "embeddings need a model on this machine; ./deploy/model fetches one");
    if (!slice_is(request->model, slm_name(s->slm)))
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model", "\"%.*s\"; embeddings are made by \"%s\"",
                               SLICE_ARG(slice_cut(request->model, 0, 80)), slm_name(s->slm));
    if (request->dimensions && request->dimensions != slm_dim(s->slm))
        return fault_set_param(why, FAULT_UNSUPPORTED, "dimensions",
                               "%s makes embeddings of %u numbers, no other", slm_name(s->slm),
                               slm_dim(s->slm));
    return true;
}

static bool read_request(struct embedding *e, struct fault *why)
{
    struct slice key = client_api_key(e->client);
    e->team = snapshot_team(e->snapshot, key);
    if (!e->team) {
        *why = (struct fault){ .kind = key.len ? FAULT_BAD_KEY : FAULT_NO_KEY };
        return false;
    }
    client_take_body(e->client, &e->body);
    return embeddings_read(e->arena, buf_slice(&e->body), &e->request, why) &&
           is_served(e->snapshot, &e->request, why);
}

static void on_admitted(void *arg, int64_t wait_s)
{
    struct embedding *e = arg;
    e->redis_id = 0;
    if (wait_s == 0) {
        begin_pieces(e);
        return;
    }
    struct fault why;
    fault_set(&why, FAULT_RATE_LIMITED, "team %s may ask %lld times a minute; the next minute begins in %lld s",
              e->team->name, (long long)e->team->requests_a_minute, (long long)wait_s);
    refuse(e, &why, wait_s);
}

void embeddings_begin_for(struct tools *tools, struct client *client)
{
    struct fault      why = { 0 };
    struct embedding *e = must_calloc(1, sizeof *e);
    *e = (struct embedding){
        .tools = tools,
        .snapshot = snapshot_ref(tools->snapshot),
        .arena = arena_new(),
        .client = client,
        .began_ms = loop_now_ms(tools->loop),
    };
    tools->running++;
    metrics_add(tools->metrics, METRIC_REQUESTS_RUNNING, 1);
    client_set_owner(client, e);
    request_id_make(client, e->id);
    if (!read_request(e, &why))
        refuse(e, &why, 0);
    else if (e->team->requests_a_minute > 0)
        e->redis_id = admit(tools->redis, &e->admission, e->team->name, e->team->requests_a_minute,
                            loop_wall_ms(tools->loop), on_admitted, e);
    else
        begin_pieces(e);
}

void embeddings_on_gone(struct client *client)
{
    struct embedding *e = client_owner(client);
    if (e->redis_id)
        redis_cancel(e->tools->redis, e->redis_id);
    end(e, FAULT_CLIENT_GONE);
}
