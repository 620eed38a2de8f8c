/* similar.c - see similar.h: the index, what is found in it, and what Redis is told. */
#include "similar_inside.h"

#include "base/die.h"
#include "privacy/seal.h"
#include "similar_record.h"

#include <inttypes.h>
#include <stdio.h>

/* Whose words come up for comparison: at most so many, none farther than that; and for how many of those that
 * no rule parts the chance is taken, at half a millisecond each. */
enum { NEAR_MOST = 24, COMPARED_MOST = 4 };
static const float COSINE_LEAST = 0.55F;

const char similar_audits[] = "weir:cache:similar:audits", similar_purpose[] = "similar question";

/* ---- the index ---- */

static void share(void *arg)
{
    pthread_rwlock_rdlock(arg);
}

static void take(void *arg)
{
    pthread_rwlock_wrlock(arg);
}

static void give(void *arg)
{
    pthread_rwlock_unlock(arg);
}

struct similar *similar_new(struct slm_pool *pool, size_t questions_most)
{
    struct similar *s = must_calloc(1, sizeof *s);
    pthread_rwlock_init(&s->lock, NULL);
    pthread_mutex_init(&s->forget_lock, NULL);
    pthread_mutex_init(&s->audit_lock, NULL);
    s->pool = pool;
    s->most = questions_most;
    s->near = near_new(SIMILAR_DIM, questions_most, (struct near_lock){ share, take, give, &s->lock });
    s->alike = alike_new();
    return s;
}

void similar_free(struct similar **handle)
{
    struct similar *s = *handle;
    *handle = NULL;
    if (!s)
        return;
    near_free(&s->near);
    alike_free(&s->alike);
    pthread_rwlock_destroy(&s->lock);
    pthread_mutex_destroy(&s->forget_lock);
    pthread_mutex_destroy(&s->audit_lock);
    free(s);
}

/* ---- looking ---- */

/* One question that is compared with others. */
struct asked {
    const struct inspector  *inspector;
    struct arena            *arena;
    const struct alike_text *text;
    struct slice             words;
    struct slm_states        states;
    bool                     has_states;
};

static float compare_states(struct asked *a, const struct alike_text *other, struct slice words)
{
    struct slm_states     states;
    struct alike_features f;
    if (!a->has_states)
        slm_states(a->inspector->worker, a->arena, a->words, &a->states);
    a->has_states = true;
    slm_states(a->inspector->worker, a->arena, words, &states);
    alike_compare(a->arena, SIMILAR_DIM, a->text, &a->states, other, &states, &f);
    return alike_chance(&f);
}

/* Which two, and where the one ends. */
static struct memo_key key_of_pair(const struct asked *a, struct slice words)
{
    const struct inspector *inspector = a->inspector;
    struct buf              pair;
    buf_init(&pair, 2 * ALIKE_BYTES_MOST + 24); /* two questions, and a number */
    buf_add_decimal(&pair, (int64_t)a->words.len);
    buf_add_byte(&pair, ':');
    buf_add(&pair, a->words);
    buf_add(&pair, words);
    struct memo_key key = memo_key(inspector->memo, inspector->generation, MEMO_CHANCE, buf_slice(&pair));
    buf_wipe(&pair);
    return key;
}

/* What people ask in other words they ask in the same other words again. */
static float chance_of(struct asked *a, const struct alike_text *other, struct slice words)
{
    struct memo    *memo = a->inspector->memo;
    struct memo_key key;
    struct slice    value;
    float           chance;
    if (slice_eq(a->words, words))
        return 1;
    if (memo) {
        key = key_of_pair(a, words);
        if (memo_recall(memo, &key, a->arena, &value) && value.len == sizeof chance) {
            memcpy(&chance, value.ptr, sizeof chance);
            return chance;
        }
    }
    chance = compare_states(a, other, words);
    if (memo)
        memo_keep(memo, &key, slice_of((const char *)&chance, sizeof chance));
    return chance;
}

static float bar_for(struct similar *s, const struct similar_look *look)
{
    static const struct alike_audits none;
    const struct alike_audits       *audits = &none;
    pthread_mutex_lock(&s->audit_lock);
    for (unsigned i = 0; i < s->audited_count; i++)
        if (s->audited[i].route == look->route)
            audits = &s->audited[i].audits;
    float bar = alike_audited_chance(look->max_error, audits);
    pthread_mutex_unlock(&s->audit_lock);
    return bar;
}

