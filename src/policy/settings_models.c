/* settings_models.c - zones, providers, models with their prices, aliases. */
#include "settings_parts.h"

#include <stdio.h>

/* ---- zones ---- */

unsigned settings_zone(const struct settings *settings, struct slice name)
{
    unsigned i = 0;
    while (i < settings->zone_count && !slice_is(name, settings->zone[i]))
        i++;
    return i;
}

static void add_zone(struct setup *s, const struct yaml *y)
{
    struct settings *settings = s->settings;
    struct slice     name = yaml_text(y, S(""), s->diag);
    if (name.len == 0)
        return;
    if (settings->zone_count == ZONES_MOST)
        diag_error(s->diag, y->place, "more than %d zones", ZONES_MOST);
    else if (settings_zone(settings, name) < settings->zone_count)
        diag_error(s->diag, y->place, "the zone \"%.*s\" stands twice", SLICE_ARG(name));
    else
        settings->zone[settings->zone_count++] = arena_cstr(s->arena, name);
}

void read_zones(struct setup *s)
{
    static const char *const usual[] = { "local", "trusted", "cloud" };
    const struct yaml       *list = yaml_get(s->root, "zones");
    if (yaml_is_list(list, "zones", s->diag)) {
        for (const struct yaml *y = list->child; y; y = y->next)
            add_zone(s, y);
        if (s->settings->zone_count == 0)
            diag_error(s->diag, list->place, "zones names none; left out, they are local, trusted, cloud");
        return;
    }
    memcpy(s->settings->zone, usual, sizeof usual);
    s->settings->zone_count = sizeof usual / sizeof *usual;
}

/* ---- providers ---- */

#define API_VERSION "2024-10-21" /* Azure's latest that is not a preview */

static const struct api apis[] = {
#define API(name, word, path, stream_path, key_header, headers, dialect)                                       \
    { word, path, stream_path ? stream_path : path, key_header, headers, DIALECT_##dialect },
#include "tables/apis.h"
#undef API
};

static const struct api *read_api(struct setup *s, const struct yaml *y, const char *whose)
{
    enum { COUNT = sizeof apis / sizeof *apis };
    const char *words[COUNT + 1] = { NULL };
    char        hint[DIAG_HINT_BYTES];
    const char *api = setup_needed(s, y, "api", whose);
    for (size_t i = 0; i < COUNT; i++) {
        words[i] = apis[i].word;
        if (api && strcmp(apis[i].word, api) == 0)
            return &apis[i];
    }
    if (api)
        diag_error(s->diag, yaml_get(y, "api")->place, "there is no api \"%s\"%s", api,
                   diag_hint(slice_str(api), words, hint));
    return &apis[0];
}

/* A key goes into a header as it stands. */
static bool is_token(struct slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] <= ' ' || key.ptr[i] >= 0x7F)
            return false;
    }
    return true;
}

static void read_provider_key(struct setup *s, const struct yaml *y, struct provider *provider)
{
    struct slice       key = slice_str(setup_text(s, y, "key"));
    const struct yaml *place = yaml_get(y, "key") ? yaml_get(y, "key") : yaml_get(y, "key_file");
    if (yaml_get(y, "key") && yaml_get(y, "key_file"))
        diag_error(s->diag, place->place, "provider %s has both `key` and `key_file`", provider->name);
    if (key.len == 0)
        key = setup_secret_file(s, y, "key_file");
    if (key.len == 0)
        return;
    if (!is_token(key))
        diag_error(s->diag, place->place, "the key of provider %s has characters that no key has",
                   provider->name);
    else if (provider->url.host && !provider->url.is_tls && !host_is_loopback(provider->url.host))
        diag_error(
            s->diag, place->place,
            "the key of provider %s would go unencrypted over the network; its url must begin with https://",
            provider->name);
    provider->key = arena_cstr(s->arena, key);
}

static void read_deadlines(struct setup *s, const struct yaml *y, struct provider *provider)
{
#define PROVIDER_SETTING(name, field, least, most, fallback, about)                                            \
    provider->field = yaml_duration_ms(yaml_get(y, name), fallback, s->diag);                                  \
    if (provider->field < (least) || provider->field > (most))                                                 \
        diag_error(s->diag, yaml_get(y, name)->place, "%s must be from %d to %d ms", name, least, most);
#include "tables/provider_settings.h"
#undef PROVIDER_SETTING
}

