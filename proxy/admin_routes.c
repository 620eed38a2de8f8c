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
    { "GET", "/admin/v1/keys", "list_keys", admin_list_keys, "API keys that Weir has made.", admin_keys_query,
      NULL, &admin_key_list },
    { "POST", "/admin/v1/keys", "create_key", admin_create_key, "Makes an API key; it is shown this once.",
      NULL, &admin_new_key, &admin_made_key },
    { "GET", "/admin/v1/keys/{id}", "show_key", admin_show_key, "An API key.", NULL, NULL, &admin_key },
    { "PATCH", "/admin/v1/keys/{id}", "change_key", admin_change_key,
      "Changes what is given; all proxies heed it within a second.", NULL, &admin_key_change, &admin_key },
    { "POST", "/admin/v1/keys/{id}/rotate", "rotate_key", admin_rotate_key,
      "A new secret for the key, shown this once; the old one lives a while longer.", NULL, &admin_rotation,
      &admin_made_key },
    { "POST", "/admin/v1/keys/{id}/revoke", "revoke_key", admin_revoke_key,
      "Revokes the key for good; all proxies refuse it within a second.", NULL, NULL, &admin_key },
    { "GET", "/admin/v1/teams", "list_teams", admin_list_teams, "The teams, and what applies to each.", NULL,
      NULL, &admin_team_list },
    { "GET", "/admin/v1/budgets", "list_budgets", admin_list_budgets,
      "The budgets, and what each payer has spent, reserved and left in the window that runs now.",
      admin_budgets_query, NULL, &admin_budget_list },
    { "GET", "/admin/v1/spend", "ask_spend", admin_ask_spend,
      "What was spent and saved; by day, month, team, key, user, model, route or tag.", admin_spend_query, NULL,
      &admin_spend_sums },
    { "GET", "/admin/v1/cache", "cache_stats", admin_cache_stats,
      "How much is remembered, by team and namespace, and what it has saved.", admin_cache_stats_query, NULL,
      &admin_cache_stats_answer },
    { "GET", "/admin/v1/cache/entries", "look_into_cache", admin_cache_look,
      "Which answers are remembered; nothing of what they say.", admin_cache_query, NULL,
      &admin_cache_entries },
    { "POST", "/admin/v1/cache/purge", "purge_cache", admin_purge_cache,
      "Forgets answers, for all proxies at once.", NULL, &admin_cache_purge, &admin_cache_purged },
};

const size_t admin_route_count = sizeof admin_routes / sizeof *admin_routes;
