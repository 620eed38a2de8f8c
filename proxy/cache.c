/*
 * cache.c - see cache.h. Recalling, leading and keeping; those who wait are cache_flight.c's.
 */
#include "cache_inside.h"

#include "base/die.h"
#include "base/log.h"
#include "cache_entry.h"
#include "dice.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

/* ---- answers ---- */

bool cached_fits(const struct cached *c, int64_t max_tokens)
{
    if (c->is_cut)
        return c->limit_tokens == max_tokens;
    return max_tokens < 0 || c->tokens <= max_tokens;
}

int64_t cached_age_ms(const struct cached *c, int64_t wall_ms)
{
    return wall_ms > c->made_ms ? wall_ms - c->made_ms : 0;
}

/* ---- names ---- */

void cache_name(char out[CACHE_NAME_BYTES], const struct cache_key *key, char kind)
{
    char exact[CACHE_HEX_BYTES];
    cache_hash_hex(key->exact, exact);
    snprintf(out, CACHE_NAME_BYTES, "weir:{%s}:cache:%c:%s", key->tag, kind, exact);
}

static void space_name(char out[CACHE_NAME_BYTES], const struct cache_key *key, const char *what)
{
    snprintf(out, CACHE_NAME_BYTES, "weir:{%s}:cache:%s", key->tag, what);
}

/* ---- leases ---- */

static void draw_lease(struct cache_ask *ask)
{
    dice_digits(ask->lease, sizeof ask->lease - 1);
}

static void tell_lease(struct cache_ask *ask, const char *what)
{
    char name[CACHE_NAME_BYTES];
    cache_name(name, &ask->key, 'l');
    const struct slice words[] = { slice_str(name), slice_str(ask->lease), slice_str(what) };
    redis_run(ask->cache->redis, cache_lease_script, 1, 3, words, NULL, NULL);
}

static void on_again(void *arg)
{
    struct cache     *cache = arg;
    struct cache_ask *ask;
    char              ms[16];
    snprintf(ms, sizeof ms, "%d", CACHE_LEASE_MS);
    TAILQ_FOREACH(ask, &cache->leading, link)
    tell_lease(ask, ms);
    if (!TAILQ_EMPTY(&cache->leading))
        timer_set(cache->loop, &cache->again, CACHE_LEASE_AGAIN_MS, on_again, cache);
}

void cache_begin_leading(struct cache_ask *ask)
{
    struct cache *cache = ask->cache;
    if (TAILQ_EMPTY(&cache->leading))
        timer_set(cache->loop, &cache->again, CACHE_LEASE_AGAIN_MS, on_again, cache);
    TAILQ_INSERT_TAIL(&cache->leading, ask, link);
    ask->leads = true;
}

static void end_leading(struct cache_ask *ask)
{
    struct cache *cache = ask->cache;
    TAILQ_REMOVE(&cache->leading, ask, link);
    ask->leads = false;
    if (TAILQ_EMPTY(&cache->leading))
        timer_clear(&cache->again);
}

void cache_give_back(struct cache_ask *ask, enum cache_after after)
{
    tell_lease(ask, after == CACHE_NOBODY ? "nobody" : "next");
}

/* ---- what Redis says ---- */

/* Law 6: the log is told that, and not what. Once a minute: where the secret has changed, all of them are. */
static void tell_unreadable(struct cache *cache)
{
    int64_t now_ms = loop_now_ms(cache->loop);
    metrics_add(cache->metrics, METRIC_CACHE_UNREADABLE, 1);
    if (cache->told_ms && now_ms - cache->told_ms < CACHE_TELL_AGAIN_MS)
        return;
    cache->told_ms = now_ms;
    log_warn("cache_unreadable",
             "a remembered answer does not open: it was changed, or kept with another secret or version");
}

enum cache_says cache_understand(struct cache_ask *ask, const redisReply *reply, struct buf *plain,
                                 struct cached *hit)
{
    if (!reply) /* it may have been done all the same */
        return CACHE_SAYS_GO;
    ask->may_lead = false;
    bool is_error = reply->type == REDIS_REPLY_ERROR;
    if (reply->type == REDIS_REPLY_NIL ||
        (is_error && !strstr(reply->str, "WRONGTYPE"))) /* Redis' own trouble */
        return CACHE_SAYS_GO;
    if (reply->type == REDIS_REPLY_INTEGER)
        return reply->integer == 1 ? CACHE_SAYS_LEAD : reply->integer == 2 ? CACHE_SAYS_WAIT : CACHE_SAYS_GO;
    if (reply->type == REDIS_REPLY_STRING &&
        cache_entry_open(&ask->key, ask->secret, slice_of(reply->str, reply->len), plain, hit))
        return CACHE_SAYS_HIT;
    tell_unreadable(ask->cache);
    return reply->type == REDIS_REPLY_STRING ? CACHE_SAYS_ODD : CACHE_SAYS_GO;
}

