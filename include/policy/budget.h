/*
 * budget.h - who pays, out of which budgets, in which window; and how often they may ask.
 *
 * A rule of `cost:` is a budget, a limit, or both. `for` says whose calls it is about, `per` for whom it counts
 * apart: `per: user` gives each user a budget of their own, `per: [team, model]` each team one for each model,
 * `per: all` one for everything together. Left out, it is `per: team`. Keys, users and tags are a team's: two
 * teams' users of the same name do not pay for one another.
 */
#ifndef WEIR_POLICY_BUDGET_H
#define WEIR_POLICY_BUDGET_H

#include "policy/time_zone.h"

struct model;

enum { TAGS_MOST = 4, MARKS_MOST = 4, BUDGETS_MOST = 8, LIMITS_MOST = 8 };

/* Who asks, as far as it is known; "" where it is not. Whoever knows keys fills it in; all are refs. The model
 * and the provider are those of the call. */
struct payer {
    const char *team;
    const char *key;  /* a name for the key that is no secret: the first digits of its hash, or its id */
    const char *user; /* whose key it is */
    const char *tag[TAGS_MOST];
    unsigned    tags;
};

/* Bits: for whom a budget or a limit counts apart. 0: for all together. */
enum payer_part {
    PER_TEAM = 1,
    PER_KEY = 2,
    PER_USER = 4,
    PER_TAG = 8,
    PER_MODEL = 16,
    PER_PROVIDER = 32,
    PER_PARTS_OF_TEAM = PER_TEAM | PER_KEY | PER_USER | PER_TAG
};

struct scope {
    unsigned     per;
    const char **model; /* calls of these models alone; with none and no providers, of all */
    unsigned     models;
    const char **provider;
    unsigned     providers;
};

/* Does a call of that model count? */
bool scope_covers(const struct scope *, const struct model *);

enum window_kind { EVERY_HOUR, EVERY_DAY, EVERY_WEEK, EVERY_MONTH, ROLLING, TOTAL };

/* Calendar windows begin by the zone's clock, weeks on Monday, hours by UTC's. A rolling one is counted in
 * twenty-fourths: it looks back over its length and up to a twenty-fourth more. */
enum { ROLLING_BUCKETS = 24 };

struct window {
    enum window_kind        kind;
    int64_t                 rolling_ms; /* ROLLING */
    const struct time_zone *zone;       /* NULL: UTC */
};

/* The window that a moment is in. */
struct span {
    int64_t from_ms, to_ms; /* [from, to) on the wall clock; TOTAL: 0 and INT64_MAX; ROLLING: as if all that is
                               in it had been spent just now */
    int64_t bucket;         /* ROLLING: the one that money is spent into now; 0 elsewhere */
};
void window_at(const struct window *, int64_t wall_ms, struct span *out);
/* Is another one empty at a known time? What a rolling one holds leaves it bit by bit, and a total one never
 * ends.
 */
bool window_begins_anew(const struct window *);

/* "a day", "in 24h", "in all": after an amount. */
enum { WINDOW_WORDS_BYTES = 32 };
const char *window_words(const struct window *, char out[WINDOW_WORDS_BYTES]);

struct budget {
    const char   *name; /* the rule's */
    int64_t       limit_nanousd;
    struct scope  scope;
    struct window window;
    enum budget_over { OVER_DENY, OVER_LOCAL, OVER_CLAMP } over;
    int64_t  clamp_least_tokens; /* OVER_CLAMP: an answer that could not even be as long is refused */
    unsigned mark[MARKS_MOST];   /* percent spent that somebody is told of, rising */
    unsigned marks;
};

struct limit {
    const char  *name;
    struct scope scope;
    int64_t      requests_a_minute, tokens_a_minute, at_once; /* 0: no limit */
};

#endif
