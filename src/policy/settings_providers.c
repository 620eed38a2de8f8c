/* settings_providers.c - zones, and the providers in them. */
#include "settings_parts.h"

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
#define API(name, word, path, stream_path, key_header, headers, health, dialect)                               \
    { word, path, stream_path ? stream_path : path, key_header, headers, health, DIALECT_##dialect },
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

/* Mistral's is like OpenAI's in all but what it refuses: who calls it so means its own. */
static const struct api *api_of_host(const struct api *said, const struct url *url)
{
    bool is_mistral = url->host && slice_ends(slice_str(url->host), S("api.mistral.ai"));
    for (size_t i = 0; is_mistral && said->dialect == DIALECT_OPENAI && i < sizeof apis / sizeof *apis; i++)
        if (apis[i].dialect == DIALECT_MISTRAL)
            return &apis[i];
    return said;
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

static const struct {
    const char           *host;
    enum answer_limit_key key;
} known_hosts[] = {
#define HOST_LIMIT(host, key) { host, LIMIT_##key },
#include "tables/host_limits.h"
#undef HOST_LIMIT
};

/* As the settings say, or as is known of the host; "as_sent" leaves it to the client. */
static enum answer_limit_key read_limit_key(struct setup *s, const struct yaml *y, const struct url *url)
{
    static const char *const words[] = { "as_sent", "max_tokens", "max_completion_tokens", NULL };
    char                     hint[DIAG_HINT_BYTES];
    struct slice             word = yaml_text(y, S(""), s->diag);
    for (unsigned i = 0; words[i]; i++) {
        if (slice_is(word, words[i]))
            return (enum answer_limit_key)i;
    }
    if (word.len)
        diag_error(s->diag, y->place, "limit_key cannot be \"%.*s\"%s", SLICE_ARG(word),
                   diag_hint(word, words, hint));
    for (size_t i = 0; !y && i < sizeof known_hosts / sizeof *known_hosts; i++) {
        if (slice_ends(slice_str(url->host), slice_str(known_hosts[i].host)))
            return known_hosts[i].key;
    }
    return LIMIT_AS_SENT;
}

/* breaker: off, or { failures: 5, within: 30s, rest: 10s } */
static struct breaker_rule read_breaker(struct setup *s, const struct yaml *y)
{
    enum { FAILURES = 5, FAILURES_MOST = 1000, WITHIN_MS = 30000, REST_MS = 10000, LEAST_MS = 100 };
    static const char *const keys[] = { "failures", "within", "rest", NULL };
    struct breaker_rule      rule = { FAILURES, WITHIN_MS, REST_MS };
    if (y && y->kind == YAML_SCALAR && slice_is(y->scalar, "off"))
        return (struct breaker_rule){ 0 };
    if (!y || !yaml_is_map(y, "breaker", s->diag))
        return rule;
    yaml_known_keys(y, keys, s->diag);
    rule.failures = (unsigned)yaml_int(yaml_get(y, "failures"), 1, FAILURES_MOST, FAILURES, s->diag);
    rule.within_ms = yaml_duration_ms(yaml_get(y, "within"), WITHIN_MS, s->diag);
    rule.rest_ms = yaml_duration_ms(yaml_get(y, "rest"), REST_MS, s->diag);
    if (rule.within_ms < LEAST_MS || rule.rest_ms < LEAST_MS)
        diag_error(s->diag, y->place, "within and rest must be %d ms at least", LEAST_MS);
    return rule;
}

/* start: [ollama, serve] */
static char *const *read_start(struct setup *s, const struct yaml *y, const struct provider *provider)
{
    char   **argv = arena_array(s->arena, yaml_count(y) + 1, sizeof *argv);
    unsigned count = 0;
    if (!yaml_is_list(y, "start", s->diag))
        return NULL;
    for (const struct yaml *word = y->child; word; word = word->next) {
        struct slice text = yaml_text(word, S(""), s->diag);
        argv[count++] = arena_cstr(s->arena, text);
    }
    if (count == 0)
        diag_error(s->diag, y->place, "start is the program and its arguments: [ollama, serve]");
    if (provider->url.host && !host_is_loopback(provider->url.host))
        diag_error(s->diag, y->place, "provider %s is on another machine; Weir starts what runs on this one",
                   provider->name);
    return argv;
}

/* A generator that Weir runs, or watches. */
static void read_generator(struct setup *s, const struct yaml *y, struct provider *provider)
{
    const struct yaml *health = yaml_get(y, "health"), *output = yaml_get(y, "output");
    const char        *file = setup_text(s, y, "output");
    provider->start = yaml_get(y, "start") ? read_start(s, yaml_get(y, "start"), provider) : NULL;
    provider->health = setup_text(s, y, "health");
    if (provider->health && provider->health[0] != '/')
        diag_error(s->diag, health->place, "health is a path, such as /health");
    if (!provider->health && provider->start)
        provider->health = provider->api->health;
    if (output && !provider->start)
        diag_error(s->diag, output->place, "output is for a provider with `start`");
    provider->output_file = file ? setup_path(s, file) : NULL;
}

static void read_provider(struct setup *s, const struct yaml *y, struct provider *provider)
{
    static const char *const keys[] = { "api",     "api_version", "url",     "zone",  "key",    "key_file",
                                        "ca_file", "limit_key",   "breaker", "start", "health", "output",
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
    provider->api = api_of_host(provider->api, &provider->url);

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
    read_generator(s, y, provider);
    provider->breaker = read_breaker(s, yaml_get(y, "breaker"));
    provider->limit_key = read_limit_key(s, yaml_get(y, "limit_key"), &provider->url);
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
