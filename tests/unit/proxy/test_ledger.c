/* test_ledger.c - money in a real Redis: held, settled, lapsed, fought over, lost and told again, exact to the
 * nano-dollar; and limits. */
#include "redis_stage.h"

#include "ledger.h"
#include "ledger_script.h"

#include <inttypes.h>

static const int64_t             DOLLAR = INT64_C(1000000000);
static const struct ledger_times times = { .lease_ms = 900000, .recovery_ms = 30000 };
static const char                KEY[] = "weir:{team:interns}:money:b:team=interns:total";

struct scene {
    struct stage     stage;
    struct ledger   *ledger;
    struct allowance allowance;
};

static void scene_open(struct scene *s)
{
    *s = (struct scene){ 0 };
    stage_open(&s->stage);
    s->ledger = ledger_new(s->stage.loop, s->stage.redis, NULL, &s->allowance, &times);
    run_until(s->stage.loop, is_up, s->stage.redis);
}

static void scene_close(struct scene *s)
{
    ledger_free(&s->ledger);
    stage_close(&s->stage);
}

static struct budget total(int64_t limit_nanousd)
{
    return (struct budget){ .name = "b", .limit_nanousd = limit_nanousd, .window = { .kind = TOTAL } };
}

struct asked {
    bool                is_over;
    enum ledger_verdict verdict;
    struct hold        *h;
};

static void on_ledger(void *arg, enum ledger_verdict verdict, struct hold *h)
{
    struct asked *a = arg;
    assert_ptr_equal(h, a->h);
    assert_false(a->is_over);
    a->is_over = true;
    a->verdict = verdict;
}

static struct line *add(struct asked *a, const struct budget *b, int64_t worst, int64_t wall_ms)
{
    struct line *line = hold_add_line(a->h, b, "team:interns", "b:team=interns", "team interns", wall_ms);
    assert_non_null(line);
    line->worst_nanousd = worst;
    return line;
}

static void begin(struct ledger *l, struct asked *a, const struct budget *b, int64_t worst)
{
    *a = (struct asked){ .h = hold_new() };
    add(a, b, worst, 0);
    ledger_hold(l, a->h, on_ledger, a);
    assert_false(a->is_over);
}

static enum ledger_verdict hold(struct scene *s, struct ledger *l, struct asked *a, const struct budget *b,
                                int64_t worst)
{
    begin(l, a, b, worst);
    run_until(s->stage.loop, is_true, &a->is_over);
    return a->verdict;
}

static void settle(struct ledger *l, struct asked *a, int64_t cost)
{
    a->h->line[0].cost_nanousd = cost;
    ledger_settle(l, &a->h);
    assert_null(a->h);
}

/* What a field of the line's hash holds, as Redis prints it. */
static void assert_field(struct scene *s, const char *key, const char *field, const char *wanted)
{
    char line[200];
    snprintf(line, sizeof line, "HGET %s %s", key, field);
    assert_string_equal(ask_and_wait(s->stage.loop, s->stage.redis, line).text, wanted);
}

static void held_and_settled(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(20 * DOLLAR);
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 3 * DOLLAR), LEDGER_HELD);
    assert_int_equal(a.h->line[0].left_nanousd, 17 * DOLLAR);
    assert_field(&s, KEY, "held", "3000000000");
    assert_field(&s, KEY, "running", "3000000000");
    assert_false(ledger_is_idle(s.ledger));
    settle(s.ledger, &a, 1234567891);
    assert_field(&s, KEY, "held", "1234567891");
    assert_field(&s, KEY, "running", "0");
    assert_field(&s, KEY, "b:0", "1234567891");
    assert_true(ledger_is_idle(s.ledger));
    scene_close(&s);
}

