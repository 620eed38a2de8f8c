/* rules.c - policy files, compiled: routes, and what rules have in common. Privacy rules are in
 * privacy_rules.c, what is about money in cost_rules.c, conditions in condition.c, tests in policy_test.c. */
#include "rules.h"

#include "settings_parts.h"
#include "wire/translate.h"

const char *const rule_for_keys[] = { "team", "key", "user", "tag", NULL };

const char *name_of_rule(struct compiling *c, const struct yaml *y, const char *const *keys)
{
    if (!yaml_is_map(y, "a rule", c->diag))
        return NULL;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "name"))
        diag_error(c->diag, y->place, "a rule needs a `name`: decisions are told by it");
    return arena_cstr(c->arena, yaml_text(yaml_get(y, "name"), S(""), c->diag));
}

void refuse_same(struct compiling *c, const struct yaml *y, const char *name, const char *other)
{
    if (*name && strcmp(name, other) == 0)
        diag_error(c->diag, yaml_get(y, "name")->place, "a rule \"%s\" is there already", name);
}

bool is_word(struct compiling *c, const struct yaml *y, const char *const *words, unsigned *index)
{
    struct slice text = yaml_text(y, S(""), c->diag);
    char         hint[DIAG_HINT_BYTES];
    for (*index = 0; words[*index]; (*index)++) {
        if (slice_is(text, words[*index]))
            return true;
    }
    if (text.len)
        diag_error(c->diag, y->place, "%.*s cannot be \"%.*s\"%s", SLICE_ARG(y->key), SLICE_ARG(text),
                   diag_hint(text, words, hint));
    return false;
}

/* ---- routes ---- */

/* Adds what is named to a list; two names may mean one model: an alias. */
static void add_asked(struct compiling *c, const struct yaml *y, struct asked *list, unsigned *count,
                      unsigned most)
{
    struct asked asked = asked_named(c, y);
    bool         is_there = !asked.model && !asked.group;
    for (unsigned i = 0; i < *count; i++)
        is_there = is_there || (list[i].model == asked.model && list[i].group == asked.group);
    if (is_there)
        return;
    if (*count == most)
        diag_error(c->diag, y->place, "more than %u models to ask", most);
    else
        list[(*count)++] = asked;
}

static void read_ask(struct compiling *c, const struct yaml *y, struct route *route)
{
    if (!yaml_is_list(y, "ask", c->diag))
        return;
    if (!y->child)
        diag_error(c->diag, y->place, "ask names no model");
    for (const struct yaml *item = y->child; item; item = item->next)
        add_asked(c, item, route->ask, &route->ask_count, CANDIDATES_MOST);
}

struct stand_in_list {
    struct compiling *c;
    struct route     *route;
    enum instead      why;
};

static void add_stand_in(const struct yaml *y, void *arg)
{
    struct stand_in_list *list = arg;
    add_asked(list->c, y, list->route->instead[list->why], &list->route->instead_count[list->why],
              INSTEAD_MOST);
}

