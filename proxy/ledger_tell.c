/* ledger_tell.c - telling Redis what was spent and what runs: state, so that it may be told again. See
 * ledger.h. */
#include "ledger_inside.h"

#include "base/die.h"
#include "base/log.h"
#include "ledger_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

enum { WORDS_MOST = 500, LINES_A_TELLING = 24, BATCHES_A_LEG = 8 };

static const char home[] = "weir:{all}:ledger";

/* ---- words ---- */

void words_init(struct words *w)
{
    w->arena = arena_new();
    w->word = arena_array(w->arena, WORDS_MOST, sizeof *w->word);
    w->count = w->keys = 0;
    words_key(w, home);
}

void words_fini(struct words *w)
{
    arena_free(&w->arena);
}

void words_add(struct words *w, const char *word)
{
    if (w->count == WORDS_MOST)
        die("more than %d words for a script", WORDS_MOST);
    w->word[w->count++] = slice_str(word);
}

void words_key(struct words *w, const char *key)
{
    words_add(w, key);
    w->keys++;
}

void words_number(struct words *w, int64_t number)
{
    words_add(w, arena_printf(w->arena, "%" PRId64, number));
}

void words_begin(struct words *w, const struct ledger *l, unsigned lines, unsigned rates)
{
    int64_t now_ms = loop_wall_ms(l->loop);
    bool    is_up = redis_is_up(l->redis); /* else it goes over the next link, to who knows which server */
    words_add(w, l->me);
    words_number(w, is_up ? l->link : l->link + 1);
    words_add(w, is_up ? l->run : "");
    words_number(w, now_ms);
    words_number(w, now_ms + l->times.lease_ms);
    words_add(w, l->is_known || (l->allowance && atomic_load(&l->allowance->is_known)) ? "1" : "0");
    words_number(w, l->times.recovery_ms);
    words_number(w, lines);
    words_number(w, rates);
}

const char *lease_of(struct arena *arena, const struct hold *h, int64_t amount)
{
    return amount > 0 ? arena_printf(arena, "%s:%" PRId64, h->id, amount) : "";
}

/* ---- answers ---- */

bool take_answer(struct ledger *l, const redisReply *reply, unsigned run_at)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < run_at + 2 ||
        reply->element[run_at]->type != REDIS_REPLY_STRING ||
        reply->element[run_at + 1]->type != REDIS_REPLY_INTEGER)
        return false;
    snprintf(l->run, sizeof l->run, "%s", reply->element[run_at]->str);
    if (reply->element[run_at + 1]->integer == 1 && l->is_active && !l->is_telling) {
        log_warn("ledger_restored", "Redis has lost what it knew of budgets; it is told again");
        tell_all(l);
    }
    return true;
}

/* For what needs no acknowledgement: should it be lost, the next telling of everything makes up for it. */
static void on_told(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct ledger *l = arg;
    if (reply && !take_answer(l, reply, 0) && reply->type == REDIS_REPLY_ERROR)
        log_warn("ledger", "Redis takes nothing: %s", reply->str);
}

static void send_report(struct ledger *l, struct words *w, on_redis_fn *on_reply, void *arg)
{
    redis_run(l->redis, ledger_report_script, w->keys, w->count, w->word, on_reply, arg);
    words_fini(w);
}

/* Of a report that tells not all. */
static void begin_report(struct words *w, const struct ledger *l, unsigned lines, unsigned rates)
{
    words_begin(w, l, lines, rates);
    words_add(w, "0");
    words_add(w, "");
    words_add(w, "");
}

/* What a report says of a line; where nothing is said, nothing is meant. */
struct telling {
    const char *close, *stands, *owners, *marks;
    int64_t     limit_nanousd, bucket, buckets, total_nanousd, others_nanousd, keep_ms;
    const char *who;
};

static void add_line(struct words *w, const struct telling *t)
{
    words_add(w, t->close ? t->close : "");
    words_add(w, t->stands ? t->stands : "");
    words_add(w, t->owners ? t->owners : "");
    words_number(w, t->limit_nanousd);
    words_number(w, t->bucket);
    words_number(w, t->buckets);
    words_add(w, arena_cstr(w->arena, slice_str(t->who)));
    words_number(w, t->total_nanousd);
    words_number(w, t->total_nanousd + t->others_nanousd);
    words_number(w, t->keep_ms);
    words_add(w, t->marks ? t->marks : "");
}

