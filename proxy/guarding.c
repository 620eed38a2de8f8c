/*
 * guarding.c - an answer is looked through before it goes on: the guard's turns with the SLM threads.
 *
 *   body --> guard --has news--> SLM thread --> pass --> relay
 *              ^                                  |
 *              +------ what came meanwhile -------+
 *
 * While a look is out the guard is the thread's, and the provider waits. A look that fails, comes too late or
 * finds no place in the queue refuses the answer: what could not be looked through is what must not go on.
 */
#include "exchange_parts.h"

#include "base/die.h"

void exchange_guard(struct exchange *x, const struct guarding_handler *handler)
{
    const struct decision *d = &x->decision;
    struct guarding       *g = &x->guarding;
    size_t                 most = (size_t)x->snapshot->settings->answer_most_bytes;
    if (!(d->answers_redact | d->answers_block))
        return;
    const struct guard_options options = {
        .dialect = x->heard,
        .is_stream = x->chat.stream,
        .redact = d->answers_redact,
        .block = d->answers_block,
        .rule = d->answers_rule,
        .chat = &x->chat,
        .vault = x->vault,
        .most_bytes = most,
    };
    buf_reset(&g->waiting);
    g->handler = handler;
    g->has_ended = false;
    g->broke = (struct fault){ 0 };
    g->guard = guard_new(x->arena, &options);
}

/* ---- looking ---- */

static void take_turns(struct exchange *x);

static void run_look(struct job *job, const struct inspector *inspector)
{
    struct guarding *g = (struct guarding *)job;
    guard_look(g->guard, inspector);
}

static void on_looked(struct exchange *x)
{
    if (x->call)
        call_resume(x->call);
    take_turns(x);
}

static void refuse(struct exchange *x, const char *cause)
{
    struct fault why = { 0 };
    fault_set(&why, FAULT_DENIED, "rule \"%s\": the answer could not be looked through: %s",
              x->decision.answers_rule, cause);
    x->guarding.handler->refused(x, &why);
}

static void on_late(struct exchange *x)
{
    refuse(x, "it took too long");
}

static void look(struct exchange *x)
{
    if (!exchange_think(x, &x->guarding.thought, run_look, on_looked, on_late))
        refuse(x, "too much is waiting already");
    else if (x->call)
        call_pause(x->call);
}

/* ---- going on ---- */

/* What the guard lets go on is handed over. False when nothing more of this answer may be done here. */
static bool pass(struct exchange *x)
{
    struct guarding *g = &x->guarding;
    struct guard    *guard = g->guard;
    struct fault     why = { 0 };
    struct buf       passed;
    buf_init(&passed, SIZE_MAX / 2); /* bounded by what the guard may hold */
    bool ok = guard_pass(guard, &passed, &why);
    if (!ok)
        g->handler->refused(x, &why);
    else if (passed.len)
        g->handler->passed(x, buf_slice(&passed));
    buf_wipe(&passed);
    return ok && !x->is_over && g->guard == guard;
}

static void take_turns(struct exchange *x)
{
    struct guarding *g = &x->guarding;
    struct fault     why = { 0 };
    if (g->broke.kind) {
        why = g->broke;
        g->handler->refused(x, &why);
        return;
    }
    if (!pass(x))
        return;
    if (!guard_feed(g->guard, buf_slice(&g->waiting), &why)) {
        g->handler->refused(x, &why);
        return;
    }
    buf_reset(&g->waiting);
    if (g->has_ended)
        guard_end(g->guard);
    if (guard_has_news(g->guard))
        look(x);
    else if (pass(x) && g->has_ended)
        g->handler->through(x);
}

void guarding_feed(struct exchange *x, struct slice body)
{
    struct guarding *g = &x->guarding;
    struct fault     why = { 0 };
    buf_add(&g->waiting, body);
    if (g->waiting.full)
        fault_set(&why, FAULT_PROVIDER_BROKE, "more of the answer waits to be looked through than may");
    if (g->waiting.full)
        guarding_break(x, &why);
    else if (!g->thought.is_out)
        take_turns(x);
}

void guarding_end(struct exchange *x)
{
    x->guarding.has_ended = true;
    if (!x->guarding.thought.is_out)
        take_turns(x);
}

void guarding_break(struct exchange *x, const struct fault *why)
{
    struct guarding *g = &x->guarding;
    g->broke = *why;
    if (!g->thought.is_out)
        take_turns(x);
}
