/*
 * decide.h - facts + rules -> decision. Pure: no clock, no I/O, the same answer every time.
 *
 * privacy  every rule that matches applies: the nearest reach wins, what is hidden adds up, in the strictest of
 *          the ways that are asked for (remove, placeholder, surrogate), "deny" ends it.
 * cost     every rule that matches applies: each budget must have room, and each limit.
 * routes   the first rule that matches decides who is asked; candidates beyond the reach are struck out. Where
 * no policy has routes, all models are candidates, in the settings' order.
 *
 * The client may narrow that by a name of Weir's own: "weir/local" (nothing leaves zone 0), "weir/cloud" (the
 * route's models beyond it), "weir/ROUTE" (that route, whatever its `when`).
 *
 * A name may be that of several models (choice.h): each of them is a candidate then, in the order that the
 * choice puts them in. What a route has under `instead` is asked besides, where the candidates came to nothing
 * for such a reason.
 *
 * grants   what the team and its key may use narrows all of it: their reach counts like a privacy rule's,
 * routes that they may not take are passed over, models and zones that they may not use are struck out.
 *
 * A model that the client names itself replaces the route's candidates, under the same reach and the same
 * budgets, and without the route's compressing, cache, escalation and `instead` (the policies' `named: { cache
 * }` counts instead); where the reach forbids it the answer is a fault, not another model.
 *
 * What is not known (law 2). A condition may be true, false, or unknown for want of an inspection or a
 * judgement. Privacy and cost rules apply when it is unknown; routes do not, except that pii counts as found
 * and difficulty as 1. Besides the rules:
 *   - where the rules ask about pii and nothing could be inspected, the request stays in zone 0: what was not
 *     found cannot be hidden;
 *   - parts that no text can be read from (images, audio, files) keep a request in zone 0, unless rules that
 * match say `unreadable: allow`, and none says `local` or `deny`;
 *   - secrets (tables/pii_kinds.h) are hidden wherever texts are inspected at all.
 */
#ifndef WEIR_POLICY_DECIDE_H
#define WEIR_POLICY_DECIDE_H

#include "policy/budget.h"
#include "policy/caching.h"
#include "policy/choice.h"
#include "policy/draft_score.h"
#include "policy/grant.h"
#include "slm/classes.h"
#include "slm/slm.h"
#include "slm/taught.h"
#include "wire/answer.h"
#include "wire/chat.h"

struct facts {
    const struct team  *team;
    const struct payer *payer;        /* NULL: no more than the team is known */
    struct grants       grants;       /* what the team and the key may do at most */
    struct slice        model;        /* as asked, aliases not yet followed */
    bool                is_inspected; /* false: inspection failed, so everything is private (law 2) */
    pii_set             pii;
    pii_set             needed; /* of these, the kinds whose values the question is about */
    bool             is_judged; /* false: no heads, or they failed: difficulty counts as 1, the topic as none */
    struct judgement judgement;
    const float *class_share; /* of each of the policy's classes (ref in the inspection); NULL: not judged */
    unsigned     class_best;  /* the likeliest; policy_class_count() where none of them is likelier */
    const struct taught_opinion *taught; /* of each of policy_heads()->classes (ref in the inspection); NULL:
                                            not judged */
    const double *bar; /* of each of policy_shares() (ref): found from recent traffic; NULL: the reference's */
    int64_t       tokens;        /* of the prompt, estimated */
    int64_t       answer_tokens; /* that the client allows; -1: it does not say */
    bool          stream, has_tools, ends_in_tool, has_unreadable;
    const struct standing *standing; /* of each of settings->model (ref), for the choice; NULL: not known */
    uint64_t               lot;      /* choice_lot() */
};

/* What the rules in force ask about: what is not asked need not be found out. */
struct needs {
    bool pii, judgement;
    bool names;     /* among the kinds of pii are such as the small language model finds */
    bool classes;   /* of the user's own: from examples, or taught */
    bool needed;    /* whether the values found are what is asked about */
    bool injection; /* whether any text of others tries to take the model over, not the question alone */
    bool view;      /* what a head sees of the question: for records */
};

