/*
 * auth.c - see auth.h.
 *
 *     the settings' keys -> of our making? -> remembered? -> asked of Redis
 *     (known)               (no: BAD_KEY)     (known)        (known, BAD_KEY, KEYS_AWAY)
 */
#include "auth.h"

#include "auth_memory.h"
#include "base/die.h"
#include "base/log.h"
#include "keys.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum {
    HEARD_MS = 1000,           /* so long Redis may be silent before it counts as away */
    UNUSED_MS = 10 * 60 * 1000 /* a key that nobody used for so long is asked about anew */
};

struct auth {
    struct loop        *loop;
    struct redis       *redis;
    struct metrics     *metrics;
    struct auth_memory *memory;
    char                mark[20];     /* of our own ring */
    char                last[64];     /* the last change that the memory knows of: "<n>-<random>" */
    int64_t             confirmed_ms; /* then all that is remembered was so */
    struct timer        poll;
    bool                is_polling;
    uint64_t            poll_id, mark_id; /* what the poll, and the check of the ring, wait for in Redis */
};

/* ---- words ---- */

static bool is_bad(struct auth_ask *a, const char *words)
{
    return fault_set(&a->why, FAULT_BAD_KEY, "%s", words);
}

static bool is_expired(struct auth_ask *a, int64_t expires_ms)
{
    char      day[32];
    time_t    second = expires_ms / 1000;
    struct tm utc;
    gmtime_r(&second, &utc);
    strftime(day, sizeof day, "%Y-%m-%d %H:%M UTC", &utc);
    return fault_set(&a->why, FAULT_BAD_KEY, "it expired on %s", day);
}

/* ---- what a record says ---- */

static void fill_caller(struct auth_ask *a, const struct team *team, const struct key_record *r)
{
    struct caller *c = &a->caller;
    c->team = team;
    c->payer = (struct payer){ .team = team->name, .key = r->id, .user = r->user, .tags = r->tags };
    memcpy(c->payer.tag, r->tag, sizeof c->payer.tag);
    c->grants.of[GRANT_OF_TEAM] = &team->grant;
    c->grants.of[GRANT_OF_KEY] = &r->grant;
}

/* Who holds a secret may hear what became of it. */
static bool judge(struct auth_ask *a, struct slice text)
{
    int64_t            wall_ms = loop_wall_ms(a->auth->loop);
    struct key_record *r = arena_alloc(a->arena, sizeof *r);
    struct fault       unread;
    if (!key_record_read(a->arena, text, r, &unread)) {
        log_error("key_unreadable", "%s: what Redis has of it cannot be read", a->id);
        return is_bad(a, "what is kept of it cannot be read");
    }
    a->is_stranger = !key_record_has(r, a->hash, wall_ms);
    if (a->is_stranger)
        return is_bad(a, "another has taken its place, and its time is over");
    switch (key_record_state(r, wall_ms)) {
    case KEY_REVOKED:
        return is_bad(a, "it was revoked");
    case KEY_DISABLED:
        return is_bad(a, "it is disabled");
    case KEY_EXPIRED:
        return is_expired(a, r->expires_ms);
    case KEY_ACTIVE:
        break;
    }
    const struct team *team = settings_team(a->snapshot->settings, r->team);
    if (!team)
        return is_bad(a, "its team is not there any more");
    fill_caller(a, team, r);
    return true;
}

/* ---- changes ---- */

static void poll_later(struct auth *);

static bool take_last(struct auth *auth, const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_NIL)
        return false;
    snprintf(auth->last, sizeof auth->last, "%s", reply->type == REDIS_REPLY_STRING ? reply->str : "");
    return true;
}

static void forget_all(struct auth *auth)
{
    auth_forget_all(auth->memory);
    auth->last[0] = '\0';
}

/* The first is our own last change, or else Redis has forgotten it, or never knew it: then nothing is certain.
 */
