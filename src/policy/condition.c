/*
 * condition.c - `when:` and `for:`, read into a tree and asked of facts.
 *
 * The tree is asked in three values (Kleene's strong logic): what is not known stays unknown through all, any
 * and not, and only at the root it is settled who asks. So "not: { topic: small_talk }" is unknown too where
 * nothing was judged, and a privacy rule with it applies.
 */
#include "rules.h"

#include <math.h>

/* ---- asking ---- */

static enum truth truth_of(bool is_true)
{
    return is_true ? YES : NO;
}

static bool is_between(const struct condition *c, double value)
{
    return value > c->above && value < c->below;
}

static bool is_named(const struct condition *c, struct slice name)
{
    for (unsigned i = 0; i < c->names; i++) {
        if (slice_is(name, c->name[i]))
            return true;
    }
    return false;
}

static enum truth ask_tags(const struct condition *c, const struct payer *payer)
{
    for (unsigned i = 0; payer && i < payer->tags; i++) {
        if (is_named(c, slice_str(payer->tag[i])))
            return YES;
    }
    return NO;
}

static enum truth ask_pii(const struct condition *c, const struct facts *facts, enum asker asker)
{
    if (facts->is_inspected)
        return truth_of((facts->pii & c->pii) != 0);
    return asker == ROUTE_ASKS ? YES : UNKNOWN;
}

static enum truth ask_topic(const struct condition *c, const struct facts *facts)
{
    if (!facts->is_judged)
        return UNKNOWN;
    if (c->above < 0)
        return truth_of(c->topics >> facts->judgement.topic & 1);
    for (unsigned topic = 0; topic < TOPICS; topic++) {
        if ((c->topics >> topic & 1) && (double)facts->judgement.topic_share[topic] > c->above)
            return YES;
    }
    return NO;
}

/* best: the likeliest. share: NULL where nothing was judged. */
static enum truth ask_shares(const struct condition *c, const float *share, unsigned best)
{
    if (!share)
        return UNKNOWN;
    for (unsigned i = 0; i < c->classes; i++) {
        if (c->above < 0 ? best == c->in_class[i] : (double)share[c->in_class[i]] > c->above)
            return YES;
    }
    return NO;
}

static enum truth ask_taught(const struct condition *c, const struct facts *facts)
{
    const struct taught_opinion *said = facts->taught ? &facts->taught[c->head] : NULL;
    return ask_shares(c, said ? said->share : NULL, said ? said->best : 0);
}

static enum truth ask_difficulty(const struct condition *c, const struct facts *facts, enum asker asker)
{
    double difficulty = facts->is_judged ? (double)facts->judgement.difficulty : 1;
    if (!facts->is_judged && asker != ROUTE_ASKS)
        return UNKNOWN;
    if (c->has_share && facts->bar && facts->is_judged)
        return truth_of(difficulty > facts->bar[c->share]);
    return truth_of(is_between(c, difficulty));
}

/* What is not judged counts as the most sensitive, and as an attack, for routes. */
static enum truth ask_chance(const struct condition *c, const struct facts *facts, float chance,
                             enum asker asker)
{
    if (facts->is_judged)
        return truth_of(is_between(c, (double)chance));
    return asker == ROUTE_ASKS ? truth_of(is_between(c, 1)) : UNKNOWN;
}

static enum truth ask(const struct condition *c, const struct facts *facts, enum asker asker);

/* ALL is the least of its conditions, ANY the greatest. */
static enum truth ask_each(const struct condition *c, const struct facts *facts, enum asker asker)
{
    enum truth so_far = c->kind == COND_ALL ? YES : NO;
    for (const struct condition *child = c->child; child; child = child->next) {
        enum truth t = ask(child, facts, asker);
        if (c->kind == COND_ALL ? t < so_far : t > so_far)
            so_far = t;
    }
    return so_far;
}

