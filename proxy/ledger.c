/*
 * ledger.c - see ledger.h: holds, from when they are asked about to what they did cost.
 *
 *     hold_new -> add lines -> ledger_hold -> (extended, cancelled) -> ledger_settle -> told to Redis -> freed
 *
 * A hold that is settled stays in the list `settled` until Redis has it, or, when it was paid out of the
 * allowance and the budget had no room, until the budget's window is over.
 */
#include "ledger_inside.h"

#include "base/die.h"
#include "base/log.h"
#include "dice.h"
#include "ledger_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

enum { BEAT_MS = 500, TELL_AGAIN_MS = 1000 };

#define ALLOWANCE_KEEP_MS INT64_C(2678400000) /* 31 days */

static void name_hold(struct ledger *l, struct hold *h)
{
    snprintf(h->id, sizeof h->id, "%s-%" PRIu64, l->me, ++l->last_hold);
}

static int64_t sum_most(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) || sum > 4 * LEDGER_MOST_NANOUSD ? 4 * LEDGER_MOST_NANOUSD : sum;
}

/* ---- asking ---- */

static bool read_amount(const redisReply *reply, int64_t *out)
{
    return reply->type == REDIS_REPLY_STRING && slice_to_i64(slice_of(reply->str, reply->len), out);
}

static bool read_number(const redisReply *reply, int64_t *out)
{
    *out = reply->integer;
    return reply->type == REDIS_REPLY_INTEGER;
}

enum { AT_FIRST = 3 }; /* after the verdict, the run, whether something is lost */

/* Milliseconds until `most` a minute are there again. */
static int64_t refill_ms(int64_t most, int64_t left)
{
    return most > 0 && left < most ? ((most - left) * 60000 + most - 1) / most : 0;
}

static void note_rate(struct rate *rate, int64_t requests, int64_t tokens)
{
    rate->is_known = true;
    rate->left_requests = requests > 0 ? requests : 0;
    rate->left_tokens = tokens > 0 ? tokens : 0;
    rate->requests_in_ms = refill_ms(rate->limit->requests_a_minute, requests);
    rate->tokens_in_ms = refill_ms(rate->limit->tokens_a_minute, tokens);
}

/* Should Redis forget it, and who spent it not come back, this much is known. */
static void note_seen(struct ledger *l, const struct line *line, int64_t spent_nanousd)
{
    struct total *total = book_total(&l->book, book_purse(&l->book, line), l->me, line);
    int64_t       others = sum_most(spent_nanousd, -total->nanousd);
    if (others > total->others_nanousd)
        total->others_nanousd = others;
}

static bool read_held(struct ledger *l, const redisReply *reply, struct hold *h)
{
    unsigned rates = h->is_held ? 0 : h->rates;
    int64_t  held, spent, requests, tokens;
    if (reply->elements < AT_FIRST + 2 * h->lines + 2 * rates)
        return false;
    for (unsigned i = 0; i < h->lines; i++) {
        const size_t at = AT_FIRST + 2 * i;
        if (!read_amount(reply->element[at], &held) || !read_amount(reply->element[at + 1], &spent))
            return false;
        h->line[i].left_nanousd = h->line[i].limit_nanousd - held;
        note_seen(l, &h->line[i], spent);
    }
    for (unsigned i = 0; i < rates; i++) {
        const size_t at = AT_FIRST + 2 * h->lines + 2 * i;
        if (!read_number(reply->element[at], &requests) || !read_number(reply->element[at + 1], &tokens))
            return false;
        note_rate(&h->rate[i], requests, tokens);
    }
    return true;
}

static bool read_over(const redisReply *reply, struct hold *h)
{
    int64_t which, held;
    if (reply->elements < AT_FIRST + 3 || !read_number(reply->element[AT_FIRST], &which) || which < 1 ||
        which > h->lines || !read_amount(reply->element[AT_FIRST + 1], &held) ||
        !read_amount(reply->element[AT_FIRST + 2], &h->running_nanousd))
        return false;
    h->at = (unsigned)which - 1;
    h->spent_nanousd = held - h->running_nanousd;
    h->line[h->at].left_nanousd = h->line[h->at].limit_nanousd - held;
    return true;
}

