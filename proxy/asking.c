/*
 * asking.c - the step forward: candidates asked in turn, and the answer's way back to the client.
 *
 *   next model --> ask --> hear --> relay --> client
 *       ^                    |        |
 *       +--failed unheard----+        +-- a draft is held whole, judged, then delivered or followed by what it
 * escalates to
 *
 * After the first byte to the client nothing is tried again: a failure then ends in an error event and an
 * unfinished body (law 4).
 */
#include "exchange_parts.h"
#include "outcomes.h"

#include "base/log.h"

enum {
    RECORD_MOST_BYTES = 4096,
    LINGER_MS = 500,      /* for the end of an answer that has said [DONE] */
    ERROR_MOST_MS = 2000, /* for the body of an error, which might never end */
    ERROR_BODY_MOST = 4096,
};

static void ask_or_end(struct exchange *x);

static const struct vault *live_vault(const struct exchange *x)
{
    return x->vault && vault_count(x->vault) ? x->vault : NULL;
}

static struct relay *relay_for(struct exchange *x)
{
    const struct relay_options options = {
        .dialect = dialect_heard(x->model->provider->api->dialect),
        .told_in = x->told_in,
        .request = buf_slice(&x->asked_as),
        .is_stream = x->chat.stream,
        .vault = live_vault(x),
        .strip_logprobs = !x->chat.has_logprobs,
        .strip_usage = x->chat.stream && !x->chat.include_usage,
        .is_judged = x->is_draft || x->uses_cache,
        .answer_most_bytes = (size_t)x->snapshot->settings->answer_most_bytes,
        .now_s = loop_wall_ms(x->tools->loop) / 1000,
    };
    return relay_new(x->arena, &options);
}

/* ---- towards the client ---- */

static const char *content_type(const struct exchange *x)
{
    return x->chat.stream ? "text/event-stream" : "application/json";
}

static void begin_stream(struct exchange *x)
{
    if (!client_is_replying(x->client))
        client_reply_begin(x->client, 200, content_type(x), exchange_headers(x, false), -1);
}

/* A stream's cost is known only now, after its headers: it goes along in a comment, which SSE readers pass over
 * (WHATWG HTML, 9.2.5). */
static void seal(struct exchange *x)
{
    if (x->chat.stream) {
        char    cost[32];
        int64_t left;
        nanousd_format(x->cost_nanousd, cost);
        buf_printf(&x->out, ": x-weir-cost-usd %s\n", cost);
        if (booking_remaining(x->hold, &left)) {
            nanousd_format(left, cost);
            buf_printf(&x->out, ": x-weir-budget-remaining-usd %s\n", cost);
        }
        buf_add_byte(&x->out, '\n');
    }
    relay_seal(x->relay, &x->out);
}

static void deliver(struct exchange *x)
{
    seal(x);
    if (x->chat.stream) {
        begin_stream(x);
        client_reply_add(x->client, buf_slice(&x->out));
        client_reply_end(x->client);
    } else {
        client_reply(x->client, 200, content_type(x), exchange_headers(x, true), buf_slice(&x->out));
    }
    x->client = NULL;
}

void exchange_fail(struct exchange *x, const struct fault *why)
{
    struct client *client = x->client;
    x->fault = *why;
    x->client = NULL;
    if (!client)
        return;
    if (client_is_replying(client)) {
        buf_reset(&x->out);
        relay_break(x->relay, why, &x->out);
        client_reply_add(client, buf_slice(&x->out));
        client_reply_break(client);
        return;
    }
    struct slice headers = exchange_headers(x, true);
    if (x->retry_after_s > 0)
        headers = slice_str(arena_printf(x->arena, "%.*sretry-after: %lld\r\n", SLICE_ARG(headers),
                                         (long long)x->retry_after_s));
    if (x->retry_after_ms > 0)
        headers = slice_str(arena_printf(x->arena, "%.*sretry-after-ms: %lld\r\n", SLICE_ARG(headers),
                                         (long long)x->retry_after_ms));
    struct buf body;
    buf_init(&body, ERROR_BODY_MOST);
    error_write_in(x->told_in, why, &body);
    client_reply(client, fault_status(why->kind), "application/json", headers, buf_slice(&body));
    buf_fini(&body);
}

