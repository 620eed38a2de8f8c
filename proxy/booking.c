/* booking.c - see booking.h. */
#include "booking.h"

#include "base/die.h"
#include "base/sum.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- whose line it is ---- */

struct owner {
    struct buf  tag;              /* "team:interns" or "all" */
    struct buf  path;             /* "<rule>:team=interns,user=ann" */
    struct buf  whose;            /* "user ann of team interns" */
    const char *model, *provider; /* NULL: of all of them */
};

enum { NAMES_MOST_BYTES = 64 * 1024 };

static void add_part(struct owner *o, const char *part, const char *name)
{
    bool is_first = o->path.ptr[o->path.len - 1] == ':';
    buf_printf(&o->path, "%s%s=", is_first ? "" : ",", part);
    ledger_name(&o->path, *name ? name : "-");
    if (strcmp(part, "team") == 0) /* told last */
        return;
    buf_printf(&o->whose, "%s%s %s", o->whose.len ? ", " : "", part, *name ? name : "-");
}

static void owner_make(struct owner *o, const char *rule, const struct scope *scope, const struct payer *payer,
                       unsigned tag, const struct model *model)
{
    bool is_of_team = (scope->per & PER_PARTS_OF_TEAM) != 0;
    *o = (struct owner){ .model = scope->per & PER_MODEL ? model->name : NULL,
                         .provider = scope->per & PER_PROVIDER ? model->provider->name : NULL };
    buf_init(&o->tag, NAMES_MOST_BYTES);
    buf_init(&o->path, NAMES_MOST_BYTES);
    buf_init(&o->whose, NAMES_MOST_BYTES);
    if (is_of_team) {
        buf_add_str(&o->tag, "team:");
        ledger_name(&o->tag, payer->team);
    } else {
        buf_add_str(&o->tag, "all");
    }
    ledger_name(&o->path, rule);
    buf_add_byte(&o->path, ':');
    if (is_of_team)
        add_part(o, "team", payer->team);
    if (scope->per & PER_KEY)
        add_part(o, "key", payer->key);
    if (scope->per & PER_USER)
        add_part(o, "user", payer->user);
    if (scope->per & PER_TAG)
        add_part(o, "tag", payer->tag[tag]);
    if (o->model)
        add_part(o, "model", o->model);
    if (o->provider)
        add_part(o, "provider", o->provider);
    if (is_of_team)
        buf_printf(&o->whose, "%steam %s", o->whose.len ? " of " : "", payer->team);
    else if (scope->per == 0)
        buf_add_str(&o->whose, "everything");
    buf_add_byte(&o->tag, '\0');
    buf_add_byte(&o->path, '\0');
    buf_add_byte(&o->whose, '\0');
}

static void owner_fini(struct owner *o)
{
    buf_fini(&o->tag);
    buf_fini(&o->path);
    buf_fini(&o->whose);
}