static void compare(struct similar *s, struct asked *a, const struct near_found *found, size_t count,
                    struct similar_look *look)
{
    float    bar = bar_for(s, look);
    unsigned compared = 0;
    for (size_t i = 0; i < count && compared < COMPARED_MOST && !look->is_found; i++) {
        const struct alike_text *other = alike_read(s->alike, a->arena, found[i].note);
        enum alike_difference    difference = alike_differs(a->text, other);
        if (i == 0)
            look->differs = difference == ALIKE_NONE ? ALIKE_MEANING : difference;
        if (difference != ALIKE_NONE)
            continue;
        float chance = chance_of(a, other, found[i].note);
        compared++;
        if (chance < bar)
            continue;
        look->is_found = true;
        look->chance = chance;
        look->cosine = found[i].cosine;
        memcpy(look->exact, found[i].id, sizeof look->exact);
    }
}

void similar_find(struct similar *s, const struct inspector *inspector, struct arena *scratch,
                  struct similar_look *look)
{
    struct near_found found[NEAR_MOST];
    float             embedding[SLM_QUESTION_MOST];
    struct asked      a = { .inspector = inspector, .arena = scratch, .words = look->words };
    if (!inspector->worker || !alike_fits(slm_of(inspector->worker)) || look->words.len > ALIKE_BYTES_MOST)
        return;
    a.text = alike_read(s->alike, scratch, look->words);
    look->is_readable = alike_differs(a.text, a.text) == ALIKE_NONE;
    if (!look->is_readable)
        return;
    inspect_embedding(inspector, scratch, look->words, embedding);
    near_pack(embedding, SIMILAR_DIM, look->embedding);
    size_t count = near_find(s->near, scratch, look->context, look->embedding, COSINE_LEAST, look->wall_ms,
                             found, NEAR_MOST);
    look->near = (unsigned)count;
    compare(s, &a, found, count, look);
}

const struct alike *similar_rules(const struct similar *s)
{
    return s->alike;
}

/* ---- telling ---- */

void similar_keep(struct redis *redis, const struct cache_secret *secret, const struct similar_look *look,
                  uint64_t fingerprint, const unsigned char *exact, int64_t ends_ms, int64_t questions_most)
{
    struct near_entry entry = { .ends_ms = ends_ms, .embedding = look->embedding, .note = look->words };
    struct buf        plain, sealed;
    char              most[24], life[24];
    memcpy(entry.group, look->context, sizeof entry.group);
    memcpy(entry.id, exact, sizeof entry.id);
    buf_init(&plain, SIMILAR_RECORD_MOST);
    buf_init(&sealed, SIMILAR_RECORD_MOST + SEAL_BYTES);
    similar_record_write(&plain, fingerprint, &entry);
    seal(&secret->seal, similar_purpose, buf_slice(&plain), &sealed);
    snprintf(most, sizeof most, "%" PRId64, questions_most);
    snprintf(life, sizeof life, "%" PRId64, CACHE_KEEP_MOST_MS);
    const struct slice add[] = { S("XADD"),       slice_str(cache_questions),
                                 S("MAXLEN"),     S("~"),
                                 slice_str(most), S("*"),
                                 S("e"),          buf_slice(&sealed) };
    const struct slice last[] = { S("PEXPIRE"), slice_str(cache_questions), slice_str(life) };
    redis_ask(redis, sizeof add / sizeof *add, add, NULL, NULL);
    redis_ask(redis, sizeof last / sizeof *last, last, NULL, NULL);
    buf_wipe(&plain);
    buf_fini(&sealed);
}

void similar_tell_audit(struct redis *redis, uint64_t route, float chance, bool is_right)
{
    char field[48], life[24];
    snprintf(field, sizeof field, "%016" PRIx64 ":%d:%c", route, (int)(chance * 100), is_right ? 'r' : 'w');
    snprintf(life, sizeof life, "%" PRId64, CACHE_KEEP_MOST_MS);
    const struct slice add[] = { S("HINCRBY"), slice_str(similar_audits), slice_str(field), S("1") };
    const struct slice last[] = { S("PEXPIRE"), slice_str(similar_audits), slice_str(life) };
    redis_ask(redis, sizeof add / sizeof *add, add, NULL, NULL);
    redis_ask(redis, sizeof last / sizeof *last, last, NULL, NULL);
}

void similar_forget(struct similar *s, const unsigned char *exact)
{
    pthread_mutex_lock(&s->forget_lock);
    if (s->forget_count < FORGET_MOST)
        memcpy(s->forget[s->forget_count++], exact, CACHE_HASH_BYTES);
    pthread_mutex_unlock(&s->forget_lock);
}
