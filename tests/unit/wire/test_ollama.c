/* test_ollama.c - what Ollama's clients ask besides chats: models made ready, and embeddings in other words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/ollama.h"

static struct buf out;

static void assert_out(const char *wanted)
{
    assert_true(slice_is(buf_slice(&out), wanted));
    buf_fini(&out);
    buf_init(&out, 4096);
}

static void test_a_name_without_its_tag(void **state)
{
    (void)state;
    assert_true(slice_is(ollama_model_name(S("qwen3:latest")), "qwen3"));
    assert_true(slice_is(ollama_model_name(S("qwen3:1.7b")), "qwen3:1.7b"));
}

static void test_who_asks_for_no_answer(void **state)
{
    static const struct {
        enum dialect dialect;
        const char  *body;
        bool         is_load, lets_go;
    } cases[] = {
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\"}", true, false },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"prompt\":\"\",\"keep_alive\":\"5m\"}", true, false },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"prompt\":null,\"keep_alive\":0}", true, true },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"keep_alive\":\"0s\"}", true, true },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"keep_alive\":-1}", true, false },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"prompt\":\"hi\"}", false, false },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"system\":\"hi\"}", false, false },
        { DIALECT_OLLAMA_GENERATE, "{\"model\":\"m\",\"images\":[\"AA\"]}", false, false },
        { DIALECT_OLLAMA, "{\"model\":\"m\",\"messages\":[]}", true, false },
        { DIALECT_OLLAMA, "{\"model\":\"m\",\"messages\":[{}]}", false, false },
        { DIALECT_OPENAI, "{\"model\":\"m\",\"messages\":[]}", false, false },
        { DIALECT_OLLAMA, "{", false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ollama_load load = { 0 };
        assert_int_equal(ollama_is_load(cases[i].dialect, *state, slice_str(cases[i].body), &load),
                         cases[i].is_load);
        assert_int_equal(load.lets_go, cases[i].lets_go);
    }
}

static void test_what_they_are_told(void **state)
{
    (void)state;
    const struct ollama_load load = { S("m"), false }, gone = { S("m"), true };
    ollama_write_loaded(DIALECT_OLLAMA_GENERATE, &load, 0, &out);
    assert_out("{\"model\":\"m\",\"created_at\":\"1970-01-01T00:00:00Z\",\"response\":\"\",\"done\":true,"
               "\"done_reason\":\"load\"}");
    ollama_write_loaded(DIALECT_OLLAMA, &gone, 0, &out);
    assert_out("{\"model\":\"m\",\"created_at\":\"1970-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\","
               "\"content\":\"\"},\"done\":true,\"done_reason\":\"unload\"}");
}

static void test_embeddings_are_asked_for_in_openais_words(void **state)
{
    struct fault why = { 0 };
    assert_true(ollama_read_embed(
        *state, S("{\"model\":\"m:latest\",\"input\":[\"a\\u00e9\",\"b\"],\"truncate\":true,\"dimensions\":8}"),
        &out, &why));
    assert_out("{\"model\":\"m\",\"input\":[\"a\\u00e9\",\"b\"],\"dimensions\":8}");
    assert_true(ollama_read_embed(*state, S("{\"model\":\"m\",\"prompt\":\"a\"}"), &out, &why));
    assert_out("{\"model\":\"m\",\"input\":\"a\"}");
    assert_false(ollama_read_embed(*state, S("{\"model\":\"m\"}"), &out, &why));
    assert_string_equal(why.param, "input");
    assert_false(ollama_read_embed(*state, S("[]"), &out, &why));
}

static void test_embeddings_are_told_in_ollamas(void **state)
{
    const struct slice answer = S("{\"data\":[{\"embedding\":[1,0.5]},{\"embedding\":[2]}],\"model\":\"m\","
                                  "\"usage\":{\"prompt_tokens\":3}}");
    assert_true(ollama_tell_embed(*state, answer, false, &out));
    assert_out("{\"model\":\"m\",\"embeddings\":[[1,0.5],[2]],\"prompt_eval_count\":3}");
    assert_true(ollama_tell_embed(*state, answer, true, &out));
    assert_out("{\"embedding\":[1,0.5]}");
    assert_false(ollama_tell_embed(*state, S("{\"error\":{}}"), false, &out));
    assert_false(ollama_tell_embed(*state, S("no"), false, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_name_without_its_tag, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_asks_for_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_they_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_embeddings_are_asked_for_in_openais_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_embeddings_are_told_in_ollamas, set_up, tear_down),
    };
    buf_init(&out, 4096);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&out);
    return failed;
}
