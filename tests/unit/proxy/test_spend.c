/* test_spend.c - sums of spending in a real Redis: exact, once, bounded; told again, and asked for. */
#include "redis_stage.h"

#include "spend_query.h"

#include <inttypes.h>
#include <time.h>

enum { KEEP_MS = 86400000, BIG = 1 << 20 };

static const struct provider here = { .name = "here", .zone = 0 }, away = { .name = "away", .zone = 2 };
static const struct model    small = { .name = "small", .provider = &here, .price = { .is_known = true } },
                          large = { .name = "large", .provider = &away, .price = { .is_known = true } },
                          unpriced = { .name = "a, b: {c}", .provider = &away };

struct scene {
    struct stage     stage;
    struct spend    *spend;
    struct arena    *arena;
    struct buf       told; /* the last answer, as CSV */
    struct fault     why;
    bool             is_told;
    struct spend_row total;
};

static void scene_open(struct scene *s)
{
    *s = (struct scene){ .arena = arena_new() };
    buf_init(&s->told, BIG);
    stage_open(&s->stage);
    run_until(s->stage.loop, is_up, s->stage.redis);
    s->spend = spend_new(s->stage.loop, s->stage.redis, NULL);
}

static void scene_close(struct scene *s)
{
    spend_free(&s->spend);
    stage_close(&s->stage);
    buf_fini(&s->told);
    arena_free(&s->arena);
}

/* One call of a model, that cost so much and saved a nano-dollar less. */
static void spend(struct spend *to, const struct payer *payer, const struct model *model, int64_t cost)
{
    const struct answer_usage usage = { .prompt_tokens = 100, .cached_tokens = 40, .completion_tokens = 7 };
    const struct savings      savings = { .baseline_nanousd = 2 * cost - 1, .by_model_nanousd = cost - 1 };
    struct tab                tab = { 0 };
    tab_add(&tab, model, &usage, cost);
    const struct spent spent = { .payer = payer,
                                 .route = "easy stays",
                                 .model = model,
                                 .by = model->provider->zone ? BY_REMOTE : BY_LOCAL,
                                 .tab = &tab,
                                 .savings = &savings };
    spend_add(to, &spent, KEEP_MS);
}

static bool is_idle(void *spend)
{
    return spend_is_idle(spend);
}

static void on_sums(void *arg, const struct spend_sums *sums, const struct fault *why)
{
    struct scene *s = arg;
    assert_false(s->is_told);
    s->is_told = true;
    buf_reset(&s->told);
    if (!sums) {
        s->why = *why;
        return;
    }
    spend_write(sums, &s->told);
    s->total = sums->total;
}

/* Words as "by=team;since=…". */
static void begin_asking(struct scene *s, const char *words, struct spend_query **query)
{
    struct spend_question question;
    struct fault          why;
    spend_question_init(&question, loop_wall_ms(s->stage.loop));
    assert_true(spend_question_take(&question, s->arena, S("format"), S("csv"), &why));
    for (const char *at = words; *at;) {
        size_t len = strcspn(at, ";"), name = strcspn(at, "=");
        assert_true(spend_question_take(&question, s->arena, slice_of(at, name),
                                        slice_of(at + name + 1, len - name - 1), &why));
        at += len + (at[len] == ';');
    }
    assert_true(spend_question_check(&question, &why));
    s->is_told = false;
    s->why = (struct fault){ 0 };
    *query = spend_ask(s->stage.redis, &question, on_sums, s);
}

static void ask_sums(struct scene *s, const char *words)
{
    struct spend_query *query;
    begin_asking(s, words, &query);
    run_until(s->stage.loop, is_true, &s->is_told);
}

