/* decide.c - see policy/decide.h, whose paragraph "what is not known" this file keeps. */
#include "rules.h"

static const char not_inspected[] = "law: not inspected";
static const char unreadable[] = "law: unreadable parts";

/* Kinds that are never sent on, whatever the reach. */
static const pii_set secrets =
#define PII_KIND(name, word, tag, is_secret, is_common) (pii_set)(is_secret) << PII_##name |
#include "tables/pii_kinds.h"
#undef PII_KIND
    0;

bool reach_allows(unsigned reach, unsigned zone)
{
    return zone <= reach;
}

void tell_rule(struct decision *out, const char *name)
{
    if (out->rule_count < RULES_TOLD_MOST)
        out->rule[out->rule_count++] = name;
}

void keep_within(struct decision *out, unsigned reach, const char *rule)
{
    if (reach < out->reach) {
        out->reach = reach;
        out->reach_rule = rule;
    }
}

/* What the rules that match make of the parts that cannot be read: the strictest word wins. */
static bool apply_unreadable(enum unreadable said, const char *rule, struct decision *out, struct fault *why)
{
    switch (said) {
    case UNREADABLE_ALLOW:
        return true;
    case UNREADABLE_UNSAID:
        tell_rule(out, unreadable);
        keep_within(out, 0, unreadable);
        return true;
    case UNREADABLE_LOCAL:
        keep_within(out, 0, rule);
        return true;
    case UNREADABLE_DENY:
        break;
    }
    return fault_set(why, FAULT_DENIED, "rule \"%s\": images, audio and files may not be sent", rule);
}

/* What is not known makes a rule apply, but for those that let something pass. */
static bool applies(const struct privacy_rule *rule, const struct facts *facts)
{
    enum asker asker = rule->unreadable == UNREADABLE_ALLOW ? ROUTE_ASKS : PRIVACY_ASKS;
    return (!rule->unreadable || facts->has_unreadable) && condition_holds(rule->when, facts, asker);
}

/* What one rule asks for, added to what others did. */
static void apply_rule(const struct privacy_rule *rule, const struct facts *facts, pii_set hide[HIDINGS],
                       struct decision *out)
{
    pii_set hidden = 0;
    for (unsigned way = 0; way < HIDINGS; way++) {
        hide[way] |= rule->hide[way];
        hidden |= rule->hide[way];
    }
    if (rule->has_reach)
        keep_within(out, rule->reach, rule->name);
    if (rule->has_if_needed && (facts->needed & hidden))
        keep_within(out, rule->if_needed, rule->name);
    bool blocks_first = rule->answers_block && !out->answers_block;
    if (blocks_first || (rule->answers_redact && !out->answers_rule))
        out->answers_rule = rule->name;
    out->answers_redact |= rule->answers_redact;
    out->answers_block |= rule->answers_block;
}

/* Of several ways to hide a kind the strictest. */
static void settle_hiding(const pii_set hide[HIDINGS], struct decision *out)
{
    out->remove = hide[HIDE_REMOVE];
    out->surrogate = hide[HIDE_SURROGATE] & ~hide[HIDE_PLACEHOLDER] & ~hide[HIDE_REMOVE];
    out->hide = hide[HIDE_SURROGATE] | hide[HIDE_PLACEHOLDER] | hide[HIDE_REMOVE];
    out->answers_redact &= ~out->answers_block;
}

/* Goes through all rules even when one denies, so that explain can tell them; the first denial is the answer.
 */
static bool apply_privacy(const struct policy *p, const struct facts *facts, struct decision *out,
                          struct fault *why)
{
    const struct privacy_rule *denying = NULL, *strictest = NULL;
    pii_set                    hide[HIDINGS] = { 0 };
    if (p->needs.pii && !facts->is_inspected) {
        tell_rule(out, not_inspected);
        keep_within(out, 0, not_inspected);
    }
    if (p->needs.pii)
        hide[HIDE_PLACEHOLDER] = facts->is_inspected ? secrets : PII_ALL;
    for (size_t i = 0; i < p->privacy_count; i++) {
        const struct privacy_rule *rule = &p->privacy[i];
        if (!applies(rule, facts))
            continue;
        tell_rule(out, rule->name);
        apply_rule(rule, facts, hide, out);
        if (rule->deny && !denying)
            denying = rule;
        if (rule->unreadable && (!strictest || rule->unreadable > strictest->unreadable))
            strictest = rule;
    }
    settle_hiding(hide, out);
    enum unreadable said = strictest ? strictest->unreadable : UNREADABLE_UNSAID;
    if (denying)
        return fault_set(why, FAULT_DENIED, "rule \"%s\"%s%s", denying->name, *denying->deny ? ": " : "",
                         denying->deny);
    return !facts->has_unreadable || apply_unreadable(said, strictest ? strictest->name : NULL, out, why);
}

