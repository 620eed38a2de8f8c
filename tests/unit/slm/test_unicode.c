/*
 * test_unicode.c - code points in and out of UTF-8, and one of each kind of folding. That the tables are right
 * as a whole is for make_unicode.py, which asked for each code point, and for test_encoder.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/unicode.h"

enum { LAST = 0x10FFFF };

static bool is_surrogate(uint32_t point)
{
    return point >= 0xD800 && point < 0xE000;
}

static void test_every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= LAST; point++) {
        char   out[UNICODE_BYTES_MOST];
        size_t len = unicode_write(point, out), bytes;
        if (is_surrogate(point)) {
            assert_int_equal(unicode_read(slice_of(out, len), &bytes), UNICODE_BAD);
            continue;
        }
        assert_int_equal(unicode_read(slice_of(out, len), &bytes), point);
        assert_int_equal(bytes, len);
        for (size_t cut = 1; cut < len; cut++) {
            assert_int_equal(unicode_read(slice_of(out, cut), &bytes), UNICODE_BAD);
            assert_int_equal(bytes, 1);
        }
    }
}

/* Folding twice is folding once, as long as the first leaves no blanks around an ideograph. */
static void test_folding_is_done_after_one_time(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= LAST; point++) {
        struct fold once = is_surrogate(point) ? (struct fold){ .count = 0 } : unicode_fold(point);
        assert_in_range(once.count, 0, UNICODE_FOLD_MOST);
        for (unsigned i = 0; i < once.count && once.point[0] != ' '; i++) {
            struct fold twice = unicode_fold(once.point[i]);
            assert_int_equal(twice.count, 1);
            assert_int_equal(twice.point[0], once.point[i]);
        }
    }
}

static void assert_fold(uint32_t point, unsigned count, uint32_t a, uint32_t b, uint32_t c)
{
    struct fold fold = unicode_fold(point);
    assert_int_equal(fold.count, count);
    assert_int_equal(fold.point[0], a);
    assert_int_equal(fold.point[1], b);
    assert_int_equal(fold.point[2], c);
}

static void test_one_of_each_kind(void **state)
{
    (void)state;
    assert_fold('a', 1, 'a', 0, 0);
    assert_fold('A', 1, 'a', 0, 0);
    assert_fold('\t', 1, ' ', 0, 0);
    assert_fold(0x00, 0, 0, 0, 0);
    assert_fold(0x00AD, 0, 0, 0, 0);                /* soft hyphen */
    assert_fold(0x00E9, 1, 'e', 0, 0);              /* é */
    assert_fold(0x0130, 1, 'i', 0, 0);              /* İ */
    assert_fold(0x00DF, 1, 0x00DF, 0, 0);           /* ß has a lower case already */
    assert_fold(0x0416, 1, 0x0436, 0, 0);           /* Ж */
    assert_fold(0x4E2D, 3, ' ', 0x4E2D, ' ');       /* an ideograph stands alone */
    assert_fold(0xF900, 3, ' ', 0x8C48, ' ');       /* and so does one for compatibility, as what it is */
    assert_fold(0xAC01, 3, 0x1100, 0x1161, 0x11A8); /* a syllable with a trailing letter */
    assert_fold(0xAC00, 2, 0x1100, 0x1161, 0x11A7); /* and one without: the third is not counted */
    assert_fold(0x0BCA, 2, 0x0BC6, 0x0BBE, 0);      /* a vowel sign of two parts */
    assert_true(unicode_fold(0x0BC0).is_wall);      /* gone, and in nobody's order */
    assert_false(unicode_fold(0x0301).is_wall);     /* gone, and marks pass */
}

static void test_ranks_and_punctuation(void **state)
{
    (void)state;
    assert_int_equal(unicode_rank('a'), 0);
    assert_true(unicode_rank(0x1B44) > 0 && unicode_rank(0x1B44) < unicode_rank(0x302E));
    for (uint32_t point = 0; point < 0x80; point++) {
        bool is_word =
            (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
        assert_int_equal(unicode_is_punctuation(point), point > ' ' && point < 0x7F && !is_word);
    }
    assert_true(unicode_is_punctuation(0x3002));  /* 。 */
    assert_true(unicode_is_punctuation(0x2014));  /* — */
    assert_false(unicode_is_punctuation(0x00B1)); /* ± is a symbol */
    assert_false(unicode_is_punctuation(0x1F600));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point_comes_back),
        cmocka_unit_test(test_folding_is_done_after_one_time),
        cmocka_unit_test(test_one_of_each_kind),
        cmocka_unit_test(test_ranks_and_punctuation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
