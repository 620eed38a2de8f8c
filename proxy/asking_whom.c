/*
 * asking_whom.c - who is asked next, and who is left alone.
 *
 * The candidates are a queue: x->candidate is its head. Who cannot be asked just now goes to its end, and so
 * does who asks to be left alone for a while; who failed is gone. When nobody in it can be asked, the route's
 * stand-ins are added, and when those cannot either, the one whose rest is over soonest is waited for, if that
 * is worth it.
 *
 * A model whose window is too small for the prompt is asked when no larger one can be: some would cut it in
 * silence.
 */
#include "asking_inside.h"

#include "base/log.h"

static int64_t now_ms(const struct exchange *x)
{
    return loop_now_ms(x->tools->loop);
}

/* ---- who was not ---- */

void asking_pass_over(struct exchange *x, const struct model *model, const char *word)
{
    struct passed *p = x->passed;
    unsigned       at = 0;
    while (at < x->passed_count && p[at].model != model)
        at++;
    if (at == PASSED_MOST)
        return;
    if (at == x->passed_count)
        x->passed_count++;
    p[at] = (struct passed){ model, word };
}

/* ---- the queue ---- */

static void put_last(struct exchange *x, unsigned index)
{
    struct decision    *d = &x->decision;
    const struct model *model = d->candidate[index];
    memmove(d->candidate + index, d->candidate + index + 1, (d->count - index - 1) * sizeof(struct model *));
    d->candidate[d->count - 1] = model;
}

/* By an estimate, which may be wrong either way: so it only decides who comes first. */
static bool is_room_for_prompt(const struct exchange *x, const struct model *model)
{
    bool   is_shorter = x->sentences_dropped || x->summaries;
    double share = is_shorter ? x->decision.compress_to : 1;
    return model->context_tokens == 0 || (double)x->facts.tokens * share <= (double)model->context_tokens;
}

static const struct model *pick(struct exchange *x, bool needs_room, struct resting *rests)
{
    struct decision *d = &x->decision;
    for (unsigned left = d->count - x->candidate; left > 0; left--) {
        const struct model *model = d->candidate[x->candidate];
        struct resting      rest;
        if (!reach_allows(d->reach, model->provider->zone)) {
            x->candidate++;
            continue;
        }
        if (needs_room && !is_room_for_prompt(x, model)) {
            put_last(x, x->candidate);
            continue;
        }
        if (providers_begin(x->tools->providers, model, now_ms(x), &rest)) {
            x->candidate++;
            x->is_in_hand = true;
            return model;
        }
        asking_pass_over(x, model, rest_word(rest.why));
        put_last(x, x->candidate);
        if (rests->why == REST_NONE || rest.wait_ms < rests->wait_ms) {
            *rests = rest;
            x->rests = model;
        }
    }
    return NULL;
}

/* A model that stands in no queue: what a draft escalates to. */
bool asking_may_ask(struct exchange *x, const struct model *model)
{
    struct resting rest;
    x->is_in_hand = providers_begin(x->tools->providers, model, now_ms(x), &rest);
    if (!x->is_in_hand)
        asking_pass_over(x, model, rest_word(rest.why));
    return x->is_in_hand;
}

/* ---- stand-ins ---- */

static bool was_or_is_there(const struct decision *d, const struct model *model)
{
    for (unsigned i = 0; i < d->count; i++)
        if (d->candidate[i] == model)
            return true;
    return false;
}

static bool add_stand_ins(struct exchange *x, enum instead why)
{
    struct decision  *d = &x->decision;
    struct stand_ins *instead = &d->instead[why];
    for (unsigned i = 0; i < instead->count && d->count < ASKED_MOST; i++)
        if (!was_or_is_there(d, instead->model[i]))
            d->candidate[d->count++] = instead->model[i];
    instead->count = 0;
    return x->candidate < d->count;
}

/* Whose window is no larger than that of the one which could not hold it would not hold it either. */
static void keep_larger(struct exchange *x)
{
    struct decision *d = &x->decision;
    unsigned         kept = x->candidate;
    int64_t          least = x->model->context_tokens;
    for (unsigned i = x->candidate; i < d->count; i++)
        if (least == 0 || d->candidate[i]->context_tokens == 0 || d->candidate[i]->context_tokens > least)
            d->candidate[kept++] = d->candidate[i];
    d->count = kept;
}

