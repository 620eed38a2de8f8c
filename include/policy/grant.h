/*
 * grant.h - what a key, or a team, may do at most: the models, routes and zones that it may use, and the
 * farthest zone that its data may enter.
 *
 * A grant only ever narrows what the policies allow, and several of them narrow together. Nothing asks it but
 * decide() (and embeddings, whose model is inside Weir). Names are kept as names, since keys outlive settings:
 * a model that is not there any more matches nothing, and a reach that names no zone is the nearest one.
 */
#ifndef WEIR_POLICY_GRANT_H
#define WEIR_POLICY_GRANT_H

#include "base/fault.h"

struct settings;
struct model;

/* None: all are allowed. */
struct names {
    const char *const *name;
    unsigned           count;
};

/* ROUTE_ASKED among the routes lets a client name a model itself. */
#define ROUTE_ASKED "asked"

struct grant {
    struct names models, routes, zones;
    const char  *reach; /* NULL: as far as the policies allow */
};

/* Those of a request: its team's and its key's. All are refs. */
enum { GRANT_OF_TEAM, GRANT_OF_KEY, GRANTS };
struct grants {
    const struct grant *of[GRANTS]; /* NULL: not narrowed */
};

/* Whose grant forbids it: "its team", "this API key"; NULL where none does. Who may use a name of several
 * models may use each of them. */
const char *grants_forbid_model(const struct grants *, const struct settings *, const char *name);
const char *grants_forbid_route(const struct grants *, const char *name);
const char *grants_forbid_zone(const struct grants *, const char *zone);

/* The farthest zone that all of them allow; *rule names the one that narrows it, for people. NULL and
 * zone_count - 1 where none does. */
unsigned grants_reach(const struct grants *, const struct settings *, const char **rule);

#endif
