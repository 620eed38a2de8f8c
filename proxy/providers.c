/*
 * providers.c - see providers.h.
 *
 * Two lists, of providers and of models, which grow by whom the settings name and are looked through from the
 * start: there are a few dozen. A breaker that opens at the first refusal keeps a key that is no good; what
 * trials are for the one, they are for the other.
 */
#include "providers.h"

#include "base/die.h"
#include "base/log.h"
#include "metrics.h"
#include "wire/json.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    LIMITED_MS = 1000,    /* left alone so long by who asks for it and does not say how long */
    LOOK_AGAIN_MS = 200,  /* at a generator that is not up yet */
    KEY_TRIED_MS = 60000, /* a key that was refused is tried again so long after, then twice as long */
};

static const struct breaker_rule key_rule = { .failures = 1, .within_ms = 1000, .rest_ms = KEY_TRIED_MS };

struct known_provider {
    struct known_provider *next;
    char                  *name;
    uint64_t               mark; /* of its url and key: another one is another provider */
    struct breaker         breaker, key;
    enum rest              told; /* by itself: UNWELL, STARTING or NONE */
    unsigned               busy; /* # requests that it works on, as it tells */
    bool                   has_loaded;
    char                  *loaded;
    int64_t                opened;  /* # times that it was found to fail */
    int64_t                used_ms; /* when it was last asked */
};

struct known_model {
    struct known_model *next;
    char               *name;
    unsigned            busy;
    int64_t             first_byte_us, seen_ms; /* the mean, and when it was made */
    int64_t             rests_until_ms;         /* it asked for that */
};

struct providers {
    pthread_mutex_t        lock;
    struct known_provider *provider;
    struct known_model    *model;
};

