/*
 * likening.c - what was not asked in these words may have been asked in others.
 *
 *   exact miss --> an SLM thread: embedded, the nearest of the same context, rules, chance
 *              --> found: its answer is asked for in Redis --> there: a hit
 *                                                          --> gone: forgotten here, and a miss
 *              --> not found: a miss; its answer will be remembered with its words
 *
 * All of it is a convenience: what fails, or comes too late, is a miss.
 */
#include "exchange_parts.h"

#include "base/log.h"

static void run_liken(struct job *job, const struct inspector *inspector)
{
    struct likening *l = (struct likening *)job;
    similar_find(l->thought.exchange->tools->similar, inspector, l->arena, &l->look);
}

/* ---- asking for what was found ---- */

static void on_looked_up(void *arg, struct cache_ask *ask, const struct cached *hit)
{
    struct exchange *x = arg;
    struct likening *l = &x->likening;
    l->is_asking = false;
    l->is_hit = hit != NULL;
    if (!hit)
        similar_forget(x->tools->similar, ask->key.exact);
    exchange_likened(x, hit);
}

static void look_up(struct exchange *x)
{
    struct likening        *l = &x->likening;
    const struct cache_ask *asked = &x->recalling.ask;
    l->ask = (struct cache_ask){
        .key = asked->key,
        .secret = asked->secret,
        .keep_ms = asked->keep_ms,
        .most_age_ms = asked->most_age_ms,
        .max_tokens = asked->max_tokens,
    };
    memcpy(l->ask.key.exact, l->look.exact, sizeof l->ask.key.exact);
    l->is_asking = true;
    cache_look(x->tools->cache, &l->ask, on_looked_up, x);
}

/* ---- looking ---- */

static void on_found(struct exchange *x)
{
    struct likening *l = &x->likening;
    l->is_done = true;
    if (l->look.near && !l->look.is_found)
        metrics_add(x->tools->metrics, METRIC_CACHE_UNLIKE, 1);
    if (l->look.is_found)
        look_up(x);
    else
        exchange_likened(x, NULL);
}

void exchange_forget_liken(struct exchange *x)
{
    struct likening *l = &x->likening;
    exchange_stop_thinking(x);
    if (l->is_asking)
        cache_release(&l->ask, CACHE_NEXT);
    l->is_asking = false;
}

static void on_late(struct exchange *x)
{
    exchange_likened(x, NULL);
}

/* A question that its own conversation ends with, in words that a model can be found for. */
static bool may_liken(const struct exchange *x)
{
    const struct slm  *slm = x->snapshot->slm;
    const struct slice words = x->recalling.question.words;
    return x->decision.cache->similar_max_error > 0 && slm && alike_fits(slm) && !x->chat.ends_in_tool &&
           words.len > 0 && words.len <= ALIKE_BYTES_MOST && !x->fault.kind;
}

bool exchange_liken(struct exchange *x)
{
    struct likening *l = &x->likening;
    if (!may_liken(x))
        return false;
    l->arena = l->arena ? l->arena : arena_new();
    l->look = (struct similar_look){
        .context = x->recalling.ask.key.context,
        .words = x->recalling.question.words,
        .route = slice_hash(slice_str(x->decision.route)),
        .max_error = x->decision.cache->similar_max_error,
        .wall_ms = loop_wall_ms(x->tools->loop),
    };
    return exchange_think(x, &l->thought, run_liken, on_found, on_late);
}

void exchange_keep_likeness(struct exchange *x, int64_t keep_ms)
{
    const struct likening *l = &x->likening;
    if (!l->is_done || !l->look.is_readable)
        return;
    similar_keep(x->tools->redis, x->recalling.ask.secret, &l->look, slm_fingerprint(x->snapshot->slm),
                 x->recalling.ask.key.exact, loop_wall_ms(x->tools->loop) + keep_ms,
                 x->snapshot->settings->similar_most);
}
