/* grant.c - see policy/grant.h. */
#include "policy/grant.h"

#include "policy/settings.h"

static const char *const whose[GRANTS] = { "its team", "this API key" };
static const char *const reach_rule[GRANTS] = { "the team's reach", "the API key's reach" };

static bool names_allow(const struct names *names, const char *name)
{
    for (unsigned i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return names->count == 0;
}

static bool is_member(const struct group *group, const char *name)
{
    for (unsigned i = 0; i < group->count; i++)
        if (strcmp(group->member[i].model->name, name) == 0)
            return true;
    return false;
}

static bool allows_model(const struct names *models, const struct settings *settings, const char *name)
{
    if (names_allow(models, name))
        return true;
    for (unsigned i = 0; i < settings->group_count; i++)
        if (names_allow(models, settings->group[i].name) && is_member(&settings->group[i], name))
            return true;
    return false;
}

const char *grants_forbid_model(const struct grants *grants, const struct settings *settings, const char *name)
{
    for (unsigned i = 0; i < GRANTS; i++)
        if (grants->of[i] && !allows_model(&grants->of[i]->models, settings, name))
            return whose[i];
    return NULL;
}

const char *grants_forbid_route(const struct grants *grants, const char *name)
{
    for (unsigned i = 0; i < GRANTS; i++)
        if (grants->of[i] && !names_allow(&grants->of[i]->routes, name))
            return whose[i];
    return NULL;
}

const char *grants_forbid_zone(const struct grants *grants, const char *zone)
{
    for (unsigned i = 0; i < GRANTS; i++)
        if (grants->of[i] && !names_allow(&grants->of[i]->zones, zone))
            return whose[i];
    return NULL;
}

unsigned grants_reach(const struct grants *grants, const struct settings *settings, const char **rule)
{
    unsigned reach = settings->zone_count - 1;
    *rule = NULL;
    for (unsigned i = 0; i < GRANTS; i++) {
        if (!grants->of[i] || !grants->of[i]->reach)
            continue;
        unsigned zone = settings_zone(settings, slice_str(grants->of[i]->reach));
        if (zone == settings->zone_count)
            zone = 0; /* it is not known how far that was: no farther than here */
        if (zone >= reach)
            continue;
        reach = zone;
        *rule = reach_rule[i];
    }
    return reach;
}
