/* test_booking.c - which lines a request has, how short an answer must be to fit, and what clients are told of
 * limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "booking.h"

#include <stdio.h>
#include <string.h>

static const struct provider near = { .name = "p" };

/* A dollar a thousand tokens read, ten a thousand written. */
static const struct model        model = { .name = "m",
                                           .sent_as = "s",
                                           .provider = &near,
                                           .price = { .is_known = true,
                                                      .usual = { .input_nanousd = INT64_C(1000000000000),
                                                                 .output_nanousd = INT64_C(10000000000000) } },
                                           .output_tokens = 1000 };
static const struct model *const models[] = { &model };

enum { READ_NANOUSD = 1000000, WRITTEN_NANOUSD = 10000000 }; /* a token */

static struct estimate estimate_of(int64_t max_tokens, int64_t choices)
{
    return (struct estimate){
        .model = models, .models = 1, .prompt_bytes = 100, .max_tokens = max_tokens, .choices = choices
    };
}

/* The most that fits: not one token more would, and it never writes more than was asked for. */
static void test_an_answer_is_as_long_as_there_is_room_for(void **state)
{
    (void)state;
    const struct budget budget = { .name = "b" };
    const int64_t       prompt = 100 * READ_NANOUSD;
    const struct {
        int64_t max_tokens, choices, left, charged, wanted;
    } cases[] = {
        { 500, 1, prompt + 20 * WRITTEN_NANOUSD, 0, 20 },
        { 500, 1, prompt + 20 * WRITTEN_NANOUSD - 1, 0, 19 },
        { 500, 3, prompt + 20 * WRITTEN_NANOUSD, 0, 6 },                /* three answers of six */
        { 500, 1, prompt + 20 * WRITTEN_NANOUSD, WRITTEN_NANOUSD, 19 }, /* a leg has cost something */
        { 10, 1, prompt + 20 * WRITTEN_NANOUSD, 0, 10 },
        { -1, 1, prompt + 20 * WRITTEN_NANOUSD, 0, 20 }, /* the model may write a thousand */
        { 500, 1, prompt, 0, 0 },
        { 500, 1, prompt - 1, 0, 0 },
        { 500, 1, INT64_MAX, 0, 500 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line           line = { .budget = &budget, .cost_nanousd = cases[i].charged };
        const struct estimate e = estimate_of(cases[i].max_tokens, cases[i].choices);
        assert_int_equal(booking_clamp(&line, &e, cases[i].left), cases[i].wanted);
    }
}

static struct hold *hold_of(const struct budget *budget, const struct payer *payer, const struct estimate *e)
{
    struct hold    *h = hold_new();
    struct decision d = { .budget = { budget }, .budget_count = 1 };
    struct fault    why;
    int64_t         worst;
    assert_true(booking_make(h, &d, payer, e, 0, &worst, &why));
    return h;
}

/* One for each tag; a draft that may be escalated is paid besides; and what costs nothing has no line. */
static void test_lines(void **state)
{
    (void)state;
    const struct budget   by_tag = { .name = "b", .scope = { .per = PER_TAG }, .window = { .kind = TOTAL } };
    const struct payer    payer = { .team = "t", .key = "k", .user = "", .tag = { "a", "b:c" }, .tags = 2 };
    const struct estimate e = estimate_of(5, 1);
    struct hold          *h = hold_of(&by_tag, &payer, &e);
    assert_int_equal(h->lines, 2);
    assert_string_equal(h->line[0].key, "weir:{team:t}:money:b:team=t,tag=a:total");
    assert_string_equal(h->line[1].key, "weir:{team:t}:money:b:team=t,tag=b%3Ac:total");
    assert_string_equal(h->line[1].whose, "tag b:c of team t");
    assert_int_equal(h->line[0].worst_nanousd, 100 * READ_NANOUSD + 5 * WRITTEN_NANOUSD);
    hold_free(&h);

    const struct model  free_model = { .name = "f", .sent_as = "f", .provider = &near, .price.is_known = true };
    const struct model *free_models[] = { &free_model };
    struct estimate     costs_nothing = e, escalates = e;
    const struct budget for_all = { .name = "b", .window = { .kind = TOTAL } };
    costs_nothing.model = free_models;
    h = hold_of(&for_all, &payer, &costs_nothing);
    assert_int_equal(h->lines, 0);
    hold_free(&h);
    escalates.escalated = &model;
    escalates.is_asked_twice = true;
    h = hold_of(&for_all, &payer, &escalates);
    assert_int_equal(h->line[0].worst_nanousd, 3 * (100 * READ_NANOUSD + 5 * WRITTEN_NANOUSD));
    hold_free(&h);
}

/* As OpenAI writes it, and never sooner than it is true. */
static void test_headers_tell_when_a_limit_is_whole_again(void **state)
{
    (void)state;
    static const struct {
        int64_t     ms;
        const char *words;
    } cases[] = { { 0, "0ms" },       { 999, "999ms" },    { 1000, "1s" },    { 1001, "2s" },
                  { 59000, "59s" },   { 59001, "1m0s" },   { 60000, "1m0s" }, { 61001, "1m2s" },
                  { 119999, "2m0s" }, { 3600000, "60m0s" } };
    const struct limit limit = { .name = "l", .requests_a_minute = 10 },
                       tight = { .name = "t", .requests_a_minute = 5 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hold *h = hold_new();
        struct buf   out;
        char         wanted[64];
        h->rates = 2;
        h->rate[0] =
            (struct rate){ .limit = &limit, .is_known = true, .left_requests = 9, .requests_in_ms = 1 };
        h->rate[1] = (struct rate){
            .limit = &tight, .is_known = true, .left_requests = 3, .requests_in_ms = cases[i].ms
        };
        buf_init(&out, 1024);
        booking_rate_headers(h, &out);
        snprintf(wanted, sizeof wanted, "x-ratelimit-reset-requests: %s\r\n", cases[i].words);
        assert_true(slice_ends(buf_slice(&out), slice_str(wanted)));
        assert_true(slice_starts(buf_slice(&out),
                                 S("x-ratelimit-limit-requests: 5\r\nx-ratelimit-remaining-requests: 3\r\n")));
        assert_true(slice_find(buf_slice(&out), S("tokens")) == SLICE_NONE); /* nobody limits them */
        buf_fini(&out);
        h->rates = 0;
        hold_free(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_as_long_as_there_is_room_for),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_headers_tell_when_a_limit_is_whole_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
