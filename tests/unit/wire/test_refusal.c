/* test_refusal.c - what providers' errors mean, in their own words, and how long they ask to be left alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/refusal.h"

#include <stdlib.h>

static const struct {
    int          status;
    const char  *body;
    enum refusal means;
} errors[] = {
    { 400, "{\"error\":{\"message\":\"This model's maximum context length is 4097 tokens.\",\"code\":null}}",
      REFUSAL_CONTEXT },
    { 400,
      "{\"error\":{\"message\":\"x\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}",
      REFUSAL_CONTEXT },
    { 400,
      "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: "
      "210000 tokens > 200000 maximum\"}}",
      REFUSAL_CONTEXT },
    { 400,
      "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context "
      "size\",\"type\":\"exceed_context_size_error\"}}",
      REFUSAL_CONTEXT },
    { 400,
      "[{\"error\":{\"code\":400,\"message\":\"The input token count (9) exceeds the maximum number of tokens "
      "allowed (8).\",\"status\":\"INVALID_ARGUMENT\"}}]",
      REFUSAL_CONTEXT },
    { 400, "{\"error\":\"input length exceeds maximum context length\"}", REFUSAL_CONTEXT },
    { 413, "too large", REFUSAL_CONTEXT },
    { 400,
      "{\"error\":{\"code\":\"content_filter\",\"message\":\"The response was filtered\",\"innererror\":{}}}",
      REFUSAL_FILTER },
    { 401, "", REFUSAL_KEY },
    { 403, "{\"error\":{\"message\":\"x\"}}", REFUSAL_KEY },
    { 403, "<html>", REFUSAL_SERVER },
    { 403,
      "{\"error\":{\"code\":403,\"message\":\"m requires moderation on p. Your input was flagged for "
      "\\\"x\\\".\"}}",
      REFUSAL_FILTER },
    { 429,
      "{\"error\":{\"message\":\"You exceeded your current "
      "quota\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
      REFUSAL_KEY },
    { 400,
      "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass "
      "one.\",\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}",
      REFUSAL_KEY },
    { 400,
      "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is "
      "too low to access\"}}",
      REFUSAL_KEY },
    { 403, "{\"error\":{\"message\":\"x\",\"code\":\"model_not_found\"}}", REFUSAL_NO_MODEL },
    { 404, "{\"error\":\"model 'x' not found\"}", REFUSAL_NO_MODEL },
    { 429, "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}", REFUSAL_LIMITED },
    { 529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
      REFUSAL_LIMITED },
    { 503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
      REFUSAL_SERVER },
    { 500, "context_length_exceeded", REFUSAL_SERVER },
    { 302, "", REFUSAL_SERVER },
    { 400, "{\"error\":{\"message\":\"max_tokens is too large\",\"code\":null}}", REFUSAL_REQUEST },
    { 422, "{\"detail\":\"no\"}", REFUSAL_REQUEST },
    /* What a client wrote, and a provider quotes, makes no key look dead. */
    { 400, "{\"error\":{\"message\":\"Invalid value: 'insufficient_quota'\",\"code\":\"invalid_value\"}}",
      REFUSAL_REQUEST },
    { 400, "{\"error\":{\"message\":\"no such role: API key not valid\",\"code\":null}}", REFUSAL_REQUEST },
};

static void errors_of_all_providers_are_understood(void **state)
{
    struct arena *arena = *state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        enum refusal means = refusal_read(errors[i].status, slice_str(errors[i].body), arena);
        if (means != errors[i].means)
            fail_msg("%d %s: %d, not %d", errors[i].status, errors[i].body, (int)means, (int)errors[i].means);
    }
}

/* A body that is cut somewhere is no JSON; then the status alone speaks. */
static void a_body_that_is_cut_leaves_the_status(void **state)
{
    struct arena *arena = *state;
    struct slice  body = slice_str(errors[1].body);
    for (size_t len = 0; len < body.len; len++)
        assert_int_equal(refusal_read(429, slice_cut(body, 0, len), arena), REFUSAL_LIMITED);
}

