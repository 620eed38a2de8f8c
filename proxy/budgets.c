/*
 * budgets.c - see budgets.h.
 *
 *     SCAN -> the keys that are lines of ours -> SCAN ... -> HGETALL of each, some hundreds at a time -> sorted
 */
#include "budgets.h"

#include "base/buf.h"
#include "base/sum.h"
#include "wire/path.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

enum { AT_A_TIME = 256 };

struct found {
    struct search       *search;
    struct budget_state *state;
    const char          *key; /* NULL: it has gone */
    struct budget_line   line;
};

/* A budget as it stands in keys. */
struct wanted {
    struct buf  rule;
    const char *window;
};

struct search {
    struct redis        *redis;
    struct arena        *arena;
    const char          *team;
    on_budgets_fn       *call;
    void                *arg;
    struct budget_state *state;
    struct wanted       *wanted; /* of each state */
    size_t               states;
    struct found        *found;
    size_t               count, cap, asked, answered;
    bool                 is_cut;
    struct fault         why; /* that a line was not answered */
};

/* ---- a line's key ---- */

/* What stands before the byte, which is cut off with it. */
static struct slice cut_before(struct slice *rest, char byte)
{
    struct slice word = slice_cut(*rest, 0, slice_find_byte(*rest, byte));
    *rest = slice_cut(*rest, word.len + 1, rest->len);
    return word;
}

static const char *decoded(struct arena *arena, struct slice name)
{
    return arena_cstr(arena, path_decode(arena, name)); /* a NUL in it is no name that a policy can have */
}

/* "team=interns,user=ann" */
static bool read_payer(struct arena *arena, struct slice path, struct budget_line *out)
{
    *out = (struct budget_line){ .team = "", .key = "", .user = "", .tag = "", .model = "", .provider = "" };
    while (path.len) {
        struct slice name = cut_before(&path, ',');
        struct slice part = cut_before(&name, '=');
        const char **field = slice_is(part, "team")       ? &out->team
                             : slice_is(part, "key")      ? &out->key
                             : slice_is(part, "user")     ? &out->user
                             : slice_is(part, "tag")      ? &out->tag
                             : slice_is(part, "model")    ? &out->model
                             : slice_is(part, "provider") ? &out->provider
                                                          : NULL;
        if (!field)
            return false;
        *field = decoded(arena, name);
    }
    return true;
}

/* weir:{tag}:money:<rule>:<whose>:<window>, and nothing behind. False for other keys, other windows, and those
 * that nobody asks about. */
static bool read_key(struct search *s, struct slice key, struct found *out)
{
    static const struct slice before = SLICE("}:money:");
    size_t                    at = slice_find(key, before);
    struct slice              rest = at == SLICE_NONE ? S("") : slice_cut(key, at + before.len, key.len);
    struct slice              rule = cut_before(&rest, ':'), whose = cut_before(&rest, ':');
    for (size_t i = 0; i < s->states && !out->state; i++)
        if (slice_eq(rule, buf_slice(&s->wanted[i].rule)) && slice_is(rest, s->wanted[i].window))
            out->state = &s->state[i];
    if (!out->state || !read_payer(s->arena, whose, &out->line))
        return false;
    out->key = arena_cstr(s->arena, key);
    return !*s->team || strcmp(out->line.team, s->team) == 0;
}

/* ---- the end ---- */

int64_t budget_left(const struct budget *budget, const struct budget_line *line)
{
    int64_t taken, left;
    if (__builtin_add_overflow(line->spent_nanousd, line->reserved_nanousd, &taken) ||
        __builtin_sub_overflow(budget->limit_nanousd, taken, &left) || left < 0)
        return 0;
    return left;
}

static int by_left(const void *a, const void *b)
{
    const struct budget_line *one = a, *two = b;
    int64_t                   one_taken = one->spent_nanousd + one->reserved_nanousd,
            two_taken = two->spent_nanousd + two->reserved_nanousd;
    return one_taken > two_taken ? -1 : one_taken < two_taken;
}

static void add_line(struct search *s, const struct found *f)
{
    struct budget_state *state = f->state;
    if (state->lines == state->cap)
        state->line = arena_grow(s->arena, state->line, state->lines, sizeof *state->line, &state->cap);
    state->line[state->lines++] = f->line;
}

static void tell(struct search *s)
{
    if (s->why.kind) {
        s->call(s->arg, NULL, 0, false, &s->why);
        return;
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->found[i].key)
            add_line(s, &s->found[i]);
    for (size_t i = 0; i < s->states; i++)
        if (s->state[i].lines)
            qsort(s->state[i].line, s->state[i].lines, sizeof *s->state[i].line, by_left);
    s->call(s->arg, s->state, s->states, s->is_cut, NULL);
}

/* ---- what stands in a line ---- */

/* Of a rolling window, the parts that it still looks back on; else one part, and what is held but does not run.
 */
