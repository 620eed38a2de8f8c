/* api_key.c - see policy/api_key.h. */
#include "policy/api_key.h"

#include "base/die.h"
#include "base/hex.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>

enum { ID_LETTERS = 12, TIME_LETTERS = 7, SECRET_LETTERS = 32, SEAL_LETTERS = 8, PREFIX_BYTES = 5 };
enum { SECRET_AT = PREFIX_BYTES + ID_LETTERS + 1, SEAL_AT = SECRET_AT + SECRET_LETTERS };

static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void hmac(const struct vault_key *key, struct slice text, unsigned char out[32])
{
    unsigned length = 0;
    if (!HMAC(EVP_sha256(), key->bytes, sizeof key->bytes, (const unsigned char *)text.ptr, text.len, out,
              &length))
        die("HMAC-SHA-256 failed");
}

/* The labels begin with a byte that no team's name begins with: those are derived in the same way. */
void key_ring_make(const struct vault_key *master, struct key_ring *out)
{
    unsigned char mark[32];
    vault_key_derive(master, S("\0api keys: seal"), &out->seal);
    vault_key_derive(master, S("\0api keys: hash"), &out->hash);
    hmac(&out->seal, S("mark"), mark);
    hex_write(mark, sizeof out->mark / 2, out->mark);
}

/* Five bits a letter, the first bits first. */
static void write_letters(const unsigned char *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t   bit = 5 * i;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | (bit % 8 > 3 ? bytes[bit / 8 + 1] : 0);
        out[i] = letters[two >> (11 - bit % 8) & 31];
    }
}

static bool are_letters(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(letters, text.ptr[i], sizeof letters - 1))
            return false;
    return true;
}

void api_key_make_id(int64_t wall_ms, const unsigned char random[API_KEY_ID_RANDOM], char id[API_KEY_ID_BYTES])
{
    int64_t seconds = wall_ms / 1000;
    for (size_t i = TIME_LETTERS; i-- > 0; seconds >>= 5)
        id[i] = letters[seconds & 31];
    write_letters(random, ID_LETTERS - TIME_LETTERS, id + TIME_LETTERS);
    id[ID_LETTERS] = '\0';
}

bool api_key_is_id(struct slice text)
{
    return text.len == ID_LETTERS && are_letters(text);
}

struct slice api_key_id_in(struct slice text)
{
    struct slice id = slice_cut(text, PREFIX_BYTES, PREFIX_BYTES + ID_LETTERS);
    return slice_starts(text, S(API_KEY_PREFIX)) && api_key_is_id(id) ? id : text;
}

static void make_seal(const struct key_ring *ring, struct slice before, char seal[SEAL_LETTERS])
{
    unsigned char mac[32];
    hmac(&ring->seal, before, mac);
    write_letters(mac, SEAL_LETTERS, seal);
}

void api_key_make(const struct key_ring *ring, const char *id,
                  const unsigned char random[API_KEY_SECRET_RANDOM], char key[API_KEY_BYTES])
{
    snprintf(key, API_KEY_BYTES, API_KEY_PREFIX "%.*s-", ID_LETTERS, id);
    write_letters(random, SECRET_LETTERS, key + SECRET_AT);
    make_seal(ring, slice_of(key, SEAL_AT), key + SEAL_AT);
    key[API_KEY_BYTES - 1] = '\0';
}

bool api_key_read(const struct key_ring *ring, struct slice key, char id[API_KEY_ID_BYTES])
{
    char         seal[SEAL_LETTERS];
    struct slice name = slice_cut(key, PREFIX_BYTES, PREFIX_BYTES + ID_LETTERS);
    if (key.len != API_KEY_BYTES - 1 || !slice_starts(key, S(API_KEY_PREFIX)) || !api_key_is_id(name) ||
        key.ptr[SECRET_AT - 1] != '-' || !are_letters(slice_cut(key, SECRET_AT, key.len)))
        return false;
    make_seal(ring, slice_cut(key, 0, SEAL_AT), seal);
    if (CRYPTO_memcmp(seal, key.ptr + SEAL_AT, SEAL_LETTERS) != 0)
        return false;
    snprintf(id, API_KEY_ID_BYTES, "%.*s", SLICE_ARG(name));
    return true;
}

void api_key_hash(const struct key_ring *ring, struct slice key, unsigned char hash[API_KEY_HASH_BYTES])
{
    hmac(&ring->hash, key, hash);
}
