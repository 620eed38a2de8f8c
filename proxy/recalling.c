/*
 * recalling.c - what the cache is to a request: is it asked at all, under which key, and what is told of it.
 *
 *   the route's cache:, the client's cache-control --> off, bypass, or looked up
 *   looked up --> hit: replayed (asking_cache.c)
 *             --> hit past its time: replayed, and asked for anew behind the client's back
 *             --> somebody is asking: waited for
 *             --> miss: this one leads, and others wait for it
 *
 * The key holds what the policy decided, and the body with what is hidden hidden: so who may share an answer,
 * and what it depends on, is said in one place, here.
 */
#include "exchange_parts.h"

#include "base/log.h"

/* ---- who may share it ---- */

/* Each with its length before it. */
static void add_part(struct buf *out, struct slice part)
{
    buf_add_decimal(out, (int64_t)part.len);
    buf_add_byte(out, ':');
    buf_add(out, part);
}

/* Who answers: not only a name, since settings may give that to another model tomorrow. */
static void add_model(struct buf *out, const struct model *model)
{
    add_part(out, slice_str(model ? model->name : ""));
    if (!model)
        return;
    const struct provider *provider = model->provider;
    add_part(out, slice_str(model->sent_as));
    add_part(out, slice_str(provider->name));
    add_part(out, slice_str(provider->api->word));
    add_part(out, slice_str(provider->api_version ? provider->api_version : ""));
    add_part(out, slice_str(provider->url.host));
    add_part(out, slice_str(provider->url.path));
    buf_printf(out, "%u ", provider->url.port);
}

/* Whichever of them answers, they do the same. */
static void add_group(struct buf *out, const struct group *group)
{
    add_part(out, slice_str(group->name));
    buf_printf(out, "%u ", group->count);
    for (unsigned i = 0; i < group->count; i++)
        add_model(out, group->member[i].model);
}

/* A client that says none, or is of another dialect, is answered in this one. */
static bool is_usual_version(const struct exchange *x)
{
    return slice_is(http1_header(client_head(x->client), "anthropic-version"), "2023-06-01");
}

/* All that an answer follows from, and that the body does not say. */
static struct slice decision_bytes(struct exchange *x)
{
    const struct decision *d = &x->decision;
    struct buf             out;
    buf_init(&out, SIZE_MAX); /* names from the settings, and one header */
    add_part(&out, slice_str(d->route));
    add_part(&out, slice_str(x->snapshot->settings->zone[d->reach]));
    if (d->first_of)
        add_group(&out, d->first_of);
    else
        add_model(&out, x->recalling.kept_model);
    add_model(&out, d->escalate_to);
    if (d->escalate_to)
        buf_printf(&out, "%g %x %g %g %d ", d->escalation.below, d->escalation.doubts, d->escalation.alike,
                   d->escalation.wrong_above, d->escalation.hint);
    if (d->escalate_to && d->escalation.head) /* numbers alone, which calibrating changes */
        add_part(&out, slice_of((const char *)d->escalation.head, sizeof *d->escalation.head));
    add_model(&out, d->compress_by);
    buf_printf(&out, "%lld %g %llx %llx %llx ", (long long)d->compress_above_tokens, d->compress_to,
               (unsigned long long)d->hide, (unsigned long long)d->surrogate, (unsigned long long)d->remove);
    add_part(&out, http1_header(client_head(x->client), "anthropic-beta"));
    add_part(&out, is_usual_version(x) ? S("") : http1_header(client_head(x->client), "anthropic-version"));
    struct slice bytes = arena_copy(x->arena, buf_slice(&out));
    buf_fini(&out);
    return bytes;
}

/* A namespace is for what is nobody's: what is hidden from a request is hidden with its team's key, and an
 * answer to it stays within the team. */
static void make_key(struct exchange *x)
{
    struct recalling *r = &x->recalling;
    const char       *share = x->redactions == 0 ? x->decision.cache->share : NULL;
    r->walls = (struct cache_walls){ .space = share ? share : x->team->name,
                                     .is_shared = share,
                                     .decision = decision_bytes(x) };
    r->ask.secret = &x->snapshot->cache_secret;
    cache_key_make(&r->ask.key, r->ask.secret, &r->walls, &r->question);
}

