/*
 * keys.c - see keys.h.
 *
 *     create:                         make()  -> compare and set -> (such an id is there already: again)
 *     change, rotate, revoke:  get -> apply() -> compare and set -> (another was faster: get again)
 */
#include "keys.h"

#include "base/log.h"
#include "dice.h"
#include "keys_kept.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

enum { TRIES_MOST = 8, NONCE_DIGITS = 16 };

#define REVOKED_KEPT_MS (INT64_C(90) * 24 * 3600 * 1000)

/* KEYS: record, ids, ids of the team, last, changes, mark. ARGV: what stands there now (empty: nothing), what
 * shall, how long (0: for ever), id, nonce, mark, how many changes are kept. */
static const char change_script[] =
    "local mark = redis.call('GET', KEYS[6])\n"
    "if mark and mark ~= ARGV[6] then return -1 end\n"
    "if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end\n"
    "redis.call('SET', KEYS[6], ARGV[6])\n"
    "redis.call('SET', KEYS[1], ARGV[2])\n"
    "if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end\n"
    "redis.call('ZADD', KEYS[2], 0, ARGV[4])\n"
    "redis.call('ZADD', KEYS[3], 0, ARGV[4])\n"
    "local n = (tonumber(string.match(redis.call('GET', KEYS[4]) or '', '^%d+')) or 0) + 1\n"
    "local change = string.format('%d-%s', n, ARGV[5])\n"
    "redis.call('SET', KEYS[4], change)\n"
    "redis.call('ZADD', KEYS[5], n, change .. ':' .. ARGV[4])\n"
    "redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -1 - ARGV[7])\n"
    "return 1\n";

struct operation {
    struct key_desk desk;
    on_key_fn      *call;
    void           *arg;
    const char     *id; /* NULL: of a key that is made now */
    /* What is done to a record that was read; NULL: it is only shown. */
    bool (*apply)(struct operation *, struct key_record *, struct fault *why);
    struct key_wish   wish;
    int64_t           overlap_ms;
    unsigned          tries;
    struct slice      was; /* what stands in Redis; empty: nothing */
    struct key_record record;
    char              key[API_KEY_BYTES]; /* that was made; "": none */
};

static void begin(struct operation *);
static void make(struct operation *);

/* ---- the end ---- */

static void fail(struct operation *o, const struct fault *why)
{
    explicit_bzero(o->key, sizeof o->key);
    o->call(o->arg, NULL, NULL, why);
}

static void succeed(struct operation *o)
{
    o->call(o->arg, &o->record, o->key[0] ? o->key : NULL, NULL);
    explicit_bzero(o->key, sizeof o->key);
}

/* ---- compare and set ---- */

/* It is done in any case: to say that it is not would be worse. */
static void on_kept(void *arg, bool is_kept)
{
    struct operation *o = arg;
    if (!is_kept)
        log_warn("key_change_not_kept", "key %s: Redis has taken the change, and has not said that it is kept",
                 o->record.id);
    succeed(o);
}

static void on_set(void *arg, const redisReply *reply, const struct fault *why)
{
    struct operation *o = arg;
    struct fault      fault;
    if (!reply) {
        fail(o, why);
        return;
    }
    if (reply->type == REDIS_REPLY_INTEGER && reply->integer > 0) {
        keys_wait_until_kept(o->desk.loop, o->desk.redis, o->desk.arena, on_kept, o);
        return;
    }
    if (reply->type != REDIS_REPLY_INTEGER)
        fault_set(&fault, FAULT_REDIS_AWAY, "it refuses the change: %.200s", reply->str ? reply->str : "");
    else if (reply->integer < 0)
        fault_set(
            &fault, FAULT_INTERNAL,
            "the keys in this Redis are kept under another master key: all proxies, and this command, need "
            "the same `secret` in their settings");
    else if (++o->tries == TRIES_MOST)
        fault_set(&fault, FAULT_BUSY, "others are changing the same key; try again");
    else {
        begin(o);
        return;
    }
    fail(o, &fault);
}

static void set(struct operation *o)
{
    const struct key_record *r = &o->record;
    struct arena            *arena = o->desk.arena;
    char                     nonce[NONCE_DIGITS + 1];
    struct buf               text;
    dice_digits(nonce, NONCE_DIGITS);
    buf_init(&text, KEY_RECORD_MOST_BYTES);
    key_record_write(r, &text); /* bounded by what keys_check() lets pass */
    const struct slice words[] = {
        slice_str(arena_printf(arena, KEYS_RECORD "%s", r->id)),
        S("weir:{keys}:ids"),
        slice_str(arena_printf(arena, "weir:{keys}:ids:%s", r->team)),
        S(KEYS_LAST),
        S(KEYS_CHANGES),
        S(KEYS_MARK),
        o->was,
        buf_slice(&text),
        slice_str(arena_printf(arena, "%" PRId64, r->revoked_ms ? REVOKED_KEPT_MS : 0)),
        slice_str(r->id),
        slice_str(nonce),
        slice_str(o->desk.ring->mark),
        slice_str(arena_printf(arena, "%d", KEY_CHANGES_KEPT)),
    };
    enum { KEYS = 6, WORDS = sizeof words / sizeof *words };
    redis_run(o->desk.redis, change_script, KEYS, WORDS, words, on_set, o);
    buf_fini(&text);
}

/* ---- reading first ---- */

