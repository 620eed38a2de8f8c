/*
 * spend_query.c - see spend_query.h.
 *
 *     a day --> which teams spent on it? --> each team's sheet, all at once --> the next day
 */
#include "spend_query.h"

#include "base/hex.h"
#include "spend_inside.h"

#include "base/arena.h"
#include "base/buf.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>

enum { GROUP_SLOTS = 4096, KEY_MOST_BYTES = 4096, ROW_IDS_MOST = 1 << 20 };

/* The parts of a row's name, in its order. */
enum part { PART_KEY, PART_USER, PART_MODEL, PART_ROUTE, PART_TAGS, PARTS };

struct gathered {
    struct gathered *next; /* of its slot */
    struct spend_row row;
};

/* A sheet that is asked for. */
struct asked {
    struct asked       *next;
    struct spend_query *query;
    const char         *team; /* NULL: the set of teams */
    uint64_t            id;   /* 0: answered */
};

struct spend_query {
    struct arena         *arena;
    struct redis         *redis;
    struct spend_question question;
    on_spend_fn          *call;
    void                 *arg;
    int64_t               day;
    char                  day_name[DAY_BYTES];
    struct asked         *asked; /* of this day */
    unsigned              waiting;
    struct gathered      *slot[GROUP_SLOTS];
    size_t                groups;
    struct spend_row      total;
    bool                  is_too_much;
};

/* ---- rows ---- */

static bool is_same(const struct spend_query *q, const struct spend_row *row, const char *const *name)
{
    for (unsigned i = 0; i < q->question.bys; i++)
        if (strcmp(row->name[i], name[i]) != 0)
            return false;
    return true;
}

/* NULL when there are too many. */
static struct spend_row *gathered_by(struct spend_query *q, const char *const *name)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < q->question.bys; i++)
        hash = hash * 31 + slice_hash(slice_str(name[i]));
    struct gathered **slot = &q->slot[hash % GROUP_SLOTS];
    for (struct gathered *g = *slot; g; g = g->next)
        if (is_same(q, &g->row, name))
            return &g->row;
    if (q->groups == SPEND_ROWS_TOLD) {
        q->is_too_much = true;
        return NULL;
    }
    struct gathered *g = arena_alloc(q->arena, sizeof *g);
    for (unsigned i = 0; i < q->question.bys; i++)
        g->row.name[i] = arena_cstr(q->arena, slice_str(name[i]));
    g->next = *slot;
    *slot = g;
    q->groups++;
    return &g->row;
}

/* As ledger_name() spelled it. */
static const char *plain_name(struct arena *arena, struct slice spelled)
{
    char *name = arena_alloc(arena, spelled.len + 1), *end = name;
    for (size_t i = 0; i < spelled.len; i++) {
        bool is_escaped = spelled.ptr[i] == '%' && i + 2 < spelled.len && hex_digit(spelled.ptr[i + 1]) >= 0 &&
                          hex_digit(spelled.ptr[i + 2]) >= 0;
        *end++ = is_escaped ? (char)(hex_digit(spelled.ptr[i + 1]) * 16 + hex_digit(spelled.ptr[i + 2]))
                            : spelled.ptr[i];
        i += is_escaped ? 2 : 0;
    }
    return name;
}

static struct slice next_part(struct slice *rest, char separator)
{
    size_t       end = slice_find_byte(*rest, separator);
    struct slice part = slice_cut(*rest, 0, end);
    *rest = end == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(*rest, end + 1, rest->len);
    return part;
}

/* A row of a sheet: what it is about, and where it is summed. */
struct kept {
    struct slice part[PARTS];
    int64_t      sum[SPEND_MEASURES];
    bool         is_named;
};

static bool is_wanted(const struct spend_query *q, struct arena *scratch, const struct kept *kept)
{
    static const struct {
        enum spend_by by;
        enum part     part;
    } parts[] = { { SPEND_KEY, PART_KEY },
                  { SPEND_USER, PART_USER },
                  { SPEND_MODEL, PART_MODEL },
                  { SPEND_ROUTE, PART_ROUTE } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *only = q->question.only[parts[i].by];
        if (only && strcmp(only, plain_name(scratch, kept->part[parts[i].part])) != 0)
            return false;
    }
    const char  *tag = q->question.only[SPEND_TAG];
    struct slice tags = kept->part[PART_TAGS];
    while (tag && tags.len)
        if (strcmp(tag, plain_name(scratch, next_part(&tags, ':'))) == 0)
            return true;
    return !tag;
}

static void add_to(struct spend_row *row, const struct kept *kept)
{
    for (unsigned i = 0; row && i < SPEND_MEASURES; i++)
        row->sum[i] = sum_capped(row->sum[i], kept->sum[i]);
}