/* # of payers that a scope sees in a request: one for each tag where it counts by tags. */
static unsigned payers(const struct scope *scope, const struct payer *payer)
{
    return scope->per & PER_TAG ? payer->tags : 1;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- lines ---- */

bool booking_covers(const struct line *line, const struct model *model)
{
    return scope_covers(&line->budget->scope, model) &&
           (!line->of_model || is_same(line->of_model, model->name)) &&
           (!line->of_provider || is_same(line->of_provider, model->provider->name));
}

static bool worst_of_model(const struct estimate *e, const struct model *model, int64_t *cost,
                           struct fault *why)
{
    int64_t tokens = e->densities ? densities_most_tokens(e->densities, model, e->weight) : e->prompt_bytes;
    return price_worst(model, tokens, e->max_tokens, e->choices, cost, why);
}

/* The worst that can come to a line; NULL: to the call in all. */
static bool worst_of(const struct line *line, const struct estimate *e, int64_t *worst, struct fault *why)
{
    int64_t cost;
    *worst = 0;
    for (unsigned i = 0; i < e->models; i++) {
        if (line && !booking_covers(line, e->model[i]))
            continue;
        if (!worst_of_model(e, e->model[i], &cost, why))
            return false;
        cost = e->is_asked_twice ? sum_capped(cost, cost) : cost;
        *worst = cost > *worst ? cost : *worst;
    }
    if (e->escalated && (!line || booking_covers(line, e->escalated))) {
        if (!worst_of_model(e, e->escalated, &cost, why))
            return false;
        *worst = sum_capped(*worst, cost);
    }
    if (e->besides && (!line || booking_covers(line, e->besides)))
        *worst = sum_capped(*worst, e->besides_nanousd);
    return true;
}

static bool too_many(struct fault *why)
{
    return fault_set(why, FAULT_DENIED,
                     "it would be charged to more than %d budgets, or counted in more than %d limits",
                     LEDGER_LINES_MOST, LEDGER_RATES_MOST);
}

static bool add_line(struct hold *h, const struct budget *budget, const struct payer *payer, unsigned tag,
                     const struct model *model, int64_t wall_ms)
{
    struct owner o;
    struct line *line;
    owner_make(&o, budget->name, &budget->scope, payer, tag, model);
    line = hold_add_line(h, budget, o.tag.ptr, o.path.ptr, o.whose.ptr, wall_ms);
    if (line) {
        line->of_model = o.model;
        line->of_provider = o.provider;
        for (unsigned i = 0; i + 1 < h->lines; i++)
            if (strcmp(h->line[i].key, line->key) == 0) { /* another model, but the same line */
                h->lines--;
                break;
            }
    }
    owner_fini(&o);
    return line != NULL;
}

static bool add_lines(struct hold *h, const struct budget *budget, const struct payer *payer,
                      const struct model *model, int64_t wall_ms)
{
    if (!scope_covers(&budget->scope, model))
        return true;
    for (unsigned tag = 0; tag < payers(&budget->scope, payer); tag++)
        if (!add_line(h, budget, payer, tag, model, wall_ms))
            return false;
    return true;
}

/* ---- rates ---- */

/* Four bytes a token, about; what an answer takes beyond what the client allowed is counted afterwards. */
enum { BYTES_A_TOKEN = 4 };

static bool add_rates(struct hold *h, const struct limit *limit, const struct payer *payer,
                      const struct estimate *e)
{
    const struct model *first = e->models ? e->model[0] : e->escalated;
    if (!first || !scope_covers(&limit->scope, first))
        return true;
    for (unsigned tag = 0; tag < payers(&limit->scope, payer); tag++) {
        struct owner o;
        owner_make(&o, limit->name, &limit->scope, payer, tag, first);
        struct rate *rate = hold_add_rate(h, limit, o.tag.ptr, o.path.ptr, o.whose.ptr);
        if (rate)
            rate->asks_tokens =
                sum_capped(e->prompt_bytes / BYTES_A_TOKEN + 1, e->max_tokens > 0 ? e->max_tokens : 0);
        owner_fini(&o);
        if (!rate)
            return false;
    }
    return true;
}

void booking_add_team_limit(struct hold *h, const struct team *team)
{
    const struct limit limit = { .name = "requests_a_minute",
                                 .scope = { .per = PER_TEAM },
                                 .requests_a_minute = team->requests_a_minute };
    const struct payer payer = { .team = team->name };
    struct owner       o;
    if (team->requests_a_minute == 0)
        return;
    owner_make(&o, limit.name, &limit.scope, &payer, 0, NULL);
    if (!hold_add_rate(h, &limit, o.tag.ptr, o.path.ptr, o.whose.ptr))
        die("a hold without room for its first limit");
    owner_fini(&o);
}

/* ---- a booking ---- */

static void drop_free_lines(struct hold *h)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < h->lines; i++)
        if (h->line[i].worst_nanousd > 0)
            h->line[kept++] = h->line[i];
    h->lines = kept;
}

bool booking_make(struct hold *h, const struct decision *d, const struct payer *payer, const struct estimate *e,
                  int64_t wall_ms, int64_t *worst_nanousd, struct fault *why)
{
    *worst_nanousd = 0;
    for (unsigned i = 0; i < d->limit_count; i++)
        if (!add_rates(h, d->limit[i], payer, e))
            return too_many(why);
    for (unsigned b = 0; b < d->budget_count; b++) {
        for (unsigned i = 0; i < e->models; i++)
            if (!add_lines(h, d->budget[b], payer, e->model[i], wall_ms))
                return too_many(why);
        if (e->escalated && !add_lines(h, d->budget[b], payer, e->escalated, wall_ms))
            return too_many(why);
        if (e->besides && !add_lines(h, d->budget[b], payer, e->besides, wall_ms))
            return too_many(why);
    }
    for (unsigned i = 0; i < h->lines; i++)
        if (!worst_of(&h->line[i], e, &h->line[i].worst_nanousd, why))
            return false;
    drop_free_lines(h);
    return h->lines == 0 || worst_of(NULL, e, worst_nanousd, why);
}

