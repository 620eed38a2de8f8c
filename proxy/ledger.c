/* ledger.c - see ledger.h. */
#include "ledger.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/log.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <time.h>

#define KEEP_MS "8640000000" /* 100 days */

/*
 * KEYS: of each budget its hash and its leases. ARGV: now, when the lease lapses, the lease's id, the amount,
 * how long keys live, then each budget's limit. Returns {0}, or {which budget, its spent, its running}.
 *
 * Amounts are only ever added by HINCRBY, whose operands are int64 in decimal; Lua's doubles compare them. Up
 * to 2^53 that is exact, and a sum beyond 2^53 stays beyond every limit, which is at most LEDGER_MOST_NANOUSD.
 */
static const char reserve_script[] =
    "for i = 1, #KEYS, 2 do\n"
    "  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i + 1], '-inf', ARGV[1])) do\n"
    "    local amount = string.match(lease, '%d+$')\n"
    "    redis.call('ZREM', KEYS[i + 1], lease)\n"
    "    redis.call('HINCRBY', KEYS[i], 'running', '-' .. amount)\n"
    "    redis.call('HINCRBY', KEYS[i], 'spent', amount)\n"
    "  end\n"
    "end\n"
    "for i = 1, #KEYS, 2 do\n"
    "  local held = redis.call('HMGET', KEYS[i], 'spent', 'running')\n"
    "  local spent, running, which = held[1] or '0', held[2] or '0', (i + 1) / 2\n"
    "  if tonumber(spent) + tonumber(running) + tonumber(ARGV[4]) > tonumber(ARGV[5 + which]) then\n"
    "    return { which, spent, running }\n"
    "  end\n"
    "end\n"
    "for i = 1, #KEYS, 2 do\n"
    "  redis.call('ZADD', KEYS[i + 1], ARGV[2], ARGV[3] .. ':' .. ARGV[4])\n"
    "  redis.call('HINCRBY', KEYS[i], 'running', ARGV[4])\n"
    "  redis.call('PEXPIRE', KEYS[i], ARGV[5])\n"
    "  redis.call('PEXPIRE', KEYS[i + 1], ARGV[5])\n"
    "end\n"
    "return { 0 }\n";

/* KEYS as above. ARGV: the lease's id, the amount reserved, what it did cost, how long keys live. A lease that
 * is not there was settled before, or has lapsed and was counted in full: nothing is changed. */
static const char settle_script[] =
    "for i = 1, #KEYS, 2 do\n"
    "  if redis.call('ZREM', KEYS[i + 1], ARGV[1] .. ':' .. ARGV[2]) == 1 then\n"
    "    redis.call('HINCRBY', KEYS[i], 'running', '-' .. ARGV[2])\n"
    "    redis.call('HINCRBY', KEYS[i], 'spent', ARGV[3])\n"
    "    redis.call('PEXPIRE', KEYS[i], ARGV[4])\n"
    "    redis.call('PEXPIRE', KEYS[i + 1], ARGV[4])\n"
    "  end\n"
    "end\n"
    "return 0\n";

enum { KEYS_MOST = 2 * BUDGETS_MOST, ARGS_MOST = KEYS_MOST + 5 + BUDGETS_MOST, KEY_MOST_BYTES = 4096 };

/* --- keys --- */

struct keys {
    struct buf   text;
    struct slice key[KEYS_MOST];
    int          count;
};

/* A name's bytes that mean something in a key, or to whoever reads it, go in as %3A. */
static void add_name(struct buf *out, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c <= ' ' || c == 0x7f || strchr("%:{}", c))
            buf_printf(out, "%%%02X", c);
        else
            buf_add_byte(out, *name);
    }
}

static void keys_make(struct keys *keys, const struct reservation *r)
{
    size_t end[KEYS_MOST] = { 0 };
    keys->count = 0;
    buf_init(&keys->text, (size_t)KEYS_MOST * KEY_MOST_BYTES);
    for (unsigned i = 0; i < 2 * r->budget_count; i++) {
        buf_add_str(&keys->text, "weir:{");
        add_name(&keys->text, r->team);
        buf_add_str(&keys->text, i % 2 ? "}:leases:" : "}:budget:");
        add_name(&keys->text, r->budget[i / 2].name);
        buf_printf(&keys->text, ":%s", r->period);
        end[keys->count++] = keys->text.len;
    }
    if (keys->text.full)
        die("names of teams and rules that are longer than %d bytes", KEY_MOST_BYTES);
    for (int i = 0; i < keys->count; i++)
        keys->key[i] = slice_cut(buf_slice(&keys->text), i ? end[i - 1] : 0, end[i]);
}

/* --- settling --- */

struct decimal {
    char text[24];
};

static struct slice decimal(struct decimal *out, int64_t value)
{
    int len = snprintf(out->text, sizeof out->text, "%" PRId64, value);
    return slice_of(out->text, (size_t)len);
}

/* The lease lapses then, and counts at its worst. */
static void on_settled(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)arg;
    if (!reply)
        log_warn("ledger", "a call could not be settled and counts at its worst: %s", why->detail);
    else if (reply->type == REDIS_REPLY_ERROR)
        log_warn("ledger", "a call could not be settled and counts at its worst: %s", reply->str);
}

static void settle(struct redis *redis, const struct reservation *r, int64_t cost_nanousd,
                   on_redis_fn *on_reply)
{
    struct keys    keys;
    struct slice   args[ARGS_MOST];
    struct decimal reserved, cost;
    keys_make(&keys, r);
    int count = keys.count;
    memcpy(args, keys.key, sizeof keys.key);
    args[count++] = slice_str(r->id);
    args[count++] = decimal(&reserved, r->reserved_nanousd);
    args[count++] = decimal(&cost, cost_nanousd);
    args[count++] = S(KEEP_MS);
    redis_run(redis, settle_script, keys.count, count, args, on_reply, NULL);
    buf_fini(&keys.text);
}

