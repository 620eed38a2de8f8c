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

/* Can it be true, where the team is so and all else is open? What stands under `not` is open unless it is the
 * team. */
static bool may_hold(const struct condition *c, const char *team)
{
    switch (c->kind) {
    case COND_TEAM:
        return is_among(c, team);
    case COND_NOT:
        return !c->child || c->child->kind != COND_TEAM || !is_among(c->child, team);
    case COND_ALL:
        for (const struct condition *child = c->child; child; child = child->next)
            if (!may_hold(child, team))
                return false;
        return true;
    case COND_ANY:
        for (const struct condition *child = c->child; child; child = child->next)
            if (may_hold(child, team))
                return true;
        return false;
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
    return !when || may_hold(when, team->name);
}
