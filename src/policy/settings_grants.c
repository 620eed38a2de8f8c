/* settings_grants.c - what a team, or a key of the settings, may do at most. */
#include "settings_parts.h"

static const char **new_names(struct setup *s, const struct yaml *list, struct names *out)
{
    const char **name = arena_array(s->arena, yaml_count(list) + 1, sizeof *name);
    out->name = name;
    return name;
}

static void read_models_allowed(struct setup *s, const struct yaml *list, struct names *out)
{
    const char **name = new_names(s, list, out);
    if (!yaml_is_list(list, "models", s->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next) {
        struct slice        text = yaml_text(y, S(""), s->diag);
        const struct group *group = settings_group(s->settings, text);
        const struct model *model = settings_model(s->settings, text);
        if (group || model)
            name[out->count++] = group ? group->name : model->name;
        else if (text.len)
            diag_error(s->diag, y->place, "there is no model \"%.*s\"", SLICE_ARG(text));
    }
}

/* Which routes there are, the policies tell, which are read later. */
static void read_routes_allowed(struct setup *s, const struct yaml *list, struct names *out)
{
    const char **name = new_names(s, list, out);
    if (!yaml_is_list(list, "routes", s->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next) {
        struct slice text = yaml_text(y, S(""), s->diag);
        if (text.len)
            name[out->count++] = arena_cstr(s->arena, text);
    }
}

/* NULL, told, where there is none so named. */
static const char *read_zone(struct setup *s, const struct yaml *y)
{
    struct slice text = yaml_text(y, S(""), s->diag);
    unsigned     zone = settings_zone(s->settings, text);
    if (zone < s->settings->zone_count)
        return s->settings->zone[zone];
    if (text.len)
        diag_error(s->diag, y->place, "there is no zone \"%.*s\"", SLICE_ARG(text));
    return NULL;
}

static void read_zones_allowed(struct setup *s, const struct yaml *list, struct names *out)
{
    const char **name = new_names(s, list, out);
    if (!yaml_is_list(list, "zones", s->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next) {
        const char *zone = read_zone(s, y);
        if (zone)
            name[out->count++] = zone;
    }
}

/* An empty list would say "none at all" to a reader, and "all" to us. */
static void refuse_empty(struct setup *s, const struct yaml *map, const char *key)
{
    const struct yaml *list = yaml_get(map, key);
    if (list && list->kind == YAML_LIST && !list->child)
        diag_error(s->diag, list->place, "%s allows none at all; left out, all are allowed", key);
}

void read_grant(struct setup *s, const struct yaml *map, struct grant *out)
{
    static const char *const lists[] = { "models", "routes", "zones" };
    *out = (struct grant){ .reach = NULL };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        refuse_empty(s, map, lists[i]);
    read_models_allowed(s, yaml_get(map, "models"), &out->models);
    read_routes_allowed(s, yaml_get(map, "routes"), &out->routes);
    read_zones_allowed(s, yaml_get(map, "zones"), &out->zones);
    if (yaml_get(map, "reach"))
        out->reach = read_zone(s, yaml_get(map, "reach"));
}