static struct telling telling_of(const struct purse *purse, const struct total *total)
{
    return (struct telling){
        .bucket = total->bucket,
        .buckets = purse->buckets,
        .who = total->who,
        .total_nanousd = total->nanousd,
        .others_nanousd = total->others_nanousd,
        .keep_ms = purse->keep_ms,
    };
}

/* ---- one call ---- */

static const char *marks_of(struct arena *arena, const struct budget *budget)
{
    char   text[64];
    size_t len = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < budget->marks; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u,", budget->mark[i]);
    return arena_cstr(arena, slice_of(text, len));
}

void words_keys(struct words *w, const struct hold *h, unsigned rates)
{
    for (unsigned i = 0; i < h->lines; i++)
        words_key(w, h->line[i].key);
    for (unsigned i = 0; i < rates; i++)
        words_key(w, h->rate[i].key);
}

static void add_rate(struct words *w, const struct hold *h, const struct rate *rate, int64_t used_tokens)
{
    words_add(w, h->id);
    words_number(w, rate->asks_tokens);
    words_number(w, used_tokens);
    words_number(w, rate->limit->tokens_a_minute);
}

static void alert(struct ledger *l, const struct hold *h, long long mark)
{
    if (mark < 1000 || mark / 1000 > h->lines || !l->on_alert)
        return;
    const struct line        *line = &h->line[mark / 1000 - 1];
    const struct ledger_alert told = {
        .budget = line->budget->name,
        .whose = line->whose,
        .percent = (unsigned)(mark % 1000),
        .limit_nanousd = line->limit_nanousd,
        .line = line,
    };
    l->on_alert(l->alert_arg, &told);
}

void give_allowance_back(struct ledger *l, struct hold *h)
{
    if (h->allowed_nanousd == 0)
        return;
    atomic_fetch_sub(&l->allowance->taken_nanousd, h->allowed_nanousd);
    l->taken_nanousd -= h->allowed_nanousd;
    h->allowed_nanousd = 0;
    note_allowance(l);
}

static void on_settled(void *arg, const redisReply *reply, const struct fault *why)
{
    struct hold   *h = arg;
    struct ledger *l = h->ledger;
    h->redis_id = 0;
    h->is_told =
        reply && reply->type == REDIS_REPLY_ARRAY; /* said first: an answer may make all be told anew */
    if (!h->is_told || !take_answer(l, reply, 0)) {
        h->is_told = false;
        log_debug("ledger", "a call is not settled yet: %s",
                  !reply                             ? why->detail
                  : reply->type == REDIS_REPLY_ERROR ? reply->str
                                                     : "an odd answer");
        return;
    }
    bool is_overdrawn = false;
    for (size_t i = 2; i < reply->elements; i++) {
        is_overdrawn = is_overdrawn || reply->element[i]->integer < 0;
        alert(l, h, reply->element[i]->integer);
    }
    if (!is_overdrawn)
        give_allowance_back(l, h);
}

void tell_settled(struct ledger *l, struct hold *h)
{
    struct words w;
    if (h->redis_id)
        redis_cancel(l->redis, h->redis_id);
    words_init(&w);
    words_keys(&w, h, h->rates);
    begin_report(&w, l, h->lines, h->rates);
    for (unsigned i = 0; i < h->lines; i++) {
        const struct line  *line = &h->line[i];
        struct purse       *purse = book_purse(&l->book, line);
        const struct total *total = book_total(&l->book, purse, l->me, line);
        struct telling      t = telling_of(purse, total);
        t.close = lease_of(w.arena, h, line->reserved_nanousd);
        t.limit_nanousd = line->limit_nanousd;
        t.who = line->who;
        t.total_nanousd = line->total_nanousd;
        t.marks = marks_of(w.arena, line->budget);
        add_line(&w, &t);
    }
    for (unsigned i = 0; i < h->rates; i++)
        add_rate(&w, h, &h->rate[i], h->rate[i].used_tokens);
    h->sent_ms = loop_now_ms(l->loop);
    h->redis_id = redis_run(l->redis, ledger_report_script, w.keys, w.count, w.word, on_settled, h);
    words_fini(&w);
}

