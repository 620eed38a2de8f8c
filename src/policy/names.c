/* names.c - the names that a policy may use: models, providers, teams, zones, kinds of pii, topics. */
#include "rules.h"

/* Tells that there is no such name, and which may be meant. */
static void unknown(struct compiling *c, const struct yaml *y, const char *what, const char *const *names)
{
    char hint[DIAG_HINT_BYTES];
    diag_error(c->diag, y->place, "there is no %s \"%.*s\"%s", what, SLICE_ARG(y->scalar),
               diag_hint(y->scalar, names, hint));
}

/* No model, and no group either where that would do. */
static void unknown_model(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    unsigned               count = 0;
    const char           **names = arena_array(
                  c->arena, settings->model_count + settings->group_count + settings->alias_count + 1, sizeof *names);
    for (unsigned i = 0; i < settings->model_count; i++)
        names[count++] = settings->model[i].name;
    for (unsigned i = 0; i < settings->group_count; i++)
        names[count++] = settings->group[i].name;
    for (unsigned i = 0; i < settings->alias_count; i++)
        names[count++] = settings->alias[i].from;
    if (slice_starts(slice_str(y->place.file), S("builtin:")))
        diag_error(
            c->diag, y->place,
            "this policy asks for a model \"%.*s\": give one of yours that name (`models` or `aliases` in the "
            "settings), or name policies of your own",
            SLICE_ARG(y->scalar));
    else
        unknown(c, y, "model in the settings named", names);
}

const struct model *model_named(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    struct slice           name = yaml_text(y, S(""), c->diag);
    const struct model    *model = settings_group(settings, name) ? NULL : settings_model(settings, name);
    if (!model && settings_group(settings, name))
        diag_error(c->diag, y->place, "\"%.*s\" is several models; here one must be named", SLICE_ARG(name));
    else if (!model && name.len)
        unknown_model(c, y);
    return model;
}

struct asked asked_named(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    struct slice           name = yaml_text(y, S(""), c->diag);
    struct asked           asked = { .group = settings_group(settings, name) };
    if (!asked.group)
        asked.model = settings_model(settings, name);
    if (!asked.group && !asked.model && name.len)
        unknown_model(c, y);
    return asked;
}

const struct provider *provider_named(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    struct slice           name = yaml_text(y, S(""), c->diag);
    const char           **names = arena_array(c->arena, settings->provider_count + 1, sizeof *names);
    for (unsigned i = 0; i < settings->provider_count; i++) {
        names[i] = settings->provider[i].name;
        if (slice_is(name, names[i]))
            return &settings->provider[i];
    }
    if (name.len)
        unknown(c, y, "provider in the settings named", names);
    return NULL;
}

const struct team *team_named(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    struct slice           name = yaml_text(y, S(""), c->diag);
    const char           **names = arena_array(c->arena, settings->team_count + 1, sizeof *names);
    for (unsigned i = 0; i < settings->team_count; i++) {
        names[i] = settings->team[i].name;
        if (slice_is(name, names[i]))
            return &settings->team[i];
    }
    if (name.len)
        unknown(c, y, "team in the settings named", names);
    return NULL;
}

unsigned zone_named(struct compiling *c, const struct yaml *y)
{
    const struct settings *settings = c->policy->settings;
    struct slice           name = yaml_text(y, S(""), c->diag);
    unsigned               zone = settings_zone(settings, name);
    const char            *names[ZONES_MOST + 1] = { NULL };
    memcpy(names, settings->zone, settings->zone_count * sizeof *names);
    if (zone == settings->zone_count && name.len)
        unknown(c, y, "zone", names);
    return zone;
}

/* Words of a table, collected into a set. */
struct word_set {
    struct compiling  *c;
    const char        *what;
    const char *const *words; /* NULL-terminated, a word's index its bit */
    uint64_t           set;
};

static void add_word(const struct yaml *y, void *arg)
{
    struct word_set *set = arg;
    struct slice     word = yaml_text(y, S(""), set->c->diag);
    for (unsigned i = 0; word.len && set->words[i]; i++) {
        if (slice_is(word, set->words[i])) {
            set->set |= (uint64_t)1 << i;
            return;
        }
    }
    if (word.len)
        unknown(set->c, y, set->what, set->words);
}

/* Kinds that patterns of these policies name, and those that ship; `any` is all but the common ones. */
struct kind_set {
    struct compiling *c;
    pii_set           set;
};

static bool is_known_kind(const struct policy *p, unsigned kind)
{
    return kind < PII_KINDS || (p->own_kinds >> kind & 1);
}

static void add_kind(const struct yaml *y, void *arg)
{
    struct kind_set *set = arg;
    struct slice     word = yaml_text(y, S(""), set->c->diag);
    unsigned         kind = pii_of(word), all = pii_kinds(), count = 0;
    const char      *words[PII_KINDS_MOST + 2] = { NULL };
    if (slice_is(word, "any"))
        set->set |= pii_any();
    if (word.len == 0 || slice_is(word, "any"))
        return;
    if (kind < all && is_known_kind(set->c->policy, kind)) {
        set->set |= (pii_set)1 << kind;
        return;
    }
    for (kind = 0; kind < all; kind++)
        if (is_known_kind(set->c->policy, kind))
            words[count++] = pii_word((enum pii_kind)kind);
    words[count] = "any";
    unknown(set->c, y, "kind of pii", words);
}

pii_set kinds_named(struct compiling *c, const struct yaml *list_or_word)
{
    struct kind_set set = { .c = c };
    yaml_each(list_or_word, add_kind, &set);
    return set.set;
}

uint32_t topics_named(struct compiling *c, const struct yaml *list_or_word)
{
    static const char *const words[] = {
#define TOPIC(name, word) word,
#include "tables/topics.h"
#undef TOPIC
        NULL
    };
    struct word_set set = { .c = c, .what = "topic", .words = words };
    yaml_each(list_or_word, add_word, &set);
    return (uint32_t)set.set;
}
