/*
 * rules.h - policies as they are compiled: what rules.c reads, and decide.c and policy_test.c go through.
 *
 * Everything lives in the policy's arena and points into the settings; nothing changes after policy_read() and
 * policy_learn().
 */
#ifndef WEIR_POLICY_RULES_H
#define WEIR_POLICY_RULES_H

#include "policy/decide.h"
#include "privacy/patterns.h"

struct inspector;

/* ---- conditions ---- */

enum condition_kind {
    COND_ALL,
    COND_ANY,
    COND_NOT,
    COND_PII,
    COND_TOPIC,
    COND_CLASS,
    COND_TAUGHT,
    COND_DIFFICULTY,
    COND_SENSITIVITY,
    COND_INJECTION,
    COND_TOKENS,
    COND_MODEL,
    COND_TEAM,
    COND_KEY,
    COND_USER,
    COND_TAG,
    COND_TOOLS,
    COND_TOOL_LOOP,
    COND_STREAM,
    COND_UNREADABLE,
};

struct condition {
    enum condition_kind kind;
    struct condition   *child;    /* ALL, ANY, NOT: the first of its conditions */
    struct condition   *next;     /* sibling */
    pii_set             pii;      /* PII: any of these */
    uint32_t            topics;   /* TOPIC: any of these, bit 1 << topic */
    unsigned            head;     /* TAUGHT: index in policy_heads()->classes */
    unsigned           *in_class; /* CLASS, TAUGHT: any of these classes or labels, by index */
    unsigned            classes;
    bool                has_share; /* DIFFICULTY: above is facts.bar[share], or else the reference's */
    unsigned            share;     /* index in policy_shares() */
    double above, below; /* DIFFICULTY to TOKENS: both exclusive; TOPIC, CLASS, TAUGHT: above is the share
                            needed, <0: the likeliest one */
    const char **name;   /* MODEL, TEAM, KEY, USER, TAG: any of these */
    unsigned     names;
    bool         is_wanted; /* the yes-or-no kinds: which of both */
};

enum truth { NO, UNKNOWN, YES };

/* Who asks decides what is made of facts that are not known; see decide.h. */
enum asker { PRIVACY_ASKS, COST_ASKS, ROUTE_ASKS };

/* Is it true of the facts? A NULL condition always is. */
bool condition_holds(const struct condition *, const struct facts *, enum asker);

/* ---- rules ---- */

/* How a kind is hidden, the strictest last. */
enum hiding { HIDE_SURROGATE, HIDE_PLACEHOLDER, HIDE_REMOVE, HIDINGS };

struct privacy_rule {
    const char             *name;
    const struct condition *when;
    bool                    has_reach, has_if_needed;
    unsigned reach, if_needed; /* zones; the latter where what is hidden is what is asked about */
    pii_set  hide[HIDINGS];
    pii_set  answers_redact, answers_block;
    enum unreadable { UNREADABLE_UNSAID, UNREADABLE_ALLOW, UNREADABLE_LOCAL, UNREADABLE_DENY } unreadable;
    const char *deny; /* the reason told, "" for none; NULL: it does not deny */
};

struct cost_rule {
    const char             *name;
    const struct condition *when;
    bool                    has_budget, has_limit;
    struct budget           budget;
    struct limit            limit;
};

/* What a policy names: one of both. */
struct asked {
    const struct model *model;
    const struct group *group;
};

struct route {
    const char             *name;
    const struct condition *when;
    struct asked            ask[CANDIDATES_MOST];
    unsigned                ask_count;
    struct asked            instead[INSTEADS][INSTEAD_MOST];
    unsigned                instead_count[INSTEADS];
    struct asked            escalate_to;
    struct escalation       escalation;
    int64_t                 compress_above_tokens;
    double                  compress_to;
    const struct model     *compress_by;
    const struct caching   *cache; /* NULL: nothing is remembered */
};

/* One of `tests:`; what is not expected is not looked at. */
struct expectation {
    struct place       place;
    struct slice       prompt, model;
    const struct team *team;
    bool               has_reach;
    unsigned           reach;
    const char        *route;
    const char        *first_model; /* the name of the model asked first */
    const char        *topic;
    const char        *class_wanted; /* CLASS_NONE: of none */
    const char       **label;        /* of each of policy_heads()->classes; NULL: not looked at */
    bool               has_redacts;
    pii_set            redacts; /* kinds found and hidden, exactly */
    const char       **rule;    /* rules that must have matched */
    unsigned           rules;
    bool               is_refused;
};

/* One of `classes:`. */
struct user_class {
    const char *name;
};

/* One of a pattern's `tests:`. */
struct pattern_test {
    struct place  place;
    const char   *pattern; /* its name: the source of what is found */
    enum pii_kind kind;
    struct slice  text;
    bool          is_found; /* must be, or must not */
};

/* One of `allow:`, of a file or of one rule; the rest of it is allow.c's. */
struct allowance;

/* A rule that speaks of kinds of pii, be it in `when` or in `redact`. */
struct speaker {
    pii_set  kinds;
    unsigned file; /* index among the policy files */
};

