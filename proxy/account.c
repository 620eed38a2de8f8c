/* account.c - see account.h. */
#include "account.h"

#include "privacy/mask.h"
#include "wire/path.h"

enum { PATH_MOST = 2048, AWAY_RETRY_MS = 1000 };

enum stage { INSPECTING, ASKING, ANSWERING };

struct visiting {
    struct errand         errand; /* first */
    enum stage            stage;
    const char           *method, *path; /* beneath the provider's url */
    struct slice          path_said;     /* the same, decoded */
    struct chat           chat;          /* the body's strings; of a request without a body, its path */
    const struct model   *model;         /* that of the settings, or `named` */
    struct model          named;         /* by the client, and known to the account alone */
    const struct service *service;       /* that a model does; NULL: none */
    struct payer          payer;
    struct decision       decision;
    struct vault         *vault; /* NULL: nothing is hidden */
    size_t                redactions;
    struct hold          *purse; /* NULL: it costs nothing, or nobody counts it */
    int64_t               worst_nanousd;
    bool                  is_booking;
    bool                  is_in_hand; /* its provider counts this visit */
    struct call          *call;
    struct timer          late;     /* an answer that trickles in is to end some day */
    bool                  was_sent; /* the provider may have begun to work on it */
    int                   status;
    struct buf            heard;
    int64_t               asked_bytes, heard_bytes;
    struct tab            tab; /* what it came to */
    bool                  is_answered;

    /* what an SLM thread fills in */
    struct inspection   inspection;
    pii_set             path_pii; /* found in the path, where nothing can be hidden; in the inspection too */
    struct answer_usage usage;    /* as the provider says */
};

/* Where a model has to work; all else is kept at the account, and costs nothing. */
struct service {
    const char *path;
    bool        writes; /* else it reads alone */
};

/* ---- reading ---- */

static const struct service *service_at(struct slice path)
{
    static const struct service services[] = { { "/v1/embeddings", false },
                                               { "/v1/moderations", false },
                                               { "/v1/responses/compact", true } };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (slice_is(path, services[i].path))
            return &services[i];
    return NULL;
}

bool account_may(const struct errand *e)
{
    return e->snapshot->settings->account != NULL;
}

static bool is_plain(struct slice text)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.:/=&[]";
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(letters, text.ptr[i], sizeof letters - 1))
            return false;
    return true;
}

/* Ids and small words alone, which are looked through all the same: path_said. Dots would lead up. */
static bool read_path(struct visiting *v, struct fault *why)
{
    const struct http1_head *head = client_head(v->errand.client);
    struct arena            *arena = v->errand.arena;
    bool         is_ollamas = slice_starts(head->path, S("/api/embed")); /* in OpenAI's words by now */
    struct slice path = is_ollamas ? S("/embeddings") : slice_cut(head->path, strlen("/v1"), head->path.len);
    struct slice plain = path_decode(arena, path), query = path_decode(arena, head->query);
    if ((!is_ollamas && !slice_starts(head->path, S("/v1/"))) || head->path.len + head->query.len > PATH_MOST ||
        !is_plain(plain) || !is_plain(query) || slice_find(plain, S("..")) != SLICE_NONE)
        return fault_set(why, FAULT_NOT_KEPT, "an id holds letters, digits and _-.: alone");
    v->service = service_at(head->path);
    v->method = arena_cstr(arena, slice_is(head->method, "HEAD") ? S("GET") : head->method);
    v->path =
        arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(path), head->query.len ? "?" : "", SLICE_ARG(head->query));
    v->path_said = slice_str(arena_printf(arena, "%.*s %.*s", SLICE_ARG(plain), SLICE_ARG(query)));
    return true;
}

