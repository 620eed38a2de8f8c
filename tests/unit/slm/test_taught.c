/* test_taught.c - a head comes back from its file as it went in, and no file that is cut or changed is taken.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/taught.h"

#include <stdlib.h>

enum { DIM = 4, LABELS = 3 };

struct fixture {
    struct arena *arena;
    struct taught head;
    struct buf    file;
    struct fault  why;
};

static float *numbers(struct arena *arena, size_t count, float from)
{
    float *out = arena_array(arena, count, sizeof *out);
    for (size_t i = 0; i < count; i++)
        out[i] = from + (float)(i % 17) / 8;
    return out;
}

static int set_up(void **state)
{
    static struct taught_label labels[LABELS] = { { "sales", 7, 0.5f },
                                                  { "human resources", 8, 0.25f },
                                                  { "\"IT\" & more", 9, 1 } };
    struct fixture            *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    f->head = (struct taught){
        .kind = TAUGHT_CLASSES,
        .name = "department",
        .fingerprint = 0x1234567890abcdef,
        .rows = 24,
        .figure = { [TAUGHT_ACCURACY] = 0.75f },
        .label = labels,
        .labels = LABELS,
        .linear = { .dim = DIM,
                    .classes = LABELS,
                    .A = numbers(f->arena, (size_t)DIM * LABELS, -1),
                    .C = numbers(f->arena, (size_t)HEADS_BUCKETS * LABELS, 0),
                    .b = numbers(f->arena, LABELS, 3) },
    };
    buf_init(&f->file, TAUGHT_FILE_BYTES_MOST);
    taught_write(&f->head, &f->file);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_fini(&f->file);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* The seal made anew after a change, so that it is the change that is seen. */
static void seal(struct fixture *f)
{
    uint64_t hash = slice_hash(slice_cut(buf_slice(&f->file), 0, f->file.len - sizeof hash));
    memcpy(f->file.ptr + f->file.len - sizeof hash, &hash, sizeof hash);
}

static bool reads(struct fixture *f, size_t len, struct taught *out)
{
    char *copy = malloc(len ? len : 1); /* to the byte: a read behind it is seen */
    memcpy(copy, f->file.ptr, len);
    bool ok = taught_read(f->arena, slice_of(copy, len), out, &f->why);
    free(copy); /* and what was read does not need it */
    return ok;
}

static void test_it_comes_back_as_it_went_in(void **state)
{
    struct fixture *f = *state;
    struct taught   got;
    assert_true(reads(f, f->file.len, &got));
    assert_int_equal(got.kind, TAUGHT_CLASSES);
    assert_string_equal(got.name, "department");
    assert_true(got.fingerprint == f->head.fingerprint);
    assert_int_equal(got.rows, 24);
    assert_int_equal(got.labels, LABELS);
    assert_float_equal(got.figure[TAUGHT_ACCURACY], 0.75f, 0);
    for (unsigned i = 0; i < LABELS; i++) {
        assert_string_equal(got.label[i].name, f->head.label[i].name);
        assert_int_equal(got.label[i].rows, f->head.label[i].rows);
        assert_float_equal(got.label[i].found, f->head.label[i].found, 0);
    }
    const struct linear *l = &f->head.linear;
    assert_memory_equal(got.linear.A, l->A, sizeof(float) * DIM * LABELS);
    assert_memory_equal(got.linear.C, l->C, sizeof(float) * HEADS_BUCKETS * LABELS);
    assert_memory_equal(got.linear.b, l->b, sizeof(float) * LABELS);
}

static void test_it_says_the_same_after(void **state)
{
    static struct taught_view view = { .dense = { 0.5f, -0.25f, 1, 0.125f } };
    struct fixture           *f = *state;
    struct taught             got;
    float                     before[LABELS], after[LABELS], sum = 0;
    view.marks.bucket[3] = 0x11;
    view.marks.buckets = 2;
    assert_true(reads(f, f->file.len, &got));
    assert_int_equal(taught_class(&f->head, &view, before), taught_class(&got, &view, after));
    assert_memory_equal(before, after, sizeof before);
    for (unsigned i = 0; i < LABELS; i++)
        sum += after[i];
    assert_float_equal(sum, 1, 1e-5);
}

static void test_a_file_cut_anywhere_is_refused(void **state)
{
    struct fixture *f = *state;
    struct taught   got;
    for (size_t len = 0; len < f->file.len; len += len < 512 ? 1 : 101) {
        f->why.kind = FAULT_NONE;
        assert_false(reads(f, len, &got));
        assert_int_equal(f->why.kind, FAULT_UNSUPPORTED);
        assert_non_null(strstr(f->why.detail, len < 8 ? "no head" : "cut off"));
    }
}

static void test_a_changed_byte_is_seen(void **state)
{
    struct fixture *f = *state;
    struct taught   got;
    for (size_t at = 0; at < f->file.len; at += at < 512 ? 1 : 97) {
        f->file.ptr[at] ^= 0x20;
        assert_false(reads(f, f->file.len, &got));
        f->file.ptr[at] ^= 0x20;
    }
    assert_true(reads(f, f->file.len, &got));
    buf_add_byte(&f->file, '\0');
    assert_false(reads(f, f->file.len, &got));
}

static void test_what_is_not_ours_is_told(void **state)
{
    struct fixture *f = *state;
    struct taught   got;
    f->file.ptr[8] = TAUGHT_VERSION + 1;
    assert_false(reads(f, f->file.len, &got));
    assert_non_null(strstr(f->why.detail, "version"));
    f->file.ptr[8] = TAUGHT_VERSION;
    f->file.ptr[12] = TAUGHT_KINDS;
    seal(f);
    assert_false(reads(f, f->file.len, &got));
    assert_non_null(strstr(f->why.detail, "kind"));
}

static void test_a_name_that_no_rule_could_ask_about_is_refused(void **state)
{
    struct fixture *f = *state;
    struct taught   got;
    char           *name = memmem(f->file.ptr, f->file.len, "department", 10);
    assert_non_null(name);
    *name = ' ';
    seal(f);
    assert_false(reads(f, f->file.len, &got));
    assert_non_null(strstr(f->why.detail, "damaged"));
}

static void test_words_and_names(void **state)
{
    (void)state;
    char long_word[TAUGHT_WORD_BYTES + 1];
    memset(long_word, 'a', sizeof long_word);
    assert_true(taught_is_word(S("Überweisung & Co.")));
    assert_true(taught_is_word(slice_of(long_word, TAUGHT_WORD_BYTES)));
    assert_false(taught_is_word(slice_of(long_word, TAUGHT_WORD_BYTES + 1)));
    assert_false(taught_is_word(S("")));
    assert_false(taught_is_word(S(" a")));
    assert_false(taught_is_word(S("a\nb")));
    assert_true(taught_is_name(S("team-of_9")));
    assert_false(taught_is_name(S("9teams")));
    assert_false(taught_is_name(S("a b")));
    assert_false(taught_is_name(S("")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_comes_back_as_it_went_in),
        TEST(test_it_says_the_same_after),
        TEST(test_a_file_cut_anywhere_is_refused),
        TEST(test_a_changed_byte_is_seen),
        TEST(test_what_is_not_ours_is_told),
        TEST(test_a_name_that_no_rule_could_ask_about_is_refused),
        TEST(test_words_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
