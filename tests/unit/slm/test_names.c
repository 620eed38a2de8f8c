/*
 * test_names.c - the names model in C against the same in Python, on the texts of tests/reference/names.jsonl
 * that src/slm/train wrote with the weights; and what callers rely on: windows, offsets, the file. What needs
 * the model is skipped where deploy/model has not fetched it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_model.h"
#include "reference.h"
#include "base/buf.h"
#include "slm/names.h"

#include <math.h>
#include <stdlib.h>

#define REFERENCE WEIR_SOURCE_DIR "/tests/reference/names.jsonl"

static const char *const kind_words[NAME_KINDS] = { "person",   "place",       "organization", "address",
                                                    "username", "affiliation", "date",         "title" };

enum { TEXTS_MOST = 64 };

static json_t            *row[TEXTS_MOST];
static size_t             rows;
static struct slm_worker *worker;
static struct arena      *arena;

static int set_up(void **state)
{
    (void)state;
    rows = read_rows(REFERENCE, row, TEXTS_MOST);
    assert_true(rows > 20);
    arena = arena_new();
    open_model(SLM_FP32);
    worker = slm ? slm_worker_new(slm) : NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (rows)
        json_decref(row[--rows]);
    slm_worker_free(&worker);
    slm_close(&slm);
    arena_free(&arena);
    return 0;
}

static struct named_list names_of(struct slm_worker *w, struct slice text)
{
    struct named_list list;
    assert_true(slm_names(w, arena, text, &list));
    return list;
}

static bool is_wanted(const json_t *wanted, const struct named *n)
{
    return n->start == (size_t)json_integer_value(json_array_get(wanted, 0)) &&
           n->end == (size_t)json_integer_value(json_array_get(wanted, 1)) &&
           strcmp(kind_words[n->kind], json_string_value(json_array_get(wanted, 2))) == 0;
}

static void names_are_the_reference(void **state)
{
    (void)state;
    need_model();
    assert_true(slm_has_names(slm));
    for (size_t i = 0; i < rows; i++) {
        const json_t     *wanted = json_object_get(row[i], "names");
        struct named_list list = names_of(worker, text_of(row[i]));
        if (list.count != json_array_size(wanted))
            fail_msg("row %zu: %zu names, not %zu", i, list.count, json_array_size(wanted));
        for (size_t k = 0; k < list.count; k++) {
            const json_t *one = json_array_get(wanted, k);
            double        confidence = json_number_value(json_array_get(one, 3));
            if (!is_wanted(one, &list.item[k]) || fabs((double)list.item[k].confidence - confidence) > 0.01)
                fail_msg("row %zu, name %zu: %zu..%zu %s %.3f", i, k, list.item[k].start, list.item[k].end,
                         kind_words[list.item[k].kind], (double)list.item[k].confidence);
        }
    }
}

/* In bytes nearly all decisions are the same; which are not depends on the weights. */
static void bytes_find_nearly_the_same(void **state)
{
    (void)state;
    need_model();
    struct fault       why = { .kind = FAULT_NONE };
    struct slm        *fast = slm_open_in(MODEL, SLM_INT8, &why);
    struct slm_worker *w = slm_worker_new(fast);
    size_t             same = 0, all = 0;
    for (size_t i = 0; i < rows; i++) {
        const json_t     *wanted = json_object_get(row[i], "names");
        struct named_list list = names_of(w, text_of(row[i]));
        all += json_array_size(wanted);
        for (size_t k = 0; k < list.count; k++)
            for (size_t j = 0; j < json_array_size(wanted); j++)
                same += is_wanted(json_array_get(wanted, j), &list.item[k]);
    }
    print_message("bytes find %zu of %zu names of the reference\n", same, all);
    assert_true(same * 10 >= all * 9);
    slm_worker_free(&w);
    slm_close(&fast);
}

/* Whether a name of this length is found at byte `at` of the text. */
static bool is_found_at(struct slice text, size_t at, size_t length)
{
    struct named_list list = names_of(worker, text);
    bool              is_found = false;
    for (size_t i = 0; i < list.count; i++) {
        const struct named *n = &list.item[i];
        assert_true(i == 0 || list.item[i - 1].end <= n->start);
        assert_true(n->start < n->end && n->end <= text.len);
        is_found = is_found || (n->start == at && n->end == at + length);
    }
    return is_found;
}

