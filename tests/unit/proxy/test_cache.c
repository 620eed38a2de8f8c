/* test_cache.c - answers remembered in a real Redis; and what is not an answer of ours is a miss. */
#include "redis_stage.h"

#include "base/buf.h"
#include "cache.h"

static const int64_t WALL_MS = INT64_C(1795400000000);

struct recalled {
    bool          is_over, is_hit;
    unsigned      calls;
    struct cached hit;
    char          model[64];
    struct buf    answer;
};

static void on_recalled(void *arg, const struct cached *hit)
{
    struct recalled *r = arg;
    r->is_over = true;
    r->calls++;
    r->is_hit = hit;
    if (!hit)
        return;
    r->hit = *hit;
    snprintf(r->model, sizeof r->model, "%.*s", SLICE_ARG(hit->model));
    buf_add(&r->answer, hit->answer);
}

static struct recalled recall(struct stage *s, struct cache_key *key, int64_t wall_ms)
{
    struct recalled r = { .answer = { .ceiling = 1 << 24 } };
    cache_recall(s->redis, key, wall_ms, on_recalled, &r);
    assert_int_equal(r.calls, 0);
    run_until(s->loop, is_true, &r.is_over);
    assert_int_equal(r.calls, 1);
    return r;
}

static struct cache_key key_of(const char *team, const char *route, const char *model, const char *body)
{
    struct cache_key key;
    cache_key_make(&key, team, route, model, slice_str(body));
    return key;
}

static void test_kept_and_recalled(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct cache_key key = key_of("interns", "easy", "small", "{\"messages\":[]}");
    assert_false(recall(&s, &key, WALL_MS).is_hit);

    struct cached answer = { .is_stream = true,
                             .cost_nanousd = 123456789012345,
                             .model = S("small"),
                             .answer = slice_of("data: \0\n\n", 9) };
    cache_keep(s.redis, &key, &answer, 60000, WALL_MS);
    struct recalled r = recall(&s, &key, WALL_MS + 1500);
    assert_true(r.is_hit);
    assert_true(r.hit.is_stream);
    assert_int_equal(r.hit.age_ms, 1500);
    assert_int_equal(r.hit.cost_nanousd, 123456789012345);
    assert_string_equal(r.model, "small");
    assert_true(slice_eq(buf_slice(&r.answer), answer.answer));
    buf_fini(&r.answer);

    r = recall(&s, &key, WALL_MS - 5000); /* a clock that was set back */
    assert_int_equal(r.hit.age_ms, 0);
    buf_fini(&r.answer);
    stage_close(&s);
}

static void test_it_ends(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct cache_key key = key_of("t", "r", "m", "b"), never = key_of("t", "r", "m", "c");
    struct cached    answer = { .model = S("m"), .answer = S("{}") };
    char             line[160];
    cache_keep(s.redis, &never, &answer, 0, WALL_MS);
    assert_false(recall(&s, &never, WALL_MS).is_hit);

    snprintf(line, sizeof line, "PTTL %s", key.text);
    cache_keep(s.redis, &key, &answer, 5000, WALL_MS);
    long long left_ms = ask_and_wait(s.loop, s.redis, line).integer;
    assert_true(left_ms > 0 && left_ms <= 5000);
    cache_keep(s.redis, &key, &answer, INT64_MAX, WALL_MS); /* 90 days at most */
    left_ms = ask_and_wait(s.loop, s.redis, line).integer;
    assert_true(left_ms > INT64_C(89) * 86400000 && left_ms <= INT64_C(90) * 86400000);
    stage_close(&s);
}

static void test_each_part_makes_another_key(void **state)
{
    (void)state;
    struct cache_key keys[] = {
        key_of("team", "route", "model", "body"),  key_of("Team", "route", "model", "body"),
        key_of("team", "routes", "model", "body"), key_of("team", "route", "models", "body"),
        key_of("team", "route", "model", "body "), key_of("team", "routem", "odel", "body"),
        key_of("teamr", "oute", "model", "body"),  key_of("team", "route", "model", ""),
        key_of("a}:{b", "route", "model", "body"),
    };
    size_t count = sizeof keys / sizeof *keys;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(keys[i].text, keys[j].text);
    assert_string_equal(keys[0].text, key_of("team", "route", "model", "body").text);

    /* One hash tag a team, whatever its name holds. */
    assert_memory_equal(keys[0].text, "weir:{", 6);
    assert_memory_equal(keys[0].text, keys[2].text, strlen("weir:{0123456789abcdef}"));
    assert_memory_equal(keys[8].text + 6 + 16, "}:cache:", 8);
}

