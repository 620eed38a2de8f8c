/*
 * admin_routes.c - what the admin API does: read the table and you know it.
 *
 * A new line needs a handler (declared in admin_handlers.h) and the fields that it takes and answers with.
 */
#include "admin_handlers.h"

static void describe(struct admin_call *call)
{
    admin_write_openapi(&call->out);
    admin_reply(call);
}

const struct admin_route admin_routes[] = {
    { "GET", "/admin/v1/openapi.json", "describe", describe, "This description.", NULL, NULL, NULL },
    { "GET", "/admin/v1/teams", "list_teams", admin_list_teams, "The teams, and what applies to each.", NULL,
      NULL, &admin_team_list },
    { "GET", "/admin/v1/spend", "ask_spend", admin_ask_spend,
      "What was spent and saved; by day, month, team, key, user, model, route or tag.", admin_spend_query, NULL,
      &admin_spend_sums },
};

const size_t admin_route_count = sizeof admin_routes / sizeof *admin_routes;
