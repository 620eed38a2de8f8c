/* ledger_script.c - see ledger_script.h; the keys are drawn in ledger.h. */
#include "ledger_script.h"

/* Redis refuses a script that would only take memory when it is full, and lets one go on that has begun with a
 * write that takes none: a full Redis forgets the cache, not the money. */
#define SHARED                                                                                                 \
    "local me, epoch, run, now, lapses, known, grace = unpack(ARGV, 1, 7)\n"                                   \
    "local lines, rates = tonumber(ARGV[8]), tonumber(ARGV[9])\n"                                              \
    "local home = KEYS[1]\n"                                                                                   \
    "local waiting, links, alive = home .. ':waits', home .. ':links', home .. ':alive'\n"                     \
    "redis.call('SREM', waiting, '')\n"                                                                        \
    "if run == '' then run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') end\n"                 \
    "local function less(a, b) return #a < #b or (#a == #b and a < b) end\n"                                   \
    "local function add(key, field, amount)\n"                                                                 \
    "  if amount ~= '0' and amount ~= '-0' then redis.call('HINCRBY', key, field, amount) end\n"               \
    "end\n"                                                                                                    \
    "local function here() return redis.call('ZRANGEBYSCORE', alive, 2 * now - lapses, '+inf') end\n"          \
    "-- is this the server that it was? Else those who were there have to tell what they know\n"               \
    "local seen = redis.call('GET', home)\n"                                                                   \
    "if seen ~= run then\n"                                                                                    \
    "  if seen then\n"                                                                                         \
    "    for _, who in ipairs(here()) do redis.call('SADD', waiting, who) end\n"                               \
    "  elseif known == '1' then\n"                                                                             \
    "    redis.call('SADD', waiting, '?')\n"                                                                   \
    "  end\n"                                                                                                  \
    "  redis.call('PEXPIRE', waiting, grace)\n"                                                                \
    "  redis.call('SET', home, run)\n"                                                                         \
    "end\n"                                                                                                    \
    "local link = redis.call('HGET', links, me)\n"                                                             \
    "local late = tonumber(link or 0) > tonumber(epoch) or\n"                                                  \
    "  redis.call('ZSCORE', home .. ':gone', string.match(me, '^[^-]*'))\n"                                    \
    "local lost = link == epoch and 0 or 1\n"                                                                  \
    "-- a lease is over: what it held is free, also when it had lapsed\n"                                      \
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
    "end\n"                                                                                                    \
    "-- what ran out of its lease counts as spent; what a rolling window has left behind is forgotten\n"       \
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
    "      redis.call('HDEL', line, field, 's:' .. old, 'f:' .. old)\n"                                        \
    "      redis.call('DEL', line .. ':by:' .. old)\n"                                                         \
    "    end\n"                                                                                                \
    "  end\n"                                                                                                  \
    "end\n"                                                                                                    \
    "-- what is spent in a bucket: all that is told, and no less than somebody has seen\n"                     \
    "local function top(line, bucket)\n"                                                                       \
    "  local both = redis.call('HMGET', line, 's:' .. bucket, 'f:' .. bucket)\n"                               \
    "  local told, floor = both[1] or '0', both[2] or '0'\n"                                                   \
    "  return less(told, floor) and floor or told\n"                                                           \
    "end\n"                                                                                                    \
    "-- what one loop has spent in all, and what it has seen of all: upward alone\n"                           \
    "local function merge(line, bucket, who, total, floor)\n"                                                  \
    "  local by = line .. ':by:' .. bucket\n"                                                                  \
    "  local old, before = redis.call('HGET', by, who) or '0', top(line, bucket)\n"                            \
    "  if less(old, total) then\n"                                                                             \
    "    redis.call('HSET', by, who, total)\n"                                                                 \
    "    add(line, 's:' .. bucket, total)\n"                                                                   \
    "    add(line, 's:' .. bucket, '-' .. old)\n"                                                              \
    "  elseif not less(before, floor) then\n"                                                                  \
    "    return before\n"                                                                                      \
    "  end\n"                                                                                                  \
    "  if less(before, floor) then redis.call('HSET', line, 'f:' .. bucket, floor) end\n"                      \
    "  local after = top(line, bucket)\n"                                                                      \
    "  add(line, 'b:' .. bucket, after)\n"                                                                     \
    "  add(line, 'held', after)\n"                                                                             \
    "  add(line, 'b:' .. bucket, '-' .. before)\n"                                                             \
    "  add(line, 'held', '-' .. before)\n"                                                                     \
    "  return after\n"                                                                                         \
    "end\n"                                                                                                    \
    "local function keep(line, bucket, ms)\n"                                                                  \
    "  if ms == '0' then return end\n"                                                                         \
    "  redis.call('PEXPIRE', line, ms)\n"                                                                      \
    "  redis.call('PEXPIRE', line .. ':leases', ms)\n"                                                         \
    "  redis.call('PEXPIRE', line .. ':by:' .. bucket, ms)\n"                                                  \
    "end\n"                                                                                                    \
    "-- who is there, or is waited for, where that has changed\n"                                              \
    "local function peers(changes)\n"                                                                          \
    "  local count = redis.call('HGET', links, '#') or '0'\n"                                                  \
    "  if count == changes then return { run, lost, count, '' } end\n"                                         \
    "  local names = here()\n"                                                                                 \
    "  for _, who in ipairs(redis.call('SMEMBERS', waiting)) do\n"                                             \
    "    if who == '?' then return { run, lost, changes, '' } end\n"                                           \
    "    table.insert(names, who)\n"                                                                           \
    "  end\n"                                                                                                  \
    "  return { run, lost, count, table.concat(names, ',') }\n"                                                \
    "end\n"

