/* cache_key.c - what stands for a request in the cache; see cache.h. */
#include "cache.h"

#include "base/die.h"
#include "base/hex.h"

#include <endian.h>
#include <openssl/evp.h>
#include <stdio.h>

/* SHA-256 of the secret and the parts, each with its length before it, so that no two lists of parts hash the
 * same bytes. That a hash could be gone on with by someone without the secret is of no use to him: what follows
 * the secret is of one form. */
static void hash_parts(const struct vault_key *secret, const struct slice *part, size_t parts,
                       unsigned char out[CACHE_HASH_BYTES])
{
    EVP_MD_CTX *hash = die_if_null(EVP_MD_CTX_new());
    bool        ok = EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(hash, secret->bytes, sizeof secret->bytes) == 1;
    for (size_t i = 0; i < parts; i++) {
        uint64_t len = htole64(part[i].len);
        ok = ok && EVP_DigestUpdate(hash, &len, sizeof len) == 1 &&
             EVP_DigestUpdate(hash, part[i].ptr, part[i].len) == 1;
    }
    if (!ok || EVP_DigestFinal_ex(hash, out, NULL) != 1)
        die("OpenSSL has no SHA-256");
    EVP_MD_CTX_free(hash);
}

void cache_hash_hex(const unsigned char hash[CACHE_HASH_BYTES], char out[CACHE_HEX_BYTES])
{
    hex_write(hash, CACHE_HASH_BYTES, out);
}

/* No secret in it: whoever manages the cache finds a team's answers by its name alone. */
void cache_tag_make(char tag[CACHE_TAG_BYTES + 1], const char *space, bool is_shared)
{
    static const struct vault_key nobody;
    unsigned char                 hash[CACHE_HASH_BYTES];
    char                          hex[CACHE_HEX_BYTES];
    const struct slice            part[] = { is_shared ? S("share") : S("team"), slice_str(space) };
    hash_parts(&nobody, part, 2, hash);
    cache_hash_hex(hash, hex);
    snprintf(tag, CACHE_TAG_BYTES + 1, "%.*s", CACHE_TAG_BYTES, hex);
}

void cache_turn_hash(const struct cache_secret *secret, struct slice words, unsigned char out[CACHE_HASH_BYTES])
{
    const struct slice part[] = { S("turn"), words };
    hash_parts(&secret->hash, part, 2, out);
}

void cache_key_make(struct cache_key *key, const struct cache_secret *secret, const struct cache_walls *walls,
                    const struct question *question)
{
    cache_tag_make(key->tag, walls->space, walls->is_shared);
    const struct slice context[] = { S("context"), slice_str(key->tag), walls->decision, question->context };
    hash_parts(&secret->hash, context, 4, key->context);
    const struct slice exact[] = { S("exact"), slice_of((const char *)key->context, CACHE_HASH_BYTES),
                                   question->turn };
    hash_parts(&secret->hash, exact, 3, key->exact);
    cache_turn_hash(secret, question->words, key->turn);
}
