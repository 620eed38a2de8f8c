/*
 * test_weights.c - safetensors as they should be, and every way in which they may not be.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MOST = 4096 };

static struct {
    _Alignas(8) char bytes[FILE_MOST];
} made;

/* A file of this header, padded with blanks to a multiple of eight as the library does, and `data` bytes. */
static struct slice make(const char *header, size_t data)
{
    uint64_t len = (strlen(header) + 7) / 8 * 8;
    assert_true(8 + len + data <= FILE_MOST);
    memset(made.bytes, ' ', sizeof made.bytes);
    memcpy(made.bytes, &len, 8);
    memcpy(made.bytes + 8, header, strlen(header));
    for (size_t i = 0; i < data / sizeof(float); i++) {
        float value = (float)i;
        memcpy(made.bytes + 8 + len + i * sizeof value, &value, sizeof value);
    }
    return slice_of(made.bytes, 8 + len + data);
}

static const char good[] = "{\"__metadata__\":{\"format\":\"pt\"},"
                           "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                           "\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]},"
                           "\"c\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[36,40]},"
                           "\"d\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[40,41]},"
                           "\"e\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[41,45]}}";
enum { GOOD_DATA = 45 };

static void test_reads(void **state)
{
    (void)state;
    struct fault    why = { .kind = FAULT_NONE };
    struct weights *w = weights_read(make(good, GOOD_DATA), "file", &why);
    assert_non_null(w);
    const float *a = weights_floats(w, "a", 2, 3, &why), *b = weights_floats(w, "b", 1, 3, &why);
    assert_non_null(a);
    assert_non_null(b);
    for (int i = 0; i < 6; i++)
        assert_true(a[i] == (float)i);
    assert_true(b[0] == 6 && b[2] == 8);
    assert_true(weights_has(w, "c"));
    assert_false(weights_has(w, "f"));
    weights_done_with(w, a, 6); /* not ours to give back: nothing happens */
    assert_true(a[5] == 5);
    weights_close(&w);
    assert_null(w);
}

static void assert_lacks(struct weights *w, const char *tensor, size_t rows, size_t columns, const char *words)
{
    struct fault why = { .kind = FAULT_NONE };
    assert_null(weights_floats(w, tensor, rows, columns, &why));
    assert_int_equal(why.kind, FAULT_UNSUPPORTED);
    if (!strstr(why.detail, words))
        fail_msg("\"%s\" does not tell of \"%s\"", why.detail, words);
}

static void test_says_what_is_wrong_with_a_tensor(void **state)
{
    (void)state;
    struct fault    why;
    struct weights *w = weights_read(make(good, GOOD_DATA), "file", &why);
    assert_non_null(w);
    assert_lacks(w, "f", 1, 1, "file: tensor f is missing");
    assert_lacks(w, "a", 3, 2, "tensor a is not of shape 3 x 2");
    assert_lacks(w, "a", 1, 6, "not of shape");
    assert_lacks(w, "b", 3, 1, "not of shape");
    assert_lacks(w, "d", 1, 1, "tensor d is I8; F32, F16 and BF16");
    assert_lacks(w, "e", 1, 1, "multiple of four");
    weights_close(&w);
}

/* 16 bits of every kind: 1, -2, the least normal number and the least of all, the largest, infinite, no number.
 */