/* What is sent goes at once; what the client is too slow for makes the provider wait. */
static void pass_on(struct exchange *x)
{
    bool has_begun = client_is_replying(x->client);
    if (x->is_draft || !x->chat.stream || (!has_begun && !relay_has_spoken(x->relay)))
        return;
    begin_stream(x);
    client_reply_add(x->client, buf_slice(&x->out));
    buf_reset(&x->out);
    if (client_is_backed_up(x->client))
        call_pause(x->call);
}

/* ---- the end of a leg ---- */

/* The cache holds redacted text only: what a model on this machine was told in plain words stays out of it. And
 * it holds what the route wants: an answer by who stepped in for a failed model is better than none today, but
 * not for a day. */
static bool may_keep(const struct exchange *x)
{
    bool is_wanted = x->model == x->kept_model || (x->is_escalated && x->model == x->decision.escalate_to);
    if (!x->uses_cache || !x->model || !is_wanted || !relay_outcome(x->relay)->is_good)
        return false;
    return x->model->provider->zone > 0 || x->redactions == 0;
}

static void keep(struct exchange *x)
{
    struct slice record = relay_record(x->relay);
    if (!may_keep(x) || record.len == 0)
        return;
    const struct cached answer = {
        .is_stream = x->chat.stream,
        .cost_nanousd = x->cost_nanousd,
        .model = slice_str(x->model->name),
        .answer = record,
    };
    int64_t now_ms = loop_wall_ms(x->tools->loop);
    cache_keep(x->tools->redis, &x->cache_key, &answer, x->decision.cache_keep_ms, now_ms);
}

static bool may_escalate(const struct exchange *x)
{
    return x->decision.escalate_to && !x->is_escalated &&
           reach_allows(x->decision.reach, x->decision.escalate_to->provider->zone);
}

/* For weir calibrate: what a head sees of the question, and whether the draft was kept. It stays on this
 * machine, which is zone 0 and within any reach; an inspection that still runs has nothing to tell. */
static void record_outcome(struct exchange *x, bool is_kept)
{
    const struct inspection *inspection = &x->inspecting.inspection;
    if (!x->tools->records || !x->inspecting.is_done || !inspection->view ||
        !reach_allows(x->decision.reach, 0))
        return;
    const struct slm *slm = x->snapshot->slm;
    struct buf        line;
    buf_init(&line, RECORD_MOST_BYTES);
    outcome_write(slm_dim(slm), slm_fingerprint(slm), inspection->view, is_kept, &line);
    audit_line(x->tools->records, buf_slice(&line));
    buf_fini(&line);
}

static void leg_done(struct exchange *x)
{
    const struct relay_outcome *outcome = relay_outcome(x->relay);
    exchange_count_leg(x, true);
    if (x->is_draft)
        record_outcome(x, outcome->confidence >= x->decision.escalate_below);
    if (x->is_draft && outcome->confidence < x->decision.escalate_below && may_escalate(x)) {
        log_debug("escalated", "%s: confidence %.2f of %s is below %.2f (%s)", x->id, outcome->confidence,
                  x->model->name, x->decision.escalate_below, outcome->doubt ? outcome->doubt : "logprobs");
        metrics_add(x->tools->metrics, METRIC_ESCALATIONS, 1);
        struct buf swap = x->draft;
        x->draft = x->out;
        x->out = swap;
        x->draft_model = x->model;
        x->draft_relay = x->relay;
        x->candidate = x->decision.count; /* the draft's fellows are not better */
        ask_or_end(x);
        return;
    }
    keep(x);
    deliver(x);
    exchange_end(x);
}

static bool is_somebody_left(const struct exchange *x)
{
    return x->candidate < x->decision.count || may_escalate(x);
}

static bool quotes_key(const struct exchange *x, const struct fault *why)
{
    return x->model && x->model->provider->key && strstr(why->detail, x->model->provider->key);
}

