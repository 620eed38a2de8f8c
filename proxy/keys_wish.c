/* keys_wish.c - see keys.h: what may be wished for a key. */
#include "keys.h"

static bool bad(struct fault *why, const char *param, const char *words, const char *name)
{
    return fault_set_param(why, FAULT_BAD_REQUEST, param, "%s \"%.80s\"", words, name);
}

static bool check_text(const char *param, const char *text, struct fault *why)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return fault_set_param(why, FAULT_BAD_REQUEST, param, "%s may hold no control characters", param);
    return strlen(text) <= KEY_TEXT_MOST_BYTES ||
           fault_set_param(why, FAULT_BAD_REQUEST, param, "%s may be %d bytes long at most", param,
                           KEY_TEXT_MOST_BYTES);
}

static bool check_tags(const struct key_record *r, struct fault *why)
{
    for (unsigned i = 0; i < r->tags; i++) {
        if (!*r->tag[i])
            return fault_set_param(why, FAULT_BAD_REQUEST, "tags", "a tag is empty");
        if (!check_text("tags", r->tag[i], why))
            return false;
    }
    return true;
}

static bool check_count(const char *param, const struct names *names, struct fault *why)
{
    return names->count <= KEY_NAMES_MOST ||
           fault_set_param(why, FAULT_BAD_REQUEST, param, "at most %d names are taken", KEY_NAMES_MOST);
}

/* An alias means its model, or several; the model inside Weir, which embeds, is called like its folder. */
static const char *model_named(const struct settings *settings, const char *name)
{
    const struct group *group = settings_group(settings, slice_str(name));
    const struct model *model = settings_model(settings, slice_str(name));
    const char         *folder = settings->slm_folder ? strrchr(settings->slm_folder, '/') : NULL;
    const char         *inside = folder ? folder + 1 : settings->slm_folder;
    if (group || model)
        return group ? group->name : model->name;
    return inside && strcmp(inside, name) == 0 ? name : NULL;
}

static bool check_models(const struct key_desk *desk, struct names *models, struct fault *why)
{
    const char **name = arena_array(desk->arena, models->count, sizeof *name);
    if (!check_count("models", models, why))
        return false;
    for (unsigned i = 0; i < models->count; i++)
        if (!(name[i] = model_named(desk->settings, models->name[i])))
            return bad(why, "models", "there is no model", models->name[i]);
    models->name = name;
    return true;
}

static bool check_routes(const struct key_desk *desk, const struct names *routes, struct fault *why)
{
    if (!check_count("routes", routes, why))
        return false;
    for (unsigned i = 0; i < routes->count; i++)
        if (strcmp(routes->name[i], ROUTE_ASKED) != 0 && !policy_has_route(desk->policy, routes->name[i]))
            return bad(why, "routes", "there is no route", routes->name[i]);
    return true;
}

static bool has_zone(const struct key_desk *desk, const char *name)
{
    return settings_zone(desk->settings, slice_str(name)) < desk->settings->zone_count;
}

static bool check_zones(const struct key_desk *desk, const struct grant *grant, struct fault *why)
{
    if (!check_count("zones", &grant->zones, why))
        return false;
    for (unsigned i = 0; i < grant->zones.count; i++)
        if (!has_zone(desk, grant->zones.name[i]))
            return bad(why, "zones", "there is no zone", grant->zones.name[i]);
    return !grant->reach || has_zone(desk, grant->reach) || bad(why, "reach", "there is no zone", grant->reach);
}

static bool check_team(const struct settings *settings, const char *name, struct fault *why)
{
    if (!settings->has_keys)
        return fault_set_param(
            why, FAULT_BAD_REQUEST, "team",
            "the settings name no `teams`, so nobody is asked for a key; `teams: { default: {} }` "
            "is enough");
    return settings_team(settings, name) || bad(why, "team", "the settings name no team", name);
}

bool keys_check(const struct key_desk *desk, struct key_wish *wish, bool is_new, struct fault *why)
{
    struct key_record *r = &wish->record;
    if (wish->parts & KEY_EXPIRES && r->expires_ms && r->expires_ms <= desk->wall_ms)
        return fault_set_param(why, FAULT_BAD_REQUEST, "expires_at", "that is in the past");
    return (!is_new || check_team(desk->settings, r->team, why)) && check_text("name", r->name, why) &&
           check_text("user", r->user, why) && check_tags(r, why) &&
           check_models(desk, &r->grant.models, why) && check_routes(desk, &r->grant.routes, why) &&
           check_zones(desk, &r->grant, why);
}