static void test_makes_16_bits_wider(void **state)
{
    (void)state;
    static const uint16_t f16[] = { 0x3C00, 0xC000, 0x0400, 0x0001, 0x7BFF, 0x7C00, 0xFE00, 0x8000 };
    static const float    wide[] = { 1, -2, 0x1p-14f, 0x1p-24f, 65504, INFINITY, NAN, -0.0f };
    static const uint16_t bf16[] = { 0x3F80, 0xC000, 0x0080, 0x0001, 0x7F7F, 0x7F80, 0xFFC0, 0x8000 };
    static const float    wide_b[] = { 1, -2, 0x1p-126f, 0x1p-133f, 0x1.FEp127f, INFINITY, NAN, -0.0f };
    enum { COUNT = sizeof f16 / sizeof *f16, BYTES = 2 * sizeof f16 };
    struct fault why;
    struct slice file = make("{\"a\":{\"dtype\":\"F16\",\"shape\":[2,4],\"data_offsets\":[0,16]},"
                             "\"b\":{\"dtype\":\"BF16\",\"shape\":[8],\"data_offsets\":[16,32]}}",
                             BYTES);
    memcpy(made.bytes + file.len - BYTES, f16, sizeof f16);
    memcpy(made.bytes + file.len - sizeof bf16, bf16, sizeof bf16);
    struct weights *w = weights_read(file, "file", &why);
    assert_non_null(w);
    const float *a = weights_floats(w, "a", 2, 4, &why), *b = weights_floats(w, "b", 1, 8, &why);
    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(a[i] == wide[i] || (isnan(a[i]) && isnan(wide[i])));
        assert_true(b[i] == wide_b[i] || (isnan(b[i]) && isnan(wide_b[i])));
        assert_int_equal(signbit(a[i]) != 0, signbit(b[i]) != 0);
    }
    weights_done_with(w, a, COUNT);
    assert_true(b[0] == 1); /* the other stays */
    weights_close(&w);
}

static void test_refuses_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t      data;
        const char *words;
    } bad[] = {
        { "", 0, "not JSON" },
        { "[]", 0, "not an object" },
        { "{\"a\":", 0, "not JSON" },
        { "{\"a\":1}", 0, "no type" },
        { "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "no type" },
        { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "no shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "no shape or no place" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, "no place" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "no possible shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "no possible shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}", 4,
          "no possible" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "outside the file" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, "outside the file" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "outside the file" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
          "has 4 bytes, its shape needs 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
          "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
          4, "not JSON: duplicate" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fault why = { .kind = FAULT_NONE };
        assert_null(weights_read(make(bad[i].header, bad[i].data), "file", &why));
        if (!strstr(why.detail, bad[i].words))
            fail_msg("%s: \"%s\" does not tell of \"%s\"", bad[i].header, why.detail, bad[i].words);
    }
}

/* Cut anywhere, a file is refused, and nothing beyond its end is read (ASan watches a copy of just that size).
 */
static void test_refuses_every_cut(void **state)
{
    (void)state;
    struct slice whole = make(good, GOOD_DATA);
    for (size_t len = 0; len < whole.len; len++) {
        struct fault    why;
        char           *copy = memcpy(malloc(len ? len : 1), whole.ptr, len);
        struct weights *w = weights_read(slice_of(copy, len), "file", &why);
        assert_null(w);
        free(copy);
    }
}

static void test_refuses_absurd_lengths(void **state)
{
    (void)state;
    static const uint64_t lengths[] = { 1, FILE_MOST, UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_MAX - 7 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct fault why = { .kind = FAULT_NONE };
        struct slice file = make(good, GOOD_DATA);
        memcpy(made.bytes, &lengths[i], sizeof lengths[i]);
        assert_null(weights_read(file, "file", &why));
        assert_int_equal(why.kind, FAULT_UNSUPPORTED);
    }
}

static void test_maps_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/weir_weights_XXXXXX";
    int  fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE        *file = fdopen(fd, "w");
    struct slice whole = make(good, GOOD_DATA);
    assert_int_equal(fwrite(whole.ptr, 1, whole.len, file), whole.len);
    fclose(file);

    struct fault    why = { .kind = FAULT_NONE };
    struct weights *w = weights_open(path, &why);
    assert_non_null(w);
    const float *a = weights_floats(w, "a", 2, 3, &why);
    assert_non_null(a);
    weights_done_with(w, a, 6);
    assert_true(a[5] == 5);
    weights_close(&w);
    remove(path);
    assert_null(weights_open(path, &why));
    assert_non_null(strstr(why.detail, "No such file"));
    assert_null(weights_open("/tmp", &why));
    assert_non_null(strstr(why.detail, "no file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_says_what_is_wrong_with_a_tensor),
        cmocka_unit_test(test_makes_16_bits_wider),
        cmocka_unit_test(test_refuses_headers),
        cmocka_unit_test(test_refuses_every_cut),
        cmocka_unit_test(test_refuses_absurd_lengths),
        cmocka_unit_test(test_maps_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
