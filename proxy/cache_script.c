/*
 * cache_script.c - what Redis does for the cache in one piece.
 *
 * An entry leaves the books (index, about, "bytes") when it is replaced, when it makes room, and, having ended
 * by its TTL, at the next keeping in its space. Books that Redis has evicted, or that others have written to,
 * keep no answer from being kept.
 */
#include "cache_inside.h"

/* KEYS entry, lease; ARGV lease, ms, and where one is passed over how that begins. The entry; else 1: the lease
 * is yours, 2: somebody else's, 3: do not wait. */
const char cache_recall_script[] = "local entry = redis.call('GET', KEYS[1])\n"
                                   "if entry and string.sub(entry, 1, 36) ~= ARGV[3] then return entry end\n"
                                   "local lease = redis.call('GET', KEYS[2])\n"
                                   "if lease == '-' then return 3 end\n"
                                   "if lease and lease ~= ARGV[1] then return 2 end\n"
                                   "redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
                                   "return 1\n";

/* KEYS lease; ARGV lease, what: "next", "nobody", or for how many ms it holds on. */
const char cache_lease_script[] =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n"
    "if ARGV[2] == 'next' then redis.call('DEL', KEYS[1])\n"
    "elseif ARGV[2] == 'nobody' then redis.call('SET', KEYS[1], '-', 'PX', 2000)\n"
    "else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end\n"
    "return 1\n";

/* KEYS entry, lease, index, about, sum; ARGV entry, its ttl, when it ends, exact, about, lease, now, most bytes
 * of all, what entries' names begin with, for how many ms it has been asked for. The books outlive the last
 * entry (90 days). */
const char cache_keep_script[] =
    "local function forget(exact)\n"
    "  local about = redis.call('HGET', KEYS[4], exact)\n"
    "  redis.call('ZREM', KEYS[3], exact)\n"
    "  if not about then return end\n"
    "  redis.call('HDEL', KEYS[4], exact)\n"
    "  redis.call('HINCRBY', KEYS[4], 'bytes', '-' .. (string.match(about, '^%d+') or '0'))\n"
    "end\n"
    "if redis.call('GET', KEYS[2]) == ARGV[6] then redis.call('DEL', KEYS[2]) end\n"
    "local purged = redis.pcall('HGET', KEYS[5], 'purged_ms')\n"
    "if type(purged) == 'string' then\n"
    "  local time = redis.call('TIME')\n"
    "  if time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[10] <= tonumber(purged) then return 0 end\n"
    "end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "for _, exact in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[7], 'LIMIT', 0, 100)) do\n"
    "  forget(exact)\n"
    "end\n"
    "forget(ARGV[4])\n"
    "redis.call('ZADD', KEYS[3], ARGV[3], ARGV[4])\n"
    "redis.call('HSET', KEYS[4], ARGV[4], ARGV[5])\n"
    "redis.call('HINCRBY', KEYS[5], 'kept', 1)\n"
    "local all = redis.call('HINCRBY', KEYS[4], 'bytes', string.match(ARGV[5], '^%d+'))\n"
    "while all > tonumber(ARGV[8]) do\n"
    "  local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]\n"
    "  if not first then break end\n"
    "  redis.call('DEL', ARGV[9] .. first)\n"
    "  forget(first)\n"
    "  all = tonumber(redis.call('HGET', KEYS[4], 'bytes'))\n"
    "end\n"
    "for i = 3, 5 do redis.call('PEXPIRE', KEYS[i], 7862400000) end\n"
    "return 1\n";
