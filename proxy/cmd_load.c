/* cmd_load.c - see cmd_load.h. */
#include "cmd_load.h"

#include "dice.h"
#include "files.h"
#include "master_key.h"

#include <stdio.h>
#include <unistd.h>

static bool told(struct loaded *l, const char *file, const struct fault *why)
{
    char message[512];
    fault_message(why, message, sizeof message);
    diag_error(&l->diag, (struct place){ file, 0, 0 }, "%s", why->detail[0] ? why->detail : message);
    return false;
}

static bool open_settings(struct loaded *l, const char *file)
{
    *l = (struct loaded){ .arena = arena_new() };
    diag_init(&l->diag);
    if (!file && access("weir.yaml", R_OK) == 0)
        file = "weir.yaml";
    l->settings = settings_read(l->arena, file, file_read, environment, &l->diag);
    return l->settings != NULL;
}

/* True where none is configured too. */
static bool open_model(struct loaded *l)
{
    struct fault why = { 0 };
    if (!l->settings->slm_folder)
        return true;
    l->slm = slm_open_in(l->settings->slm_folder, l->settings->slm_precision, &why);
    if (!l->slm)
        return told(l, l->settings->slm_folder, &why);
    l->worker = slm_worker_new(l->slm);
    return true;
}

static bool open_readers(struct loaded *l)
{
    struct fault why = { 0 };
    l->finder = policy_finder(l->policy, &why);
    if (!l->finder)
        return told(l, "the patterns", &why);
    l->scratch = finder_scratch_new(l->finder);
    l->inspector = (struct inspector){ .finder = l->finder, .scratch = l->scratch, .policy = l->policy };
    if (!open_model(l))
        return false;
    if (!l->slm)
        return true;
    if (!policy_heads_fit(l->policy, l->slm, &why))
        return told(l, l->settings->file, &why);
    policy_learn(l->policy, l->arena, l->worker);
    l->inspector.worker = l->worker;
    l->inspector.heads = policy_heads(l->policy);
    l->inspector.classes = policy_classes(l->policy);
    return true;
}

bool loaded_open_model(struct loaded *l, const char *file)
{
    return open_settings(l, file) && open_model(l);
}

bool loaded_open_policy(struct loaded *l, const char *file)
{
    if (!open_settings(l, file))
        return false;
    l->policy = policy_read(l->arena, l->settings, file_read, &l->diag);
    return l->policy != NULL;
}

bool loaded_open(struct loaded *l, const char *file)
{
    return loaded_open_policy(l, file) && open_readers(l);
}

void loaded_complain(const struct loaded *l)
{
    fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&l->diag.text)));
}

void loaded_close(struct loaded *l)
{
    slm_worker_free(&l->worker);
    slm_close(&l->slm);
    finder_scratch_free(&l->scratch);
    finder_free(&l->finder);
    diag_fini(&l->diag);
    arena_free(&l->arena);
}

bool loaded_has_model(const struct loaded *l, const char *command)
{
    if (!l->worker)
        fprintf(stderr, "weir %s needs a model on this machine; ./deploy/model fetches one\n", command);
    return l->worker != NULL;
}

const struct team *loaded_team(const struct loaded *l, const char *name)
{
    return name ? settings_team(l->settings, name) : &l->settings->team[0];
}

static struct vault_key master_of(const struct loaded *l)
{
    struct vault_key master = l->settings->master_key;
    bool has_key = l->settings->has_master_key || master_key_read(l->settings->state_folder, &master);
    if (!has_key)
        dice_bytes(master.bytes, sizeof master.bytes);
    return master;
}

void loaded_key(const struct loaded *l, const struct team *team, struct vault_key *out)
{
    struct vault_key master = master_of(l);
    vault_key_derive(&master, slice_str(team->name), out);
    explicit_bzero(&master, sizeof master);
}

void loaded_cache_secret(const struct loaded *l, struct cache_secret *out)
{
    struct vault_key master = master_of(l);
    cache_secret_derive(&master, out);
    explicit_bzero(&master, sizeof master);
}
