/*
 * asking.c - the step forward: candidates asked in turn, until one answers.
 *
 *   next model --> ask --> hear --> relay --> client
 *       ^                    |        |
 *       +--failed unheard----+        +-- a draft is held and judged first; drafting.c
 *
 * After the first byte to the client nothing is tried again: a failure then ends in an error event and an
 * unfinished body (law 4).
 */
#include "asking_inside.h"

#include "base/log.h"

/* ---- the end of a leg ---- */

/* The provider's filter left nothing of the answer, and the route knows somebody else for that. */
static bool is_filtered(struct exchange *x)
{
    const struct relay_outcome *outcome = relay_outcome(x->relay);
    return !x->has_told && !x->draft_model && x->decision.instead[INSTEAD_FILTER].count &&
           outcome->content_bytes == 0 && strcmp(outcome->finish, "content_filter") == 0;
}

/* It read less than it was told and did not say so, as Ollama's older versions do. */
static bool is_of_cut_prompt(const struct exchange *x)
{
    if (x->model->provider->api->dialect != DIALECT_OLLAMA) /* words are counted on a loop */
        return false;
    const struct answer_usage *usage = &relay_outcome(x->relay)->usage;
    return usage->is_given && prompt_was_cut(&x->chat, usage->prompt_tokens);
}

void asking_leg_done(struct exchange *x)
{
    exchange_let_go(x, LEG_WENT_WELL, 0);
    if (is_of_cut_prompt(x) && asking_look_wider(x)) {
        struct fault why = { 0 };
        fault_set(&why, FAULT_PROVIDER_BROKE, "%s read a part of the prompt", x->model->provider->name);
        metrics_add(x->tools->metrics, METRIC_PROMPTS_CUT, 1);
        asking_leg_failed(x, &why, true);
        return;
    }
    if (is_filtered(x) && asking_look_elsewhere(x, REFUSAL_FILTER, -1)) {
        struct fault why = { 0 };
        fault_set(&why, FAULT_PROVIDER_REFUSED, "%s filtered its answer", x->model->provider->name);
        asking_leg_failed(x, &why, true);
        return;
    }
    exchange_count_leg(x, true);
    if (drafting_end(x))
        return;
    asking_keep(x);
    asking_deliver(x);
    exchange_end(x);
}

static bool is_somebody_left(const struct exchange *x)
{
    return x->candidate < x->decision.count || x->decision.instead[INSTEAD_ERROR].count ||
           drafting_may_escalate(x);
}

static bool quotes_key(const struct exchange *x, const struct fault *why)
{
    return x->model && x->model->provider->key && strstr(why->detail, x->model->provider->key);
}

static enum leg_end end_of(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_PROVIDER_AWAY:
    case FAULT_PROVIDER_TLS:
    case FAULT_PROVIDER_SILENT:
    case FAULT_PROVIDER_BROKE:
    case FAULT_PROVIDER_REFUSED: /* in the midst of an answer; what a status says was told before */
        return LEG_FAILED;
    case FAULT_PROVIDER_LIMITED:
        return LEG_LIMITED;
    default: /* a rule of ours, and not the provider */
        return LEG_WENT_WELL;
    }
}

void asking_leg_failed(struct exchange *x, const struct fault *told, bool was_sent)
{
    struct fault        bare = { .kind =
                                     told->kind }; /* what is told quotes the provider's code, which may be anything */
    const struct fault *why = quotes_key(x, told) ? &bare : told;
    exchange_let_go(x, end_of(why->kind), -1);
    exchange_count_leg(x, was_sent);
    log_debug("leg_failed", "%s: %s", x->id, why->detail);
    asking_pass_over(x, x->model, fault_code(why->kind));
    if (drafting_fail(x))
        return;
    x->fault = *why;
    if (x->has_told || !fault_tries_next(why->kind)) {
        exchange_end_with(x, why);
        return;
    }
    metrics_fault(x->tools->metrics, why->kind);
    metrics_add(x->tools->metrics, METRIC_FALLBACKS, 1);
    x->relay = NULL; /* this leg is over, also where the next one has to wait for money */
    if (x->hold && is_somebody_left(x))
        exchange_pay_again(x);
    else
        asking_ask(x);
}

/* ---- asking ---- */

static void cancel_call(struct exchange *x)
{
    exchange_stop_thinking(x);
    timer_clear(&x->deadline);
    exchange_count_leg(x, (!x->call || call_was_sent(x->call)) && !x->error_status);
    call_cancel(&x->call);
}

