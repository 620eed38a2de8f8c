/* admin_teams.c - the admin API's teams: who they are, and what applies to them. They stand in the settings. */
#include "admin_handlers.h"

static const struct admin_field team_fields[] = {
    { .name = "name", .kind = ADMIN_TEXT, .is_needed = true, .about = "as in the settings" },
    { .name = "keys_in_settings",
      .kind = ADMIN_NUMBER,
      .is_needed = true,
      .about = "how many keys the settings file gives it" },
    { .name = "requests_a_minute",
      .kind = ADMIN_NUMBER,
      .about = "its limit in the settings; null: none there" },
    { .name = NULL },
};
static const struct admin_object team_object = { "Team", team_fields };

static const struct admin_field list_fields[] = {
    { .name = "data", .kind = ADMIN_OBJECTS, .is_needed = true, .about = "the teams", .of = &team_object },
    { .name = NULL },
};
const struct admin_object admin_team_list = { "TeamList", list_fields };

static void add_team(struct buf *out, const struct team *team)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "name", slice_str(team->name));
    json_add_number_member(out, "keys_in_settings", team->key_count);
    if (team->requests_a_minute)
        json_add_number_member(out, "requests_a_minute", team->requests_a_minute);
    else
        json_add_member(out, "requests_a_minute", S("null"));
    buf_add_byte(out, '}');
}

void admin_list_teams(struct admin_call *call)
{
    const struct settings *settings = call->snapshot->settings;
    buf_add(&call->out, S("{\"data\":["));
    for (unsigned i = 0; i < settings->team_count; i++)
        add_team(&call->out, &settings->team[i]);
    buf_add(&call->out, S("]}"));
    admin_reply(call);
}