void tell_undone(struct ledger *l, const struct hold *h)
{
    struct words w;
    unsigned     rates = h->is_held ? 0 : h->rates;
    words_init(&w);
    words_keys(&w, h, rates);
    begin_report(&w, l, h->lines, rates);
    for (unsigned i = 0; i < h->lines; i++) {
        const struct line  *line = &h->line[i];
        struct purse       *purse = book_purse(&l->book, line);
        const struct total *total = book_total(&l->book, purse, l->me, line);
        struct telling      t = telling_of(purse, total);
        bool                is_new = line->worst_nanousd > line->reserved_nanousd;
        t.close = is_new ? lease_of(w.arena, h, line->worst_nanousd) : "";
        t.stands = h->is_held ? lease_of(w.arena, h, line->reserved_nanousd) : "";
        t.limit_nanousd = line->limit_nanousd;
        add_line(&w, &t);
    }
    for (unsigned i = 0; i < rates; i++)
        add_rate(&w, h, &h->rate[i], 0);
    send_report(l, &w, on_told, l);
}

/* ---- everything ---- */

/* The leases of this loop on a line. Of a call that is being asked for it is not known yet which stand. */
static const char *leases_of(struct arena *arena, const struct purse *purse)
{
    const struct line *line;
    struct buf         text;
    buf_init(&text, SIZE_MAX);
    LIST_FOREACH(line, &purse->running, link)
    {
        const struct hold *h = line->hold;
        const char        *may = h->redis_id ? "~" : "";
        if (line->reserved_nanousd > 0)
            buf_printf(&text, "%s%s:%" PRId64 " ", may, h->id, line->reserved_nanousd);
        if (h->redis_id && line->worst_nanousd > line->reserved_nanousd)
            buf_printf(&text, "~%s:%" PRId64 " ", h->id, line->worst_nanousd);
    }
    const char *words = arena_cstr(arena, buf_slice(&text));
    buf_fini(&text);
    return words;
}

/* Totals on their way into a script. */
struct batch {
    const struct purse *purse[LINES_A_TELLING];
    size_t              at[LINES_A_TELLING]; /* index of the purse's total */
    unsigned            count;
};

static uint64_t send_batch(struct ledger *l, const struct batch *b, on_redis_fn *on_reply)
{
    struct words w;
    words_init(&w);
    for (unsigned i = 0; i < b->count; i++)
        words_key(&w, b->purse[i]->key);
    begin_report(&w, l, b->count, 0);
    const char *owners = arena_printf(w.arena, "%s%.*s", l->owner, SLICE_ARG(buf_slice(&l->owners)));
    for (unsigned i = 0; i < b->count; i++) {
        const struct purse *purse = b->purse[i];
        struct telling      t = telling_of(purse, &purse->total[b->at[i]]);
        if (b->at[i] == 0) { /* once a line */
            t.stands = leases_of(w.arena, purse);
            t.owners = owners;
        }
        add_line(&w, &t);
    }
    uint64_t id = redis_run(l->redis, ledger_report_script, w.keys, w.count, w.word, on_reply, l);
    words_fini(&w);
    return id;
}

static void fill_batch(struct tour *tour, struct batch *b)
{
    while (tour->at < tour->count && b->count < LINES_A_TELLING) {
        const struct purse *purse = tour->purse[tour->at];
        if (tour->total_at == purse->totals) {
            tour->at++;
            tour->total_at = 0;
            continue;
        }
        b->purse[b->count] = purse;
        b->at[b->count++] = tour->total_at++;
    }
}

static void tell_that_is_all(struct ledger *);

void tour_end(struct ledger *l)
{
    if (l->tour.redis_id)
        redis_cancel(l->redis, l->tour.redis_id);
    free(l->tour.purse);
    l->tour = (struct tour){ 0 };
}

/* After the purses: whether the allowance was needed is answered by all that this loop has spent, not by a
 * part. */