/* By how much its time is over; negative: it is not. */
static int64_t overdue_ms(const struct cache_ask *ask, const struct cached *hit)
{
    int64_t keep_ms = hit->keep_ms < ask->keep_ms ? hit->keep_ms : ask->keep_ms;
    return cached_age_ms(hit, loop_wall_ms(ask->cache->loop)) - keep_ms;
}

bool cache_is_stale(const struct cache_ask *ask, const struct cached *hit)
{
    return overdue_ms(ask, hit) > 0;
}

/* What has come while it waited is as new as any answer that it could have. */
static bool is_young_enough(const struct cache_ask *ask, const struct cached *hit)
{
    return cached_age_ms(hit, loop_wall_ms(ask->cache->loop)) <= ask->most_age_ms ||
           (ask->has_waited && hit->made_ms >= ask->since_ms);
}

bool cache_is_of_use(const struct cache_ask *ask, const struct cached *hit)
{
    return cached_fits(hit, ask->max_tokens) && is_young_enough(ask, hit) &&
           overdue_ms(ask, hit) <= ask->stale_ms;
}

void cache_answer(struct cache_ask *ask, const struct cached *hit)
{
    ask->redis_id = 0;
    ask->call(ask->arg, ask, hit);
}

static void on_recalled(void *arg, const redisReply *reply, const struct fault *why);

/* What is there is of no use to this one. Once: what takes its place within a moment may be of none either. */
static void pass_over(struct cache_ask *ask, const redisReply *entry)
{
    if (ask->wait_ms <= 0 || ask->passes) {
        cache_answer(ask, NULL);
        return;
    }
    ask->passes = true;
    ask->passed_bytes = entry->len < sizeof ask->passed ? entry->len : sizeof ask->passed;
    memcpy(ask->passed, entry->str, ask->passed_bytes);
    ask->redis_id = cache_run_recall(ask, on_recalled, ask);
}

static void on_recalled(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct cache_ask *ask = arg;
    struct cached     hit;
    struct buf        plain;
    buf_init(&plain, SIZE_MAX / 2); /* bounded by what a reply may be */
    switch (cache_understand(ask, reply, &plain, &hit)) {
    case CACHE_SAYS_HIT:
        if (cache_is_of_use(ask, &hit))
            cache_answer(ask, &hit);
        else
            pass_over(ask, reply);
        break;
    case CACHE_SAYS_ODD:
        pass_over(ask, reply);
        break;
    case CACHE_SAYS_LEAD:
        cache_begin_leading(ask);
        cache_answer(ask, NULL);
        break;
    case CACHE_SAYS_WAIT:
        ask->redis_id = 0;
        flight_join(ask);
        break;
    case CACHE_SAYS_GO:
        cache_answer(ask, NULL);
        break;
    }
    buf_wipe(&plain);
}

/* ---- asking ---- */

static void begin(struct cache *cache, struct cache_ask *ask, on_cache_fn *call, void *arg)
{
    ask->cache = cache;
    ask->call = call;
    ask->arg = arg;
    ask->passes = false;
    ask->until_ms = loop_now_ms(cache->loop) + ask->wait_ms;
    ask->since_ms = loop_wall_ms(cache->loop);
}

uint64_t cache_run_recall(struct cache_ask *ask, on_redis_fn *on_reply, void *arg)
{
    char entry[CACHE_NAME_BYTES], lease[CACHE_NAME_BYTES], ms[16];
    cache_name(entry, &ask->key, 'e');
    cache_name(lease, &ask->key, 'l');
    snprintf(ms, sizeof ms, "%d", CACHE_LEASE_MS);
    if (!ask->lease[0])
        draw_lease(ask);
    ask->may_lead = true;
    const struct slice words[] = { slice_str(entry), slice_str(lease), slice_str(ask->lease), slice_str(ms),
                                   slice_of(ask->passed, ask->passed_bytes) };
    uint64_t           id =
        redis_run(ask->cache->redis, cache_recall_script, 2, ask->passes ? 5 : 4, words, on_reply, arg);
    redis_hasten(ask->cache->redis, id);
    return id;
}

