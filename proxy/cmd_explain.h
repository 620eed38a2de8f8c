/*
 * cmd_explain.h - what `weir explain` found out, and its two ways of telling it.
 */
#ifndef WEIR_CMD_EXPLAIN_H
#define WEIR_CMD_EXPLAIN_H

#include "cmd_load.h"

struct explanation {
    const struct loaded *loaded;
    const struct team   *team;
    struct chat          chat;
    struct inspection    inspection;
    struct facts         facts;
    struct decision      decision;
    bool                 is_refused;
    struct fault         why;
    size_t               redactions;
};

/* May it leave zone 0, where models read the prompt as it is? */
bool explained_leaves(const struct explanation *);

/* What models beyond zone 0 would be sent: the prompt as it is now. */
struct slice explained_text(const struct explanation *);

/* Where a finding of the nth text stands: in code points, as findings are told everywhere. */
struct finding_place {
    size_t start, end;
};
struct finding_place explained_place(const struct explanation *, size_t nth, const struct finding *);

/* At most what asking the model costs, as US dollars, written to out; NULL where that is not known. */
const char *explained_worst_usd(const struct explanation *, const struct model *, char out[32]);

const char *explained_zone(const struct explanation *, const struct model *);

/* One JSON document on stdout. */
void explain_as_json(const struct explanation *);

#endif
