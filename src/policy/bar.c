/* bar.c - what grants (policy/grant.h) take away from a decision. */
#include "rules.h"

void narrow_reach(const struct policy *p, const struct facts *facts, struct decision *out)
{
    const char *rule;
    unsigned    reach = grants_reach(&facts->grants, p->settings, &rule);
    if (!rule)
        return;
    tell_rule(out, rule);
    keep_within(out, reach, rule);
}

const char *who_bars(const struct policy *p, const struct facts *facts, const struct model *model)
{
    const char *whose = grants_forbid_model(&facts->grants, p->settings, model->name);
    return whose ? whose : grants_forbid_zone(&facts->grants, p->settings->zone[model->provider->zone]);
}

/* A model that the client named may be named to it; those of a route may not. */
static bool refuse(const struct policy *p, const struct facts *facts, const struct decision *out,
                   const struct model *model, struct fault *why)
{
    const char  *whose = who_bars(p, facts, model);
    struct slice asked = slice_cut(facts->model, 0, 80);
    if (strcmp(out->route, ROUTE_ASKED) != 0)
        return fault_set(why, FAULT_NOT_ALLOWED, "%s may use no model that route \"%s\" asks", whose,
                         out->route);
    if (grants_forbid_model(&facts->grants, p->settings, model->name))
        return fault_set_param(why, FAULT_NOT_ALLOWED, "model", "%s may not use model \"%.*s\"", whose,
                               SLICE_ARG(asked));
    return fault_set_param(why, FAULT_NOT_ALLOWED, "model",
                           "model \"%.*s\" is in zone \"%s\", which %s may not use", SLICE_ARG(asked),
                           p->settings->zone[model->provider->zone], whose);
}

/* # models of the list that are left. */
static unsigned keep_allowed(const struct policy *p, const struct facts *facts, const struct model **list,
                             unsigned count)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++)
        if (!who_bars(p, facts, list[i]))
            list[kept++] = list[i];
    return kept;
}

bool bar(const struct policy *p, const struct facts *facts, struct decision *out, struct fault *why)
{
    const struct model *first = out->candidate[0];
    const unsigned      count = keep_allowed(p, facts, out->candidate, out->count);
    if (count < out->count) /* an answer that another member of the group gave is none for them */
        out->first_of = NULL;
    out->count = count;
    for (unsigned i = 0; i < INSTEADS; i++)
        out->instead[i].count = keep_allowed(p, facts, out->instead[i].model, out->instead[i].count);
    if (out->escalate_to && who_bars(p, facts, out->escalate_to))
        out->escalate_to = NULL;
    if (out->compress_by && who_bars(p, facts, out->compress_by))
        out->compress_by = NULL;
    if (out->count == 0 && out->escalate_to) { /* who may not have the draft has what it would escalate to */
        out->candidate[out->count++] = out->escalate_to;
        out->escalate_to = NULL;
    }
    return out->count > 0 || refuse(p, facts, out, first, why);
}
