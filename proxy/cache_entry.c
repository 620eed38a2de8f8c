/* cache_entry.c - see cache_entry.h. */
#include "cache_entry.h"

#include "base/die.h"
#include "dice.h"

#include <openssl/evp.h>

enum {
    MAGIC_BYTES = 8,
    NONCE_BYTES = 12,
    SEAL_BYTES = 16,
    OUTER_BYTES = MAGIC_BYTES + NONCE_BYTES + SEAL_BYTES,

    AT_MADE = 0,
    AT_KEEP = 8,
    AT_COST = 16,
    AT_TOKENS = 24,
    AT_LIMIT = 32,
    AT_LENGTHS = 40,
    AT_DIALECT = 56,
    AT_FLAGS = 57,
    HEAD_BYTES = 58,

    FLAG_STREAM = 1,
    FLAG_CUT = 2,
    TEXTS = 4
};

static const char magic[] = "weirans2";

/* ---- the plain part ---- */

static void put_number(char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (char)(value >> 8 * i);
}

static uint64_t get_number(const char *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)in[i] << 8 * i;
    return value;
}

static void write_plain(const struct cached *c, struct buf *out)
{
    const struct slice text[TEXTS] = { c->model, c->route, c->question, c->answer };
    char               head[HEAD_BYTES];
    put_number(head + AT_MADE, (uint64_t)c->made_ms, 8);
    put_number(head + AT_KEEP, (uint64_t)c->keep_ms, 8);
    put_number(head + AT_COST, (uint64_t)c->cost_nanousd, 8);
    put_number(head + AT_TOKENS, (uint64_t)c->tokens, 8);
    put_number(head + AT_LIMIT, (uint64_t)(c->limit_tokens + 1), 8);
    for (size_t i = 0; i < TEXTS; i++)
        put_number(head + AT_LENGTHS + 4 * i, text[i].len, 4);
    head[AT_DIALECT] = (char)c->dialect;
    head[AT_FLAGS] = (char)((c->is_stream ? FLAG_STREAM : 0) | (c->is_cut ? FLAG_CUT : 0));
    buf_add(out, slice_of(head, sizeof head));
    for (size_t i = 0; i < TEXTS; i++)
        buf_add(out, text[i]);
}

/* A number that an int64_t of ours was. */
static bool get_count(const char *in, int64_t *out)
{
    uint64_t value = get_number(in, 8);
    *out = (int64_t)value;
    return value <= INT64_MAX;
}

static bool read_texts(struct slice plain, struct cached *out)
{
    struct slice *text[TEXTS] = { &out->model, &out->route, &out->question, &out->answer };
    size_t        at = HEAD_BYTES;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t len = get_number(plain.ptr + AT_LENGTHS + 4 * i, 4);
        if (len > plain.len - at)
            return false;
        *text[i] = slice_cut(plain, at, at + len);
        at += len;
    }
    return at == plain.len && out->answer.len > 0;
}

bool cache_entry_read(struct slice plain, struct cached *out)
{
    *out = (struct cached){ 0 };
    if (plain.len < HEAD_BYTES)
        return false;
    unsigned char dialect = (unsigned char)plain.ptr[AT_DIALECT], flags = (unsigned char)plain.ptr[AT_FLAGS];
    bool          counts =
        get_count(plain.ptr + AT_MADE, &out->made_ms) && get_count(plain.ptr + AT_KEEP, &out->keep_ms) &&
        get_count(plain.ptr + AT_COST, &out->cost_nanousd) && get_count(plain.ptr + AT_TOKENS, &out->tokens) &&
        get_count(plain.ptr + AT_LIMIT, &out->limit_tokens);
    if (!counts || (dialect != DIALECT_OPENAI && dialect != DIALECT_ANTHROPIC) ||
        flags > (FLAG_STREAM | FLAG_CUT))
        return false;
    out->limit_tokens--;
    out->dialect = (enum dialect)dialect;
    out->is_stream = flags & FLAG_STREAM;
    out->is_cut = flags & FLAG_CUT;
    return read_texts(plain, out);
}