static enum truth ask(const struct condition *c, const struct facts *facts, enum asker asker)
{
    switch (c->kind) {
    case COND_ALL:
    case COND_ANY:
        return ask_each(c, facts, asker);
    case COND_NOT:
        return YES - ask(c->child, facts, asker);
    case COND_PII:
        return ask_pii(c, facts, asker);
    case COND_TOPIC:
        return ask_topic(c, facts);
    case COND_CLASS:
        return ask_shares(c, facts->class_share, facts->class_best);
    case COND_TAUGHT:
        return ask_taught(c, facts);
    case COND_DIFFICULTY:
        return ask_difficulty(c, facts, asker);
    case COND_SENSITIVITY:
        return ask_chance(c, facts, facts->judgement.sensitivity, asker);
    case COND_INJECTION:
        return ask_chance(c, facts, facts->judgement.injection, asker);
    case COND_TOKENS:
        return truth_of(is_between(c, (double)facts->tokens));
    case COND_MODEL:
        return truth_of(is_named(c, facts->model));
    case COND_TEAM:
        return truth_of(is_named(c, slice_str(facts->team->name)));
    case COND_KEY:
        return truth_of(facts->payer && is_named(c, slice_str(facts->payer->key)));
    case COND_USER:
        return truth_of(facts->payer && is_named(c, slice_str(facts->payer->user)));
    case COND_TAG:
        return ask_tags(c, facts->payer);
    case COND_TOOLS:
        return truth_of(facts->has_tools == c->is_wanted);
    case COND_TOOL_LOOP:
        return truth_of(facts->ends_in_tool == c->is_wanted);
    case COND_STREAM:
        return truth_of(facts->stream == c->is_wanted);
    case COND_UNREADABLE:
        return truth_of(facts->has_unreadable == c->is_wanted);
    }
    return UNKNOWN;
}

bool condition_holds(const struct condition *c, const struct facts *facts, enum asker asker)
{
    enum truth t = c ? ask(c, facts, asker) : YES;
    return t == YES || (t == UNKNOWN && asker != ROUTE_ASKS);
}

bool condition_asks(const struct condition *c, enum condition_kind kind)
{
    for (; c; c = c->next) {
        if (c->kind == kind || condition_asks(c->child, kind))
            return true;
    }
    return false;
}

/* ---- reading ---- */

const char *const condition_keys[] = { "pii",        "topic", "class", "difficulty", "sensitivity", "injection",
                                       "tokens",     "model", "team",  "tools",      "tool_loop",   "stream",
                                       "unreadable", "any",   "all",   "not",        NULL };

static struct condition *condition_new(struct compiling *c, enum condition_kind kind)
{
    struct condition *made = arena_alloc(c->arena, sizeof *made);
    *made = (struct condition){ .kind = kind, .above = -INFINITY, .below = INFINITY };
    return made;
}

static void read_range(struct compiling *c, const struct yaml *y, const char *what, double most,
                       struct condition *out)
{
    static const char *const keys[] = { "below", "above", NULL };
    if (!yaml_is_map(y, what, c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    out->above = yaml_number(yaml_get(y, "above"), 0, most, -INFINITY, c->diag);
    out->below = yaml_number(yaml_get(y, "below"), 0, most, INFINITY, c->diag);
    if (!y->child)
        diag_error(c->diag, y->place, "%s needs `below` or `above`", what);
}

/* `difficulty: { below: 0.45 }`, or `{ hardest: 20% }`, which recent traffic says the meaning of. */
static void read_difficulty(struct compiling *c, const struct yaml *y, struct condition *out)
{
    static const char *const keys[] = { "hardest", NULL };
    const struct yaml       *hardest = y->kind == YAML_MAP ? yaml_get(y, "hardest") : NULL;
    const struct share      *share;
    if (!hardest) {
        read_range(c, y, "difficulty", 1, out);
        return;
    }
    yaml_known_keys(y, keys, c->diag);
    out->has_share = share_named(c, hardest, &out->share);
    if (out->has_share && policy_shares(c->policy, &share))
        out->above = share[out->share].reference;
}

/* `topic: medical`, `topic: [medical, legal]`, `topic: { is: medical, above: 0.3 }`: returns the word or list;
 * NULL where it is missing, which is told. */
static const struct yaml *read_likeliest(struct compiling *c, const struct yaml *y, struct condition *out)
{
    static const char *const keys[] = { "is", "above", NULL };
    out->above = -1;
    if (y->kind != YAML_MAP)
        return y;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "is"))
        diag_error(c->diag, y->place, "%.*s needs `is`: which are meant", SLICE_ARG(y->key));
    out->above = yaml_number(yaml_get(y, "above"), 0, 1, -1, c->diag);
    return yaml_get(y, "is");
}