static void read_fields(struct found *f, const redisReply *reply)
{
    const struct budget_state *state = f->state;
    bool                       is_rolling = state->budget->window.kind == ROLLING;
    int64_t                    held = 0, running = 0, parts = 0, bucket, amount;
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        struct slice field = slice_of(reply->element[i]->str, reply->element[i]->len);
        if (!slice_to_i64(slice_of(reply->element[i + 1]->str, reply->element[i + 1]->len), &amount))
            continue;
        if (slice_is(field, "held"))
            held = amount;
        else if (slice_is(field, "running"))
            running = amount;
        else if (slice_starts(field, S("b:")) && slice_to_i64(slice_cut(field, 2, field.len), &bucket) &&
                 bucket >= state->span.bucket - ROLLING_BUCKETS)
            parts = sum_capped(parts, amount);
    }
    f->line.reserved_nanousd = running;
    f->line.spent_nanousd = is_rolling ? parts : held - running;
}

static void ask_some(struct search *);

static void on_line(void *arg, const redisReply *reply, const struct fault *why)
{
    struct found  *f = arg;
    struct search *s = f->search;
    s->answered++;
    if (!reply)
        s->why = *why;
    else if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0)
        f->key = NULL;
    else
        read_fields(f, reply);
    if (s->answered < s->asked)
        return;
    if (s->answered < s->count && !s->why.kind)
        ask_some(s);
    else
        tell(s);
}

static void ask_some(struct search *s)
{
    for (unsigned i = 0; i < AT_A_TIME && s->asked < s->count; i++) {
        struct found *f = &s->found[s->asked++];
        redis_ask(s->redis, 2, (struct slice[]){ S("HGETALL"), slice_str(f->key) }, on_line, f);
    }
}

/* ---- searching ---- */

static void take_keys(struct search *s, const redisReply *keys)
{
    for (size_t i = 0; i < keys->elements; i++) {
        struct found found = { .search = s };
        if (!read_key(s, slice_of(keys->element[i]->str, keys->element[i]->len), &found))
            continue;
        s->is_cut = s->is_cut || s->count == BUDGET_LINES_MOST;
        if (s->is_cut)
            return;
        if (s->count == s->cap)
            s->found = arena_grow(s->arena, s->found, s->count, sizeof *s->found, &s->cap);
        s->found[s->count++] = found;
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->key, ((const struct found *)b)->key);
}

/* SCAN may tell of a key twice. */
static void drop_twins(struct search *s)
{
    size_t kept = 0;
    qsort(s->found, s->count, sizeof *s->found, by_key);
    for (size_t i = 0; i < s->count; i++)
        if (i == 0 || strcmp(s->found[i].key, s->found[kept - 1].key) != 0)
            s->found[kept++] = s->found[i];
    s->count = kept;
}

static void scan(struct search *, struct slice cursor);

static void on_scanned(void *arg, const redisReply *reply, const struct fault *why)
{
    struct search *s = arg;
    bool           is_read = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                   reply->element[0]->type == REDIS_REPLY_STRING &&
                   reply->element[1]->type == REDIS_REPLY_ARRAY;
    if (!is_read) {
        if (reply)
            fault_set(&s->why, FAULT_REDIS_AWAY, "it does not answer as it should");
        else
            s->why = *why;
        tell(s);
        return;
    }
    take_keys(s, reply->element[1]);
    struct slice cursor = slice_of(reply->element[0]->str, reply->element[0]->len);
    if (!slice_is(cursor, "0") && !s->is_cut) {
        scan(s, cursor);
        return;
    }
    if (s->count == 0) {
        tell(s);
        return;
    }
    drop_twins(s);
    ask_some(s);
}

static void scan(struct search *s, struct slice cursor)
{
    const struct slice words[] = {
        S("SCAN"), cursor, S("MATCH"), S("weir:{*}:money:*"), S("COUNT"), S("1000")
    };
    redis_ask(s->redis, sizeof words / sizeof *words, words, on_scanned, s);
}

static void free_rule(void *arg)
{
    buf_fini(arg);
}

static void want(struct search *s, const struct budget *budget, int64_t wall_ms)
{
    struct budget_state *state = &s->state[s->states];
    struct wanted       *wanted = &s->wanted[s->states++];
    state->budget = budget;
    window_at(&budget->window, wall_ms, &state->span);
    wanted->window = ledger_window(s->arena, budget, &state->span);
    buf_init(&wanted->rule, SIZE_MAX); /* bounded by the policy's file */
    ledger_name(&wanted->rule, budget->name);
    arena_defer(s->arena, free_rule, &wanted->rule);
}

void budgets_ask(struct redis *redis, struct arena *arena, const struct policy *policy, const char *only,
                 const char *team, int64_t wall_ms, on_budgets_fn *call, void *arg)
{
    struct search *s = arena_alloc(arena, sizeof *s);
    struct cost    cost;
    unsigned       rules = 0;
    *s = (struct search){ .redis = redis, .arena = arena, .team = team, .call = call, .arg = arg };
    while (policy_cost(policy, rules, &cost))
        rules++;
    s->state = arena_array(arena, rules, sizeof *s->state);
    s->wanted = arena_array(arena, rules, sizeof *s->wanted);
    for (unsigned i = 0; i < rules; i++)
        if (policy_cost(policy, i, &cost) && cost.budget && (!*only || strcmp(cost.name, only) == 0))
            want(s, cost.budget, wall_ms);
    scan(s, S("0"));
}
