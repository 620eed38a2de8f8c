/*
 * cache.c - see cache.h.
 *
 * An entry is a head of fixed size, the model's name and the answer:
 *
 *     offset  0  8  "weirans1"; the last byte is the version
 *             8  8  when it was made, ms since 1970        numbers are little-endian
 *            16  8  what it cost, nano-dollars
 *            24  4  bytes of the model's name
 *            28  4  bytes of the answer
 *            32  1  1 for a stream, 0 for one JSON document
 *            33     the model's name, then the answer, and nothing more
 */
#include "cache.h"

#include "base/buf.h"
#include "base/die.h"

#include <endian.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>

enum {
    AT_MADE = 8,
    AT_COST = 16,
    AT_MODEL_LEN = 24,
    AT_ANSWER_LEN = 28,
    AT_KIND = 32,
    HEAD_BYTES = 33,
    TEAM_HASH_BYTES = 8
};

#define KEEP_MOST_MS (INT64_C(90) * 24 * 3600 * 1000)

static const char magic[] = "weirans1";

/* --- the key --- */

static void hash_hex(char *out, const unsigned char *hash, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* Each part with its length before it, so that no two lists of parts hash the same bytes. */
static void hash_part(EVP_MD_CTX *hash, struct slice part)
{
    uint64_t len = htole64(part.len);
    if (!EVP_DigestUpdate(hash, &len, sizeof len) || !EVP_DigestUpdate(hash, part.ptr, part.len))
        die("OpenSSL has no SHA-256");
}

void cache_key_make(struct cache_key *key, const char *team, const char *route, const char *model,
                    struct slice redacted_body)
{
    unsigned char team_hash[SHA256_DIGEST_LENGTH], hash[SHA256_DIGEST_LENGTH];
    char          team_hex[2 * TEAM_HASH_BYTES + 1], hex[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256((const unsigned char *)team, strlen(team), team_hash);
    hash_hex(team_hex, team_hash, TEAM_HASH_BYTES);

    EVP_MD_CTX *all = die_if_null(EVP_MD_CTX_new());
    if (!EVP_DigestInit_ex(all, EVP_sha256(), NULL))
        die("OpenSSL has no SHA-256");
    hash_part(all, slice_str(team));
    hash_part(all, slice_str(route));
    hash_part(all, slice_str(model));
    hash_part(all, redacted_body);
    EVP_DigestFinal_ex(all, hash, NULL);
    EVP_MD_CTX_free(all);
    hash_hex(hex, hash, sizeof hash);

    *key = (struct cache_key){ 0 };
    snprintf(key->text, sizeof key->text, "weir:{%s}:cache:%s", team_hex, hex);
}

/* --- the entry --- */

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

static void entry_write(struct buf *out, const struct cached *answer, int64_t wall_ms)
{
    char head[HEAD_BYTES];
    memcpy(head, magic, AT_MADE);
    put_number(head + AT_MADE, (uint64_t)wall_ms, 8);
    put_number(head + AT_COST, (uint64_t)answer->cost_nanousd, 8);
    put_number(head + AT_MODEL_LEN, answer->model.len, 4);
    put_number(head + AT_ANSWER_LEN, answer->answer.len, 4);
    head[AT_KIND] = (char)answer->is_stream;
    buf_add(out, slice_of(head, sizeof head));
    buf_add(out, answer->model);
    buf_add(out, answer->answer);
}

/* False for anything that entry_write() did not write. A clock that was set back makes no negative age. */
static bool entry_read(struct slice entry, int64_t wall_ms, struct cached *out)
{
    if (entry.len < HEAD_BYTES || memcmp(entry.ptr, magic, AT_MADE) != 0)
        return false;
    size_t   model_len = get_number(entry.ptr + AT_MODEL_LEN, 4);
    size_t   answer_len = get_number(entry.ptr + AT_ANSWER_LEN, 4);
    uint64_t made_ms = get_number(entry.ptr + AT_MADE, 8), cost = get_number(entry.ptr + AT_COST, 8);
    char     kind = entry.ptr[AT_KIND];
    if (HEAD_BYTES + model_len + answer_len != entry.len || made_ms > INT64_MAX || cost > INT64_MAX ||
        (kind != 0 && kind != 1))
        return false;
    *out = (struct cached){
        .is_stream = kind == 1,
        .age_ms = wall_ms > (int64_t)made_ms ? wall_ms - (int64_t)made_ms : 0,
        .cost_nanousd = (int64_t)cost,
        .model = slice_cut(entry, HEAD_BYTES, HEAD_BYTES + model_len),
        .answer = slice_cut(entry, HEAD_BYTES + model_len, entry.len),
    };
    return out->answer.len > 0;
}

/* --- asking Redis --- */

static void on_recalled(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    const struct cache_key *key = arg;
    struct cached           hit;
    bool                    is_hit = reply && reply->type == REDIS_REPLY_STRING &&
                  entry_read(slice_of(reply->str, reply->len), key->wall_ms, &hit);
    key->call(key->arg, is_hit ? &hit : NULL);
}

uint64_t cache_recall(struct redis *redis, struct cache_key *key, int64_t wall_ms, on_cache_fn *call, void *arg)
{
    key->call = call;
    key->arg = arg;
    key->wall_ms = wall_ms;
    return redis_ask(redis, 2, (struct slice[]){ S("GET"), slice_str(key->text) }, on_recalled, key);
}

void cache_keep(struct redis *redis, const struct cache_key *key, const struct cached *answer, int64_t keep_ms,
                int64_t wall_ms)
{
    struct buf entry;
    char       keep[24];
    if (keep_ms <= 0)
        return;
    snprintf(keep, sizeof keep, "%" PRId64, keep_ms < KEEP_MOST_MS ? keep_ms : KEEP_MOST_MS);
    buf_init(&entry, CACHE_ANSWER_MOST_BYTES);
    entry_write(&entry, answer, wall_ms);
    if (!entry.full) {
        struct slice words[] = { S("SET"), slice_str(key->text), buf_slice(&entry), S("PX"), slice_str(keep) };
        redis_ask(redis, 5, words, NULL, NULL);
    }
    buf_fini(&entry);
}