/* The settings' own, at its own provider; or one that the account alone knows. */
static bool find_model(struct visiting *v, struct fault *why)
{
    const struct settings *settings = v->errand.snapshot->settings;
    struct slice           name = v->chat.model;
    v->model = name.len ? settings_model(settings, name) : NULL;
    if (!v->model && !settings->account)
        return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model", "\"%.*s\"",
                               SLICE_ARG(slice_cut(name, 0, 80)));
    if (v->model && strcmp(v->model->provider->api->word, "openai") != 0)
        return fault_set_param(why, FAULT_UNSUPPORTED, "model", "%s is not asked for this here",
                               v->model->name);
    if (v->model)
        return true;
    const char *sent_as = name.len ? arena_cstr(v->errand.arena, name) : "";
    v->named = (struct model){ .name = sent_as, .sent_as = sent_as, .provider = settings->account };
    settings_price(settings, &v->named);
    v->model = &v->named;
    return true;
}

static void clean_up(void *arg)
{
    struct visiting *v = arg;
    buf_wipe(&v->heard);
    timer_fini(&v->late);
}

/* The body; of a request without one, what its path says, since an id might be anything. */
static struct slice what_is_said(struct visiting *v)
{
    struct errand *e = &v->errand;
    struct buf     path;
    if (e->body.len)
        return buf_slice(&e->body);
    buf_init(&path, PATH_MOST * 2);
    buf_add_byte(&path, '{');
    json_add_text_member(&path, "path", v->path_said);
    buf_add_byte(&path, '}');
    struct slice said = arena_copy(e->arena, buf_slice(&path));
    buf_fini(&path);
    return said;
}

static bool read_request(struct errand *e, struct fault *why)
{
    struct visiting *v = (struct visiting *)e;
    buf_init(&v->heard, (size_t)e->snapshot->settings->answer_most_bytes);
    arena_defer(e->arena, clean_up, v);
    v->payer = e->asking_who.caller.payer;
    payer_add_tags(&v->payer, http1_header(client_head(e->client), "x-weir-tags"), e->arena);
    return read_path(v, why) && plain_chat_read(e->arena, what_is_said(v), &v->chat, why) && find_model(v, why);
}

/* ---- deciding ---- */

static bool choose(struct visiting *v, struct fault *why)
{
    const struct snapshot *snapshot = v->errand.snapshot;
    struct decision       *d = &v->decision;
    const struct grants   *grants = &v->errand.asking_who.caller.grants;
    const char            *zone = snapshot->settings->zone[v->model->provider->zone];
    struct facts           facts;
    facts_of(&v->chat, &v->inspection, v->errand.team, &facts);
    facts.payer = &v->payer;
    facts.grants = *grants;
    facts.model = v->model == &v->named ? S("") : slice_str(v->model->name);
    if (!decide(snapshot->policy, &facts, d, why))
        return false;
    if (!reach_allows(d->reach, v->model->provider->zone))
        return fault_set(why, FAULT_OUT_OF_REACH, "%s is beyond %s", v->model->provider->name,
                         snapshot->settings->zone[d->reach]);
    const char *whose = grants_forbid_zone(grants, zone);
    if (!whose && v->model == &v->named)
        whose = grants_forbid_model(grants, snapshot->settings, v->model->name);
    if (!whose && v->model == &v->named) /* no route leads there */
        whose = grants_forbid_route(grants, ROUTE_ASKED);
    if (whose)
        return fault_set(why, FAULT_DENIED, "%s may not ask %s for it", whose, v->model->provider->name);
    if ((d->hide & v->path_pii) && v->model->provider->zone > 0)
        return fault_set(why, FAULT_OUT_OF_REACH, "its id is private, and cannot be hidden");
    if (d->answers_redact | d->answers_block)
        return fault_set(why, FAULT_OUT_OF_REACH, "answers are to be looked through, and this would not be");
    return true;
}

static void hide(struct visiting *v)
{
    if (!v->decision.hide || !v->inspection.findings || v->model->provider->zone == 0)
        return;
    v->vault = vault_new(v->errand.arena, errand_team_key(&v->errand));
    vault_set_ways(v->vault, v->decision.surrogate, v->decision.remove);
    v->redactions = redact(&v->chat, &v->inspection, v->decision.hide, v->vault, v->errand.arena);
}

/* ---- hearing ---- */

static void let_go(struct visiting *v, enum leg_end end)
{
    struct tools *tools = v->errand.tools;
    timer_clear(&v->late);
    if (v->is_in_hand)
        providers_end_visit(tools->providers, v->model->provider, end, loop_now_ms(tools->loop));
    v->is_in_hand = false;
}

