/*
 * ledger.c - see ledger.h: holds, from what a request needs to what it did cost.
 *
 *     hold_new -> add lines -> ledger_hold -> (extended, cancelled) -> ledger_settle -> told to Redis -> freed
 *
 * A hold that is settled stays in the list `settled` until Redis has it, and SETTLED_KEEP_MS longer: what Redis
 * acknowledged in its last second before a crash is told to it again when it is back.
 */
#include "ledger_inside.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "ledger_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <time.h>

enum {
    BEAT_MS = 500,
    SETTLED_KEEP_MS = 5000, /* more than the second of an append-only file's sync */
    TELL_AGAIN_MS = 1000
};

/* ---- a hold ---- */

struct hold *hold_new(void)
{
    struct arena *arena = arena_new();
    struct hold  *h = arena_alloc(arena, sizeof *h);
    h->arena = arena;
    return h;
}

void hold_free(struct hold **handle)
{
    struct hold *h = *handle;
    *handle = NULL;
    if (!h)
        return;
    struct arena *arena = h->arena;
    hold_move(h, NULL);
    arena_free(&arena);
}

void ledger_name(struct buf *out, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c <= ' ' || c == 0x7f || strchr("%:{},=", c))
            buf_printf(out, "%%%02X", c);
        else
            buf_add_byte(out, *name);
    }
}

/* "hour-20261123T0300Z": when it began, so that no two windows of a rule are one, whatever its time zone. */
static const char *window_name(struct arena *arena, const struct budget *budget, const struct span *span)
{
    static const char *const names[] = { [EVERY_HOUR] = "hour",   [EVERY_DAY] = "day",   [EVERY_WEEK] = "week",
                                         [EVERY_MONTH] = "month", [ROLLING] = "rolling", [TOTAL] = "total" };
    time_t                   from_s = span->from_ms / 1000;
    struct tm                utc;
    char                     began[32];
    if (budget->window.kind == TOTAL)
        return names[TOTAL];
    if (budget->window.kind == ROLLING)
        return arena_printf(arena, "%s-%" PRId64, names[ROLLING], budget->window.rolling_ms);
    gmtime_r(&from_s, &utc);
    strftime(began, sizeof began, "%Y%m%dT%H%MZ", &utc);
    return arena_printf(arena, "%s-%s", names[budget->window.kind], began);
}

struct line *hold_add_line(struct hold *h, const struct budget *budget, const char *tag, const char *path,
                           const char *whose, int64_t wall_ms)
{
    if (h->lines == LEDGER_LINES_MOST)
        return NULL;
    struct line   *line = &h->line[h->lines++];
    struct budget *copy = arena_alloc(h->arena, sizeof *copy);
    *copy = *budget;
    copy->name = arena_cstr(h->arena, slice_str(budget->name));
    *line = (struct line){ .budget = copy, .whose = arena_cstr(h->arena, slice_str(whose)) };
    line->limit_nanousd =
        budget->limit_nanousd < LEDGER_MOST_NANOUSD ? budget->limit_nanousd : LEDGER_MOST_NANOUSD;
    window_at(&budget->window, wall_ms, &line->span);
    line->marker = arena_printf(h->arena, "weir:{%s}:ledger", tag);
    line->key =
        arena_printf(h->arena, "weir:{%s}:money:%s:%s", tag, path, window_name(h->arena, budget, &line->span));
    return line;
}

struct rate *hold_add_rate(struct hold *h, const struct limit *limit, const char *tag, const char *path,
                           const char *whose)
{
    if (h->rates == LEDGER_RATES_MOST)
        return NULL;
    struct rate  *rate = &h->rate[h->rates++];
    struct limit *copy = arena_alloc(h->arena, sizeof *copy);
    *copy = *limit;
    copy->name = arena_cstr(h->arena, slice_str(limit->name));
    *rate = (struct rate){ .limit = copy, .whose = arena_cstr(h->arena, slice_str(whose)) };
    rate->key = arena_printf(h->arena, "weir:{%s}:rate:%s", tag, path);
    return rate;
}