static const char *name_by(const struct spend_query *q, struct arena *scratch, enum spend_by by,
                           const char *team, const struct kept *kept, struct slice tag)
{
    switch (by) {
    case SPEND_DAY:
        return q->day_name;
    case SPEND_MONTH:
        return arena_cstr(scratch, slice_of(q->day_name, strlen("2026-11")));
    case SPEND_TEAM:
        return team;
    case SPEND_KEY:
        return plain_name(scratch, kept->part[PART_KEY]);
    case SPEND_USER:
        return plain_name(scratch, kept->part[PART_USER]);
    case SPEND_MODEL:
        return plain_name(scratch, kept->part[PART_MODEL]);
    case SPEND_ROUTE:
        return plain_name(scratch, kept->part[PART_ROUTE]);
    case SPEND_TAG:
        return plain_name(scratch, tag);
    case SPEND_BYS:
        break;
    }
    return "";
}

static bool is_by(const struct spend_question *question, enum spend_by by)
{
    for (unsigned i = 0; i < question->bys; i++)
        if (question->by[i] == by)
            return true;
    return false;
}

static void add_row(struct spend_query *q, struct arena *scratch, const char *team, const struct kept *kept)
{
    struct slice tags = kept->part[PART_TAGS];
    bool         is_by_tag = is_by(&q->question, SPEND_TAG);
    if (!is_wanted(q, scratch, kept))
        return;
    do {
        const char  *name[SPEND_BYS];
        struct slice tag = is_by_tag ? next_part(&tags, ':') : tags;
        for (unsigned i = 0; i < q->question.bys; i++)
            name[i] = name_by(q, scratch, q->question.by[i], team, kept, tag);
        add_to(gathered_by(q, name), kept);
    } while (is_by_tag && tags.len);
    add_to(&q->total, kept);
}

/* ---- a sheet ---- */

static int measure_of(char letter)
{
    static const char letters[] = {
#define SPEND_MEASURE(name, letter, column, kind, about) letter,
#include "tables/spend_measures.h"
#undef SPEND_MEASURE
    };
    const char *at = memchr(letters, letter, sizeof letters);
    return at ? (int)(at - letters) : -1;
}

static struct slice text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? slice_of(reply->str, reply->len) : slice_of(NULL, 0);
}

static bool row_id(struct slice text, int64_t *id)
{
    return slice_to_i64(text, id) && *id > 0 && *id <= ROW_IDS_MOST;
}

/* What Redis has that is not ours, or of a later version, is passed over. */
static void read_field(struct slice field, struct slice value, struct kept *row, int64_t rows)
{
    int64_t id, amount;
    if (slice_starts(field, S("=")) && row_id(value, &id) && id <= rows) {
        struct slice name = slice_cut(field, 1, field.len);
        for (unsigned i = 0; i < PARTS; i++)
            row[id].part[i] = next_part(&name, ',');
        row[id].is_named = true;
        return;
    }
    size_t colon = slice_find_byte(field, ':');
    if (colon == SLICE_NONE || colon + 2 != field.len || !row_id(slice_cut(field, 0, colon), &id) || id > rows)
        return;
    int measure = measure_of(field.ptr[colon + 1]);
    if (measure >= 0 && slice_to_i64(value, &amount))
        row[id].sum[measure] = amount;
}

static void read_sheet(struct spend_query *q, const char *team, const redisReply *reply)
{
    struct arena *scratch = arena_new();
    int64_t       rows = 0;
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (slice_is(text_of(reply->element[i]), "#") && !row_id(text_of(reply->element[i + 1]), &rows))
            rows = 0;
    struct kept *row = arena_array(scratch, (size_t)rows + 1, sizeof *row);
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        read_field(text_of(reply->element[i]), text_of(reply->element[i + 1]), row, rows);
    for (int64_t id = 1; id <= rows; id++)
        if (row[id].is_named)
            add_row(q, scratch, team, &row[id]);
    arena_free(&scratch);
}

/* ---- asking ---- */

static void ask_day(struct spend_query *);

static void query_free(struct spend_query *q)
{
    struct arena *arena = q->arena;
    arena_free(&arena);
}

void spend_query_cancel(struct spend_query **handle)
{
    struct spend_query *q = *handle;
    *handle = NULL;
    if (!q)
        return;
    for (struct asked *a = q->asked; a; a = a->next)
        if (a->id)
            redis_cancel(q->redis, a->id);
    query_free(q);
}

static void fail(struct spend_query *q, const struct fault *why)
{
    on_spend_fn *call = q->call;
    void        *arg = q->arg;
    spend_query_cancel(&q);
    call(arg, NULL, why);
}