static void over_and_explained(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a, running, refused;
    struct budget b = total(20 * DOLLAR);
    struct fault  why;
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 19200000000), LEDGER_HELD);
    settle(s.ledger, &a, 19200000000);
    assert_int_equal(hold(&s, s.ledger, &running, &b, 500000000), LEDGER_HELD);
    assert_int_equal(hold(&s, s.ledger, &refused, &b, 300000001), LEDGER_OVER); /* a nano-dollar too much */
    assert_int_equal(refused.h->line[0].left_nanousd, 300000000);
    ledger_explain_over(refused.h, &why);
    assert_int_equal(why.kind, FAULT_OVER_BUDGET);
    assert_string_equal(why.detail,
                        "the budget \"b\" (team interns): $20 in all, $19.2 spent, $0.5 reserved by running "
                        "calls, and this call may cost $0.300000001; it does not begin anew");
    hold_free(&refused.h);
    assert_int_equal(hold(&s, s.ledger, &refused, &b, 20 * DOLLAR + 1), LEDGER_OVER);
    ledger_explain_over(refused.h, &why);
    assert_true(slice_ends(slice_str(why.detail),
                           S("; it does not begin anew; even whole it is less than that: set max_tokens, or "
                             "`over: clamp`")));
    hold_free(&refused.h);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 300000000), LEDGER_HELD); /* and just right */
    settle(s.ledger, &a, 0);
    settle(s.ledger, &running, 0);
    assert_field(&s, KEY, "held", "19200000000");
    scene_close(&s);
}

static void all_lines_or_none(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a = { .h = hold_new() };
    struct budget wide = total(100 * DOLLAR), narrow = total(DOLLAR);
    scene_open(&s);
    add(&a, &wide, 2 * DOLLAR, 0);
    struct line *line = hold_add_line(a.h, &narrow, "all", "n:", "everything", 0);
    line->worst_nanousd = 2 * DOLLAR;
    ledger_hold(s.ledger, a.h, on_ledger, &a);
    run_until(s.stage.loop, is_true, &a.is_over);
    assert_int_equal(a.verdict, LEDGER_OVER);
    assert_int_equal(a.h->at, 1);
    assert_field(&s, KEY, "held", "0");
    assert_field(&s, "weir:{all}:money:n::total", "held", "0");
    hold_free(&a.h);
    scene_close(&s);
}

static void extended_and_refused(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(10 * DOLLAR);
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 4 * DOLLAR), LEDGER_HELD);
    const int64_t             more[] = { 11 * DOLLAR, 9 * DOLLAR };
    const enum ledger_verdict verdict[] = { LEDGER_OVER, LEDGER_HELD };
    const char *const         held[] = { "4000000000", "9000000000" };
    for (int i = 0; i < 2; i++) {
        a.is_over = false;
        a.h->line[0].worst_nanousd = more[i];
        ledger_hold(s.ledger, a.h, on_ledger, &a);
        run_until(s.stage.loop, is_true, &a.is_over);
        assert_int_equal(a.verdict, verdict[i]);
        assert_field(&s, KEY, "held", held[i]);
        assert_field(&s, KEY, "running", held[i]);
    }
    /* Cancelled while it is extended: it falls back to what it had. */
    a.is_over = false;
    a.h->line[0].worst_nanousd = 10 * DOLLAR;
    ledger_hold(s.ledger, a.h, on_ledger, &a);
    ledger_cancel(s.ledger, a.h);
    assert_field(&s, KEY, "held", "9000000000");
    settle(s.ledger, &a, 2 * DOLLAR);
    assert_field(&s, KEY, "held", "2000000000");
    assert_field(&s, KEY, "running", "0");
    assert_int_equal(
        ask_and_wait(s.stage.loop, s.stage.redis, "ZCARD weir:{team:interns}:money:b:team=interns:total:leases")
            .integer,
        0);
    scene_close(&s);
}

static void cancelled_is_released(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(10 * DOLLAR);
    scene_open(&s);
    for (int i = 0; i < 2; i++) { /* the script sent by its text, and by its hash */
        begin(s.ledger, &a, &b, DOLLAR);
        ledger_cancel(s.ledger, a.h);
        ledger_settle(s.ledger, &a.h);
        assert_field(&s, KEY, "held", "0");
    }
    assert_false(a.is_over);
    scene_close(&s);
}

