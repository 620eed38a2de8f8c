/* costs.c - see policy/costs.h. */
#include "policy/costs.h"

#include "rules.h"

bool policy_cost(const struct policy *p, unsigned index, struct cost *out)
{
    if (index >= p->cost_count)
        return false;
    const struct cost_rule *rule = &p->cost[index];
    *out = (struct cost){ .name = rule->name,
                          .budget = rule->has_budget ? &rule->budget : NULL,
                          .limit = rule->has_limit ? &rule->limit : NULL };
    return true;
}

static bool is_among(const struct condition *c, const char *name)
{
    for (unsigned i = 0; i < c->names; i++)
        if (strcmp(c->name[i], name) == 0)
            return true;
    return false;
}

/* Can it be so (or not), where the team is known and all else is open? */
static bool may_be(const struct condition *c, const char *team, bool is_wanted)
{
    bool needs_all = (c->kind == COND_ALL) == is_wanted;
    switch (c->kind) {
    case COND_TEAM:
        return is_among(c, team) == is_wanted;
    case COND_NOT:
        return !c->child || may_be(c->child, team, !is_wanted);
    case COND_ALL:
    case COND_ANY:
        for (const struct condition *child = c->child; child; child = child->next)
            if (may_be(child, team, is_wanted) != needs_all)
                return !needs_all;
        return needs_all;
    case COND_PII:
    case COND_TOPIC:
    case COND_CLASS:
    case COND_TAUGHT:
    case COND_DIFFICULTY:
    case COND_SENSITIVITY:
    case COND_INJECTION:
    case COND_TOKENS:
    case COND_MODEL:
    case COND_KEY:
    case COND_USER:
    case COND_TAG:
    case COND_TOOLS:
    case COND_TOOL_LOOP:
    case COND_STREAM:
    case COND_UNREADABLE:
        break;
    }
    return true;
}

bool policy_cost_concerns(const struct policy *p, unsigned index, const struct team *team)
{
    const struct condition *when = p->cost[index].when;
    return !when || may_be(when, team->name, true);
}
