/* test_embeddings.c - a request for embeddings is read or refused with the field to blame; an answer's numbers
 * are the floats that went in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "wire/embeddings.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

static struct embeddings_request request;
static struct fault              why;

static bool read_body(struct arena *arena, const char *body)
{
    return embeddings_read(arena, slice_str(body), &request, &why);
}

static void test_one_text(void **state)
{
    struct arena *arena = *state;
    assert_true(read_body(arena, "{\"model\":\"m\",\"input\":\"gr\\u00fc\\u00df dich\"}"));
    assert_true(slice_is(request.model, "m"));
    assert_int_equal(request.count, 1);
    assert_true(slice_is(request.text[0], "gr\xC3\xBC\xC3\x9F dich"));
    assert_false(request.is_base64);
    assert_int_equal(request.dimensions, 0);
}

static void test_several_texts_and_all_fields(void **state)
{
    struct arena *arena = *state;
    assert_true(read_body(
        arena, "{\"input\":[\"a\",\"b\"],\"model\":\"m\",\"encoding_format\":\"base64\",\"dimensions\":"
               "384,\"user\":\"u\"}"));
    assert_int_equal(request.count, 2);
    assert_true(slice_is(request.text[1], "b"));
    assert_true(request.is_base64);
    assert_int_equal(request.dimensions, 384);
}

static void test_what_is_wrong_is_named(void **state)
{
    struct arena *arena = *state;
    static const struct {
        const char     *body, *param;
        enum fault_kind kind;
    } cases[] = {
        { "[]", "", FAULT_BAD_REQUEST },
        { "{\"input\":\"a\"}", "model", FAULT_BAD_REQUEST },
        { "{\"input\":\"a\",\"model\":7}", "model", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\"}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":\"\"}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":[]}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":[\"a\",\"\"]}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":[\"a\",null]}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":{\"a\":\"b\"}}", "input", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":[1,2]}", "input", FAULT_UNSUPPORTED },
        { "{\"model\":\"m\",\"input\":[[1,2],[3]]}", "input", FAULT_UNSUPPORTED },
        { "{\"model\":\"m\",\"input\":[\"a\",[3]]}", "input", FAULT_UNSUPPORTED },
        { "{\"model\":\"m\",\"input\":\"a\",\"encoding_format\":\"int8\"}", "encoding_format",
          FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":\"a\",\"encoding_format\":1}", "encoding_format", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":\"a\",\"dimensions\":0}", "dimensions", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":\"a\",\"dimensions\":1.5}", "dimensions", FAULT_BAD_REQUEST },
        { "{\"model\":\"m\",\"input\":\"a\",\"input\":\"b\"}", "input", FAULT_DUPLICATE_KEY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        why = (struct fault){ 0 };
        if (read_body(arena, cases[i].body) || why.kind != cases[i].kind ||
            strcmp(why.param, cases[i].param) != 0)
            fail_msg("%s: kind %d, param \"%s\", %s", cases[i].body, (int)why.kind, why.param, why.detail);
    }
}

static void test_as_many_texts_as_openai_takes(void **state)
{
    struct arena *arena = *state;
    for (size_t count = EMBEDDINGS_TEXTS_MOST; count <= EMBEDDINGS_TEXTS_MOST + 1; count++) {
        struct buf body;
        buf_init(&body, 1 << 20);
        buf_add(&body, S("{\"model\":\"m\",\"input\":[\"0\""));
        for (size_t i = 1; i < count; i++)
            buf_printf(&body, ",\"%zu\"", i);
        buf_add(&body, S("]}"));
        assert_int_equal(embeddings_read(arena, buf_slice(&body), &request, &why),
                         count == EMBEDDINGS_TEXTS_MOST);
        buf_fini(&body);
    }
    assert_string_equal(why.param, "input");
    assert_non_null(strstr(why.detail, "2049"));
}

static void test_cut_anywhere_it_is_refused(void **state)
{
    struct arena     *arena = *state;
    static const char body[] = "{\"model\":\"m\",\"input\":[\"a\",\"\\u00e9\"],\"encoding_format\":\"base64\"}";
    for (size_t len = 0; len < sizeof body - 1; len++) {
        char *cut = arena_cstr(arena, slice_of(body, len)); /* a block of its own: reading beyond it is seen */
        assert_false(embeddings_read(arena, slice_of(cut, len), &request, &why));
    }
    assert_true(read_body(arena, body));
}

