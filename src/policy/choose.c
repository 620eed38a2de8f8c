/*
 * choose.c - whom the name of a model leaves to be asked.
 *
 *   auto, weir/auto     the first route that matches
 *   weir/local          the same, but nothing leaves zone 0: of its models those there, else any that is there
 *   weir/cloud          the same, but of its models those beyond zone 0, else any that is beyond
 *   weir/ROUTE          that route, whatever its `when` says
 *   a model's own name  that model alone; a group's, its members
 *
 * A name only ever narrows what the rules allow: the law of zones is asked afterwards, of whatever was chosen.
 */
#include "rules.h"

static const char asked_local[] = "asked: weir/local";

/* ---- names ---- */

/* "easy stays" may be written "easy-stays": a blank does not stand well in a model's name. */
static bool is_spelled(struct slice name, const char *route)
{
    if (name.len != strlen(route))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != route[i] && !(name.ptr[i] == '-' && route[i] == ' '))
            return false;
    return true;
}

/* The route that "weir/NAME" means, where blanks may be written as dashes; NULL where none is meant. */
static const struct route *route_asked(const struct policy *p, struct slice name)
{
    const struct slice prefix = S("weir/");
    if (!slice_starts(name, prefix))
        return NULL;
    name = slice_cut(name, prefix.len, name.len);
    for (size_t i = 0; i < p->route_count; i++)
        if (is_spelled(name, p->route[i].name))
            return &p->route[i];
    return NULL;
}

bool policy_knows(const struct policy *p, struct slice name)
{
    return settings_is_auto(p->settings, name) || settings_model(p->settings, name) ||
           settings_group(p->settings, name) || slice_is(name, "weir/local") || slice_is(name, "weir/cloud") ||
           route_asked(p, name);
}

const char *policy_route(const struct policy *p, unsigned index)
{
    return index < p->route_count ? p->route[index].name : NULL;
}

bool policy_has_route(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->route_count; i++)
        if (strcmp(p->route[i].name, name) == 0)
            return true;
    return false;
}

static bool no_such_model(const struct policy *p, const struct facts *facts, struct slice name,
                          struct fault *why)
{
    enum { NAMES_MOST = 64 };
    const struct settings *settings = p->settings;
    const char            *names[NAMES_MOST + 1] = { NULL };
    char                   hint[DIAG_HINT_BYTES];
    unsigned               count = 0;
    name = slice_cut(name, 0, 80); /* it is the client's; a fault has no room for a novel */
    for (unsigned i = 0; i < settings->model_count && count < NAMES_MOST; i++)
        if (!grants_forbid_model(&facts->grants, settings, settings->model[i].name))
            names[count++] = settings->model[i].name;
    return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model", "\"%.*s\"%s", SLICE_ARG(name),
                           diag_hint(name, names, hint));
}

/* ---- routes ---- */

/* Adds a model, or a group's, as far as there is room and they are not there yet. */
static void add_asked(const struct policy *p, const struct facts *facts, struct asked asked,
                      const struct model **list, unsigned *count, unsigned most)
{
    enum { ANSWER_TOKENS = 500 }; /* where nothing is said: for comparing prices */
    const struct choice wanted = {
        .standing = facts->standing,
        .lot = facts->lot,
        .prompt_tokens = facts->tokens,
        .answer_tokens = facts->answer_tokens > 0 ? facts->answer_tokens : ANSWER_TOKENS,
    };
    const struct model *order[CANDIDATES_MOST] = { asked.model };
    unsigned            chosen = asked.group ? choose_among(p->settings, asked.group, &wanted, order) : 1;
    for (unsigned i = 0; i < chosen && *count < most; i++) {
        bool is_there = false;
        for (unsigned k = 0; k < *count; k++)
            is_there = is_there || list[k] == order[i];
        if (!is_there)
            list[(*count)++] = order[i];
    }
}

static void add_candidates(const struct policy *p, const struct facts *facts, struct asked asked,
                           struct decision *out)
{
    if (out->count == 0)
        out->first_of = asked.group;
    add_asked(p, facts, asked, out->candidate, &out->count, CANDIDATES_MOST);
}

/* Policies that speak of privacy and cost alone leave the order to the settings. */
static void take_in_order(const struct settings *settings, struct decision *out)
{
    out->route = "in order";
    while (out->count < settings->model_count && out->count < CANDIDATES_MOST) {
        out->candidate[out->count] = &settings->model[out->count];
        out->count++;
    }
}

/* Of a group the first that the request may go to. */
static const struct model *escalates_to(const struct policy *p, const struct route *route,
                                        const struct facts *facts, const struct decision *out)
{
    const struct model *order[CANDIDATES_MOST];
    unsigned            count = 0;
    if (!route->escalate_to.model && !route->escalate_to.group)
        return NULL;
    add_asked(p, facts, route->escalate_to, order, &count, CANDIDATES_MOST);
    for (unsigned i = 0; i < count; i++)
        if (reach_allows(out->reach, order[i]->provider->zone) && !who_bars(p, facts, order[i]))
            return order[i];
    return order[0]; /* which is struck out later, and told */
}

