/* spend_script.c - see spend_script.h; the keys are drawn in spend.h. */
#include "spend_script.h"

/* Numbers of batches are small enough for a Lua number; sums go by HINCRBY as they are written. One that would
 * pass int64 stays where it is: pcall. */
const char spend_script[] =
    "local sheet, teams = KEYS[1], KEYS[2]\n"
    "local who, number, known, keep = '!' .. ARGV[1], ARGV[2], ARGV[3], ARGV[4]\n"
    "local last = tonumber(redis.call('HGET', sheet, who) or 0)\n"
    "if last < tonumber(known) then return { 1, last } end\n"
    "if last >= tonumber(number) then return { 0, last } end\n"
    "redis.call('HSET', sheet, who, number)\n"
    "local function number_of(name, is_bound)\n"
    "  local id = redis.call('HGET', sheet, '=' .. name)\n"
    "  if id then return id end\n"
    "  if is_bound and tonumber(redis.call('HGET', sheet, '#') or 0) >= tonumber(ARGV[5]) then return nil end\n"
    "  id = redis.call('HINCRBY', sheet, '#', 1)\n"
    "  redis.call('HSET', sheet, '=' .. name, id)\n"
    "  return id\n"
    "end\n"
    "for at = 7, #ARGV, 3 do\n"
    "  local id = number_of(ARGV[at], true) or number_of(ARGV[at + 1], false)\n"
    "  for letter, value in string.gmatch(ARGV[at + 2], '(%a)(-?%d+)') do\n"
    "    redis.pcall('HINCRBY', sheet, id .. ':' .. letter, value)\n"
    "  end\n"
    "end\n"
    "redis.call('PEXPIRE', sheet, keep)\n"
    "redis.call('SADD', teams, ARGV[6])\n"
    "redis.call('PEXPIRE', teams, keep)\n"
    "return { 0, tonumber(number) }\n";
