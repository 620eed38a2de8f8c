/* stay.c - see policy/stay.h. */
#include "policy/stay.h"

#include "rules.h"

static const char in_loop[] = "law: tool loop";
static const char warm[] = "law: warm cache";

enum { PLAIN_TOKENS = 1000000 }; /* prices are compared by what so many cost, read and written */

/* Did a rule choose with tool loops in mind? Then it is the operator's word against ours. */
static bool speaks_of_loops(const struct policy *p)
{
    for (size_t i = 0; i < p->route_count; i++)
        if (condition_asks(p->route[i].when, COND_TOOL_LOOP))
            return true;
    return false;
}

static int64_t cost(const struct model *model, int64_t prompt, int64_t cached, int64_t completion)
{
    const struct answer_usage usage = {
        .is_given = true, .prompt_tokens = prompt, .cached_tokens = cached, .completion_tokens = completion
    };
    return price_usage(&model->price, &usage);
}

static bool is_dearer(const struct model *a, const struct model *b)
{
    return cost(a, PLAIN_TOKENS, 0, PLAIN_TOKENS) > cost(b, PLAIN_TOKENS, 0, PLAIN_TOKENS);
}

/* Is its cache worth more than the move would save? */
static bool is_worth_staying(const struct facts *facts, const struct companion *with, const struct model *other)
{
    const struct model *model = with->model;
    int64_t             prompt = facts->tokens > with->prompt_tokens ? facts->tokens : with->prompt_tokens;
    int64_t             answer = with->completion_tokens;
    if (with->cached_tokens <= 0 || with->since_ms > STAY_WARM_MS || !model->price.is_known ||
        !other->price.is_known || is_dearer(other, model))
        return false;
    return cost(model, prompt, with->cached_tokens, answer) <= cost(other, prompt, 0, answer);
}

/* The first, and once; those that the route named come after it. */
static void put_first(const struct model *model, struct decision *out)
{
    unsigned at = 0;
    while (at < out->count && out->candidate[at] != model)
        at++;
    if (at == out->count)
        out->count++;
    memmove(out->candidate + 1, out->candidate, at * sizeof(struct model *));
    out->candidate[0] = model;
    for (unsigned i = 0; out->first_of && i < out->first_of->count; i++)
        if (out->first_of->member[i].model == model)
            return;
    out->first_of = NULL;
}

bool decision_stay(const struct policy *p, const struct facts *facts, const struct companion *with,
                   struct decision *out)
{
    const struct model *model = with->model;
    bool                is_loop = facts->ends_in_tool && !speaks_of_loops(p);
    if (!model || out->count == 0 || !settings_is_auto(p->settings, facts->model) ||
        !reach_allows(out->reach, model->provider->zone) || who_bars(p, facts, model))
        return false;
    if (!is_loop && (out->candidate[0] == model || !is_worth_staying(facts, with, out->candidate[0])))
        return false;
    if (is_loop || out->escalate_to == model)
        out->escalate_to = NULL;
    if (out->candidate[0] == model)
        return false;
    put_first(model, out);
    tell_rule(out, is_loop ? in_loop : warm);
    return true;
}
