/* test_cache_admin.c - the books walked, and what others may have written into them. */
#include "redis_stage.h"

#include "cache_admin.h"

struct seen {
    bool             is_over, is_away;
    unsigned         rows, spaces;
    int64_t          entries, bytes, kept, purged;
    struct cache_row last;
    char             model[32];
};

static void on_row(void *arg, const struct cache_row *row)
{
    struct seen *s = arg;
    s->rows++;
    s->last = *row;
    snprintf(s->model, sizeof s->model, "%.*s", SLICE_ARG(row->model));
}

static void on_space(void *arg, const struct cache_space *space)
{
    struct seen *s = arg;
    s->spaces++;
    s->entries += space->entries;
    s->bytes += space->bytes;
    s->kept += space->kept;
}

static void on_end(void *arg, int64_t purged, const struct fault *why)
{
    struct seen *s = arg;
    s->is_over = true;
    s->is_away = why && why->kind == FAULT_REDIS_AWAY;
    s->purged = purged;
}

static const struct cache_visitor visitor = { on_row, on_space, on_end };

static struct seen walk(struct stage *s, struct cache_filter filter, bool purges)
{
    struct seen seen = { .is_over = false };
    (void)cache_walk(s->redis, &filter, loop_wall_ms(s->loop), purges, &visitor, &seen);
    run_until(s->loop, is_true, &seen.is_over);
    return seen;
}

static const struct cache_secret secret = { { "the hash's" }, { "the seal's" } };

/* `count` answers of a team, the nth made by "m<n>". */
static void keep_some(struct stage *s, struct cache *cache, const char *team, int count)
{
    const struct cache_walls walls = { .space = team };
    for (int i = 0; i < count; i++) {
        char                       name[16];
        struct cache_ask           ask = { .secret = &secret };
        const struct cache_keeping keeping = { .walls = &walls,
                                               .entry_most_bytes = 1 << 20,
                                               .most_bytes = 1 << 30 };
        snprintf(name, sizeof name, "m%d", i);
        const struct question question = { .context = S("c"),
                                           .turn = slice_str(name),
                                           .words = slice_str(name) };
        struct cached         answer = {
                    .keep_ms = 60000, .model = slice_str(name), .route = S("r"), .answer = S("{}")
        };
        cache_key_make(&ask.key, &secret, &walls, &question);
        cache_keep(cache, &ask, &answer, &keeping);
        cache_release(&ask, CACHE_NEXT);
    }
    ask_and_wait(s->loop, s->redis, "PING");
}

static void test_all_are_seen_and_those_named_forgotten(void **state)
{
    (void)state;
    enum { MANY = 700 }; /* more than a page, and than are purged at once */
    struct stage    s;
    struct metrics *metrics = metrics_new();
    stage_open(&s);
    struct cache *cache = cache_new(s.loop, s.redis, metrics);
    keep_some(&s, cache, "interns", MANY);
    keep_some(&s, cache, "others", 3);

    struct seen all = walk(&s, (struct cache_filter){ .key = S("") }, false);
    assert_int_equal(all.spaces, 2);
    assert_int_equal(all.rows, MANY + 3);
    assert_int_equal(all.entries, MANY + 3);
    assert_int_equal(all.kept, MANY + 3);
    assert_true(all.bytes > (MANY + 3) * 36);

    struct cache_filter filter = { .team = S("interns"), .model = S("m7") };
    struct seen         one = walk(&s, filter, false);
    assert_true(one.spaces == 1 && one.rows == 1);
    assert_string_equal(one.model, "m7");
    assert_true(one.last.ends_ms - one.last.made_ms == 60000 && one.last.keep_ms == 60000);
    filter = (struct cache_filter){ .team = S("others"), .has_turn = true };
    cache_turn_hash(&secret, S("m2"), filter.turn);
    assert_int_equal(walk(&s, filter, true).purged, 1);
    filter = (struct cache_filter){ .older_ms = 3600000 };
    assert_int_equal(walk(&s, filter, true).purged, 0);
    filter = (struct cache_filter){ .share = S("interns") };
    assert_int_equal(walk(&s, filter, true).purged, 0);
    assert_int_equal(walk(&s, (struct cache_filter){ .team = S("interns") }, true).purged, MANY);
    struct seen left = walk(&s, (struct cache_filter){ .key = S("") }, false);
    assert_true(left.rows == 2 && left.bytes > 0);

    char tag[CACHE_TAG_BYTES + 1], line[120];
    cache_tag_make(tag, "interns", false);
    snprintf(line, sizeof line, "HGET weir:{%s}:cache:about bytes", tag);
    assert_string_equal(ask_and_wait(s.loop, s.redis, line).text, "0");
    snprintf(line, sizeof line, "ZCARD weir:{%s}:cache:index", tag);
    assert_int_equal(ask_and_wait(s.loop, s.redis, line).integer, 0);
    cache_free(&cache);
    metrics_free(&metrics);
    stage_close(&s);
}

/* Whoever can write to Redis may write this. */
static void test_what_others_wrote_is_passed_over(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "HSET weir:cache:spaces short x",
        "HSET weir:cache:spaces 0123456789abcdef nonsense",
        "HSET weir:{0123456789abcdef}:cache:about bytes many",
        "HSET weir:{0123456789abcdef}:cache:about 00 5",
        "HSET weir:{0123456789abcdef}:cache:about "
        "0000000000000000000000000000000000000000000000000000000000000000 x",
        "HSET weir:{0123456789abcdef}:cache:about "
        "1111111111111111111111111111111111111111111111111111111111111111 5",
        "HSET weir:{0123456789abcdef}:cache:sum kept lots hits -5",
    };
    struct stage s;
    stage_open(&s);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ask_and_wait(s.loop, s.redis, lines[i]);
    redisContext *c = behind(s.child);
    freeReplyObject(redisCommand(c, "HSET weir:{0123456789abcdef}:cache:about %s %s",
                                 "2222222222222222222222222222222222222222222222222222222222222222",
                                 "5 {\"made_ms\":\"x\",\"model\":[]}"));
    struct seen seen = walk(&s, (struct cache_filter){ .key = S("") }, true);
    assert_true(seen.spaces == 1 && seen.rows == 0 && seen.purged == 0 && !seen.is_away);

    freeReplyObject(redisCommand(c, "SET weir:{0123456789abcdef}:cache:sum text"));
    assert_true(walk(&s, (struct cache_filter){ .key = S("") }, true).is_away);
    freeReplyObject(redisCommand(c, "SET weir:cache:spaces text"));
    assert_true(walk(&s, (struct cache_filter){ .key = S("") }, true).is_away);
    redisFree(c);
    stage_close(&s);
}

static void test_away_and_cancelled(void **state)
{
    (void)state;
    struct loop              *loop = loop_new(0);
    struct stage              s = { .loop = loop,
                                    .redis = link_new(loop, "unix:///tmp/weir-nobody/redis.sock", DEADLINE_MS) };
    const struct cache_filter all = { .key = S("") };
    struct seen               cancelled = { .is_over = false };
    struct cache_walk        *walking = cache_walk(s.redis, &all, 0, false, &visitor, &cancelled);
    cache_walk_cancel(&walking);
    assert_null(walking);
    assert_true(walk(&s, all, false).is_away);
    assert_false(cancelled.is_over);
    redis_free(&s.redis);
    loop_free(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_seen_and_those_named_forgotten),
        cmocka_unit_test(test_what_others_wrote_is_passed_over),
        cmocka_unit_test(test_away_and_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