/* Its proxy died: the lease runs out, which here is done by hand. */
static void what_nobody_settles_lapses(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  dead, next;
    struct budget b = total(10 * DOLLAR);
    char          line[256];
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &dead, &b, 6 * DOLLAR), LEDGER_HELD);
    snprintf(line, sizeof line, "ZADD %s:leases 1 %s:6000000000", KEY, dead.h->id);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    assert_int_equal(hold(&s, s.ledger, &next, &b, 6 * DOLLAR), LEDGER_OVER);
    assert_int_equal(next.h->spent_nanousd, 6 * DOLLAR); /* in full: nothing is lost */
    assert_int_equal(next.h->running_nanousd, 0);
    hold_free(&next.h);
    assert_int_equal(hold(&s, s.ledger, &next, &b, 4 * DOLLAR), LEDGER_HELD);
    settle(s.ledger, &next, 0);
    settle(s.ledger, &dead, DOLLAR); /* it lived after all: what it did cost takes the worst's place */
    assert_field(&s, KEY, "held", "1000000000");
    scene_close(&s);
}

/* Redis freezes with a hold on its way: the caller hears "away", and when Redis wakes and reserves all the
 * same, what comes behind undoes it. */
static void away_leaves_nothing_held(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    struct redis  *quick = link_new(s.stage.loop, redis_child_url(s.stage.child), 100);
    struct ledger *l = ledger_new(s.stage.loop, quick, NULL, &s.allowance, &times);
    struct asked   a;
    struct budget  b = total(10 * DOLLAR);
    run_until(s.stage.loop, is_up, quick);
    assert_int_equal(hold(&s, l, &a, &b, DOLLAR), LEDGER_HELD);
    settle(l, &a, 0);
    assert_string_equal(ask_and_wait(s.stage.loop, quick, "PING").text, "PONG");

    pid_t pid = server_pid(s.stage.child);
    kill(pid, SIGSTOP);
    assert_int_equal(hold(&s, l, &a, &b, DOLLAR), LEDGER_AWAY);
    assert_false(a.h->is_recovering);
    assert_false(ledger_allow(l, a.h, DOLLAR, DOLLAR - 1));
    assert_true(ledger_allow(l, a.h, DOLLAR, DOLLAR));
    struct asked other = { .h = hold_new() };
    assert_false(ledger_allow(l, other.h, 1, DOLLAR)); /* used up */
    hold_free(&other.h);
    settle(l, &a, DOLLAR / 4);
    assert_int_equal(s.allowance.taken_nanousd, DOLLAR / 4);
    kill(pid, SIGCONT);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 1), LEDGER_HELD);
    settle(s.ledger, &a, 0);
    run_until(s.stage.loop, is_up, quick);
    while (!ledger_is_idle(l))
        ask_and_wait(s.stage.loop, s.stage.redis, "PING");
    assert_int_equal(s.allowance.taken_nanousd, 0); /* Redis knows of it now */
    assert_field(&s, KEY, "held", "250000000");
    assert_field(&s, KEY, "running", "0");
    ledger_free(&l);
    redis_free(&quick);
    scene_close(&s);
}

static bool is_told_again(void *arg)
{
    struct scene *s = arg;
    redisContext *c = behind(s->stage.child);
    redisReply   *r = redisCommand(c, "HGET %s held", KEY);
    bool          is_there = r && r->type == REDIS_REPLY_STRING && strcmp(r->str, "3500000000") == 0;
    freeReplyObject(r);
    redisFree(c);
    return is_there;
}

/* All is lost under a running call: who asks next waits, what was spent and what runs is told again, once. */
static void an_emptied_redis_is_told_again(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a, runs;
    struct budget b = total(5 * DOLLAR);
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 3 * DOLLAR), LEDGER_HELD);
    settle(s.ledger, &a, 5 * DOLLAR / 2);
    assert_int_equal(hold(&s, s.ledger, &runs, &b, DOLLAR), LEDGER_HELD);
    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    assert_int_equal(hold(&s, s.ledger, &a, &b, DOLLAR), LEDGER_AWAY);
    assert_true(a.h->is_recovering);
    hold_free(&a.h);
    run_until(s.stage.loop, is_told_again, &s);
    settle(s.ledger, &runs, DOLLAR);
    assert_field(&s, KEY, "held", "3500000000");
    assert_field(&s, KEY, "b:0", "3500000000");
    assert_field(&s, KEY, "running", "0");
    scene_close(&s);
}