static void read_provider(struct setup *s, const struct yaml *y, struct provider *provider)
{
    static const char *const keys[] = { "api", "api_version", "url", "zone", "key", "key_file", "ca_file",
#define PROVIDER_SETTING(name, field, least, most, fallback, about) name,
#include "tables/provider_settings.h"
#undef PROVIDER_SETTING
                                        NULL };
    struct fault why;
    const char  *whose = arena_printf(s->arena, "provider %.*s", SLICE_ARG(y->key));
    *provider = (struct provider){ .name = arena_cstr(s->arena, y->key) };
    if (!yaml_is_map(y, whose, s->diag))
        return;
    yaml_known_keys(y, keys, s->diag);
    provider->api = read_api(s, y, whose);
    provider->api_version = setup_text(s, y, "api_version");
    if (!provider->api_version)
        provider->api_version = API_VERSION;
    else if (!strchr(provider->api->path, '%'))
        diag_error(s->diag, yaml_get(y, "api_version")->place, "api_version is for the api \"azure\" alone");

    const char *url = setup_needed(s, y, "url", whose);
    if (url && !url_parse(s->arena, slice_str(url), &provider->url, &why))
        diag_error(s->diag, yaml_get(y, "url")->place, "%s: %s", whose, why.detail);

    struct slice zone = slice_str(setup_needed(s, y, "zone", whose));
    char         hint[DIAG_HINT_BYTES];
    provider->zone = settings_zone(s->settings, zone);
    if (zone.len && provider->zone == s->settings->zone_count) {
        const char *names[ZONES_MOST + 1] = { NULL };
        memcpy(names, s->settings->zone, s->settings->zone_count * sizeof *names);
        diag_error(s->diag, yaml_get(y, "zone")->place, "there is no zone \"%.*s\"%s", SLICE_ARG(zone),
                   diag_hint(zone, names, hint));
    }
    read_provider_key(s, y, provider);
    read_deadlines(s, y, provider);
    const char *ca_file = setup_text(s, y, "ca_file");
    provider->ca_file = ca_file ? setup_path(s, ca_file) : NULL;
}

void read_providers(struct setup *s)
{
    struct settings   *settings = s->settings;
    const struct yaml *map = yaml_get(s->root, "providers");
    settings->provider = arena_array(s->arena, yaml_count(map), sizeof *settings->provider);
    if (!map) {
        diag_error(s->diag, s->root->place, "there are no `providers`: nobody to ask");
        return;
    }
    if (!yaml_is_map(map, "providers", s->diag))
        return;
    for (const struct yaml *y = map->child; y; y = y->next)
        read_provider(s, y, &settings->provider[settings->provider_count++]);
    if (settings->provider_count == 0)
        diag_error(s->diag, map->place, "providers names nobody to ask");
}

static const struct provider *provider_find(struct setup *s, const struct yaml *y, struct slice name)
{
    struct settings *settings = s->settings;
    const char     **names = arena_array(s->arena, settings->provider_count + 1, sizeof *names);
    char             hint[DIAG_HINT_BYTES];
    for (unsigned i = 0; i < settings->provider_count; i++) {
        names[i] = settings->provider[i].name;
        if (slice_is(name, names[i]))
            return &settings->provider[i];
    }
    diag_error(s->diag, y->place, "there is no provider \"%.*s\"%s", SLICE_ARG(name),
               diag_hint(name, names, hint));
    return NULL;
}

/* ---- prices ---- */

/* A line of a price list. */
struct priced {
    const char    *name;
    struct price   price;
    int64_t        context_tokens, output_tokens;
    struct priced *next;
};

enum { TOKENS_MOST = 100 * 1000 * 1000 };

static struct rates read_rates(struct setup *s, const struct yaml *y)
{
    struct rates rates = { 0 };
    if (!yaml_get(y, "input") || !yaml_get(y, "output"))
        diag_error(s->diag, y->place, "a price needs `input` and `output`, in US dollars a million tokens");
    rates.input_nanousd = yaml_nanousd(yaml_get(y, "input"), 0, s->diag);
    rates.output_nanousd = yaml_nanousd(yaml_get(y, "output"), 0, s->diag);
    rates.written_nanousd = yaml_nanousd(yaml_get(y, "cache_write"), 0, s->diag);
    rates.audio_input_nanousd = yaml_nanousd(yaml_get(y, "audio_input"), 0, s->diag);
    rates.reasoning_nanousd = yaml_nanousd(yaml_get(y, "reasoning"), 0, s->diag);
    rates.audio_output_nanousd = yaml_nanousd(yaml_get(y, "audio_output"), 0, s->diag);
    rates.cached_nanousd = yaml_nanousd(yaml_get(y, "cached"), rates.input_nanousd, s->diag);
    return rates;
}

