/*
 * asking_cache.c - answers that are kept, and given again.
 *
 * What was kept is given to the relay as if its provider had said it now. Where it was given as a stream and is
 * asked for whole, or the other way round, it is put into that form first.
 */
#include "asking_inside.h"

#include "base/log.h"
#include "wire/answer_form.h"

/* ---- keeping ---- */

static bool is_member(const struct group *group, const struct model *model)
{
    for (unsigned i = 0; group && i < group->count; i++)
        if (group->member[i].model == model)
            return true;
    return false;
}

/* What the route lets in besides. A limit that is ours (a budget's) cuts an answer that others may have whole.
 */
static unsigned allowed_flaws(const struct exchange *x)
{
    unsigned also = x->decision.cache->also, flaws = 0;
    if (also & CACHE_TOOLS)
        flaws |= FLAW_TOOLS;
    if ((also & CACHE_LENGTH) && !x->clamped_tokens && x->chat.max_tokens >= 0)
        flaws |= FLAW_LENGTH;
    return flaws;
}

/* An answer by who stepped in for a failed model is better than none today, but not for a day; and so is a
 * draft that there was no money to better. */
static bool is_what_the_route_wants(const struct exchange *x)
{
    const struct recalling *r = &x->recalling;
    if (x->decision.escalate_to != r->bettered_by)
        return false;
    return x->model == r->kept_model || is_member(x->decision.first_of, x->model) ||
           (x->is_escalated && x->model == r->bettered_by);
}

/* The cache holds redacted text only: what a model on this machine was told in plain words stays out of it. And
 * not what was made of half a prompt: a wider window would answer the whole. */
static bool may_keep(const struct exchange *x)
{
    if (!x->recalling.keeps || !x->model || !is_what_the_route_wants(x) || exchange_was_cut(x) ||
        (relay_outcome(x->relay)->flaws & ~allowed_flaws(x)))
        return false;
    return x->model->provider->zone > 0 || x->redactions == 0;
}

/* Of the answer: no token is shorter than a byte. */
static int64_t tokens_at_most(const struct relay_outcome *outcome)
{
    bool is_told = outcome->usage.is_given && outcome->usage.completion_tokens >= 0;
    return is_told ? outcome->usage.completion_tokens : outcome->content_bytes;
}

void asking_keep(struct exchange *x)
{
    struct recalling           *r = &x->recalling;
    const struct relay_outcome *outcome = relay_outcome(x->relay);
    struct slice                record = relay_record(x->relay);
    if (!may_keep(x) || record.len == 0)
        return;
    const struct caching      *caching = x->decision.cache;
    const struct cache_keeping keeping = {
        .walls = &r->walls,
        .stale_ms = caching->stale_ms,
        .entry_most_bytes = caching->most_bytes,
        .most_bytes = x->snapshot->settings->cache_most_bytes,
        .asked_ago_ms = (loop_now_us(x->tools->loop) - x->asked_us) / 1000 + 1,
    };
    struct cached answer = {
        .dialect = x->heard,
        .is_stream = x->chat.stream,
        .is_cut = outcome->flaws & FLAW_LENGTH,
        .tokens = tokens_at_most(outcome),
        .limit_tokens = x->chat.max_tokens,
        .keep_ms = caching->keep_ms,
        .cost_nanousd = x->cost_nanousd,
        .model = slice_str(x->model->name),
        .route = slice_str(x->decision.route),
        .question = r->question.words,
        .answer = record,
    };
    cache_keep(x->tools->cache, &r->ask, &answer, &keeping);
    exchange_keep_likeness(x, caching->keep_ms);
    exchange_audit(x, record);
}

/* ---- behind the client's back ---- */

static void ask_behind(struct exchange *x)
{
    buf_reset(&x->out);
    x->relay = NULL;
    x->guarding.guard = NULL;
    exchange_missed(x);
}

static void on_lead(void *arg, struct cache_ask *ask, const struct cached *hit)
{
    (void)hit;
    struct exchange *x = arg;
    x->recalling.is_out = false;
    if (ask->leads)
        ask_behind(x);
    else
        exchange_end(x);
}

static void on_audit(void *arg)
{
    ask_behind(arg);
}

static void cancel_audit(struct exchange *x)
{
    timer_clear(&x->deadline);
}

/* The client has its answer, and what was kept was past its time: whoever gets the lease asks for a fresh one.
 */