struct policy {
    const struct settings *settings;
    struct privacy_rule   *privacy;
    size_t                 privacy_count, privacy_cap;
    struct cost_rule      *cost;
    size_t                 cost_count, cost_cap;
    struct route          *route;
    size_t                 route_count, route_cap;
    const struct caching  *named_cache; /* of requests that name their model; NULL: nothing is remembered */
    struct expectation    *test;
    size_t                 test_count, test_cap;
    struct user_class     *user_class;
    size_t                 class_cap;
    unsigned               class_count;
    struct class_example  *example; /* of all classes */
    size_t                 example_count, example_cap;
    struct own_pattern    *own; /* `patterns:` of all files, a line a regex */
    size_t                 own_count, own_cap;
    pii_set                own_kinds; /* that they name, beyond those that ship */
    struct pattern_test   *pattern_test;
    size_t                 pattern_test_count, pattern_test_cap;
    struct allowance      *allowance;
    size_t                 allowance_count, allowance_cap;
    struct speaker        *speaker; /* in the order of the rules */
    size_t                 speaker_count, speaker_cap;
    const struct classes  *learned; /* NULL before policy_learn(), and without classes */
    struct taught_heads    heads;
    struct draft_head      draft_head; /* of the settings, else the one that ships */
    struct share           share[SHARES_MOST];
    unsigned               share_count;
    struct needs           needs;
    bool                   likens; /* some route answers similar questions from the cache */
};

/* ---- deciding ---- */

void tell_rule(struct decision *, const char *name);
/* The rule narrows the reach, where it is not as narrow already. */
void keep_within(struct decision *, unsigned reach, const char *rule);

/* bar.c: the reach of grants; and models and zones that they do not allow are struck out, before the law of
 * zones, lest a fault tell of them. why: NOT_ALLOWED. */
void            narrow_reach(const struct policy *, const struct facts *, struct decision *);
MUST_CHECK bool bar(const struct policy *, const struct facts *, struct decision *, struct fault *why);
/* Whose grant keeps the request from asking the model; NULL where none does. */
const char *who_bars(const struct policy *, const struct facts *, const struct model *);

/* choose.c: whom the name of a model leaves to be asked, before the law of zones. */
MUST_CHECK bool choose(const struct policy *, const struct facts *, struct decision *out, struct fault *why);

/* ---- reading ---- */

struct compiling {
    struct arena         *arena;
    struct policy        *policy;
    struct diag          *diag;
    settings_file_reader *reader;
    const char *const *when_keys; /* what conditions may ask about: the built-in ones, and the heads' names */
    unsigned           file;      /* the policy file's index */
    pii_set            speaks;    /* of which kinds the rule at hand speaks */
};

/* `when:` and `for:` of a rule as one condition; NULL where there is neither. for_keys: what may stand in
 * `for`; of these team, key, user and tag become conditions. What it asks about is added to the policy's needs.
 * *kinds collects the pii kinds that it asks for (not those under `not`). */
struct condition *condition_read(struct compiling *, const struct yaml *rule, const char *const *for_keys,
                                 pii_set *kinds);

/* What may stand in the `for` of a rule that is not about money. */
extern const char *const rule_for_keys[];

/* The keys of conditions, NULL-terminated, without heads' names. */
extern const char *const condition_keys[];

/* Does it ask about this kind anywhere? */
bool condition_asks(const struct condition *, enum condition_kind);

/* Names, checked; an error and NULL, zone_count or 0 where there is none such. */
const struct model    *model_named(struct compiling *, const struct yaml *);
struct asked           asked_named(struct compiling *, const struct yaml *); /* a model or a group */
const struct provider *provider_named(struct compiling *, const struct yaml *);
const struct team     *team_named(struct compiling *, const struct yaml *);
unsigned               zone_named(struct compiling *, const struct yaml *);
pii_set                kinds_named(struct compiling *, const struct yaml *list_or_word);
uint32_t               topics_named(struct compiling *, const struct yaml *list_or_word);

/* The head that rules ask about by this name, as its index; false where there is none. */
MUST_CHECK bool head_named(const struct policy *, struct slice name, unsigned *index);
/* A label of it; false with an error where it has none so named. */
MUST_CHECK bool label_named(struct compiling *, const struct taught *, const struct yaml *, unsigned *index);

/* The index of the share that "20%" means, added where it is new; false with an error where it is none. */
MUST_CHECK bool share_named(struct compiling *, const struct yaml *, unsigned *index);

/* False with an error where there is none so named. */
MUST_CHECK bool class_named(struct compiling *, const struct yaml *, unsigned *index);

/* A rule's name: "" where it lacks one, which is told; NULL for what is no rule at all. */
const char *name_of_rule(struct compiling *, const struct yaml *, const char *const *keys);
/* Tells it where both names are the same. */
void refuse_same(struct compiling *, const struct yaml *rule, const char *name, const char *other);
/* One of the words (NULL-terminated), as its index; false with an error where it is none. */
bool is_word(struct compiling *, const struct yaml *, const char *const *words, unsigned *index);

/* `cache:`; NULL where there is none, or it has mistakes, which are told. */
const struct caching *caching_read(struct compiling *, const struct yaml *);

void read_privacy_rule(struct compiling *, const struct yaml *);
/* `escalate:` of a route. */
void read_escalate(struct compiling *, const struct yaml *, struct route *);

/* The heads of the settings, before all else; sets when_keys. */
void read_heads(struct compiling *, settings_file_reader *);
void read_cost_rule(struct compiling *, const struct yaml *);
void read_classes(struct compiling *, const struct yaml *map);   /* of all files, before any rule */
void read_patterns(struct compiling *, const struct yaml *list); /* likewise */

/* `allow:` of the file at hand, or of the rule that is being read. */
enum allow_scope { ALLOW_IN_FILE, ALLOW_IN_RULE };
void read_allow(struct compiling *, const struct yaml *list, enum allow_scope);
void read_tests(struct compiling *, const struct yaml *list);

/* # of `tests:` of patterns that failed, each told; *count is how many there were. */
unsigned test_patterns(const struct policy *, const struct inspector *, unsigned *count, struct diag *);

#endif