static void name_hold(struct ledger *l, struct hold *h)
{
    snprintf(h->id, sizeof h->id, "%s-%" PRIu64, l->me, ++l->last_hold);
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

static bool read_held(const redisReply *reply, struct hold *h)
{
    unsigned rates = h->is_held ? 0 : h->rates;
    int64_t  held, requests, tokens;
    if (reply->elements < AT_FIRST + h->lines + 2 * rates)
        return false;
    for (unsigned i = 0; i < h->lines; i++) {
        if (!read_amount(reply->element[AT_FIRST + i], &held))
            return false;
        h->line[i].left_nanousd = h->line[i].limit_nanousd - held;
    }
    for (unsigned i = 0; i < rates; i++) {
        const size_t at = AT_FIRST + h->lines + 2 * i;
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
    know_markers(l, h);
    h->is_recovering = verdict == 3;
    switch (verdict) {
    case 0:
        *out = LEDGER_HELD;
        return read_held(reply, h);
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

/* sign: '+' for a call that begins, '-' for one that is over. Its lease's time is as long as anybody asks for
 * the former. */
static void write_down(struct ledger *l, const struct hold *h, const struct line *line, char sign)
{
    const struct account *a = book_account(&l->book, l->me, line);
    char                  lease[96];
    if (!l->journal)
        return;
    snprintf(lease, sizeof lease, "%c%s:%" PRId64, sign, h->id, line->reserved_nanousd);
    const struct journal_entry entry = {
        .line = line->key,
        .marker = line->marker,
        .who = a->who,
        .lease = line->reserved_nanousd ? lease : "-",
        .bucket = a->bucket,
        .buckets = a->buckets,
        .total_nanousd = a->total_nanousd,
        .until_ms = sign == '+' ? loop_wall_ms(l->loop) + LEDGER_LEASE_MS : a->until_ms,
        .keep_ms = a->keep_ms,
    };
    journal_add(l->journal, &entry);
}

/* In the journal before a provider is asked: should this process be killed and Redis forget its last second,
 * too, the next one knows what was running. */
static void note_held(struct ledger *l, struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++) {
        struct line *line = &h->line[i];
        if (line->worst_nanousd == line->reserved_nanousd)
            continue;
        if (line->reserved_nanousd)
            write_down(l, h, line, '-');
        line->reserved_nanousd = line->worst_nanousd;
        write_down(l, h, line, '+');
    }
    h->is_held = true;
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
        /* It may have been done, or be done yet; this comes after it on the same link. */
        tell_undone(l, h);
        name_hold(l, h);
        verdict = LEDGER_AWAY;
    }
    if (verdict == LEDGER_HELD)
        note_held(l, h);
    h->call(h->arg, verdict, h);
}

static void add_lines(struct words *w, struct ledger *l, struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++) {
        struct line          *line = &h->line[i];
        const struct account *a = book_account(&l->book, l->me, line);
        if (line->worst_nanousd < line->reserved_nanousd)
            line->worst_nanousd = line->reserved_nanousd;
        words_number(w, line->worst_nanousd);
        words_add(w, h->is_held ? lease_of(w->arena, h, line->reserved_nanousd) : "");
        words_number(w, line->limit_nanousd);
        words_number(w, a->bucket);
        words_number(w, a->buckets);
        words_add(w, a->who);
        words_number(w, a->total_nanousd);
        words_number(w, a->keep_ms);
    }
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
    words_init(&w);
    words_keys(&w, l, h, rates);
    words_begin(&w, l, l->has_told, h->lines, rates);
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
    words_fini(&w);
}

void ledger_cancel(struct ledger *l, struct hold *h)
{
    if (!h->redis_id)
        return;
    redis_cancel(l->redis, h->redis_id);
    h->redis_id = 0;
    tell_undone(l, h);
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
    h->allowed_nanousd += worst_nanousd;
    return true;
}

/* ---- settling ---- */

static int64_t sum_most(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) || sum > 4 * LEDGER_MOST_NANOUSD ? 4 * LEDGER_MOST_NANOUSD : sum;
}