static void done(struct visiting *v)
{
    v->call = NULL;
    v->heard_bytes = (int64_t)v->heard.len;
    v->stage = ANSWERING;
    errand_fetched(&v->errand);
}

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    struct visiting *v = arg;
    (void)call;
    v->status = head->status;
}

static void hang_up(struct visiting *v, enum fault_kind kind, const char *what)
{
    v->was_sent = call_was_sent(v->call);
    fault_set(&v->errand.why, kind, "%s: %s", v->model->provider->name, what);
    call_cancel(&v->call);
    let_go(v, LEG_FAILED);
    done(v);
}

static void on_late(void *arg)
{
    hang_up(arg, FAULT_PROVIDER_SILENT, "the answer did not end");
}

static void on_body(struct call *call, struct slice bytes, void *arg)
{
    struct visiting *v = arg;
    (void)call;
    buf_add(&v->heard, bytes);
    if (v->heard.full)
        hang_up(v, FAULT_PROVIDER_BROKE, "the answer is too long");
}

static void on_end(struct call *call, void *arg)
{
    struct visiting *v = arg;
    struct errand   *e = &v->errand;
    v->was_sent = call_was_sent(call);
    let_go(v, v->status < 300 ? LEG_WENT_WELL
                              : leg_end_of(refusal_read(v->status, buf_slice(&v->heard), e->arena)));
    if (v->status == 404)
        fault_set(&e->why, FAULT_NOT_KEPT, "nor at %s", v->model->provider->name);
    else if (v->status == 400 || v->status == 413 || v->status == 422)
        fault_set(&e->why, FAULT_BAD_REQUEST, "%s refused it with status %d", v->model->provider->name,
                  v->status);
    else if (v->status == 429)
        e->why.kind = FAULT_PROVIDER_LIMITED;
    else if (v->status >= 300)
        fault_set(&e->why, FAULT_PROVIDER_REFUSED, "%s answered with status %d", v->model->provider->name,
                  v->status);
    done(v);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    struct visiting *v = arg;
    v->was_sent = call_was_sent(call);
    let_go(v, LEG_FAILED);
    v->errand.why = *why;
    done(v);
}

static const struct call_handler hearing = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
};

/* ---- asking ---- */

static void ask(struct visiting *v)
{
    struct errand            *e = &v->errand;
    const struct provider    *provider = v->model->provider;
    const struct chat_changes changes = { .model = slice_str(v->model->sent_as) };
    struct resting            rests;
    struct buf                body;
    v->is_in_hand = providers_begin_visit(e->tools->providers, provider, loop_now_ms(e->tools->loop), &rests);
    if (!v->is_in_hand) {
        fault_set(&e->why, FAULT_PROVIDER_RESTS, "%s is %s", provider->name, rest_word(rests.why));
        e->retry_after_ms = rests.wait_ms;
        errand_fetched(e);
        return;
    }
    timer_set(e->tools->loop, &v->late, provider->progress_ms, on_late, v);
    buf_init(&body, SIZE_MAX); /* bounded by what was received */
    if (e->body.len)
        chat_write(&v->chat, &changes, e->arena, &body);
    v->asked_bytes = (int64_t)body.len;
    const struct inquiry inquiry = { .method = v->method, .path = v->path, .body = buf_slice(&body) };
    v->call = upstream_ask(e->tools->upstream, snapshot_origin(e->snapshot, provider), &inquiry, &hearing, v);
    buf_wipe(&body);
}

static void on_booked(void *arg, enum ledger_verdict verdict, struct hold *h)
{
    struct visiting *v = arg;
    struct fault    *why = &v->errand.why;
    v->is_booking = false;
    switch (verdict) {
    case LEDGER_HELD:
        ask(v);
        return;
    case LEDGER_LIMITED:
        ledger_explain_limited(h, why);
        v->errand.retry_after_ms = h->wait_ms;
        break;
    case LEDGER_OVER:
        ledger_explain_over(h, why);
        break;
    case LEDGER_AWAY:
        if (h->lines == 0 || /* limits are convenience */
            ledger_allow(v->errand.tools->ledger, h, v->worst_nanousd,
                         v->errand.snapshot->settings->ledger_allow_nanousd)) {
            ask(v);
            return;
        }
        why->kind = FAULT_LEDGER_AWAY;
        v->errand.retry_after_ms = AWAY_RETRY_MS;
        break;
    }
    errand_fetched(&v->errand);
}

