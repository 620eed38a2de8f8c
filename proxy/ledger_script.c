/* ledger_script.c - see ledger_script.h; the keys are drawn in ledger.h. */
#include "ledger_script.h"

/* meet() may write before anything else, but end() must come first in a report: Redis refuses a script that
 * would only take memory when it is full, and lets one go on that has begun by giving some back. */
#define SHARED                                                                                                 \
    "local me, run, now, lapses, grace, told = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]\n"         \
    "local tags, lines, rates = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])\n"                     \
    "if run == '' then run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') end\n"                 \
    "local lost, waits = 0, false\n"                                                                           \
    "local function less(a, b) return #a < #b or (#a == #b and a < b) end\n"                                   \
    "local function add(key, field, amount)\n"                                                                 \
    "  if amount ~= '0' and amount ~= '-0' then redis.call('HINCRBY', key, field, amount) end\n"               \
    "end\n" /* is this the server that it was, and has everybody told it what they know? */                    \
    "local function meet(key, known)\n"                                                                        \
    "  local seen = redis.call('GET', key)\n"                                                                  \
    "  if seen ~= run then\n"                                                                                  \
    "    if seen then\n"                                                                                       \
    "      local newest = redis.call('ZREVRANGE', key .. ':alive', 0, 0, 'WITHSCORES')[2] or now\n"            \
    "      for _, who in ipairs(redis.call('ZRANGEBYSCORE', key .. ':alive', newest - 5000, '+inf')) do\n"     \
    "        redis.call('SADD', key .. ':waits', who)\n"                                                       \
    "      end\n"                                                                                              \
    "    elseif known == '1' then\n"                                                                           \
    "      redis.call('SADD', key .. ':waits', '?')\n"                                                         \
    "    end\n"                                                                                                \
    "    redis.call('PEXPIRE', key .. ':waits', grace)\n"                                                      \
    "    redis.call('SET', key, run)\n"                                                                        \
    "  end\n"                                                                                                  \
    "  if known == '1' and not redis.call('ZSCORE', key .. ':alive', me) then lost = 1 end\n"                  \
    "  redis.call('ZADD', key .. ':alive', now, me)\n"                                                         \
    "  redis.call('ZREMRANGEBYSCORE', key .. ':alive', '-inf', now - 86400000)\n"                              \
    "  if told == '1' then redis.call('SREM', key .. ':waits', me) end\n"                                      \
    "  waits = waits or redis.call('EXISTS', key .. ':waits') == 1\n"                                          \
    "end\n" /* a lease is over: what it held is free, also when it had lapsed */                               \
    "local function close(line, lease)\n"                                                                      \
    "  local amount = string.match(lease, '%d+$')\n"                                                           \
    "  if redis.call('ZREM', line .. ':leases', lease) == 1 then\n"                                            \
    "    add(line, 'running', '-' .. amount)\n"                                                                \
    "    add(line, 'held', '-' .. amount)\n"                                                                   \
    "    return true\n"                                                                                        \
    "  end\n"                                                                                                  \
    "  local bucket = redis.call('HGET', line .. ':lapsed', lease)\n"                                          \
    "  if bucket then\n"                                                                                       \
    "    redis.call('HDEL', line .. ':lapsed', lease)\n"                                                       \
    "    if redis.call('HEXISTS', line, 'b:' .. bucket) == 1 then\n"                                           \
    "      add(line, 'b:' .. bucket, '-' .. amount)\n"                                                         \
    "      add(line, 'held', '-' .. amount)\n"                                                                 \
    "    end\n"                                                                                                \
    "    return true\n"                                                                                        \
    "  end\n"                                                                                                  \
    "  return false\n"                                                                                         \
    "end\n"                                                                                                    \
    "local function open(line, lease)\n"                                                                       \
    "  local amount = string.match(lease, '%d+$')\n"                                                           \
    "  redis.call('ZADD', line .. ':leases', lapses, lease)\n"                                                 \
    "  add(line, 'running', amount)\n"                                                                         \
    "  add(line, 'held', amount)\n"                                                                            \
    "end\n" /* what ran out of its lease counts as spent; what a rolling window has left behind is forgotten   \
             */                                                                                                \
    "local function tidy(line, bucket, buckets)\n"                                                             \
    "  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', line .. ':leases', '-inf', now)) do\n"               \
    "    local amount = string.match(lease, '%d+$')\n"                                                         \
    "    redis.call('ZREM', line .. ':leases', lease)\n"                                                       \
    "    add(line, 'running', '-' .. amount)\n"                                                                \
    "    add(line, 'b:' .. bucket, amount)\n"                                                                  \
    "    redis.call('HSET', line .. ':lapsed', lease, bucket)\n"                                               \
    "    redis.call('PEXPIRE', line .. ':lapsed', 86400000)\n"                                                 \
    "  end\n"                                                                                                  \
    "  if buckets == '0' then return end\n"                                                                    \
    "  for _, field in ipairs(redis.call('HKEYS', line)) do\n"                                                 \
    "    local old = string.match(field, '^b:(%d+)$')\n"                                                       \
    "    if old and tonumber(old) < tonumber(bucket) - tonumber(buckets) then\n"                               \
    "      add(line, 'held', '-' .. redis.call('HGET', line, field))\n"                                        \
    "      redis.call('HDEL', line, field)\n"                                                                  \
    "      redis.call('DEL', line .. ':by:' .. old)\n"                                                         \
    "    end\n"                                                                                                \
    "  end\n"                                                                                                  \
    "end\n" /* what one proxy has spent in all: upward alone */                                                \
    "local function merge(line, bucket, who, total)\n"                                                         \
    "  local by = line .. ':by:' .. bucket\n"                                                                  \
    "  local old = redis.call('HGET', by, who) or '0'\n"                                                       \
    "  if not less(old, total) then return end\n"                                                              \
    "  redis.call('HSET', by, who, total)\n"                                                                   \
    "  add(line, 'b:' .. bucket, total)\n"                                                                     \
    "  add(line, 'held', total)\n"                                                                             \
    "  add(line, 'b:' .. bucket, '-' .. old)\n"                                                                \
    "  add(line, 'held', '-' .. old)\n"                                                                        \
    "end\n"                                                                                                    \
    "local function keep(line, bucket, ms)\n"                                                                  \
    "  if ms == '0' then return end\n"                                                                         \
    "  redis.call('PEXPIRE', line, ms)\n"                                                                      \
    "  redis.call('PEXPIRE', line .. ':leases', ms)\n"                                                         \
    "  redis.call('PEXPIRE', line .. ':by:' .. bucket, ms)\n"                                                  \
    "end\n"                                                                                                    \
    "local function meet_all()\n"                                                                              \
    "  for i = 1, tags do meet(KEYS[i], ARGV[9 + i]) end\n"                                                    \
    "end\n"