static bool apply_cost(const struct policy *p, const struct facts *facts, struct decision *out,
                       struct fault *why)
{
    for (size_t i = 0; i < p->cost_count; i++) {
        const struct cost_rule *rule = &p->cost[i];
        if (!condition_holds(rule->when, facts, COST_ASKS))
            continue;
        tell_rule(out, rule->name);
        if ((rule->has_budget && out->budget_count == BUDGETS_MOST) ||
            (rule->has_limit && out->limit_count == LIMITS_MOST))
            return fault_set(why, FAULT_DENIED,
                             "more than %d budgets or %d limits apply at once; rule \"%s\" is one too many",
                             BUDGETS_MOST, LIMITS_MOST, rule->name);
        if (rule->has_budget)
            out->budget[out->budget_count++] = &rule->budget;
        if (rule->has_limit)
            out->limit[out->limit_count++] = &rule->limit;
    }
    return true;
}

static void strike_stand_ins(const struct decision *d, struct stand_ins *instead)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < instead->count; i++)
        if (reach_allows(d->reach, instead->model[i]->provider->zone))
            instead->model[kept++] = instead->model[i];
    instead->count = kept;
}

/* The law of zones, over all candidates; those that stay keep their order. */
static bool strike(const struct policy *p, struct decision *out, struct fault *why)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < out->count; i++) {
        if (reach_allows(out->reach, out->candidate[i]->provider->zone))
            out->candidate[kept++] = out->candidate[i];
        else
            out->struck[out->struck_count++] = out->candidate[i];
    }
    out->count = kept;
    for (unsigned i = 0; i < INSTEADS; i++)
        strike_stand_ins(out, &out->instead[i]);
    if (out->escalate_to && !reach_allows(out->reach, out->escalate_to->provider->zone))
        out->escalate_to = NULL;
    if (out->compress_by && !reach_allows(out->reach, out->compress_by->provider->zone))
        out->compress_by = NULL;
    if (kept > 0)
        return true;
    const struct model *first = out->struck[0];
    return fault_set(
        why, FAULT_OUT_OF_REACH, "rule \"%s\" keeps this request in zone %s, and model \"%s\" is in zone %s",
        out->reach_rule, p->settings->zone[out->reach], first->name, p->settings->zone[first->provider->zone]);
}

bool decide_reach(const struct policy *p, const struct facts *facts, struct decision *out, struct fault *why)
{
    *out = (struct decision){ .reach = p->settings->zone_count - 1 };
    narrow_reach(p, facts, out);
    return apply_privacy(p, facts, out, why);
}

bool decide(const struct policy *p, const struct facts *facts, struct decision *out, struct fault *why)
{
    return decide_reach(p, facts, out, why) && apply_cost(p, facts, out, why) && choose(p, facts, out, why) &&
           bar(p, facts, out, why) && strike(p, out, why);
}

static bool wants_hidden(const struct privacy_rule *rule, enum pii_kind kind)
{
    pii_set hidden = 0;
    for (int way = 0; way < HIDINGS; way++)
        hidden |= rule->hide[way];
    return hidden >> kind & 1;
}

const char *who_hides(const struct policy *p, const struct facts *facts, enum pii_kind kind)
{
    for (size_t i = 0; i < p->privacy_count; i++)
        if (wants_hidden(&p->privacy[i], kind) && condition_holds(p->privacy[i].when, facts, PRIVACY_ASKS))
            return p->privacy[i].name;
    return p->needs.pii && (secrets >> kind & 1) ? "law: secrets" : NULL;
}