void cache_look(struct cache *cache, struct cache_ask *ask, on_cache_fn *call, void *arg)
{
    char entry[CACHE_NAME_BYTES];
    begin(cache, ask, call, arg);
    cache_name(entry, &ask->key, 'e');
    ask->redis_id =
        redis_ask(cache->redis, 2, (struct slice[]){ S("GET"), slice_str(entry) }, on_recalled, ask);
    redis_hasten(cache->redis, ask->redis_id);
}

void cache_recall(struct cache *cache, struct cache_ask *ask, on_cache_fn *call, void *arg)
{
    if (ask->wait_ms <= 0) {
        cache_look(cache, ask, call, arg);
        return;
    }
    begin(cache, ask, call, arg);
    ask->redis_id = cache_run_recall(ask, on_recalled, ask);
}

static void on_lead(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct cache_ask *ask = arg;
    ask->may_lead = !reply;
    if (reply && reply->type == REDIS_REPLY_STATUS) /* OK; nil where somebody has it */
        cache_begin_leading(ask);
    cache_answer(ask, NULL);
}

void cache_lead(struct cache *cache, struct cache_ask *ask, on_cache_fn *call, void *arg)
{
    char lease[CACHE_NAME_BYTES], ms[16];
    begin(cache, ask, call, arg);
    draw_lease(ask);
    cache_name(lease, &ask->key, 'l');
    snprintf(ms, sizeof ms, "%d", CACHE_LEASE_MS);
    ask->may_lead = true;
    const struct slice words[] = { S("SET"), slice_str(lease), slice_str(ask->lease),
                                   S("NX"),  S("PX"),          slice_str(ms) };
    ask->redis_id = redis_ask(cache->redis, 6, words, on_lead, ask);
    redis_hasten(cache->redis, ask->redis_id);
}

void cache_release(struct cache_ask *ask, enum cache_after after)
{
    if (!ask->cache)
        return;
    if (ask->flight)
        flight_leave(ask);
    if (ask->redis_id)
        redis_cancel(ask->cache->redis, ask->redis_id);
    if (ask->leads || ask->may_lead)
        cache_give_back(ask, after);
    if (ask->leads) {
        end_leading(ask);
        flight_wake(ask->cache, &ask->key);
    }
    ask->redis_id = 0;
    ask->may_lead = false;
    ask->cache = NULL;
}

/* ---- keeping ---- */

/* What may be told of it without its seal; see cache_admin.h. */
static void write_about(const struct cache_key *key, const struct cached *c, int64_t ends_ms, size_t bytes,
                        struct buf *out)
{
    char turn[CACHE_HEX_BYTES];
    cache_hash_hex(key->turn, turn);
    buf_printf(out, "%zu {", bytes);
    json_add_number_member(out, "made_ms", c->made_ms);
    json_add_number_member(out, "keep_ms", c->keep_ms);
    json_add_number_member(out, "ends_ms", ends_ms);
    json_add_number_member(out, "cost_nanousd", c->cost_nanousd);
    json_add_number_member(out, "tokens", c->tokens);
    json_add_text_member(out, "route", c->route);
    json_add_text_member(out, "model", c->model);
    json_add_text_member(out, "turn", slice_str(turn));
    buf_add_byte(out, '}');
}

static void name_space(struct cache *cache, const struct cache_key *key, const struct cache_walls *walls)
{
    struct buf name;
    buf_init(&name, SIZE_MAX);
    buf_add_str(&name, walls->is_shared ? "share " : "team ");
    buf_add_str(&name, walls->space);
    const struct slice words[] = { S("HSET"), S("weir:cache:spaces"), slice_str(key->tag), buf_slice(&name) };
    redis_ask(cache->redis, 4, words, NULL, NULL);
    buf_fini(&name);
}