const char ledger_reserve_script[] =
    SHARED "meet_all()\n"
           "local lease, first = ARGV[10 + tags], 11 + tags\n"
           "local level, to_line = {}, first + 8 * lines\n"
           "for i = 1, rates do\n"
           "  local key, at = KEYS[tags + lines + i], to_line + 4 * (i - 1)\n"
           "  local most, tokens_most = tonumber(ARGV[at]), tonumber(ARGV[at + 1])\n"
           "  local at_once, asks = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])\n"
           "  local was = redis.call('HMGET', key, 'requests', 'tokens', 'at')\n"
           "  local since = math.max(0, now - (was[3] or now))\n"
           "  local r = math.min(most, (was[1] or most) + since * most / 60000)\n"
           "  local t = math.min(tokens_most, (was[2] or tokens_most) + since * tokens_most / 60000)\n"
           "  local why, wait = 0, 0\n"
           "  if most > 0 and r < 1 then why, wait = 1, (1 - r) * 60000 / most end\n"
           "  if tokens_most > 0 and t < asks and wait < (asks - t) * 60000 / tokens_most then\n"
           "    why, wait = 2, (asks - t) * 60000 / tokens_most\n"
           "  end\n"
           "  if why == 0 and at_once > 0 then\n"
           "    redis.call('ZREMRANGEBYSCORE', key .. ':running', '-inf', now)\n"
           "    if redis.call('ZCARD', key .. ':running') >= at_once then why, wait = 3, 1000 end\n"
           "  end\n"
           "  if why > 0 then\n"
           "    return { 2, run, lost, i, why, math.ceil(wait), math.floor(r), math.floor(t) }\n"
           "  end\n"
           "  level[i] = { r - 1, t - asks }\n"
           "end\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[tags + i], first + 8 * (i - 1)\n"
           "  tidy(line, ARGV[at + 3], ARGV[at + 4])\n"
           "  merge(line, ARGV[at + 3], ARGV[at + 5], ARGV[at + 6])\n"
           "end\n"
           "if waits and lines > 0 then return { 3, run, lost } end\n"
           "local replaced, held = {}, {}\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[tags + i], first + 8 * (i - 1)\n"
           "  local prev = ARGV[at + 1]\n"
           "  replaced[i] = prev ~= '' and close(line, prev)\n"
           "  local sum = redis.pcall('HINCRBY', line, 'held', ARGV[at])\n"
           "  local fits = type(sum) ~= 'table'\n" /* int64 overflows: nobody has as much */
           "  held[i] = redis.call('HGET', line, 'held') or '0'\n"
           "  if not fits or less(ARGV[at + 2], held[i]) then\n"
           "    if fits then add(line, 'held', '-' .. ARGV[at]) end\n"
           "    for j = 1, i do\n"
           "      local other, from = KEYS[tags + j], first + 8 * (j - 1)\n"
           "      if j < i then add(other, 'held', '-' .. ARGV[from]) end\n"
           "      if replaced[j] then open(other, ARGV[from + 1]) end\n"
           "    end\n"
           "    return { 1, run, lost, i, redis.call('HGET', line, 'held') or '0',\n"
           "             redis.call('HGET', line, 'running') or '0' }\n"
           "  end\n"
           "end\n"
           "local answer = { 0, run, lost }\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[tags + i], first + 8 * (i - 1)\n"
           "  redis.call('ZADD', line .. ':leases', lapses, lease .. ':' .. ARGV[at])\n"
           "  add(line, 'running', ARGV[at])\n"
           "  keep(line, ARGV[at + 3], ARGV[at + 7])\n"
           "  table.insert(answer, held[i])\n"
           "end\n"
           "for i = 1, rates do\n"
           "  local key, at = KEYS[tags + lines + i], to_line + 4 * (i - 1)\n"
           "  redis.call('HSET', key, 'requests', level[i][1], 'tokens', level[i][2], 'at', now)\n"
           "  redis.call('PEXPIRE', key, 120000)\n"
           "  if tonumber(ARGV[at + 2]) > 0 then\n"
           "    redis.call('ZADD', key .. ':running', lapses, lease)\n"
           "    redis.call('PEXPIRE', key .. ':running', lapses - now)\n"
           "  end\n"
           "  table.insert(answer, math.floor(level[i][1]))\n"
           "  table.insert(answer, math.floor(level[i][2]))\n"
           "end\n"
           "return answer\n";

