/*
 * settings.h - weir.yaml: where Weir listens, whom it may ask, what it keeps where.
 *
 * Read once into an arena, then immutable; a snapshot holds it. Secrets come from ${ENV} or from `…_file` keys,
 * and are never printed.
 */
#ifndef WEIR_POLICY_SETTINGS_H
#define WEIR_POLICY_SETTINGS_H

#include "base/log.h"
#include "policy/breaker.h"
#include "policy/budget.h"
#include "policy/grant.h"
#include "policy/yaml.h"
#include "privacy/vault.h"
#include "slm/slm.h"
#include "wire/chat.h"

enum { ZONES_MOST = 8, CANDIDATES_MOST = 64 };

struct url {
    bool        is_tls;
    const char *host;
    uint16_t    port;
    const char *path; /* "" or "/v1": without a slash at the end */
};

/* http://…, https://… with host, port, path; no user, query or fragment. */
MUST_CHECK bool url_parse(struct arena *, struct slice text, struct url *out, struct fault *why);

struct listen {
    const char  *host;
    uint16_t     port;
    const char  *certificate_file, *key_file; /* both or neither: TLS */
    struct place place;
};

/* What a provider speaks; tables/apis.h has a line each. */
struct api {
    const char  *word, *path, *stream_path, *key_header, *headers;
    const char  *health; /* from the host's root: asked of a generator that Weir starts */
    enum dialect dialect;
};

struct provider {
    const char       *name;
    const struct api *api;
    struct url        url;
    unsigned          zone;        /* index in settings.zone: 0 is the nearest */
    const char       *api_version; /* Azure's */
    const char       *key;         /* NULL for none */
    const char       *ca_file;     /* extra root certificates; NULL for the system's */
    /* Deadlines, captioned there. */
#define PROVIDER_SETTING(key, field, least, most, fallback, about) int64_t field;
#include "tables/provider_settings.h"
#undef PROVIDER_SETTING
    struct breaker_rule   breaker;
    enum answer_limit_key limit_key;   /* what it calls an answer's limit, where it speaks OpenAI's */
    const char           *health;      /* path that tells whether it is well; NULL: nobody asks */
    char *const          *start;       /* what runs it, NULL-terminated; NULL: Weir does not */
    const char           *output_file; /* where that writes; NULL: nowhere, since it may quote prompts */
};

/* Nano-dollars for a million tokens. */
struct rates {
    int64_t input_nanousd, cached_nanousd, output_nanousd;
    /* 0: as the input, and as the output */
    int64_t written_nanousd, audio_input_nanousd; /* into the provider's prompt cache; sound */
    int64_t written_hour_nanousd;                 /* written to stay there for an hour; 0: as what is written */
    int64_t reasoning_nanousd, audio_output_nanousd;
};

/* is_known is false where no price list names the model. Local models cost nothing unless a price is given.
 * Some providers charge a request with a long prompt more, all of it. */
struct price {
    bool         is_known;
    struct rates usual;
    int64_t      long_above_tokens; /* of the prompt; 0: never */
    struct rates when_long;
};

/* Where a price comes from. */
struct price_source {
    enum price_kind {
        PRICE_NONE,
        PRICE_OWN,     /* the settings give it */
        PRICE_NEAR,    /* it runs in the nearest zone, and costs nothing */
        PRICE_LISTED,  /* a price list has it */
        PRICE_ASSUMED, /* `budgets: { unknown_price: … }` */
    } kind;
    const char *file;           /* the list; NULL: it is in none */
    const char *url;            /* where it was looked up; NULL: not told */
    int64_t     day;            /* since 1970, on which that was; PRICE_UNDATED: not told */
    bool        is_second_hand; /* not the provider's own word */
};
#define PRICE_UNDATED INT64_MIN

/* A line of a price list. Without a price it tells what a model reads and writes at most. */
struct priced {
    const char         *name;
    struct price        price;
    struct price_source source;
    int64_t             context_tokens, output_tokens; /* 0: not told */
    struct priced      *next;
};

struct model {
    const char            *name; /* how policies and clients name it */
    const struct provider *provider;
    const char            *sent_as; /* the provider's name for it */
    struct price           price;
    struct price_source    source;                        /* of the price */
    int64_t                context_tokens, output_tokens; /* its limits; 0 where unknown */
};

/* Several models under one name; choice.h says who is asked first, and what each way means. */
enum choose { CHOOSE_ORDER, CHOOSE_WEIGHTS, CHOOSE_LEAST_BUSY, CHOOSE_LATENCY, CHOOSE_PRICE };

struct member {
    const struct model *model;
    int64_t             weight;   /* 1 or more */
    int64_t             priority; /* 1 comes first */
};

struct group {
    const char   *name;
    enum choose   choose;
    struct member member[CANDIDATES_MOST];
    unsigned      count; /* at least 1 */
};

/* Whose key it is, and what it may. */
struct key_owner {
    const char  *user; /* "" where nobody is named */
    const char  *tag[TAGS_MOST];
    unsigned     tags;
    struct grant grant;
};

struct team {
    const char *name;
    int64_t     requests_a_minute; /* 0: no limit */
    unsigned    key_count;
    unsigned char (*key_hash)[32]; /* SHA-256 of each key */
    struct key_owner *key_owner;   /* of each key */
    struct grant      grant;
    struct place      place;
};

/* A model's name that means another, or "auto", or another of Weir's own names: "weir/…". */
struct alias {
    const char  *from, *to;
    struct place place;
};