static void send_entry(struct cache_ask *ask, const struct cached *c, struct slice entry,
                       const struct cache_keeping *keeping)
{
    enum { KEYS = 5, WORDS = 15, NUMBERS = 5, ABOUT_MOST_BYTES = 16 * 1024 };
    char key[KEYS][CACHE_NAME_BYTES], prefix[CACHE_NAME_BYTES], exact[CACHE_HEX_BYTES], number[NUMBERS][24];
    const int64_t ttl_ms = c->keep_ms + keeping->stale_ms;
    struct buf    about;
    cache_name(key[0], &ask->key, 'e');
    cache_name(key[1], &ask->key, 'l');
    space_name(key[2], &ask->key, "index");
    space_name(key[3], &ask->key, "about");
    space_name(key[4], &ask->key, "sum");
    space_name(prefix, &ask->key, "e:");
    cache_hash_hex(ask->key.exact, exact);
    const int64_t given[NUMBERS] = { ttl_ms, c->made_ms + ttl_ms, c->made_ms, keeping->most_bytes,
                                     keeping->asked_ago_ms };
    for (size_t i = 0; i < NUMBERS; i++)
        snprintf(number[i], sizeof number[i], "%" PRId64, given[i]);
    buf_init(&about, ABOUT_MOST_BYTES);
    write_about(&ask->key, c, c->made_ms + ttl_ms, entry.len, &about);
    const struct slice words[WORDS] = { slice_str(key[0]),    slice_str(key[1]),     slice_str(key[2]),
                                        slice_str(key[3]),    slice_str(key[4]),     entry,
                                        slice_str(number[0]), slice_str(number[1]),  slice_str(exact),
                                        buf_slice(&about),    slice_str(ask->lease), slice_str(number[2]),
                                        slice_str(number[3]), slice_str(prefix),     slice_str(number[4]) };
    if (!about.full)
        redis_run(ask->cache->redis, cache_keep_script, KEYS, WORDS, words, NULL, NULL);
    buf_fini(&about);
}

void cache_keep(struct cache *cache, struct cache_ask *ask, struct cached *c,
                const struct cache_keeping *keeping)
{
    struct buf entry;
    ask->cache = cache; /* it may not have been asked before */
    c->made_ms = loop_wall_ms(cache->loop);
    buf_init(&entry, (size_t)keeping->entry_most_bytes);
    cache_entry_seal(&ask->key, ask->secret, c, &entry);
    if (!entry.full) {
        name_space(cache, &ask->key, keeping->walls);
        send_entry(ask, c, buf_slice(&entry), keeping);
    } else if (ask->leads) {
        cache_give_back(ask, CACHE_NOBODY);
    }
    if (ask->leads) {
        end_leading(ask);
        flight_wake(cache, &ask->key);
    }
    buf_wipe(&entry);
}

void cache_count_hit(struct cache *cache, const struct cache_key *key, int64_t saved_nanousd)
{
    char sum[CACHE_NAME_BYTES], saved[24];
    space_name(sum, key, "sum");
    snprintf(saved, sizeof saved, "%" PRId64, saved_nanousd);
    redis_ask(cache->redis, 4, (struct slice[]){ S("HINCRBY"), slice_str(sum), S("hits"), S("1") }, NULL, NULL);
    if (saved_nanousd > 0)
        redis_ask(cache->redis, 4,
                  (struct slice[]){ S("HINCRBY"), slice_str(sum), S("saved_nanousd"), slice_str(saved) }, NULL,
                  NULL);
}

/* ---- the secret ---- */

static void on_secret(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct cache *cache = arg;
    cache->secret_id = 0;
    if (reply && reply->type == REDIS_REPLY_STRING && strcmp(reply->str, cache->secret) != 0)
        log_warn("cache_other_secret",
                 "answers in this Redis are remembered under another `secret`: none of them is found here, nor "
                 "these there; all proxies that share answers need the same one");
}

void cache_check_secret(struct cache *cache, const struct cache_secret *secret)
{
    unsigned char mark[CACHE_HASH_BYTES];
    cache_turn_hash(secret, S("which secret?"), mark);
    cache_hash_hex(mark, cache->secret);
    const struct slice words[] = { S("GETSET"), S("weir:cache:secret"), slice_str(cache->secret) };
    cache->secret_id = redis_ask(cache->redis, 3, words, on_secret, cache);
}

/* ---- its life ---- */

struct cache *cache_new(struct loop *loop, struct redis *redis, struct metrics *metrics)
{
    struct cache *cache = must_calloc(1, sizeof *cache);
    *cache = (struct cache){ .loop = loop, .redis = redis, .metrics = metrics };
    TAILQ_INIT(&cache->leading);
    TAILQ_INIT(&cache->flights);
    return cache;
}

void cache_free(struct cache **handle)
{
    struct cache *cache = *handle;
    *handle = NULL;
    if (!cache)
        return;
    if (cache->secret_id)
        redis_cancel(cache->redis, cache->secret_id);
    timer_fini(&cache->again);
    free(cache);
}
