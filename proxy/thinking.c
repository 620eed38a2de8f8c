/*
 * thinking.c - what an exchange has SLM threads do: handed over, waited for, called off.
 *
 * A thread that has begun cannot be stopped. So an exchange may go on, and end, while one still works for it;
 * what it works on is freed when it has come back.
 */
#include "exchange_parts.h"

static void on_done(struct job *job)
{
    struct thought  *t = (struct thought *)job;
    struct exchange *x = t->exchange;
    const bool       was_over = x->is_over, is_awaited = x->awaited == t;
    t->is_out = false;
    x->thoughts_out--;
    if (is_awaited) {
        x->awaited = NULL;
        timer_clear(&x->deadline);
    }
    if (is_awaited || !t->late)
        t->heard(x);
    if (was_over)
        exchange_free_when_nothing_is_out(x);
}

static void on_late(void *arg)
{
    struct thought *t = arg;
    exchange_stop_thinking(t->exchange);
    t->late(t->exchange);
}

bool exchange_think(struct exchange *x, struct thought *t, void (*run)(struct job *, const struct inspector *),
                    void (*heard)(struct exchange *), void (*late)(struct exchange *))
{
    *t = (struct thought){
        .job = { .run = run, .done = on_done, .loop = x->tools->loop, .snapshot = x->snapshot },
        .exchange = x,
        .heard = heard,
        .late = late,
    };
    t->is_out = slm_pool_submit(x->tools->slm_pool, &t->job);
    if (!t->is_out)
        return false;
    x->thoughts_out++;
    if (late) {
        x->awaited = t;
        timer_set(x->tools->loop, &x->deadline, x->snapshot->settings->inspect_ms, on_late, t);
    }
    return true;
}

void exchange_stop_thinking(struct exchange *x)
{
    struct thought *t = x->awaited;
    if (!t)
        return;
    x->awaited = NULL;
    timer_clear(&x->deadline);
    if (!slm_pool_cancel(x->tools->slm_pool, &t->job))
        return;
    t->is_out = false;
    x->thoughts_out--;
}
