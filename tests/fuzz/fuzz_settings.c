/* fuzz_settings.c - any bytes as weir.yaml: settings come out only without an error, and then they are whole.
 */
#include "policy/settings.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "providers:\n  near: { api: openai, url: http://127.0.0.1:11434/v1, zone: local }\n"
    "models: { small: { provider: near, model: m, price: { input: 1, output: 2 }, context: 5 } }\n"
    "aliases: { a: small, b: auto }\nlisten: [127.0.0.1:1, { address: \"[::1]:2\", certificate: c, key: k }]\n",
    "zones: [here, there]\nproviders: { p: { api: openai, url: https://h:1/p, zone: there, key: ${KEY}, idle: "
    "5s } }\n"
    "models: { m: { provider: p, model: x } }\nteams: { t: { keys: [key-of-team, \"sha256:00\"] }, u: { "
    "keys_file: f } }\n",
    "providers: { p: { api: openai, url: http://localhost, zone: local } }\nmodels: { m: { provider: p, model: "
    "x } }\n"
    "secret_file: f\nlimits: { head: 4k, inspect: 1s }\nlog: warn\nslm: { model: none, threads: 2 }\nprices: "
    "[f]\n",
    NULL,
};

static struct slice text_of_file;

static bool reader(struct arena *arena, const char *file, struct slice *text)
{
    (void)arena;
    *text = strcmp(file, "weir.yaml") == 0 ? text_of_file
                                           : S("models: { x: { price: { input: 1, output: 1 } } }\n");
    return true;
}

static const char *env(const char *name)
{
    return strcmp(name, "KEY") == 0 ? "value" : NULL;
}

static void look_whole(const struct settings *s)
{
    if (!s->listen_count || !s->provider_count || !s->model_count || !s->team_count || !s->zone_count)
        die("settings lack something");
    for (unsigned i = 0; i < s->model_count; i++) {
        if (!s->model[i].provider || !*s->model[i].sent_as || !s->model[i].provider->url.host ||
            s->model[i].provider->zone >= s->zone_count || !settings_model(s, slice_str(s->model[i].name)))
            die("a model lacks something");
    }
    if (settings_restart_key(s, s))
        die("settings differ from themselves");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag   diag;
    diag_init(&diag);
    text_of_file = slice_of((const char *)data, size);
    struct settings *settings = settings_read(arena, "weir.yaml", reader, env, &diag);
    if (!settings != (diag.errors > 0))
        die("settings and errors, or neither");
    if (settings)
        look_whole(settings);
    diag_fini(&diag);
    arena_free(&arena);
    return 0;
}