void booking_charge(struct hold *h, const struct model *model, int64_t cost_nanousd)
{
    for (unsigned i = 0; h && i < h->lines; i++)
        if (booking_covers(&h->line[i], model))
            h->line[i].cost_nanousd = sum_capped(h->line[i].cost_nanousd, cost_nanousd);
}

bool booking_again(struct hold *h, const struct estimate *e, bool *needs_more, int64_t *worst_nanousd,
                   struct fault *why)
{
    *needs_more = false;
    for (unsigned i = 0; i < h->lines; i++) {
        struct line *line = &h->line[i];
        int64_t      to_come;
        if (!worst_of(line, e, &to_come, why))
            return false;
        line->worst_nanousd = sum_capped(line->cost_nanousd, to_come);
        *needs_more = *needs_more || line->worst_nanousd > line->reserved_nanousd;
    }
    return worst_of(NULL, e, worst_nanousd, why);
}

int64_t booking_clamp(const struct line *line, const struct estimate *e, int64_t left_nanousd)
{
    enum { TOKENS_MOST = 1 << 24 };
    struct estimate shorter = *e;
    struct fault    why;
    int64_t         worst, low = 0,
                   high = e->max_tokens >= 0 && e->max_tokens < TOKENS_MOST ? e->max_tokens : TOKENS_MOST;
    while (low < high) { /* the most that fits */
        shorter.max_tokens = low + (high - low + 1) / 2;
        if (worst_of(line, &shorter, &worst, &why) && sum_capped(line->cost_nanousd, worst) <= left_nanousd)
            low = shorter.max_tokens;
        else
            high = shorter.max_tokens - 1;
    }
    return low;
}

bool booking_remaining(const struct hold *h, int64_t *nanousd)
{
    if (!h || h->lines == 0 || !h->is_held)
        return false;
    *nanousd = INT64_MAX;
    for (unsigned i = 0; i < h->lines; i++) {
        const struct line *line = &h->line[i];
        int64_t            left = line->left_nanousd + line->reserved_nanousd - line->cost_nanousd;
        *nanousd = left < *nanousd ? left : *nanousd;
    }
    if (*nanousd < 0)
        *nanousd = 0;
    return true;
}

/* "120ms", "1m2s": as OpenAI writes it. */
static void add_reset(struct buf *out, const char *what, int64_t ms)
{
    int64_t seconds = (ms + 999) / 1000;
    buf_printf(out, "x-ratelimit-reset-%s: ", what);
    if (ms < 1000)
        buf_printf(out, "%" PRId64 "ms\r\n", ms);
    else if (seconds < 60)
        buf_printf(out, "%" PRId64 "s\r\n", seconds);
    else
        buf_printf(out, "%" PRId64 "m%" PRId64 "s\r\n", seconds / 60, seconds % 60);
}

static void add_rate(struct buf *out, const char *what, int64_t most, int64_t left, int64_t reset_ms)
{
    buf_printf(out, "x-ratelimit-limit-%s: %" PRId64 "\r\nx-ratelimit-remaining-%s: %" PRId64 "\r\n", what,
               most, what, left);
    add_reset(out, what, reset_ms);
}

void booking_rate_headers(const struct hold *h, struct buf *out)
{
    const struct rate *requests = NULL, *tokens = NULL;
    for (unsigned i = 0; h && i < h->rates; i++) {
        const struct rate *r = &h->rate[i];
        if (!r->is_known)
            continue;
        if (r->limit->requests_a_minute && (!requests || r->left_requests < requests->left_requests))
            requests = r;
        if (r->limit->tokens_a_minute && (!tokens || r->left_tokens < tokens->left_tokens))
            tokens = r;
    }
    if (requests)
        add_rate(out, "requests", requests->limit->requests_a_minute, requests->left_requests,
                 requests->requests_in_ms);
    if (tokens)
        add_rate(out, "tokens", tokens->limit->tokens_a_minute, tokens->left_tokens, tokens->tokens_in_ms);
}
