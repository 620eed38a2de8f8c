/* test_savings.c - what was saved adds up to the nano-dollar, whoever earned it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/savings.h"

/* Nano-dollars a million tokens, odd so that sums are rounded. */
static const struct provider here = { .name = "here", .zone = 0 }, away = { .name = "away", .zone = 2 };
static const struct model    local = { .name = "local", .provider = &here, .price = { .is_known = true } };
static const struct model    cheap = { .name = "cheap",
                                       .provider = &away,
                                       .price = { .is_known = true,
                                                  .usual = { .input_nanousd = 150000001,
                                                             .cached_nanousd = 75000000,
                                                             .output_nanousd = 600000007 } } };
static const struct model    dear = { .name = "dear",
                                      .provider = &away,
                                      .price = { .is_known = true,
                                                 .usual = { .input_nanousd = 10000000003,
                                                            .cached_nanousd = 1000000000,
                                                            .output_nanousd = 50000000001 } } };

static const struct answer_usage usage = {
    .is_given = true, .prompt_tokens = 1234, .cached_tokens = 77, .completion_tokens = 321
};

static struct outcome_of_request answered(enum answered_by by, const struct model *model, int64_t cost)
{
    return (struct outcome_of_request){
        .by = by, .baseline = &dear, .model = model, .usage = &usage, .cost_nanousd = cost, .asked_bytes = 5000
    };
}

static struct savings saved(const struct outcome_of_request *r)
{
    struct savings s;
    savings_of(r, &s);
    assert_int_equal(s.baseline_nanousd - r->cost_nanousd, savings_sum(&s));
    assert_int_equal(savings_sum(&s),
                     s.by_local_nanousd + s.by_model_nanousd + s.by_cache_nanousd + s.by_compression_nanousd);
    return s;
}

static void who_earned_it(void **state)
{
    (void)state;
    const int64_t whole = price_usage(&dear.price, &usage), cost = price_usage(&cheap.price, &usage);
    struct outcome_of_request r = answered(BY_LOCAL, &local, 0);
    assert_int_equal(saved(&r).by_local_nanousd, whole);
    r = answered(BY_CACHE, &cheap, 0);
    assert_int_equal(saved(&r).by_cache_nanousd, whole);
    r = answered(BY_REMOTE, &cheap, cost);
    assert_int_equal(saved(&r).by_model_nanousd, whole - cost);
    assert_int_equal(saved(&r).by_local_nanousd, 0);
    r = answered(BY_REMOTE, &dear, whole);
    assert_int_equal(savings_sum(&(struct savings){ 0 }), 0);
    assert_int_equal(saved(&r).by_model_nanousd, 0);
}

/* 1234 tokens in 5000 bytes: 2500 bytes that were left out are 617. */
static void words_left_out_are_put_back(void **state)
{
    (void)state;
    const int64_t             short_cost = price_usage(&dear.price, &usage);
    struct answer_usage       longer = usage;
    struct outcome_of_request r = answered(BY_REMOTE, &dear, short_cost + 1000);
    r.summaries_nanousd = 1000;
    r.left_out_bytes = 2500;
    longer.prompt_tokens += 617;
    assert_int_equal(saved(&r).baseline_nanousd, price_usage(&dear.price, &longer));
    assert_int_equal(saved(&r).by_compression_nanousd, price_usage(&dear.price, &longer) - short_cost - 1000);
    assert_int_equal(saved(&r).by_model_nanousd, 0);
    r.left_out_bytes = 0; /* summaries that were of no use cost all the same */
    assert_int_equal(saved(&r).by_compression_nanousd, -1000);
    r.left_out_bytes = INT64_MAX;
    assert_true(saved(&r).by_compression_nanousd > 0);
}

/* A draft that was paid and thrown away. */
static void what_costs_more_is_negative(void **state)
{
    (void)state;
    struct outcome_of_request r = answered(BY_REMOTE, &dear, price_usage(&dear.price, &usage) + 5);
    assert_int_equal(saved(&r).by_model_nanousd, -5);
}

static void nobody_saves_nothing(void **state)
{
    (void)state;
    struct outcome_of_request r = answered(BY_NOBODY, &cheap, 17);
    r.left_out_bytes = 100;
    assert_int_equal(saved(&r).baseline_nanousd, 17);
    r = answered(BY_REMOTE, &cheap, 17);
    r.is_unpriced = true;
    assert_int_equal(saved(&r).baseline_nanousd, 17);
    assert_int_equal(savings_sum(&(struct savings){ .by_local_nanousd = INT64_MAX, .by_cache_nanousd = 1 }),
                     INT64_MAX);
}

/* Then it is compared with who answered: the cache still saves what asking again would cost. */
static void without_a_baseline(void **state)
{
    (void)state;
    struct outcome_of_request r = answered(BY_CACHE, &cheap, 0);
    r.baseline = NULL;
    assert_int_equal(saved(&r).by_cache_nanousd, price_usage(&cheap.price, &usage));
    r = answered(BY_LOCAL, &local, 0);
    r.baseline = NULL;
    assert_int_equal(saved(&r).by_local_nanousd, 0);
}

static void the_dearest_far_away(void **state)
{
    (void)state;
    struct model    models[] = { local, cheap, dear, dear, dear };
    struct settings settings = { .model = models, .model_count = 5 };
    models[0].price.usual.input_nanousd = INT64_MAX; /* near: it does not count */
    models[3].price.is_known = false;
    models[3].price.usual.input_nanousd = INT64_MAX;
    models[4].source.kind = PRICE_ASSUMED; /* it would make all look saved */
    models[4].price.usual.input_nanousd = INT64_MAX;
    assert_ptr_equal(dearest_model(&settings), &models[2]);
    settings.model_count = 1;
    assert_null(dearest_model(&settings));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_earned_it),
        cmocka_unit_test(words_left_out_are_put_back),
        cmocka_unit_test(what_costs_more_is_negative),
        cmocka_unit_test(nobody_saves_nothing),
        cmocka_unit_test(without_a_baseline),
        cmocka_unit_test(the_dearest_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
