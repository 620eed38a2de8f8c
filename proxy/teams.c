/* teams.c - see teams.h. */
#include "teams.h"

#include "policy/costs.h"
#include "wire/json.h"

/* null: all of them. */
static void add_names(struct buf *out, const char *key, const struct names *names)
{
    json_add_key(out, key);
    if (names->count == 0) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_byte(out, '[');
    for (unsigned i = 0; i < names->count; i++) {
        json_add_comma(out);
        json_add_string(out, slice_str(names->name[i]));
    }
    buf_add_byte(out, ']');
}

/* The names of the rules that may apply to it. */
static void add_costs(struct buf *out, const char *key, const struct policy *policy, const struct team *team,
                      bool wants_budgets)
{
    struct cost cost;
    json_add_key(out, key);
    buf_add_byte(out, '[');
    for (unsigned i = 0; policy_cost(policy, i, &cost); i++) {
        if (!(wants_budgets ? cost.budget != NULL : cost.limit != NULL) ||
            !policy_cost_concerns(policy, i, team))
            continue;
        json_add_comma(out);
        json_add_string(out, slice_str(cost.name));
    }
    buf_add_byte(out, ']');
}

static void add_team(struct buf *out, const struct team *team, const struct policy *policy)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "name", slice_str(team->name));
    json_add_number_member(out, "keys_in_settings", team->key_count);
    if (team->requests_a_minute)
        json_add_number_member(out, "requests_a_minute", team->requests_a_minute);
    else
        json_add_member(out, "requests_a_minute", S("null"));
    add_names(out, "models", &team->grant.models);
    add_names(out, "routes", &team->grant.routes);
    add_names(out, "zones", &team->grant.zones);
    if (team->grant.reach)
        json_add_text_member(out, "reach", slice_str(team->grant.reach));
    else
        json_add_member(out, "reach", S("null"));
    add_costs(out, "budgets", policy, team, true);
    add_costs(out, "limits", policy, team, false);
    buf_add_byte(out, '}');
}

void teams_write_json(struct buf *out, const struct settings *settings, const struct policy *policy)
{
    buf_add_str(out, "{\"data\":[");
    for (unsigned i = 0; i < settings->team_count; i++)
        add_team(out, &settings->team[i], policy);
    buf_add_str(out, "]}");
}
