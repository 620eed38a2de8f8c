/* test_path.c - which pattern a path is of, what its id is, and what a query says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/path.h"

static void test_plain_paths_are_compared(void **state)
{
    (void)state;
    struct slice id = { 0 };
    assert_true(path_matches("/v1/models", S("/v1/models"), &id));
    assert_null(id.ptr);
    assert_false(path_matches("/v1/models", S("/v1/model"), &id));
    assert_false(path_matches("/v1/models", S("/v1/models/"), &id));
    assert_false(path_matches("/v1/models", S("/v1"), &id));
    assert_false(path_matches("/v1", S("/v1/models"), &id));
    assert_false(path_matches("/v1/models", S(""), &id));
}

static void test_an_id_is_one_segment(void **state)
{
    struct arena *arena = *state;
    struct slice  id = { 0 };
    assert_true(path_matches("/v1/responses/{id}", S("/v1/responses/resp_1"), &id));
    assert_true(slice_is(id, "resp_1"));
    assert_true(path_matches("/v1/responses/{id}/cancel", S("/v1/responses/r%2F2/cancel"), &id));
    assert_true(slice_is(id, "r%2F2"));
    assert_true(slice_is(path_decode(arena, id), "r/2"));
    assert_false(path_matches("/v1/responses/{id}", S("/v1/responses/"), &id));
    assert_false(path_matches("/v1/responses/{id}", S("/v1/responses/a/b"), &id));
    assert_false(path_matches("/v1/responses/{id}/cancel", S("/v1/responses//cancel"), &id));
    assert_true(slice_is(id, "r%2F2")); /* not touched where there is no match */
}

static void test_what_is_no_triple_stands_for_itself(void **state)
{
    struct arena *arena = *state;
    assert_true(slice_is(path_decode(arena, S("a%3ab")), "a:b"));
    assert_true(slice_is(path_decode(arena, S("100%")), "100%"));
    assert_true(slice_is(path_decode(arena, S("%4")), "%4"));
    assert_true(slice_is(path_decode(arena, S("%zz+")), "%zz+"));
    assert_true(slice_is(path_decode(arena, S("%25%41")), "%A"));
}

static void test_a_query_is_read_parameter_by_parameter(void **state)
{
    struct arena *arena = *state;
    struct slice  query = S("&limit=5&metadata%5Bfoo%5D=a+b%26c&bare&&empty=&limit=6"), key, value;
    assert_true(slice_is(query_get(query, "limit", arena), "5"));
    assert_null(query_get(query, "after", arena).ptr);
    assert_non_null(query_get(query, "bare", arena).ptr);
    assert_true(query_next(&query, arena, &key, &value) && slice_is(key, "limit"));
    assert_true(query_next(&query, arena, &key, &value));
    assert_true(slice_is(key, "metadata[foo]") && slice_is(value, "a b&c"));
    assert_true(query_next(&query, arena, &key, &value) && slice_is(key, "bare") && value.len == 0);
    assert_true(query_next(&query, arena, &key, &value) && slice_is(key, "empty") && value.len == 0);
    assert_true(query_next(&query, arena, &key, &value) && slice_is(value, "6"));
    assert_false(query_next(&query, arena, &key, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain_paths_are_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_id_is_one_segment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_triple_stands_for_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_query_is_read_parameter_by_parameter, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