const char ledger_report_script[] =
    SHARED "local first = 10 + tags\n"
           "for i = 1, lines do\n"
           "  local lease = ARGV[first + 9 * (i - 1)]\n"
           "  if lease ~= '' then close(KEYS[tags + i], lease) end\n"
           "end\n"
           "meet_all()\n"
           "local answer = { run, 0 }\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[tags + i], first + 9 * (i - 1)\n"
           "  local lease, bucket, buckets = ARGV[at + 1], ARGV[at + 3], ARGV[at + 4]\n"
           "  merge(line, bucket, ARGV[at + 5], ARGV[at + 6])\n"
           "  if lease ~= '' and not redis.call('ZSCORE', line .. ':leases', lease) and\n"
           "     redis.call('HEXISTS', line .. ':lapsed', lease) == 0 then\n"
           "    open(line, lease)\n"
           "  end\n"
           "  tidy(line, bucket, buckets)\n"
           "  keep(line, bucket, ARGV[at + 7])\n"
           "  local held = redis.call('HGET', line, 'held') or '0'\n"
           "  if less(ARGV[at + 2], held) then table.insert(answer, -i) end\n"
           "  local spent = held - (redis.call('HGET', line, 'running') or 0)\n"
           "  for mark in string.gmatch(ARGV[at + 8], '%d+') do\n"
           "    if spent * 100 < ARGV[at + 2] * mark then\n"
           "      redis.call('HDEL', line, 'mark:' .. mark)\n"
           "    elseif redis.call('HSETNX', line, 'mark:' .. mark, 1) == 1 then\n"
           "      table.insert(answer, 1000 * i + mark)\n"
           "    end\n"
           "  end\n"
           "end\n"
           "for i = 1, rates do\n"
           "  local key, at = KEYS[tags + lines + i], first + 9 * lines + 4 * (i - 1)\n"
           "  redis.call('ZREM', key .. ':running', ARGV[at])\n"
           "  if redis.call('HEXISTS', key, 'tokens') == 1 and tonumber(ARGV[at + 3]) > 0 then\n"
           "    redis.call('HINCRBYFLOAT', key, 'tokens', ARGV[at + 1] - ARGV[at + 2])\n"
           "  end\n"
           "end\n"
           "answer[2] = lost\n"
           "return answer\n";