/* Asked until it is neither away nor over. */
static void hold_at_last(struct scene *s, struct ledger *l, struct asked *a, const struct budget *b,
                         int64_t worst)
{
    for (int i = 0; i < GUARD_MS / 10; i++) {
        if (hold(s, l, a, b, worst) == LEDGER_HELD)
            return;
        assert_int_equal(a->verdict, LEDGER_AWAY);
        hold_free(&a->h);
        usleep(1000);
    }
    fail_msg("it was never held");
}

/* A lease that stands by mistake, since what undid it was lost, goes when everything is told; and one that is
 * lost comes back. */
static void leases_are_told_as_they_are(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  runs, a;
    struct budget b = total(10 * DOLLAR);
    char          line[256];
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &runs, &b, DOLLAR), LEDGER_HELD);
    const char *dash = strrchr(runs.h->id, '-');
    snprintf(line, sizeof line, "ZADD %s:leases 9999999999999 %.*s-999:5", KEY, (int)(dash - runs.h->id),
             runs.h->id);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    snprintf(line, sizeof line, "ZREM %s:leases %s:1000000000", KEY, runs.h->id);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    snprintf(line, sizeof line, "HSET %s held 5 running 5", KEY);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    ask_and_wait(s.stage.loop, s.stage.redis, "DEL weir:{all}:ledger:links");
    hold_at_last(&s, s.ledger, &a, &b, DOLLAR);
    assert_field(&s, KEY, "held", "2000000000");
    assert_field(&s, KEY, "running", "2000000000");
    settle(s.ledger, &a, 0);
    settle(s.ledger, &runs, 7);
    assert_field(&s, KEY, "held", "7");
    scene_close(&s);
}

/* What was on its way over an older link does nothing when it arrives after all. */
static void an_older_link_comes_too_late(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(10 * DOLLAR);
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, DOLLAR), LEDGER_HELD);
    redisContext *c = behind(s.stage.child);
    redisReply   *names = redisCommand(c, "ZRANGE weir:{all}:ledger:alive 0 -1");
    assert_int_equal(names->elements, 1);
    redisReply *late = redisCommand(c,
                                    "EVAL %s 2 weir:{all}:ledger %s %s 0 %s 1000 901000 1 30000 1 0 %s-9 5 %s "
                                    "10000000000 0 0 %s.0 0 0 0",
                                    ledger_reserve_script, KEY, names->element[0]->str, "",
                                    names->element[0]->str, "", names->element[0]->str);
    assert_int_equal(late->type, REDIS_REPLY_ARRAY);
    assert_int_equal(late->element[0]->integer, 3);
    freeReplyObject(late);
    freeReplyObject(names);
    redisFree(c);
    assert_field(&s, KEY, "held", "1000000000");
    settle(s.ledger, &a, 0);
    assert_field(&s, KEY, "held", "0");
    scene_close(&s);
}

static struct journal *journal_in(struct scene *s)
{
    struct fault why;
    char         folder[96];
    snprintf(folder, sizeof folder, "%s/state", s->stage.folder);
    struct journal *j = journal_open(folder, loop_wall_ms(s->stage.loop), &why);
    assert_non_null(j);
    return j;
}

/* A proxy dies with a call running, and Redis loses all: the other one waits until the next process has told
 * what the dead one had spent, and what it had running, at its worst. */
