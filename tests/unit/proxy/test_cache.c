/* test_cache.c - answers remembered in a real Redis: who leads, who waits, who gets what. */
#include "redis_stage.h"

#include "base/buf.h"
#include "cache_admin.h"

static const struct cache_secret secret = { { "the hash's" }, { "the seal's" } };
static const struct cache_walls  walls = { .space = "interns", .decision = SLICE("easy") };

struct told {
    bool          is_over, is_hit;
    unsigned      calls;
    struct cached hit;
    char          model[64], answer[64];
};

static void on_told(void *arg, struct cache_ask *ask, const struct cached *hit)
{
    (void)ask;
    struct told *t = arg;
    t->is_over = true;
    t->calls++;
    t->is_hit = hit;
    if (!hit)
        return;
    t->hit = *hit;
    snprintf(t->model, sizeof t->model, "%.*s", SLICE_ARG(hit->model));
    snprintf(t->answer, sizeof t->answer, "%.*s", SLICE_ARG(hit->answer));
}

struct cache_stage {
    struct stage    stage;
    struct metrics *metrics;
    struct cache   *cache;
};

static void open_cache(struct cache_stage *s)
{
    stage_open(&s->stage);
    s->metrics = metrics_new();
    s->cache = cache_new(s->stage.loop, s->stage.redis, s->metrics);
}

static void close_cache(struct cache_stage *s)
{
    cache_free(&s->cache);
    metrics_free(&s->metrics);
    stage_close(&s->stage);
}

static struct cache_ask ask_about(const char *words)
{
    struct question  question = { .context = S("be brief"),
                                  .turn = slice_str(words),
                                  .words = slice_str(words) };
    struct cache_ask ask = { .secret = &secret,
                             .wait_ms = GUARD_MS,
                             .keep_ms = INT64_MAX,
                             .stale_ms = INT64_MAX,
                             .most_age_ms = INT64_MAX,
                             .max_tokens = -1 };
    cache_key_make(&ask.key, &secret, &walls, &question);
    return ask;
}

static struct cached answer_of(const char *text)
{
    return (struct cached){ .tokens = 5,
                            .limit_tokens = -1,
                            .keep_ms = 60000,
                            .cost_nanousd = 123456789012345,
                            .model = S("small"),
                            .route = S("easy"),
                            .question = S("what?"),
                            .answer = slice_str(text) };
}

static void keep_for(struct cache_stage *s, struct cache_ask *ask, struct cached answer, int64_t most_bytes)
{
    const struct cache_keeping keeping = {
        .walls = &walls, .stale_ms = 60000, .entry_most_bytes = 1 << 20, .most_bytes = most_bytes
    };
    cache_keep(s->cache, ask, &answer, &keeping);
}

static void keep(struct cache_stage *s, struct cache_ask *ask, const char *text)
{
    keep_for(s, ask, answer_of(text), 1 << 20);
}

static struct told recall(struct cache_stage *s, struct cache_ask *ask)
{
    struct told t = { .calls = 0 };
    cache_recall(s->cache, ask, on_told, &t);
    assert_int_equal(t.calls, 0);
    run_until(s->stage.loop, is_true, &t.is_over);
    assert_int_equal(t.calls, 1);
    return t;
}

/* One that neither waits nor leads. */
static struct told look(struct cache_stage *s, const char *words)
{
    struct cache_ask ask = ask_about(words);
    ask.wait_ms = 0;
    struct told t = recall(s, &ask);
    assert_false(ask.leads);
    cache_release(&ask, CACHE_NEXT);
    return t;
}

static long long number(struct cache_stage *s, const char *line)
{
    return ask_and_wait(s->stage.loop, s->stage.redis, line).integer;
}

static double metric(const char *name)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    metrics_write(&out);
    char        line[80];
    const char *text = (buf_add_byte(&out, '\0'), out.ptr);
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(text, line);
    assert_non_null(at);
    double value = strtod(at + strlen(line), NULL);
    buf_fini(&out);
    return value;
}

/* ---- kept and recalled ---- */