/* { input: 2, cached: 0.2, output: 10, long: { above: 272000, input: 4, cached: 0.4, output: 15 } } */
void read_price(struct setup *s, const struct yaml *y, struct price *out)
{
#define RATE_KEYS "input", "cached", "output", "cache_write", "audio_input", "reasoning", "audio_output"
    static const char *const keys[] = { RATE_KEYS, "long", NULL };
    static const char *const long_keys[] = { RATE_KEYS, "above", NULL };
#undef RATE_KEYS
    const struct yaml *more = yaml_get(y, "long");
    if (!yaml_is_map(y, "price", s->diag))
        return;
    yaml_known_keys(y, keys, s->diag);
    out->is_known = true;
    out->usual = read_rates(s, y);
    if (!yaml_is_map(more, "long", s->diag))
        return;
    yaml_known_keys(more, long_keys, s->diag);
    if (!yaml_get(more, "above"))
        diag_error(s->diag, more->place, "long needs `above`: from how many tokens of prompt on");
    out->long_above_tokens = yaml_int(yaml_get(more, "above"), 1, TOKENS_MOST, 0, s->diag);
    out->when_long = read_rates(s, more);
}

/* The keys that a model has both in the settings and in a price list. */
static void read_facts(struct setup *s, const struct yaml *y, struct priced *out)
{
    out->context_tokens = yaml_int(yaml_get(y, "context"), 1, TOKENS_MOST, 0, s->diag);
    out->output_tokens = yaml_int(yaml_get(y, "output"), 1, TOKENS_MOST, 0, s->diag);
    read_price(s, yaml_get(y, "price"), &out->price);
}

/* Adds a file's lines before those already there, so that the later file is found first. */
static void read_price_file(struct setup *s, const char *file, struct priced **list)
{
    static const char *const top[] = { "models", NULL };
    static const char *const keys[] = { "price", "context", "output", NULL };
    struct slice             text;
    if (!policy_file_text(s->arena, s->reader, file, &text)) {
        diag_error(s->diag, (struct place){ file, 0, 0 }, "the price list cannot be read");
        return;
    }
    const struct yaml *root = yaml_read(s->arena, file, text, NULL, s->diag);
    const struct yaml *models = yaml_get(root, "models");
    if (!yaml_is_map(root, "a price list", s->diag))
        return;
    yaml_known_keys(root, top, s->diag);
    if (!yaml_is_map(models, "models", s->diag))
        return;
    for (const struct yaml *y = models->child; y; y = y->next) {
        struct priced *priced = arena_alloc(s->arena, sizeof *priced);
        *priced = (struct priced){ .name = arena_cstr(s->arena, y->key), .next = *list };
        if (yaml_is_map(y, priced->name, s->diag)) {
            yaml_known_keys(y, keys, s->diag);
            read_facts(s, y, priced);
        }
        *list = priced;
    }
}

/* Without the date of a model's edition: "gpt-5-2025-08-07" and "claude-opus-4-1-20250805" cost what the model
 * costs. */
static struct slice without_date(struct slice name)
{
    size_t dashes = 0, len = name.len;
    while (len > 0 && (name.ptr[len - 1] == '-' || (name.ptr[len - 1] >= '0' && name.ptr[len - 1] <= '9')))
        dashes += name.ptr[--len] == '-';
    size_t digits = name.len - len - dashes;
    while (digits > 8 && len < name.len) { /* digits of the name itself, "gpt-4-1106…", stay */
        digits -= name.ptr[len] != '-';
        len++;
    }
    bool is_date = digits == 8 && name.len - len >= 9 && name.ptr[len] == '-';
    return is_date ? slice_cut(name, 0, len) : name;
}

static const struct priced *price_find(const struct priced *list, struct slice name)
{
    const struct priced *p = list;
    while (p && !slice_is(name, p->name))
        p = p->next;
    struct slice plain = without_date(name);
    return p || plain.len == name.len ? p : price_find(list, plain);
}

/* ---- models ---- */

static bool is_auto(struct slice name)
{
    return slice_is(name, "auto") || slice_is(name, "weir/auto");
}

/* Names of Weir's own: these, and those of routes, which policy_read() knows. */
static bool is_ours(struct slice name)
{
    return is_auto(name) || slice_is(name, "weir/local") || slice_is(name, "weir/cloud");
}

/* The settings' own word first, then the price lists'; what runs in the nearest zone costs nothing. */
static void read_model_facts(struct setup *s, const struct yaml *y, const struct priced *list,
                             struct model *model)
{
    struct priced        own = { 0 };
    const struct priced *listed = price_find(list, slice_str(model->sent_as));
    read_facts(s, y, &own);
    if (own.price.is_known)
        model->price = own.price;
    else if (model->provider && model->provider->zone == 0)
        model->price = (struct price){ .is_known = true };
    else if (listed)
        model->price = listed->price;
    if (!model->price.is_known)
        model->price = s->settings->unknown_price;
    model->context_tokens = own.context_tokens ? own.context_tokens : listed ? listed->context_tokens : 0;
    model->output_tokens = own.output_tokens ? own.output_tokens : listed ? listed->output_tokens : 0;
}