static void an_heir_is_waited_for(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(10 * DOLLAR);
    scene_open(&s);
    struct journal *j = journal_in(&s);
    struct redis   *link = link_new(s.stage.loop, redis_child_url(s.stage.child), DEADLINE_MS);
    struct ledger  *dies = ledger_new(s.stage.loop, link, j, NULL, &times);
    run_until(s.stage.loop, is_up, link);
    assert_int_equal(hold(&s, dies, &a, &b, 2 * DOLLAR), LEDGER_HELD);
    settle(dies, &a, DOLLAR);
    assert_int_equal(hold(&s, dies, &a, &b, 4 * DOLLAR), LEDGER_HELD); /* it never knows how this one ends */
    assert_int_equal(hold(&s, s.ledger, &a, &b, 1), LEDGER_HELD);      /* who has seen it */
    settle(s.ledger, &a, 1);
    ledger_free(&dies);
    redis_free(&link);
    journal_close(&j);
    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    for (int i = 0; i < 50; i++) {
        assert_int_equal(hold(&s, s.ledger, &a, &b, 1), LEDGER_AWAY);
        assert_true(a.h->is_recovering);
        hold_free(&a.h);
    }
    j = journal_in(&s);
    link = link_new(s.stage.loop, redis_child_url(s.stage.child), DEADLINE_MS);
    struct ledger *heir = ledger_new(s.stage.loop, link, j, NULL, &times);
    hold_at_last(&s, s.ledger, &a, &b, 1);
    settle(s.ledger, &a, 0);
    assert_field(&s, KEY, "held", "5000000001");
    assert_field(&s, KEY, "running", "0");
    ledger_free(&heir);
    redis_free(&link);
    journal_close(&j);
    scene_close(&s);
}

/* Whoever spent it does not come back, and nobody waits for ever: what others saw of it counts. */
static void what_was_seen_is_known(void **state)
{
    (void)state;
    struct scene              s;
    struct asked              a;
    struct budget             b = total(10 * DOLLAR);
    const struct ledger_times soon = { .lease_ms = 900000, .recovery_ms = 100 };
    scene_open(&s);
    struct redis  *links[2];
    struct ledger *l[2];
    for (int i = 0; i < 2; i++) {
        links[i] = link_new(s.stage.loop, redis_child_url(s.stage.child), DEADLINE_MS);
        l[i] = ledger_new(s.stage.loop, links[i], NULL, NULL, &soon);
        run_until(s.stage.loop, is_up, links[i]);
        assert_int_equal(hold(&s, l[i], &a, &b, 2 * DOLLAR), LEDGER_HELD);
        settle(l[i], &a, DOLLAR);
        assert_string_equal(ask_and_wait(s.stage.loop, links[i], "PING").text, "PONG");
    }
    ledger_free(&l[0]);
    redis_free(&links[0]);
    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    hold_at_last(&s, l[1], &a, &b, 1);
    settle(l[1], &a, 0);
    assert_string_equal(ask_and_wait(s.stage.loop, links[1], "PING").text, "PONG");
    assert_field(&s, KEY, "b:0", "2000000000");
    ledger_free(&l[1]);
    redis_free(&links[1]);
    scene_close(&s);
}

/* The last entries were lost: what was acknowledged and is gone is corrected upward, and never downward. */
static void totals_are_corrected_upward(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(50 * DOLLAR);
    char          line[256];
    scene_open(&s);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hold(&s, s.ledger, &a, &b, 3 * DOLLAR), LEDGER_HELD);
        settle(s.ledger, &a, 3 * DOLLAR);
    }
    assert_field(&s, KEY, "held", "6000000000");
    snprintf(line, sizeof line, "HSET %s held 3000000000 b:0 3000000000", KEY);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    redisContext *c = behind(s.stage.child);
    redisReply   *names = redisCommand(c, "HKEYS %s:by:0", KEY);
    assert_int_equal(names->elements, 1);
    freeReplyObject(redisCommand(c, "HSET %s:by:0 %s 3000000000", KEY, names->element[0]->str));
    freeReplyObject(names);
    redisFree(c);
    assert_int_equal(hold(&s, s.ledger, &a, &b, DOLLAR), LEDGER_HELD);
    settle(s.ledger, &a, DOLLAR);
    assert_field(&s, KEY, "held", "7000000000");
    scene_close(&s);
}

static void an_error_is_away(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(DOLLAR);
    char          line[128];
    scene_open(&s);
    snprintf(line, sizeof line, "SET %s squatter", KEY);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 5), LEDGER_AWAY);
    hold_free(&a.h);
    scene_close(&s);
}