static bool book(struct visiting *v)
{
    struct errand *e = &v->errand;
    if (!v->service)
        return true;
    const int64_t         more_bytes = v->vault ? (int64_t)v->inspection.findings * SHOWN_MOST : 0;
    const struct estimate estimate = { .model = &v->model,
                                       .models = 1,
                                       .prompt_bytes = (int64_t)e->body.len + more_bytes,
                                       .max_tokens = v->service->writes ? -1 : 0,
                                       .choices = 1 };
    v->purse = hold_new();
    return booking_make(v->purse, &v->decision, &v->payer, &estimate, loop_wall_ms(e->tools->loop),
                        &v->worst_nanousd, &e->why);
}

static void fetch(struct errand *e)
{
    struct visiting *v = (struct visiting *)e;
    if (v->stage == INSPECTING) {
        errand_fetched(e);
        return;
    }
    if (!choose(v, &e->why)) {
        errand_fetched(e);
        return;
    }
    hide(v);
    if (!book(v)) {
        errand_fetched(e);
        return;
    }
    if (v->purse && (v->purse->lines || v->purse->rates)) {
        v->is_booking = true;
        v->purse->is_hasty = v->worst_nanousd <= e->snapshot->settings->ledger_allow_nanousd;
        ledger_hold(e->tools->ledger, v->purse, on_booked, v);
        return;
    }
    hold_free(&v->purse);
    ask(v);
}

/* ---- what it has cost ---- */

/* Once. While an SLM thread may yet read the answer, what that says of its usage is not known. */
static void charge(struct visiting *v)
{
    static const struct answer_usage untold;
    struct errand                   *e = &v->errand;
    if (!v->service || !v->was_sent || v->status >= 300 || v->tab.lines)
        return;
    const struct answer_usage usage =
        usage_whole(e->is_out ? &untold : &v->usage, v->asked_bytes, v->service->writes ? v->heard_bytes : 0);
    int64_t tokens = usage.prompt_tokens + usage.completion_tokens;
    e->cost_nanousd = price_usage(&v->model->price, &usage);
    tab_add(&v->tab, v->model, &usage, e->cost_nanousd);
    booking_charge(v->purse, v->model, e->cost_nanousd);
    for (unsigned i = 0; v->purse && i < v->purse->rates; i++)
        v->purse->rate[i].used_tokens = tokens;
    metrics_model(e->tools->metrics, v->model->name, e->snapshot->settings->zone[v->model->provider->zone],
                  e->cost_nanousd, usage.prompt_tokens, usage.completion_tokens);
}

/* In Redis' sums, and in the metrics. There is nothing dearer to compare it with: it saves nothing. */
static void sum_up(struct visiting *v)
{
    struct errand         *e = &v->errand;
    const struct savings   savings = { .baseline_nanousd = e->cost_nanousd };
    const enum answered_by answered = v->model->provider->zone == 0 ? BY_LOCAL : BY_REMOTE;
    const struct spent     spent = { .payer = &v->payer,
                                     .model = v->model,
                                     .is_model_theirs = v->model == &v->named,
                                     .by = v->is_answered ? answered : BY_NOBODY,
                                     .tab = &v->tab,
                                     .savings = &savings };
    metrics_add(e->tools->metrics, METRIC_COST, e->cost_nanousd);
    metrics_add(e->tools->metrics, METRIC_BASELINE, e->cost_nanousd);
    spend_add(e->tools->spend, &spent, e->snapshot->settings->spend_keep_ms);
}

