/*
 * paying.c - the step book: limits, budgets and the cache are asked in one flush to Redis; and what becomes of
 * a request that a budget has no room for.
 *
 *   hold asked for --+--> both heard --> hit: replayed, the hold is settled with nothing
 *   cache asked -----+               --> held: on
 *                                    --> limited: refused, with the time to wait
 *                                    --> over: local models alone, a shorter answer, or refused; what is left
 *                                        is asked for anew
 *                                    --> away: a bounded allowance, or as if over
 *
 * A leg that failed and has to be paid is charged to the same hold, which is extended where what may yet come
 * does not fit into it.
 */
#include "exchange_parts.h"

#include "base/log.h"

enum {
    BOOKINGS_MOST = 8,      /* tries to find what there is room for */
    HINT_WORDS_BYTES = 128, /* around a draft that goes along */
    AWAY_RETRY_S = 1        /* a fresh link to Redis, or what proxies have to tell, takes about as long */
};

static void book(struct exchange *x);

/* Who may yet be asked: the candidates that are left, and who stands in for them. */
static unsigned models_left(struct exchange *x, const struct model *const **out)
{
    const struct decision *d = &x->decision;
    unsigned               count = d->count - x->candidate, more = 0;
    for (unsigned why = 0; why < INSTEADS; why++)
        more += d->instead[why].count;
    *out = d->candidate + x->candidate;
    if (more == 0)
        return count;
    const struct model **all = arena_array(x->arena, count + more, sizeof(struct model *));
    memcpy(all, *out, count * sizeof(struct model *));
    for (unsigned why = 0; why < INSTEADS; why++)
        for (unsigned i = 0; i < d->instead[why].count; i++)
            all[count++] = d->instead[why].model[i];
    *out = all;
    return count;
}

static struct estimate estimate_of(struct exchange *x)
{
    const struct decision     *d = &x->decision;
    const struct model *const *model;
    const unsigned             models = models_left(x, &model);
    int64_t                    summaries = x->candidate == 0 ? exchange_summaries_worst(x) : 0;
    /* Of what goes out, only placeholders and a hint are more words than came in: a model's name and options
     * are no prompt. */
    const int64_t more_bytes = (int64_t)x->redactions * SHOWN_MOST +
                               (d->escalation.hint ? DRAFTING_HINT_MOST_BYTES + HINT_WORDS_BYTES : 0);
    if (d->budget_count && x->snapshot->settings->input_is_learned && !x->is_weighed) {
        x->weight = weight_of(buf_slice(&x->body));
        x->is_weighed = true;
    }
    return (struct estimate){
        .model = model,
        .models = models,
        .escalated = x->is_escalated ? NULL : d->escalate_to,
        .prompt_bytes = (int64_t)x->body.len + more_bytes,
        .densities = x->is_weighed ? x->tools->densities : NULL,
        .weight = { x->weight.packed_bytes, x->weight.single_bytes + more_bytes },
        .is_asked_twice = d->escalate_to && (d->escalation.doubts >> DOUBT_DISAGREE & 1),
        .max_tokens = x->clamped_tokens ? x->clamped_tokens : x->chat.max_tokens,
        .choices = x->chat.choices,
        .besides = summaries > 0 ? d->compress_by : NULL,
        .besides_nanousd = summaries,
    };
}

/* ---- what there is no room for ---- */

static void keep_stand_ins(const struct exchange *x, struct stand_ins *list,
                           bool (*stays)(const struct exchange *, const struct model *))
{
    unsigned kept = 0;
    for (unsigned i = 0; i < list->count; i++)
        if (stays(x, list->model[i]))
            list->model[kept++] = list->model[i];
    list->count = kept;
}

/* Strikes out models; those before x->candidate have been asked. False when nobody is left. */
static bool keep_models(struct exchange *x, bool (*stays)(const struct exchange *, const struct model *))
{
    struct decision *d = &x->decision;
    unsigned         kept = x->candidate;
    for (unsigned i = x->candidate; i < d->count; i++)
        if (stays(x, d->candidate[i]))
            d->candidate[kept++] = d->candidate[i];
    d->count = kept;
    for (unsigned why = 0; why < INSTEADS; why++)
        keep_stand_ins(x, &d->instead[why], stays);
    if (d->escalate_to && !stays(x, d->escalate_to))
        d->escalate_to = NULL;
    if (d->compress_by && !stays(x, d->compress_by))
        x->summarizing.count = 0;
    return kept > x->candidate || d->instead[INSTEAD_ERROR].count > 0;
}

