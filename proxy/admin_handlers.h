/*
 * admin_handlers.h - those who answer the admin API's calls, and what they take and answer with: for
 * admin_routes.c alone.
 */
#ifndef WEIR_ADMIN_HANDLERS_H
#define WEIR_ADMIN_HANDLERS_H

#include "admin_call.h"

/* admin_keys.c */
void                             admin_create_key(struct admin_call *);
void                             admin_list_keys(struct admin_call *);
void                             admin_show_key(struct admin_call *);
void                             admin_change_key(struct admin_call *);
void                             admin_rotate_key(struct admin_call *);
void                             admin_revoke_key(struct admin_call *);
extern const struct admin_field  admin_keys_query[];
extern const struct admin_object admin_new_key, admin_key_change, admin_rotation, admin_key, admin_made_key,
    admin_key_list;

/* admin_budgets.c */
void                             admin_list_budgets(struct admin_call *);
extern const struct admin_field  admin_budgets_query[];
extern const struct admin_object admin_budget_list;

/* admin_teams.c */
void                             admin_list_teams(struct admin_call *);
extern const struct admin_object admin_team_list;

/* admin_spend.c */
void                             admin_ask_spend(struct admin_call *);
extern const struct admin_field  admin_spend_query[];
extern const struct admin_object admin_spend_sums;

/* admin_cache.c */
void                             admin_cache_stats(struct admin_call *);
void                             admin_cache_look(struct admin_call *);
void                             admin_purge_cache(struct admin_call *);
extern const struct admin_field  admin_cache_query[], admin_cache_stats_query[];
extern const struct admin_object admin_cache_purge, admin_cache_stats_answer, admin_cache_entries,
    admin_cache_purged;

#endif