void ledger_settle(struct redis *redis, struct reservation *r, int64_t cost_nanousd)
{
    if (r->id[0])
        settle(redis, r, cost_nanousd > 0 ? cost_nanousd : 0, on_settled);
    *r = (struct reservation){ 0 };
}

/* --- reserving --- */

static bool read_amount(const redisReply *reply, int64_t *out)
{
    return reply->type == REDIS_REPLY_STRING && slice_to_i64(slice_of(reply->str, reply->len), out);
}

static bool read_verdict(const redisReply *reply, struct reservation *r, enum ledger_verdict *out)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
        reply->element[0]->type != REDIS_REPLY_INTEGER)
        return false;
    long long which = reply->element[0]->integer;
    *out = which == 0 ? LEDGER_RESERVED : LEDGER_EXHAUSTED;
    if (which == 0)
        return true;
    if (which < 0 || which > r->budget_count || reply->elements != 3)
        return false;
    r->exhausted = (unsigned)which - 1;
    return read_amount(reply->element[1], &r->spent_nanousd) &&
           read_amount(reply->element[2], &r->running_nanousd);
}

static void on_reserved(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct reservation *r = arg;
    enum ledger_verdict verdict;
    if (!reply || !read_verdict(reply, r, &verdict)) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_warn("ledger", "Redis refused to reserve: %s", reply->str);
        /* It may have been done, or be done yet; this comes after it on the same link. */
        settle(r->redis, r, 0, NULL);
        verdict = LEDGER_AWAY;
    }
    if (verdict != LEDGER_RESERVED)
        r->id[0] = '\0';
    r->call(r->arg, verdict, r);
}

static void name_lease(char *id)
{
    unsigned char random[16];
    if (RAND_bytes(random, sizeof random) != 1)
        die("OpenSSL has no random bytes");
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(id + 2 * i, 3, "%02x", random[i]);
}

static void name_month(char *out, size_t out_bytes, int64_t wall_ms)
{
    time_t    seconds = wall_ms / 1000;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(out, out_bytes, "%Y-%m", &utc);
}

static int64_t limit_of(const struct budget *budget)
{
    return budget->limit_nanousd < LEDGER_MOST_NANOUSD ? budget->limit_nanousd : LEDGER_MOST_NANOUSD;
}

uint64_t ledger_reserve(struct redis *redis, struct reservation *r, const char *team,
                        const struct budget *budget, unsigned count, int64_t worst_nanousd, int64_t wall_ms,
                        on_ledger_fn *call, void *arg)
{
    if (count == 0 || count > BUDGETS_MOST || worst_nanousd <= 0)
        die("a reservation of %" PRId64 " nano-dollars on %u budgets", worst_nanousd, count);
    *r = (struct reservation){ .team = team,
                               .budget_count = count,
                               .reserved_nanousd = worst_nanousd,
                               .redis = redis,
                               .call = call,
                               .arg = arg };
    memcpy(r->budget, budget, count * sizeof *budget);
    name_lease(r->id);
    name_month(r->period, sizeof r->period, wall_ms);

    struct keys    keys;
    struct slice   args[ARGS_MOST];
    struct decimal now, lapse, worst, limit[BUDGETS_MOST];
    keys_make(&keys, r);
    int at = keys.count;
    memcpy(args, keys.key, sizeof keys.key);
    args[at++] = decimal(&now, wall_ms);
    args[at++] = decimal(&lapse, wall_ms + LEDGER_LEASE_MS);
    args[at++] = slice_str(r->id);
    args[at++] = decimal(&worst, worst_nanousd);
    args[at++] = S(KEEP_MS);
    for (unsigned i = 0; i < count; i++)
        args[at++] = decimal(&limit[i], limit_of(&budget[i]));
    uint64_t id = redis_run(redis, reserve_script, keys.count, at, args, on_reserved, r);
    buf_fini(&keys.text);
    return id;
}

void ledger_cancel(struct redis *redis, uint64_t id)
{
    struct reservation *r = redis_cancel(redis, id);
    if (!r)
        return;
    settle(redis, r, 0, NULL);
    *r = (struct reservation){ 0 };
}

/* --- telling --- */

/* "$19.2" */
static const char *dollars(struct decimal *out, int64_t nanousd)
{
    int len = snprintf(out->text, sizeof out->text, "$%" PRId64 ".%09" PRId64, nanousd / 1000000000,
                       nanousd % 1000000000);
    while (out->text[len - 1] == '0')
        out->text[--len] = '\0';
    if (out->text[len - 1] == '.')
        out->text[--len] = '\0';
    return out->text;
}

void ledger_explain(const struct reservation *r, struct fault *out)
{
    const struct budget *budget = &r->budget[r->exhausted];
    struct decimal       limit, spent, running, worst;
    int                  year = 0, month = 0;
    (void)sscanf(r->period, "%4d-%2d", &year, &month);
    year += month == 12;
    month = month % 12 + 1;
    fault_set(
        out, FAULT_OVER_BUDGET,
        "the budget \"%.64s\" of team %.64s: %s a month, %s spent, %s reserved by running calls, and this call "
        "may cost %s; it begins anew on %04d-%02d-01",
        budget->name, r->team, dollars(&limit, limit_of(budget)), dollars(&spent, r->spent_nanousd),
        dollars(&running, r->running_nanousd), dollars(&worst, r->reserved_nanousd), year, month);
}
