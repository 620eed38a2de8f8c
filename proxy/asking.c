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

void asking_leg_done(struct exchange *x)
{
    exchange_count_leg(x, true);
    if (drafting_end(x))
        return;
    asking_keep(x);
    asking_deliver(x);
    exchange_end(x);
}

static bool is_somebody_left(const struct exchange *x)
{
    return x->candidate < x->decision.count || drafting_may_escalate(x);
}

static bool quotes_key(const struct exchange *x, const struct fault *why)
{
    return x->model && x->model->provider->key && strstr(why->detail, x->model->provider->key);
}

void asking_leg_failed(struct exchange *x, const struct fault *told, bool was_sent)
{
    struct fault        bare = { .kind =
                                     told->kind }; /* what is told quotes the provider's code, which may be anything */
    const struct fault *why = quotes_key(x, told) ? &bare : told;
    exchange_count_leg(x, was_sent);
    log_debug("leg_failed", "%s: %s", x->id, why->detail);
    if (drafting_fail(x))
        return;
    x->fault = *why;
    if (x->has_told || !fault_tries_next(why->kind)) {
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
        asking_ask(x);
}

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
    if (x->drafting.is_second)
        return x->draft_model;
    while (x->candidate < decision->count) {
        const struct model *model = decision->candidate[x->candidate++];
        if (reach_allows(decision->reach, model->provider->zone))
            return model;
    }
    if (!drafting_may_escalate(x))
        return x->draft_model ? NULL : drafting_last_resort(x);
    x->is_escalated = true;
    return decision->escalate_to;
}

enum step_result take_forward(struct exchange *x)
{
    exchange_take_shortened(x);
    const struct model *model = next_model(x);
    if (!model && x->draft_model) { /* nothing better is to be had */
        drafting_take_back(x);
        asking_deliver(x);
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
    drafting_begin(x);
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
    x->call =
        upstream_post(x->tools->upstream, snapshot_origin(x->snapshot, model->provider), exchange_ask_path(x),
                      exchange_ask_headers(x), buf_slice(&body), &asking_hearing, x);
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
    if (x->fault.kind && !fault_tries_next(x->fault.kind)) {
        struct fault why = x->fault;
        exchange_fail(x, &why);
        exchange_end(x);
        return;
    }
    asking_ask(x);
}
