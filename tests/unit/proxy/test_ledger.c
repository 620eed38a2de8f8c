/* test_ledger.c - money in a real Redis: reserved, settled, lapsed, fought over, and exact to the nano-dollar.
 */
#include "redis_stage.h"

#include "ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* 2026-11-23 02:00 UTC */
static const int64_t WALL_MS = INT64_C(1795399200000);

static const int64_t DOLLAR = INT64_C(1000000000);

static struct budget budget(const char *name, int64_t limit_nanousd)
{
    return (struct budget){ .name = name, .limit_nanousd = limit_nanousd };
}

struct asked {
    bool                is_over;
    unsigned            calls;
    enum ledger_verdict verdict;
    struct reservation  r;
};

static void on_ledger(void *arg, enum ledger_verdict verdict, struct reservation *r)
{
    struct asked *a = arg;
    assert_ptr_equal(r, &a->r);
    a->is_over = true;
    a->calls++;
    a->verdict = verdict;
}

static uint64_t begin(struct redis *redis, struct asked *a, const struct budget *b, unsigned count,
                      int64_t worst, int64_t wall_ms)
{
    *a = (struct asked){ 0 };
    return ledger_reserve(redis, &a->r, "interns", b, count, worst, wall_ms, on_ledger, a);
}

static void reserve(struct stage *s, struct asked *a, const struct budget *b, unsigned count, int64_t worst,
                    int64_t wall_ms)
{
    begin(s->redis, a, b, count, worst, wall_ms);
    assert_int_equal(a->calls, 0);
    run_until(s->loop, is_true, &a->is_over);
    assert_int_equal(a->calls, 1);
}

/* What the hash holds, as Redis prints it. The PING lets a script pass that Redis did not know and asked for
 * again. */
static void assert_held(struct stage *s, const char *key, const char *spent, const char *running)
{
    char line[160];
    assert_string_equal(ask_and_wait(s->loop, s->redis, "PING").text, "PONG");
    snprintf(line, sizeof line, "HGET %s spent", key);
    assert_string_equal(ask_and_wait(s->loop, s->redis, line).text, spent);
    snprintf(line, sizeof line, "HGET %s running", key);
    assert_string_equal(ask_and_wait(s->loop, s->redis, line).text, running);
}

static const char KEY[] = "weir:{interns}:budget:b:2026-11";

static void test_reserved_and_settled(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", 20 * DOLLAR);
    struct asked  a;
    reserve(&s, &a, &b, 1, 3 * DOLLAR, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_RESERVED);
    assert_int_equal(strlen(a.r.id), 32);
    assert_int_equal(a.r.reserved_nanousd, 3 * DOLLAR);
    assert_held(&s, KEY, "", "3000000000");

    struct reservation again = a.r;
    ledger_settle(s.redis, &a.r, 1234567891);
    assert_string_equal(a.r.id, "");
    assert_held(&s, KEY, "1234567891", "0");

    /* Twice charges once, and one that is empty nothing. */
    ledger_settle(s.redis, &again, 1234567891);
    ledger_settle(s.redis, &again, 1234567891);
    ledger_settle(s.redis, &a.r, 5);
    assert_held(&s, KEY, "1234567891", "0");

    long long keep_ms = ask_and_wait(s.loop, s.redis, "PTTL weir:{interns}:budget:b:2026-11").integer;
    assert_true(keep_ms > INT64_C(99) * 86400000 && keep_ms <= INT64_C(100) * 86400000);
    stage_close(&s);
}