static bool read_limited(const redisReply *reply, struct hold *h)
{
    int64_t which, why, requests, tokens;
    if (reply->elements < AT_FIRST + 5 || !read_number(reply->element[AT_FIRST], &which) || which < 1 ||
        which > h->rates || !read_number(reply->element[AT_FIRST + 1], &why) || why < LIMIT_REQUESTS ||
        why > LIMIT_AT_ONCE || !read_number(reply->element[AT_FIRST + 2], &h->wait_ms) ||
        !read_number(reply->element[AT_FIRST + 3], &requests) ||
        !read_number(reply->element[AT_FIRST + 4], &tokens))
        return false;
    h->at = (unsigned)which - 1;
    h->limited_by = (enum ledger_limit)why;
    note_rate(&h->rate[h->at], requests, tokens);
    return true;
}

static bool read_verdict(struct ledger *l, const redisReply *reply, struct hold *h, enum ledger_verdict *out)
{
    int64_t verdict;
    if (!take_answer(l, reply, 1) || !read_number(reply->element[0], &verdict))
        return false;
    h->is_recovering = verdict == 3;
    switch (verdict) {
    case 0:
        *out = LEDGER_HELD;
        return read_held(l, reply, h);
    case 1:
        *out = LEDGER_OVER;
        return read_over(reply, h);
    case 2:
        *out = LEDGER_LIMITED;
        return read_limited(reply, h);
    case 3:
        *out = LEDGER_AWAY;
        return true;
    }
    return false;
}

/* Before a provider is asked. */
static void note_held(struct ledger *l, struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++) {
        h->line[i].reserved_nanousd = h->line[i].worst_nanousd;
        note_begun(l, &h->line[i], h->line[i].reserved_nanousd);
    }
    h->is_held = true;
}

/* It may have been done, or be done yet: what is told now comes after it on the same link, and on the next link
 * all is told. Asked again, it goes by another name. */
static void undo(struct ledger *l, struct hold *h)
{
    tell_undone(l, h);
    if (h->is_held)
        return;
    hold_rests(h);
    name_hold(l, h);
}

static void on_reserved(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct hold        *h = arg;
    struct ledger      *l = h->ledger;
    enum ledger_verdict verdict = LEDGER_AWAY;
    h->redis_id = 0;
    h->is_recovering = false;
    if (!reply || !read_verdict(l, reply, h, &verdict)) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_warn("ledger", "Redis refused to reserve: %s", reply->str);
        undo(l, h);
        verdict = LEDGER_AWAY;
    }
    if (verdict == LEDGER_HELD)
        note_held(l, h);
    else if (!h->is_held)
        hold_rests(h);
    h->call(h->arg, verdict, h);
}

static void add_lines(struct words *w, struct ledger *l, struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++) {
        struct line        *line = &h->line[i];
        struct purse       *purse = book_purse(&l->book, line);
        const struct total *total = book_total(&l->book, purse, l->me, line);
        if (line->worst_nanousd < line->reserved_nanousd)
            line->worst_nanousd = line->reserved_nanousd;
        line_runs(purse, line);
        words_number(w, line->worst_nanousd);
        words_add(w, h->is_held ? lease_of(w->arena, h, line->reserved_nanousd) : "");
        words_number(w, line->limit_nanousd);
        words_number(w, total->bucket);
        words_number(w, purse->buckets);
        words_add(w, arena_cstr(w->arena, slice_str(total->who)));
        words_number(w, total->nanousd);
        words_number(w, total->nanousd + total->others_nanousd);
        words_number(w, purse->keep_ms);
    }
}

/* Who reserves must have told all before. */
static void become_active(struct ledger *l)
{
    if (l->is_active)
        return;
    l->is_active = true;
    if (redis_is_up(l->redis))
        tell_all(l); /* else once it is */
}

void ledger_hold(struct ledger *l, struct hold *h, on_ledger_fn *call, void *arg)
{
    struct words w;
    unsigned     rates = h->is_held ? 0 : h->rates; /* asked once a request */
    h->ledger = l;
    h->call = call;
    h->arg = arg;
    if (!h->is_held)
        name_hold(l, h);
    hold_move(h, &l->held);
    if (h->lines)
        become_active(l);
    words_init(&w);
    words_keys(&w, h, rates);
    words_begin(&w, l, h->lines, rates);
    words_add(&w, h->id);
    add_lines(&w, l, h);
    for (unsigned i = 0; i < rates; i++) {
        const struct limit *limit = h->rate[i].limit;
        if (h->rate[i].asks_tokens > limit->tokens_a_minute)
            h->rate[i].asks_tokens = limit->tokens_a_minute; /* what is above is paid for afterwards */
        words_number(&w, limit->requests_a_minute);
        words_number(&w, limit->tokens_a_minute);
        words_number(&w, limit->at_once);
        words_number(&w, h->rate[i].asks_tokens);
    }
    h->redis_id = redis_run(l->redis, ledger_reserve_script, w.keys, w.count, w.word, on_reserved, h);
    if (h->is_hasty || h->lines == 0) /* limits are convenience */
        redis_hasten(l->redis, h->redis_id);
    words_fini(&w);
}

