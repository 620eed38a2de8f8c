/*
 * settings.c - weir.yaml, read from the top; the parts are in settings_models.c and settings_teams.c.
 *
 * A first run without a file goes the same way, from a text that stands below.
 */
#include "settings_parts.h"

#include <stdio.h>

static const char *const top_keys[] = { "listen",      "cors",     "loops",  "zones",  "providers", "models",
                                        "aliases",     "slm",      "redis",  "state",  "teams",     "secret",
                                        "secret_file", "policies", "prices", "limits", "budgets",   "log",
                                        "audit",       "records",  "admin",  "store",  "spending",  "alerts",
                                        "cache",       "keys",     NULL };

static const char first_run[] =
    "providers:\n"
    "  ollama: { api: openai, url: http://127.0.0.1:11434/v1, zone: local, limit_key: max_tokens }\n"
    "models:\n"
    "  small: { provider: ollama, model: qwen3:1.7b }\n"
    "aliases: { large: small }\n";

static const char first_run_with_openai[] =
    "providers:\n"
    "  ollama: { api: openai, url: http://127.0.0.1:11434/v1, zone: local, limit_key: max_tokens }\n"
    "  openai: { api: openai, url: https://api.openai.com/v1, zone: cloud, key: ${OPENAI_API_KEY} }\n"
    "models:\n"
    "  small: { provider: ollama, model: qwen3:1.7b }\n"
    "  large: { provider: openai, model: gpt-5-mini }\n";

/* Where a package puts the model that deploy/model fetches into the working directory. */
static const char *const slm_folders[] = { "models/all-MiniLM-L6-v2",
                                           "/usr/share/weir/models/all-MiniLM-L6-v2" };

/* ---- what the parts share ---- */

const char *setup_text(struct setup *s, const struct yaml *map, const char *key)
{
    const struct yaml *y = yaml_get(map, key);
    bool               is_left_empty = y && y->is_secret && y->scalar.len == 0; /* ${X:-} says "none" */
    struct slice       text = is_left_empty ? S("") : yaml_text(y, S(""), s->diag);
    return text.len ? arena_cstr(s->arena, text) : NULL;
}

const char *setup_needed(struct setup *s, const struct yaml *map, const char *key, const char *whose)
{
    const struct yaml *y = yaml_get(map, key);
    const char        *text = setup_text(s, map, key);
    bool               is_told = y && (y->is_broken || !y->is_secret);
    if (!text && !is_told)
        diag_error(s->diag, y ? y->place : map->place, "%s needs a value for `%s`", whose, key);
    return text;
}

const char *setup_path(struct setup *s, const char *path)
{
    if (path[0] == '/' || slice_starts(slice_str(path), S("builtin:")))
        return path;
    return arena_printf(s->arena, "%.*s%s", SLICE_ARG(s->folder), path);
}

struct slice setup_secret_file(struct setup *s, const struct yaml *map, const char *key)
{
    struct slice text = S("");
    const char  *file = setup_text(s, map, key);
    if (file && !s->reader(s->arena, setup_path(s, file), &text))
        diag_error(s->diag, yaml_get(map, key)->place, "the file %s cannot be read", setup_path(s, file));
    return slice_trim(text);
}

unsigned yaml_count(const struct yaml *y)
{
    unsigned count = 0;
    for (y = y ? y->child : NULL; y; y = y->next)
        count++;
    return count;
}

bool policy_file_text(struct arena *arena, settings_file_reader *reader, const char *path, struct slice *text)
{
    struct slice name = slice_str(path);
    if (!slice_starts(name, S("builtin:")))
        return reader(arena, path, text);
    *text = embedded_policy(path + strlen("builtin:"));
    return text->ptr != NULL;
}

/* ---- numbers ---- */

enum number_kind { COUNT, BYTES, DURATION_MS };

static void tell_range(struct setup *s, const struct yaml *y, enum number_kind kind, int64_t least,
                       int64_t most)
{
    const char *unit = kind == BYTES ? " bytes" : kind == DURATION_MS ? " ms" : "";
    diag_error(s->diag, y->place, "%.*s must be from %lld to %lld%s", SLICE_ARG(y->key), (long long)least,
               (long long)most, unit);
}

static int64_t read_number(struct setup *s, const struct yaml *y, enum number_kind kind, int64_t least,
                           int64_t most, int64_t fallback)
{
    int64_t value = fallback;
    switch (kind) {
    case COUNT:
        return yaml_int(y, least, most, fallback, s->diag);
    case BYTES:
        value = yaml_bytes(y, fallback, s->diag);
        break;
    case DURATION_MS:
        value = yaml_duration_ms(y, fallback, s->diag);
        break;
    }
    if (value >= least && value <= most)
        return value;
    tell_range(s, y, kind, least, most);
    return fallback;
}

