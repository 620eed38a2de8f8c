/*
 * test_siphash.c - the hash against OpenSSL's, at every length up to some words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/siphash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

static void theirs(const struct siphash_key *key, struct slice text, unsigned char *out)
{
    size_t       bytes = sizeof(struct siphash), len;
    EVP_MAC     *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    OSSL_PARAM   size[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &bytes),
                            OSSL_PARAM_construct_end() };
    assert_int_equal(EVP_MAC_CTX_set_params(context, size), 1);
    assert_int_equal(EVP_MAC_init(context, key->bytes, sizeof key->bytes, NULL), 1);
    assert_int_equal(EVP_MAC_update(context, (const unsigned char *)text.ptr, text.len), 1);
    assert_int_equal(EVP_MAC_final(context, out, &len, bytes), 1);
    assert_int_equal(len, bytes);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
}

static void test_is_openssls(void **state)
{
    (void)state;
    enum { MOST = 70 };
    struct siphash_key key;
    char               text[MOST];
    for (unsigned i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (unsigned char)(i * 17 + 200);
    for (unsigned i = 0; i < MOST; i++)
        text[i] = (char)(i * 31 + 129);
    for (size_t len = 0; len <= MOST; len++) {
        unsigned char  expected[sizeof(struct siphash)];
        struct siphash ours = siphash_of(&key, slice_of(text, len));
        theirs(&key, slice_of(text, len), expected);
        assert_memory_equal(&ours, expected, sizeof ours);
    }
}

static void test_depends_on_the_key(void **state)
{
    (void)state;
    struct siphash_key one = { { 1 } }, other = { { 2 } };
    struct siphash     a = siphash_of(&one, S("text")), b = siphash_of(&other, S("text"));
    assert_memory_not_equal(&a, &b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_openssls),
        cmocka_unit_test(test_depends_on_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