void ledger_cancel(struct ledger *l, struct hold *h)
{
    if (!h->redis_id)
        return;
    redis_cancel(l->redis, h->redis_id);
    h->redis_id = 0;
    undo(l, h);
}

static void note_allowed(struct ledger *l, struct hold *h, int64_t worst_nanousd)
{
    int64_t now_ms = loop_wall_ms(l->loop);
    h->allowed_nanousd += worst_nanousd;
    l->taken_nanousd += worst_nanousd;
    for (unsigned i = 0; i < h->lines; i++) {
        struct line *line = &h->line[i];
        int64_t      most_ms = now_ms + ALLOWANCE_KEEP_MS;
        int64_t      until_ms = line->span.to_ms < most_ms ? line->span.to_ms : most_ms;
        l->taken_until_ms = until_ms > l->taken_until_ms ? until_ms : l->taken_until_ms;
        note_begun(l, line, line->worst_nanousd);
    }
    note_allowance(l);
}

bool ledger_allow(struct ledger *l, struct hold *h, int64_t worst_nanousd, int64_t most_nanousd)
{
    if (!l->allowance || h->is_recovering || worst_nanousd > most_nanousd)
        return false;
    int64_t taken = atomic_load(&l->allowance->taken_nanousd);
    do {
        if (taken > most_nanousd - worst_nanousd)
            return false;
    } while (!atomic_compare_exchange_weak(&l->allowance->taken_nanousd, &taken, taken + worst_nanousd));
    note_allowed(l, h, worst_nanousd);
    return true;
}

/* ---- settling ---- */

/* A rolling window's money is spent when it is known, not when it was asked about. */
static void book_line(struct ledger *l, struct hold *h, struct line *line)
{
    struct span now;
    line_rests(line);
    window_at(&line->budget->window, loop_wall_ms(l->loop), &now);
    line->span.bucket = line->budget->window.kind == ROLLING ? now.bucket : 0;
    struct total *total = book_total(&l->book, book_purse(&l->book, line), l->me, line);
    int64_t       cost = line->cost_nanousd < LEDGER_MOST_NANOUSD ? line->cost_nanousd : LEDGER_MOST_NANOUSD;
    total->nanousd = sum_most(total->nanousd, cost > 0 ? cost : 0);
    line->total_nanousd = total->nanousd;
    line->who = arena_cstr(h->arena, slice_str(total->who));
    note_over(l, line);
}

/* What it took beyond its cost is given back at once; the rest once Redis knows of it. */
static void settle_allowance(struct ledger *l, struct hold *h)
{
    int64_t cost = 0;
    for (unsigned i = 0; i < h->lines; i++)
        cost = h->line[i].cost_nanousd > cost ? h->line[i].cost_nanousd : cost;
    if (cost >= h->allowed_nanousd)
        return;
    atomic_fetch_sub(&l->allowance->taken_nanousd, h->allowed_nanousd - cost);
    l->taken_nanousd -= h->allowed_nanousd - cost;
    h->allowed_nanousd = cost;
    note_allowance(l);
}

void ledger_settle(struct ledger *l, struct hold **handle)
{
    struct hold *h = *handle;
    *handle = NULL;
    if (!h)
        return;
    if (!h->is_held && !h->allowed_nanousd) {
        hold_free(&h);
        return;
    }
    h->ledger = l;
    for (unsigned i = 0; i < h->lines; i++)
        book_line(l, h, &h->line[i]);
    if (h->allowed_nanousd)
        settle_allowance(l, h);
    hold_move(h, &l->settled);
    tell_settled(l, h);
}

/* ---- its life ---- */

/* What was spent without Redis from a budget that had no room for it is not given back to be spent again,
 * before the budget's window is over. */