static void test_exhausted_and_explained(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", 20 * DOLLAR);
    struct asked  first, second, third;
    reserve(&s, &first, &b, 1, 19200000000, WALL_MS);
    ledger_settle(s.redis, &first.r, 19200000000);
    reserve(&s, &first, &b, 1, 500000000, WALL_MS);
    assert_int_equal(first.verdict, LEDGER_RESERVED);
    reserve(&s, &second, &b, 1, 300000001, WALL_MS); /* a nano-dollar too much */
    assert_int_equal(second.verdict, LEDGER_EXHAUSTED);
    assert_string_equal(second.r.id, "");

    struct fault why;
    ledger_explain(&second.r, &why);
    assert_int_equal(why.kind, FAULT_OVER_BUDGET);
    assert_string_equal(why.detail,
                        "the budget \"b\" of team interns: $20 a month, $19.2 spent, $0.5 reserved by running "
                        "calls, and this call may cost $0.300000001; it begins anew on 2026-12-01");

    reserve(&s, &third, &b, 1, 300000000, WALL_MS); /* and just right */
    assert_int_equal(third.verdict, LEDGER_RESERVED);
    assert_held(&s, KEY, "19200000000", "800000000");

    /* The next month is another budget; December's end is January. */
    const int64_t december_ms = WALL_MS + INT64_C(30) * 86400000;
    reserve(&s, &second, &b, 1, 21 * DOLLAR, december_ms);
    ledger_explain(&second.r, &why);
    assert_non_null(strstr(why.detail, "$0 spent"));
    assert_non_null(strstr(why.detail, "it begins anew on 2027-01-01"));
    stage_close(&s);
}

static void test_all_budgets_or_none(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget both[] = { budget("wide", 100 * DOLLAR), budget("narrow", 1 * DOLLAR) };
    struct asked  a;
    reserve(&s, &a, both, 2, 2 * DOLLAR, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_EXHAUSTED);
    assert_int_equal(a.r.exhausted, 1);
    assert_held(&s, "weir:{interns}:budget:wide:2026-11", "", "");
    assert_held(&s, "weir:{interns}:budget:narrow:2026-11", "", "");

    reserve(&s, &a, both, 2, DOLLAR, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_RESERVED);
    ledger_settle(s.redis, &a.r, 7);
    assert_held(&s, "weir:{interns}:budget:wide:2026-11", "7", "0");
    assert_held(&s, "weir:{interns}:budget:narrow:2026-11", "7", "0");
    stage_close(&s);
}

static void test_what_nobody_settles_lapses(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", 10 * DOLLAR);
    struct asked  dead, next;
    reserve(&s, &dead, &b, 1, 6 * DOLLAR, WALL_MS); /* its proxy dies here */
    reserve(&s, &next, &b, 1, 6 * DOLLAR, WALL_MS + LEDGER_LEASE_MS - 1);
    assert_int_equal(next.verdict, LEDGER_EXHAUSTED);
    assert_int_equal(next.r.running_nanousd, 6 * DOLLAR);

    reserve(&s, &next, &b, 1, 6 * DOLLAR, WALL_MS + LEDGER_LEASE_MS);
    assert_int_equal(next.verdict, LEDGER_EXHAUSTED); /* spent in full: nothing is lost */
    assert_int_equal(next.r.spent_nanousd, 6 * DOLLAR);
    assert_int_equal(next.r.running_nanousd, 0);
    reserve(&s, &next, &b, 1, 4 * DOLLAR, WALL_MS + LEDGER_LEASE_MS);
    assert_int_equal(next.verdict, LEDGER_RESERVED); /* and nobody is locked out of the rest */

    ledger_settle(s.redis, &dead.r, DOLLAR); /* it lived after all: it was counted already */
    assert_held(&s, KEY, "6000000000", "4000000000");
    stage_close(&s);
}

static void test_cancelled_is_released(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", 10 * DOLLAR);
    struct asked  a, unsent;
    uint64_t      id = begin(s.redis, &unsent, &b, 1, DOLLAR, WALL_MS); /* the link is not up yet */
    ledger_cancel(s.redis, id);
    run_until(s.loop, is_up, s.redis);
    assert_held(&s, KEY, "", "");

    /* Sent for the first time (by its text) and again (by its hash). */
    for (int i = 0; i < 2; i++) {
        id = begin(s.redis, &a, &b, 1, DOLLAR, WALL_MS);
        ledger_cancel(s.redis, id);
        ledger_cancel(s.redis, id);
        assert_int_equal(a.calls, 0);
        reserve(&s, &unsent, &b, 1, DOLLAR, WALL_MS);
        ledger_settle(s.redis, &unsent.r, 0);
        assert_held(&s, KEY, "0", "0");
    }
    assert_int_equal(a.calls, 0);
    ledger_cancel(s.redis, 987654);
    stage_close(&s);
}