static void take_route(const struct policy *p, const struct route *route, const struct facts *facts,
                       struct decision *out)
{
    tell_rule(out, route->name);
    out->route = route->name;
    for (unsigned i = 0; i < route->ask_count; i++)
        add_candidates(p, facts, route->ask[i], out);
    for (unsigned why = 0; why < INSTEADS; why++)
        for (unsigned i = 0; i < route->instead_count[why]; i++)
            add_asked(p, facts, route->instead[why][i], out->instead[why].model, &out->instead[why].count,
                      INSTEAD_MOST);
    out->escalate_to = escalates_to(p, route, facts, out);
    out->escalation = route->escalation;
    out->compress_above_tokens = route->compress_above_tokens;
    out->compress_to = route->compress_to;
    out->compress_by = route->compress_by;
    out->cache = route->cache;
}

static bool refuse_route(const struct facts *facts, const char *route, struct fault *why)
{
    return fault_set(why, FAULT_NOT_ALLOWED, "%s may not take route \"%s\"",
                     grants_forbid_route(&facts->grants, route), route);
}

/* Routes that may not be taken are passed over; where no other takes the request, the first of them is told. */
static bool take_first(const struct policy *p, const struct facts *facts, struct decision *out,
                       struct fault *why)
{
    const char *forbidden = NULL;
    if (p->route_count == 0) {
        take_in_order(p->settings, out);
        return true;
    }
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *route = &p->route[i];
        if (!condition_holds(route->when, facts, ROUTE_ASKS))
            continue;
        if (!grants_forbid_route(&facts->grants, route->name)) {
            take_route(p, route, facts, out);
            return true;
        }
        forbidden = forbidden ? forbidden : route->name;
    }
    if (forbidden)
        return refuse_route(facts, forbidden, why);
    return fault_set_param(why, FAULT_NO_SUCH_MODEL, "model",
                           "no route of the policies takes this request; name a model instead of \"auto\"");
}

/* ---- by zone ---- */

static unsigned keep_those(const struct model **list, unsigned count, bool is_near)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++)
        if ((list[i]->provider->zone == 0) == is_near)
            list[kept++] = list[i];
    return kept;
}

/* Of what the route asks, the models on that side. */
static void keep_side(bool is_near, struct decision *out)
{
    unsigned kept = keep_those(out->candidate, out->count, is_near);
    if (kept < out->count) /* what another member of the group answers is none for who asks so */
        out->first_of = NULL;
    for (unsigned i = 0; i < INSTEADS; i++)
        out->instead[i].count = keep_those(out->instead[i].model, out->instead[i].count, is_near);
    if (out->escalate_to && (out->escalate_to->provider->zone == 0) != is_near)
        out->escalate_to = NULL;
    if (kept == 0 && out->escalate_to) { /* the draft is what the route would have had on the other side */
        out->candidate[kept++] = out->escalate_to;
        out->escalate_to = NULL;
    }
    out->count = kept;
}

/* All of the settings' models that are: no route leads there, so that it is as if they were named. */
static bool take_all_of_side(const struct policy *p, const struct facts *facts, bool is_near,
                             struct decision *out, struct fault *why)
{
    const struct settings *settings = p->settings;
    const char            *whose = grants_forbid_route(&facts->grants, ROUTE_ASKED);
    if (whose)
        return fault_set_param(why, FAULT_NOT_ALLOWED, "model",
                               "%s may not name a model, and route \"%s\" asks none %s zone \"%s\"", whose,
                               out->route, is_near ? "in" : "beyond", settings->zone[0]);
    for (unsigned i = 0; i < settings->model_count && out->count < CANDIDATES_MOST; i++)
        if ((settings->model[i].provider->zone == 0) == is_near)
            out->candidate[out->count++] = &settings->model[i];
    return true;
}

static bool take_side(const struct policy *p, const struct facts *facts, bool is_near, struct decision *out,
                      struct fault *why)
{
    if (is_near)
        keep_within(out, 0, asked_local);
    if (!take_first(p, facts, out, why))
        return false;
    keep_side(is_near, out);
    if (out->count == 0 && !take_all_of_side(p, facts, is_near, out, why))
        return false;
    return out->count > 0 || fault_set_param(why, FAULT_NO_SUCH_MODEL, "model",
                                             is_near ? "there is no model in zone \"%s\""
                                                     : "there is no model beyond zone \"%s\"",
                                             p->settings->zone[0]);
}

bool choose(const struct policy *p, const struct facts *facts, struct decision *out, struct fault *why)
{
    const struct slice  name = settings_alias(p->settings, facts->model);
    const struct group *group = settings_group(p->settings, name);
    const struct model *model = settings_model(p->settings, name);
    const struct route *route = route_asked(p, name);
    if (settings_is_auto(p->settings, name))
        return take_first(p, facts, out, why);
    if (group || model) { /* a group may be called as its members are beyond */
        out->route = ROUTE_ASKED;
        add_candidates(p, facts, group ? (struct asked){ .group = group } : (struct asked){ .model = model },
                       out);
        out->cache = p->named_cache;
    } else if (slice_is(name, "weir/local") || slice_is(name, "weir/cloud")) {
        return take_side(p, facts, slice_is(name, "weir/local"), out, why);
    } else if (route) {
        take_route(p, route, facts, out);
    } else {
        out->route = ROUTE_ASKED;
        return no_such_model(p, facts, name, why);
    }
    const char *whose = grants_forbid_route(&facts->grants, out->route);
    if (whose && (group || model))
        return fault_set_param(why, FAULT_NOT_ALLOWED, "model",
                               "%s may not name a model; \"auto\" leaves it to the "
                               "routes that it may take",
                               whose);
    return !whose || refuse_route(facts, out->route, why);
}