struct providers *providers_new(void)
{
    struct providers *p = must_calloc(1, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void providers_free(struct providers **handle)
{
    struct providers *p = *handle;
    *handle = NULL;
    if (!p)
        return;
    for (struct known_provider *k = p->provider, *next; k; k = next) {
        next = k->next;
        free(k->name);
        free(k->loaded);
        free(k);
    }
    for (struct known_model *k = p->model, *next; k; k = next) {
        next = k->next;
        free(k->name);
        free(k);
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* ---- who is known; all below with the lock held ---- */

static uint64_t mark_of(const struct provider *provider)
{
    uint64_t mark = slice_hash(slice_str(provider->url.host)) * 31 + provider->url.port;
    return (mark * 31 + slice_hash(slice_str(provider->url.path))) * 31 + slice_hash(slice_str(provider->key));
}

static struct known_provider *provider_of(struct providers *p, const struct provider *provider)
{
    struct known_provider *k = p->provider;
    uint64_t               mark = mark_of(provider);
    while (k && strcmp(k->name, provider->name) != 0)
        k = k->next;
    if (!k) {
        k = must_calloc(1, sizeof *k);
        k->name = die_if_null(strdup(provider->name));
        k->mark = mark;
        k->next = p->provider;
        p->provider = k;
    } else if (k->mark != mark) {
        k->mark = mark;
        k->breaker = k->key = (struct breaker){ 0 };
    }
    return k;
}

static struct known_model *model_of(struct providers *p, const struct model *model)
{
    struct known_model *k = p->model;
    while (k && strcmp(k->name, model->name) != 0)
        k = k->next;
    if (!k) {
        k = must_calloc(1, sizeof *k);
        k->name = die_if_null(strdup(model->name));
        k->next = p->model;
        p->model = k;
    }
    return k;
}

/* ---- may it be asked? ---- */

static struct resting resting_provider(const struct known_provider *k, int64_t now_ms)
{
    int64_t failed_ms = breaker_wait_ms(&k->breaker, now_ms), key_ms = breaker_wait_ms(&k->key, now_ms);
    if (k->told != REST_NONE)
        return (struct resting){ k->told, LOOK_AGAIN_MS };
    if (key_ms > 0)
        return (struct resting){ REST_KEY, key_ms };
    if (failed_ms > 0)
        return (struct resting){ REST_FAILED, failed_ms };
    return (struct resting){ REST_NONE, 0 };
}

static struct resting resting_model(const struct known_provider *k, const struct known_model *m, int64_t now_ms)
{
    struct resting resting = resting_provider(k, now_ms);
    if (resting.why == REST_NONE && m->rests_until_ms > now_ms)
        resting = (struct resting){ REST_LIMITED, m->rests_until_ms - now_ms };
    return resting;
}

/* Neither breaker refuses after a look; each is told that its trial begins. */
static bool begin(struct known_provider *k, const struct resting *resting, int64_t now_ms)
{
    bool is_asked =
        resting->why == REST_NONE && breaker_admits(&k->key, now_ms) && breaker_admits(&k->breaker, now_ms);
    if (is_asked)
        k->used_ms = now_ms;
    return is_asked;
}

bool providers_begin(struct providers *p, const struct model *model, int64_t now_ms, struct resting *resting)
{
    pthread_mutex_lock(&p->lock);
    struct known_provider *k = provider_of(p, model->provider);
    struct known_model    *m = model_of(p, model);
    *resting = resting_model(k, m, now_ms);
    bool is_asked = begin(k, resting, now_ms);
    m->busy += is_asked;
    pthread_mutex_unlock(&p->lock);
    return is_asked;
}

bool providers_begin_visit(struct providers *p, const struct provider *provider, int64_t now_ms,
                           struct resting *resting)
{
    pthread_mutex_lock(&p->lock);
    struct known_provider *k = provider_of(p, provider);
    *resting = resting_provider(k, now_ms);
    bool is_asked = begin(k, resting, now_ms);
    pthread_mutex_unlock(&p->lock);
    return is_asked;
}

int64_t providers_used_ms(struct providers *p, const struct provider *provider, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    const struct known_provider *k = provider_of(p, provider);
    int64_t                      used_ms = resting_provider(k, now_ms).why == REST_NONE ? k->used_ms : -1;
    pthread_mutex_unlock(&p->lock);
    return used_ms;
}

/* ---- what became of it ---- */

static void tell_change(const struct known_provider *k, const struct resting *before, int64_t now_ms)
{
    struct resting after = resting_provider(k, now_ms);
    bool           was_away = before->why != REST_NONE, is_away = after.why != REST_NONE;
    if (is_away && after.why != before->why)
        log_warn("provider_away", "%s: %s; it is left alone for %lld ms", k->name,
                 after.why == REST_KEY ? "it does not take its key" : rest_word(after.why),
                 (long long)after.wait_ms);
    else if (was_away && !is_away)
        log_info("provider_back", "%s is asked again", k->name);
}

enum leg_end leg_end_of(enum refusal means)
{
    switch (means) {
    case REFUSAL_REQUEST:
    case REFUSAL_CONTEXT:
    case REFUSAL_FILTER:
    case REFUSAL_NO_MODEL:
        return LEG_WENT_WELL;
    case REFUSAL_KEY:
        return LEG_KEY;
    case REFUSAL_LIMITED:
        return LEG_LIMITED;
    case REFUSAL_SERVER:
        break;
    }
    return LEG_FAILED;
}

/* m: NULL where no model was asked. */
static void learn(struct known_provider *k, struct known_model *m, const struct provider *provider,
                  const struct leg_told *told, int64_t now_ms)
{
    enum breaker_state before = k->breaker.state;
    bool               is_forgiven = provider->breaker.failures == 0; /* breaker: off */
    switch (told->end) {
    case LEG_SAID_NOTHING:
        breaker_learned_nothing(&k->breaker, now_ms);
        breaker_learned_nothing(&k->key, now_ms);
        break;
    case LEG_KEY: /* it is well: it knows our key for a bad one */
        breaker_went_well(&k->breaker, &provider->breaker, now_ms);
        if (!is_forgiven)
            breaker_failed(&k->key, &key_rule, now_ms);
        break;
    case LEG_FAILED:
        breaker_failed(&k->breaker, &provider->breaker, now_ms);
        breaker_learned_nothing(&k->key, now_ms);
        break;
    case LEG_LIMITED:
        if (m && (told->wait_ms >= 0 || !is_forgiven))
            m->rests_until_ms = now_ms + (told->wait_ms < 0 ? LIMITED_MS : told->wait_ms);
        __attribute__((fallthrough));
    case LEG_WENT_WELL:
        breaker_went_well(&k->breaker, &provider->breaker, now_ms);
        if (k->key.state != BREAKER_CLOSED)
            breaker_went_well(&k->key, &key_rule, now_ms);
        break;
    }
    k->opened += before != BREAKER_OPEN && k->breaker.state == BREAKER_OPEN && told->end == LEG_FAILED;
}

void providers_end(struct providers *p, const struct model *model, const struct leg_told *told, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    struct known_provider *k = provider_of(p, model->provider);
    struct known_model    *m = model_of(p, model);
    struct resting         before = resting_provider(k, now_ms);
    m->busy -= m->busy > 0;
    learn(k, m, model->provider, told, now_ms);
    if (told->first_byte_us > 0) {
        m->first_byte_us = choice_latency_us(m->first_byte_us, told->first_byte_us, now_ms - m->seen_ms);
        m->seen_ms = now_ms;
    }
    tell_change(k, &before, now_ms);
    pthread_mutex_unlock(&p->lock);
}

void providers_end_visit(struct providers *p, const struct provider *provider, enum leg_end end, int64_t now_ms)
{
    const struct leg_told told = { .end = end, .wait_ms = -1 };
    pthread_mutex_lock(&p->lock);
    struct known_provider *k = provider_of(p, provider);
    struct resting         before = resting_provider(k, now_ms);
    learn(k, NULL, provider, &told, now_ms);
    tell_change(k, &before, now_ms);
    pthread_mutex_unlock(&p->lock);
}

void providers_told(struct providers *p, const struct provider *provider, const struct health *health)
{
    pthread_mutex_lock(&p->lock);
    struct known_provider *k = provider_of(p, provider);
    if (k->told != health->rest)
        log_info("provider_health", "%s: %s", k->name,
                 health->rest == REST_NONE ? "well" : rest_word(health->rest));
    k->told = health->rest;
    k->busy = health->busy;
    k->has_loaded = health->has_loaded;
    free(k->loaded);
    k->loaded = health->loaded.len ? die_if_null(strndup(health->loaded.ptr, health->loaded.len)) : NULL;
    pthread_mutex_unlock(&p->lock);
}

/* ---- how all of them stand ---- */

/* Ollama's "qwen3" is "qwen3:latest". */
static bool is_loaded(const struct known_provider *k, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = k->loaded; line && *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, name, len) == 0 && (line[len] == '\n' || strncmp(line + len, ":latest\n", 8) == 0))
            return true;
    }
    return false;
}

bool providers_has_loaded(struct providers *p, const struct model *model)
{
    pthread_mutex_lock(&p->lock);
    const struct known_provider *k = provider_of(p, model->provider);
    bool                         it_has = k->has_loaded && is_loaded(k, model->sent_as);
    pthread_mutex_unlock(&p->lock);
    return it_has;
}

void providers_stand(struct providers *p, const struct settings *settings, int64_t now_ms, struct standing *out)
{
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < settings->model_count; i++) {
        const struct model          *model = &settings->model[i];
        const struct known_provider *k = provider_of(p, model->provider);
        const struct known_model    *m = model_of(p, model);
        out[i] = (struct standing){
            .is_away = resting_model(k, m, now_ms).why != REST_NONE,
            .is_cold = k->has_loaded && !is_loaded(k, model->sent_as),
            .busy = m->busy > k->busy ? m->busy : k->busy,
            .first_byte_us = m->first_byte_us,
        };
    }
    pthread_mutex_unlock(&p->lock);
}