/* When an answer of candidate[0] is no more than a draft, and what becomes of it. */
struct escalation {
    doubt_set                doubts; /* that send it on */
    double                   below;  /* DOUBT_CONFIDENCE: this probability */
    double                   alike;  /* DOUBT_DISAGREE: prose whose embeddings' cosine is below this differs */
    double                   wrong_above; /* DOUBT_LIKELY_WRONG: this chance, by `head` */
    const struct draft_head *head;        /* (ref in policy) */
    int64_t hold_tokens; /* of a stream: so many are held until it is judged; INT64_MAX: all of them */
    bool    hint;        /* the draft goes along to who is asked next */
};

/* Why other models may be asked than those that a route asks for: all of them failed or could not be reached;
 * the prompt is too long for one of them; the provider's own filter refused it. */
enum instead { INSTEAD_ERROR, INSTEAD_CONTEXT, INSTEAD_FILTER, INSTEADS };

enum {
    RULES_TOLD_MOST = 16,
    INSTEAD_MOST = 16,
    ASKED_MOST = CANDIDATES_MOST + 1, /* all that a route may ask, and who a conversation stays with */
};

struct stand_ins {
    const struct model *model[INSTEAD_MOST];
    unsigned            count;
};

struct decision {
    unsigned    reach;             /* the farthest zone this request's data may enter */
    const char *reach_rule;        /* the rule that keeps it there (ref); NULL where none does */
    pii_set     hide;              /* kinds that must be hidden from destinations beyond zone 0 */
    pii_set     surrogate, remove; /* of these, those that are hidden so; the rest by placeholders */
    pii_set     answers_redact, answers_block; /* kinds that no answer may bring which the client did
                                                  not send; a kind is in one of both */
    const char *answers_rule; /* that blocks them, else one that redacts (ref in policy); NULL: none */
    const struct model
            *candidate[CANDIDATES_MOST + 1]; /* to try, in order; one more: who a conversation stays with */
    unsigned count;
    const struct model *struck[ASKED_MOST]; /* would have been asked, but are beyond the reach */
    unsigned            struck_count;
    struct stand_ins    instead[INSTEADS]; /* to try after them, in order; none that is beyond the reach */
    const struct group *first_of; /* what candidate[0] is a member of; NULL: it was asked for by its own name */
    const char *route; /* the route's name (ref in policy); "asked" where the client named the model, "in order"
                           where no policy has routes */
    const char           *rule[RULES_TOLD_MOST]; /* every rule that matched, in order */
    unsigned              rule_count;
    const struct budget  *budget[BUDGETS_MOST]; /* (refs in policy) */
    unsigned              budget_count;
    const struct limit   *limit[LIMITS_MOST];
    unsigned              limit_count;
    int64_t               compress_above_tokens; /* 0: do not */
    double                compress_to;           /* share of words kept, 0..1 */
    const struct model   *compress_by;           /* asked for summaries; NULL: sentences are chosen */
    const struct caching *cache;                 /* (ref in policy) NULL: neither read nor kept */
    const struct model   *escalate_to;           /* NULL: never */
    struct escalation     escalation;            /* what candidate[0]'s answer is then judged by */
};

struct policy;

/* Compiles the policy files named by the settings, in their order (or the built-in ones). NULL with errors in
 * diag, all of all files in one run. Names of models, zones, teams, kinds, topics are checked here. The policy
 * lives in the arena and points into the settings. */
MUST_CHECK struct policy *policy_read(struct arena *, const struct settings *, settings_file_reader *,
                                      struct diag *);

/* Learns the classes of the policies' `classes:` from their examples, once, before the policy is used:
 * milliseconds an example. What is learned lives in the arena. Without a model it is not called, and classes
 * stay unknown. */
void policy_learn(struct policy *, struct arena *, struct slm_worker *);
/* NULL where the policies have no classes, or none were learned. */
const struct classes *policy_classes(const struct policy *);
unsigned              policy_class_count(const struct policy *);
/* Its name; CLASS_NONE for an index beyond the last. */
#define CLASS_NONE "none"
const char *policy_class(const struct policy *, unsigned index);

