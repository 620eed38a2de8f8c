/* test_error.c - errors have all four fields, whoever made them and of whatever. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/error.h"
#include "wire/json.h"

static void expect_error(struct fault f, const char *json)
{
    struct buf out;
    buf_init(&out, 4096);
    error_write(&f, &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, json);
    buf_fini(&out);
}

static void test_write(void **state)
{
    (void)state;
    struct fault f;
    assert_false(fault_set_param(&f, FAULT_BAD_REQUEST, "messages[0].role", "say \"%s\"\n", "hi"));
    expect_error(f, "{\"error\":{\"message\":\"the request could not be read: say \\\"hi\\\"\\n\",\"type\":"
                    "\"invalid_request_error\",\"param\":\"messages[0].role\",\"code\":\"invalid_request\"}}");
    expect_error((struct fault){ .kind = FAULT_OVER_BUDGET },
                 "{\"error\":{\"message\":\"the budget does not allow "
                 "it\",\"type\":\"insufficient_quota\",\"param\":null,"
                 "\"code\":\"budget_exhausted\"}}");
}

static void expect_mended(struct slice body, int status, const char *json)
{
    struct arena *arena = arena_new();
    struct buf    out;
    buf_init(&out, 4096);
    error_mend(body, status, arena, &out);
    struct json j;
    assert_true(json_read(arena, buf_slice(&out), &j, NULL));
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, json);
    buf_fini(&out);
    arena_free(&arena);
}

static void test_whole_stays(void **state)
{
    (void)state;
    const char *whole =
        "{ \"error\" : {\"message\":\"m\",\"type\":null,\"param\":\"p\",\"code\":null,\"innererror\":{}} }";
    expect_mended(slice_str(whole), 400, whole);
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int         status;
        const char *mended;
    } cases[] = {
        /* llama-server */
        { "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}", 503,
          "{\"error\":{\"message\":\"Loading "
          "model\",\"type\":\"unavailable_error\",\"param\":null,\"code\":\"503\"}}" },
        /* Ollama */
        { "{\"error\":\"model 'x' not found\"}", 404,
          "{\"error\":{\"message\":\"model 'x' not "
          "found\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}" },
        /* vLLM */
        { "{\"object\":\"error\",\"message\":\"too "
          "long\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}",
          400,
          "{\"error\":{\"message\":\"too "
          "long\",\"type\":\"BadRequestError\",\"param\":null,\"code\":\"400\"}}" },
        /* Gemini */
        { "[{\"error\":{\"code\":429,\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\"}}]", 429,
          "{\"error\":{\"message\":\"slow\",\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"RESOURCE_"
          "EXHAUSTED\"}}" },
        /* Anthropic */
        { "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}", 529,
          "{\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\",\"param\":null,\"code\":null}"
          "}" },
        /* FastAPI */
        { "{\"detail\":\"Not Found\"}", 404,
          "{\"error\":{\"message\":\"Not "
          "Found\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}" },
        { "\"bare\"", 500,
          "{\"error\":{\"message\":\"bare\",\"type\":\"server_error\",\"param\":null,\"code\":null}}" },
        { "{\"error\":{\"message\":{},\"code\":[]}}", 500,
          "{\"error\":{\"message\":\"the provider answered with status "
          "500\",\"type\":\"server_error\",\"param\":null,\"code\":null}}" },
        { "{}", 401,
          "{\"error\":{\"message\":\"the provider answered with status "
          "401\",\"type\":\"authentication_error\",\"param\":null,\"code\":null}}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_mended(slice_str(cases[i].body), cases[i].status, cases[i].mended);
}

/* Of what is no JSON no byte is kept. */
static void test_no_json(void **state)
{
    (void)state;
    static const struct slice bodies[] = { SLICE("<html><h1>502 Bad Gateway</h1></html>"), SLICE(""),
                                           SLICE("{\"error\":"), SLICE("\xFF\xFE\0") };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        expect_mended(
            bodies[i], 502,
            "{\"error\":{\"message\":\"the provider answered with status 502\",\"type\":\"server_error\","
            "\"param\":null,\"code\":null}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_whole_stays),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_no_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