/* ---- all tries ---- */

static bool are_tries_over(const struct exchange *x)
{
    return loop_now_ms(x->tools->loop) - x->tries_began_ms >= x->snapshot->settings->tries_ms;
}

static bool has_begun(const struct exchange *x)
{
    return x->relay && (!x->chat.stream || relay_has_spoken(x->relay));
}

static void on_tries_over(void *arg)
{
    struct exchange *x = arg;
    struct fault     why = { 0 };
    if (x->is_over || has_begun(x))
        return;
    if (x->cancel)
        x->cancel(x);
    x->cancel = NULL;
    if (x->draft_model) {
        drafting_take_back(x);
        asking_deliver(x);
    } else {
        fault_set(&why, FAULT_PROVIDER_SILENT,
                  "nobody began to answer in the time for all tries (limits: tries)");
        exchange_fail(x, &why);
    }
    exchange_end(x);
}

static void begin_tries(struct exchange *x)
{
    if (x->tries_began_ms)
        return;
    x->tries_began_ms = loop_now_ms(x->tools->loop);
    timer_set(x->tools->loop, &x->tries, x->snapshot->settings->tries_ms, on_tries_over, x);
}

/* The next model that may be asked; NULL when there is none. Every leg asks reach_allows() anew: what the
 * decision says of candidates is not taken on trust. */
static const struct model *next_model(struct exchange *x, struct resting *rests)
{
    const struct model *model;
    if (are_tries_over(x))
        return NULL;
    if (x->drafting.is_second)
        return asking_may_ask(x, x->draft_model) ? x->draft_model : NULL;
    model = asking_next(x, rests);
    if (!model && drafting_may_escalate(x)) {
        x->is_escalated = true;
        model = asking_may_ask(x, x->decision.escalate_to) ? x->decision.escalate_to : NULL;
    }
    if (model || x->draft_model)
        return model;
    model = drafting_last_resort(x);
    if (model && asking_may_ask(x, model))
        return model;
    return asking_stand_in(x, rests);
}

/* Nobody can be asked. */
static enum step_result give_up(struct exchange *x, const struct resting *rests)
{
    if (x->draft_model) { /* nothing better is to be had */
        drafting_take_back(x);
        asking_deliver(x);
        return END;
    }
    if (!are_tries_over(x) && asking_wait(x, rests)) {
        exchange_keep_awake(x);
        return WAIT;
    }
    struct fault why = x->fault;
    asking_explain(x, rests, &why);
    exchange_fail(x, &why);
    return END;
}

/* ---- a leg ---- */

enum step_result take_forward(struct exchange *x)
{
    struct resting rests = { 0 };
    exchange_take_shortened(x);
    begin_tries(x);
    const struct model *model = next_model(x, &rests);
    if (!model)
        return give_up(x, &rests);
    x->model = model;
    x->fault = (struct fault){ 0 };
    x->error_status = 0;
    x->relay = NULL;
    x->guarding.guard = NULL;
    drafting_begin(x);
    buf_reset(&x->out);
    buf_reset(&x->error_body);

    struct buf   body;
    struct fault why = { 0 };
    buf_init(&body, SIZE_MAX); /* bounded by what was received: placeholders and options add little */
    if (!exchange_write_body(x, &body, &why)) {
        buf_wipe(&body);
        x->fault = why;
        exchange_let_go(x, LEG_SAID_NOTHING, 0);
        asking_pass_over(x, model, fault_code(why.kind));
        return take_forward(x);
    }
    x->asked_bytes = (int64_t)body.len;
    x->call = upstream_post(x->tools->upstream, snapshot_origin(x->snapshot, model->provider),
                            exchange_ask_path(x, model, x->chat.stream), exchange_ask_headers(x),
                            buf_slice(&body), &asking_hearing, x);
    buf_wipe(&body);
    x->asked_us = loop_now_us(x->tools->loop);
    x->cancel = cancel_call;
    exchange_keep_awake(x);
    return WAIT;
}

void asking_ask(struct exchange *x)
{
    x->cancel = NULL;
    if (take_forward(x) == END)
        exchange_end(x);
}

void exchange_ask_again(struct exchange *x)
{
    if (x->fault.kind && !fault_tries_next(x->fault.kind))
        exchange_end_with(x, &x->fault);
    else
        asking_ask(x);
}