/* Redis freezes with a reservation on its way: the caller hears "away", and when Redis wakes and reserves all
 * the same, what comes behind releases it. */
static void test_away_leaves_nothing_reserved(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct redis *quick = link_new(s.loop, redis_child_url(s.child), 100);
    struct budget b = budget("b", 10 * DOLLAR);
    struct asked  a;
    run_until(s.loop, is_up, quick);
    begin(quick, &a, &b, 1, DOLLAR, WALL_MS); /* so that the scripts are known by their hashes */
    run_until(s.loop, is_true, &a.is_over);
    ledger_settle(quick, &a.r, 0);
    assert_string_equal(ask_and_wait(s.loop, quick, "PING").text, "PONG");

    pid_t pid = server_pid(s.child);
    kill(pid, SIGSTOP);
    begin(quick, &a, &b, 1, DOLLAR, WALL_MS);
    run_until(s.loop, is_true, &a.is_over);
    assert_int_equal(a.verdict, LEDGER_AWAY);
    assert_string_equal(a.r.id, "");
    kill(pid, SIGCONT);
    assert_string_equal(ask_and_wait(s.loop, quick, "PING").text, "PONG");
    assert_held(&s, KEY, "0", "0");
    redis_free(&quick);
    stage_close(&s);
}

static void test_an_error_is_away(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", 10 * DOLLAR);
    struct asked  a;
    ask_and_wait(s.loop, s.redis, "SET weir:{interns}:budget:b:2026-11 squatter");
    reserve(&s, &a, &b, 1, DOLLAR, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_AWAY);
    stage_close(&s);
}

/* Odd names share neither keys nor hash tags with others. */
static void test_names_are_escaped(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("a:b c%", DOLLAR);
    struct asked  a = { 0 };
    ledger_reserve(s.redis, &a.r, "x}:{y\n", &b, 1, 5, WALL_MS, on_ledger, &a);
    run_until(s.loop, is_true, &a.is_over);
    assert_int_equal(a.verdict, LEDGER_RESERVED);
    assert_held(&s, "weir:{x%7D%3A%7By%0A}:budget:a%3Ab%20c%25:2026-11", "", "5");
    stage_close(&s);
}

/* The greatest budget there is, to the nano-dollar; and amounts that no double holds. */
static void test_exact_at_the_limit(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct budget b = budget("b", INT64_MAX); /* counts as LEDGER_MOST_NANOUSD */
    struct asked  a;
    reserve(&s, &a, &b, 1, LEDGER_MOST_NANOUSD - 1, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_RESERVED);
    ledger_settle(s.redis, &a.r, LEDGER_MOST_NANOUSD - 1);
    assert_held(&s, KEY, "8999999999999999", "0");
    reserve(&s, &a, &b, 1, 2, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_EXHAUSTED);
    assert_int_equal(a.r.spent_nanousd, LEDGER_MOST_NANOUSD - 1);
    reserve(&s, &a, &b, 1, INT64_MAX, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_EXHAUSTED);
    reserve(&s, &a, &b, 1, 1, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_RESERVED);

    /* A provider that charged far more than the worst: stored exactly, beyond 2^53. */
    ledger_settle(s.redis, &a.r, INT64_C(9007199254740993));
    assert_held(&s, KEY, "18007199254740992", "0");
    reserve(&s, &a, &b, 1, 1, WALL_MS);
    assert_int_equal(a.verdict, LEDGER_EXHAUSTED);
    assert_int_equal(a.r.spent_nanousd, INT64_C(18007199254740992));
    stage_close(&s);
}

/* --- the race --- */

enum { LINKS = 4, CALLS = 25, PASS = 50 };

static bool are_all_over(void *arg)
{
    const struct asked *a = arg;
    for (int i = 0; i < LINKS * CALLS; i++)
        if (!a[i].is_over)
            return false;
    return true;
}