/* instead: { error: small, context: [long], filter: [other] } */
static void read_instead(struct compiling *c, const struct yaml *y, struct route *route)
{
    static const char *const keys[] = { "error", "context", "filter", NULL };
    if (!yaml_is_map(y, "instead", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    for (unsigned i = 0; i < INSTEADS; i++)
        yaml_each(yaml_get(y, keys[i]), add_stand_in, &(struct stand_in_list){ c, route, (enum instead)i });
}

/* Models, those of groups among them, that the list adds to the set, which has a flag for each of the
 * settings'. */
static unsigned count_models(const struct settings *settings, const struct asked *list, unsigned count,
                             bool *set)
{
    unsigned added = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned members = list[i].group ? list[i].group->count : 1;
        for (unsigned k = 0; k < members; k++) {
            bool *is_there =
                &set[(list[i].group ? list[i].group->member[k].model : list[i].model) - settings->model];
            added += !*is_there;
            *is_there = true;
        }
    }
    return added;
}

/* What would have no room when it is asked must not be left out in silence then. */
static void check_room(struct compiling *c, const struct yaml *y, const struct route *route)
{
    const struct settings *settings = c->policy->settings;
    bool                  *all = arena_array(c->arena, settings->model_count, sizeof *all);
    unsigned               count = count_models(settings, route->ask, route->ask_count, all);
    for (unsigned why = 0; why < INSTEADS; why++) {
        bool *own = arena_array(c->arena, settings->model_count, sizeof *own);
        if (count_models(settings, route->instead[why], route->instead_count[why], own) > INSTEAD_MOST)
            diag_error(c->diag, yaml_get(y, "instead")->place,
                       "more than %d models to ask instead, those of groups counted", INSTEAD_MOST);
        count += count_models(settings, route->instead[why], route->instead_count[why], all);
    }
    if (count > CANDIDATES_MOST)
        diag_error(c->diag, y->place, "more than %d models to ask, those of groups counted", CANDIDATES_MOST);
}

/* compress: { above_tokens: 6000, to: 0.5 }, and `by: small` for summaries in a model's own words. */
static void read_compress(struct compiling *c, const struct yaml *y, struct route *route)
{
    static const char *const keys[] = { "above_tokens", "to", "by", NULL };
    if (!yaml_is_map(y, "compress", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "above_tokens") || !yaml_get(y, "to"))
        diag_error(c->diag, y->place,
                   "compress is { above_tokens: 6000, to: 0.5 }: when, and the share of words kept");
    route->compress_above_tokens = yaml_int(yaml_get(y, "above_tokens"), 1, 1000000000, 0, c->diag);
    route->compress_by = yaml_get(y, "by") ? model_named(c, yaml_get(y, "by")) : NULL;
    if (route->compress_by && dialect_answered(route->compress_by->provider->api->dialect) != DIALECT_OPENAI)
        diag_error(c->diag, yaml_get(y, "by")->place,
                   "a model that sums up must speak `api: openai`, `azure` or `mistral`");
    route->compress_to = yaml_number(yaml_get(y, "to"), 0.05, 1, 1, c->diag);
}

static void read_route(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "name",     "for",      "when",  "ask", "instead",
                                        "escalate", "compress", "cache", NULL };
    struct policy           *p = c->policy;
    const char              *name = name_of_rule(c, y, keys);
    if (!name)
        return;
    for (size_t i = 0; i < p->route_count; i++)
        refuse_same(c, y, name, p->route[i].name);
    if (p->route_count == p->route_cap)
        p->route = arena_grow(c->arena, p->route, p->route_count, sizeof *p->route, &p->route_cap);
    struct route *route = &p->route[p->route_count++];
    pii_set       kinds = 0;
    route->name = name;
    route->when = condition_read(c, y, rule_for_keys, &kinds);
    if (!yaml_get(y, "ask"))
        diag_error(c->diag, y->place, "a route needs `ask`: the models to try, in order");
    read_ask(c, yaml_get(y, "ask"), route);
    read_instead(c, yaml_get(y, "instead"), route);
    check_room(c, y, route);
    read_escalate(c, yaml_get(y, "escalate"), route);
    read_compress(c, yaml_get(y, "compress"), route);
    route->cache = caching_read(c, yaml_get(y, "cache"));
    if (route->ask_count && route->escalate_to.model == route->ask[0].model &&
        route->escalate_to.group == route->ask[0].group)
        route->escalate_to = (struct asked){ 0 }; /* `large` may be an alias of `small` */
}

