/*
 * cost_rules.c - the section `cost:` of a policy, compiled: budgets and limits.
 *
 *     - name: a dollar a day each
 *       for: { team: interns }                  # or key, user, tag; model and provider: whose calls count
 *       budget: { usd: 1, every: day, per: user, time_zone: Europe/Berlin }
 *       alert_at: [50%, 80%]
 *       over: local                             # deny, clamp, or clamp: { least_tokens: 200 }
 *       limit: { requests: 60, tokens: 100000, at_once: 4, per: user }
 */
#include "rules.h"

#include "settings_parts.h"

enum { CLAMP_LEAST_TOKENS = 256, ROLLING_LEAST_MS = 60 * 1000 };

#define ROLLING_MOST_MS (INT64_C(366) * 86400 * 1000)
#define A_MINUTE_MOST   INT64_C(1000000000)

/* One of a few words, by index; # of words with an error told where it is none. */
static unsigned word_index(struct compiling *c, const struct yaml *y, const char *const *words)
{
    unsigned i;
    is_word(c, y, words, &i);
    return i;
}

/* ---- whose calls, and counted apart for whom ---- */

struct per_list {
    struct compiling *c;
    unsigned          per;
    bool              has_all;
};

static void add_per(const struct yaml *y, void *arg)
{
    static const char *const words[] = { "team", "key", "user", "tag", "model", "provider", "all", NULL };
    static const unsigned    part[] = { PER_TEAM, PER_KEY, PER_USER, PER_TAG, PER_MODEL, PER_PROVIDER, 0, 0 };
    struct per_list         *list = arg;
    unsigned                 i = word_index(list->c, y, words);
    list->per |= part[i];
    list->has_all = list->has_all || part[i] == 0;
}

static unsigned read_per(struct compiling *c, const struct yaml *y)
{
    struct per_list list = { .c = c };
    if (!y)
        return PER_TEAM;
    yaml_each(y, add_per, &list);
    if (list.per && list.has_all)
        diag_error(c->diag, y->place, "`all` is everything together: nothing can stand beside it");
    return list.per;
}

struct covered {
    struct compiling *c;
    struct scope     *scope;
    size_t            cap;
};

static void add_model(const struct yaml *y, void *arg)
{
    struct covered     *covered = arg;
    struct scope       *scope = covered->scope;
    const struct model *model = model_named(covered->c, y);
    if (!model)
        return;
    if (scope->models == covered->cap)
        scope->model =
            arena_grow(covered->c->arena, scope->model, scope->models, sizeof *scope->model, &covered->cap);
    scope->model[scope->models++] = model->name;
}

static void add_provider(const struct yaml *y, void *arg)
{
    struct covered        *covered = arg;
    struct scope          *scope = covered->scope;
    const struct provider *provider = provider_named(covered->c, y);
    if (!provider)
        return;
    if (scope->providers == covered->cap)
        scope->provider = arena_grow(covered->c->arena, scope->provider, scope->providers,
                                     sizeof *scope->provider, &covered->cap);
    scope->provider[scope->providers++] = provider->name;
}

static void read_covered(struct compiling *c, const struct yaml *whom, struct scope *out)
{
    struct covered models = { .c = c, .scope = out }, providers = models;
    if (yaml_get(whom, "model"))
        yaml_each(yaml_get(whom, "model"), add_model, &models);
    if (yaml_get(whom, "provider"))
        yaml_each(yaml_get(whom, "provider"), add_provider, &providers);
}

/* ---- windows ---- */

static const struct time_zone *read_time_zone(struct compiling *c, const struct yaml *y)
{
    struct slice            name = yaml_text(y, S(""), c->diag), file;
    struct fault            why = { 0 };
    const struct time_zone *zone = time_zone_fixed(c->arena, name);
    if (zone || name.len == 0 || slice_is(name, "UTC"))
        return zone;
    if (time_zone_is_name(name) &&
        c->reader(c->arena, arena_printf(c->arena, "/usr/share/zoneinfo/%.*s", SLICE_ARG(name)), &file))
        zone = time_zone_read(c->arena, file, &why);
    if (!zone)
        diag_error(c->diag, y->place,
                   "there is no time zone \"%.*s\" in /usr/share/zoneinfo; +02:00 and the like need no file",
                   SLICE_ARG(name));
    return zone;
}

/* every: hour, day, week, month; or rolling: 24h; or total: true. */
static void read_window(struct compiling *c, const struct yaml *y, struct window *out)
{
    static const char *const      spans[] = { "hour", "day", "week", "month", NULL };
    static const enum window_kind kinds[] = { EVERY_HOUR, EVERY_DAY, EVERY_WEEK, EVERY_MONTH, EVERY_MONTH };
    const struct yaml            *every = yaml_get(y, "every"), *rolling = yaml_get(y, "rolling"),
                      *total = yaml_get(y, "total");
    if (!every + !rolling + !total != 2) {
        diag_error(c->diag, y->place,
                   "a budget needs `usd` and one of `every: month` (or hour, day, week), `rolling: 24h`, "
                   "`total: true`");
        return;
    }
    if (every)
        out->kind = kinds[word_index(c, every, spans)];
    if (total) {
        out->kind = TOTAL;
        if (!yaml_bool(total, true, c->diag))
            diag_error(c->diag, total->place, "total is true, or left out");
    }
    if (rolling) {
        out->kind = ROLLING;
        out->rolling_ms = yaml_duration_ms(rolling, ROLLING_LEAST_MS, c->diag);
        if (out->rolling_ms < ROLLING_LEAST_MS || out->rolling_ms > ROLLING_MOST_MS) {
            diag_error(c->diag, rolling->place, "rolling must be from 1m to 366d");
            out->rolling_ms = ROLLING_LEAST_MS;
        }
    }
    if (yaml_get(y, "time_zone"))
        out->zone = read_time_zone(c, yaml_get(y, "time_zone"));
}

