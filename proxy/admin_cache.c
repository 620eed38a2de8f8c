/* admin_cache.c - the admin API's view of the cache: as weir cache tells it. */
#include "admin_handlers.h"
#include "cache_admin.h"

enum { ROWS = 100, ROWS_MOST = 10000 };

#define FILTER_FIELDS                                                                                          \
    { .name = "team", .kind = ADMIN_TEXT, .about = "of this team alone" },                                     \
        { .name = "share", .kind = ADMIN_TEXT, .about = "of this namespace alone" },                           \
        { .name = "model", .kind = ADMIN_TEXT, .about = "answered by it" },                                    \
        { .name = "route", .kind = ADMIN_TEXT, .about = "by that route" },                                     \
        { .name = "key", .kind = ADMIN_TEXT, .about = "what an entry's key begins with" },                     \
        { .name = "text",                                                                                      \
          .kind = ADMIN_TEXT,                                                                                  \
          .about = "the last user turn, as it was sent on: with placeholders for what was hidden" },           \
    {                                                                                                          \
        .name = "older_s", .kind = ADMIN_NUMBER, .about = "made longer ago than so many seconds"               \
    }

const struct admin_field admin_cache_stats_query[] = { FILTER_FIELDS, { .name = NULL } };

const struct admin_field admin_cache_query[] = {
    FILTER_FIELDS,
    { .name = "most", .kind = ADMIN_NUMBER, .least = 1, .most = ROWS_MOST, .about = "so many at most; 100" },
    { .name = NULL },
};

static const struct admin_field purge_fields[] = {
    FILTER_FIELDS,
    { .name = "all", .kind = ADMIN_FLAG, .about = "everything: needed where nothing else is given" },
    { .name = NULL },
};
const struct admin_object admin_cache_purge = { "CachePurge", purge_fields };

static const struct admin_field space_fields[] = {
    { .name = "space", .kind = ADMIN_TEXT, .is_needed = true, .about = "\"team NAME\" or \"share NAME\"" },
    { .name = "entries", .kind = ADMIN_NUMBER, .is_needed = true, .about = "that the query names" },
    { .name = "bytes", .kind = ADMIN_NUMBER, .is_needed = true, .about = "of these, in Redis" },
    { .name = "kept", .kind = ADMIN_NUMBER, .is_needed = true, .about = "answers kept since it began" },
    { .name = "hits", .kind = ADMIN_NUMBER, .is_needed = true, .about = "answers given since it began" },
    { .name = "saved_usd", .kind = ADMIN_MONEY, .is_needed = true, .about = "what those had cost" },
    { .name = NULL },
};
static const struct admin_object space_object = { "CacheSpace", space_fields };

static const struct admin_field stats_fields[] = {
    { .name = "spaces",
      .kind = ADMIN_OBJECTS,
      .is_needed = true,
      .about = "who has answers",
      .of = &space_object },
    { .name = NULL },
};
const struct admin_object admin_cache_stats_answer = { "CacheStats", stats_fields };

static const struct admin_field entry_fields[] = {
    { .name = "key", .kind = ADMIN_TEXT, .is_needed = true, .about = "a hash" },
    { .name = "space", .kind = ADMIN_TEXT, .is_needed = true, .about = "\"team NAME\" or \"share NAME\"" },
    { .name = "route", .kind = ADMIN_TEXT, .is_needed = true, .about = "by which it was asked" },
    { .name = "model", .kind = ADMIN_TEXT, .is_needed = true, .about = "that answered" },
    { .name = "age_s", .kind = ADMIN_NUMBER, .is_needed = true, .about = "seconds since it was made" },
    { .name = "fresh_s",
      .kind = ADMIN_NUMBER,
      .least = INT64_MIN,
      .most = INT64_MAX,
      .is_needed = true,
      .about = "seconds until it is past its time; negative: it is" },
    { .name = "ends_s", .kind = ADMIN_NUMBER, .is_needed = true, .about = "seconds until it is forgotten" },
    { .name = "bytes", .kind = ADMIN_NUMBER, .is_needed = true, .about = "in Redis" },
    { .name = "tokens", .kind = ADMIN_NUMBER, .is_needed = true, .about = "of the answer, at most" },
    { .name = "cost_usd", .kind = ADMIN_MONEY, .is_needed = true, .about = "what it cost when it was made" },
    { .name = NULL },
};
static const struct admin_object entry_object = { "CacheEntry", entry_fields };

static const struct admin_field look_fields[] = {
    { .name = "entries",
      .kind = ADMIN_OBJECTS,
      .is_needed = true,
      .about = "in no order",
      .of = &entry_object },
    { .name = "has_more",
      .kind = ADMIN_FLAG,
      .is_needed = true,
      .about = "there are more than were asked for" },
    { .name = NULL },
};
const struct admin_object admin_cache_entries = { "CacheEntries", look_fields };

static const struct admin_field purged_fields[] = {
    { .name = "purged", .kind = ADMIN_NUMBER, .is_needed = true, .about = "so many entries are gone" },
    { .name = NULL },
};
const struct admin_object admin_cache_purged = { "CachePurged", purged_fields };