static void leg_failed(struct exchange *x, const struct fault *told, bool was_sent)
{
    struct fault        bare = { .kind =
                                     told->kind }; /* what is told quotes the provider's code, which may be anything */
    const struct fault *why = quotes_key(x, told) ? &bare : told;
    exchange_count_leg(x, was_sent);
    log_debug("leg_failed", "%s: %s", x->id, why->detail);
    x->fault = *why;
    if (client_is_replying(x->client) || !fault_tries_next(why->kind)) {
        exchange_fail(x, why);
        exchange_end(x);
        return;
    }
    metrics_fault(x->tools->metrics, why->kind);
    metrics_add(x->tools->metrics, METRIC_FALLBACKS, 1);
    x->relay = NULL; /* this leg is over, also where the next one has to wait for money */
    if (x->hold && is_somebody_left(x))
        exchange_pay_again(x);
    else
        ask_or_end(x);
}

/* ---- a provider's errors ---- */

/* Errors about the request itself are the client's to see; all others are between Weir and the provider. */
static bool is_about_request(int status)
{
    return status == 400 || status == 413 || status == 422;
}

static void pass_error(struct exchange *x)
{
    struct buf mended, told, restored;
    buf_init(&mended, x->error_body.ceiling * 8);
    buf_init(&told, mended.ceiling * 2);
    buf_init(&restored, mended.ceiling * 2);
    error_mend(buf_slice(&x->error_body), x->error_status, x->arena, &mended);
    mask_strike_out(&mended, slice_str(x->model->provider->key)); /* it may quote all that it was sent */
    translate_error(x->told_in, buf_slice(&mended), x->error_status, x->arena, &told);
    if (live_vault(x))
        vault_restore(x->vault, buf_slice(&told), true, &restored);
    client_reply(x->client, x->error_status, "application/json", exchange_headers(x, true),
                 buf_slice(live_vault(x) ? &restored : &told));
    x->client = NULL;
    x->fault.kind = FAULT_PROVIDER_REFUSED;
    buf_wipe(&mended);
    buf_wipe(&told);
    buf_wipe(&restored);
    exchange_end(x);
}

static void provider_refused(struct exchange *x)
{
    struct fault why = { 0 };
    if (is_about_request(x->error_status) && !x->draft_model) { /* a draft is better than an error */
        exchange_count_leg(x, false);
        pass_error(x);
        return;
    }
    fault_set(&why, x->error_status == 429 ? FAULT_PROVIDER_LIMITED : FAULT_PROVIDER_REFUSED,
              "%s answered with status %d", x->model->provider->name, x->error_status);
    leg_failed(x, &why, false);
}

/* ---- hearing ---- */

static void leg_ended(struct exchange *x)
{
    struct fault why = { 0 };
    if (relay_end(x->relay, &x->out, &why))
        leg_done(x);
    else
        leg_failed(x, &why, true);
}

static void body_ended(struct exchange *x)
{
    if (x->guarding.guard)
        guarding_end(x);
    else
        leg_ended(x);
}

/* It said [DONE] and does not hang up. */
static void on_linger_over(void *arg)
{
    struct exchange *x = arg;
    call_cancel(&x->call);
    body_ended(x);
}

static void on_error_late(void *arg)
{
    struct exchange *x = arg;
    call_cancel(&x->call);
    provider_refused(x);
}

static const struct guarding_handler leg_handler;

static void on_head(struct call *call, const struct http1_head *head, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    x->error_status = head->status == 200 ? 0 : head->status;
    if (x->error_status) {
        int64_t seconds = 0;
        if (slice_to_i64(http1_header(head, "retry-after"), &seconds) && seconds > 0)
            x->retry_after_s = seconds;
        x->retry_after_ms = 0;
        timer_set(x->tools->loop, &x->deadline, ERROR_MOST_MS, on_error_late, x);
        return;
    }
    x->retry_after_s = 0;
    x->relay = relay_for(x);
    x->mask = (struct mask){ .secret = slice_str(x->model->provider->key) };
    enum dialect theirs = x->model->provider->api->dialect, heard = dialect_heard(theirs);
    x->hearing = NULL;
    if (heard != theirs)
        x->hearing = translation_new(
            x->arena,
            &(struct translation_options){ .from = theirs,
                                           .to = heard,
                                           .is_stream = x->chat.stream,
                                           .most_bytes = (size_t)x->snapshot->settings->answer_most_bytes,
                                           .now_s = loop_wall_ms(x->tools->loop) / 1000 });
    exchange_guard(x, &leg_handler);
}