/* ---- budgets ---- */

static void read_over(struct compiling *c, const struct yaml *y, struct budget *out)
{
    static const char *const      words[] = { "deny", "local", "clamp", NULL };
    static const enum budget_over overs[] = { OVER_DENY, OVER_LOCAL, OVER_CLAMP, OVER_DENY };
    static const char *const keys[] = { "clamp", NULL }, *const clamp_keys[] = { "least_tokens", NULL };
    out->clamp_least_tokens = CLAMP_LEAST_TOKENS;
    if (!y)
        return;
    if (y->kind != YAML_MAP) {
        out->over = overs[word_index(c, y, words)];
        return;
    }
    const struct yaml *clamp = yaml_get(y, "clamp");
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_is_map(clamp, "clamp", c->diag))
        return;
    yaml_known_keys(clamp, clamp_keys, c->diag);
    out->over = OVER_CLAMP;
    out->clamp_least_tokens =
        yaml_int(yaml_get(clamp, "least_tokens"), 1, 1000000, CLAMP_LEAST_TOKENS, c->diag);
}

struct mark_list {
    struct compiling *c;
    struct budget    *budget;
};

static void add_mark(const struct yaml *y, void *arg)
{
    struct mark_list *list = arg;
    struct budget    *b = list->budget;
    struct slice      text = yaml_text(y, S(""), list->c->diag);
    int64_t           percent;
    bool is_percent = slice_ends(text, S("%")) && slice_to_i64(slice_cut(text, 0, text.len - 1), &percent) &&
                      percent >= 1 && percent <= 100;
    if (text.len == 0)
        return;
    if (!is_percent)
        diag_error(list->c->diag, y->place, "a mark is 1%% to 100%%, such as 80%%");
    else if (b->marks == MARKS_MOST)
        diag_error(list->c->diag, y->place, "more than %d marks", MARKS_MOST);
    else if (b->marks && percent <= b->mark[b->marks - 1])
        diag_error(list->c->diag, y->place, "marks must rise");
    else
        b->mark[b->marks++] = (unsigned)percent;
}

static void read_budget(struct compiling *c, const struct yaml *y, struct budget *out)
{
    static const char *const keys[] = { "usd", "every", "rolling", "total", "time_zone", "per", NULL };
    if (!yaml_is_map(y, "budget", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "usd"))
        diag_error(c->diag, y->place, "a budget needs `usd`");
    out->limit_nanousd = yaml_nanousd(yaml_get(y, "usd"), 0, c->diag);
    out->scope.per = read_per(c, yaml_get(y, "per"));
    read_window(c, y, &out->window);
}

static void read_limit(struct compiling *c, const struct yaml *y, struct limit *out)
{
    static const char *const keys[] = { "requests", "tokens", "at_once", "per", NULL };
    if (!yaml_is_map(y, "limit", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    out->requests_a_minute = yaml_int(yaml_get(y, "requests"), 1, A_MINUTE_MOST, 0, c->diag);
    out->tokens_a_minute = yaml_int(yaml_get(y, "tokens"), 1, A_MINUTE_MOST, 0, c->diag);
    out->at_once = yaml_int(yaml_get(y, "at_once"), 1, A_MINUTE_MOST, 0, c->diag);
    out->scope.per = read_per(c, yaml_get(y, "per"));
    if (!yaml_get(y, "requests") && !yaml_get(y, "tokens") && !yaml_get(y, "at_once"))
        diag_error(c->diag, y->place,
                   "a limit needs `requests` or `tokens` (a minute), or `at_once`: how many calls may run");
}

void read_cost_rule(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "name", "for", "when", "budget", "limit", "over", "alert_at", NULL };
    static const char *const for_keys[] = { "team", "key", "user", "tag", "model", "provider", NULL };
    struct policy           *p = c->policy;
    const struct yaml       *budget = yaml_get(y, "budget"), *limit = yaml_get(y, "limit");
    const char              *name = name_of_rule(c, y, keys);
    if (!name)
        return;
    for (size_t i = 0; i < p->cost_count; i++)
        refuse_same(c, y, name, p->cost[i].name);
    if (p->cost_count == p->cost_cap)
        p->cost = arena_grow(c->arena, p->cost, p->cost_count, sizeof *p->cost, &p->cost_cap);
    struct cost_rule *rule = &p->cost[p->cost_count++];
    pii_set           kinds = 0;
    rule->name = rule->budget.name = rule->limit.name = name;
    rule->when = condition_read(c, y, for_keys, &kinds);
    rule->has_budget = budget != NULL;
    rule->has_limit = limit != NULL;
    if (!budget && !limit)
        diag_error(c->diag, y->place, "a cost rule needs a `budget` or a `limit`");
    if (budget)
        read_budget(c, budget, &rule->budget);
    if (limit)
        read_limit(c, limit, &rule->limit);
    read_covered(c, yaml_get(y, "for"), &rule->budget.scope);
    read_covered(c, yaml_get(y, "for"), &rule->limit.scope);
    read_over(c, yaml_get(y, "over"), &rule->budget);
    struct mark_list marks = { c, &rule->budget };
    if (yaml_get(y, "alert_at"))
        yaml_each(yaml_get(y, "alert_at"), add_mark, &marks);
}

bool policy_has_budgets(const struct policy *p)
{
    for (unsigned i = 0; i < p->cost_count; i++)
        if (p->cost[i].has_budget)
            return true;
    return false;
}