/* A hundred calls of ten cents at once, through four links, on a budget of five dollars: fifty pass. */
static void test_calls_at_once_do_not_overspend(void **state)
{
    (void)state;
    static struct asked a[LINKS * CALLS];
    struct stage        s;
    stage_open(&s);
    struct redis *link[LINKS];
    struct budget b = budget("b", 5 * DOLLAR);
    for (int i = 0; i < LINKS; i++)
        link[i] = link_new(s.loop, redis_child_url(s.child), DEADLINE_MS);
    for (int i = 0; i < LINKS * CALLS; i++)
        begin(link[i % LINKS], &a[i], &b, 1, DOLLAR / 10, WALL_MS);
    run_until(s.loop, are_all_over, a);
    int passed = 0;
    for (int i = 0; i < LINKS * CALLS; i++)
        passed += a[i].verdict == LEDGER_RESERVED;
    assert_int_equal(passed, PASS);
    assert_held(&s, KEY, "", "5000000000");
    for (int i = 0; i < LINKS * CALLS; i++)
        ledger_settle(link[i % LINKS], &a[i].r, 1 + i);
    for (int i = 0; i < LINKS; i++) {
        assert_string_equal(ask_and_wait(s.loop, link[i], "PING").text, "PONG");
        redis_free(&link[i]);
    }
    assert_string_equal(ask_and_wait(s.loop, s.redis, "HGET weir:{interns}:budget:b:2026-11 running").text,
                        "0");
    stage_close(&s);
}

/* Proxies that are threads, each with a loop of its own: calls that settle at less than their worst, some
 * settled twice, some cancelled. */
struct proxy {
    pthread_t   thread;
    const char *url;
    unsigned    seed;
    int64_t     charged_nanousd;
};

static void *run_proxy(void *arg)
{
    struct proxy *p = arg;
    struct loop  *loop = loop_new(0);
    struct redis *redis = link_new(loop, p->url, DEADLINE_MS);
    struct budget b = budget("b", 5 * DOLLAR);
    run_until(loop, is_up, redis);
    for (int i = 0; i < 150; i++) {
        struct asked a, cancelled;
        uint64_t     id = begin(redis, &cancelled, &b, 1, DOLLAR / 10, WALL_MS);
        begin(redis, &a, &b, 1, DOLLAR / 10, WALL_MS);
        ledger_cancel(redis, id);
        run_until(loop, is_true, &a.is_over);
        if (a.verdict != LEDGER_RESERVED)
            continue;
        struct reservation again = a.r;
        int64_t            cost = rand_r(&p->seed) % (DOLLAR / 10);
        ledger_settle(redis, &a.r, cost);
        ledger_settle(redis, &again, cost);
        p->charged_nanousd += cost;
    }
    ask_and_wait(loop, redis, "PING"); /* behind the last settlement */
    redis_free(&redis);
    loop_free(&loop);
    return NULL;
}

static void test_proxies_agree_on_the_books(void **state)
{
    (void)state;
    enum { PROXIES = 3 };
    struct proxy proxy[PROXIES];
    struct stage s;
    int64_t      charged = 0;
    stage_open(&s);
    /* Our link stands before the proxies begin: its loop does not turn while we wait for them. */
    assert_string_equal(ask_and_wait(s.loop, s.redis, "PING").text, "PONG");
    for (unsigned i = 0; i < PROXIES; i++) {
        proxy[i] = (struct proxy){ .url = redis_child_url(s.child), .seed = i + 1 };
        assert_int_equal(pthread_create(&proxy[i].thread, NULL, run_proxy, &proxy[i]), 0);
    }
    for (unsigned i = 0; i < PROXIES; i++) {
        pthread_join(proxy[i].thread, NULL);
        charged += proxy[i].charged_nanousd;
    }
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)charged);
    assert_true(charged > 0 && charged <= 5 * DOLLAR);
    assert_held(&s, KEY, text, "0");
    assert_int_equal(ask_and_wait(s.loop, s.redis, "ZCARD weir:{interns}:leases:b:2026-11").integer, 0);
    stage_close(&s);
}

/* --- the nemesis --- */

struct sufferer {
    pthread_t     thread;
    const char   *url;
    unsigned      seed;
    _Atomic bool *is_over;
    int64_t       charged_nanousd; /* of every call that was reserved, whether its settling arrived or not */
    unsigned      reserved, away;
};

