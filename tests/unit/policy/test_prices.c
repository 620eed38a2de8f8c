/* test_prices.c - money to the nano-dollar. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/decide.h"

/* gpt-5's: 1.25, 0.125 and 10 dollars a million. */
static const struct price gpt_5 = {
    .is_known = true,
    .usual = { .input_nanousd = 1250000000, .cached_nanousd = 125000000, .output_nanousd = 10000000000 },
};

static void usage_is_exact(void **state)
{
    (void)state;
    struct answer_usage usage = { .is_given = true, .prompt_tokens = 1000, .completion_tokens = 100 };
    assert_int_equal(price_usage(&gpt_5, &usage), 1250000 + 1000000);
    usage.cached_tokens = 800; /* within the 1000: 200 at the full price */
    assert_int_equal(price_usage(&gpt_5, &usage), 250000 + 100000 + 1000000);
    usage.reasoning_tokens = 50; /* within the 100 */
    assert_int_equal(price_usage(&gpt_5, &usage), 1350000);
}

/* Each part at its own price, each token once; without a price of its own a part costs what the whole does. */
static void parts_have_prices_of_their_own(void **state)
{
    (void)state;
    struct price        price = gpt_5;
    struct answer_usage usage = { .is_given = true,
                                  .prompt_tokens = 1000,
                                  .cached_tokens = 500,
                                  .written_tokens = 200,
                                  .audio_prompt_tokens = 100,
                                  .completion_tokens = 100,
                                  .reasoning_tokens = 60,
                                  .audio_completion_tokens = 10 };
    assert_int_equal(price_usage(&price, &usage), 500 * 125 + 500 * 1250 + 100 * 10000);
    price.usual.written_nanousd = 1600000000;
    price.usual.audio_input_nanousd = 40000000000;
    price.usual.reasoning_nanousd = 5000000000;
    price.usual.audio_output_nanousd = 80000000000;
    assert_int_equal(price_usage(&price, &usage),
                     500 * 125 + 200 * 1600 + 100 * 40000 + 200 * 1250 + 60 * 5000 + 10 * 80000 + 30 * 10000);
    const struct model model = { .name = "m", .sent_as = "s", .price = price };
    struct fault       why;
    int64_t            worst;
    assert_true(price_worst(&model, 1000, 100, 1, &worst, &why));
    assert_int_equal(worst, 1000 * 40000 + 100 * 80000); /* whatever it is made of */
}

/* For an hour it costs more than for five minutes; what has no price of its own, what its neighbour does. */
static void writing_for_an_hour_has_a_price_of_its_own(void **state)
{
    (void)state;
    struct price        price = gpt_5;
    struct answer_usage usage = {
        .is_given = true, .prompt_tokens = 1000, .written_tokens = 700, .written_hour_tokens = 300
    };
    price.usual.written_nanousd = 1600000000;
    assert_int_equal(price_usage(&price, &usage), 700 * 1600 + 300 * 1250);
    price.usual.written_hour_nanousd = 2500000000;
    assert_int_equal(price_usage(&price, &usage), 300 * 2500 + 400 * 1600 + 300 * 1250);
    usage.written_hour_tokens = -1; /* not told */
    assert_int_equal(price_usage(&price, &usage), 700 * 1600 + 300 * 1250);
    usage.written_hour_tokens = 5000; /* no more than was written */
    assert_int_equal(price_usage(&price, &usage), 700 * 2500 + 300 * 1250);
    const struct model model = { .name = "m", .sent_as = "s", .price = price };
    struct fault       why;
    int64_t            worst;
    assert_true(price_worst(&model, 1000, 0, 1, &worst, &why));
    assert_int_equal(worst, 1000 * 2500);
}

/* Absent is not zero: each half that was not told is estimated, high. */
static void what_is_not_told_is_estimated(void **state)
{
    (void)state;
    const struct answer_usage none = { 0 },
                              prompt = { .is_given = true, .prompt_tokens = 7, .completion_tokens = -1 },
                              all = { .is_given = true, .prompt_tokens = 7, .completion_tokens = 0 };
    struct answer_usage whole = usage_whole(&none, 300, 31);
    assert_true(!whole.is_given && whole.prompt_tokens == 101 && whole.completion_tokens == 11);
    whole = usage_whole(&prompt, 300, 31);
    assert_true(!whole.is_given && whole.prompt_tokens == 7 && whole.completion_tokens == 11);
    whole = usage_whole(&all, 300, 31);
    assert_true(whole.is_given && whole.prompt_tokens == 7 && whole.completion_tokens == 0);
}

static void a_part_of_a_nano_dollar_is_one(void **state)
{
    (void)state;
    struct price        cheap = { .is_known = true,
                                  .usual = { .input_nanousd = 1, .cached_nanousd = 1, .output_nanousd = 1 } };
    struct answer_usage one = { .is_given = true, .prompt_tokens = 1 };
    struct answer_usage million = { .is_given = true, .prompt_tokens = 1000000 };
    struct answer_usage none = { .is_given = true };
    assert_int_equal(price_usage(&cheap, &one), 1);
    assert_int_equal(price_usage(&cheap, &million), 1);
    assert_int_equal(price_usage(&cheap, &none), 0);
}