/* ---- is it asked? ---- */

static bool wants_no_store(const struct exchange *x)
{
    return x->recalling.wishes.no_store;
}

static bool is_too_warm(const struct exchange *x)
{
    return x->recalling.question.temperature > x->decision.cache->temperature;
}

static bool has_choices(const struct exchange *x)
{
    return x->chat.choices > 1;
}

static bool has_logprobs(const struct exchange *x)
{
    return x->chat.has_logprobs;
}

static bool has_seed(const struct exchange *x)
{
    return x->recalling.question.has_seed;
}

static const struct {
    const char *word;
    unsigned    also; /* what of the route's `also` lets it in; 0: nothing */
    bool (*is_so)(const struct exchange *);
} bars[] = {
    { "no-store", 0, wants_no_store },         { "temperature", 0, is_too_warm },
    { "choices", CACHE_CHOICES, has_choices }, { "logprobs", CACHE_LOGPROBS, has_logprobs },
    { "seed", CACHE_SEED, has_seed },
};

/* The word for why a request is neither looked up nor kept; NULL: it is. */
static const char *barred_by(const struct exchange *x)
{
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++)
        if (!(x->decision.cache->also & bars[i].also) && bars[i].is_so(x))
            return bars[i].word;
    return NULL;
}

static bool is_remembered_here(const struct exchange *x)
{
    const struct decision *d = &x->decision;
    return d->cache && d->count > 0 && reach_allows(d->reach, x->snapshot->redis_zone);
}

static void bypass(struct recalling *r, const char *because)
{
    r->use = RECALL_BYPASS;
    r->because = because;
}

/* Sets what becomes of it: r->use, and r->keeps. */
static void prepare(struct exchange *x)
{
    struct recalling *r = &x->recalling;
    if (!is_remembered_here(x))
        return;
    if (!question_read(&x->chat, x->arena, &r->question)) {
        bypass(r, "unreadable");
        return;
    }
    const char *barred = barred_by(x);
    if (barred) {
        bypass(r, barred);
        return;
    }
    r->kept_model = x->decision.candidate[0];
    r->bettered_by = x->decision.escalate_to;
    r->keeps = true;
    r->use = RECALL_LOOKED;
    make_key(x);
    if (r->wishes.no_cache)
        bypass(r, "no-cache");
}

bool exchange_may_recall(struct exchange *x, struct fault *why)
{
    struct recalling *r = &x->recalling;
    r->wishes = cache_wishes_read(client_head(x->client));
    prepare(x);
    return r->use == RECALL_LOOKED || !r->wishes.only_if_cached || fault_set(why, FAULT_NOT_CACHED, "%s", "");
}

/* ---- asking ---- */

static void recalled(struct exchange *x, const struct cached *hit)
{
    struct recalling *r = &x->recalling;
    if (!hit) /* one counts when it is served */
        metrics_add(x->tools->metrics, METRIC_CACHE_MISSES, 1);
    r->is_out = false;
    if (hit) {
        r->hit = *hit;
        r->hit.model = arena_copy(x->arena, hit->model);
        r->hit.answer = arena_copy(x->arena, hit->answer);
        r->hit.route = r->hit.question = slice_of(NULL, 0);
    }
    exchange_recalled(x);
}

static void on_recalled(void *arg, struct cache_ask *ask, const struct cached *hit)
{
    struct exchange *x = arg;
    if (ask->has_waited)
        metrics_add(x->tools->metrics, METRIC_CACHE_WAITED, 1);
    if (hit || !exchange_liken(x))
        recalled(x, hit);
}

void exchange_likened(struct exchange *x, const struct cached *hit)
{
    if (hit)
        metrics_add(x->tools->metrics, METRIC_CACHE_SIMILAR, 1);
    recalled(x, hit);
}

