/* admin_teams.c - the admin API's teams: who they are, and what applies to them. They stand in the settings. */
#include "admin_handlers.h"
#include "teams.h"

static const struct admin_field team_fields[] = {
    { .name = "name", .kind = ADMIN_TEXT, .is_needed = true, .about = "as in the settings" },
    { .name = "keys_in_settings",
      .kind = ADMIN_NUMBER,
      .is_needed = true,
      .about = "how many keys the settings file gives it" },
    { .name = "requests_a_minute",
      .kind = ADMIN_NUMBER,
      .about = "its limit in the settings; null: none there" },
    { .name = "models", .kind = ADMIN_TEXTS, .about = "that it may use; null: all" },
    { .name = "routes", .kind = ADMIN_TEXTS, .about = "that it may take; null: all" },
    { .name = "zones", .kind = ADMIN_TEXTS, .about = "whose models it may use; null: all" },
    { .name = "reach",
      .kind = ADMIN_TEXT,
      .about = "the farthest zone that its data may enter; null: as the policies say" },
    { .name = "budgets",
      .kind = ADMIN_TEXTS,
      .is_needed = true,
      .about = "the rules that its requests may be charged to" },
    { .name = "limits",
      .kind = ADMIN_TEXTS,
      .is_needed = true,
      .about = "the rules that may limit how often it asks" },
    { .name = NULL },
};
static const struct admin_object team_object = { "Team", team_fields };

static const struct admin_field list_fields[] = {
    { .name = "data", .kind = ADMIN_OBJECTS, .is_needed = true, .about = "the teams", .of = &team_object },
    { .name = NULL },
};
const struct admin_object admin_team_list = { "TeamList", list_fields };

void admin_list_teams(struct admin_call *call)
{
    teams_write_json(&call->out, call->snapshot->settings, call->snapshot->policy);
    admin_reply(call);
}
