/* ledger_tell.c - telling Redis what was spent and what runs: state, so that it may be told again. See
 * ledger.h. */
#include "ledger_inside.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"
#include "ledger_script.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

enum { WORDS_MOST = 480, LINES_A_TELLING = 32 };

/* ---- words ---- */

void words_init(struct words *w)
{
    w->arena = arena_new();
    w->word = arena_array(w->arena, WORDS_MOST, sizeof *w->word);
    w->count = w->keys = 0;
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

static void words_key(struct words *w, const char *key)
{
    words_add(w, key);
    w->keys++;
}

void words_number(struct words *w, int64_t number)
{
    words_add(w, arena_printf(w->arena, "%" PRId64, number));
}

static bool is_among(const struct words *w, const char *key)
{
    for (int i = 0; i < w->keys; i++)
        if (slice_is(w->word[i], key))
            return true;
    return false;
}

static void add_marker(struct words *w, struct ledger *l, const char *key)
{
    if (is_among(w, key))
        return;
    (void)book_marker(&l->book, key);
    words_key(w, key);
}

void words_keys(struct words *w, struct ledger *l, const struct hold *h, unsigned rates)
{
    for (unsigned i = 0; i < h->lines; i++)
        add_marker(w, l, h->line[i].marker);
    for (unsigned i = 0; i < h->lines; i++)
        words_key(w, h->line[i].key);
    for (unsigned i = 0; i < rates; i++)
        words_key(w, h->rate[i].key);
}

void words_begin(struct words *w, const struct ledger *l, bool told, unsigned lines, unsigned rates)
{
    unsigned tags = (unsigned)w->keys - lines - rates;
    int64_t  now_ms = loop_wall_ms(l->loop);
    words_add(w, l->me);
    words_add(w, l->run);
    words_number(w, now_ms);
    words_number(w, now_ms + LEDGER_LEASE_MS);
    words_number(w, LEDGER_GRACE_MS);
    words_add(w, told ? "1" : "0");
    words_number(w, tags);
    words_number(w, lines);
    words_number(w, rates);
    for (unsigned i = 0; i < tags; i++) {
        const struct marker *m = l->book.marker;
        while (m && !slice_is(w->word[i], m->key))
            m = m->next;
        words_add(w, m && m->is_known ? "1" : "0");
    }
}

const char *lease_of(struct arena *arena, const struct hold *h, int64_t amount)
{
    return amount > 0 ? arena_printf(arena, "%s:%" PRId64, h->id, amount) : "";
}

void hold_move(struct hold *h, struct hold_list *to)
{
    if (h->list)
        TAILQ_REMOVE(h->list, h, link);
    h->list = to;
    if (to)
        TAILQ_INSERT_TAIL(to, h, link);
}

/* ---- answers ---- */

void know_markers(struct ledger *l, const struct hold *h)
{
    for (unsigned i = 0; i < h->lines; i++) {
        struct marker *m = book_marker(&l->book, h->line[i].marker);
        if (m)
            m->is_known = true;
    }
}

bool take_answer(struct ledger *l, const redisReply *reply, unsigned run_at)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < run_at + 2 ||
        reply->element[run_at]->type != REDIS_REPLY_STRING ||
        reply->element[run_at + 1]->type != REDIS_REPLY_INTEGER)
        return false;
    snprintf(l->run, sizeof l->run, "%s", reply->element[run_at]->str);
    if (reply->element[run_at + 1]->integer == 1) {
        log_warn("ledger_restored", "Redis has lost what it knew of budgets; it is told again");
        tell_all(l);
    }
    return true;
}

/* For what needs no acknowledgement. */
static void on_told(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct ledger *l = arg;
    if (reply && !take_answer(l, reply, 0) && reply->type == REDIS_REPLY_ERROR)
        log_warn("ledger", "Redis takes nothing: %s", reply->str);
}

static void send(struct ledger *l, struct words *w, on_redis_fn *on_reply, void *arg)
{
    redis_run(l->redis, ledger_report_script, w->keys, w->count, w->word, on_reply, arg);
    words_fini(w);
}

/* ---- one call ---- */

static void add_line(struct words *w, const char *close, const char *open, const struct line *line,
                     const struct account *a, const char *marks)
{
    words_add(w, close);
    words_add(w, open);
    words_number(w, line ? line->limit_nanousd : 0);
    words_number(w, a->bucket);
    words_number(w, a->buckets);
    words_add(w, arena_cstr(w->arena, slice_str(a->who)));
    words_number(w, a->total_nanousd);
    words_number(w, a->keep_ms);
    words_add(w, marks);
}

static const char *marks_of(struct arena *arena, const struct budget *budget)
{
    char   text[64];
    size_t len = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < budget->marks; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u,", budget->mark[i]);
    return arena_cstr(arena, slice_of(text, len));
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
    if (h->allowed_nanousd)
        atomic_fetch_sub(&l->allowance->taken_nanousd, h->allowed_nanousd);
    h->allowed_nanousd = 0;
}

static void on_settled(void *arg, const redisReply *reply, const struct fault *why)
{
    struct hold   *h = arg;
    struct ledger *l = h->ledger;
    h->redis_id = 0;
    if (!reply || !take_answer(l, reply, 0)) {
        log_debug("ledger", "a call is not settled yet: %s",
                  !reply                             ? why->detail
                  : reply->type == REDIS_REPLY_ERROR ? reply->str
                                                     : "an odd answer");
        return;
    }
    know_markers(l, h);
    bool is_overdrawn = false;
    for (size_t i = 2; i < reply->elements; i++) {
        is_overdrawn = is_overdrawn || reply->element[i]->integer < 0;
        alert(l, h, reply->element[i]->integer);
    }
    if (!is_overdrawn)
        give_allowance_back(l, h);
    h->told_ms = loop_now_ms(l->loop);
}

