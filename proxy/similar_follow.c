/*
 * similar_follow.c - the stream of questions in Redis is read some times a second, and goes into the index.
 *
 *   tick --> asked what is new --> an SLM thread opens it, and changes the index --> tick
 *
 * One thing at a time. Now and then it is asked whether the last that was read is still the last or older: else
 * the stream was begun anew, and all that is known is forgotten with it.
 */
#include "similar_inside.h"

#include "base/hex.h"
#include "base/log.h"
#include "policy/caching.h"
#include "privacy/seal.h"
#include "similar_record.h"
#include "snapshot.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 200, TURNS_TO_LOOK = 4, TURNS_TO_SWEEP = 5, READ_MOST = 128 };

_Static_assert((int)READ_MOST <= (int)(sizeof((struct feed){ 0 }).length / sizeof(size_t)),
               "a feed holds a reading");
_Static_assert((int)GONE_BYTES_MOST >= (int)SIMILAR_RECORD_MOST + (int)SEAL_BYTES,
               "the longest records are of what is gone");

static void on_tick(void *arg);

static void wait_for_tick(struct similar *s)
{
    timer_set(s->loop, &s->timer, TICK_MS, on_tick, s);
}

/* ---- on an SLM thread ---- */

/* That another model has embedded it is nothing to complain of. */
static void put(struct similar *s, struct feed *f, struct slice sealed)
{
    const struct snapshot *snapshot = f->job.snapshot;
    struct near_entry      entry;
    struct buf             plain;
    buf_init(&plain, SIMILAR_RECORD_MOST);
    if (!seal_open(&snapshot->cache_secret.seal, similar_purpose, sealed, &plain))
        f->unreadable++;
    else if (similar_record_read(buf_slice(&plain), slm_fingerprint(snapshot->slm), &entry))
        near_put(s->near, &entry, f->wall_ms);
    buf_wipe(&plain);
}

/* What is no hex is no key, and passed over. */
static void drop_gone(struct similar *s, struct slice keys)
{
    enum { DIGITS = 2 * CACHE_HASH_BYTES };
    unsigned char exact[CACHE_HASH_BYTES];
    for (size_t at = 0; at + DIGITS <= keys.len; at += DIGITS)
        if (hex_read(slice_cut(keys, at, at + DIGITS), exact, sizeof exact))
            near_drop(s->near, exact);
}

/* In their order: what was purged may have been asked again since. */
static void take_all(struct similar *s, struct feed *f)
{
    size_t at = 0;
    f->unreadable = 0;
    for (unsigned i = 0; i < f->count; i++) {
        struct slice record = slice_cut(buf_slice(&f->records), at, at + f->length[i]);
        at += f->length[i];
        if (f->is_gone[i])
            drop_gone(s, record);
        else
            put(s, f, record);
    }
}

static void drop_forgotten(struct similar *s)
{
    unsigned char forget[FORGET_MOST][CACHE_HASH_BYTES];
    pthread_mutex_lock(&s->forget_lock);
    unsigned count = s->forget_count;
    memcpy(forget, s->forget, count * sizeof *forget);
    s->forget_count = 0;
    pthread_mutex_unlock(&s->forget_lock);
    for (unsigned i = 0; i < count; i++)
        near_drop(s->near, forget[i]);
}

static void run_feed(struct job *job, const struct inspector *inspector)
{
    (void)inspector;
    struct feed    *f = (struct feed *)job;
    struct similar *s = f->similar;
    if (f->clears)
        near_clear(s->near);
    drop_forgotten(s);
    take_all(s, f);
    near_sweep(s->near, f->wall_ms);
    f->known = near_count(s->near);
}

/* Law 6: the log is told that, and not what. */
static void tell_unreadable(struct similar *s, unsigned count)
{
    int64_t now_ms = loop_now_ms(s->loop);
    metrics_add(s->metrics, METRIC_CACHE_UNREADABLE, count);
    if (count == 0 || (s->told_ms && now_ms - s->told_ms < CACHE_TELL_AGAIN_MS))
        return;
    s->told_ms = now_ms;
    log_warn("similar_unreadable",
             "remembered questions do not open: they were changed, or kept with another secret");
}

