/*
 * admin_handlers.h - those who answer the admin API's calls, and what they take and answer with: for
 * admin_routes.c alone.
 */
#ifndef WEIR_ADMIN_HANDLERS_H
#define WEIR_ADMIN_HANDLERS_H

#include "admin_call.h"

/* admin_teams.c */
void                             admin_list_teams(struct admin_call *);
extern const struct admin_object admin_team_list;

#endif
