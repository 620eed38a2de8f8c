/* test_moderations.c - what a request for moderations asks to be read, and the answer's shape. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/moderations.h"

static struct moderations_request request;
static struct fault               why;

static bool read_body(struct arena *arena, const char *body)
{
    return moderations_read(arena, slice_str(body), &request, &why);
}

static void test_texts(void **state)
{
    struct arena *arena = *state;
    assert_true(read_body(arena, "{\"input\":\"gr\\u00fc\\u00df dich\"}"));
    assert_true(request.count == 1 && !request.is_one && slice_is(request.text[0], "gr\xC3\xBC\xC3\x9F dich"));
    assert_true(read_body(arena, "{\"input\":[\"a\",\"\",\"c\"],\"model\":\"omni-moderation-latest\"}"));
    assert_true(request.count == 3 && !request.is_one && slice_is(request.text[2], "c"));
}

static void test_parts(void **state)
{
    struct arena *arena = *state;
    assert_true(read_body(arena, "{\"input\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}},{\"type\":"
                                 "\"text\",\"text\":\"a\"}]}"));
    assert_true(request.count == 1 && request.is_one && request.unreadable == 1);
}

static void test_what_is_none_of_these_is_refused(void **state)
{
    struct arena     *arena = *state;
    const char *const wrong[] = { "",
                                  "[]",
                                  "{}",
                                  "{\"input\":[]}",
                                  "{\"input\":1}",
                                  "{\"input\":[1]}",
                                  "{\"input\":[\"a\",{\"type\":\"text\",\"text\":\"b\"}]}",
                                  "{\"input\":[{\"type\":\"text\",\"text\":\"b\"},\"a\"]}",
                                  "{\"input\":[{\"type\":\"audio\"}]}",
                                  "{\"input\":[{\"type\":\"image_url\"}]}" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(read_body(arena, wrong[i]));
    assert_int_equal(why.kind, FAULT_UNSUPPORTED);
}

static void test_an_answer_fits_its_ceiling(void **state)
{
    struct arena *arena = *state;
    struct buf    out;
    struct json   json;
    const float   score[MODERATIONS_CATEGORIES] = { 1.23456e-30f, 0.5f };
    const bool    is_flagged[MODERATIONS_CATEGORIES] = { false, true };
    buf_init(&out, moderations_bytes_most(2));
    moderations_begin(&out, "modr-1", "m");
    moderations_add(&out, score, is_flagged);
    moderations_add(&out, score, (const bool[MODERATIONS_CATEGORIES]){ false });
    moderations_end(&out);
    assert_false(out.full);
    assert_true(json_read(arena, buf_slice(&out), &json, &why));
    json_at first = json_first(&json, json_get(&json, 0, "results")), second = json_next(&json, first);
    assert_true(json_kind(&json, json_get(&json, first, "flagged")) == JSON_TRUE);
    assert_true(json_kind(&json, json_get(&json, second, "flagged")) == JSON_FALSE);
    assert_true(slice_is(
        json_raw(&json, json_get(&json, json_get(&json, first, "category_scores"), "harassment/threatening")),
        "0.5"));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_none_of_these_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_fits_its_ceiling, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