static void on_changes(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct auth *auth = arg;
    size_t       len = strlen(auth->last);
    auth->poll_id = 0;
    bool is_list = reply && reply->type == REDIS_REPLY_ARRAY;
    bool is_whole = is_list && reply->elements > 0 && len > 0 &&
                    strncmp(reply->element[0]->str, auth->last, len) == 0 && reply->element[0]->str[len] == ':';
    if (is_list && !is_whole)
        forget_all(auth);
    for (size_t i = 1; is_whole && i < reply->elements; i++) {
        const char *change = reply->element[i]->str, *id = strchr(change, ':');
        auth_forget(auth->memory, id ? id + 1 : "");
        if (id && i + 1 == reply->elements)
            snprintf(auth->last, sizeof auth->last, "%.*s", (int)(id - change), change);
    }
    if (is_whole)
        auth->confirmed_ms = loop_now_ms(auth->loop);
    poll_later(auth);
}

static void ask_changes(struct auth *auth)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, (int64_t)strtoll(auth->last, NULL, 10));
    const struct slice words[] = { S("ZRANGEBYSCORE"), S(KEYS_CHANGES), slice_str(number), S("+inf") };
    auth->poll_id = redis_ask(auth->redis, 4, words, on_changes, auth);
}

static void on_last(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct auth *auth = arg;
    auth->poll_id = 0;
    bool is_read = reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_NIL);
    if (is_read && strcmp(reply->type == REDIS_REPLY_STRING ? reply->str : "", auth->last) != 0) {
        ask_changes(auth);
        return;
    }
    if (is_read) {
        auth->confirmed_ms = loop_now_ms(auth->loop);
        auth_forget_unused(auth->memory, auth->confirmed_ms - UNUSED_MS);
    }
    poll_later(auth);
}

static void on_poll(void *arg)
{
    struct auth *auth = arg;
    auth->is_polling = false;
    auth->poll_id = redis_ask(auth->redis, 2, (struct slice[]){ S("GET"), S(KEYS_LAST) }, on_last, auth);
}

/* While something is remembered. */
static void poll_later(struct auth *auth)
{
    if (auth->is_polling || auth->poll_id || auth_remembered(auth->memory) == 0)
        return;
    auth->is_polling = true;
    timer_set(auth->loop, &auth->poll, AUTH_POLL_MS, on_poll, auth);
}

/* ---- asking Redis ---- */

static bool is_away(struct auth_ask *a, const char *words)
{
    return fault_set(&a->why, FAULT_KEYS_AWAY, "Redis does not answer (%s), and this key is not in use here",
                     words);
}

/* What was remembered before is as of the last change that is known; the first to come says which that is. */
static void remember(struct auth *auth, const char *id, const redisReply *record, const redisReply *last)
{
    const int64_t now_ms = loop_now_ms(auth->loop);
    if (record->type != REDIS_REPLY_STRING) {
        auth_remember_unknown(auth->memory, id, now_ms);
        return;
    }
    if (auth_remembered(auth->memory) == 0) {
        if (!take_last(auth, last))
            return;
        auth->confirmed_ms = now_ms;
    }
    auth_remember(auth->memory, id, slice_of(record->str, record->len), now_ms);
    poll_later(auth);
}

static void on_record(void *arg, const redisReply *reply, const struct fault *why)
{
    struct auth_ask *a = arg;
    a->redis_id = 0;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        is_away(a, reply ? "it is not well" : why->detail);
    } else {
        const redisReply *record = reply->element[0];
        remember(a->auth, a->id, record, reply->element[1]);
        if (record->type == REDIS_REPLY_STRING)
            (void)judge(a, slice_of(record->str, record->len));
        else
            is_bad(a, "it is not there any more");
    }
    explicit_bzero(a->hash, sizeof a->hash);
    a->call(a->arg);
}

static enum auth_answer ask_redis(struct auth *auth, struct auth_ask *a)
{
    const char        *key = arena_printf(a->arena, KEYS_RECORD "%s", a->id);
    const struct slice words[] = { S("MGET"), slice_str(key), S(KEYS_LAST) };
    metrics_add(auth->metrics, METRIC_KEYS_ASKED, 1);
    a->redis_id = redis_ask(auth->redis, 3, words, on_record, a);
    return AUTH_WAITS;
}

/* ---- asking ---- */

