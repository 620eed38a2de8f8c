/*
 * providers.h - how each provider stands just now: who fails, who wants to be left alone, who is busy, how soon
 * answers begin. One for the process: what one loop learns spares the others the same.
 *
 * Known by name, so that it outlives a change of settings; but a provider whose url or key has changed begins
 * anew. All functions may be called from any thread, and hold a lock for a microsecond.
 */
#ifndef WEIR_PROVIDERS_H
#define WEIR_PROVIDERS_H

#include "base/buf.h"
#include "policy/choice.h"
#include "wire/refusal.h"

struct providers;

struct providers *providers_new(void);
void              providers_free(struct providers **);

/* Why a model is not to be asked just now. */
enum rest {
    REST_NONE,
    REST_FAILED,   /* its provider failed too often of late */
    REST_KEY,      /* it does not take our key */
    REST_LIMITED,  /* it asked to be left alone */
    REST_UNWELL,   /* it says itself that it is not well */
    REST_STARTING, /* Weir has started it, and it is not up yet */
};

struct resting {
    enum rest why;
    int64_t   wait_ms; /* until it is worth asking again, about */
};

/* May it be asked now? True counts a request in hand, and wants providers_end(), once. */
MUST_CHECK bool providers_begin(struct providers *, const struct model *, int64_t now_ms, struct resting *);

/* When it was last asked; 0: never; -1: it is not to be asked just now. */
int64_t providers_used_ms(struct providers *, const struct provider *, int64_t now_ms);

/* What became of a request. */
enum leg_end {
    LEG_SAID_NOTHING, /* of the provider: the client hung up, or the request was at fault */
    LEG_WENT_WELL,
    LEG_FAILED,  /* nobody there, silence, an answer that broke, an error of the server's own */
    LEG_KEY,     /* the key was refused */
    LEG_LIMITED, /* later */
};

struct leg_told {
    enum leg_end end;
    int64_t      first_byte_us; /* until the answer began; 0: it did not */
    int64_t      wait_ms;       /* LIMITED: how long it asked to be left alone; -1: not told */
};

void providers_end(struct providers *, const struct model *, const struct leg_told *, int64_t now_ms);

/* The same where no model is asked, but what else a provider has. */
MUST_CHECK bool providers_begin_visit(struct providers *, const struct provider *, int64_t now_ms,
                                      struct resting *);
void            providers_end_visit(struct providers *, const struct provider *, enum leg_end, int64_t now_ms);

/* What an error says of its provider. */
enum leg_end leg_end_of(enum refusal);

/* Does its provider say that it has loaded it? False where it says nothing of that. */
bool providers_has_loaded(struct providers *, const struct model *);

/* How each of settings->model stands: `out` has room for them. */
void providers_stand(struct providers *, const struct settings *, int64_t now_ms, struct standing *out);

/* Can none of those beyond this machine be asked, though there are some? */
bool providers_are_away(struct providers *, const struct settings *, int64_t now_ms);

/* What a generator says of itself, or whoever watches it. */
struct health {
    enum rest    rest;       /* NONE: it is well; UNWELL, STARTING */
    unsigned     busy;       /* # requests that it works on, anybody's, as far as it tells */
    bool         has_loaded; /* it told which models are loaded: those named below, and no others */
    struct slice loaded;     /* its names of them, each with an LF behind it */
};
void providers_told(struct providers *, const struct provider *, const struct health *);

/* The word for a metric, a header, a log line: "failing", "key", "limited", "unwell", "starting". */
const char *rest_word(enum rest);

/* weir_provider_up{provider="…"} and its like; and the same as the members of a JSON object, for /readyz. */
void providers_write_metrics(struct providers *, const struct settings *, int64_t now_ms, struct buf *out);
void providers_write_json(struct providers *, const struct settings *, int64_t now_ms, struct buf *out);

#endif