/* Whatever else stands under the key, cut at each byte or of another kind, is a miss. */
static void test_what_is_not_ours_is_a_miss(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct cache_key key = key_of("t", "r", "m", "b");
    struct cached    answer = { .model = S("model"), .answer = S("{\"a\":1}"), .cost_nanousd = 5 };
    cache_keep(s.redis, &key, &answer, 60000, WALL_MS);
    assert_string_equal(ask_and_wait(s.loop, s.redis, "PING").text, "PONG");

    redisContext *c = behind(s.child);
    redisReply   *entry = redisCommand(c, "GET %s", key.text);
    assert_int_equal(entry->len, 33 + 5 + 7);
    for (size_t len = 0; len < entry->len; len++) {
        freeReplyObject(redisCommand(c, "SET %s %b", key.text, entry->str, len));
        assert_false(recall(&s, &key, WALL_MS).is_hit);
    }
    static const size_t broken[] = { 0, 7, 15, 23, 27, 31, 32 }; /* a byte of each field that has a bound */
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        entry->str[broken[i]] ^= (char)0x80;
        freeReplyObject(redisCommand(c, "SET %s %b", key.text, entry->str, entry->len));
        assert_false(recall(&s, &key, WALL_MS).is_hit);
        entry->str[broken[i]] ^= (char)0x80;
    }
    freeReplyObject(redisCommand(c, "DEL %s", key.text));
    freeReplyObject(redisCommand(c, "LPUSH %s %b", key.text, entry->str, entry->len));
    assert_false(recall(&s, &key, WALL_MS).is_hit);
    freeReplyObject(entry);
    redisFree(c);
    stage_close(&s);
}

static void test_too_large_is_not_kept(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    struct cache_key key = key_of("t", "r", "m", "b");
    char            *large = calloc(1, CACHE_ANSWER_MOST_BYTES);
    assert_non_null(large);
    struct cached answer = { .model = S("m"), .answer = slice_of(large, CACHE_ANSWER_MOST_BYTES) };
    cache_keep(s.redis, &key, &answer, 60000, WALL_MS);
    assert_false(recall(&s, &key, WALL_MS).is_hit);

    answer.answer.len -= 1024;
    cache_keep(s.redis, &key, &answer, 60000, WALL_MS);
    struct recalled r = recall(&s, &key, WALL_MS);
    assert_true(r.is_hit);
    assert_int_equal(r.answer.len, answer.answer.len);
    buf_fini(&r.answer);
    free(large);
    stage_close(&s);
}

static void test_away_is_a_miss_and_cancelled_is_silent(void **state)
{
    (void)state;
    struct loop     *loop = loop_new(0);
    struct stage     s = { .loop = loop,
                           .redis = link_new(loop, "unix:///tmp/weir-nobody/redis.sock", DEADLINE_MS) };
    struct cache_key key = key_of("t", "r", "m", "b"), other = key;
    struct recalled  cancelled = { 0 };
    uint64_t         id = cache_recall(s.redis, &other, WALL_MS, on_recalled, &cancelled);
    assert_ptr_equal(redis_cancel(s.redis, id), &other);
    assert_false(recall(&s, &key, WALL_MS).is_hit);
    assert_int_equal(cancelled.calls, 0);
    redis_free(&s.redis);
    loop_free(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_and_recalled),
        cmocka_unit_test(test_it_ends),
        cmocka_unit_test(test_each_part_makes_another_key),
        cmocka_unit_test(test_what_is_not_ours_is_a_miss),
        cmocka_unit_test(test_too_large_is_not_kept),
        cmocka_unit_test(test_away_is_a_miss_and_cancelled_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