static void read_model(struct setup *s, const struct yaml *y, const struct priced *list, struct model *model)
{
    static const char *const keys[] = { "provider", "model", "price", "context", "output", NULL };
    const char              *whose = arena_printf(s->arena, "model %.*s", SLICE_ARG(y->key));
    *model = (struct model){ .name = arena_cstr(s->arena, y->key), .sent_as = "" };
    if (is_ours(y->key))
        diag_error(s->diag, y->key_place, "\"%s\" means that the routes choose; no model can be named so",
                   model->name);
    if (!yaml_is_map(y, whose, s->diag))
        return;
    yaml_known_keys(y, keys, s->diag);
    const char *provider = setup_needed(s, y, "provider", whose);
    const char *sent_as = setup_needed(s, y, "model", whose);
    if (provider)
        model->provider = provider_find(s, yaml_get(y, "provider"), slice_str(provider));
    if (sent_as)
        model->sent_as = sent_as;
    read_model_facts(s, y, list, model);
}

void read_models(struct setup *s)
{
    struct settings   *settings = s->settings;
    const struct yaml *map = yaml_get(s->root, "models");
    struct priced     *list = NULL;
    for (unsigned i = 0; i < settings->price_count; i++)
        read_price_file(s, settings->price_file[i], &list);
    settings->model = arena_array(s->arena, yaml_count(map), sizeof *settings->model);
    if (!map) {
        diag_error(s->diag, s->root->place, "there are no `models`: nothing to ask for");
        return;
    }
    if (!yaml_is_map(map, "models", s->diag))
        return;
    for (const struct yaml *y = map->child; y; y = y->next)
        read_model(s, y, list, &settings->model[settings->model_count++]);
    if (settings->model_count == 0)
        diag_error(s->diag, map->place, "models names none");
}

/* ---- aliases ---- */

static void read_alias(struct setup *s, const struct yaml *y)
{
    struct settings *settings = s->settings;
    struct slice     to = yaml_text(y, S(""), s->diag);
    const char     **names = arena_array(s->arena, settings->model_count + 2, sizeof *names);
    char             hint[DIAG_HINT_BYTES];
    bool             is_known = is_auto(to) || slice_starts(to, S("weir/")), is_taken = is_ours(y->key);
    names[0] = "auto";
    for (unsigned i = 0; i < settings->model_count; i++) {
        names[i + 1] = settings->model[i].name;
        is_known = is_known || slice_is(to, names[i + 1]);
        is_taken = is_taken || slice_is(y->key, names[i + 1]);
    }
    if (is_taken)
        diag_error(s->diag, y->key_place, "\"%.*s\" is a name already; an alias needs one of its own",
                   SLICE_ARG(y->key));
    else if (to.len && !is_known)
        diag_error(s->diag, y->place, "there is no model \"%.*s\"%s", SLICE_ARG(to),
                   diag_hint(to, names, hint));
    else if (to.len)
        settings->alias[settings->alias_count++] =
            (struct alias){ arena_cstr(s->arena, y->key), arena_cstr(s->arena, to), y->place };
}

void read_aliases(struct setup *s)
{
    const struct yaml *map = yaml_get(s->root, "aliases");
    s->settings->alias = arena_array(s->arena, yaml_count(map), sizeof *s->settings->alias);
    if (!yaml_is_map(map, "aliases", s->diag))
        return;
    for (const struct yaml *y = map->child; y; y = y->next)
        read_alias(s, y);
}

struct slice settings_alias(const struct settings *settings, struct slice name)
{
    for (unsigned i = 0; i < settings->alias_count; i++) {
        if (slice_is(name, settings->alias[i].from))
            return slice_str(settings->alias[i].to);
    }
    return name;
}

const struct model *settings_model(const struct settings *settings, struct slice name)
{
    name = settings_alias(settings, name);
    for (unsigned i = 0; i < settings->model_count; i++) {
        if (slice_is(name, settings->model[i].name))
            return &settings->model[i];
    }
    for (unsigned i = 0; i < settings->model_count; i++) {
        if (name.len && slice_is(name, settings->model[i].sent_as))
            return &settings->model[i];
    }
    return NULL;
}

bool settings_is_auto(const struct settings *settings, struct slice name)
{
    return name.len == 0 || is_auto(settings_alias(settings, name));
}