enum { OTHERS_MOST = 4 };

/* The keys of a section: at most OTHERS_MOST others, and those that the table has for it. */
static void check_section(struct setup *s, const char *section, const char *const *others)
{
    static const struct {
        const char *section, *key;
    } rows[] = {
#define SETTING(section, key, kind, field, least, most, fallback, restart, about) { section, key },
#include "tables/settings.h"
#undef SETTING
    };
    const char        *known[sizeof rows / sizeof *rows + OTHERS_MOST + 1] = { NULL };
    unsigned           count = 0;
    const struct yaml *y = yaml_get(s->root, section);
    for (; *others; others++)
        known[count++] = *others;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].section, section) == 0)
            known[count++] = rows[i].key;
    }
    if (yaml_is_map(y, section, s->diag))
        yaml_known_keys(y, known, s->diag);
}

static void read_numbers(struct setup *s)
{
    static const char *const        slm[] = { "model", "precision", "heads", "drafts", NULL },
                             *const redis[] = { "url", NULL }, *const file[] = { "file", NULL },
                             *const baseline[] = { "baseline", NULL },
                             *const alerts[] = { "webhook", "secret", "secret_file", "ca_file", NULL },
                             *const budgets[] = { "redis_away", "unknown_price", "input_bound", NULL },
                             *const store[] = { "account", NULL };
    check_section(s, "slm", slm);
    check_section(s, "redis", redis);
    check_section(s, "limits", redis + 1);
    check_section(s, "keys", redis + 1);
    check_section(s, "records", file);
    check_section(s, "store", store);
    check_section(s, "spending", baseline);
    check_section(s, "alerts", alerts);
    check_section(s, "cache", redis + 1);
    check_section(s, "budgets", budgets);
#define SETTING(section, key, kind, field, least, most, fallback, restart, about)                              \
    s->settings->field = (__typeof__(s->settings->field))read_number(                                          \
        s, yaml_get(*section ? yaml_get(s->root, section) : s->root, key), kind, least, most, fallback);
#include "tables/settings.h"
#undef SETTING
}

/* ---- files and places ---- */

/* A list of file names under a key of `map`, after `first` where that is given. */
static const char **read_files(struct setup *s, const struct yaml *map, const char *key, const char *first,
                               unsigned *count)
{
    const struct yaml *list = yaml_get(map, key);
    const char       **file = arena_array(s->arena, yaml_count(list) + 1, sizeof *file);
    *count = 0;
    if (first)
        file[(*count)++] = first;
    if (!yaml_is_list(list, key, s->diag))
        return file;
    for (const struct yaml *y = list->child; y; y = y->next) {
        struct slice name = yaml_text(y, S(""), s->diag);
        if (name.len)
            file[(*count)++] = setup_path(s, arena_cstr(s->arena, name));
    }
    return file;
}

static bool has_model(struct setup *s, const char *folder)
{
    struct slice text;
    return s->reader(s->arena, arena_printf(s->arena, "%s/config.json", folder), &text);
}

/* `model: none` turns it off; without a word, the usual places are looked into. */
static const char *find_slm_folder(struct setup *s)
{
    const struct yaml *slm = yaml_get(s->root, "slm");
    const char        *asked = setup_text(s, slm, "model");
    if (asked && strcmp(asked, "none") == 0)
        return NULL;
    if (asked) {
        const char *beside = setup_path(s, asked);
        if (has_model(s, beside) || has_model(s, asked))
            return has_model(s, beside) ? beside : asked;
        diag_error(s->diag, yaml_get(slm, "model")->place, "no model is in %s; ./deploy/model fetches one",
                   asked);
        return NULL;
    }
    for (size_t i = 0; i < sizeof slm_folders / sizeof *slm_folders; i++) {
        const char *beside = setup_path(s, slm_folders[i]);
        if (has_model(s, beside))
            return beside;
        if (has_model(s, slm_folders[i]))
            return slm_folders[i];
    }
    return NULL;
}

/* As systemd gives it, else the XDG base directory specification's place. */
static const char *find_state_folder(struct setup *s)
{
    const char *asked = setup_text(s, s->root, "state");
    if (asked)
        return setup_path(s, asked);
    const char *folder = s->env("STATE_DIRECTORY");
    if (folder && *folder)
        return arena_cstr(s->arena, slice_str(folder));
    folder = s->env("XDG_STATE_HOME");
    if (folder && *folder)
        return arena_printf(s->arena, "%s/weir", folder);
    folder = s->env("HOME");
    return folder && *folder ? arena_printf(s->arena, "%s/.local/state/weir", folder) : "weir-state";
}