static bool is_overdrawn(struct ledger *l, struct hold *h)
{
    for (unsigned i = 0; h->allowed_nanousd && i < h->lines; i++)
        if (h->line[i].span.to_ms > loop_wall_ms(l->loop))
            return true;
    give_allowance_back(l, h);
    return false;
}

static void look_at_settled(struct ledger *l)
{
    struct hold *next;
    int64_t      now_ms = loop_now_ms(l->loop);
    for (struct hold *h = TAILQ_FIRST(&l->settled); h; h = next) {
        next = TAILQ_NEXT(h, link);
        if (h->is_told) {
            if (!is_overdrawn(l, h))
                hold_free(&h);
        } else if (!h->redis_id && redis_is_up(l->redis) && now_ms - h->sent_ms >= TELL_AGAIN_MS) {
            tell_settled(l, h);
        }
    }
}

static void look_at_inheritance(struct ledger *l)
{
    if (l->inherited_nanousd == 0 || l->inherited_until_ms > loop_wall_ms(l->loop))
        return;
    if (l->allowance)
        atomic_fetch_sub(&l->allowance->taken_nanousd, l->inherited_nanousd);
    l->inherited_nanousd = 0;
}

static void on_time(void *arg)
{
    struct ledger *l = arg;
    look_at_settled(l);
    look_at_inheritance(l);
    if (!l->tour.purse)
        book_prune(&l->book, loop_wall_ms(l->loop));
    if (l->is_active && redis_is_up(l->redis))
        tell_beat(l);
    timer_set(l->loop, &l->beat, BEAT_MS, on_time, l);
}

static void on_redis_up(void *arg)
{
    struct ledger *l = arg;
    l->run[0] = '\0';
    l->link++;
    if (l->is_active)
        tell_all(l);
}

/* The process' name is its journal's, by which its heir speaks for it. */
static void name_ledger(struct ledger *l)
{
    char name[JOURNAL_NAME_BYTES];
    dice_digits(name, JOURNAL_NAME_BYTES - 1);
    snprintf(l->me, sizeof l->me, "%s-%u", l->journal ? journal_name(l->journal) : name, loop_index(l->loop));
    snprintf(l->owner, sizeof l->owner, "%s-", l->me);
}

struct ledger *ledger_new(struct loop *loop, struct redis *redis, struct journal *journal,
                          struct allowance *allowance, const struct ledger_times *times)
{
    struct ledger *l = must_calloc(1, sizeof *l);
    *l = (struct ledger){
        .loop = loop, .redis = redis, .journal = journal, .allowance = allowance, .times = *times, .changes = -1
    };
    name_ledger(l);
    TAILQ_INIT(&l->held);
    TAILQ_INIT(&l->settled);
    book_init(&l->book);
    buf_init(&l->peers, PEERS_MOST_BYTES);
    buf_init(&l->heir_of, PEERS_MOST_BYTES);
    buf_init(&l->owners, 2 * PEERS_MOST_BYTES);
    if (journal)
        take_past(l);
    redis_on_up(redis, on_redis_up, l);
    timer_set(loop, &l->beat, BEAT_MS, on_time, l);
    return l;
}

static void free_all(struct hold_list *list)
{
    struct hold *h;
    while ((h = TAILQ_FIRST(list)))
        hold_free(&h);
}

void ledger_free(struct ledger **handle)
{
    struct ledger *l = *handle;
    *handle = NULL;
    if (!l)
        return;
    redis_on_up(l->redis, NULL, NULL);
    tour_end(l);
    free_all(&l->held);
    free_all(&l->settled);
    book_fini(&l->book);
    buf_fini(&l->peers);
    buf_fini(&l->heir_of);
    buf_fini(&l->owners);
    timer_fini(&l->beat);
    free(l);
}

void ledger_on_alert(struct ledger *l, on_alert_fn *on_alert, void *arg)
{
    l->on_alert = on_alert;
    l->alert_arg = arg;
}

bool ledger_is_idle(const struct ledger *l)
{
    const struct hold *h;
    TAILQ_FOREACH(h, &l->settled, link)
    if (!h->is_told)
        return false;
    return TAILQ_EMPTY(&l->held);
}

void ledger_leave(struct ledger *l)
{
    if (l->is_active)
        tell_left(l);
    l->is_active = false;
}