/* Beyond what a double holds, to the nano-dollar; and what no int64 holds. */
static void exact_beyond_doubles(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(INT64_MAX); /* counts as LEDGER_MOST_NANOUSD */
    scene_open(&s);
    assert_int_equal(hold(&s, s.ledger, &a, &b, LEDGER_MOST_NANOUSD - 1), LEDGER_HELD);
    settle(s.ledger, &a, LEDGER_MOST_NANOUSD - 1);
    assert_field(&s, KEY, "held", "999999999999999999");
    assert_int_equal(hold(&s, s.ledger, &a, &b, 2), LEDGER_OVER);
    hold_free(&a.h);
    assert_int_equal(hold(&s, s.ledger, &a, &b, INT64_MAX), LEDGER_OVER);
    hold_free(&a.h);
    assert_int_equal(hold(&s, s.ledger, &a, &b, 1), LEDGER_HELD);
    settle(s.ledger, &a, 1);
    assert_field(&s, KEY, "held", "1000000000000000000");
    scene_close(&s);
}

/* What a rolling window has left behind is free again. */
static void rolling_windows_forget(void **state)
{
    (void)state;
    static const char rolling[] = "weir:{team:interns}:money:b:team=interns:rolling-240000";
    struct scene      s;
    struct asked      a;
    struct budget b = { .name = "b", .limit_nanousd = 5, .window = { .kind = ROLLING, .rolling_ms = 240000 } };
    char          line[200];
    scene_open(&s);
    a = (struct asked){ .h = hold_new() };
    add(&a, &b, 1, loop_wall_ms(s.stage.loop));
    const int64_t now = a.h->line[0].span.bucket;
    snprintf(line, sizeof line, "HSET %s held 4 b:%lld 3 b:%lld 1", rolling, (long long)now - 25,
             (long long)now - 24);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    ledger_hold(s.ledger, a.h, on_ledger, &a);
    run_until(s.stage.loop, is_true, &a.is_over);
    assert_int_equal(a.verdict, LEDGER_HELD);
    assert_int_equal(a.h->line[0].left_nanousd, 3);
    settle(s.ledger, &a, 1);
    assert_field(&s, rolling, "held", "2");
    scene_close(&s);
}

static unsigned alerts;

static void on_alert(void *arg, const struct ledger_alert *alert)
{
    (void)arg;
    assert_string_equal(alert->budget, "b");
    assert_string_equal(alert->whose, "team interns");
    assert_int_equal(alert->percent, ++alerts == 1 ? 50 : 80);
}

static void marks_are_told_once(void **state)
{
    (void)state;
    struct scene  s;
    struct asked  a;
    struct budget b = total(100);
    b.marks = 2;
    b.mark[0] = 50;
    b.mark[1] = 80;
    alerts = 0;
    scene_open(&s);
    ledger_on_alert(s.ledger, on_alert, NULL);
    const unsigned told[] = { 0, 1, 1, 2, 2 };
    for (int i = 0; i < 5; i++) {
        assert_int_equal(hold(&s, s.ledger, &a, &b, 20), LEDGER_HELD);
        settle(s.ledger, &a, i == 0 ? 49 : i == 1 ? 1 : i == 3 ? 30 : 0);
        assert_string_equal(ask_and_wait(s.stage.loop, s.stage.redis, "PING").text, "PONG");
        assert_int_equal(alerts, told[i]);
    }
    scene_close(&s);
}