static void test_kept_and_recalled(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    struct cache_ask first = ask_about("hello"), second = ask_about("hello"), other = ask_about("hello!");
    assert_false(recall(&s, &first).is_hit);
    assert_true(first.leads);
    keep(&s, &first, "{\"a\":1}");
    assert_false(first.leads);
    cache_release(&first, CACHE_NOBODY);

    struct told t = recall(&s, &second);
    assert_true(t.is_hit && !second.leads && !second.has_waited);
    assert_string_equal(t.answer, "{\"a\":1}");
    assert_string_equal(t.model, "small");
    assert_int_equal(t.hit.cost_nanousd, 123456789012345);
    assert_int_equal(t.hit.limit_tokens, -1);
    assert_true(loop_wall_ms(s.stage.loop) - t.hit.made_ms < GUARD_MS);
    cache_release(&second, CACHE_NEXT);

    assert_false(recall(&s, &other).is_hit);
    cache_release(&other, CACHE_NEXT);
    assert_false(look(&s, "hello!").is_hit);
    assert_int_equal(number(&s, "EXISTS weir:cache:spaces"), 1);
    close_cache(&s);
}

static void test_an_answer_stands_for_limits_that_it_fits_in(void **state)
{
    (void)state;
    struct cached whole = { .tokens = 5, .limit_tokens = 9 };
    assert_true(cached_fits(&whole, -1) && cached_fits(&whole, 5) && cached_fits(&whole, 1000));
    assert_false(cached_fits(&whole, 4));
    struct cached cut = { .tokens = 5, .limit_tokens = 5, .is_cut = true };
    assert_true(cached_fits(&cut, 5));
    assert_false(cached_fits(&cut, 6) || cached_fits(&cut, -1) || cached_fits(&cut, 4));
}

static void test_age(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    run_until(s.stage.loop, is_up, s.stage.redis);
    struct cached    entry = { .made_ms = loop_wall_ms(s.stage.loop) - 5000, .keep_ms = 4000 };
    struct cache_ask ask = { .cache = s.cache, .keep_ms = 10000 };
    assert_int_equal(cached_age_ms(&entry, entry.made_ms + 7), 7);
    assert_int_equal(cached_age_ms(&entry, entry.made_ms - 7), 0); /* a clock that was set back */
    assert_true(cache_is_stale(&ask, &entry));
    entry.keep_ms = 60000;
    assert_false(cache_is_stale(&ask, &entry));
    ask.keep_ms = 4000; /* the policy has changed its mind since */
    assert_true(cache_is_stale(&ask, &entry));
    close_cache(&s);
}

static void test_what_is_too_old_for_the_asker_is_a_miss(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    struct cache_ask first = ask_about("hello");
    keep(&s, &first, "{}");
    cache_release(&first, CACHE_NEXT);

    struct cache_ask young = ask_about("hello"), fresh = young, short_one = young;
    young.most_age_ms = -1;
    assert_true(!recall(&s, &young).is_hit && young.leads);
    cache_release(&young, CACHE_NEXT);
    fresh.stale_ms = 0;
    fresh.keep_ms = -1;
    assert_true(!recall(&s, &fresh).is_hit && fresh.leads);
    cache_release(&fresh, CACHE_NEXT);
    fresh.stale_ms = GUARD_MS;
    assert_true(recall(&s, &fresh).is_hit);
    cache_release(&fresh, CACHE_NEXT);
    fresh.keep_ms = -2 * GUARD_MS; /* the policy has let the time after it be shorter since */
    assert_false(recall(&s, &fresh).is_hit);
    cache_release(&fresh, CACHE_NEXT);
    short_one.max_tokens = 4;
    assert_true(!recall(&s, &short_one).is_hit && short_one.leads);
    cache_release(&short_one, CACHE_NEXT);
    close_cache(&s);
}

/* ---- one asks, others wait ---- */

enum { CROWD = 20 };

struct crowd {
    struct cache_ask ask[CROWD];
    struct told      told[CROWD];
};

static bool all_are_told(void *arg)
{
    struct crowd *c = arg;
    for (int i = 0; i < CROWD; i++)
        if (!c->told[i].is_over)
            return false;
    return true;
}

