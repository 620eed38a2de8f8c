/*
 * cache_admin.c - see cache_admin.h.
 *
 *   spaces --> of each: its sums, then page after page of its books --> rows --> (purged) --> on_space
 */
#include "cache_admin.h"

#include "base/die.h"
#include "policy/decide.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

const char cache_questions[] = "weir:cache:similar";

/* KEYS index, about; ARGV what entries' names begin with, exact hashes. How many there were. */
static const char purge_script[] =
    "local gone = 0\n"
    "for i = 2, #ARGV do\n"
    "  local about = redis.call('HGET', KEYS[2], ARGV[i])\n"
    "  gone = gone + redis.call('DEL', ARGV[1] .. ARGV[i])\n"
    "  redis.call('ZREM', KEYS[1], ARGV[i])\n"
    "  if about then\n"
    "    redis.call('HDEL', KEYS[2], ARGV[i])\n"
    "    redis.call('HINCRBY', KEYS[2], 'bytes', '-' .. (string.match(about, '^%d+') or '0'))\n"
    "  end\n"
    "end\n"
    "return gone\n";

/* KEYS sum. What was asked for before is not kept any more (cache_script.c). */
static const char mark_script[] =
    "local time = redis.call('TIME')\n"
    "redis.call('HSET', KEYS[1], 'purged_ms', time[1] * 1000 + math.floor(time[2] / 1000))\n"
    "redis.call('PEXPIRE', KEYS[1], 7862400000)\n"
    "return 1\n";

struct cache_walk {
    struct redis               *redis;
    const struct cache_filter  *filter;
    const struct cache_visitor *visitor;
    void                       *arg;
    int64_t                     wall_ms;
    bool                        purges;
    struct arena               *arena, *page; /* the walk's, and a page's */
    uint64_t                    redis_id;
    struct slice               *tag, *name; /* of the spaces */
    size_t                      spaces, at;
    struct cache_space          space; /* the one at hand */
    struct slice                cursor;
    struct slice               *doomed; /* on this page */
    size_t                      doomed_count, doomed_cap, doomed_at;
    int64_t                     purged;
};

static void next_space(struct cache_walk *w);
static void ask_page(struct cache_walk *w);

/* ---- its life ---- */

static void free_walk(struct cache_walk *w)
{
    arena_free(&w->page);
    arena_free(&w->arena);
    free(w);
}

void cache_walk_cancel(struct cache_walk **handle)
{
    struct cache_walk *w = *handle;
    *handle = NULL;
    if (!w)
        return;
    redis_cancel(w->redis, w->redis_id);
    free_walk(w);
}

static void end(struct cache_walk *w, const struct fault *why)
{
    w->visitor->on_end(w->arg, w->purged, why);
    free_walk(w);
}

/* False when the walk has ended over it. */
static bool is_of_type(struct cache_walk *w, const redisReply *reply, int type, const struct fault *why)
{
    struct fault odd = { 0 };
    if (reply && reply->type == type)
        return true;
    fault_set(&odd, FAULT_REDIS_AWAY, "it does not answer as it should");
    end(w, reply ? &odd : why);
    return false;
}

static struct slice text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? slice_of(reply->str, reply->len) : S("");
}

static struct slice name_of(struct cache_walk *w, struct arena *arena, const char *what)
{
    return slice_str(arena_printf(arena, "weir:{%.*s}:cache:%s", SLICE_ARG(w->tag[w->at]), what));
}

/* ---- rows ---- */

static struct slice text_member(const struct json *j, const char *key, struct arena *arena)
{
    return json_string(j, json_get(j, 0, key), arena);
}

/* What cache_keep() wrote; anything else is none of ours. */
static bool read_row(struct cache_walk *w, struct slice key, struct slice about, struct cache_row *row)
{
    size_t      blank = slice_find_byte(about, ' ');
    struct json j;
    *row = (struct cache_row){ .space = w->space.name, .key = key };
    if (key.len != CACHE_HEX_BYTES - 1 || blank == SLICE_NONE ||
        !slice_to_i64(slice_cut(about, 0, blank), &row->bytes) ||
        !json_read(w->page, slice_cut(about, blank + 1, about.len), &j, NULL))
        return false;
    row->tag = arena_cstr(w->page, w->tag[w->at]);
    row->model = text_member(&j, "model", w->page);
    row->route = text_member(&j, "route", w->page);
    row->turn = text_member(&j, "turn", w->page);
    return json_i64(&j, json_get(&j, 0, "made_ms"), &row->made_ms) &&
           json_i64(&j, json_get(&j, 0, "keep_ms"), &row->keep_ms) &&
           json_i64(&j, json_get(&j, 0, "ends_ms"), &row->ends_ms) &&
           json_i64(&j, json_get(&j, 0, "cost_nanousd"), &row->cost_nanousd) &&
           json_i64(&j, json_get(&j, 0, "tokens"), &row->tokens);
}