static const float numbers[] = { 0.0f,        -0.0f,   1.0f,    -0.0625f,     0.1f,
                                 1.0f / 3.0f, FLT_MIN, FLT_MAX, FLT_TRUE_MIN, -3.0e-10f };
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static struct slice written(struct buf *out, unsigned dim, bool is_base64)
{
    buf_init(out, embeddings_bytes_most(2, dim));
    embeddings_begin(out);
    embeddings_add(out, 0, numbers, dim, is_base64);
    embeddings_add(out, 1, numbers, dim, is_base64);
    embeddings_end(out, "the \"model\"", 12);
    assert_false(out->full);
    return buf_slice(out);
}

static void test_an_answer_has_openais_shape_and_the_same_floats(void **state)
{
    struct arena *arena = *state;
    struct buf    out;
    struct json   j;
    int64_t       tokens, index;
    assert_true(json_read(arena, written(&out, NUMBERS, false), &j, &why));
    json_at data = json_get(&j, 0, "data"), second = json_next(&j, json_first(&j, data));
    assert_true(slice_is(json_string(&j, json_get(&j, 0, "object"), arena), "list"));
    assert_true(slice_is(json_string(&j, json_get(&j, 0, "model"), arena), "the \"model\""));
    assert_true(json_i64(&j, json_get(&j, json_get(&j, 0, "usage"), "prompt_tokens"), &tokens));
    assert_int_equal(tokens, 12);
    assert_true(json_i64(&j, json_get(&j, json_get(&j, 0, "usage"), "total_tokens"), &tokens));
    assert_int_equal(tokens, 12);
    assert_int_equal(json_next(&j, second), JSON_NONE);
    assert_true(slice_is(json_string(&j, json_get(&j, second, "object"), arena), "embedding"));
    assert_true(json_i64(&j, json_get(&j, second, "index"), &index));
    assert_int_equal(index, 1);
    json_at at = json_first(&j, json_get(&j, second, "embedding"));
    for (size_t i = 0; i < NUMBERS; i++, at = json_next(&j, at)) {
        float read = strtof(arena_cstr(arena, json_raw(&j, at)), NULL);
        assert_memory_equal(&read, &numbers[i], sizeof read);
    }
    assert_int_equal(at, JSON_NONE);
    buf_fini(&out);
}

/* RFC 4648's own way, from letters to bits: no code shared with what is tested. */
static size_t base64_read(struct slice text, unsigned char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t            bits = 0, bytes = 0;
    uint32_t          held = 0;
    assert_int_equal(text.len % 4, 0);
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        const char *at = strchr(letters, text.ptr[i]);
        assert_non_null(at);
        held = held << 6 | (uint32_t)(at - letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[bytes++] = (unsigned char)(held >> bits);
        }
    }
    return bytes;
}

static void test_base64_is_the_floats_bytes(void **state)
{
    struct arena *arena = *state;
    for (unsigned dim = 1; dim <= NUMBERS; dim++) { /* all three lengths of padding among them */
        struct buf    out;
        struct json   j;
        unsigned char bytes[sizeof numbers + 2];
        assert_true(json_read(arena, written(&out, dim, true), &j, &why));
        json_at      first = json_first(&j, json_get(&j, 0, "data"));
        struct slice text = json_string(&j, json_get(&j, first, "embedding"), arena);
        assert_int_equal(base64_read(text, bytes), dim * sizeof *numbers);
        assert_memory_equal(bytes, numbers, dim * sizeof *numbers); /* on a little-endian machine */
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_texts_and_all_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_as_many_texts_as_openai_takes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_anywhere_it_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_has_openais_shape_and_the_same_floats, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_base64_is_the_floats_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