/* ---- walking ---- */

/* In the call's arena: what ends the walk when the API is closed first. */
struct walking {
    struct admin_call  *call;
    struct cache_walk  *walk;
    struct cache_filter filter;
    int64_t             rows, most;
};

static void cancel(void *arg)
{
    struct walking *w = arg;
    cache_walk_cancel(&w->walk);
}

static bool read_filter(struct walking *w, struct fault *why)
{
    struct admin_call   *call = w->call;
    struct cache_filter *f = &w->filter;
    *f = (struct cache_filter){
        .team = admin_text(call, "team", S("")),
        .share = admin_text(call, "share", S("")),
        .model = admin_text(call, "model", S("")),
        .route = admin_text(call, "route", S("")),
        .key = admin_text(call, "key", S("")),
        .older_ms = admin_number(call, "older_s", 0),
        .has_turn = admin_has(call, "text"),
    };
    cache_turn_hash(&call->snapshot->cache_secret, admin_text(call, "text", S("")), f->turn);
    if (f->older_ms > INT32_MAX)
        return fault_set_param(why, FAULT_BAD_REQUEST, "older_s", "'older_s' is beyond 68 years");
    f->older_ms *= 1000;
    return f->team.len == 0 || f->share.len == 0 ||
           fault_set_param(why, FAULT_BAD_REQUEST, "share", "either a team or a namespace");
}

static bool names_something(const struct cache_filter *f)
{
    return f->team.len || f->share.len || f->model.len || f->route.len || f->key.len || f->older_ms ||
           f->has_turn;
}

static struct walking *prepare(struct admin_call *call)
{
    struct walking *w = arena_alloc(call->arena, sizeof *w);
    struct fault    why = { 0 };
    *w = (struct walking){ .call = call };
    if (!read_filter(w, &why)) {
        admin_fail(call, &why);
        return NULL;
    }
    arena_defer(call->arena, cancel, w);
    return w;
}

static void walk(struct walking *w, bool purges, const struct cache_visitor *visitor)
{
    struct tools *tools = w->call->tools;
    w->walk = cache_walk(tools->redis, &w->filter, loop_wall_ms(tools->loop), purges, visitor, w);
}

/* ---- what is asked ---- */

static void add_row(void *arg, const struct cache_row *row)
{
    struct walking *w = arg;
    if (w->rows++ < w->most)
        cache_row_write(row, loop_wall_ms(w->call->tools->loop), &w->call->out);
}

static void add_space(void *arg, const struct cache_space *space)
{
    struct walking *w = arg;
    cache_space_write(space, &w->call->out);
}

/* False when the call has ended over it. */
static bool is_well(struct walking *w, const struct fault *why)
{
    w->walk = NULL;
    if (why)
        admin_fail(w->call, why);
    return !why;
}

static void end_stats(void *arg, int64_t purged, const struct fault *why)
{
    struct walking *w = arg;
    (void)purged;
    if (!is_well(w, why))
        return;
    buf_add_str(&w->call->out, "]}");
    admin_reply(w->call);
}

static void end_look(void *arg, int64_t purged, const struct fault *why)
{
    struct walking *w = arg;
    (void)purged;
    if (!is_well(w, why))
        return;
    buf_add_byte(&w->call->out, ']');
    json_add_member(&w->call->out, "has_more", w->rows > w->most ? S("true") : S("false"));
    buf_add_byte(&w->call->out, '}');
    admin_reply(w->call);
}

static void end_purge(void *arg, int64_t purged, const struct fault *why)
{
    struct walking *w = arg;
    if (!is_well(w, why))
        return;
    buf_add_byte(&w->call->out, '{');
    json_add_number_member(&w->call->out, "purged", purged);
    buf_add_byte(&w->call->out, '}');
    admin_reply(w->call);
}

void admin_cache_stats(struct admin_call *call)
{
    static const struct cache_visitor visitor = { .on_space = add_space, .on_end = end_stats };
    struct walking                   *w = prepare(call);
    if (!w)
        return;
    buf_add_str(&call->out, "{\"spaces\":[");
    walk(w, false, &visitor);
}

void admin_cache_look(struct admin_call *call)
{
    static const struct cache_visitor visitor = { .on_row = add_row, .on_end = end_look };
    struct walking                   *w = prepare(call);
    if (!w)
        return;
    w->most = admin_number(call, "most", ROWS);
    buf_add_str(&call->out, "{\"entries\":[");
    walk(w, false, &visitor);
}

void admin_purge_cache(struct admin_call *call)
{
    static const struct cache_visitor visitor = { .on_end = end_purge };
    struct walking                   *w = prepare(call);
    struct fault                      why = { 0 };
    if (!w)
        return;
    if (!names_something(&w->filter) && !admin_flag(call, "all", false)) {
        fault_set_param(&why, FAULT_BAD_REQUEST, "all", "say which entries, or 'all': true");
        admin_fail(call, &why);
        return;
    }
    admin_about(call, "cache");
    walk(w, true, &visitor);
}