/* Days and months in their order; whatever else by what it cost, the dearest first. */
static int by_order(const void *a, const void *b, void *arg)
{
    const struct spend_row      *one = a, *other = b;
    const struct spend_question *question = arg;
    bool is_by_time = question->bys && (question->by[0] == SPEND_DAY || question->by[0] == SPEND_MONTH);
    int  order = is_by_time ? strcmp(one->name[0], other->name[0]) : 0;
    if (order == 0 && one->sum[SPENT_COST] != other->sum[SPENT_COST])
        return one->sum[SPENT_COST] > other->sum[SPENT_COST] ? -1 : 1;
    for (unsigned i = 0; order == 0 && i < question->bys; i++)
        order = strcmp(one->name[i], other->name[i]);
    return order;
}

static void finish(struct spend_query *q)
{
    struct spend_sums sums = { .question = &q->question, .total = q->total };
    struct fault      why = { 0 };
    if (q->is_too_much) {
        fault_set(&why, FAULT_BAD_REQUEST, "more than %d rows; ask for fewer days, or by less",
                  SPEND_ROWS_TOLD);
        fail(q, &why);
        return;
    }
    sums.row = arena_array(q->arena, q->groups + 1, sizeof *sums.row);
    for (unsigned i = 0; i < GROUP_SLOTS; i++)
        for (const struct gathered *g = q->slot[i]; g; g = g->next)
            sums.row[sums.rows++] = g->row;
    qsort_r(sums.row, sums.rows, sizeof *sums.row, by_order, &q->question);
    q->call(q->arg, &sums, NULL);
    query_free(q);
}

/* False where the query has failed over it. */
static bool take_reply(struct asked *a, const redisReply *reply, const struct fault *why)
{
    struct fault odd = { 0 };
    a->id = 0;
    a->query->waiting--;
    if (reply && reply->type == REDIS_REPLY_ARRAY)
        return true;
    if (!why)
        fault_set(&odd, FAULT_REDIS_AWAY, "it has something else in the place of sums");
    fail(a->query, why ? why : &odd);
    return false;
}

static void go_on(struct spend_query *q)
{
    if (q->waiting)
        return;
    q->day++;
    ask_day(q);
}

static void on_sheet(void *arg, const redisReply *reply, const struct fault *why)
{
    struct asked       *a = arg;
    struct spend_query *q = a->query;
    if (!take_reply(a, reply, why))
        return;
    read_sheet(q, a->team, reply);
    go_on(q);
}

static void ask(struct spend_query *q, const char *command, const struct buf *key, const char *team,
                on_redis_fn *on_reply)
{
    struct asked      *a = arena_alloc(q->arena, sizeof *a);
    const struct slice word[] = { slice_str(command), buf_slice(key) };
    *a = (struct asked){ .next = q->asked, .query = q, .team = team };
    q->asked = a;
    q->waiting++;
    a->id = redis_ask(q->redis, 2, word, on_reply, a);
}

static void ask_sheet(struct spend_query *q, struct slice spelled)
{
    const char *team = plain_name(q->arena, spelled), *only = q->question.only[SPEND_TEAM];
    struct buf  key;
    if (only && strcmp(only, team) != 0)
        return;
    buf_init(&key, KEY_MOST_BYTES);
    spend_sheet_key(&key, team, q->day_name);
    ask(q, "HGETALL", &key, team, on_sheet);
    buf_fini(&key);
}

static void on_teams(void *arg, const redisReply *reply, const struct fault *why)
{
    struct asked       *a = arg;
    struct spend_query *q = a->query;
    if (!take_reply(a, reply, why))
        return;
    for (size_t i = 0; i < reply->elements; i++)
        ask_sheet(q, text_of(reply->element[i]));
    go_on(q);
}

static void ask_day(struct spend_query *q)
{
    struct buf key;
    if (q->day > q->question.until) {
        finish(q);
        return;
    }
    day_name(q->day, q->day_name);
    q->asked = NULL;
    buf_init(&key, KEY_MOST_BYTES);
    spend_teams_key(&key, q->day_name);
    ask(q, "SMEMBERS", &key, NULL, on_teams);
    buf_fini(&key);
}

struct spend_query *spend_ask(struct redis *redis, const struct spend_question *question, on_spend_fn *call,
                              void *arg)
{
    struct arena       *arena = arena_new();
    struct spend_query *q = arena_alloc(arena, sizeof *q);
    *q = (struct spend_query){
        .arena = arena, .redis = redis, .question = *question, .call = call, .arg = arg, .day = question->since
    };
    ask_day(q);
    return q;
}