struct class_list {
    struct compiling *c;
    struct condition *out;
    size_t            cap;
};

static void add_class(const struct yaml *y, void *arg)
{
    struct class_list *list = arg;
    struct condition  *out = list->out;
    unsigned           index;
    if (out->kind == COND_TAUGHT ? !label_named(list->c, list->c->policy->heads.classes[out->head], y, &index)
                                 : !class_named(list->c, y, &index))
        return;
    if (out->classes == list->cap)
        out->in_class =
            arena_grow(list->c->arena, out->in_class, out->classes, sizeof *out->in_class, &list->cap);
    out->in_class[out->classes++] = index;
}

static void read_class_names(struct compiling *c, const struct yaml *y, struct condition *out)
{
    struct class_list list = { .c = c, .out = out };
    yaml_each(read_likeliest(c, y, out), add_class, &list);
}

struct name_list {
    struct compiling *c;
    struct condition *out;
    size_t            cap;
};

static void add_name(const struct yaml *y, void *arg)
{
    struct name_list *list = arg;
    struct condition *out = list->out;
    struct slice      name = yaml_text(y, S(""), list->c->diag);
    if (name.len == 0 || (out->kind == COND_TEAM && !team_named(list->c, y)))
        return;
    if (out->names == list->cap)
        out->name = arena_grow(list->c->arena, out->name, out->names, sizeof *out->name, &list->cap);
    out->name[out->names++] = arena_cstr(list->c->arena, name);
}

static void read_names(struct compiling *c, const struct yaml *y, struct condition *out)
{
    struct name_list list = { .c = c, .out = out };
    yaml_each(y, add_name, &list);
}

static struct condition *read_map(struct compiling *c, const struct yaml *map, pii_set *kinds);

/* The maps of `any:`, `all:`, or the one of `not:`. */
static void read_children(struct compiling *c, const struct yaml *y, pii_set *kinds, struct condition *out)
{
    struct condition **tail = &out->child;
    pii_set            ignored = 0;
    if (out->kind == COND_NOT) {
        out->child = read_map(c, y, &ignored);
        return;
    }
    if (!yaml_is_list(y, out->kind == COND_ANY ? "any" : "all", c->diag))
        return;
    for (const struct yaml *item = y->child; item; item = item->next) {
        *tail = read_map(c, item, kinds);
        tail = &(*tail)->next;
    }
    if (!y->child)
        diag_error(c->diag, y->place, "an empty list of conditions");
}

/* What the condition asks of the facts, and of those who find them out. */
static void read_asked(struct compiling *c, const struct yaml *y, pii_set *kinds, struct condition *out)
{
    switch (out->kind) {
    case COND_PII:
        out->pii = kinds_named(c, y);
        *kinds |= out->pii;
        c->speaks |= out->pii;
        c->policy->needs.pii = true;
        break;
    case COND_TOPIC:
        out->topics = topics_named(c, read_likeliest(c, y, out));
        c->policy->needs.judgement = true;
        break;
    case COND_CLASS:
    case COND_TAUGHT:
        read_class_names(c, y, out);
        c->policy->needs.classes = true;
        break;
    case COND_DIFFICULTY:
        read_difficulty(c, y, out);
        c->policy->needs.judgement = true;
        break;
    case COND_SENSITIVITY:
        read_range(c, y, "sensitivity", 1, out);
        c->policy->needs.judgement = true;
        break;
    case COND_INJECTION:
        read_range(c, y, "injection", 1, out);
        c->policy->needs.judgement = c->policy->needs.injection = true;
        break;
    case COND_TOKENS:
        read_range(c, y, "tokens", 1e9, out);
        break;
    case COND_MODEL:
    case COND_TEAM:
    case COND_KEY:
    case COND_USER:
    case COND_TAG:
        read_names(c, y, out);
        break;
    case COND_TOOLS:
    case COND_TOOL_LOOP:
    case COND_STREAM:
    case COND_UNREADABLE:
        out->is_wanted = yaml_bool(y, true, c->diag);
        break;
    case COND_ANY:
    case COND_ALL:
    case COND_NOT:
        read_children(c, y, kinds, out);
        break;
    }
}

