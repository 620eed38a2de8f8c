/*
 * teams.h - the teams of the settings, and what applies to each, as the admin API and `weir teams` tell it.
 */
#ifndef WEIR_TEAMS_H
#define WEIR_TEAMS_H

#include "base/buf.h"
#include "policy/decide.h"

/* {"data": […]} */
void teams_write_json(struct buf *, const struct settings *, const struct policy *);

#endif
