/* Bodies that were zipped come out as they were, wherever they are cut; what is not whole is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/unzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP = 16 + MAX_WBITS, DEFLATE = MAX_WBITS, MOST_BYTES = 1 << 20 };

static size_t zip(int format, const char *text, size_t bytes, char *out, size_t room)
{
    z_stream z = { .next_in = (Bytef *)text, .avail_in = (uInt)bytes };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, format, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* Feeds two pieces. */
static bool unzip(struct slice zipped, size_t cut, size_t most, struct buf *out, struct fault *why)
{
    struct unzip *u = unzip_new();
    buf_init(out, most);
    bool ok = unzip_feed(u, slice_cut(zipped, 0, cut), out, why) &&
              unzip_feed(u, slice_cut(zipped, cut, zipped.len), out, why) && unzip_end(u, why);
    unzip_free(&u);
    return ok;
}

static void check(struct slice zipped, const char *text)
{
    for (size_t cut = 0; cut <= zipped.len; cut++) {
        struct buf   out;
        struct fault why = { 0 };
        assert_true(unzip(zipped, cut, MOST_BYTES, &out, &why));
        assert_true(slice_is(buf_slice(&out), text));
        buf_fini(&out);
    }
}

static const char words[] =
    "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"again and again and again\"}]}";

static void test_both_formats_at_every_cut(void **state)
{
    (void)state;
    char zipped[512];
    check(slice_of(zipped, zip(GZIP, words, strlen(words), zipped, sizeof zipped)), words);
    check(slice_of(zipped, zip(DEFLATE, words, strlen(words), zipped, sizeof zipped)), words);
    check(S(""), "");
}

static void test_gzip_of_two_members(void **state)
{
    (void)state;
    char   zipped[512];
    size_t first = zip(GZIP, words, 20, zipped, sizeof zipped);
    size_t second = zip(GZIP, words + 20, strlen(words) - 20, zipped + first, sizeof zipped - first);
    check(slice_of(zipped, first + second), words);
}

static void refuse(struct slice zipped, enum fault_kind kind)
{
    for (size_t cut = 0; cut <= zipped.len; cut++) {
        struct buf   out;
        struct fault why = { 0 };
        assert_false(unzip(zipped, cut, MOST_BYTES, &out, &why));
        assert_int_equal(why.kind, kind);
        buf_fini(&out);
    }
}

static void test_what_is_not_whole_or_not_zipped_is_refused(void **state)
{
    (void)state;
    char   zipped[512];
    size_t bytes = zip(GZIP, words, strlen(words), zipped, sizeof zipped - 1);
    for (size_t less = 1; less < bytes; less++)
        refuse(slice_of(zipped, bytes - less), FAULT_BAD_REQUEST);
    zipped[bytes] = '{';
    refuse(slice_of(zipped, bytes + 1), FAULT_BAD_REQUEST);
    zipped[bytes - 6] ^= 1; /* of the checksum */
    refuse(slice_of(zipped, bytes), FAULT_BAD_REQUEST);
    bytes = zip(DEFLATE, words, strlen(words), zipped, sizeof zipped - 1);
    zipped[bytes] = zipped[0];
    refuse(slice_of(zipped, bytes + 1), FAULT_BAD_REQUEST);
    refuse(S("{\"model\":1}"), FAULT_BAD_REQUEST);
}

static void test_what_swells_is_refused(void **state)
{
    (void)state;
    enum { BYTES = 8 << 20 };
    char        *zeros = calloc(1, BYTES), *zipped = malloc(BYTES);
    struct buf   out;
    struct fault why = { 0 };
    size_t       bytes = zip(GZIP, zeros, BYTES, zipped, BYTES);
    assert_false(unzip(slice_of(zipped, bytes), bytes, MOST_BYTES, &out, &why));
    assert_int_equal(why.kind, FAULT_TOO_LARGE);
    assert_true(out.cap <= MOST_BYTES);
    buf_fini(&out);
    assert_true(unzip(slice_of(zipped, bytes), 7, BYTES, &out, &why));
    assert_int_equal(out.len, BYTES);
    buf_fini(&out);
    free(zeros);
    free(zipped);
}

static void test_names_of_codings(void **state)
{
    (void)state;
    assert_true(unzip_knows(S("GZip")) && unzip_knows(S("x-gzip")) && unzip_knows(S("deflate")));
    assert_false(unzip_knows(S("br")) || unzip_knows(S("")) || unzip_knows(S("gzip, gzip")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_formats_at_every_cut),
        cmocka_unit_test(test_gzip_of_two_members),
        cmocka_unit_test(test_what_is_not_whole_or_not_zipped_is_refused),
        cmocka_unit_test(test_what_swells_is_refused),
        cmocka_unit_test(test_names_of_codings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