struct settings {
    const char      *file;
    struct listen   *listen;
    unsigned         listen_count;
    struct slice    *cors_origin; /* of web pages that may ask; "*": all */
    unsigned         cors_origins;
    const char      *zone[ZONES_MOST];
    unsigned         zone_count; /* nearest first */
    struct provider *provider;
    unsigned         provider_count;
    struct model    *model;
    unsigned         model_count;
    struct group    *group;
    unsigned         group_count;
    struct team     *team;
    unsigned         team_count; /* at least 1; without teams: "default" without keys */
    bool             has_keys;   /* are API keys asked for? */
    struct alias    *alias;
    unsigned         alias_count;
    const char      *slm_folder;   /* NULL: no model, nothing is judged */
    unsigned         slm_threads;  /* 0: half the cores, at least 1 */
    unsigned         loops;        /* 0: one a core */
    const char      *redis_url;    /* NULL: Weir starts its own */
    const char      *state_folder; /* for Weir's own Redis and the master key */
    bool             has_master_key;
    struct vault_key master_key;
    const char     **policy_file;
    unsigned         policy_count; /* relative to the settings file */
    const char     **price_file;   /* the built-in list first; a later file's prices replace an earlier one's */
    unsigned         price_count;
    struct priced   *priced; /* all lines of all lists, the later first */
    int64_t          head_most_bytes, body_most_bytes, answer_most_bytes;
    int64_t          client_idle_ms;    /* an idle connection, and a request that does not arrive */
    int64_t          ping_ms;           /* a comment after so long a silence in a stream; 0: none */
    int64_t          inspect_ms;        /* deadline of an inspection; past it the request counts as private */
    int64_t          tries_ms;          /* of all tries of a request, until an answer begins */
    int64_t          summarize_ms;      /* deadline of all summaries that a request asks a model for */
    int64_t          redis_ms;          /* deadline of a Redis reply */
    int64_t          redis_patience_ms; /* of one that can be done without */
    int64_t          store_keep_ms;     /* what clients ask to keep; 0: nothing is */
    const struct provider *account;     /* whose account is asked for what is not here; NULL: nobody's */
    int64_t                lease_ms, recovery_ms; /* of budgets */
    bool                   input_is_learned;      /* how many tokens a prompt may have; else its bytes are */
    struct price unknown_price;        /* of models that no list knows; itself not known: budgets refuse them */
    int64_t      ledger_allow_nanousd; /* a process may spend so much while Redis is away; 0 refuses (law 2) */
    const char  *audit_file;           /* NULL: none is kept */
    const char  *records_file;         /* drafts' outcomes, for weir calibrate; NULL: none are kept */
    int64_t      records_most_bytes;
    int64_t      cache_most_bytes; /* of the remembered answers of one team or namespace */
    int64_t      similar_most;     /* # questions remembered for answering similar ones */
    enum log_level log_level;

    enum slm_precision slm_precision; /* a change needs no restart */
    const char       **head_file;     /* heads that were taught (slm/taught.h) */
    unsigned           head_count;
    const char        *draft_head_file; /* weir calibrate --drafts wrote it; NULL: the one that ships */

    const struct listen *admin;              /* the admin API's listener; NULL: there is none */
    unsigned char        admin_key_hash[32]; /* SHA-256 of its key */
    int64_t              keys_away_ms;       /* so long keys that are remembered are served without Redis */

    struct {
        struct provider *webhook; /* where alerts go; NULL: to the log alone */
        const char      *path;    /* behind its URL's: "" or "/", and "?…" */
        const char      *secret;  /* that they are signed with; NULL: they are not */
    } alerts;
    const struct model *baseline;       /* what savings are told against; NULL: none far away has a price */
    int64_t             alerts_away_ms; /* Redis has not answered for so long: somebody is told */
    int64_t             spend_keep_ms;  /* how long Redis keeps a day's sums of spending */
};

/* How files are read: so that tests and the binary's own copies of policies/ can stand in. False when there is
 * none such. */
typedef bool settings_file_reader(struct arena *, const char *file, struct slice *text);

/* NULL with errors in diag (all of the file in one run). `file` NULL: the settings of a first run without a
 * file: loopback:8080, Ollama on its port, OpenAI where OPENAI_API_KEY is set, the built-in policies. */
MUST_CHECK struct settings *settings_read(struct arena *, const char *file, settings_file_reader *, yaml_env *,
                                          struct diag *);

/* What a name means once aliases are followed: a model's name, or "auto". */
struct slice settings_alias(const struct settings *, struct slice name);

/* Is it the name of the small language model, its folder's last part? Chats cannot ask it: it embeds. */
bool settings_is_encoder(const struct settings *, struct slice name);

/* The model so named, by an alias, by its own name or by the provider's; NULL where there is none, and for
 * "auto". */
const struct model *settings_model(const struct settings *, struct slice name);

/* Price and limits of a model that the settings do not name, by its provider and what that calls it: as the
 * price lists have them, else the price of those that no list knows. */
void settings_price(const struct settings *, struct model *);

/* The group so named, or by an alias; NULL where there is none. No model is called as a group is. */
const struct group *settings_group(const struct settings *, struct slice name);

/* What policies and aliases may name, NULL-terminated: "auto", groups, models. */
const char **settings_names(struct arena *, const struct settings *);

/* Does the name leave the choice to the routes? "auto", "weir/auto", an alias of them, or nothing at all. */
bool settings_is_auto(const struct settings *, struct slice name);

/* The team so named; NULL where there is none. */
const struct team *settings_team(const struct settings *, const char *name);

/* The zone's index; settings->zone_count where there is none so named. */
unsigned settings_zone(const struct settings *, struct slice name);

/* The first key whose change only a restart brings about, or NULL: what a reload should warn of. */
const char *settings_restart_key(const struct settings *running, const struct settings *wanted);

/* The text of a file of policies/ that is inside the binary ("default.yaml", "prices.yaml", …); empty where
 * there is none. In settings such a file is called "builtin:default.yaml". */
struct slice embedded_policy(const char *name);

#endif