const char ledger_reserve_script[] =
    SHARED "if late or (lines > 0 and lost == 1) then return { 3, run, lost } end\n"
           "local lease, first = ARGV[10], 11\n"
           "local level, to_line = {}, first + 9 * lines\n"
           "for i = 1, rates do\n"
           "  local key, at = KEYS[1 + lines + i], to_line + 4 * (i - 1)\n"
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
           "    return { 2, run, 0, i, why, math.ceil(wait), math.floor(r), math.floor(t) }\n"
           "  end\n"
           "  level[i] = { r - 1, t - asks }\n"
           "end\n"
           "local spent = {}\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[1 + i], first + 9 * (i - 1)\n"
           "  tidy(line, ARGV[at + 3], ARGV[at + 4])\n"
           "  spent[i] = merge(line, ARGV[at + 3], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])\n"
           "end\n"
           "if lines > 0 and redis.call('EXISTS', waiting) == 1 then return { 3, run, 0 } end\n"
           "local replaced, held = {}, {}\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[1 + i], first + 9 * (i - 1)\n"
           "  local prev = ARGV[at + 1]\n"
           "  replaced[i] = prev ~= '' and close(line, prev)\n"
           "  local sum = redis.pcall('HINCRBY', line, 'held', ARGV[at])\n"
           "  local fits = type(sum) ~= 'table'\n"
           "-- int64 overflows: nobody has as much\n"
           "  held[i] = redis.call('HGET', line, 'held') or '0'\n"
           "  if not fits or less(ARGV[at + 2], held[i]) then\n"
           "    if fits then add(line, 'held', '-' .. ARGV[at]) end\n"
           "    for j = 1, i do\n"
           "      local other, from = KEYS[1 + j], first + 9 * (j - 1)\n"
           "      if j < i then add(other, 'held', '-' .. ARGV[from]) end\n"
           "      if replaced[j] then open(other, ARGV[from + 1]) end\n"
           "    end\n"
           "    return { 1, run, 0, i, redis.call('HGET', line, 'held') or '0',\n"
           "             redis.call('HGET', line, 'running') or '0' }\n"
           "  end\n"
           "end\n"
           "local answer = { 0, run, 0 }\n"
           "for i = 1, lines do\n"
           "  local line, at = KEYS[1 + i], first + 9 * (i - 1)\n"
           "  redis.call('ZADD', line .. ':leases', lapses, lease .. ':' .. ARGV[at])\n"
           "  add(line, 'running', ARGV[at])\n"
           "  keep(line, ARGV[at + 3], ARGV[at + 8])\n"
           "  table.insert(answer, held[i])\n"
           "  table.insert(answer, spent[i])\n"
           "end\n"
           "for i = 1, rates do\n"
           "  local key, at = KEYS[1 + lines + i], to_line + 4 * (i - 1)\n"
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