/* What may go on towards the client. */
static void hear(struct exchange *x, struct slice bytes)
{
    struct fault why = { 0 };
    bool         was_done = relay_is_done(x->relay);
    if (!relay_feed(x->relay, bytes, &x->out, &why)) {
        call_cancel(&x->call);
        leg_failed(x, &why, true);
        return;
    }
    pass_on(x);
    if (relay_is_done(x->relay) && !was_done) /* once: what still trickles in does not prolong it */
        timer_set(x->tools->loop, &x->deadline, LINGER_MS, on_linger_over, x);
}

static void refuse_leg(struct exchange *x, const struct fault *why)
{
    call_cancel(&x->call);
    leg_failed(x, why, true);
}

static const struct guarding_handler leg_handler = { .passed = hear,
                                                     .through = leg_ended,
                                                     .refused = refuse_leg };

static void hear_guarded(struct exchange *x, struct slice bytes)
{
    if (bytes.len == 0)
        return;
    if (x->guarding.guard)
        guarding_feed(x, bytes);
    else
        hear(x, bytes);
}

/* A dialect that is not heard as it is goes through a translation first. */
static void hear_translated(struct exchange *x, struct slice bytes, bool is_end)
{
    struct fault why = { 0 };
    struct buf   heard;
    buf_init(&heard, (size_t)x->snapshot->settings->answer_most_bytes * 2);
    bool ok = translation_feed(x->hearing, bytes, &heard, &why) &&
              (!is_end || translation_end(x->hearing, &heard, &why));
    if (ok) {
        hear_guarded(x, buf_slice(&heard));
    } else {
        call_cancel(&x->call);
        leg_failed(x, &why, true);
    }
    buf_wipe(&heard);
}

/* False when the leg has ended over it. */
static bool hear_masked(struct exchange *x, struct slice bytes, bool is_end)
{
    const struct relay *relay = x->relay;
    if (x->hearing)
        hear_translated(x, bytes, is_end);
    else
        hear_guarded(x, bytes);
    return !x->is_over && x->relay == relay;
}

/* What a provider says is let through without our key to it. */
static void on_body(struct call *call, struct slice bytes, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    if (x->error_status)
        buf_add(&x->error_body, bytes); /* what is beyond its ceiling is of no interest */
    else
        (void)hear_masked(x, mask_pass(&x->mask, bytes, &x->masked), false);
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    x->call = NULL;
    if (!x->guarding.is_awaited) /* its deadline goes on */
        timer_clear(&x->deadline);
    if (x->error_status)
        provider_refused(x);
    else if (hear_masked(x, mask_end(&x->mask), true))
        body_ended(x);
}

static void on_fault(struct call *call, const struct fault *why, void *arg)
{
    struct exchange *x = arg;
    bool             was_sent = call_was_sent(call);
    x->call = NULL;
    if (!x->guarding.is_awaited)
        timer_clear(&x->deadline);
    if (x->error_status)
        provider_refused(x);
    else if (x->relay && relay_is_done(x->relay))
        body_ended(x); /* all was said before it broke */
    else if (x->guarding.is_out)
        guarding_break(x, why);
    else
        leg_failed(x, why, was_sent);
}

static const struct call_handler call_handler = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
};

/* ---- asking ---- */

static void cancel_call(struct exchange *x)
{
    guarding_cancel(x);
    timer_clear(&x->deadline);
    exchange_count_leg(x, (!x->call || call_was_sent(x->call)) && !x->error_status);
    call_cancel(&x->call);
}

/* The next model that may be asked; NULL when there is none left. Every leg asks reach_allows() anew: what the
 * decision says of candidates is not taken on trust. */
static const struct model *next_model(struct exchange *x)
{
    const struct decision *decision = &x->decision;
    while (x->candidate < decision->count) {
        const struct model *model = decision->candidate[x->candidate++];
        if (reach_allows(decision->reach, model->provider->zone))
            return model;
    }
    if (!may_escalate(x))
        return NULL;
    x->is_escalated = true;
    return decision->escalate_to;
}