/* The heads that the settings name (`slm: { heads: … }`); rules ask about one by its name. */
const struct taught_heads *policy_heads(const struct policy *);
/* Are they all for this model? why names the one that is not. */
MUST_CHECK bool policy_heads_fit(const struct policy *, const struct slm *, struct fault *why);
/* Is it a key of `when:` already, so that no head may be called so? */
bool policy_has_condition(struct slice word);

/* The finder for these policies: what ships and their `patterns:`. Some tenths of a second, so not on a loop.
 * It points into the policy, which must outlive it. */
MUST_CHECK struct finder *policy_finder(const struct policy *, struct fault *why);

/* A share that rules ask for: the hardest 20 % of prompts. */
struct share {
    double share;     /* 0..1 */
    double reference; /* the difficulty above which so many prompts lie where nothing is known of the traffic */
};
enum { SHARES_MOST = 16 };
/* The policy's shares; returns how many, at most SHARES_MOST. */
unsigned policy_shares(const struct policy *, const struct share **);

/* Is there a rule that gives anybody a budget? */
bool policy_has_budgets(const struct policy *);

/* Stands for the head that tells difficulty: numbers of two heads are not to be compared. */
uint64_t policy_difficulty_id(const struct policy *);

struct needs policy_needs(const struct policy *);

/* Does any route answer similar questions from the cache? */
bool policy_likens(const struct policy *);

/* The names of the routes, in order; NULL beyond the last. Clients ask for one by "weir/NAME", with dashes for
 * blanks where they like. */
const char *policy_route(const struct policy *, unsigned index);
bool        policy_has_route(const struct policy *, const char *name);
/* Is it a name that a client may ask for: a model's, an alias, "auto", "weir/local", "weir/cloud", a route's?
 */
bool policy_knows(const struct policy *, struct slice name);

/* The law of zones. Every leg asks this one function: forward, retry, fallback, escalation, cache write. */
bool reach_allows(unsigned reach, unsigned zone);

/* What of a decision binds data that nobody is asked about: its reach, and what is hidden; *out has no more
 * than that. why: DENIED. */
MUST_CHECK bool decide_reach(const struct policy *, const struct facts *, struct decision *out,
                             struct fault *why);

/* why: NO_SUCH_MODEL, DENIED, OUT_OF_REACH, NOT_ALLOWED; the rule is named. *out is filled as far as it came,
 * for explain and the audit. */
MUST_CHECK bool decide(const struct policy *, const struct facts *, struct decision *out, struct fault *why);

/* The first rule that wants the kind hidden, "law: secrets" where none does and it is hidden all the same;
 * NULL: it is not hidden. */
const char *who_hides(const struct policy *, const struct facts *, enum pii_kind);

/* The worst that asking a model can cost: the prompt's tokens, which are bounded by its bytes where nothing
 * better is known (policy/density.h), up to what the model reads, and for each of `choices` all the output that
 * it may give: the lesser of max_tokens (-1: not given) and the model's own limit. An amount beyond int64 is
 * INT64_MAX. false: NO_PRICE, where price or limit are not known. */
MUST_CHECK bool price_worst(const struct model *, int64_t prompt_tokens, int64_t max_tokens, int64_t choices,
                            int64_t *nanousd, struct fault *why);
/* What it did cost. Cached tokens are within prompt_tokens and are not counted twice. Rounded up to a
 * nano-dollar. */
int64_t price_usage(const struct price *, const struct answer_usage *);
/* What was used, where the provider told it only in part, or not at all: by the bytes that it was sent, and
 * that it generated; errs high. is_given only where it told all. */
struct answer_usage usage_whole(const struct answer_usage *told, int64_t asked_bytes, int64_t answer_bytes);

/* "0.000123450" */
void nanousd_format(int64_t nanousd, char out[32]);
/* "key":"0.000123450" */
void nanousd_add_member(struct buf *, const char *key, int64_t nanousd);

#endif
