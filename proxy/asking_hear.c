/*
 * asking_hear.c - what a provider answers to a leg, from its socket to the relay.
 *
 *   body --> its key masked --> translation --> guard --> relay --> client
 *            (where it is quoted) (a dialect     (where a
 *                                 not heard)      rule asks)
 */
#include "asking_inside.h"

enum {
    LINGER_MS = 500,      /* for the end of an answer that has said [DONE] */
    ERROR_MOST_MS = 2000, /* for the body of an error, which might never end */
};

/* ---- a provider's errors ---- */

static enum fault_kind fault_of(enum refusal means)
{
    if (means == REFUSAL_KEY)
        return FAULT_PROVIDER_KEY;
    return means == REFUSAL_LIMITED ? FAULT_PROVIDER_LIMITED : FAULT_PROVIDER_REFUSED;
}

static void provider_refused(struct exchange *x)
{
    struct fault       why = { 0 };
    const struct slice body = buf_slice(&x->error_body);
    enum refusal       means = refusal_read(x->error_status, body, x->arena);
    int64_t            wait_ms = x->told_wait_ms >= 0 ? x->told_wait_ms : refusal_body_wait_ms(body, x->arena);
    exchange_let_go(x, leg_end_of(means), wait_ms);
    bool goes_on = asking_look_elsewhere(x, means, wait_ms) || x->draft_model || x->drafting.cut;
    if (!goes_on) {
        exchange_count_leg(x, false);
        asking_pass_error(x);
        return;
    }
    if (wait_ms >= 0) {
        x->retry_after_ms = wait_ms;
        x->retry_after_s = (wait_ms + 999) / 1000;
    }
    fault_set(&why, fault_of(means), "%s answered with status %d", x->model->provider->name, x->error_status);
    asking_leg_failed(x, &why, false);
}

/* ---- progress ---- */

static void stop_hearing(struct exchange *x, const struct fault *why)
{
    call_cancel(&x->call);
    timer_clear(&x->deadline);
    exchange_stop_thinking(x);
    asking_leg_failed(x, why, true);
}

static void on_progress_due(void *arg)
{
    struct exchange *x = arg;
    struct fault     why = { 0 };
    int64_t          most_ms = x->model->provider->progress_ms;
    int64_t          since_ms = loop_now_ms(x->tools->loop) - x->progressed_ms;
    if (!x->call) /* all has come, and is looked through */
        return;
    if (call_is_paused(x->call)) /* it is we who do not listen */
        since_ms = 0;
    if (since_ms < most_ms) {
        timer_set(x->tools->loop, &x->progress, most_ms - since_ms, on_progress_due, x);
        return;
    }
    fault_set(&why, FAULT_PROVIDER_SILENT, "%s: what came said nothing", x->model->provider->name);
    stop_hearing(x, &why);
}

static void begin_progress(struct exchange *x)
{
    x->progressed_ms = loop_now_ms(x->tools->loop);
    x->progress_bytes = 0;
    timer_set(x->tools->loop, &x->progress, x->model->provider->progress_ms, on_progress_due, x);
}

/* Of a stream its words are progress; of a whole answer, which is read at its end, its first byte that is no
 * blank: it has been thought up by then. */
static void note_progress(struct exchange *x, struct slice body)
{
    int64_t bytes = x->chat.stream ? relay_outcome(x->relay)->content_bytes : slice_trim(body).len > 0;
    if (bytes <= x->progress_bytes)
        return;
    x->progress_bytes = bytes;
    x->progressed_ms = loop_now_ms(x->tools->loop);
}

/* ---- hearing ---- */

static void leg_ended(struct exchange *x)
{
    struct fault why = { 0 };
    if (relay_end(x->relay, &x->out, &why))
        asking_leg_done(x);
    else
        asking_leg_failed(x, &why, true);
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
        x->told_wait_ms = refusal_wait_ms(head, loop_wall_ms(x->tools->loop) / 1000);
        timer_set(x->tools->loop, &x->deadline, ERROR_MOST_MS, on_error_late, x);
        return;
    }
    x->retry_after_s = x->retry_after_ms = 0;
    x->first_byte_us = loop_now_us(x->tools->loop) - x->asked_us;
    enum dialect theirs = dialect_answered(x->model->provider->api->dialect);
    x->heard = dialect_heard(theirs);
    x->relay = asking_relay(x);
    begin_progress(x);
    x->mask = (struct mask){ .secret = slice_str(x->model->provider->key) };
    x->hearing = NULL;
    if (x->heard != theirs)
        x->hearing = translation_new(
            x->arena,
            &(struct translation_options){ .from = theirs,
                                           .to = x->heard,
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
        asking_leg_failed(x, &why, true);
        return;
    }
    if (!drafting_hear(x))
        return;
    asking_pass_on(x);
    if (relay_is_done(x->relay) && !was_done) /* once: what still trickles in does not prolong it */
        timer_set(x->tools->loop, &x->deadline, LINGER_MS, on_linger_over, x);
}

static void refuse_leg(struct exchange *x, const struct fault *why)
{
    call_cancel(&x->call);
    asking_leg_failed(x, why, true);
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
        asking_leg_failed(x, &why, true);
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
    else if (hear_masked(x, mask_pass(&x->mask, bytes, &x->masked), false))
        note_progress(x, bytes);
}

static void on_end(struct call *call, void *arg)
{
    (void)call;
    struct exchange *x = arg;
    x->call = NULL;
    if (!x->awaited) /* the guard's look, whose deadline goes on */
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
    if (!x->awaited)
        timer_clear(&x->deadline);
    if (x->error_status)
        provider_refused(x);
    else if (x->relay && relay_is_done(x->relay))
        body_ended(x); /* all was said before it broke */
    else if (x->guarding.thought.is_out)
        guarding_break(x, why);
    else
        asking_leg_failed(x, why, was_sent);
}

const struct call_handler asking_hearing = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
};