static void freshen(struct exchange *x)
{
    x->recalling.is_out = true;
    x->cancel = exchange_forget_recall;
    cache_lead(x->tools->cache, &x->recalling.ask, on_lead, x);
}

/* ---- giving again ---- */

/* What was found is no answer: it has gone since, or cannot be told in this form. */
static void forget_hit(struct exchange *x)
{
    metrics_add(x->tools->metrics, METRIC_CACHE_MISSES, 1);
    buf_reset(&x->out);
    x->relay = NULL;
    x->model = NULL;
    x->recalling.is_hit = false;
    x->guarding.guard = NULL;
}

/* END, or WAIT where it goes on without its client. */
static enum step_result served(struct exchange *x)
{
    metrics_add(x->tools->metrics, METRIC_CACHE_HITS, 1);
    x->passed_on = exchange_passed_on(x);
    asking_deliver(x);
    if (x->tools->is_draining || x->recalling.wishes.only_if_cached)
        return END;
    if (exchange_draws_audit(x)) {
        exchange_go_behind(x);
        x->cancel = cancel_audit;
        timer_set(x->tools->loop, &x->deadline, 0, on_audit, x); /* once this turn is over */
        return WAIT;
    }
    if (!x->recalling.is_stale)
        return END;
    metrics_add(x->tools->metrics, METRIC_CACHE_STALE, 1);
    exchange_go_behind(x);
    freshen(x);
    return WAIT;
}

/* What goes on of it. What breaks is told at its end. */
static void replay(struct exchange *x, struct slice bytes)
{
    struct fault why = { 0 };
    if (!relay_feed(x->relay, bytes, &x->out, &why))
        log_debug("replay_failed", "%s: %s", x->id, why.detail);
}

/* The route may want less than it did when that was kept. */
static bool ends_well(struct exchange *x)
{
    struct fault why = { 0 };
    return relay_end(x->relay, &x->out, &why) && !(relay_outcome(x->relay)->flaws & ~allowed_flaws(x));
}

static void on_replayed(struct exchange *x)
{
    if (!ends_well(x)) {
        forget_hit(x);
        exchange_missed(x);
    } else if (served(x) == END) {
        exchange_end(x);
    }
}

/* A rule may be younger than what was kept. */
static enum step_result replay_guarded(struct exchange *x, struct slice answer)
{
    static const struct guarding_handler handler = { .passed = replay,
                                                     .through = on_replayed,
                                                     .refused = exchange_end_with };
    x->cancel = exchange_stop_thinking;
    exchange_guard(x, &handler);
    if (!x->guarding.guard)
        return NEXT;
    guarding_feed(x, answer);
    if (!x->is_over)
        guarding_end(x);
    return WAIT;
}

/* In the form that is asked for; empty where it cannot be put so. */
static struct slice in_form(struct exchange *x, const struct cached *hit)
{
    struct buf out;
    x->heard = hit->dialect;
    if (hit->is_stream == x->chat.stream)
        return hit->answer;
    buf_init(&out, (size_t)x->snapshot->settings->answer_most_bytes);
    bool ok = x->chat.stream ? answer_spread(x->arena, hit->dialect, hit->answer, &out)
                             : answer_gather(x->arena, hit->dialect, hit->answer, GATHER_ALL_OR_NOTHING, &out);
    x->heard = DIALECT_OPENAI;
    struct slice answer = ok ? arena_copy(x->arena, buf_slice(&out)) : S("");
    buf_wipe(&out);
    return answer;
}

enum step_result exchange_replay(struct exchange *x)
{
    struct recalling    *r = &x->recalling;
    const struct cached *hit = &r->hit;
    struct fault         why = { 0 };
    struct slice         answer = in_form(x, hit);
    x->model = settings_model(x->snapshot->settings, hit->model);
    if (!x->model || answer.len == 0) {
        forget_hit(x);
        return NEXT;
    }
    r->is_hit = true;
    r->is_stale = cache_is_stale(&r->ask, hit);
    r->age_ms = cached_age_ms(hit, loop_wall_ms(x->tools->loop));
    r->saved_nanousd = hit->cost_nanousd;
    x->relay = asking_relay(x);
    if (replay_guarded(x, answer) == WAIT)
        return WAIT;
    if (relay_feed(x->relay, answer, &x->out, &why) && ends_well(x))
        return served(x);
    forget_hit(x);
    return NEXT;
}
