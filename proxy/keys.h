/*
 * keys.h - API keys in Redis: made, looked at, changed, rotated, revoked. The admin API and `weir keys` both
 * come here.
 *
 *     weir:{keys}:key:<id>      what is kept of a key (policy/key_record.h); of a revoked one for 90 days more
 *     weir:{keys}:ids           sorted set of all ids, which stand in the order in which keys were made
 *     weir:{keys}:ids:<team>    the same, of a team's
 *     weir:{keys}:last          "<n>-<random>": the last change
 *     weir:{keys}:changes       sorted set "<n>-<random>:<id>" by n: the last KEY_CHANGES_KEPT changes
 *     weir:{keys}:mark          of the master key that these keys are kept under (api_key.h)
 *
 * A change is compared and set: who changes a key that somebody else has changed meanwhile reads it anew. It is
 * told as done when Redis cannot lose it any more (keys_kept.h). By `changes` proxies hear of it within
 * a quarter of a second (auth.h).
 */
#ifndef WEIR_KEYS_H
#define WEIR_KEYS_H

#include "policy/decide.h"
#include "policy/key_record.h"
#include "redis.h"

enum { KEY_CHANGES_KEPT = 1000, KEYS_LISTED_MOST = 500 };

#define KEYS_LAST    "weir:{keys}:last"
#define KEYS_CHANGES "weir:{keys}:changes"
#define KEYS_RECORD  "weir:{keys}:key:"
#define KEYS_MARK    "weir:{keys}:mark"

/* What an operation needs; all are refs that outlive it. One operation an arena, which holds what it tells. */
struct key_desk {
    struct loop           *loop;
    struct redis          *redis;
    struct arena          *arena;
    const struct key_ring *ring;
    const struct settings *settings;
    const struct policy   *policy;
    int64_t                wall_ms;
};

/* What is wished for a key, and which of it counts. */
enum key_part {
    KEY_NAME = 1,
    KEY_USER = 2,
    KEY_TAGS = 4,
    KEY_MODELS = 8,
    KEY_ROUTES = 16,
    KEY_ZONES = 32,
    KEY_REACH = 64,
    KEY_EXPIRES = 128,
    KEY_ENABLED = 256,
};
struct key_wish {
    unsigned          parts;
    struct key_record record; /* the parts of it; and, to make one, the team */
};

/* Is all of it there, and of a kind that can be kept? A key that is to be made needs a team that the settings
 * name. Models are put under their own names. why: BAD_REQUEST; param names the part. */
MUST_CHECK bool keys_check(const struct key_desk *, struct key_wish *, bool is_new, struct fault *why);

/* record and key are NULL with why: BAD_REQUEST, NO_SUCH_KEY, BUSY, REDIS_AWAY, INTERNAL. key is what nobody
 * will see again: it is wiped when the call returns, and NULL where none was made. Valid during the call, which
 * never comes from within what asked. */
typedef void on_key_fn(void *arg, const struct key_record *, const char *key, const struct fault *why);

/* The wish was checked. */
void keys_create(const struct key_desk *, const struct key_wish *, on_key_fn *, void *arg);
void keys_show(const struct key_desk *, struct slice id, on_key_fn *, void *arg);
void keys_change(const struct key_desk *, struct slice id, const struct key_wish *, on_key_fn *, void *arg);
/* The key gets a new secret; the old one lives overlap_ms longer. */
void keys_rotate(const struct key_desk *, struct slice id, int64_t overlap_ms, on_key_fn *, void *arg);
/* For good. */
void keys_revoke(const struct key_desk *, struct slice id, on_key_fn *, void *arg);

/* Of the team ("": of all), from the first id beyond `after` ("": from the beginning); has_more: there are
 * others beyond. */
typedef void on_keys_fn(void *arg, const struct key_record *, size_t count, bool has_more,
                        const struct fault *why);
void keys_list(const struct key_desk *, struct slice team, struct slice after, unsigned most, on_keys_fn *,
               void *arg);

/* As a JSON object, after a comma where one is needed; moments in seconds. key: NULL where it is not shown. */
void keys_write_json(struct buf *, const struct key_record *, const char *key, int64_t wall_ms);
/* A page of them. */
void keys_write_list_json(struct buf *, const struct key_record *, size_t count, bool has_more,
                          int64_t wall_ms);

#endif
