/* test_cache_entry.c - sealed and opened; and what was not sealed here, under this key, does not open. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cache_entry.h"

enum { MOST = 1 << 16 };

static const struct cache_secret secret = { { "the hash's" }, { "the seal's" } };
static const struct cache_key    key = { .tag = "0123456789abcdef", .exact = "exactly this" };

static const struct cached answer = { .dialect = DIALECT_ANTHROPIC,
                                      .is_stream = true,
                                      .is_cut = true,
                                      .tokens = 5,
                                      .limit_tokens = -1,
                                      .made_ms = INT64_C(1795400000000),
                                      .keep_ms = 3600000,
                                      .cost_nanousd = 123456789012345,
                                      .model = SLICE("small"),
                                      .route = SLICE("easy"),
                                      .question = SLICE("what of it?"),
                                      .answer = SLICE("data: \0\n\n") };

static struct slice seal(struct buf *out)
{
    buf_init(out, MOST);
    cache_entry_seal(&key, &secret, &answer, out);
    assert_false(out->full);
    return buf_slice(out);
}

static bool opens_under(const struct cache_key *k, const struct cache_secret *s, struct slice entry)
{
    struct buf    plain;
    struct cached out;
    buf_init(&plain, MOST);
    bool ok = cache_entry_open(k, s, entry, &plain, &out);
    buf_wipe(&plain);
    return ok;
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct buf    entry, plain;
    struct cached out;
    struct slice  sealed = seal(&entry);
    assert_true(slice_find(sealed, S("what of it")) == SLICE_NONE &&
                slice_find(sealed, S("data:")) == SLICE_NONE);
    buf_init(&plain, MOST);
    assert_true(cache_entry_open(&key, &secret, sealed, &plain, &out));
    assert_true(out.dialect == answer.dialect && out.is_stream && out.is_cut);
    assert_int_equal(out.tokens, answer.tokens);
    assert_int_equal(out.limit_tokens, -1);
    assert_int_equal(out.made_ms, answer.made_ms);
    assert_int_equal(out.keep_ms, answer.keep_ms);
    assert_int_equal(out.cost_nanousd, answer.cost_nanousd);
    assert_true(slice_eq(out.model, answer.model) && slice_eq(out.route, answer.route));
    assert_true(slice_eq(out.question, answer.question) && slice_eq(out.answer, answer.answer));
    buf_wipe(&plain);

    struct buf again;
    assert_false(slice_eq(seal(&again), sealed)); /* a nonce is drawn for each */
    buf_fini(&again);
    buf_fini(&entry);
}

static void test_whatever_else_it_is_does_not_open(void **state)
{
    (void)state;
    struct buf          entry;
    struct slice        sealed = seal(&entry);
    struct cache_key    other_key = key, other_tag = key;
    struct cache_secret other_secret = secret, other_hash = secret;
    other_key.exact[31] ^= 1;
    other_tag.tag[0] = '1';
    other_secret.seal.bytes[0] ^= 1;
    other_hash.hash.bytes[0] ^= 1;
    assert_true(opens_under(&key, &secret, sealed));
    assert_true(opens_under(&key, &other_hash, sealed));
    assert_false(opens_under(&other_key, &secret, sealed));
    assert_false(opens_under(&other_tag, &secret, sealed));
    assert_false(opens_under(&key, &other_secret, sealed));
    for (size_t len = 0; len < sealed.len; len++)
        assert_false(opens_under(&key, &secret, slice_cut(sealed, 0, len)));
    for (size_t at = 0; at < sealed.len; at++) {
        entry.ptr[at] ^= 1;
        assert_false(opens_under(&key, &secret, sealed));
        entry.ptr[at] ^= 1;
    }
    buf_add_byte(&entry, 'x');
    assert_false(opens_under(&key, &secret, buf_slice(&entry)));
    buf_fini(&entry);
}

/* Were the seal broken: lengths that lie, numbers that are none. */
static void test_what_is_within_is_not_believed(void **state)
{
    (void)state;
    char          plain[58 + 8] = { 0 };
    struct cached out;
    memset(plain + 58, 'A', 8);
    for (int i = 0; i < 3; i++)
        plain[40 + 4 * i] = 1;
    plain[52] = 5;
    const struct slice whole = slice_of(plain, sizeof plain);
    assert_true(cache_entry_read(whole, &out));
    assert_true(slice_is(out.answer, "AAAAA") && slice_is(out.model, "A") && out.limit_tokens == -1);
    for (size_t len = 0; len < sizeof plain; len++)
        assert_false(cache_entry_read(slice_of(plain, len), &out));
    static const struct {
        size_t at;
        char   value;
    } wrong[] = { { 7, (char)0x80 }, { 15, (char)0x80 }, { 39, (char)0x80 }, { 43, 1 }, { 40, 2 },
                  { 52, 4 },         { 52, 6 },          { 56, 2 },          { 57, 4 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char before = plain[wrong[i].at];
        plain[wrong[i].at] = wrong[i].value;
        if (cache_entry_read(whole, &out))
            fail_msg("byte %zu", wrong[i].at);
        plain[wrong[i].at] = before;
    }
}

static void test_a_ceiling_is_a_ceiling(void **state)
{
    (void)state;
    struct buf small;
    buf_init(&small, 100);
    cache_entry_seal(&key, &secret, &answer, &small);
    assert_true(small.full);
    buf_fini(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_whatever_else_it_is_does_not_open),
        cmocka_unit_test(test_what_is_within_is_not_believed),
        cmocka_unit_test(test_a_ceiling_is_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