static bool is_local(const struct exchange *x, const struct model *model)
{
    (void)x;
    return model->provider->zone == 0;
}

static bool is_uncovered(const struct exchange *x, const struct model *model)
{
    return !booking_covers(&x->hold->line[x->hold->at], model);
}

static bool is_of_some_models(const struct line *line)
{
    return line->of_model || line->of_provider || line->budget->scope.models || line->budget->scope.providers;
}

static bool clamp(struct exchange *x, const struct line *line)
{
    const struct estimate e = estimate_of(x);
    int64_t               tokens = booking_clamp(line, &e, line->left_nanousd);
    if (tokens < line->budget->clamp_least_tokens || (e.max_tokens >= 0 && tokens >= e.max_tokens))
        return false;
    x->clamped_tokens = tokens;
    return true;
}

/* Is there a way on, with less? */
static bool gives_way(struct exchange *x, enum budget_over over, const struct line *line)
{
    switch (over) {
    case OVER_LOCAL:
        return keep_models(x, is_local);
    case OVER_CLAMP:
        return line && clamp(x, line);
    case OVER_DENY:
        return line && is_of_some_models(line) && keep_models(x, is_uncovered);
    }
    return false;
}

static void on_over(struct exchange *x)
{
    struct hold       *h = x->hold;
    const struct line *line = &h->line[h->at];
    struct fault       why;
    ledger_explain_over(h, &why);
    if (x->bookings >= BOOKINGS_MOST || !gives_way(x, line->budget->over, line))
        x->fault = why;
}

static void on_away(struct exchange *x)
{
    struct hold *h = x->hold;
    if (h->lines == 0)
        return; /* limits are convenience */
    if (ledger_allow(x->tools->ledger, h, x->worst_nanousd, x->snapshot->settings->ledger_allow_nanousd)) {
        x->is_on_allowance = true;
        metrics_add(x->tools->metrics, METRIC_ALLOWED, 1);
        return;
    }
    enum redis_trouble trouble = redis_trouble(x->tools->redis);
    fault_set(&x->fault, FAULT_LEDGER_AWAY, "%s",
              h->is_recovering ? "Redis was restarted, and is being told what was spent"
                               : redis_trouble_words(trouble ? trouble : REDIS_SLOW));
    x->retry_after_s = AWAY_RETRY_S;
    if (h->line[0].budget->over == OVER_LOCAL && keep_models(x, is_local))
        x->fault = (struct fault){ 0 };
}

static void on_limited(struct exchange *x)
{
    ledger_explain_limited(x->hold, &x->fault);
    x->retry_after_s = (x->hold->wait_ms + 999) / 1000;
    x->retry_after_ms = x->hold->wait_ms;
}

/* ---- asking ---- */

static void cancel_booking(struct exchange *x)
{
    exchange_forget_recall(x);
    if (x->hold) /* without budgets and limits only the cache is asked */
        ledger_cancel(x->tools->ledger, x->hold);
}

/* The hold that was asked for has no use any more; nothing of it stands. */
static void book_anew(struct exchange *x)
{
    hold_free(&x->hold);
    book(x);
}

void exchange_missed(struct exchange *x)
{
    x->recalling.hit = (struct cached){ 0 };
    x->cancel = NULL;
    if (x->recalling.wishes.only_if_cached && !x->fault.kind)
        fault_set(&x->fault, FAULT_NOT_CACHED, "%s", "");
    if (x->hold && !x->fault.kind && x->verdict == LEDGER_OVER)
        on_over(x);
    if (x->hold && !x->fault.kind && x->verdict == LEDGER_AWAY)
        on_away(x);
    if (x->hold && !x->fault.kind && x->verdict != LEDGER_HELD && !x->is_on_allowance && x->hold->lines)
        book_anew(x);
    else
        exchange_go_on(x);
}

void exchange_recalled(struct exchange *x)
{
    if (x->recalling.is_out || x->is_booking)
        return;
    x->cancel = NULL;
    bool             has_hit = !x->fault.kind && x->recalling.hit.answer.len;
    enum step_result result = has_hit ? exchange_replay(x) : NEXT;
    if (result == END)
        exchange_end(x);
    if (result == NEXT)
        exchange_missed(x);
}