static void gather_for(struct cache_stage *s, struct crowd *c, int64_t most_age_ms)
{
    *c = (struct crowd){ .ask[0].cache = NULL };
    for (int i = 0; i < CROWD; i++) {
        c->ask[i] = ask_about("hello");
        c->ask[i].most_age_ms = most_age_ms;
        cache_recall(s->cache, &c->ask[i], on_told, &c->told[i]);
    }
}

static void gather(struct cache_stage *s, struct crowd *c)
{
    gather_for(s, c, INT64_MAX);
}

static bool all_wait(void *arg)
{
    struct crowd *c = arg;
    for (int i = 0; i < CROWD; i++)
        if (!c->ask[i].has_waited)
            return false;
    return true;
}

static void disperse(struct crowd *c)
{
    for (int i = 0; i < CROWD; i++)
        cache_release(&c->ask[i], CACHE_NEXT);
}

static void test_those_who_wait_get_the_answer(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask leader = ask_about("hello");
    recall(&s, &leader);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    keep(&s, &leader, "{\"a\":2}");
    cache_release(&leader, CACHE_NOBODY);
    run_until(s.stage.loop, all_are_told, &c);
    for (int i = 0; i < CROWD; i++) {
        assert_true(c.told[i].is_hit && c.told[i].calls == 1 && !c.ask[i].leads);
        assert_string_equal(c.told[i].answer, "{\"a\":2}");
    }
    disperse(&c);
    close_cache(&s);
}

static unsigned leaders(const struct crowd *c)
{
    unsigned count = 0;
    for (int i = 0; i < CROWD; i++)
        count += c->ask[i].leads;
    return count;
}

static bool one_leads(void *crowd)
{
    return leaders(crowd) == 1;
}

static void test_of_those_who_wait_one_takes_over(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask leader = ask_about("hello");
    recall(&s, &leader);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    cache_release(&leader, CACHE_NEXT); /* its client has hung up */
    run_until(s.stage.loop, one_leads, &c);
    unsigned told = 0;
    for (int i = 0; i < CROWD; i++)
        told += c.told[i].is_over;
    assert_int_equal(told, 1);
    disperse(&c); /* and so do theirs: the lease goes from one to the next, and is free at the end */
    struct cache_ask last = ask_about("hello");
    recall(&s, &last);
    assert_true(last.leads);
    cache_release(&last, CACHE_NEXT);
    close_cache(&s);
}

static void test_where_nothing_can_be_kept_nobody_waits(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask leader = ask_about("hello"), late = ask_about("hello");
    recall(&s, &leader);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    cache_release(&leader, CACHE_NOBODY); /* its answer called a tool */
    run_until(s.stage.loop, all_are_told, &c);
    assert_int_equal(leaders(&c), 0);
    assert_false(recall(&s, &late).is_hit);
    assert_false(late.leads || late.has_waited);
    disperse(&c);
    cache_release(&late, CACHE_NEXT);
    close_cache(&s);
}

static bool all_but_one_wait(void *arg)
{
    struct crowd *c = arg;
    unsigned      waiting = 0;
    for (int i = 0; i < CROWD; i++)
        waiting += c->ask[i].has_waited;
    return waiting == CROWD - 1;
}

/* An entry is there, and of no use to any of them: one asks all the same, and what comes is new enough for
 * those who waited for it. */
static void one_asks_past_it(struct cache_stage *s, struct crowd *c)
{
    run_until(s->stage.loop, one_leads, c);
    run_until(s->stage.loop, all_but_one_wait, c);
    for (int i = 0; i < CROWD; i++)
        if (c->ask[i].leads) {
            keep(s, &c->ask[i], "{\"new\":1}");
            cache_release(&c->ask[i], CACHE_NOBODY);
        }
    run_until(s->stage.loop, all_are_told, c);
    unsigned hits = 0;
    for (int i = 0; i < CROWD; i++)
        hits += c->told[i].is_hit && strcmp(c->told[i].answer, "{\"new\":1}") == 0;
    assert_int_equal(hits, CROWD - 1);
    disperse(c);
}

