/* test_providers.c - what is known of providers: who is asked, who is left alone, and until when. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"
#include "providers.h"

#include <pthread.h>

static struct provider provider[] = {
    { .name = "near", .zone = 0, .url = { .host = "a" }, .breaker = { 2, 1000, 500 } },
    { .name = "far", .zone = 2, .url = { .host = "b" }, .breaker = { 2, 1000, 500 } },
};
static struct model model[] = {
    { .name = "small", .provider = &provider[0], .sent_as = "qwen3" },
    { .name = "large", .provider = &provider[1], .sent_as = "gpt" },
    { .name = "other", .provider = &provider[1], .sent_as = "gpt-2" },
};
enum { SMALL, LARGE, OTHER };
static struct settings settings = {
    .provider = provider, .provider_count = 2, .model = model, .model_count = 3
};

static struct providers *known;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    known = providers_new();
    provider[1].key = "old";
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    providers_free(&known);
    return 0;
}

/* The word for why it is not asked; "up" where it was, and ended so. */
static const char *ask(int which, int64_t now_ms, enum leg_end end, int64_t wait_ms)
{
    struct resting rests;
    if (!providers_begin(known, &model[which], now_ms, &rests)) {
        assert_true(rests.wait_ms > 0);
        return rest_word(rests.why);
    }
    providers_end(known, &model[which], &(struct leg_told){ end, 1000, wait_ms }, now_ms);
    return "up";
}

static void who_fails_is_left_alone_with_all_its_models(void **state)
{
    (void)state;
    assert_string_equal(ask(LARGE, 1000, LEG_FAILED, 0), "up");
    assert_string_equal(ask(OTHER, 1000, LEG_FAILED, 0), "up");
    assert_string_equal(ask(LARGE, 1100, LEG_WENT_WELL, 0), "failing");
    assert_string_equal(ask(SMALL, 1100, LEG_WENT_WELL, 0), "up");
    assert_true(providers_are_away(known, &settings, 1100));
    assert_int_equal(providers_used_ms(known, &provider[1], 1100), -1);
    assert_string_equal(ask(OTHER, 1500, LEG_WENT_WELL, 0), "up");
    assert_false(providers_are_away(known, &settings, 1500));
    assert_int_equal(providers_used_ms(known, &provider[1], 1500), 1500);
}

static void a_key_that_is_refused_is_tried_again_after_a_minute_or_when_it_has_changed(void **state)
{
    (void)state;
    assert_string_equal(ask(LARGE, 1000, LEG_KEY, 0), "up");
    assert_string_equal(ask(OTHER, 2000, LEG_WENT_WELL, 0), "key");
    assert_string_equal(ask(LARGE, 61000, LEG_KEY, 0), "up");
    assert_string_equal(ask(LARGE, 130000, LEG_KEY, 0), "key"); /* twice as long */
    provider[1].key = "new";
    assert_string_equal(ask(LARGE, 130000, LEG_WENT_WELL, 0), "up");
    assert_string_equal(ask(LARGE, 130000, LEG_WENT_WELL, 0), "up");
}

static void nothing_is_held_against_who_has_no_breaker_but_its_own_words(void **state)
{
    (void)state;
    const struct breaker_rule rule = provider[1].breaker;
    provider[1].breaker = (struct breaker_rule){ 0 };
    assert_string_equal(ask(LARGE, 1000, LEG_KEY, 0), "up");
    assert_string_equal(ask(LARGE, 1000, LEG_LIMITED, -1), "up");
    for (int i = 0; i < 9; i++)
        assert_string_equal(ask(LARGE, 1000, LEG_FAILED, 0), "up");
    assert_string_equal(ask(LARGE, 1000, LEG_LIMITED, 100), "up");
    assert_string_equal(ask(LARGE, 1000, LEG_WENT_WELL, 0), "limited");
    provider[1].breaker = rule;
}