/* One of a few words; the first is the default. */
static unsigned read_word(struct setup *s, const struct yaml *y, const char *const *words)
{
    struct slice text = yaml_text(y, slice_str(words[0]), s->diag);
    char         hint[DIAG_HINT_BYTES];
    for (unsigned i = 0; words[i]; i++) {
        if (slice_is(text, words[i]))
            return i;
    }
    struct buf all;
    buf_init(&all, 256);
    for (unsigned i = 0; words[i]; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
    diag_error(s->diag, y->place, "\"%.*s\" is none of %.*s%s", SLICE_ARG(text), SLICE_ARG(buf_slice(&all)),
               diag_hint(text, words, hint));
    buf_fini(&all);
    return 0;
}

static void read_words(struct setup *s)
{
    static const char *const        levels[] = { "info", "debug", "warn", "error", NULL };
    static const enum log_level     level_of[] = { LOG_INFO, LOG_DEBUG, LOG_WARN, LOG_ERROR };
    static const char *const        precisions[] = { "fastest", "int8", "fp32", NULL };
    static const enum slm_precision precision_of[] = { SLM_FASTEST, SLM_INT8, SLM_FP32 };
    s->settings->slm_precision =
        precision_of[read_word(s, yaml_get(yaml_get(s->root, "slm"), "precision"), precisions)];
    s->settings->log_level = level_of[read_word(s, yaml_get(s->root, "log"), levels)];
}

/* redis_away: refuse, or allow, which is a dollar, or allow: { usd: 0.5 } */
static void read_budgets(struct setup *s)
{
    static const char *const words[] = { "refuse", "allow", NULL }, *const away_keys[] = { "allow", NULL },
                             *const allow_keys[] = { "usd", NULL },
                             *const bounds[] = { "learned", "bytes", NULL };
    const int64_t                   a_dollar = 1000000000;
    const struct yaml *budgets = yaml_get(s->root, "budgets"), *away = yaml_get(budgets, "redis_away");
    if (budgets && budgets->kind != YAML_MAP)
        return; /* told already */
    read_price(s, yaml_get(budgets, "unknown_price"), &s->settings->unknown_price);
    s->settings->input_is_learned = read_word(s, yaml_get(budgets, "input_bound"), bounds) == 0;
    if (!away || away->kind != YAML_MAP) {
        s->settings->ledger_allow_nanousd = read_word(s, away, words) == 1 ? a_dollar : 0;
        return;
    }
    const struct yaml *allow = yaml_get(away, "allow");
    yaml_known_keys(away, away_keys, s->diag);
    if (!yaml_is_map(allow, "allow", s->diag))
        return;
    yaml_known_keys(allow, allow_keys, s->diag);
    s->settings->ledger_allow_nanousd = yaml_nanousd(yaml_get(allow, "usd"), a_dollar, s->diag);
}

static void read_redis_url(struct setup *s)
{
    const struct yaml        *redis = yaml_get(s->root, "redis");
    const char               *url = setup_text(s, redis, "url");
    struct slice              text = slice_str(url);
    static const struct slice schemes[] = { SLICE("redis://"), SLICE("rediss://"), SLICE("unix://"),
                                            SLICE("redis+sentinel://"), SLICE("rediss+sentinel://") };
    bool                      is_known = !url;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        is_known = is_known || slice_starts(text, schemes[i]);
    if (!is_known)
        diag_error(s->diag, yaml_get(redis, "url")->place,
                   "a Redis URL begins with redis://, rediss://, unix://, redis+sentinel:// or "
                   "rediss+sentinel://");
    s->settings->redis_url = url;
}

/* `records: { file: … }`; `most` is a number like others. */
static void read_records(struct setup *s)
{
    const struct yaml *records = yaml_get(s->root, "records");
    const char        *file = setup_text(s, records, "file");
    if (records && records->kind == YAML_MAP && !yaml_get(records, "file"))
        diag_error(s->diag, records->place, "records needs `file`: where they are kept");
    s->settings->records_file = file ? setup_path(s, file) : NULL;
}

static void read_audit(struct setup *s)
{
    static const char *const keys[] = { "file", NULL };
    const struct yaml       *audit = yaml_get(s->root, "audit");
    if (yaml_is_map(audit, "audit", s->diag))
        yaml_known_keys(audit, keys, s->diag);
    const char *file = setup_text(s, audit, "file");
    s->settings->audit_file = file ? setup_path(s, file) : NULL;
}

/* ---- the whole ---- */

static struct settings *read_all(struct setup *s)
{
    struct settings *settings = s->settings;
    if (!yaml_is_map(s->root, "a settings file", s->diag))
        return NULL;
    yaml_known_keys(s->root, top_keys, s->diag);
    settings->price_file = read_files(s, s->root, "prices", "builtin:prices.yaml", &settings->price_count);
    settings->policy_file =
        read_files(s, s->root, "policies", yaml_get(s->root, "policies") ? NULL : "builtin:default.yaml",
                   &settings->policy_count);
    settings->head_file = read_files(s, yaml_get(s->root, "slm"), "heads", NULL, &settings->head_count);
    const char *draft_head = setup_text(s, yaml_get(s->root, "slm"), "drafts");
    settings->draft_head_file = draft_head ? setup_path(s, draft_head) : NULL;
    read_numbers(s);
    read_words(s);
    read_budgets(s);
    read_listeners(s);
    read_cors(s);
    read_zones(s);
    read_providers(s);
    settings->slm_folder = find_slm_folder(s);
    read_models(s);
    read_aliases(s);
    read_spending(s);
    read_alerts(s);
    read_teams(s);
    read_account(s);
    read_master_key(s);
    read_redis_url(s);
    read_audit(s);
    read_admin(s);
    read_records(s);
    settings->state_folder = find_state_folder(s);
    return s->diag->errors ? NULL : settings;
}

static const char *first_run_text(yaml_env *env)
{
    const char *key = env("OPENAI_API_KEY");
    return key && *key ? first_run_with_openai : first_run;
}

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

struct settings *settings_read(struct arena *arena, const char *file, settings_file_reader *reader,
                               yaml_env *env, struct diag *diag)
{
    struct setup s = { .arena = arena, .reader = reader, .env = env ? env : no_env, .diag = diag };
    struct slice text;
    const char  *name = file ? file : "the built-in settings";
    s.settings = arena_alloc(arena, sizeof *s.settings);
    s.settings->file = file ? arena_cstr(arena, slice_str(file)) : NULL;
    if (!file) {
        text = slice_str(first_run_text(s.env));
    } else if (!reader(arena, file, &text)) {
        diag_error(diag, (struct place){ name, 0, 0 }, "the settings file cannot be read");
        return NULL;
    }
    const char *last_slash = file ? strrchr(file, '/') : NULL;
    if (last_slash)
        s.folder = slice_of(s.settings->file, (size_t)(last_slash - file) + 1);
    s.root = yaml_read(arena, file ? s.settings->file : name, text, s.env, diag);
    return s.root ? read_all(&s) : NULL;
}

/* ---- reloading ---- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_listener(const struct listen *a, const struct listen *b)
{
    return a == b || (a && b && same(a->host, b->host) && a->port == b->port);
}

static bool same_listeners(const struct settings *a, const struct settings *b)
{
    bool ok = a->listen_count == b->listen_count;
    for (unsigned i = 0; ok && i < a->listen_count; i++)
        ok = same_listener(&a->listen[i], &b->listen[i]);
    return ok;
}

/* What runs which provider, and where it writes. */
static bool same_generators(const struct settings *a, const struct settings *b)
{
    bool ok = a->provider_count == b->provider_count;
    for (unsigned i = 0; ok && i < a->provider_count; i++) {
        char *const *one = a->provider[i].start, *const *other = b->provider[i].start;
        ok = same(a->provider[i].output_file, b->provider[i].output_file) && !one == !other;
        for (unsigned w = 0; ok && one && (one[w] || other[w]); w++)
            ok = same(one[w], other[w]);
    }
    return ok;
}

const struct team *settings_team(const struct settings *settings, const char *name)
{
    for (unsigned i = 0; i < settings->team_count; i++)
        if (strcmp(settings->team[i].name, name) == 0)
            return &settings->team[i];
    return NULL;
}

const char *settings_restart_key(const struct settings *running, const struct settings *wanted)
{
    if (!same_listeners(running, wanted))
        return "listen";
    if (!same_listener(running->admin, wanted->admin))
        return "admin";
    if (!same(running->redis_url, wanted->redis_url))
        return "redis.url";
    if (!same(running->state_folder, wanted->state_folder))
        return "state";
    if (!same(running->audit_file, wanted->audit_file))
        return "audit";
    if (!same(running->records_file, wanted->records_file))
        return "records";
    if (!same_generators(running, wanted))
        return "providers.start";
#define SETTING(section, key, kind, field, least, most, fallback, restart, about)                              \
    if (restart && running->field != wanted->field)                                                            \
        return *section ? section "." key : key;
#include "tables/settings.h"
#undef SETTING
    return NULL;
}