void tell_settled(struct ledger *l, struct hold *h)
{
    struct words w;
    if (h->redis_id)
        redis_cancel(l->redis, h->redis_id);
    words_init(&w);
    words_keys(&w, l, h, h->rates);
    words_begin(&w, l, l->has_told, h->lines, h->rates);
    for (unsigned i = 0; i < h->lines; i++) {
        struct line   *line = &h->line[i];
        struct account a = *book_account(&l->book, l->me, line);
        snprintf(a.who, sizeof a.who, "%s", line->who);
        a.total_nanousd = line->total_nanousd;
        add_line(&w, lease_of(w.arena, h, line->reserved_nanousd), "", line, &a,
                 marks_of(w.arena, line->budget));
    }
    for (unsigned i = 0; i < h->rates; i++)
        add_rate(&w, h, &h->rate[i], h->rate[i].used_tokens);
    h->sent_ms = loop_now_ms(l->loop);
    h->redis_id = redis_run(l->redis, ledger_report_script, w.keys, w.count, w.word, on_settled, h);
    words_fini(&w);
}

/* What was asked for must not stand; what stood before does again. */
void tell_undone(struct ledger *l, const struct hold *h)
{
    struct words w;
    unsigned     rates = h->is_held ? 0 : h->rates;
    words_init(&w);
    words_keys(&w, l, h, rates);
    words_begin(&w, l, l->has_told, h->lines, rates);
    for (unsigned i = 0; i < h->lines; i++) {
        const struct line *line = &h->line[i];
        bool               is_new = line->worst_nanousd > line->reserved_nanousd;
        add_line(&w, is_new ? lease_of(w.arena, h, line->worst_nanousd) : "",
                 h->is_held ? lease_of(w.arena, h, line->reserved_nanousd) : "", line,
                 book_account(&l->book, l->me, line), "");
    }
    for (unsigned i = 0; i < rates; i++)
        add_rate(&w, h, &h->rate[i], 0);
    send(l, &w, on_told, l);
}

/* ---- everything ---- */

static void tell_accounts(struct ledger *l)
{
    struct account *a = TAILQ_FIRST(&l->book.accounts);
    while (a) {
        struct account *first = a;
        struct words    w;
        unsigned        lines = 0;
        words_init(&w);
        for (struct account *b = a; b && lines < LINES_A_TELLING; b = TAILQ_NEXT(b, link), lines++)
            add_marker(&w, l, b->marker);
        lines = 0;
        for (; a && lines < LINES_A_TELLING; a = TAILQ_NEXT(a, link), lines++)
            words_key(&w, a->key);
        words_begin(&w, l, false, lines, 0);
        a = first;
        for (unsigned i = 0; i < lines; i++, a = TAILQ_NEXT(a, link))
            add_line(&w, "", "", NULL, a, "");
        send(l, &w, on_told, l);
    }
}

static void tell_held(struct ledger *l, const struct hold *h)
{
    struct words w;
    words_init(&w);
    words_keys(&w, l, h, 0);
    words_begin(&w, l, false, h->lines, 0);
    for (unsigned i = 0; i < h->lines; i++)
        add_line(&w, "", lease_of(w.arena, h, h->line[i].reserved_nanousd), &h->line[i],
                 book_account(&l->book, l->me, &h->line[i]), "");
    send(l, &w, on_told, l);
}

/* Calls that ran when their process was killed: their leases stand until they lapse, whatever Redis has
 * forgotten. */
static void tell_orphans(struct ledger *l)
{
    for (unsigned i = 0; i < l->pasts; i++) {
        const struct journal_entry *e = &l->past[i];
        struct account              a = { .bucket = e->bucket, .buckets = e->buckets, .keep_ms = e->keep_ms };
        struct words                w;
        if (e->lease[0] != '+' || e->until_ms <= loop_wall_ms(l->loop))
            continue;
        snprintf(a.who, sizeof a.who, "%s", e->who);
        words_init(&w);
        add_marker(&w, l, e->marker);
        words_key(&w, e->line);
        words_begin(&w, l, false, 1, 0);
        add_line(&w, "", e->lease + 1, NULL, &a, "");
        send(l, &w, on_told, l);
    }
}

/* Nothing but the tags, LINES_A_TELLING at a time. */
static void tell_markers(struct ledger *l, bool told, unsigned most)
{
    for (struct marker *m = l->book.marker; m && most;) {
        struct words w;
        words_init(&w);
        for (unsigned i = 0; m && most && i < LINES_A_TELLING; i++, m = m->next, most--)
            words_key(&w, m->key);
        words_begin(&w, l, told, 0, 0);
        send(l, &w, on_told, l);
    }
}

void tell_all(struct ledger *l)
{
    struct hold *h;
    tell_accounts(l);
    tell_orphans(l);
    TAILQ_FOREACH(h, &l->settled, link)
    tell_settled(l, h);
    TAILQ_FOREACH(h, &l->held, link)
    if (h->is_held)
        tell_held(l, h);
    l->has_told = true;
    tell_markers(l, true, UINT32_MAX);
}

/* All of them go at once, when they go. */
void tell_beat(struct ledger *l)
{
    tell_markers(l, true, 1);
}

void tell_left(struct ledger *l)
{
    for (struct marker *m = l->book.marker; m; m = m->next) {
        char *alive = NULL;
        if (asprintf(&alive, "%s:alive", m->key) < 0)
            die("out of memory");
        redis_ask(l->redis, 3, (struct slice[]){ S("ZREM"), slice_str(alive), slice_str(l->me) }, NULL, NULL);
        free(alive);
    }
}
