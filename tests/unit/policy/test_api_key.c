/* test_api_key.c - what an API key looks like, and that nobody without the ring can make one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/api_key.h"

static const unsigned char random_id[API_KEY_ID_RANDOM] = { 1, 2, 3, 4 };
static const unsigned char random_secret[API_KEY_SECRET_RANDOM] = { 9, 8, 7 };

static struct key_ring ring_of(unsigned char byte)
{
    struct vault_key master = { { byte } };
    struct key_ring  ring;
    key_ring_make(&master, &ring);
    return ring;
}

static void make(const struct key_ring *ring, char key[API_KEY_BYTES])
{
    char id[API_KEY_ID_BYTES];
    api_key_make_id(INT64_C(1795000000000), random_id, id);
    api_key_make(ring, id, random_secret, key);
}

static void what_is_made_is_read(void **state)
{
    (void)state;
    struct key_ring ring = ring_of(1);
    char            key[API_KEY_BYTES], id[API_KEY_ID_BYTES];
    make(&ring, key);
    assert_int_equal(strlen(key), API_KEY_BYTES - 1);
    assert_true(api_key_read(&ring, slice_str(key), id));
    assert_memory_equal(key + strlen(API_KEY_PREFIX), id, strlen(id));
    assert_true(api_key_is_id(slice_str(id)));
    assert_true(slice_is(api_key_id_in(slice_str(key)), id));
    assert_true(slice_is(api_key_id_in(slice_cut(slice_str(key), 0, 20)), id));
    assert_true(slice_is(api_key_id_in(S("weir-short")), "weir-short"));
}

/* At each place, every other byte. */
static void a_key_that_was_changed_anywhere_is_none(void **state)
{
    (void)state;
    struct key_ring ring = ring_of(1);
    char            key[API_KEY_BYTES], id[API_KEY_ID_BYTES];
    make(&ring, key);
    for (size_t at = 0; at < API_KEY_BYTES - 1; at++) {
        char was = key[at];
        for (int byte = 0; byte < 256; byte++) {
            key[at] = (char)byte;
            assert_int_equal(api_key_read(&ring, slice_of(key, API_KEY_BYTES - 1), id), (char)byte == was);
        }
        key[at] = was;
        assert_false(api_key_read(&ring, slice_of(key, at), id));
    }
}

static void another_ring_does_not_know_it(void **state)
{
    (void)state;
    struct key_ring ring = ring_of(1), other = ring_of(2);
    char            key[API_KEY_BYTES], id[API_KEY_ID_BYTES];
    unsigned char   one[API_KEY_HASH_BYTES], two[API_KEY_HASH_BYTES];
    make(&ring, key);
    assert_false(api_key_read(&other, slice_str(key), id));
    assert_string_not_equal(ring.mark, other.mark);
    api_key_hash(&ring, slice_str(key), one);
    api_key_hash(&other, slice_str(key), two);
    assert_memory_not_equal(one, two, sizeof one);
}

static void ids_stand_in_the_order_of_their_seconds(void **state)
{
    (void)state;
    char before[API_KEY_ID_BYTES], after[API_KEY_ID_BYTES];
    api_key_make_id(INT64_C(1795000000999), (const unsigned char[]){ 255, 255, 255, 255 }, before);
    api_key_make_id(INT64_C(1795000001000), (const unsigned char[]){ 0, 0, 0, 0 }, after);
    assert_true(strcmp(before, after) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_read),
        cmocka_unit_test(a_key_that_was_changed_anywhere_is_none),
        cmocka_unit_test(another_ring_does_not_know_it),
        cmocka_unit_test(ids_stand_in_the_order_of_their_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