const char ledger_report_script[] = SHARED
    "if late then return { run, 0 } end\n"
    "local first = 13\n"
    "for i = 1, lines do\n"
    "  local lease = ARGV[first + 11 * (i - 1)]\n"
    "  if lease ~= '' then close(KEYS[1 + i], lease) end\n"
    "end\n"
    "local function stands(line, lease)\n"
    "  return redis.call('ZSCORE', line .. ':leases', lease) or\n"
    "         redis.call('HEXISTS', line .. ':lapsed', lease) == 1\n"
    "end\n"
    "local function sweep(line, owners, leases, stay)\n"
    "  for _, lease in ipairs(leases) do\n"
    "    for owner in string.gmatch(owners, '%S+') do\n"
    "      if not stay[lease] and string.sub(lease, 1, #owner) == owner then close(line, lease) end\n"
    "    end\n"
    "  end\n"
    "end\n"
    "local answer = { run, lost }\n"
    "for i = 1, lines do\n"
    "  local line, at = KEYS[1 + i], first + 11 * (i - 1)\n"
    "  local owners, bucket, limit = ARGV[at + 2], ARGV[at + 4], ARGV[at + 3]\n"
    "  local stay = {}\n"
    "  merge(line, bucket, ARGV[at + 6], ARGV[at + 7], ARGV[at + 8])\n"
    "  for may, lease in string.gmatch(ARGV[at + 1], '(~?)(%S+)') do\n"
    "    stay[lease] = true\n"
    "    if may == '' and not stands(line, lease) then open(line, lease) end\n"
    "  end\n"
    "  if owners ~= '' then\n"
    "    sweep(line, owners, redis.call('ZRANGE', line .. ':leases', 0, -1), stay)\n"
    "    sweep(line, owners, redis.call('HKEYS', line .. ':lapsed'), stay)\n"
    "  end\n"
    "  tidy(line, bucket, ARGV[at + 5])\n"
    "  keep(line, bucket, ARGV[at + 9])\n"
    "  local held = redis.call('HGET', line, 'held') or '0'\n"
    "  if less(limit, held) then table.insert(answer, -i) end\n"
    "  local spent = held - (redis.call('HGET', line, 'running') or 0)\n"
    "  for mark in string.gmatch(ARGV[at + 10], '%d+') do\n"
    "    if spent * 100 < limit * mark then\n"
    "      redis.call('HDEL', line, 'mark:' .. mark)\n"
    "    elseif redis.call('HSETNX', line, 'mark:' .. mark, 1) == 1 then\n"
    "      table.insert(answer, 1000 * i + mark)\n"
    "    end\n"
    "  end\n"
    "end\n"
    "for i = 1, rates do\n"
    "  local key, at = KEYS[1 + lines + i], first + 11 * lines + 4 * (i - 1)\n"
    "  redis.call('ZREM', key .. ':running', ARGV[at])\n"
    "  local most, more = tonumber(ARGV[at + 3]), ARGV[at + 1] - ARGV[at + 2]\n"
    "  local is_full = redis.call('HEXISTS', key, 'tokens') == 0\n"
    "-- it is kept for as long as it takes to fill\n"
    "  if most > 0 and (more < 0 or not is_full) then\n"
    "    if is_full then redis.call('HSET', key, 'tokens', most, 'at', now) end\n"
    "    local left = tonumber(redis.call('HINCRBYFLOAT', key, 'tokens', more))\n"
    "    redis.call('PEXPIRE', key, 120000 + math.max(0, math.ceil((most - left) * 60000 / most)))\n"
    "  end\n"
    "end\n"
    "if ARGV[10] ~= '1' then return answer end\n"
    "-- all is told: this loop is one of those who are here, and its predecessors are waited for no longer\n"
    "if ARGV[11] ~= '' and redis.call('SREM', waiting, '?') == 1 then\n"
    "  for who in string.gmatch(ARGV[11], '[^,]+') do redis.call('SADD', waiting, who) end\n"
    "  redis.call('PEXPIRE', waiting, grace)\n"
    "end\n"
    "local function forget(who)\n"
    "  redis.call('ZREM', alive, who)\n"
    "  redis.call('SREM', waiting, who)\n"
    "  redis.call('HDEL', links, who)\n"
    "end\n"
    "for heir in string.gmatch(ARGV[12], '[^,]+') do\n"
    "  redis.call('ZADD', home .. ':gone', now, heir)\n"
    "  for _, key in ipairs({ 'ZRANGE', 'SMEMBERS' }) do\n"
    "    local names = key == 'ZRANGE' and redis.call(key, alive, 0, -1) or redis.call(key, waiting)\n"
    "    for _, who in ipairs(names) do\n"
    "      if string.match(who, '^[^-]*') == heir then forget(who) end\n"
    "    end\n"
    "  end\n"
    "end\n"
    "for _, who in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now - 86400000)) do forget(who) end\n"
    "redis.call('ZREMRANGEBYSCORE', home .. ':gone', '-inf', now - 86400000)\n"
    "redis.call('HSET', links, me, epoch)\n"
    "redis.call('SREM', waiting, me)\n"
    "redis.call('ZADD', alive, now, me)\n"
    "redis.call('HINCRBY', links, '#', 1)\n"
    "lost = 0\n"
    "return peers('')\n";

const char ledger_beat_script[] = SHARED "if late then return { run, 0, ARGV[10], '' } end\n"
                                         "if ARGV[11] == '1' then\n"
                                         "  redis.call('ZREM', alive, me)\n"
                                         "  redis.call('SREM', waiting, me)\n"
                                         "  redis.call('HDEL', links, me)\n"
                                         "  redis.call('HINCRBY', links, '#', 1)\n"
                                         "elseif lost == 0 then\n"
                                         "  redis.call('ZADD', alive, now, me)\n"
                                         "  redis.call('SREM', waiting, me)\n"
                                         "end\n"
                                         "return peers(ARGV[10])\n";