static void a_pause_is_the_models_alone(void **state)
{
    (void)state;
    assert_string_equal(ask(LARGE, 1000, LEG_LIMITED, 300), "up");
    assert_string_equal(ask(LARGE, 1200, LEG_WENT_WELL, 0), "limited");
    assert_string_equal(ask(OTHER, 1200, LEG_WENT_WELL, 0), "up");
    assert_string_equal(ask(LARGE, 1300, LEG_WENT_WELL, 0), "up");
}

static void a_trial_that_ends_without_a_word_leaves_it_to_the_next(void **state)
{
    (void)state;
    (void)ask(LARGE, 1000, LEG_FAILED, 0);
    (void)ask(LARGE, 1000, LEG_FAILED, 0);
    assert_string_equal(ask(LARGE, 1500, LEG_SAID_NOTHING, 0), "up");
    assert_string_equal(ask(LARGE, 1500, LEG_WENT_WELL, 0), "up");
    assert_string_equal(ask(LARGE, 1500, LEG_WENT_WELL, 0), "up");
}

static void how_they_stand(void **state)
{
    (void)state;
    struct resting  rests;
    struct standing standing[3];
    assert_true(providers_begin(known, &model[LARGE], 1000, &rests));
    assert_true(providers_begin(known, &model[LARGE], 1000, &rests));
    (void)ask(OTHER, 1000, LEG_LIMITED, 5000);
    providers_told(known, &provider[0],
                   &(struct health){ .busy = 7, .has_loaded = true, .loaded = S("qwen2\nqwen3:latest\n") });
    providers_stand(known, &settings, 1000, standing);
    assert_int_equal(standing[LARGE].busy, 2);
    assert_true(standing[OTHER].is_away);
    assert_int_equal(standing[OTHER].first_byte_us, 1000);
    assert_int_equal(standing[SMALL].busy, 7);
    assert_false(standing[SMALL].is_cold);
    providers_told(known, &provider[0], &(struct health){ .rest = REST_STARTING, .has_loaded = true });
    providers_stand(known, &settings, 1000, standing);
    assert_true(standing[SMALL].is_cold && standing[SMALL].is_away);
    assert_string_equal(ask(SMALL, 1000, LEG_WENT_WELL, 0), "starting");
}

static void it_is_told_in_json_and_metrics(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    (void)ask(LARGE, 1000, LEG_KEY, 0);
    providers_write_json(known, &settings, 1000, &out);
    assert_true(slice_is(buf_slice(&out), "{\"near\":\"up\",\"far\":\"key\"}"));
    buf_reset(&out);
    providers_write_metrics(known, &settings, 1000, &out);
    assert_true(slice_find(buf_slice(&out), S("weir_provider_up{provider=\"far\"} 0\n")) != SLICE_NONE);
    assert_true(slice_find(buf_slice(&out), S("weir_edge_alone 1\n")) != SLICE_NONE);
    buf_fini(&out);
}

static void *ask_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2000; i++)
        (void)ask(i % 3, 1000 + i, i % 5 ? LEG_WENT_WELL : LEG_FAILED, 0);
    return NULL;
}

static void threads_may_ask_at_once(void **state)
{
    (void)state;
    pthread_t       thread[4];
    struct standing standing[3];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask_often, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    providers_stand(known, &settings, 9000, standing);
    for (int i = 0; i < 3; i++)
        assert_int_equal(standing[i].busy, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_fails_is_left_alone_with_all_its_models),
        TEST(a_key_that_is_refused_is_tried_again_after_a_minute_or_when_it_has_changed),
        TEST(nothing_is_held_against_who_has_no_breaker_but_its_own_words),
        TEST(a_pause_is_the_models_alone),
        TEST(a_trial_that_ends_without_a_word_leaves_it_to_the_next),
        TEST(how_they_stand),
        TEST(it_is_told_in_json_and_metrics),
        TEST(threads_may_ask_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