static void *suffer(void *arg)
{
    struct sufferer *p = arg;
    struct loop     *loop = loop_new(0);
    struct redis    *redis = link_new(loop, p->url, 60);
    struct budget    b = budget("b", 5 * DOLLAR);
    while (!*p->is_over) {
        struct asked a;
        begin(redis, &a, &b, 1, DOLLAR / 100, WALL_MS);
        run_until(loop, is_true, &a.is_over);
        p->away += a.verdict == LEDGER_AWAY;
        if (a.verdict != LEDGER_RESERVED)
            continue;
        int64_t cost = rand_r(&p->seed) % (DOLLAR / 10000);
        p->reserved++;
        p->charged_nanousd += cost;
        ledger_settle(redis, &a.r, cost);
    }
    run_until(loop, is_up, redis);
    ask_and_wait(loop, redis, "PING");
    redis_free(&redis);
    loop_free(&loop);
    return NULL;
}

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

/* Redis is frozen, or killed and started again, under proxies that reserve and settle. */
static void torment(struct stage *s)
{
    unsigned seed = 7;
    for (int blow = 0; blow < 8; blow++) {
        pid_t pid = server_pid(s->child);
        nap_ms(20 + rand_r(&seed) % 80);
        if (blow % 4 == 3) {
            kill(pid, SIGKILL);
            struct tended tended = { .stage = s };
            run_until(s->loop, is_up_again, &tended);
        } else {
            kill(pid, SIGSTOP);
            nap_ms(50 + rand_r(&seed) % 200);
            kill(pid, SIGCONT);
        }
    }
}

static int64_t held(struct stage *s, const char *field)
{
    char    line[96];
    int64_t value = -1;
    snprintf(line, sizeof line, "HGET %s %s", KEY, field);
    assert_true(slice_to_i64(slice_str(ask_and_wait(s->loop, s->redis, line).text), &value));
    return value;
}

/* Whatever happens to Redis: no call is charged twice, the budget holds, and what was not settled stands as a
 * lease. */
static void test_a_nemesis(void **state)
{
    (void)state;
    enum { SUFFERERS = 2 };
    struct sufferer sufferer[SUFFERERS];
    _Atomic bool    is_over = false;
    struct stage    s;
    int64_t         charged = 0;
    unsigned        away = 0, reserved = 0;
    stage_open(&s);
    run_until(s.loop, is_up, s.redis);
    for (unsigned i = 0; i < SUFFERERS; i++) {
        sufferer[i] = (struct sufferer){ .url = redis_child_url(s.child), .seed = i + 1, .is_over = &is_over };
        assert_int_equal(pthread_create(&sufferer[i].thread, NULL, suffer, &sufferer[i]), 0);
    }
    torment(&s);
    is_over = true;
    for (unsigned i = 0; i < SUFFERERS; i++) {
        pthread_join(sufferer[i].thread, NULL);
        charged += sufferer[i].charged_nanousd;
        away += sufferer[i].away;
        reserved += sufferer[i].reserved;
    }
    assert_true(reserved > 0 && away > 0); /* it was a nemesis, and they went on */
    run_until(s.loop, is_up, s.redis);
    int64_t spent = held(&s, "spent"), running = held(&s, "running");
    assert_true(spent > 0 && spent <= charged);
    assert_true(running >= 0 && spent + running <= 5 * DOLLAR);
    long long leases = ask_and_wait(s.loop, s.redis, "ZCARD weir:{interns}:leases:b:2026-11").integer;
    assert_int_equal(running, leases * (DOLLAR / 100));
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserved_and_settled),
        cmocka_unit_test(test_exhausted_and_explained),
        cmocka_unit_test(test_all_budgets_or_none),
        cmocka_unit_test(test_what_nobody_settles_lapses),
        cmocka_unit_test(test_cancelled_is_released),
        cmocka_unit_test(test_away_leaves_nothing_reserved),
        cmocka_unit_test(test_an_error_is_away),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_exact_at_the_limit),
        cmocka_unit_test(test_calls_at_once_do_not_overspend),
        cmocka_unit_test(test_proxies_agree_on_the_books),
        cmocka_unit_test(test_a_nemesis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