static void test_past_what_is_too_old_one_asks(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask first = ask_about("hello"), easy = ask_about("hello");
    keep(&s, &first, "{\"old\":1}");
    cache_release(&first, CACHE_NEXT);
    gather_for(&s, &c, -1);
    run_until(s.stage.loop, all_but_one_wait, &c);
    struct told t = recall(&s, &easy); /* to whom any age is well does not wait */
    assert_true(t.is_hit && !easy.has_waited);
    assert_string_equal(t.answer, "{\"old\":1}");
    cache_release(&easy, CACHE_NEXT);
    one_asks_past_it(&s, &c);
    close_cache(&s);
}

static void test_past_what_does_not_open_one_asks(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask ask = ask_about("hello");
    char             line[200], exact[CACHE_HEX_BYTES];
    cache_hash_hex(ask.key.exact, exact);
    snprintf(line, sizeof line, "SET weir:{%s}:cache:e:%s foreign", ask.key.tag, exact);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    gather(&s, &c);
    one_asks_past_it(&s, &c);
    close_cache(&s);
}

static void test_patience_ends(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    struct cache_ask leader = ask_about("hello"), hasty = ask_about("hello");
    recall(&s, &leader);
    hasty.wait_ms = 30;
    assert_false(recall(&s, &hasty).is_hit);
    assert_true(hasty.has_waited && !hasty.leads && leader.leads);
    cache_release(&leader, CACHE_NEXT);
    cache_release(&hasty, CACHE_NEXT);
    close_cache(&s);
}

/* A proxy that was killed says nothing: its lease lapses. Here somebody takes its time away. */
static void test_a_lease_that_lapses_frees_the_others(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct metrics  *metrics = metrics_new();
    struct redis    *link = link_new(s.stage.loop, redis_child_url(s.stage.child), DEADLINE_MS);
    struct cache    *killed = cache_new(s.stage.loop, link, metrics);
    struct cache_ask theirs = ask_about("hello");
    struct told      t = { .calls = 0 };
    char             line[200], exact[CACHE_HEX_BYTES];
    cache_recall(killed, &theirs, on_told, &t);
    run_until(s.stage.loop, is_true, &t.is_over);
    assert_true(theirs.leads);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    cache_free(&killed); /* from here on it says no more that it leads */

    cache_hash_hex(theirs.key.exact, exact);
    snprintf(line, sizeof line, "PTTL weir:{%s}:cache:l:%s", theirs.key.tag, exact);
    long long left_ms = number(&s, line);
    assert_true(left_ms > 0 && left_ms <= CACHE_LEASE_MS);
    snprintf(line, sizeof line, "PEXPIRE weir:{%s}:cache:l:%s 1", theirs.key.tag, exact);
    number(&s, line);
    run_until(s.stage.loop, one_leads, &c);
    disperse(&c);
    redis_free(&link);
    metrics_free(&metrics);
    close_cache(&s);
}

/* Those who wait hear nothing more: each goes on within the deadline of one reply. */
static void test_a_redis_that_freezes_frees_the_others(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask leader = ask_about("hello");
    recall(&s, &leader);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    pid_t server = server_pid(s.stage.child);
    kill(server, SIGSTOP);
    run_until(s.stage.loop, all_are_told, &c);
    kill(server, SIGCONT);
    for (int i = 0; i < CROWD; i++)
        assert_true(!c.told[i].is_hit && c.told[i].calls == 1 && !c.ask[i].leads);
    cache_release(&leader, CACHE_NEXT);
    disperse(&c);
    close_cache(&s);
}

static void test_who_served_a_stale_answer_asks_alone(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    struct cache_ask one = ask_about("hello"), two = ask_about("hello");
    struct told      t = { .calls = 0 };
    cache_lead(s.cache, &one, on_told, &t);
    run_until(s.stage.loop, is_true, &t.is_over);
    t.is_over = false;
    cache_lead(s.cache, &two, on_told, &t);
    run_until(s.stage.loop, is_true, &t.is_over);
    assert_true(one.leads && !two.leads && !t.is_hit);
    cache_release(&one, CACHE_NEXT);
    cache_release(&two, CACHE_NEXT);
    close_cache(&s);
}