/* A name is found wherever it stands, also where two windows meet. */
static void long_texts_are_read_to_their_end(void **state)
{
    (void)state;
    need_model();
    static const char name[] = "Kwame Mensah", before[] = "My name is ";
    static const char filler[] = "We waited for the bus and then we went home because it was late. ";
    for (size_t words = 0; words < 14; words++) {
        struct buf text;
        buf_init(&text, 1 << 16);
        for (size_t i = 0; i < 14; i++)
            buf_add_str(&text, filler);
        for (size_t i = 0; i < words; i++)
            buf_add_str(&text, "so ");
        size_t at = text.len + strlen(before);
        buf_printf(&text, "%s%s and I need help. ", before, name);
        for (size_t i = 0; i < 20; i++)
            buf_add_str(&text, filler);
        bool is_found = is_found_at(buf_slice(&text), at, strlen(name));
        buf_fini(&text);
        if (!is_found)
            fail_msg("not found %zu words on", words);
    }
}

static void an_embedding_that_follows_is_the_same(void **state)
{
    (void)state;
    need_model();
    float before[SLM_DIM_MOST], after[SLM_DIM_MOST];
    for (size_t i = 0; i < rows; i++) {
        slm_embed(worker, S("another text"), before);
        slm_embed(worker, text_of(row[i]), before);
        names_of(worker, text_of(row[i]));
        slm_embed(worker, text_of(row[i]), after);
        assert_memory_equal(before, after, slm_dim(slm) * sizeof *before);
    }
}

/* Bytes cut at any place: nothing is read beyond them, and what is found lies within. */
static void any_beginning_of_a_text_can_be_read(void **state)
{
    (void)state;
    need_model();
    struct slice text =
        S("Dear Dr. Zo\u00eb \u0130lhan,\r\n\t\u5f20\u4f1f \U0001f600 12 Rue de l'\u00c9glise\xff\xfe");
    for (size_t len = 0; len <= text.len; len++) {
        char *copy = malloc(len ? len : 1); /* its own bytes, so that a sanitizer sees a step beyond */
        memcpy(copy, text.ptr, len);
        struct named_list list = names_of(worker, slice_of(copy, len));
        for (size_t i = 0; i < list.count; i++)
            assert_true(list.item[i].start < list.item[i].end && list.item[i].end <= len);
        free(copy);
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    need_model();
    char             *text = calloc(SLM_NAMES_BYTES_MOST + 1, 1);
    struct named_list list;
    assert_false(slm_names(worker, arena, slice_of(text, SLM_NAMES_BYTES_MOST + 1), &list));
    assert_int_equal(list.count, 0);
    free(text);
}

static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    extern const char names_bin[], names_bin_end[];
    size_t            size = (size_t)(names_bin_end - names_bin);
    char             *file = malloc(size);
    struct names      names;
    struct fault      why;
    memcpy(file, names_bin, size);
    assert_true(names_read(slice_of(file, size), &names, &why));
    static const size_t ends[] = { 0, 7, 8, 40, 4096, 100000 };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        assert_false(names_read(slice_of(file, ends[i]), &names, &why));
    assert_false(names_read(slice_of(file, size - 4), &names, &why));
    static const size_t places[] = { 0, 8, 12, 16, 20, 24, 28, 32, 36, 2000, 500000 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        file[places[i]] = (char)(file[places[i]] ^ 0x55);
        assert_false(names_read(slice_of(file, size), &names, &why));
        file[places[i]] = (char)(file[places[i]] ^ 0x55);
    }
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_reference),
        cmocka_unit_test(bytes_find_nearly_the_same),
        cmocka_unit_test(long_texts_are_read_to_their_end),
        cmocka_unit_test(an_embedding_that_follows_is_the_same),
        cmocka_unit_test(any_beginning_of_a_text_can_be_read),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_damaged_file_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