/* One key of a condition's map. Keys that are not known were told before; they count as true. */
static struct condition *read_one(struct compiling *c, const struct yaml *y, pii_set *kinds)
{
    static const enum condition_kind kind_of[] = {
        COND_PII,        COND_TOPIC, COND_CLASS, COND_DIFFICULTY, COND_SENSITIVITY, COND_INJECTION,
        COND_TOKENS,     COND_MODEL, COND_TEAM,  COND_TOOLS,      COND_TOOL_LOOP,   COND_STREAM,
        COND_UNREADABLE, COND_ANY,   COND_ALL,   COND_NOT,        COND_ALL
    };
    unsigned key = 0;
    while (condition_keys[key] && !slice_is(y->key, condition_keys[key]))
        key++;
    struct condition *out = condition_new(c, kind_of[key]);
    bool              is_taught = !condition_keys[key] && head_named(c->policy, y->key, &out->head);
    if (is_taught)
        out->kind = COND_TAUGHT;
    if (condition_keys[key] || is_taught)
        read_asked(c, y, kinds, out);
    return out;
}

/* A map: all of its keys must be true. */
static struct condition *read_map(struct compiling *c, const struct yaml *map, pii_set *kinds)
{
    struct condition  *all = condition_new(c, COND_ALL);
    struct condition **tail = &all->child;
    if (!yaml_is_map(map, "a condition", c->diag))
        return all;
    yaml_known_keys(map, c->when_keys, c->diag);
    if (!map->child)
        diag_error(c->diag, map->place, "an empty condition; left out, a rule always applies");
    for (const struct yaml *y = map->child; y; y = y->next) {
        *tail = read_one(c, y, kinds);
        tail = &(*tail)->next;
    }
    return all;
}

/* `for: { team: interns }`: each of its words that says who asks is a condition. */
static void read_whom(struct compiling *c, const struct yaml *whom, const char *const *for_keys,
                      struct condition *all)
{
    static const struct {
        const char         *key;
        enum condition_kind kind;
    } words[] = { { "team", COND_TEAM }, { "key", COND_KEY }, { "user", COND_USER }, { "tag", COND_TAG } };
    if (!yaml_is_map(whom, "for", c->diag))
        return;
    yaml_known_keys(whom, for_keys, c->diag);
    if (!whom->child)
        diag_error(c->diag, whom->place, "for needs `team` or another word that says whom it is about");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!yaml_get(whom, words[i].key))
            continue;
        struct condition *asks = condition_new(c, words[i].kind);
        read_names(c, yaml_get(whom, words[i].key), asks);
        asks->next = all->child;
        all->child = asks;
    }
}

struct condition *condition_read(struct compiling *c, const struct yaml *rule, const char *const *for_keys,
                                 pii_set *kinds)
{
    const struct yaml *when = yaml_get(rule, "when"), *whom = yaml_get(rule, "for");
    struct condition  *all = condition_new(c, COND_ALL);
    if (!when && !whom)
        return NULL;
    if (when)
        all->child = read_map(c, when, kinds);
    if (whom)
        read_whom(c, whom, for_keys, all);
    return all;
}