static void test_cancelled_is_silent_and_leaves_no_trace(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    run_until(s.stage.loop, is_up, s.stage.redis);
    gather(&s, &c);
    disperse(&c); /* what was asked for has gone out, and may have brought the lease */
    struct cache_ask after = ask_about("hello");
    assert_false(recall(&s, &after).is_hit);
    assert_true(after.leads);
    cache_release(&after, CACHE_NEXT);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(c.told[i].calls, 0);
    assert_int_equal(number(&s, "DBSIZE"), 0);
    close_cache(&s);
}

/* ---- room ---- */

static void test_what_ends_soonest_makes_room(void **state)
{
    (void)state;
    struct cache_stage s;
    char               words[3][16] = { "one", "two", "three" }, line[160];
    open_cache(&s);
    struct cache_ask ask[3];
    for (int i = 0; i < 3; i++) {
        struct cached answer = answer_of("{}");
        answer.keep_ms = 1000000 * (3 - i); /* the last one kept ends first */
        ask[i] = ask_about(words[i]);
        keep_for(&s, &ask[i], answer, 300); /* room for two */
        cache_release(&ask[i], CACHE_NEXT);
    }
    assert_true(look(&s, "one").is_hit);
    assert_true(look(&s, "two").is_hit);
    assert_false(look(&s, "three").is_hit);
    snprintf(line, sizeof line, "ZCARD weir:{%s}:cache:index", ask[0].key.tag);
    assert_int_equal(number(&s, line), 2);

    keep(&s, &ask[0], "{\"longer\":1}"); /* replaced, not added */
    cache_release(&ask[0], CACHE_NEXT);
    assert_int_equal(number(&s, line), 2);
    snprintf(line, sizeof line, "HGET weir:{%s}:cache:about bytes", ask[0].key.tag);
    long long bytes = strtoll(ask_and_wait(s.stage.loop, s.stage.redis, line).text, NULL, 10);
    long long stored = 0;
    for (int i = 0; i < 2; i++) {
        char exact[CACHE_HEX_BYTES];
        cache_hash_hex(ask[i].key.exact, exact);
        snprintf(line, sizeof line, "STRLEN weir:{%.*s}:cache:e:%s", CACHE_TAG_BYTES, ask[i].key.tag, exact);
        stored += number(&s, line);
    }
    assert_int_equal(bytes, stored);
    close_cache(&s);
}

static void test_too_large_is_not_kept(void **state)
{
    (void)state;
    struct cache_stage   s;
    struct cache_keeping keeping = { .walls = &walls, .entry_most_bytes = 300, .most_bytes = 1 << 20 };
    char                 large[400];
    open_cache(&s);
    memset(large, 'x', sizeof large);
    struct cache_ask ask = ask_about("hello");
    struct cached    answer = answer_of("");
    answer.answer = slice_of(large, sizeof large);
    recall(&s, &ask);
    cache_keep(s.cache, &ask, &answer, &keeping);
    assert_false(ask.leads);
    assert_false(look(&s, "hello").is_hit);
    keeping.entry_most_bytes = 600;
    cache_keep(s.cache, &ask, &answer, &keeping);
    assert_true(look(&s, "hello").is_hit);
    cache_release(&ask, CACHE_NEXT);
    close_cache(&s);
}

/* ---- purged ---- */

static void on_purged(void *arg, int64_t purged, const struct fault *why)
{
    (void)purged;
    assert_null(why);
    *(bool *)arg = true;
}

static void purge(struct cache_stage *s)
{
    static const struct cache_visitor visitor = { .on_end = on_purged };
    struct cache_filter               filter = { .team = S("interns") };
    bool                              is_over = false;
    (void)cache_walk(s->stage.redis, &filter, loop_wall_ms(s->stage.loop), true, &visitor, &is_over);
    run_until(s->stage.loop, is_true, &is_over);
}

static void keep_asked(struct cache_stage *s, struct cache_ask *ask, int64_t ago_ms)
{
    struct cached              answer = answer_of("{}");
    const struct cache_keeping keeping = {
        .walls = &walls, .entry_most_bytes = 1 << 20, .most_bytes = 1 << 20, .asked_ago_ms = ago_ms
    };
    cache_keep(s->cache, ask, &answer, &keeping);
}