bool asking_look_wider(struct exchange *x)
{
    const struct decision *d = &x->decision;
    const struct model    *model = x->model;
    bool                   may_be_wider = model->context_tokens == 0 || x->facts.tokens < model->context_tokens;
    bool was_picked = x->candidate > 0 && d->candidate[x->candidate - 1] == model && !x->drafting.is_second;
    if (model->provider->api->dialect != DIALECT_OLLAMA || x->was_too_small == model || x->has_told ||
        !may_be_wider || !was_picked)
        return false;
    x->was_too_small = model;
    x->candidate--;
    return true;
}

bool asking_look_elsewhere(struct exchange *x, enum refusal means, int64_t wait_ms)
{
    struct decision *d = &x->decision;
    switch (means) {
    case REFUSAL_REQUEST:
        return false;
    case REFUSAL_CONTEXT:
        if (asking_look_wider(x))
            return true;
        keep_larger(x);
        return add_stand_ins(x, INSTEAD_CONTEXT);
    case REFUSAL_FILTER: /* another's filter would be asked the same: only who the route names for it */
        d->count = x->candidate;
        return add_stand_ins(x, INSTEAD_FILTER);
    case REFUSAL_LIMITED:
        if (wait_ms >= 0 && x->candidate > 0 && d->candidate[x->candidate - 1] == x->model)
            put_last(x, --x->candidate);
        break;
    case REFUSAL_KEY:
    case REFUSAL_NO_MODEL:
    case REFUSAL_SERVER:
        break;
    }
    return true;
}

/* ---- waiting ---- */

static void on_rested(void *arg)
{
    asking_ask(arg);
}

static void stop_waiting(struct exchange *x)
{
    timer_clear(&x->deadline);
}

/* How long is waited at most for such a rest to end; below 0: it is not waited for. */
static int64_t patience_ms(const struct exchange *x, const struct resting *rests)
{
    const struct provider *provider = x->rests->provider;
    switch (rests->why) {
    case REST_LIMITED:
        return provider->patience_ms - x->waited_ms;
    case REST_STARTING:
        return x->tries_began_ms + provider->startup_ms - now_ms(x);
    case REST_NONE:
    case REST_FAILED:
    case REST_KEY:
    case REST_UNWELL:
        break;
    }
    return -1;
}

bool asking_wait(struct exchange *x, const struct resting *rests)
{
    if (rests->why == REST_NONE || rests->wait_ms > patience_ms(x, rests))
        return false;
    log_debug("waits", "%s: %lld ms for %s (%s)", x->id, (long long)rests->wait_ms, x->rests->name,
              rest_word(rests->why));
    if (rests->why == REST_LIMITED) {
        x->waited_ms += rests->wait_ms;
        metrics_add(x->tools->metrics, METRIC_PAUSES, 1);
    }
    x->cancel = stop_waiting;
    timer_set(x->tools->loop, &x->deadline, rests->wait_ms, on_rested, x);
    return true;
}

/* ---- who is ---- */

const struct model *asking_next(struct exchange *x, struct resting *rests)
{
    const struct model *model = pick(x, true, rests);
    return model ? model : pick(x, false, rests);
}

const struct model *asking_stand_in(struct exchange *x, struct resting *rests)
{
    return add_stand_ins(x, INSTEAD_ERROR) ? asking_next(x, rests) : NULL;
}

void asking_explain(struct exchange *x, const struct resting *rests, struct fault *why)
{
    const char *name = x->rests ? x->rests->provider->name : "";
    if (rests->why == REST_LIMITED || rests->why == REST_FAILED) {
        x->retry_after_ms = rests->wait_ms;
        x->retry_after_s = (rests->wait_ms + 999) / 1000;
    }
    if (why->kind)
        return;
    switch (rests->why) {
    case REST_NONE:
        fault_set(why, FAULT_OUT_OF_REACH, "route \"%s\" has no model left to ask", x->decision.route);
        break;
    case REST_KEY:
        fault_set(why, FAULT_PROVIDER_KEY, "%s", name);
        break;
    case REST_LIMITED:
        fault_set(why, FAULT_PROVIDER_LIMITED, "%s", name);
        break;
    case REST_FAILED:
    case REST_UNWELL:
    case REST_STARTING:
        fault_set(why, FAULT_PROVIDER_RESTS, "%s is %s", name, rest_word(rests->why));
        break;
    }
}

/* ---- a leg is over, as its provider is concerned ---- */

void exchange_let_go(struct exchange *x, enum leg_end end, int64_t wait_ms)
{
    const struct leg_told told = { end, x->first_byte_us, wait_ms };
    timer_clear(&x->progress);
    x->first_byte_us = 0;
    if (x->is_in_hand)
        providers_end(x->tools->providers, x->model, &told, now_ms(x));
    x->is_in_hand = false;
}
