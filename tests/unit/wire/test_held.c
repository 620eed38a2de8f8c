/* test_held.c - what Ollama and llama-server say of the models that they hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/held.h"

static void assert_text(struct arena *arena, struct slice text, const char *expected)
{
    assert_string_equal(arena_cstr(arena, text), expected);
}

static const struct slice tags =
    SLICE("{\"models\":[{\"name\":\"qwen3:1.7b\",\"model\":\"qwen3:1.7b\",\"size\":1359293444,\"digest\":"
          "\"8f68\",\"details\":"
          "{\"family\":\"qwen3\",\"parameter_size\":\"2.0B\",\"quantization_level\":\"Q4_K_M\"}},"
          "{\"name\":\"phi4:latest\",\"size\":9053116391},{\"size\":3}]}");

static void ollamas_lists(void **state)
{
    struct arena    *arena = *state;
    struct held_list list;
    assert_true(held_read(arena, tags, &list));
    assert_int_equal(list.count, 2); /* what has no name cannot be asked for */
    assert_text(arena, list.model[0].name, "qwen3:1.7b");
    assert_text(arena, list.model[0].about, "2.0B Q4_K_M");
    assert_int_equal(list.model[0].bytes, 1359293444);
    assert_text(arena, list.model[1].name, "phi4:latest");
    assert_text(arena, list.model[1].about, "");
    assert_true(
        held_read(arena, S("{\"models\":[{\"name\":\"a\",\"context_length\":4096}]}"), &list)); /* /api/ps */
    assert_int_equal(list.model[0].context_tokens, 4096);
    assert_true(held_read(arena, S("{\"models\":[]}"), &list));
    assert_int_equal(list.count, 0);
}

static void llama_servers_list(void **state)
{
    struct arena    *arena = *state;
    struct held_list list;
    assert_true(held_read(arena,
                          S("{\"models\":[{\"name\":\"m.gguf\"}],\"object\":\"list\",\"data\":[{\"id\":\"m."
                            "gguf\",\"owned_by\":\"llamacpp\","
                            "\"meta\":{\"n_ctx_train\":131072,\"size\":4912898304}}]}"),
                          &list));
    assert_int_equal(list.count, 1);
    assert_text(arena, list.model[0].name, "m.gguf");
    assert_int_equal(list.model[0].context_tokens, 131072);
    assert_int_equal(list.model[0].bytes, 4912898304);
}

static void what_is_cut_or_something_else_is_no_list(void **state)
{
    struct arena    *arena = *state;
    struct held_list list;
    for (size_t len = 0; len < tags.len; len++)
        assert_false(held_read(arena, slice_cut(tags, 0, len), &list));
    assert_false(held_read(arena, S("{\"models\":3}"), &list));
    assert_false(held_read(arena, S("[]"), &list));
}

static void slots_at_work(void **state)
{
    struct arena *arena = *state;
    assert_int_equal(held_busy(arena, S("[{\"id\":0,\"is_processing\":true},{\"id\":1,\"is_processing\":false},"
                                        "{\"is_processing\":true}]")),
                     2);
    assert_int_equal(held_busy(arena, S("{\"status\":\"ok\",\"slots_idle\":1,\"slots_processing\":3}")), 3);
    assert_int_equal(held_busy(arena, S("{\"status\":\"ok\"}")), 0);
    assert_int_equal(held_busy(arena, S("ok")), 0);
}

static void a_pull_tells_how_far_it_is(void **state)
{
    struct arena    *arena = *state;
    struct pull_line line;
    assert_true(pull_read(
        arena, S("{\"status\":\"pulling 8f68\",\"digest\":\"sha256:8f68\",\"total\":200,\"completed\":50}"),
        &line));
    assert_text(arena, line.status, "pulling 8f68");
    assert_int_equal(line.total, 200);
    assert_int_equal(line.completed, 50);
    assert_true(pull_read(arena, S("{\"status\":\"x\",\"total\":-3,\"completed\":9}"), &line));
    assert_int_equal(line.completed, 0);
    assert_true(pull_read(arena, S("{\"error\":\"pull model manifest: file does not exist\"}"), &line));
    assert_text(arena, line.error, "pull model manifest: file does not exist");
    assert_false(pull_read(arena, S("{\"status\":\"pull"), &line));
    assert_false(pull_read(arena, S("3"), &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ollamas_lists),
        cmocka_unit_test(llama_servers_list),
        cmocka_unit_test(what_is_cut_or_something_else_is_no_list),
        cmocka_unit_test(slots_at_work),
        cmocka_unit_test(a_pull_tells_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