/* The purge finds nothing of it, and does not forget it all the same. */
static void test_what_was_asked_before_a_purge_is_not_kept_after_it(void **state)
{
    (void)state;
    struct cache_stage s;
    struct crowd       c;
    open_cache(&s);
    struct cache_ask other = ask_about("hello!"), leader = ask_about("hello");
    keep(&s, &other, "{}");
    cache_release(&other, CACHE_NEXT);
    recall(&s, &leader);
    gather(&s, &c);
    run_until(s.stage.loop, all_wait, &c);
    purge(&s);
    assert_false(look(&s, "hello!").is_hit);
    keep_asked(&s, &leader, 60000);
    run_until(s.stage.loop, one_leads, &c); /* somebody asks again */
    assert_false(look(&s, "hello").is_hit);
    cache_release(&leader, CACHE_NOBODY);
    disperse(&c);

    struct cache_ask since = ask_about("hello");
    keep_asked(&s, &since, -1000); /* well after the purge, whatever the milliseconds */
    cache_release(&since, CACHE_NEXT);
    assert_true(look(&s, "hello").is_hit);
    close_cache(&s);
}

/* ---- what is not ours ---- */

static void test_what_does_not_open_is_a_miss_and_is_counted(void **state)
{
    (void)state;
    struct cache_stage s;
    open_cache(&s);
    struct cache_ask ask = ask_about("hello"), other = ask_about("hello!");
    char             name[200], twin[200], exact[CACHE_HEX_BYTES];
    keep(&s, &ask, "{}");
    assert_true(look(&s, "hello").is_hit);
    cache_hash_hex(ask.key.exact, exact);
    snprintf(name, sizeof name, "weir:{%s}:cache:e:%s", ask.key.tag, exact);
    cache_hash_hex(other.key.exact, exact);
    snprintf(twin, sizeof twin, "weir:{%s}:cache:e:%s", other.key.tag, exact);

    redisContext *c = behind(s.stage.child);
    redisReply   *entry = redisCommand(c, "GET %s", name);
    double        before = metric("weir_cache_unreadable_total");
    freeReplyObject(redisCommand(c, "SET %s %b", twin, entry->str, entry->len)); /* under another's key */
    assert_false(look(&s, "hello!").is_hit);
    freeReplyObject(redisCommand(c, "DEL %s", name));
    freeReplyObject(redisCommand(c, "LPUSH %s %b", name, entry->str, entry->len)); /* of another type */
    assert_false(look(&s, "hello").is_hit);
    struct told t = recall(&s, &ask);
    assert_false(t.is_hit);
    assert_true(metric("weir_cache_unreadable_total") == before + 3);
    freeReplyObject(entry);
    redisFree(c);
    cache_release(&ask, CACHE_NEXT);
    close_cache(&s);
}

/* Without its books an entry is found all the same; only purging does not know of it. */
static void test_books_that_are_gone_or_foreign_are_in_nobodys_way(void **state)
{
    (void)state;
    static const char *const books[] = { "index", "about", "sum" };
    struct cache_stage       s;
    open_cache(&s);
    struct cache_ask ask = ask_about("hello"), again = ask_about("hello!");
    keep(&s, &ask, "{}");
    for (size_t i = 0; i < 2 * sizeof books / sizeof *books; i++) {
        const char *book = books[i / 2];
        char        line[100];
        if (i % 2)
            snprintf(line, sizeof line, "SET weir:{%s}:cache:%s foreign", ask.key.tag, book);
        else
            snprintf(line, sizeof line, "DEL weir:{%s}:cache:%s", ask.key.tag, book);
        ask_and_wait(s.stage.loop, s.stage.redis, line);
        assert_true(look(&s, "hello").is_hit);
        snprintf(line, sizeof line, "{\"nth\":%zu}", i);
        keep(&s, &again, line);
        assert_string_equal(look(&s, "hello!").answer, line);
    }
    cache_release(&ask, CACHE_NEXT);
    cache_release(&again, CACHE_NEXT);
    close_cache(&s);
}

