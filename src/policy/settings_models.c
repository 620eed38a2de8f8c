/* settings_models.c - models, aliases. */
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

static bool is_openai(const struct provider *p)
{
    return p->api && strcmp(p->api->word, "openai") == 0; /* NULL: its word was wrong, and told */
}

/* `store: { account: NAME }`; where there is one user, by itself the farthest provider that has such accounts.
 */
void read_account(struct setup *s)
{
    struct settings   *settings = s->settings;
    const struct yaml *y = yaml_get(yaml_get(s->root, "store"), "account");
    const char        *name = y ? setup_text(s, yaml_get(s->root, "store"), "account") : NULL;
    if (name)
        settings->account = provider_find(s, y, slice_str(name));
    if (y && settings->account && !is_openai(settings->account))
        diag_error(s->diag, y->place, "`account` must name a provider that speaks `api: openai`");
    for (unsigned i = 0; !y && !settings->has_keys && i < settings->provider_count; i++) {
        const struct provider *p = &settings->provider[i];
        if (is_openai(p) && (!settings->account || p->zone > settings->account->zone))
            settings->account = p;
    }
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

static void read_model(struct setup *s, const struct yaml *y, struct model *model)
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
    read_model_price(s, y, model);
}

void read_models(struct setup *s)
{
    struct settings   *settings = s->settings;
    const struct yaml *map = yaml_get(s->root, "models");
    read_price_lists(s);
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
            read_model(s, y, &settings->model[settings->model_count++]);
    }
    if (settings->model_count == 0)
        diag_error(s->diag, map->place, "models names none");
    read_groups(s, map);
}

/* ---- aliases ---- */

bool settings_is_encoder(const struct settings *settings, struct slice name)
{
    struct slice folder = slice_str(settings->slm_folder);
    while (slice_ends(folder, S("/")))
        folder.len--;
    if (!folder.ptr || !name.len || !slice_ends(folder, name))
        return false;
    return folder.len == name.len || folder.ptr[folder.len - name.len - 1] == '/';
}

static void read_alias(struct setup *s, const struct yaml *y)
{
    struct settings *settings = s->settings;
    struct slice     to = yaml_text(y, S(""), s->diag);
    const char     **names = settings_names(s->arena, settings);
    char             hint[DIAG_HINT_BYTES];
    bool is_known = is_auto(to) || slice_starts(to, S("weir/")) || settings_is_encoder(settings, to);
    bool is_taken = is_ours(y->key);
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