static void odd_usage_costs_no_less_than_nothing(void **state)
{
    (void)state;
    struct answer_usage negative = {
        .is_given = true, .prompt_tokens = -5, .completion_tokens = -5, .cached_tokens = -5
    };
    struct answer_usage more_cached = { .is_given = true, .prompt_tokens = 10, .cached_tokens = 1000 };
    struct answer_usage huge = { .is_given = true, .prompt_tokens = INT64_MAX, .completion_tokens = INT64_MAX };
    assert_int_equal(price_usage(&gpt_5, &negative), 0);
    assert_int_equal(price_usage(&gpt_5, &more_cached), 1250);
    assert_int_equal(price_usage(&gpt_5, &huge), INT64_MAX);
}

static void the_worst_case(void **state)
{
    (void)state;
    struct model model = {
        .name = "m", .sent_as = "s", .price = gpt_5, .context_tokens = 10000, .output_tokens = 1000
    };
    struct fault why;
    int64_t      cost;
    assert_true(price_worst(&model, 400, 50, 1, &cost, &why));
    assert_int_equal(cost, 400 * 1250 + 50 * 10000);
    assert_true(price_worst(&model, 400, -1, 1, &cost, &why)); /* all that it may write */
    assert_int_equal(cost, 400 * 1250 + 1000 * 10000);
    assert_true(price_worst(&model, 400, 5000, 1, &cost, &why)); /* more than it can */
    assert_int_equal(cost, 400 * 1250 + 1000 * 10000);
    assert_true(price_worst(&model, 400, 50, 3, &cost, &why)); /* three answers, one prompt */
    assert_int_equal(cost, 400 * 1250 + 3 * 50 * 10000);
    assert_true(price_worst(&model, 1 << 30, 50, 1, &cost, &why)); /* more than it reads */
    assert_int_equal(cost, 10000 * 1250 + 50 * 10000);
}

static void the_worst_case_does_not_overflow(void **state)
{
    (void)state;
    struct price dear = {
        .is_known = true,
        .usual = { .input_nanousd = INT64_MAX, .cached_nanousd = INT64_MAX, .output_nanousd = INT64_MAX }
    };
    struct model model = { .name = "m", .sent_as = "s", .price = dear };
    struct fault why;
    int64_t      cost;
    assert_true(price_worst(&model, INT64_MAX, INT64_MAX, INT64_MAX, &cost, &why));
    assert_int_equal(cost, INT64_MAX);
    assert_true(price_worst(&model, 0, 1, INT64_MAX, &cost, &why));
    assert_int_equal(cost, INT64_MAX);
}

static void a_long_prompt_makes_all_of_it_dearer(void **state)
{
    (void)state;
    struct price price = {
        .is_known = true,
        .usual = { .input_nanousd = 2000, .cached_nanousd = 200, .output_nanousd = 10000 },
        .long_above_tokens = 1000,
        .when_long = { .input_nanousd = 4000, .cached_nanousd = 400, .output_nanousd = 15000 },
    };
    struct model        model = { .name = "m", .sent_as = "s", .price = price, .output_tokens = 1000000 };
    struct fault        why;
    int64_t             cost;
    struct answer_usage usage = { .is_given = true, .prompt_tokens = 1000, .completion_tokens = 1000000 };
    assert_int_equal(price_usage(&price, &usage), 2 + 10000);
    usage.prompt_tokens = 2000;
    usage.cached_tokens = 1000;
    assert_int_equal(price_usage(&price, &usage), 5 + 15000); /* 4 + 0.4, rounded up */
    assert_true(price_worst(&model, 1000, -1, 1, &cost, &why));
    assert_int_equal(cost, 2 + 10000);
    assert_true(price_worst(&model, 2000, -1, 1, &cost, &why));
    assert_int_equal(cost, 8 + 15000);
}

static void no_price_no_promise(void **state)
{
    (void)state;
    struct model model = { .name = "m", .sent_as = "s" };
    struct fault why;
    int64_t      cost;
    assert_false(price_worst(&model, 1, 1, 1, &cost, &why));
    assert_int_equal(why.kind, FAULT_NO_PRICE);
    model.price = gpt_5; /* but how much it may write is not known */
    assert_false(price_worst(&model, 1, -1, 1, &cost, &why));
    assert_true(price_worst(&model, 1, 1, 1, &cost, &why));
    model.price = (struct price){ .is_known = true }; /* runs at home */
    assert_true(price_worst(&model, 1000, -1, 1, &cost, &why));
    assert_int_equal(cost, 0);
}

static void amounts_have_nine_decimals(void **state)
{
    (void)state;
    char out[32];
    nanousd_format(123450, out);
    assert_string_equal(out, "0.000123450");
    nanousd_format(INT64_MAX, out);
    assert_string_equal(out, "9223372036.854775807");
    nanousd_format(INT64_MIN, out);
    assert_string_equal(out, "-9223372036.854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_exact),
        cmocka_unit_test(parts_have_prices_of_their_own),
        cmocka_unit_test(writing_for_an_hour_has_a_price_of_its_own),
        cmocka_unit_test(what_is_not_told_is_estimated),
        cmocka_unit_test(a_part_of_a_nano_dollar_is_one),
        cmocka_unit_test(odd_usage_costs_no_less_than_nothing),
        cmocka_unit_test(the_worst_case),
        cmocka_unit_test(the_worst_case_does_not_overflow),
        cmocka_unit_test(a_long_prompt_makes_all_of_it_dearer),
        cmocka_unit_test(no_price_no_promise),
        cmocka_unit_test(amounts_have_nine_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