/* Far more than goes in one message, and than Redis could take in at once before a deadline is over. */
static void thousands_of_lines_are_told_again(void **state)
{
    (void)state;
    enum { HOLDS = 40 };
    struct scene  s;
    struct asked  a;
    struct budget b = total(5 * DOLLAR);
    char          path[32], key[128];
    scene_open(&s);
    for (int i = 0; i < HOLDS; i++) {
        a = (struct asked){ .h = hold_new() };
        for (int k = 0; k < LEDGER_LINES_MOST; k++) {
            snprintf(path, sizeof path, "b:tag=%d-%d", i, k);
            struct line *line = hold_add_line(a.h, &b, "team:interns", path, "a tag", 0);
            line->worst_nanousd = DOLLAR;
            line->cost_nanousd = i * LEDGER_LINES_MOST + k + 1;
        }
        ledger_hold(s.ledger, a.h, on_ledger, &a);
        run_until(s.stage.loop, is_true, &a.is_over);
        assert_int_equal(a.verdict, LEDGER_HELD);
        ledger_settle(s.ledger, &a.h);
    }
    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    assert_int_equal(hold(&s, s.ledger, &a, &b, DOLLAR), LEDGER_AWAY);
    hold_free(&a.h);
    hold_at_last(&s, s.ledger, &a, &b, DOLLAR);
    settle(s.ledger, &a, 0);
    for (int i = 0; i < HOLDS * LEDGER_LINES_MOST; i += 97) {
        char wanted[32];
        snprintf(key, sizeof key, "weir:{team:interns}:money:b:tag=%d-%d:total", i / LEDGER_LINES_MOST,
                 i % LEDGER_LINES_MOST);
        snprintf(wanted, sizeof wanted, "%d", i + 1);
        assert_field(&s, key, "held", wanted);
    }
    scene_close(&s);
}

static enum ledger_verdict count(struct scene *s, struct asked *a, const struct limit *limit, int64_t tokens)
{
    *a = (struct asked){ .h = hold_new() };
    struct rate *rate = hold_add_rate(a->h, limit, "team:interns", "r:team=interns", "team interns");
    rate->asks_tokens = tokens;
    ledger_hold(s->ledger, a->h, on_ledger, a);
    run_until(s->stage.loop, is_true, &a->is_over);
    return a->verdict;
}

static void limits(void **state)
{
    (void)state;
    struct scene s;
    struct asked first, second, third;
    struct fault why;
    scene_open(&s);
    struct limit requests = { .name = "r", .requests_a_minute = 2 };
    assert_int_equal(count(&s, &first, &requests, 0), LEDGER_HELD);
    assert_int_equal(first.h->rate[0].left_requests, 1);
    assert_int_equal(count(&s, &second, &requests, 0), LEDGER_HELD);
    assert_int_equal(second.h->rate[0].left_requests, 0);
    assert_int_equal(count(&s, &third, &requests, 0), LEDGER_LIMITED);
    assert_int_equal(third.h->limited_by, LIMIT_REQUESTS);
    assert_true(third.h->wait_ms > 0 && third.h->wait_ms <= 30000);
    ledger_explain_limited(third.h, &why);
    assert_int_equal(why.kind, FAULT_RATE_LIMITED);
    assert_non_null(strstr(why.detail, "2 requests a minute"));
    hold_free(&third.h);
    ledger_settle(s.ledger, &first.h);
    ledger_settle(s.ledger, &second.h);

    ask_and_wait(s.stage.loop, s.stage.redis, "DEL weir:{team:interns}:rate:r:team=interns");
    struct limit tokens = { .name = "r", .tokens_a_minute = 100 };
    assert_int_equal(count(&s, &first, &tokens, 80), LEDGER_HELD);
    assert_int_equal(count(&s, &second, &tokens, 40), LEDGER_LIMITED);
    assert_int_equal(second.h->limited_by, LIMIT_TOKENS);
    hold_free(&second.h);
    first.h->rate[0].used_tokens = 10; /* 70 come back */
    ledger_settle(s.ledger, &first.h);
    assert_int_equal(count(&s, &second, &tokens, 90), LEDGER_HELD);
    ledger_settle(s.ledger, &second.h);

    /* What was used beyond what was asked for is a debt, for as long as it takes to pay: also where its answer
     * took so long that the bucket was forgotten. */
    for (int is_late = 0; is_late < 2; is_late++) {
        ask_and_wait(s.stage.loop, s.stage.redis, "DEL weir:{team:interns}:rate:r:team=interns");
        assert_int_equal(count(&s, &first, &tokens, 80), LEDGER_HELD);
        if (is_late)
            ask_and_wait(s.stage.loop, s.stage.redis, "DEL weir:{team:interns}:rate:r:team=interns");
        first.h->rate[0].used_tokens = 1000;
        ledger_settle(s.ledger, &first.h);
        assert_int_equal(count(&s, &second, &tokens, 1), LEDGER_LIMITED);
        assert_true(second.h->wait_ms > 8 * 60000 && second.h->wait_ms < 10 * 60000);
        hold_free(&second.h);
        assert_true(
            ask_and_wait(s.stage.loop, s.stage.redis, "PTTL weir:{team:interns}:rate:r:team=interns").integer >
            8 * 60000);
    }

    struct limit at_once = { .name = "r", .at_once = 1 };
    assert_int_equal(count(&s, &first, &at_once, 0), LEDGER_HELD);
    assert_int_equal(count(&s, &second, &at_once, 0), LEDGER_LIMITED);
    assert_int_equal(second.h->limited_by, LIMIT_AT_ONCE);
    hold_free(&second.h);
    ledger_settle(s.ledger, &first.h);
    assert_int_equal(count(&s, &second, &at_once, 0), LEDGER_HELD);
    ledger_settle(s.ledger, &second.h);
    scene_close(&s);
}

