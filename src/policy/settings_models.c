/* settings_models.c - models with their prices, aliases. */
#include "settings_parts.h"

/* ---- providers ---- */

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
    for (const struct yaml *y = map->child; y; y = y->next) {
        if (is_ours(y->key))
            diag_error(s->diag, y->key_place, "\"%.*s\" means that the routes choose; no model can be named so",
                       SLICE_ARG(y->key));
        if (!yaml_get(y, "any"))
            read_model(s, y, list, &settings->model[settings->model_count++]);
    }
    if (settings->model_count == 0)
        diag_error(s->diag, map->place, "models names none");
    read_groups(s, map);
}

/* ---- aliases ---- */

static void read_alias(struct setup *s, const struct yaml *y)
{
    struct settings *settings = s->settings;
    struct slice     to = yaml_text(y, S(""), s->diag);
    const char     **names = settings_names(s->arena, settings);
    char             hint[DIAG_HINT_BYTES];
    bool             is_known = is_auto(to) || slice_starts(to, S("weir/")), is_taken = is_ours(y->key);
    for (unsigned i = 0; names[i]; i++) {
        is_known = is_known || slice_is(to, names[i]);
        is_taken = is_taken || slice_is(y->key, names[i]);
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