static void on_fed(struct job *job)
{
    struct feed    *f = (struct feed *)job;
    struct similar *s = f->similar;
    bool            was_full = f->count == READ_MOST;
    f->is_out = false;
    if (!s->loop) /* it has left */
        return;
    snapshot_unref(&f->job.snapshot);
    metrics_add(s->metrics, METRIC_CACHE_KNOWN, (int64_t)f->known - (int64_t)s->known);
    s->known = f->known;
    tell_unreadable(s, f->unreadable);
    if (was_full)
        on_tick(s);
    else
        wait_for_tick(s);
}

/* ---- what Redis says ---- */

/* Ids are two numbers: milliseconds, and which within them. */
static bool is_before(const char *a, const char *b)
{
    char              *rest_a, *rest_b;
    unsigned long long ms_a = strtoull(a, &rest_a, 10), ms_b = strtoull(b, &rest_b, 10);
    unsigned long long nth_a = *rest_a ? strtoull(rest_a + 1, NULL, 10) : 0;
    unsigned long long nth_b = *rest_b ? strtoull(rest_b + 1, NULL, 10) : 0;
    return ms_a < ms_b || (ms_a == ms_b && nth_a < nth_b);
}

static const char begin_id[] = "0-0";

static bool is_array(const redisReply *reply, size_t least)
{
    return reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= least;
}

/* [id, [field, value]]: has it an id? */
static bool has_id(const redisReply *entry)
{
    return is_array(entry, 2) && entry->element[0]->type == REDIS_REPLY_STRING &&
           entry->element[0]->len < STREAM_ID_BYTES;
}

static bool is_word(const redisReply *reply, const char *word)
{
    return reply->type == REDIS_REPLY_STRING && strcmp(reply->str, word) == 0;
}

/* What is no record of ours is passed over. */
static void take_entry(struct similar *s, const redisReply *entry)
{
    const redisReply *fields = entry->element[1], *record = is_array(fields, 2) ? fields->element[1] : NULL;
    struct feed      *f = &s->feed;
    snprintf(s->last, sizeof s->last, "%s", entry->element[0]->str);
    if (!record || record->type != REDIS_REPLY_STRING || f->count == READ_MOST)
        return;
    bool is_gone = is_word(fields->element[0], "gone"), is_question = is_word(fields->element[0], "e");
    if ((!is_gone && !is_question) ||
        record->len > (is_gone ? (size_t)GONE_BYTES_MOST : (size_t)SIMILAR_RECORD_MOST + SEAL_BYTES))
        return;
    f->is_gone[f->count] = is_gone;
    buf_add(&f->records, slice_of(record->str, record->len));
    f->length[f->count++] = record->len;
}

/* Nothing may be new, and nothing to forget; but now and then what has ended is swept out. */
static bool has_work(struct similar *s)
{
    pthread_mutex_lock(&s->forget_lock);
    bool forgets = s->forget_count > 0;
    pthread_mutex_unlock(&s->forget_lock);
    return s->feed.count || s->feed.clears || forgets || s->turn % TURNS_TO_SWEEP == 0;
}

/* Hands over what was read. Where the pool is full, it is read again at the next tick. */
static void hand_over(struct similar *s, const char *last_before)
{
    struct feed *f = &s->feed;
    f->similar = s;
    f->wall_ms = loop_wall_ms(s->loop);
    f->job = (struct job){
        .run = run_feed, .done = on_fed, .loop = s->loop, .snapshot = snapshot_ref(*s->snapshot)
    };
    f->is_out = slm_pool_submit(s->pool, &f->job);
    if (f->is_out)
        return;
    snapshot_unref(&f->job.snapshot);
    snprintf(s->last, sizeof s->last, "%s", last_before);
    wait_for_tick(s);
}

static void on_news(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct similar   *s = arg;
    char              last_before[STREAM_ID_BYTES];
    const redisReply *entries =
        is_array(reply, 1) && is_array(reply->element[0], 2) ? reply->element[0]->element[1] : NULL;
    s->redis_id = 0;
    memcpy(last_before, s->last, sizeof last_before);
    for (size_t i = 0; is_array(entries, 1) && i < entries->elements; i++)
        if (has_id(entries->element[i]))
            take_entry(s, entries->element[i]);
    if (has_work(s))
        hand_over(s, last_before);
    else
        wait_for_tick(s);
}

static void ask_news(struct similar *s)
{
    struct feed *f = &s->feed;
    char         most[16];
    snprintf(most, sizeof most, "%d", READ_MOST);
    const struct slice words[] = {
        S("XREAD"), S("COUNT"), slice_str(most), S("STREAMS"), slice_str(cache_questions), slice_str(s->last)
    };
    buf_reset(&f->records);
    f->count = 0;
    s->redis_id = redis_ask(s->redis, sizeof words / sizeof *words, words, on_news, s);
}