static void on_booked(void *arg, enum ledger_verdict verdict, struct hold *h)
{
    (void)h;
    struct exchange *x = arg;
    x->is_booking = false;
    x->verdict = verdict;
    if (verdict == LEDGER_LIMITED) {
        on_limited(x);
        exchange_forget_recall(x); /* who may not ask need not wait either */
    }
    exchange_recalled(x);
}

/* Does any rule count it? A hold is too large to be made for a request that none does. */
static bool is_counted(const struct exchange *x)
{
    return x->decision.budget_count || x->decision.limit_count || x->team->requests_a_minute;
}

/* The models that are left, priced. A fault, or x->hold: NULL where nothing has to be asked. */
static void make_hold(struct exchange *x)
{
    if (!is_counted(x))
        return;
    const struct estimate e = estimate_of(x);
    struct fault          why = { 0 };
    x->hold = hold_new();
    booking_add_team_limit(x->hold, x->team);
    if (booking_make(x->hold, &x->decision, &x->payer, &e, loop_wall_ms(x->tools->loop), &x->worst_nanousd,
                     &why)) {
        if (!x->hold->lines && !x->hold->rates)
            hold_free(&x->hold);
        return;
    }
    hold_free(&x->hold);
    if (why.kind == FAULT_NO_PRICE && x->decision.budget[0]->over == OVER_LOCAL && keep_models(x, is_local))
        make_hold(x);
    else
        x->fault = why;
}

static void ask_ledger(struct exchange *x)
{
    x->is_booking = true;
    x->bookings++;
    x->cancel = cancel_booking;
    x->hold->is_hasty = x->worst_nanousd <= x->snapshot->settings->ledger_allow_nanousd;
    ledger_hold(x->tools->ledger, x->hold, on_booked, x);
}

/* Asks for what the models that are left could cost; goes on where that is nothing. */
static void book(struct exchange *x)
{
    make_hold(x);
    if (x->hold)
        ask_ledger(x);
    else
        exchange_go_on(x);
}

enum step_result take_book(struct exchange *x)
{
    if (exchange_may_recall(x, &x->fault))
        make_hold(x);
    if (x->fault.kind)
        return exchange_refuse(x, &x->fault);
    if (x->hold)
        ask_ledger(x);
    x->verdict = LEDGER_HELD; /* of nothing, where nothing is asked for */
    if (exchange_recall(x))   /* behind the hold, in the same flush */
        x->cancel = cancel_booking;
    return x->is_booking || x->recalling.is_out ? WAIT : NEXT;
}

/* ---- a leg that has to be paid ---- */

static void on_extended(void *arg, enum ledger_verdict verdict, struct hold *h)
{
    struct exchange *x = arg;
    x->is_booking = false;
    x->cancel = NULL;
    switch (verdict) {
    case LEDGER_HELD:
        break;
    case LEDGER_OVER:
        ledger_explain_over(h, &x->fault);
        if (h->line[h->at].budget->over == OVER_LOCAL && keep_models(x, is_local))
            x->fault = (struct fault){ 0 };
        break;
    case LEDGER_LIMITED:
    case LEDGER_AWAY:
        on_away(x);
        break;
    }
    exchange_ask_again(x);
}

static int64_t paid_nanousd(const struct hold *h)
{
    int64_t most = 0;
    for (unsigned i = 0; i < h->lines; i++)
        most = h->line[i].cost_nanousd > most ? h->line[i].cost_nanousd : most;
    return most;
}

void exchange_pay_again(struct exchange *x)
{
    const struct estimate e = estimate_of(x);
    struct hold          *h = x->hold;
    bool                  needs_more = false;
    if (h && booking_again(h, &e, &needs_more, &x->worst_nanousd, &x->fault) && needs_more) {
        x->fault = (struct fault){ 0 };
        if (h->is_held) {
            x->is_booking = true;
            x->cancel = cancel_booking;
            ledger_hold(x->tools->ledger, h, on_extended, x);
            return;
        }
        /* On the allowance: what was paid is taken already, and what may come is taken besides. */
        x->worst_nanousd = x->worst_nanousd + paid_nanousd(h) - h->allowed_nanousd;
        if (x->worst_nanousd > 0)
            on_away(x);
    }
    exchange_ask_again(x);
}