/* A rolling window's money is spent when it is known, not when it was asked about. */
static void book_line(struct ledger *l, struct hold *h, struct line *line)
{
    struct span now;
    window_at(&line->budget->window, loop_wall_ms(l->loop), &now);
    line->span.bucket = line->budget->window.kind == ROLLING ? now.bucket : 0;
    struct account *a = book_account(&l->book, l->me, line);
    int64_t         cost = line->cost_nanousd < LEDGER_MOST_NANOUSD ? line->cost_nanousd : LEDGER_MOST_NANOUSD;
    a->total_nanousd = sum_most(a->total_nanousd, cost > 0 ? cost : 0);
    line->total_nanousd = a->total_nanousd;
    line->who = arena_cstr(h->arena, slice_str(a->who));
    if (cost > 0 || line->reserved_nanousd)
        write_down(l, h, line, '-');
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
    h->allowed_nanousd = cost;
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

static void on_beat(void *arg)
{
    struct ledger *l = arg;
    struct hold   *h, *next;
    int64_t        now_ms = loop_now_ms(l->loop);
    for (h = TAILQ_FIRST(&l->settled); h; h = next) {
        next = TAILQ_NEXT(h, link);
        if (h->told_ms && now_ms - h->told_ms >= SETTLED_KEEP_MS && !h->redis_id) {
            if (!is_overdrawn(l, h))
                hold_free(&h);
        }
        if (h && !h->told_ms && !h->redis_id && redis_is_up(l->redis) && now_ms - h->sent_ms >= TELL_AGAIN_MS)
            tell_settled(l, h);
    }
    book_prune(&l->book, loop_wall_ms(l->loop));
    if (redis_is_up(l->redis))
        tell_beat(l);
    timer_set(l->loop, &l->beat, BEAT_MS, on_beat, l);
}

static void on_redis_up(void *arg)
{
    struct ledger *l = arg;
    l->run[0] = '\0';
    l->has_told = false;
    tell_all(l);
}

/* One loop tells what processes that are gone have left in the journal, and that nobody need wait for them. */
static void adopt_past(struct ledger *l)
{
    l->past = journal_past(l->journal, &l->pasts);
    for (unsigned i = 0; i < l->pasts; i++) {
        if (l->past[i].lease[0] != '+')
            book_add_past(&l->book, &l->past[i]);
        (void)book_marker(&l->book, l->past[i].marker);
    }
}

struct ledger *ledger_new(struct loop *loop, struct redis *redis, struct metrics *metrics,
                          struct journal *journal, struct allowance *allowance)
{
    struct ledger *l = must_calloc(1, sizeof *l);
    unsigned char  random[12];
    *l = (struct ledger){
        .loop = loop, .redis = redis, .metrics = metrics, .journal = journal, .allowance = allowance
    };
    if (RAND_bytes(random, sizeof random) != 1)
        die("OpenSSL has no random bytes");
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(l->me + 2 * i, 3, "%02x", random[i]);
    TAILQ_INIT(&l->held);
    TAILQ_INIT(&l->settled);
    book_init(&l->book);
    if (journal && loop_index(loop) == 0)
        adopt_past(l);
    redis_on_up(redis, on_redis_up, l);
    timer_set(loop, &l->beat, BEAT_MS, on_beat, l);
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
    free_all(&l->held);
    free_all(&l->settled);
    book_fini(&l->book);
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
    if (!h->told_ms)
        return false;
    return TAILQ_EMPTY(&l->held);
}

void ledger_leave(struct ledger *l)
{
    tell_left(l);
}