static void cancel(struct errand *e)
{
    struct visiting *v = (struct visiting *)e;
    v->was_sent = v->was_sent || (v->call && call_was_sent(v->call));
    call_cancel(&v->call);
    let_go(v, LEG_SAID_NOTHING);
    if (v->is_booking)
        ledger_cancel(e->tools->ledger, v->purse);
    v->is_booking = false;
    charge(v);
    if (v->service && v->model)
        sum_up(v);
    ledger_settle(e->tools->ledger, &v->purse);
}

/* ---- on an SLM thread ---- */

static void look(struct visiting *v, const struct inspector *inspector)
{
    struct fault       why = { 0 };
    struct findings    in_path = { 0 };
    const struct needs needs = v->errand.snapshot->needs;
    if (!inspect(inspector, needs, v->errand.arena, &v->chat, &v->inspection, &why) ||
        (needs.pii && !inspect_text(inspector, v->errand.arena, v->path_said, false, &in_path, &why)))
        v->inspection.is_inspected = false; /* law 2: what could not be read is private */
    v->path_pii = in_path.kinds;
    v->inspection.pii |= in_path.kinds;
    v->stage = ASKING;
}

/* OpenAI says nothing of a response that it deletes. */
static void add_deleted(struct visiting *v)
{
    struct buf *out = &v->errand.answer;
    buf_add_byte(out, '{');
    json_add_text_member(out, "id", v->errand.object);
    buf_add_str(out, ",\"object\":\"response.deleted\",\"deleted\":true}");
}

static void give(struct visiting *v)
{
    if (v->vault)
        vault_restore(v->vault, buf_slice(&v->heard), true, &v->errand.answer);
    else
        buf_add(&v->errand.answer, buf_slice(&v->heard));
}

static void give_answer(struct visiting *v)
{
    struct errand *e = &v->errand;
    struct json    json;
    mask_strike_out(&v->heard, slice_str(v->model->provider->key)); /* it may quote all that it was sent */
    if (v->heard.len == 0 && strcmp(v->method, "DELETE") == 0)
        add_deleted(v);
    else if (!json_read(e->arena, buf_slice(&v->heard), &json, NULL) || json_kind(&json, 0) != JSON_OBJECT)
        fault_set(&e->why, FAULT_PROVIDER_BROKE, "it is no JSON object");
    else {
        usage_read(&json, json_get(&json, 0, "usage"), &v->usage);
        give(v);
    }
    e->is_done = true;
}

static void work(struct errand *e, const struct inspector *inspector)
{
    struct visiting *v = (struct visiting *)e;
    if (v->stage == INSPECTING)
        look(v, inspector);
    else
        give_answer(v);
}

/* ---- what is told ---- */

static void add_money(struct visiting *v, struct buf *headers)
{
    char    usd[32];
    int64_t left;
    nanousd_format(v->errand.cost_nanousd, usd);
    reply_header(headers, "x-weir-model", v->model->name);
    reply_header(headers, "x-weir-cost-usd", v->model->price.is_known ? usd : "unknown");
    if (booking_remaining(v->purse, &left)) {
        nanousd_format(left, usd);
        reply_header(headers, "x-weir-budget-remaining-usd", usd);
    }
    if (v->purse && v->purse->allowed_nanousd)
        reply_header(headers, "x-weir-budget", "allowance");
    booking_rate_headers(v->purse, headers);
}

static void finish(struct errand *e, struct buf *headers)
{
    struct visiting *v = (struct visiting *)e;
    reply_header(headers, "x-weir-provider", v->model->provider->name);
    reply_header(headers, "x-weir-zone", e->snapshot->settings->zone[v->model->provider->zone]);
    v->is_answered = true;
    charge(v);
    if (v->service)
        add_money(v, headers);
}

static void tell(const struct errand *e, bool is_answered, struct buf *line)
{
    const struct visiting *v = (const struct visiting *)e;
    (void)is_answered;
    if (v->model) {
        buf_add(line, S(",\"provider\":"));
        json_add_string(line, slice_str(v->model->provider->name));
    }
}

const struct errand_kind account_errand = {
    .name = "account",
    .bytes = sizeof(struct visiting),
    .read = read_request,
    .fetch = fetch,
    .work = work,
    .cancel = cancel,
    .finish = finish,
    .tell = tell,
};