static bool are_away(struct providers *p, const struct settings *settings, int64_t now_ms)
{
    unsigned far = 0, away = 0;
    for (unsigned i = 0; i < settings->provider_count; i++) {
        const struct provider *provider = &settings->provider[i];
        if (provider->zone == 0)
            continue;
        far++;
        away += resting_provider(provider_of(p, provider), now_ms).why != REST_NONE;
    }
    return far > 0 && away == far;
}

bool providers_are_away(struct providers *p, const struct settings *settings, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    bool all = are_away(p, settings, now_ms);
    pthread_mutex_unlock(&p->lock);
    return all;
}

/* ---- telling ---- */

const char *rest_word(enum rest why)
{
    switch (why) {
    case REST_NONE:
        return "up";
    case REST_FAILED:
        return "failing";
    case REST_KEY:
        return "key";
    case REST_LIMITED:
        return "limited";
    case REST_UNWELL:
        return "unwell";
    case REST_STARTING:
        return "starting";
    }
    return "";
}

struct telling {
    const char *name;
    enum rest   why;
    int64_t     opened;
    unsigned    busy;
};

static struct telling tell(struct providers *p, const struct settings *settings, unsigned index, int64_t now_ms)
{
    const struct provider       *provider = &settings->provider[index];
    const struct known_provider *k = provider_of(p, provider);
    struct telling               telling = { provider->name, resting_provider(k, now_ms).why, k->opened, 0 };
    for (unsigned i = 0; i < settings->model_count; i++)
        if (settings->model[i].provider == provider)
            telling.busy += model_of(p, &settings->model[i])->busy;
    return telling;
}