enum { LEDGERS = 4, CALLS = 25, PASS = 50 };

static bool are_all_over(void *arg)
{
    const struct asked *a = arg;
    for (int i = 0; i < LEDGERS * CALLS; i++)
        if (!a[i].is_over)
            return false;
    return true;
}

/* A hundred calls of ten cents at once, through four links, on a budget of five dollars: fifty pass. */
static void calls_at_once_do_not_overspend(void **state)
{
    (void)state;
    static struct asked a[LEDGERS * CALLS];
    struct scene        s;
    struct redis       *link[LEDGERS];
    struct ledger      *l[LEDGERS];
    struct budget       b = total(5 * DOLLAR);
    int64_t             charged = 0;
    int                 passed = 0;
    char                text[32];
    scene_open(&s);
    for (int i = 0; i < LEDGERS; i++) {
        link[i] = link_new(s.stage.loop, redis_child_url(s.stage.child), DEADLINE_MS);
        l[i] = ledger_new(s.stage.loop, link[i], NULL, NULL, &times);
    }
    for (int i = 0; i < LEDGERS * CALLS; i++)
        begin(l[i % LEDGERS], &a[i], &b, DOLLAR / 10);
    run_until(s.stage.loop, are_all_over, a);
    for (int i = 0; i < LEDGERS * CALLS; i++) {
        passed += a[i].verdict == LEDGER_HELD;
        charged += a[i].verdict == LEDGER_HELD ? 1 + i : 0;
        if (a[i].verdict == LEDGER_HELD)
            settle(l[i % LEDGERS], &a[i], 1 + i);
        else
            hold_free(&a[i].h);
    }
    assert_int_equal(passed, PASS);
    for (int i = 0; i < LEDGERS; i++) {
        assert_string_equal(ask_and_wait(s.stage.loop, link[i], "PING").text, "PONG");
        ledger_free(&l[i]);
        redis_free(&link[i]);
    }
    snprintf(text, sizeof text, "%" PRId64, charged);
    assert_field(&s, KEY, "held", text);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_and_settled),
        cmocka_unit_test(over_and_explained),
        cmocka_unit_test(all_lines_or_none),
        cmocka_unit_test(extended_and_refused),
        cmocka_unit_test(cancelled_is_released),
        cmocka_unit_test(what_nobody_settles_lapses),
        cmocka_unit_test(away_leaves_nothing_held),
        cmocka_unit_test(an_emptied_redis_is_told_again),
        cmocka_unit_test(leases_are_told_as_they_are),
        cmocka_unit_test(an_older_link_comes_too_late),
        cmocka_unit_test(an_heir_is_waited_for),
        cmocka_unit_test(what_was_seen_is_known),
        cmocka_unit_test(totals_are_corrected_upward),
        cmocka_unit_test(an_error_is_away),
        cmocka_unit_test(exact_beyond_doubles),
        cmocka_unit_test(rolling_windows_forget),
        cmocka_unit_test(marks_are_told_once),
        cmocka_unit_test(thousands_of_lines_are_told_again),
        cmocka_unit_test(limits),
        cmocka_unit_test(calls_at_once_do_not_overspend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