/* The answer has so many rows, and this one among them: its names, then what it cost. */
static void assert_row(struct scene *s, const char *names, int64_t cost)
{
    char usd[32], wanted[200];
    nanousd_format(cost, usd);
    snprintf(wanted, sizeof wanted, "\r\n%s,", names);
    size_t at = slice_find(buf_slice(&s->told), slice_str(wanted));
    if (at == SLICE_NONE)
        fail_msg("no row %s in\n%.*s", names, SLICE_ARG(buf_slice(&s->told)));
    struct slice row = slice_cut(buf_slice(&s->told), at + 2, SIZE_MAX);
    row = slice_cut(row, 0, slice_find(row, S("\r\n")));
    snprintf(wanted, sizeof wanted, ",%s,", usd);
    if (slice_find(row, slice_str(wanted)) == SLICE_NONE)
        fail_msg("%s is not in %.*s", usd, SLICE_ARG(row));
}

static size_t rows(const struct scene *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->told.len; i++)
        count += s->told.ptr[i] == '\n';
    return count - 1;
}

static const struct payer ann = { .team = "a & b",
                                  .key = "k1",
                                  .user = "ann",
                                  .tag = { "x", "y.z" },
                                  .tags = 2 },
                          bob = { .team = "a & b", .key = "k2", .user = "", .tags = 0 },
                          eve = { .team = "others", .key = "", .user = "ann", .tag = { "x" }, .tags = 1 };

/* Through two loops of two proxies, beyond what a double can hold. */
static void exact_by_whatever_is_asked(void **state)
{
    (void)state;
    struct scene  s;
    struct spend *other;
    const int64_t beyond_doubles = (INT64_C(1) << 53) + 1;
    scene_open(&s);
    other = spend_new(s.stage.loop, s.stage.redis, NULL);
    for (int i = 0; i < 20; i++) {
        spend(s.spend, &ann, &large, 1);
        spend(other, &ann, &large, 2);
        spend(other, &ann, &small, 0);
        spend(s.spend, &bob, &unpriced, 0);
    }
    spend(s.spend, &eve, &large, beyond_doubles);
    run_until(s.stage.loop, is_idle, s.spend);
    run_until(s.stage.loop, is_idle, other);

    ask_sums(&s, "by=team");
    assert_int_equal(rows(&s), 2);
    assert_row(&s, "a & b", 60);
    assert_row(&s, "others", beyond_doubles);
    assert_int_equal(s.total.sum[SPENT_REQUESTS], 81);
    assert_int_equal(s.total.sum[SPENT_BY_LOCAL], 20);
    assert_int_equal(s.total.sum[SPENT_BY_REMOTE], 61);
    assert_int_equal(s.total.sum[SPENT_CALLS], 81);
    assert_int_equal(s.total.sum[SPENT_UNPRICED], 20);
    assert_int_equal(s.total.sum[SPENT_INPUT], 8100);
    assert_int_equal(s.total.sum[SPENT_CACHED_INPUT], 81 * 40);
    assert_int_equal(s.total.sum[SPENT_OUTPUT], 81 * 7);
    assert_int_equal(s.total.sum[SPENT_COST], beyond_doubles + 60);
    assert_int_equal(s.total.sum[SPENT_BASELINE] - s.total.sum[SPENT_COST], s.total.sum[SPENT_SAVED_MODEL]);

    ask_sums(&s, "by=model,team");
    assert_int_equal(rows(&s), 4);
    assert_row(&s, "\"a, b: {c}\",a & b", 0);
    ask_sums(&s, "by=user;team=a & b");
    assert_int_equal(rows(&s), 2);
    assert_row(&s, "-", 0);
    assert_row(&s, "ann", 60);
    ask_sums(&s, "by=tag"); /* ann's count for each tag, and once in all */
    assert_int_equal(rows(&s), 3);
    assert_row(&s, "x", beyond_doubles + 60);
    assert_row(&s, "y.z", 60);
    assert_int_equal(s.total.sum[SPENT_COST], beyond_doubles + 60);
    ask_sums(&s, "by=key;tag=y.z;model=large;route=easy stays;user=ann");
    assert_int_equal(rows(&s), 1);
    assert_row(&s, "k1", 60);
    ask_sums(&s, "by=day;until=2020-01-02;since=2020-01-01");
    assert_int_equal(rows(&s), 0);
    spend_free(&other);
    scene_close(&s);
}