static bool is_wanted(const struct cache_walk *w, const struct cache_row *row)
{
    const struct cache_filter *f = w->filter;
    char                       turn[CACHE_HEX_BYTES];
    cache_hash_hex(f->turn, turn);
    return row->ends_ms > w->wall_ms && (f->model.len == 0 || slice_eq(f->model, row->model)) &&
           (f->route.len == 0 || slice_eq(f->route, row->route)) && slice_starts(row->key, f->key) &&
           (f->older_ms == 0 || w->wall_ms - row->made_ms > f->older_ms) &&
           (!f->has_turn || slice_is(row->turn, turn));
}

static void doom(struct cache_walk *w, struct slice key)
{
    if (w->doomed_count == w->doomed_cap)
        w->doomed = arena_grow(w->page, w->doomed, w->doomed_count, sizeof *w->doomed, &w->doomed_cap);
    w->doomed[w->doomed_count++] = key;
}

static void see(struct cache_walk *w, struct slice key, struct slice about)
{
    struct cache_row row;
    if (!read_row(w, key, about, &row) || !is_wanted(w, &row))
        return;
    w->space.entries++;
    w->space.bytes += row.bytes;
    if (w->visitor->on_row)
        w->visitor->on_row(w->arg, &row);
    if (w->purges)
        doom(w, key);
}

/* ---- pages ---- */

static void page_done(struct cache_walk *w)
{
    if (!slice_is(w->cursor, "0")) {
        ask_page(w);
        return;
    }
    if (w->visitor->on_space)
        w->visitor->on_space(w->arg, &w->space);
    w->at++;
    next_space(w);
}

static void purge_some(struct cache_walk *w);

static void on_purged(void *arg, const redisReply *reply, const struct fault *why)
{
    struct cache_walk *w = arg;
    if (!is_of_type(w, reply, REDIS_REPLY_INTEGER, why))
        return;
    w->purged += reply->integer;
    purge_some(w);
}

/* Where there is no stream nobody knows of questions, and there is nothing to forget. */
static void tell_gone(struct cache_walk *w, const struct slice *key, size_t count)
{
    struct buf keys;
    buf_init(&keys, CACHE_PURGED_AT_ONCE * CACHE_HEX_BYTES);
    for (size_t i = 0; i < count; i++)
        buf_add(&keys, key[i]);
    const struct slice add[] = { S("XADD"),       slice_str(cache_questions),
                                 S("NOMKSTREAM"), S("*"),
                                 S("gone"),       buf_slice(&keys) };
    redis_ask(w->redis, sizeof add / sizeof *add, add, NULL, NULL);
    buf_fini(&keys);
}

static void purge_some(struct cache_walk *w)
{
    struct slice word[3 + CACHE_PURGED_AT_ONCE];
    size_t       count = 0;
    if (w->doomed_at == w->doomed_count) {
        page_done(w);
        return;
    }
    word[0] = name_of(w, w->page, "index");
    word[1] = name_of(w, w->page, "about");
    word[2] = name_of(w, w->page, "e:");
    while (count < CACHE_PURGED_AT_ONCE && w->doomed_at < w->doomed_count)
        word[3 + count++] = w->doomed[w->doomed_at++];
    /* Sent before, it has been done when the script has. */
    tell_gone(w, word + 3, count);
    w->redis_id = redis_run(w->redis, purge_script, 2, (int)(3 + count), word, on_purged, w);
}

static void on_page(void *arg, const redisReply *reply, const struct fault *why)
{
    struct cache_walk *w = arg;
    if (!is_of_type(w, reply, REDIS_REPLY_ARRAY, why))
        return;
    arena_reset(w->page);
    w->doomed = NULL;
    w->doomed_count = w->doomed_cap = w->doomed_at = 0;
    w->cursor = S("0");
    if (reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_ARRAY) {
        const redisReply *pairs = reply->element[1];
        w->cursor = arena_copy(w->arena, text_of(reply->element[0]));
        for (size_t i = 0; i + 1 < pairs->elements; i += 2)
            see(w, arena_copy(w->page, text_of(pairs->element[i])),
                arena_copy(w->page, text_of(pairs->element[i + 1])));
    }
    purge_some(w);
}