static void write_line(struct buf *out, const char *series, const struct telling *t, int64_t value)
{
    buf_printf(out, "%s{", series);
    metrics_write_label(out, "provider", t->name);
    buf_printf(out, "} %lld\n", (long long)value);
}

void providers_write_metrics(struct providers *p, const struct settings *settings, int64_t now_ms,
                             struct buf *out)
{
    static const struct {
        const char *name, *kind, *help;
    } series[] = {
        { "weir_provider_up", "gauge", "1 where it may be asked, 0 where it is left alone" },
        { "weir_provider_busy", "gauge", "requests that it has in hand" },
        { "weir_provider_opened_total", "counter", "times that it failed too often and was left alone" },
    };
    pthread_mutex_lock(&p->lock);
    for (unsigned s = 0; s < sizeof series / sizeof *series; s++) {
        metrics_write_head(out, series[s].name, series[s].kind, series[s].help);
        for (unsigned i = 0; i < settings->provider_count; i++) {
            const struct telling t = tell(p, settings, i, now_ms);
            const int64_t        value[] = { t.why == REST_NONE, t.busy, t.opened };
            write_line(out, series[s].name, &t, value[s]);
        }
    }
    metrics_write_head(out, "weir_edge_alone", "gauge", "1 while no provider beyond this machine may be asked");
    buf_printf(out, "weir_edge_alone %d\n", are_away(p, settings, now_ms));
    pthread_mutex_unlock(&p->lock);
}

void providers_write_json(struct providers *p, const struct settings *settings, int64_t now_ms, struct buf *out)
{
    buf_add_byte(out, '{');
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < settings->provider_count; i++) {
        const struct telling t = tell(p, settings, i, now_ms);
        if (i)
            buf_add_byte(out, ',');
        json_add_string(out, slice_str(t.name));
        buf_add_byte(out, ':');
        json_add_string(out, slice_str(rest_word(t.why)));
    }
    pthread_mutex_unlock(&p->lock);
    buf_add_byte(out, '}');
}
