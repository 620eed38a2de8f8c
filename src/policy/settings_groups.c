/*
 * settings_groups.c - several models under one name, of which one is asked.
 *
 *   models:
 *     large: { any: [ { model: eu, weight: 3 }, { model: us }, { model: spare, priority: 2 } ], choose: weights
 * }
 */
#include "settings_parts.h"

enum { WEIGHT_MOST = 1000, PRIORITY_MOST = 100 };

static const char *const ways[] = { "order", "weights", "least_busy", "latency", "price", NULL };

/* A model, not a group: what a group is made of is known when it is read. */
static const struct model *model_named(struct setup *s, const struct yaml *y)
{
    const struct settings *settings = s->settings;
    struct slice           name = yaml_text(y, S(""), s->diag);
    const char           **names = arena_array(s->arena, settings->model_count + 1, sizeof *names);
    char                   hint[DIAG_HINT_BYTES];
    for (unsigned i = 0; i < settings->model_count; i++) {
        names[i] = settings->model[i].name;
        if (slice_is(name, names[i]))
            return &settings->model[i];
    }
    if (name.len)
        diag_error(s->diag, y->place, "there is no model \"%.*s\"%s", SLICE_ARG(name),
                   diag_hint(name, names, hint));
    return NULL;
}

/* "eu", or { model: eu, weight: 3, priority: 1 }. */
static void read_member(struct setup *s, const struct yaml *y, struct group *group)
{
    static const char *const keys[] = { "model", "weight", "priority", NULL };
    const struct yaml       *name = y;
    if (y->kind == YAML_MAP) {
        yaml_known_keys(y, keys, s->diag);
        name = yaml_get(y, "model");
        if (!name)
            diag_error(s->diag, y->place, "a member of %s needs `model`", group->name);
    }
    const struct model *model = name ? model_named(s, name) : NULL;
    for (unsigned i = 0; model && i < group->count; i++) {
        if (group->member[i].model == model) {
            diag_error(s->diag, y->place, "model \"%s\" stands twice in %s", model->name, group->name);
            return;
        }
    }
    if (!model)
        return;
    if (group->count == CANDIDATES_MOST) {
        diag_error(s->diag, y->place, "%s has more than %d models", group->name, CANDIDATES_MOST);
        return;
    }
    group->member[group->count++] = (struct member){
        .model = model,
        .weight = yaml_int(yaml_get(y, "weight"), 1, WEIGHT_MOST, 1, s->diag),
        .priority = yaml_int(yaml_get(y, "priority"), 1, PRIORITY_MOST, 1, s->diag),
    };
}

static enum choose read_way(struct setup *s, const struct yaml *y)
{
    struct slice text = yaml_text(y, S("order"), s->diag);
    char         hint[DIAG_HINT_BYTES];
    for (unsigned i = 0; ways[i]; i++) {
        if (slice_is(text, ways[i]))
            return (enum choose)i;
    }
    diag_error(s->diag, y->place, "choose cannot be \"%.*s\"%s", SLICE_ARG(text), diag_hint(text, ways, hint));
    return CHOOSE_ORDER;
}

static void read_group(struct setup *s, const struct yaml *y, struct group *group)
{
    static const char *const keys[] = { "any", "choose", NULL };
    const struct yaml       *any = yaml_get(y, "any");
    group->name = arena_cstr(s->arena, y->key);
    yaml_known_keys(y, keys, s->diag);
    group->choose = read_way(s, yaml_get(y, "choose"));
    if (!yaml_is_list(any, "any", s->diag))
        return;
    for (const struct yaml *item = any->child; item; item = item->next)
        read_member(s, item, group);
    if (!any->child)
        diag_error(s->diag, any->place, "%s names no model", group->name);
}

void read_groups(struct setup *s, const struct yaml *models)
{
    struct settings *settings = s->settings;
    settings->group = arena_array(s->arena, yaml_count(models), sizeof *settings->group);
    for (const struct yaml *y = models->child; y; y = y->next) {
        if (!yaml_get(y, "any"))
            continue;
        read_group(s, y, &settings->group[settings->group_count++]);
    }
}

const struct group *settings_group(const struct settings *settings, struct slice name)
{
    name = settings_alias(settings, name);
    for (unsigned i = 0; i < settings->group_count; i++) {
        if (slice_is(name, settings->group[i].name))
            return &settings->group[i];
    }
    return NULL;
}

const char **settings_names(struct arena *arena, const struct settings *settings)
{
    unsigned     count = 0;
    const char **names = arena_array(arena, settings->model_count + settings->group_count + 2, sizeof *names);
    names[count++] = "auto";
    for (unsigned i = 0; i < settings->group_count; i++)
        names[count++] = settings->group[i].name;
    for (unsigned i = 0; i < settings->model_count; i++)
        names[count++] = settings->model[i].name;
    return names;
}
