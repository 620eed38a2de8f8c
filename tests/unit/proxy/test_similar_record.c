/* Tests proxy/similar_record.c: what goes to Redis comes back, and nothing else does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "similar_record.h"

static void write_one(struct buf *out, const char *words)
{
    static int8_t     embedding[SIMILAR_DIM] = { 1, -1, 127, -127 };
    struct near_entry entry = { .ends_ms = 123456789, .embedding = embedding, .note = slice_str(words) };
    memset(entry.group, 3, sizeof entry.group);
    memset(entry.id, 4, sizeof entry.id);
    buf_init(out, SIMILAR_RECORD_MOST);
    similar_record_write(out, 42, &entry);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    struct buf        record;
    struct near_entry entry;
    write_one(&record, "how do I?");
    assert_true(similar_record_read(buf_slice(&record), 42, &entry));
    assert_int_equal(entry.ends_ms, 123456789);
    assert_int_equal(entry.embedding[3], -127);
    assert_int_equal(entry.group[31], 3);
    assert_int_equal(entry.id[0], 4);
    assert_true(slice_is(entry.note, "how do I?"));
    buf_fini(&record);
}

static void test_every_cut_before_the_words_and_other_models_are_refused(void **state)
{
    (void)state;
    struct buf        record;
    struct near_entry entry;
    write_one(&record, "");
    for (size_t len = 0; len < record.len; len++)
        assert_false(similar_record_read(slice_cut(buf_slice(&record), 0, len), 42, &entry));
    assert_true(similar_record_read(buf_slice(&record), 42, &entry));
    assert_false(similar_record_read(buf_slice(&record), 43, &entry));
    record.ptr[7] = '2';
    assert_false(similar_record_read(buf_slice(&record), 42, &entry));
    buf_fini(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_every_cut_before_the_words_and_other_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
