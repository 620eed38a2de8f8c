/* store.c - see store.h. */
#include "store.h"

#include "base/hex.h"
#include "dice.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>

enum { TEAM_HASH_BYTES = 8, KEY_BYTES = 160, ID_DIGITS = 48 };

/* ---- ids and keys ---- */

void store_id_make(const char *prefix, char id[STORE_ID_BYTES])
{
    size_t len = (size_t)snprintf(id, STORE_ID_BYTES - ID_DIGITS, "%s", prefix);
    dice_digits(id + len, ID_DIGITS);
}

bool store_is_id(struct slice id)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.:";
    bool              ok = id.len > 0 && id.len <= STORE_ID_MOST;
    for (size_t i = 0; ok && i < id.len; i++)
        ok = memchr(letters, id.ptr[i], sizeof letters - 1) != NULL;
    return ok;
}

void store_purpose(struct slice id, char purpose[STORE_PURPOSE_BYTES])
{
    snprintf(purpose, STORE_PURPOSE_BYTES, "kept %.*s", SLICE_ARG(id));
}

/* The key of a document, or without an id that of the index, and what the index's words are put behind. */
static struct slice key_of(char key[KEY_BYTES], const char *team, struct slice id)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char          hex[2 * TEAM_HASH_BYTES + 1];
    SHA256((const unsigned char *)team, strlen(team), hash);
    hex_write(hash, TEAM_HASH_BYTES, hex);
    snprintf(key, KEY_BYTES, "weir:{%s}:kept%s%.*s", hex, id.len ? ":" : "", SLICE_ARG(id));
    return slice_str(key);
}

/* ---- what Redis answers ---- */

static void tell(const struct store_ask *ask, const struct store_found *found)
{
    ask->call(ask->arg, found);
}

static void on_got(void *arg, const redisReply *reply, const struct fault *why)
{
    struct stored one;
    bool          is_there = reply && reply->type == REDIS_REPLY_STRING;
    if (is_there)
        one.sealed = slice_of(reply->str, reply->len);
    (void)why;
    tell(arg, &(struct store_found){ .is_away = !reply, .one = &one, .count = is_there });
}

static void on_deleted(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    bool was_there = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;
    tell(arg, &(struct store_found){ .is_away = !reply, .count = was_there });
}

/* has more, id, document, id, document …; nil where the id to come after is not there. */
static void on_listed(void *arg, const redisReply *reply, const struct fault *why)
{
    struct stored      one[STORE_PAGE_MOST];
    struct store_found found = { .is_away = !reply || reply->type == REDIS_REPLY_ERROR, .one = one };
    (void)why;
    found.is_lost = reply && reply->type == REDIS_REPLY_NIL;
    size_t elements = reply && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
    for (size_t i = 1; i + 1 < elements && found.count < STORE_PAGE_MOST; i += 2) {
        const redisReply *id = reply->element[i], *sealed = reply->element[i + 1];
        if (id->type == REDIS_REPLY_STRING && sealed->type == REDIS_REPLY_STRING)
            one[found.count++] =
                (struct stored){ slice_of(id->str, id->len), slice_of(sealed->str, sealed->len) };
    }
    found.has_more =
        elements > 0 && reply->element[0]->type == REDIS_REPLY_INTEGER && reply->element[0]->integer;
    tell(arg, &found);
}

/* ---- asking ---- */

uint64_t store_get(struct redis *redis, const char *team, struct slice id, struct store_ask *ask)
{
    char key[KEY_BYTES];
    return redis_ask(redis, 2, (struct slice[]){ S("GET"), key_of(key, team, id) }, on_got, ask);
}

/* KEYS: the document, the index. ARGV: its id. */
static const char delete_script[] = "redis.call('ZREM', KEYS[2], ARGV[1]) "
                                    "return redis.call('DEL', KEYS[1])";

uint64_t store_delete(struct redis *redis, const char *team, struct slice id, struct store_ask *ask)
{
    char key[KEY_BYTES], index[KEY_BYTES];
    return redis_run(redis, delete_script, 2, 3,
                     (struct slice[]){ key_of(key, team, id), key_of(index, team, S("")), id }, on_deleted,
                     ask);
}

/* KEYS: the index. ARGV: the id to come after, "1" for the newest first, how many. A document that has gone
 * before its entry takes that with it. */
static const char list_script[] = "local rank, range = 'ZRANK', 'ZRANGE' "
                                  "if ARGV[2] == '1' then rank, range = 'ZREVRANK', 'ZREVRANGE' end "
                                  "local from = 0 "
                                  "if ARGV[1] ~= '' then "
                                  "  from = redis.call(rank, KEYS[1], ARGV[1]) "
                                  "  if not from then return nil end "
                                  "  from = from + 1 "
                                  "end "
                                  "local ids = redis.call(range, KEYS[1], from, from + ARGV[3]) "
                                  "local page = { 0 } "
                                  "if #ids > tonumber(ARGV[3]) then page[1] = 1; ids[#ids] = nil end "
                                  "for _, id in ipairs(ids) do "
                                  "  local text = redis.call('GET', KEYS[1] .. ':' .. id) "
                                  "  if text then page[#page + 1] = id; page[#page + 1] = text "
                                  "  else redis.call('ZREM', KEYS[1], id) end "
                                  "end "
                                  "return page";

uint64_t store_list(struct redis *redis, const char *team, const struct store_page *page, struct store_ask *ask)
{
    char index[KEY_BYTES], count[12];
    snprintf(count, sizeof count, "%u", page->count);
    return redis_run(redis, list_script, 1, 4,
                     (struct slice[]){ key_of(index, team, S("")), page->after,
                                       page->is_descending ? S("1") : S("0"), slice_str(count) },
                     on_listed, ask);
}

/* KEYS: the document, the index. ARGV: the document, for how many ms, its id, "1" where it is listed. The index
 * goes by Redis' own clock, in microseconds: two documents of one millisecond have their order. */
static const char put_script[] =
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) "
    "if ARGV[4] == '1' then "
    "  local time = redis.call('TIME') "
    "  local now = time[1] * 1000000 + time[2] "
    "  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - ARGV[2] * 1000)) "
    "  redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[3]) "
    "  redis.call('PEXPIRE', KEYS[2], ARGV[2]) "
    "end "
    "return 1";

void store_put(struct redis *redis, const char *team, struct slice id, bool is_listed, struct slice sealed,
               int64_t keep_ms)
{
    char key[KEY_BYTES], index[KEY_BYTES], keep[24];
    snprintf(keep, sizeof keep, "%" PRId64, keep_ms);
    redis_run(redis, put_script, 2, 6,
              (struct slice[]){ key_of(key, team, id), key_of(index, team, S("")), sealed, slice_str(keep), id,
                                is_listed ? S("1") : S("0") },
              NULL, NULL);
}

void store_replace(struct redis *redis, const char *team, struct slice id, struct slice sealed)
{
    char key[KEY_BYTES];
    redis_ask(redis, 5, (struct slice[]){ S("SET"), key_of(key, team, id), sealed, S("XX"), S("KEEPTTL") },
              NULL, NULL);
}