/* ---- what audits found ---- */

static struct alike_audits *audits_of(struct similar *s, uint64_t route)
{
    for (unsigned i = 0; i < s->audited_count; i++)
        if (s->audited[i].route == route)
            return &s->audited[i].audits;
    if (s->audited_count == AUDITED_MOST)
        return NULL;
    s->audited[s->audited_count] = (struct audited){ .route = route };
    return &s->audited[s->audited_count++].audits;
}

static void take_count(struct similar *s, const char *field, const char *count)
{
    unsigned long long route, times = strtoull(count, NULL, 10);
    int                step, end = 0;
    char               found;
    if (sscanf(field, "%16llx:%3d:%c%n", &route, &step, &found, &end) != 3 || field[end] || step < 0 ||
        step >= ALIKE_STEPS || times > UINT32_MAX)
        return;
    struct alike_audits *audits = audits_of(s, route);
    if (audits)
        (found == 'r' ? audits->right : audits->wrong)[step] = (uint32_t)times;
}

static void on_audits(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct similar *s = arg;
    if (!is_array(reply, 0))
        return;
    pthread_mutex_lock(&s->audit_lock); /* for microseconds */
    s->audited_count = 0;
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (reply->element[i]->type == REDIS_REPLY_STRING && reply->element[i + 1]->type == REDIS_REPLY_STRING)
            take_count(s, reply->element[i]->str, reply->element[i + 1]->str);
    pthread_mutex_unlock(&s->audit_lock);
}

static void ask_audits(struct similar *s)
{
    const struct slice words[] = { S("HGETALL"), slice_str(similar_audits) };
    s->audits_id = redis_ask(s->redis, sizeof words / sizeof *words, words, on_audits, s);
}

/* ---- the round ---- */

/* The newest entry, or none: is it the stream that was read? */
static void on_newest(void *arg, const redisReply *reply, const struct fault *why)
{
    (void)why;
    struct similar *s = arg;
    s->redis_id = 0;
    if (!is_array(reply, 0)) { /* away */
        wait_for_tick(s);
        return;
    }
    bool is_there = reply->elements > 0 && has_id(reply->element[0]);
    s->feed.clears =
        strcmp(s->last, begin_id) != 0 && (!is_there || is_before(reply->element[0]->element[0]->str, s->last));
    if (s->feed.clears)
        snprintf(s->last, sizeof s->last, "%s", begin_id);
    ask_news(s);
}

static void on_tick(void *arg)
{
    struct similar        *s = arg;
    const struct snapshot *snapshot = *s->snapshot;
    const struct slice     newest[] = { S("XREVRANGE"), slice_str(cache_questions), S("+"), S("-"), S("COUNT"),
                                        S("1") };
    if (!policy_likens(snapshot->policy) || !snapshot->slm || !alike_fits(snapshot->slm) ||
        !redis_is_up(s->redis)) {
        wait_for_tick(s);
        return;
    }
    s->feed.clears = false;
    bool looks = s->turn++ % TURNS_TO_LOOK == 0;
    if (looks)
        ask_audits(s);
    if (looks)
        s->redis_id = redis_ask(s->redis, sizeof newest / sizeof *newest, newest, on_newest, s);
    else
        ask_news(s);
}

/* ---- beginning and end ---- */

void similar_follow(struct similar *s, struct loop *loop, struct redis *redis, struct metrics *metrics,
                    struct snapshot *const *snapshot)
{
    s->loop = loop;
    s->redis = redis;
    s->metrics = metrics;
    s->snapshot = snapshot;
    buf_init(&s->feed.records, READ_MOST * GONE_BYTES_MOST); /* longer than a question */
    snprintf(s->last, sizeof s->last, "%s", begin_id);
    wait_for_tick(s);
}

void similar_leave(struct similar *s)
{
    if (!s->loop)
        return;
    timer_fini(&s->timer);
    if (s->redis_id)
        redis_cancel(s->redis, s->redis_id);
    redis_cancel(s->redis, s->audits_id); /* NULL where it has been answered */
    if (s->feed.is_out)
        snapshot_unref(&s->feed.job.snapshot);
    buf_fini(&s->feed.records);
    s->loop = NULL;
}