/* named: { cache: { keep: 1h } }: of requests that name their model, which no route takes. */
static void read_named(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "cache", NULL };
    if (!yaml_is_map(y, "named", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (c->policy->named_cache)
        diag_error(c->diag, y->place, "named is there already, in another file");
    c->policy->named_cache = caching_read(c, yaml_get(y, "cache"));
}

/* ---- files ---- */

static void add_speaker(struct compiling *c)
{
    struct policy *p = c->policy;
    if (p->speaker_count == p->speaker_cap)
        p->speaker = arena_grow(c->arena, p->speaker, p->speaker_count, sizeof *p->speaker, &p->speaker_cap);
    p->speaker[p->speaker_count++] = (struct speaker){ c->speaks, c->file };
    c->speaks = 0;
}

static void read_section(struct compiling *c, const struct yaml *root, const char *key,
                         void (*read_rule)(struct compiling *, const struct yaml *))
{
    const struct yaml *list = yaml_get(root, key);
    if (!yaml_is_list(list, key, c->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next) {
        read_rule(c, y);
        add_speaker(c);
    }
}

/* NULL where it is no policy file, which is told. */
static const struct yaml *open_file(struct compiling *c, const char *file, settings_file_reader *reader)
{
    static const char *const keys[] = { "classes", "patterns", "allow", "privacy", "cost",
                                        "routes",  "named",    "tests", NULL };
    struct slice             text;
    if (!policy_file_text(c->arena, reader, file, &text)) {
        diag_error(c->diag, (struct place){ file, 0, 0 }, "the policy file cannot be read");
        return NULL;
    }
    const struct yaml *root = yaml_read(c->arena, file, text, NULL, c->diag);
    if (!yaml_is_map(root, "a policy file", c->diag))
        return NULL;
    yaml_known_keys(root, keys, c->diag);
    return root;
}

static void read_file(struct compiling *c, const struct yaml *root)
{
    read_allow(c, yaml_get(root, "allow"), ALLOW_IN_FILE);
    read_section(c, root, "privacy", read_privacy_rule);
    read_section(c, root, "cost", read_cost_rule);
    read_section(c, root, "routes", read_route);
    read_named(c, yaml_get(root, "named"));
    read_tests(c, yaml_get(root, "tests"));
}

/* Aliases were read before the routes that they may mean. */
static void check_aliases(const struct compiling *c)
{
    const struct settings *settings = c->policy->settings;
    for (unsigned i = 0; i < settings->alias_count; i++) {
        const struct alias *alias = &settings->alias[i];
        struct slice        to = slice_str(alias->to);
        if (!policy_knows(c->policy, to) && !settings_is_encoder(settings, to))
            diag_error(c->diag, alias->place, "there is no route for \"%s\"", alias->to);
    }
}

static void check_routes_allowed(const struct compiling *c, const struct names *routes, struct place place)
{
    for (unsigned i = 0; i < routes->count; i++)
        if (strcmp(routes->name[i], ROUTE_ASKED) != 0 && !policy_has_route(c->policy, routes->name[i]))
            diag_error(c->diag, place, "there is no route \"%s\"", routes->name[i]);
}

/* Teams were read before the routes that they and their keys may take. */
static void check_grants(const struct compiling *c)
{
    const struct settings *settings = c->policy->settings;
    for (unsigned t = 0; t < settings->team_count; t++) {
        const struct team *team = &settings->team[t];
        check_routes_allowed(c, &team->grant.routes, team->place);
        for (unsigned k = 0; k < team->key_count; k++)
            check_routes_allowed(c, &team->key_owner[k].grant.routes, team->place);
    }
}

struct policy *policy_read(struct arena *arena, const struct settings *settings, settings_file_reader *reader,
                           struct diag *diag)
{
    struct compiling c = { .arena = arena, .diag = diag, .reader = reader };
    unsigned         errors_before = diag->errors;
    c.policy = arena_alloc(arena, sizeof *c.policy);
    c.policy->settings = settings;
    read_heads(&c, reader);
    const struct yaml **root = arena_array(arena, settings->policy_count, sizeof(struct yaml *));
    for (unsigned i = 0; i < settings->policy_count; i++) {
        root[i] = open_file(&c, settings->policy_file[i], reader);
        read_classes(&c, yaml_get(root[i], "classes"));
        read_patterns(&c, yaml_get(root[i], "patterns"));
    }
    for (c.file = 0; c.file < settings->policy_count; c.file++)
        read_file(&c, root[c.file]);
    check_aliases(&c);
    check_grants(&c);
    return diag->errors == errors_before ? c.policy : NULL;
}

bool policy_likens(const struct policy *policy)
{
    return policy->likens;
}

struct needs policy_needs(const struct policy *policy)
{
    struct needs needs = policy->needs;
    for (size_t i = 0; i < policy->speaker_count; i++)
        needs.names = needs.names || (policy->speaker[i].kinds & PII_NAMES);
    return needs;
}