static int64_t wait_told(struct arena *arena, const char *headers)
{
    struct http1 *reader = http1_new(HTTP1_ANSWERS, 4096);
    struct slice  text = slice_str(arena_printf(arena, "HTTP/1.1 429 X\r\n%s\r\n", headers)), body;
    size_t        used;
    struct fault  why;
    assert_int_equal(http1_read(reader, text, &used, &body, &why), HTTP1_HEAD);
    int64_t ms = refusal_wait_ms(http1_head(reader), 784111777 - 10); /* ten seconds before the date below */
    http1_free(&reader);
    return ms;
}

static void the_wait_is_told_in_seconds_in_ms_or_by_a_date(void **state)
{
    struct arena *arena = *state;
    assert_int_equal(wait_told(arena, ""), -1);
    assert_int_equal(wait_told(arena, "retry-after: 7\r\n"), 7000);
    assert_int_equal(wait_told(arena, "retry-after: 1.5\r\n"), 1500);
    assert_int_equal(wait_told(arena, "retry-after: 7\r\nretry-after-ms: 120\r\n"), 120);
    assert_int_equal(wait_told(arena, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 10000);
    assert_int_equal(wait_told(arena, "retry-after: Sun, 06 Nov 1993 08:49:37 GMT\r\n"), 0);
    assert_int_equal(wait_told(arena, "retry-after: Sun, 06 Nov 2994 08:49:37 GMT\r\n"), 86400000);
    assert_int_equal(wait_told(arena, "retry-after: 1e300\r\n"), 86400000);
    assert_int_equal(wait_told(arena, "retry-after: -3\r\n"), -1);
    assert_int_equal(wait_told(arena, "retry-after: soon\r\n"), -1);
    assert_int_equal(wait_told(arena, "retry-after: \r\n"), -1);
}

/* Of each limit what is left, and when all is there again. */
static void the_wait_is_until_what_is_used_up_is_there_again(void **state)
{
    struct arena *arena = *state;
#define REQUESTS(left, reset)                                                                                  \
    "x-ratelimit-remaining-requests: " left "\r\nx-ratelimit-reset-requests: " reset "\r\n"
#define TOKENS(left, reset) "x-ratelimit-remaining-tokens: " left "\r\nx-ratelimit-reset-tokens: " reset "\r\n"
    assert_int_equal(wait_told(arena, REQUESTS("0", "120ms")), 120);
    assert_int_equal(wait_told(arena, REQUESTS("0", "1m2s") TOKENS("7", "6h0m")), 62000);
    assert_int_equal(wait_told(arena, REQUESTS("0", "1s") TOKENS("0", "7.66s")), 7660);
    assert_int_equal(wait_told(arena, REQUESTS("0", "1s") "retry-after: 3\r\n"), 3000);
    assert_int_equal(wait_told(arena, REQUESTS("3", "1s")), -1);
    assert_int_equal(wait_told(arena, REQUESTS("0", "soon")), -1);
    assert_int_equal(wait_told(arena, REQUESTS("0", "")), -1);
    assert_int_equal(wait_told(arena, REQUESTS("0", "99999h")), 86400000);
}

static void gemini_tells_it_in_the_body(void **state)
{
    struct arena *arena = *state;
    assert_int_equal(
        refusal_body_wait_ms(S("[{\"error\":{\"details\":[{\"@type\":\"x\"},{\"retryDelay\":\"34.4s\"}]}}]"),
                             arena),
        34400);
    assert_int_equal(refusal_body_wait_ms(S("{\"error\":{\"details\":[{\"retryDelay\":\"3s\"}]}}"), arena),
                     3000);
    assert_int_equal(refusal_body_wait_ms(S("{\"error\":{\"details\":[{\"retryDelay\":3}]}}"), arena), -1);
    assert_int_equal(refusal_body_wait_ms(S("{\"error\":\"no\"}"), arena), -1);
    assert_int_equal(refusal_body_wait_ms(S("no"), arena), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_all_providers_are_understood),
        cmocka_unit_test(a_body_that_is_cut_leaves_the_status),
        cmocka_unit_test(the_wait_is_told_in_seconds_in_ms_or_by_a_date),
        cmocka_unit_test(the_wait_is_until_what_is_used_up_is_there_again),
        cmocka_unit_test(gemini_tells_it_in_the_body),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