static void tell_unheard(struct ledger *l)
{
    struct hold *h;
    TAILQ_FOREACH(h, &l->settled, link)
    if (!h->is_told)
        tell_settled(l, h);
}

static void tell_on(struct ledger *l);

static void on_leg(void *arg, const redisReply *reply, const struct fault *why)
{
    struct ledger *l = arg;
    l->tour.redis_id = 0;
    if (reply) {
        on_told(l, reply, why);
        tell_on(l);
        return;
    }
    log_warn("ledger", "what was spent could not be told: %s", why->detail);
    tour_end(l);
    l->is_telling = false;
}

/* The next leg. Its last batch is answered last; the end of the tour waits for nothing. */
static void tell_on(struct ledger *l)
{
    for (unsigned i = 1; i <= BATCHES_A_LEG; i++) {
        struct batch batch = { .count = 0 };
        fill_batch(&l->tour, &batch);
        if (batch.count == 0) {
            tour_end(l);
            tell_unheard(l);
            tell_that_is_all(l);
            return;
        }
        bool     is_last = i == BATCHES_A_LEG;
        uint64_t id = send_batch(l, &batch, is_last ? on_leg : on_told);
        if (is_last)
            l->tour.redis_id = id;
    }
}

static void tell_purses(struct ledger *l)
{
    struct tour  *tour = &l->tour;
    struct purse *purse;
    tour_end(l);
    tour->purse = must_calloc(l->book.purse_count + 1, sizeof(struct purse *));
    TAILQ_FOREACH(purse, &l->book.purses, link)
    tour->purse[tour->count++] = purse;
    tell_on(l);
}

static bool take_peers(struct ledger *l, const redisReply *reply)
{
    int64_t changes;
    if (reply->elements < 4 || reply->element[2]->type != REDIS_REPLY_STRING ||
        reply->element[3]->type != REDIS_REPLY_STRING ||
        !slice_to_i64(slice_of(reply->element[2]->str, reply->element[2]->len), &changes))
        return false;
    if (reply->element[3]->len == 0 || changes == l->changes)
        return true;
    l->changes = changes;
    buf_reset(&l->peers);
    buf_add(&l->peers, slice_of(reply->element[3]->str, reply->element[3]->len));
    note_peers(l);
    return true;
}

static void become_known(struct ledger *l)
{
    l->is_known = true;
    if (l->allowance)
        atomic_store(&l->allowance->is_known, true);
}

static void on_all_told(void *arg, const redisReply *reply, const struct fault *why)
{
    struct ledger *l = arg;
    if (reply && take_answer(l, reply, 0) && take_peers(l, reply))
        become_known(l);
    else
        log_warn("ledger", "what was spent could not be told: %s",
                 !reply                             ? why->detail
                 : reply->type == REDIS_REPLY_ERROR ? reply->str
                                                    : "an odd answer");
    l->is_telling = false; /* where it was not heard, the next beat is told that something is lost */
}

static void tell_that_is_all(struct ledger *l)
{
    struct words w;
    words_init(&w);
    words_begin(&w, l, 0, 0);
    words_add(&w, "1");
    words_add(&w, arena_cstr(w.arena, buf_slice(&l->peers)));
    words_add(&w, arena_cstr(w.arena, buf_slice(&l->heir_of)));
    send_report(l, &w, on_all_told, l);
}

void tell_all(struct ledger *l)
{
    l->is_telling = true;
    tell_purses(l);
}

static void on_beat(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct ledger *l = arg;
    if (reply && take_answer(l, reply, 0))
        (void)take_peers(l, reply);
}

static void send_beat(struct ledger *l, const char *leaves)
{
    struct words w;
    words_init(&w);
    words_begin(&w, l, 0, 0);
    words_number(&w, l->changes);
    words_add(&w, leaves);
    redis_run(l->redis, ledger_beat_script, w.keys, w.count, w.word, on_beat, l);
    words_fini(&w);
}

void tell_beat(struct ledger *l)
{
    send_beat(l, "0");
}

void tell_left(struct ledger *l)
{
    send_beat(l, "1");
}