static void test_away_is_a_miss(void **state)
{
    (void)state;
    struct loop       *loop = loop_new(0);
    struct cache_stage s = {
        .stage = { .loop = loop, .redis = link_new(loop, "unix:///tmp/weir-nobody/redis.sock", DEADLINE_MS) },
        .metrics = metrics_new()
    };
    s.cache = cache_new(loop, s.stage.redis, s.metrics);
    struct cache_ask ask = ask_about("hello");
    assert_false(recall(&s, &ask).is_hit);
    assert_false(ask.leads || ask.has_waited);
    cache_release(&ask, CACHE_NEXT);
    cache_free(&s.cache);
    metrics_free(&s.metrics);
    redis_free(&s.stage.redis);
    loop_free(&loop);
}

/* ---- keys ---- */

static struct cache_key key_of(const char *space, bool is_shared, const char *decision, const char *context,
                               const char *turn)
{
    struct cache_key         key;
    const struct cache_walls w = { .space = space, .is_shared = is_shared, .decision = slice_str(decision) };
    const struct question q = { .context = slice_str(context), .turn = slice_str(turn), .words = S("words") };
    cache_key_make(&key, &secret, &w, &q);
    return key;
}

static void test_each_part_makes_another_key(void **state)
{
    (void)state;
    struct cache_key keys[] = {
        key_of("team", false, "d", "c", "t"),  key_of("Team", false, "d", "c", "t"),
        key_of("team", true, "d", "c", "t"),   key_of("team", false, "e", "c", "t"),
        key_of("team", false, "d", "cc", "t"), key_of("team", false, "dc", "", "t"),
        key_of("team", false, "d", "c", "T"),  key_of("team", false, "d", "ct", ""),
        key_of("a}:{b", false, "d", "c", "t"),
    };
    size_t count = sizeof keys / sizeof *keys;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(keys[i].exact, keys[j].exact, CACHE_HASH_BYTES);
            bool is_turn = i == 6 && j == 0; /* the one pair that differs in the last turn alone */
            assert_int_equal(memcmp(keys[i].context, keys[j].context, CACHE_HASH_BYTES) == 0, is_turn);
        }
    struct cache_key again = key_of("team", false, "d", "c", "t");
    assert_memory_equal(&again, &keys[0], sizeof again);

    struct cache_secret      others = secret;
    struct cache_key         foreign;
    const struct cache_walls w = { .space = "team", .decision = S("d") };
    const struct question    q = { .context = S("c"), .turn = S("t"), .words = S("words") };
    others.hash.bytes[0] ^= 1;
    cache_key_make(&foreign, &others, &w, &q);
    assert_string_equal(foreign.tag, keys[0].tag);
    assert_memory_not_equal(foreign.exact, keys[0].exact, CACHE_HASH_BYTES);
    assert_memory_not_equal(foreign.turn, keys[0].turn, CACHE_HASH_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_and_recalled),
        cmocka_unit_test(test_an_answer_stands_for_limits_that_it_fits_in),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_what_is_too_old_for_the_asker_is_a_miss),
        cmocka_unit_test(test_those_who_wait_get_the_answer),
        cmocka_unit_test(test_of_those_who_wait_one_takes_over),
        cmocka_unit_test(test_where_nothing_can_be_kept_nobody_waits),
        cmocka_unit_test(test_past_what_is_too_old_one_asks),
        cmocka_unit_test(test_past_what_does_not_open_one_asks),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_a_lease_that_lapses_frees_the_others),
        cmocka_unit_test(test_a_redis_that_freezes_frees_the_others),
        cmocka_unit_test(test_who_served_a_stale_answer_asks_alone),
        cmocka_unit_test(test_cancelled_is_silent_and_leaves_no_trace),
        cmocka_unit_test(test_what_ends_soonest_makes_room),
        cmocka_unit_test(test_too_large_is_not_kept),
        cmocka_unit_test(test_what_was_asked_before_a_purge_is_not_kept_after_it),
        cmocka_unit_test(test_what_does_not_open_is_a_miss_and_is_counted),
        cmocka_unit_test(test_books_that_are_gone_or_foreign_are_in_nobodys_way),
        cmocka_unit_test(test_away_is_a_miss),
        cmocka_unit_test(test_each_part_makes_another_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