/* However much is added while a command is out, it is one more. */
static void one_command_at_a_time(void **state)
{
    (void)state;
    struct scene s;
    char         name[16];
    scene_open(&s);
    ask_and_wait(s.stage.loop, s.stage.redis, "CONFIG RESETSTAT");
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "user%d", i);
        const struct payer payer = { .team = "t", .key = "", .user = name };
        spend(s.spend, &payer, &large, 1);
    }
    run_until(s.stage.loop, is_idle, s.spend);
    redisContext *c = behind(s.stage.child);
    redisReply   *reply = redisCommand(c, "INFO commandstats");
    long          calls = 0;
    for (const char *at = reply->str; (at = strstr(at, "cmdstat_eval")); at++)
        calls += strtol(strstr(at, "calls=") + strlen("calls="), NULL, 10);
    assert_int_equal(calls, 2);
    freeReplyObject(reply);
    redisFree(c);
    ask_sums(&s, "by=user");
    assert_int_equal(rows(&s), 100);
    assert_int_equal(s.total.sum[SPENT_COST], 100);
    scene_close(&s);
}

static bool is_passed(void *deadline_ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000 > *(int64_t *)deadline_ms;
}

static void wait_ms(struct scene *s, int64_t ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t until_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
    run_until(s->stage.loop, is_passed, &until_ms);
}

/* It took the batch, and its answer came too late: told again, and taken once. */
static void a_late_answer_counts_once(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    pid_t server = server_pid(s.stage.child);
    spend(s.spend, &ann, &large, 3);
    run_until(s.stage.loop, is_idle, s.spend);
    kill(server, SIGSTOP);
    spend(s.spend, &ann, &large, 5);
    wait_ms(&s, DEADLINE_MS + 200);
    spend(s.spend, &ann, &large, 7);
    kill(server, SIGCONT);
    run_until(s.stage.loop, is_idle, s.spend);
    wait_ms(&s, 1200); /* the beat tells again what it takes for untold */
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 15);
    assert_int_equal(s.total.sum[SPENT_REQUESTS], 3);
    scene_close(&s);
}

/* What was added while it was away comes when it is back; what it took and lost is told again. */
static void away_and_emptied(void **state)
{
    (void)state;
    struct scene  s;
    struct tended tended = { .stage = &s.stage };
    scene_open(&s);
    kill(server_pid(s.stage.child), SIGKILL);
    run_until(s.stage.loop, is_not_up, s.stage.redis);
    tended.was_down = true;
    spend(s.spend, &ann, &large, 3);
    spend(s.spend, &ann, &large, 4);
    assert_true(spend_is_idle(s.spend)); /* nobody to tell */
    run_until(s.stage.loop, is_up_again, &tended);
    assert_false(spend_is_idle(s.spend));
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 7);

    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    spend(s.spend, &ann, &large, 9);
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 16);

    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL"); /* noticed though nothing more is spent */
    wait_ms(&s, SPEND_ASK_MS + 1500);
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 16);

    wait_ms(&s, SPEND_ASK_MS + 1000); /* it is asked, and has all; a failover may yet lose it */
    ask_and_wait(s.stage.loop, s.stage.redis, "FLUSHALL");
    wait_ms(&s, SPEND_ASK_MS + 1500);
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 16);
    scene_close(&s);
}

