/*
 * asking_cache.c - answers that are kept, and given again.
 */
#include "asking_inside.h"

#include "base/log.h"

/* ---- keeping ---- */

static bool is_member(const struct group *group, const struct model *model)
{
    for (unsigned i = 0; group && i < group->count; i++)
        if (group->member[i].model == model)
            return true;
    return false;
}

/* The cache holds redacted text only: what a model on this machine was told in plain words stays out of it. And
 * it holds what the route wants: an answer by who stepped in for a failed model is better than none today, but
 * not for a day. */
static bool may_keep(const struct exchange *x)
{
    bool is_wanted = x->model == x->kept_model || is_member(x->decision.first_of, x->model) ||
                     (x->is_escalated && x->model == x->decision.escalate_to);
    if (!x->uses_cache || !x->model || !is_wanted || !relay_outcome(x->relay)->is_good)
        return false;
    return x->model->provider->zone > 0 || x->redactions == 0;
}

void asking_keep(struct exchange *x)
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
    cache_keep(x->tools->redis, &x->cache_key, &answer, x->decision.cache->keep_ms, now_ms);
}

/* ---- giving again ---- */

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
    asking_deliver(x);
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
    x->relay = asking_relay(x);
    x->is_hit = true;
    x->saved_nanousd = hit->cost_nanousd;
    if (replay_guarded(x, hit->answer) == WAIT)
        return WAIT;
    if (relay_feed(x->relay, hit->answer, &x->out, &why) && relay_end(x->relay, &x->out, &why)) {
        asking_deliver(x);
        return END;
    }
    forget_hit(x);
    return NEXT;
}