bool exchange_recall(struct exchange *x)
{
    struct recalling     *r = &x->recalling;
    const struct caching *caching = x->decision.cache;
    if (r->use != RECALL_LOOKED)
        return false;
    r->is_out = true;
    r->ask.wait_ms = r->wishes.only_if_cached ? 0 : caching->wait_ms;
    r->ask.keep_ms = caching->keep_ms;
    r->ask.stale_ms = r->wishes.most_age_ms == INT64_MAX ? caching->stale_ms : 0;
    r->ask.most_age_ms = r->wishes.most_age_ms;
    r->ask.max_tokens = x->chat.max_tokens;
    cache_recall(x->tools->cache, &r->ask, on_recalled, x);
    exchange_keep_awake(x); /* it may have to wait for another */
    return true;
}

void exchange_forget_recall(struct exchange *x)
{
    if (x->recalling.is_out) {
        exchange_forget_liken(x);
        cache_release(&x->recalling.ask, CACHE_NEXT);
    }
    x->recalling.is_out = false;
}

/* Who was asked and has nothing to keep will have nothing to keep for the next one either. */
void exchange_end_recall(struct exchange *x)
{
    bool was_answered = x->asked_us && x->fault.kind != FAULT_CLIENT_GONE;
    cache_release(&x->recalling.ask, was_answered ? CACHE_NOBODY : CACHE_NEXT);
    if (!x->recalling.is_hit)
        return;
    metrics_add(x->tools->metrics, METRIC_CACHE_SAVED, x->recalling.saved_nanousd);
    const struct cache_ask *found = x->likening.is_hit ? &x->likening.ask : &x->recalling.ask;
    cache_count_hit(x->tools->cache, &found->key, x->recalling.saved_nanousd);
}

/* ---- what is told ---- */

const char *exchange_cache_word(const struct exchange *x)
{
    const struct recalling *r = &x->recalling;
    if (r->is_hit)
        return r->is_stale ? "stale" : "hit";
    switch (r->use) {
    case RECALL_OFF:
        return "off";
    case RECALL_BYPASS:
        return "bypass";
    case RECALL_LOOKED:
        break;
    }
    return "miss";
}

/* "similar; similarity=0.94; chance=0.98" */
static void tell_likeness(const struct exchange *x, struct buf *out)
{
    const struct similar_look *look = &x->likening.look;
    if (x->likening.is_hit)
        buf_printf(out, "similar; similarity=%.3f; chance=%.3f", (double)look->cosine, (double)look->chance);
    else
        buf_add_str(out, "exact");
}

/* "hit; by=exact; age=12"; "miss; differs=number" where a question was near, and not alike */
void exchange_tell_cache(const struct exchange *x, struct buf *out)
{
    const struct recalling *r = &x->recalling;
    buf_add_str(out, exchange_cache_word(x));
    if (r->is_hit) {
        buf_add_str(out, "; by=");
        tell_likeness(x, out);
        buf_printf(out, "; age=%lld", (long long)r->age_ms / 1000);
    } else if (x->likening.look.differs != ALIKE_NONE) {
        buf_printf(out, "; differs=%s", alike_word(x->likening.look.differs));
    }
    if (r->use == RECALL_BYPASS)
        buf_printf(out, "; because=%s", r->because);
    if (r->ask.has_waited)
        buf_add_str(out, "; waited");
}

/* The same in the words of RFC 9211, for who knows those. */
static void add_cache_status(const struct exchange *x, struct buf *out)
{
    const struct recalling *r = &x->recalling;
    if (r->use == RECALL_OFF)
        return;
    buf_add_str(out, "cache-status: weir");
    if (r->is_hit)
        buf_printf(out, "; hit; ttl=%lld", (long long)(r->hit.keep_ms - r->age_ms) / 1000);
    else if (r->use == RECALL_BYPASS)
        buf_printf(out, "; fwd=%s; detail=%s", r->wishes.no_cache ? "request" : "bypass", r->because);
    else
        buf_add_str(out, "; fwd=miss");
    if (r->ask.has_waited)
        buf_add_str(out, "; collapsed");
    buf_add_str(out, "\r\n");
}

void exchange_cache_headers(const struct exchange *x, struct buf *out)
{
    buf_add_str(out, "x-weir-cache: ");
    exchange_tell_cache(x, out);
    buf_add_str(out, "\r\n");
    add_cache_status(x, out);
    if (x->recalling.is_hit)
        buf_printf(out, "age: %lld\r\n", (long long)x->recalling.age_ms / 1000);
}