/* ---- the seal ---- */

static EVP_CIPHER_CTX *cipher_new(const struct cache_key *key, const struct cache_secret *secret,
                                  const unsigned char *nonce, bool seals)
{
    EVP_CIPHER_CTX *gcm = die_if_null(EVP_CIPHER_CTX_new());
    int             added;
    bool ok = EVP_CipherInit_ex(gcm, EVP_aes_256_gcm(), NULL, secret->seal.bytes, nonce, seals) == 1 &&
              EVP_CipherUpdate(gcm, NULL, &added, (const unsigned char *)magic, MAGIC_BYTES) == 1 &&
              EVP_CipherUpdate(gcm, NULL, &added, (const unsigned char *)key->tag, CACHE_TAG_BYTES) == 1 &&
              EVP_CipherUpdate(gcm, NULL, &added, key->exact, CACHE_HASH_BYTES) == 1;
    if (!ok)
        die("OpenSSL has no AES-256-GCM");
    return gcm;
}

void cache_entry_seal(const struct cache_key *key, const struct cache_secret *secret, const struct cached *c,
                      struct buf *out)
{
    unsigned char nonce[NONCE_BYTES], seal[SEAL_BYTES];
    struct buf    plain;
    int           done = 0, rest = 0;
    buf_init(&plain, out->ceiling);
    write_plain(c, &plain);
    dice_bytes(nonce, sizeof nonce);
    buf_add(out, slice_of(magic, MAGIC_BYTES));
    buf_add(out, slice_of((const char *)nonce, sizeof nonce));
    size_t at_seal = out->len;
    char  *sealed = plain.full ? NULL : buf_reserve(out, SEAL_BYTES + plain.len);
    if (sealed) {
        EVP_CIPHER_CTX *gcm = cipher_new(key, secret, nonce, true);
        unsigned char  *body = (unsigned char *)sealed + SEAL_BYTES;
        bool ok = EVP_CipherUpdate(gcm, body, &done, (const unsigned char *)plain.ptr, (int)plain.len) == 1 &&
                  EVP_CipherFinal_ex(gcm, body + done, &rest) == 1 &&
                  EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_GET_TAG, SEAL_BYTES, seal) == 1;
        if (!ok)
            die("OpenSSL has no AES-256-GCM");
        EVP_CIPHER_CTX_free(gcm);
        memcpy(sealed, seal, SEAL_BYTES);
        out->len = at_seal + SEAL_BYTES + plain.len;
    }
    out->full = out->full || plain.full;
    buf_wipe(&plain);
}

bool cache_entry_open(const struct cache_key *key, const struct cache_secret *secret, struct slice entry,
                      struct buf *plain, struct cached *out)
{
    if (entry.len < OUTER_BYTES + HEAD_BYTES || entry.len > INT32_MAX ||
        memcmp(entry.ptr, magic, MAGIC_BYTES) != 0)
        return false;
    unsigned char seal[SEAL_BYTES];
    struct slice  sealed = slice_cut(entry, OUTER_BYTES, entry.len);
    char         *to = buf_reserve(plain, sealed.len);
    int           done = 0, rest = 0;
    if (!to)
        return false;
    memcpy(seal, entry.ptr + MAGIC_BYTES + NONCE_BYTES, SEAL_BYTES);
    EVP_CIPHER_CTX *gcm = cipher_new(key, secret, (const unsigned char *)entry.ptr + MAGIC_BYTES, false);
    bool is_whole = EVP_CipherUpdate(gcm, (unsigned char *)to, &done, (const unsigned char *)sealed.ptr,
                                     (int)sealed.len) == 1 &&
                    EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_SET_TAG, SEAL_BYTES, seal) == 1 &&
                    EVP_CipherFinal_ex(gcm, (unsigned char *)to + done, &rest) == 1;
    EVP_CIPHER_CTX_free(gcm);
    plain->len += sealed.len; /* so that it is wiped in any case */
    return is_whole && cache_entry_read(buf_slice(plain), out);
}