static void ask_page(struct cache_walk *w)
{
    const struct slice word[] = { S("HSCAN"), name_of(w, w->page, "about"), w->cursor, S("COUNT"), S("500") };
    w->redis_id = redis_ask(w->redis, 5, word, on_page, w);
}

/* ---- spaces ---- */

static int64_t number_of(const redisReply *reply)
{
    int64_t number;
    return slice_to_i64(text_of(reply), &number) ? number : 0;
}

static void on_sums(void *arg, const redisReply *reply, const struct fault *why)
{
    struct cache_walk *w = arg;
    if (!is_of_type(w, reply, REDIS_REPLY_ARRAY, why))
        return;
    w->space = (struct cache_space){ .name = w->name[w->at] };
    if (reply->elements == 3) {
        w->space.kept = number_of(reply->element[0]);
        w->space.hits = number_of(reply->element[1]);
        w->space.saved_nanousd = number_of(reply->element[2]);
    }
    w->cursor = S("0");
    ask_page(w);
}

static void next_space(struct cache_walk *w)
{
    if (w->at == w->spaces) {
        end(w, NULL);
        return;
    }
    const struct slice sum = name_of(w, w->arena, "sum");
    const struct slice word[] = { S("HMGET"), sum, S("kept"), S("hits"), S("saved_nanousd") };
    if (w->purges)
        redis_run(w->redis, mark_script, 1, 1, &sum, NULL, NULL);
    w->redis_id = redis_ask(w->redis, 5, word, on_sums, w);
}

static bool is_space_wanted(const struct cache_filter *f, struct slice name)
{
    if (f->team.len)
        return slice_starts(name, S("team ")) && slice_eq(slice_cut(name, 5, name.len), f->team);
    if (f->share.len)
        return slice_starts(name, S("share ")) && slice_eq(slice_cut(name, 6, name.len), f->share);
    return true;
}

static void on_spaces(void *arg, const redisReply *reply, const struct fault *why)
{
    struct cache_walk *w = arg;
    if (!is_of_type(w, reply, REDIS_REPLY_ARRAY, why))
        return;
    w->tag = arena_array(w->arena, reply->elements, sizeof *w->tag);
    w->name = arena_array(w->arena, reply->elements, sizeof *w->name);
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        struct slice tag = text_of(reply->element[i]), name = text_of(reply->element[i + 1]);
        if (tag.len != CACHE_TAG_BYTES || !is_space_wanted(w->filter, name))
            continue;
        w->tag[w->spaces] = arena_copy(w->arena, tag);
        w->name[w->spaces++] = arena_copy(w->arena, name);
    }
    next_space(w);
}

struct cache_walk *cache_walk(struct redis *redis, const struct cache_filter *filter, int64_t wall_ms,
                              bool purges, const struct cache_visitor *visitor, void *arg)
{
    struct cache_walk *w = must_calloc(1, sizeof *w);
    *w = (struct cache_walk){ .redis = redis,
                              .filter = filter,
                              .visitor = visitor,
                              .arg = arg,
                              .wall_ms = wall_ms,
                              .purges = purges,
                              .arena = arena_new(),
                              .page = arena_new() };
    w->redis_id = redis_ask(redis, 2, (struct slice[]){ S("HGETALL"), S("weir:cache:spaces") }, on_spaces, w);
    return w;
}

/* ---- told ---- */

void cache_row_write(const struct cache_row *row, int64_t wall_ms, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "key", row->key);
    json_add_text_member(out, "space", row->space);
    json_add_text_member(out, "route", row->route);
    json_add_text_member(out, "model", row->model);
    json_add_number_member(out, "age_s", (wall_ms > row->made_ms ? wall_ms - row->made_ms : 0) / 1000);
    json_add_number_member(out, "fresh_s", (row->made_ms + row->keep_ms - wall_ms) / 1000);
    json_add_number_member(out, "ends_s", (row->ends_ms - wall_ms) / 1000);
    json_add_number_member(out, "bytes", row->bytes);
    json_add_number_member(out, "tokens", row->tokens);
    nanousd_add_member(out, "cost_usd", row->cost_nanousd);
    buf_add_byte(out, '}');
}

void cache_space_write(const struct cache_space *space, struct buf *out)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "space", space->name);
    json_add_number_member(out, "entries", space->entries);
    json_add_number_member(out, "bytes", space->bytes);
    json_add_number_member(out, "kept", space->kept);
    json_add_number_member(out, "hits", space->hits);
    nanousd_add_member(out, "saved_usd", space->saved_nanousd);
    buf_add_byte(out, '}');
}