enum step_result take_forward(struct exchange *x)
{
    exchange_take_shortened(x);
    const struct model *model = next_model(x);
    if (!model && x->draft_model) { /* nothing better is to be had */
        x->model = x->draft_model;
        x->relay = x->draft_relay;
        struct buf swap = x->out;
        x->out = x->draft;
        x->draft = swap;
        x->fault = (struct fault){ 0 };
        deliver(x);
        return END;
    }
    if (!model) {
        struct fault why = x->fault;
        if (!why.kind)
            fault_set(&why, FAULT_OUT_OF_REACH, "route \"%s\" has no model left to ask", x->decision.route);
        exchange_fail(x, &why);
        return END;
    }
    x->model = model;
    x->fault = (struct fault){ 0 };
    x->error_status = 0;
    x->relay = NULL;
    x->guarding.guard = NULL;
    x->is_draft = may_escalate(x);
    buf_reset(&x->out);
    buf_reset(&x->error_body);

    struct buf   body;
    struct fault why = { 0 };
    buf_init(&body, SIZE_MAX); /* bounded by what was received: placeholders and options add little */
    if (!exchange_write_body(x, &body, &why)) {
        buf_wipe(&body);
        x->fault = why;
        return take_forward(x);
    }
    x->asked_bytes = (int64_t)body.len;
    x->call = upstream_post(x->tools->upstream, snapshot_origin(x->snapshot, model->provider),
                            exchange_ask_path(x), exchange_ask_headers(x), buf_slice(&body), &call_handler, x);
    buf_wipe(&body);
    x->asked_us = loop_now_us(x->tools->loop);
    x->cancel = cancel_call;
    return WAIT;
}

static void ask_or_end(struct exchange *x)
{
    x->cancel = NULL;
    if (take_forward(x) == END)
        exchange_end(x);
}

void exchange_ask_again(struct exchange *x)
{
    if (x->fault.kind && !fault_tries_next(x->fault.kind)) {
        struct fault why = x->fault;
        exchange_fail(x, &why);
        exchange_end(x);
        return;
    }
    ask_or_end(x);
}

/* ---- from the cache ---- */

static void forget_hit(struct exchange *x)
{
    buf_reset(&x->out);
    x->relay = NULL;
    x->model = NULL;
    x->is_hit = false;
    x->saved_nanousd = 0;
    x->guarding.guard = NULL;
}

/* What goes on of it. What breaks is told at its end. */
static void replay(struct exchange *x, struct slice bytes)
{
    struct fault why = { 0 };
    if (!relay_feed(x->relay, bytes, &x->out, &why))
        log_debug("replay_failed", "%s: %s", x->id, why.detail);
}

static void on_replayed(struct exchange *x)
{
    struct fault why = { 0 };
    if (!relay_end(x->relay, &x->out, &why)) {
        forget_hit(x);
        exchange_missed(x);
        return;
    }
    deliver(x);
    exchange_end(x);
}

static void refuse_replay(struct exchange *x, const struct fault *why)
{
    exchange_fail(x, why);
    exchange_end(x);
}

/* A rule may be younger than what was kept. */
static enum step_result replay_guarded(struct exchange *x, struct slice answer)
{
    static const struct guarding_handler handler = { .passed = replay,
                                                     .through = on_replayed,
                                                     .refused = refuse_replay };
    x->cancel = guarding_cancel;
    exchange_guard(x, &handler);
    if (!x->guarding.guard)
        return NEXT;
    guarding_feed(x, answer);
    if (!x->is_over)
        guarding_end(x);
    return WAIT;
}

enum step_result exchange_replay(struct exchange *x, const struct cached *hit)
{
    struct fault why = { 0 };
    x->model = settings_model(x->snapshot->settings, hit->model);
    if (!x->model || hit->is_stream != x->chat.stream) { /* it has gone since */
        x->model = NULL;
        return NEXT;
    }
    x->relay = relay_for(x);
    x->is_hit = true;
    x->saved_nanousd = hit->cost_nanousd;
    if (replay_guarded(x, hit->answer) == WAIT)
        return WAIT;
    if (relay_feed(x->relay, hit->answer, &x->out, &why) && relay_end(x->relay, &x->out, &why)) {
        deliver(x);
        return END;
    }
    forget_hit(x);
    return NEXT;
}