/* May what is remembered be believed? */
static bool is_confirmed(const struct auth *auth, const struct settings *settings)
{
    int64_t most_ms = settings->keys_away_ms > HEARD_MS ? settings->keys_away_ms : HEARD_MS;
    return loop_now_ms(auth->loop) - auth->confirmed_ms <= most_ms;
}

static enum auth_answer ask_made(struct auth *auth, struct auth_ask *a, struct slice key)
{
    const struct key_ring *ring = &a->snapshot->key_ring;
    struct slice           record;
    if (!api_key_read(ring, key, a->id)) {
        is_bad(a, slice_starts(key, S(API_KEY_PREFIX))
                      ? "this deployment has made no such key: mistyped, or made under another secret"
                      : "");
        return AUTH_REFUSED;
    }
    api_key_hash(ring, key, a->hash);
    switch (auth_recall(auth->memory, a->id, loop_now_ms(auth->loop), &record)) {
    case AUTH_REMEMBERED:
        if (!is_confirmed(auth, a->snapshot->settings))
            break;
        if (judge(a, record))
            return AUTH_KNOWN;
        /* A secret may be younger than what is remembered: the key was rotated just now. */
        if (!a->is_stranger || !auth_may_ask_again(auth->memory, a->id, a->hash, loop_now_ms(auth->loop)))
            return AUTH_REFUSED;
        a->why = (struct fault){ .kind = FAULT_NONE };
        break;
    case AUTH_UNKNOWN:
        is_bad(a, "it is not there any more");
        return AUTH_REFUSED;
    case AUTH_UNHEARD:
        break;
    }
    return ask_redis(auth, a);
}

enum auth_answer auth_ask(struct auth *auth, struct auth_ask *a, const struct snapshot *snapshot,
                          struct slice key, struct arena *arena, void (*call)(void *arg), void *arg)
{
    *a = (struct auth_ask){ .auth = auth, .snapshot = snapshot, .arena = arena, .call = call, .arg = arg };
    const struct key_owner *owner;
    a->caller.team = snapshot_payer(snapshot, key, &a->caller.payer, &owner);
    if (a->caller.team) {
        a->caller.grants.of[GRANT_OF_TEAM] = &a->caller.team->grant;
        a->caller.grants.of[GRANT_OF_KEY] = owner ? &owner->grant : NULL;
        return AUTH_KNOWN;
    }
    if (key.len)
        return ask_made(auth, a, key);
    a->why.kind = FAULT_NO_KEY;
    return AUTH_REFUSED;
}

void auth_cancel(struct auth_ask *a)
{
    if (a->redis_id)
        redis_cancel(a->auth->redis, a->redis_id);
    a->redis_id = 0;
    explicit_bzero(a->hash, sizeof a->hash);
}

/* ---- its life ---- */

struct auth *auth_new(struct loop *loop, struct redis *redis, struct metrics *metrics)
{
    struct auth *auth = must_calloc(1, sizeof *auth);
    *auth = (struct auth){ .loop = loop, .redis = redis, .metrics = metrics, .memory = auth_memory_new() };
    return auth;
}

static void on_mark(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct auth *auth = arg;
    auth->mark_id = 0;
    if (reply && reply->type == REDIS_REPLY_STRING && strcmp(reply->str, auth->mark) != 0)
        log_warn(
            "keys_other_secret",
            "the API keys in this Redis are kept under another master key: none of them is known here; all "
            "proxies of a Redis need the same `secret`");
}

void auth_check_ring(struct auth *auth, const struct key_ring *ring)
{
    snprintf(auth->mark, sizeof auth->mark, "%s", ring->mark);
    auth->mark_id = redis_ask(auth->redis, 2, (struct slice[]){ S("GET"), S(KEYS_MARK) }, on_mark, auth);
}

void auth_free(struct auth **handle)
{
    struct auth *auth = *handle;
    *handle = NULL;
    if (!auth)
        return;
    if (auth->poll_id)
        redis_cancel(auth->redis, auth->poll_id);
    if (auth->mark_id)
        redis_cancel(auth->redis, auth->mark_id);
    timer_fini(&auth->poll);
    auth_memory_free(&auth->memory);
    free(auth);
}