static void on_got(void *arg, const redisReply *reply, const struct fault *why)
{
    struct operation *o = arg;
    struct fault      fault;
    if (!reply) {
        fail(o, why);
        return;
    }
    if (reply->type != REDIS_REPLY_STRING) {
        fault_set(&fault, FAULT_NO_SUCH_KEY, "%.40s", o->id);
        fail(o, &fault);
        return;
    }
    o->was = arena_copy(o->desk.arena, slice_of(reply->str, reply->len));
    if (!key_record_read(o->desk.arena, o->was, &o->record, &fault) ||
        (o->apply && !o->apply(o, &o->record, &fault)))
        fail(o, &fault);
    else if (o->apply)
        set(o);
    else
        succeed(o);
}

/* A new key's record needs not be read. */
static void begin(struct operation *o)
{
    if (o->id) {
        const char *key = arena_printf(o->desk.arena, KEYS_RECORD "%s", o->id);
        redis_ask(o->desk.redis, 2, (struct slice[]){ S("GET"), slice_str(key) }, on_got, o);
    } else {
        make(o);
        set(o);
    }
}

static struct operation *operation_new(const struct key_desk *desk, on_key_fn *call, void *arg)
{
    struct operation *o = arena_alloc(desk->arena, sizeof *o);
    *o = (struct operation){ .desk = *desk, .call = call, .arg = arg };
    return o;
}

/* ---- what is done to a record ---- */

static void apply_wish(const struct key_wish *wish, struct key_record *r)
{
    const struct key_record *w = &wish->record;
    if (wish->parts & KEY_NAME)
        r->name = w->name;
    if (wish->parts & KEY_USER)
        r->user = w->user;
    if (wish->parts & KEY_TAGS) {
        memcpy(r->tag, w->tag, sizeof r->tag);
        r->tags = w->tags;
    }
    if (wish->parts & KEY_MODELS)
        r->grant.models = w->grant.models;
    if (wish->parts & KEY_ROUTES)
        r->grant.routes = w->grant.routes;
    if (wish->parts & KEY_ZONES)
        r->grant.zones = w->grant.zones;
    if (wish->parts & KEY_REACH)
        r->grant.reach = w->grant.reach;
    if (wish->parts & KEY_EXPIRES)
        r->expires_ms = w->expires_ms;
    if (wish->parts & KEY_ENABLED)
        r->is_disabled = w->is_disabled;
}

static void make_secret(struct operation *o, struct key_record *r)
{
    unsigned char random[API_KEY_SECRET_RANDOM], hash[API_KEY_HASH_BYTES];
    dice_bytes(random, sizeof random);
    api_key_make(o->desk.ring, r->id, random, o->key);
    api_key_hash(o->desk.ring, slice_str(o->key), hash);
    key_record_rotate(r, hash, o->desk.wall_ms, o->overlap_ms);
    explicit_bzero(random, sizeof random);
}

static bool is_changeable(const struct key_record *r, struct fault *why)
{
    return r->revoked_ms == 0 || fault_set(why, FAULT_BAD_REQUEST, "key %s is revoked", r->id);
}

/* A key from the beginning. */
static void make(struct operation *o)
{
    struct key_record *r = &o->record;
    unsigned char      random[API_KEY_ID_RANDOM];
    char              *id = arena_alloc(o->desk.arena, API_KEY_ID_BYTES);
    dice_bytes(random, sizeof random);
    api_key_make_id(o->desk.wall_ms, random, id);
    *r = (struct key_record){
        .id = id, .team = o->wish.record.team, .name = "", .user = "", .made_ms = o->desk.wall_ms
    };
    apply_wish(&o->wish, r);
    make_secret(o, r);
}

static bool change(struct operation *o, struct key_record *r, struct fault *why)
{
    apply_wish(&o->wish, r);
    return is_changeable(r, why);
}

static bool rotate(struct operation *o, struct key_record *r, struct fault *why)
{
    if (!is_changeable(r, why))
        return false;
    make_secret(o, r);
    return true;
}

static bool revoke(struct operation *o, struct key_record *r, struct fault *why)
{
    (void)why;
    if (r->revoked_ms == 0)
        r->revoked_ms = o->desk.wall_ms;
    return true;
}

/* ---- operations ---- */

void keys_create(const struct key_desk *desk, const struct key_wish *wish, on_key_fn *call, void *arg)
{
    struct operation *o = operation_new(desk, call, arg);
    o->wish = *wish;
    begin(o);
}

static struct operation *of_key(const struct key_desk *desk, struct slice id, on_key_fn *call, void *arg)
{
    struct operation *o = operation_new(desk, call, arg);
    o->id = arena_cstr(desk->arena, id);
    return o;
}

void keys_show(const struct key_desk *desk, struct slice id, on_key_fn *call, void *arg)
{
    begin(of_key(desk, id, call, arg));
}

void keys_change(const struct key_desk *desk, struct slice id, const struct key_wish *wish, on_key_fn *call,
                 void *arg)
{
    struct operation *o = of_key(desk, id, call, arg);
    o->apply = change;
    o->wish = *wish;
    begin(o);
}

void keys_rotate(const struct key_desk *desk, struct slice id, int64_t overlap_ms, on_key_fn *call, void *arg)
{
    struct operation *o = of_key(desk, id, call, arg);
    o->apply = rotate;
    o->overlap_ms = overlap_ms;
    begin(o);
}

void keys_revoke(const struct key_desk *desk, struct slice id, on_key_fn *call, void *arg)
{
    struct operation *o = of_key(desk, id, call, arg);
    o->apply = revoke;
    begin(o);
}