/* Tags are the client's: they cannot fill Redis, and sums stay whole. */
static void rows_are_bounded(void **state)
{
    (void)state;
    struct scene s;
    char         tag[32];
    scene_open(&s);
    for (int i = 0; i < SPEND_ROWS_MOST + 500; i++) {
        snprintf(tag, sizeof tag, "tag-%d", i);
        const struct payer payer = { .team = "t", .key = "k", .user = "u", .tag = { tag }, .tags = 1 };
        spend(s.spend, &payer, &large, 1);
        if (i % 100 == 0)
            run_until(s.stage.loop, is_idle, s.spend);
    }
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=user");
    assert_int_equal(rows(&s), 2);
    assert_row(&s, "u", SPEND_ROWS_MOST);
    assert_row(&s, "(others)", 500);
    ask_sums(&s, "by=tag");
    assert_int_equal(rows(&s), SPEND_ROWS_MOST + 1);
    scene_close(&s);
}

static void what_waits_is_bounded(void **state)
{
    (void)state;
    struct scene  s;
    struct tended tended = { .stage = &s.stage, .was_down = true };
    char          tag[32];
    scene_open(&s);
    kill(server_pid(s.stage.child), SIGKILL);
    run_until(s.stage.loop, is_not_up, s.stage.redis);
    for (int i = 0; i < SPEND_HELD_MOST + 100; i++) {
        snprintf(tag, sizeof tag, "tag-%d", i);
        const struct payer payer = { .team = "t", .key = "k", .user = "u", .tag = { tag }, .tags = 1 };
        spend(s.spend, &payer, &large, 1);
    }
    run_until(s.stage.loop, is_up_again, &tended);
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], SPEND_HELD_MOST + 100);
    scene_close(&s);
}

/* A full Redis takes nothing, and gets all when it has room again. */
static void a_full_redis_is_told_later(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    ask_and_wait(s.stage.loop, s.stage.redis, "CONFIG SET maxmemory-policy noeviction");
    ask_and_wait(s.stage.loop, s.stage.redis, "CONFIG SET maxmemory 1");
    for (int i = 0; i < 10; i++)
        spend(s.spend, &ann, &large, 5);
    wait_ms(&s, 100);
    assert_false(spend_is_idle(s.spend));
    ask_and_wait(s.stage.loop, s.stage.redis, "CONFIG SET maxmemory 0");
    run_until(s.stage.loop, is_idle, s.spend);
    ask_sums(&s, "by=team");
    assert_int_equal(s.total.sum[SPENT_COST], 50);
    scene_close(&s);
}

static void asking_an_odd_or_a_silent_redis(void **state)
{
    (void)state;
    struct scene        s;
    struct spend_query *query;
    char                day[DAY_BYTES], line[100];
    scene_open(&s);
    spend(s.spend, &ann, &large, 3);
    run_until(s.stage.loop, is_idle, s.spend);
    day_name(loop_wall_ms(s.stage.loop) / 86400000, day);
    snprintf(line, sizeof line, "HSET weir:{team:a%%20&%%20b}:spend:%s 99:c 5 1:c five 1:? 5 =x 77 y z", day);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    ask_sums(&s, "by=team"); /* what is not ours is passed over */
    assert_int_equal(s.total.sum[SPENT_REQUESTS], 1);
    begin_asking(&s, "by=team", &query);
    spend_query_cancel(&query);
    wait_ms(&s, 50);
    assert_false(s.is_told);
    snprintf(line, sizeof line, "SET weir:{all}:spend:%s x", day);
    ask_and_wait(s.stage.loop, s.stage.redis, line);
    ask_sums(&s, "by=team");
    assert_int_equal(s.why.kind, FAULT_REDIS_AWAY);
    kill(server_pid(s.stage.child), SIGKILL);
    run_until(s.stage.loop, is_not_up, s.stage.redis);
    ask_sums(&s, "by=team");
    assert_int_equal(s.why.kind, FAULT_REDIS_AWAY);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_by_whatever_is_asked), cmocka_unit_test(one_command_at_a_time),
        cmocka_unit_test(a_late_answer_counts_once),  cmocka_unit_test(away_and_emptied),
        cmocka_unit_test(rows_are_bounded),           cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(a_full_redis_is_told_later), cmocka_unit_test(asking_an_odd_or_a_silent_redis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
