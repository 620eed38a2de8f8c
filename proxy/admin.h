/*
 * admin.h - the admin API: keys, teams, budgets and whatever else an operator looks at or changes while Weir
 * runs. It has a listener and a key of its own (settings `admin:`), and stands on the first loop alone.
 *
 * What it does is the table in admin_routes.c; how a line of it is answered, admin_call.h tells.
 */
#ifndef WEIR_ADMIN_H
#define WEIR_ADMIN_H

#include "exchange.h"

struct admin;

/* Listens where the snapshot's settings say. tools (ref) must outlive it. NULL with why: INTERNAL. */
MUST_CHECK struct admin *admin_open(struct tools *, struct fault *why);
void                     admin_free(struct admin **); /* before the tools' Redis; NULL is allowed */

/* A new snapshot is in force: its certificate counts for new connections. */
void admin_renew(struct admin *);
/* Takes nothing new. */
void admin_drain(struct admin *);
bool admin_is_idle(const struct admin *);

#endif
