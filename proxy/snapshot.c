/* snapshot.c - see snapshot.h. */
#include "snapshot.h"

#include "base/die.h"
#include "base/hex.h"
#include "files.h"
#include "master_key.h"
#include "redis_url.h"
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

struct slm_share {
    atomic_uint        refs;
    char              *folder;
    enum slm_precision precision;
    struct slm        *slm;
};

enum { KEY_NAME_BYTES = 4 }; /* of the hash, in hexadecimal digits */

struct key_row {
    unsigned char           hash[32];
    char                    name[2 * KEY_NAME_BYTES + 1]; /* what payers are told apart by */
    const struct team      *team;
    const struct key_owner *owner;
};

/* ---- parts of a snapshot ---- */

static bool place_error(struct diag *diag, const struct settings *settings, const struct fault *why)
{
    struct place whole_file = { .file = settings->file ? settings->file : "settings" };
    diag_error(diag, whole_file, "%s", why->detail);
    return false;
}

static bool share_weights(struct snapshot *s, const struct snapshot *old, struct diag *diag)
{
    const char  *folder = s->settings->slm_folder;
    struct fault why = { 0 };
    if (!folder)
        return true;
    if (old && old->slm_share && strcmp(old->slm_share->folder, folder) == 0 &&
        old->slm_share->precision == s->settings->slm_precision) {
        s->slm_share = old->slm_share;
        atomic_fetch_add(&s->slm_share->refs, 1);
    } else {
        struct slm *slm = slm_open_in(folder, s->settings->slm_precision, &why);
        if (!slm)
            return place_error(diag, s->settings, &why);
        s->slm_share = must_calloc(1, sizeof *s->slm_share);
        atomic_init(&s->slm_share->refs, 1);
        s->slm_share->folder = die_if_null(strdup(folder));
        s->slm_share->precision = s->settings->slm_precision;
        s->slm_share->slm = slm;
    }
    s->slm = s->slm_share->slm;
    return true;
}

static void weights_unref(struct slm_share *share)
{
    if (share && atomic_fetch_sub(&share->refs, 1) == 1) {
        slm_close(&share->slm);
        free(share->folder);
        free(share);
    }
}

static bool heads_fit(struct snapshot *s, struct diag *diag)
{
    struct fault why = { 0 };
    return !s->slm || policy_heads_fit(s->policy, s->slm, &why) || place_error(diag, s->settings, &why);
}

/* The examples of the policies' classes are embedded here: before the snapshot is in force, off the loops. */
static void learn_classes(struct snapshot *s)
{
    struct slm_worker *worker = s->slm && policy_class_count(s->policy) ? slm_worker_new(s->slm) : NULL;
    if (worker)
        policy_learn(s->policy, s->arena, worker);
    slm_worker_free(&worker);
}

static bool make_tls(struct snapshot *s, struct diag *diag)
{
    const struct settings *settings = s->settings;
    struct fault           why = { 0 };
    bool                   ok = true;
    s->origin = arena_array(s->arena, settings->provider_count, sizeof *s->origin);
    for (unsigned i = 0; i < settings->provider_count; i++) {
        const struct provider *provider = &settings->provider[i];
        s->origin[i].provider = provider;
        if (provider->url.is_tls && !(s->origin[i].tls = tls_client_context(provider->ca_file, &why)))
            ok = place_error(diag, settings, &why);
    }
    s->webhook.provider = settings->alerts.webhook;
    if (s->webhook.provider && s->webhook.provider->url.is_tls &&
        !(s->webhook.tls = tls_client_context(s->webhook.provider->ca_file, &why)))
        ok = place_error(diag, settings, &why);
    s->listen_tls = arena_array(s->arena, settings->listen_count, sizeof(SSL_CTX *));
    for (unsigned i = 0; i < settings->listen_count; i++) {
        const struct listen *listen = &settings->listen[i];
        if (listen->certificate_file &&
            !(s->listen_tls[i] = tls_server_context(listen->certificate_file, listen->key_file, &why)))
            ok = place_error(diag, settings, &why);
    }
    const struct listen *admin = settings->admin;
    if (admin && admin->certificate_file &&
        !(s->admin_tls = tls_server_context(admin->certificate_file, admin->key_file, &why)))
        ok = place_error(diag, settings, &why);
    return ok;
}

static bool make_team_keys(struct snapshot *s, struct diag *diag)
{
    const struct settings *settings = s->settings;
    struct vault_key       master = settings->master_key;
    struct fault           why = { 0 };
    if (!settings->has_master_key && !master_key_own(settings->state_folder, &master, &why))
        return place_error(diag, settings, &why);
    s->team_key = arena_array(s->arena, settings->team_count, sizeof *s->team_key);
    cache_secret_derive(&master, &s->cache_secret);
    for (unsigned i = 0; i < settings->team_count; i++)
        vault_key_derive(&master, slice_str(settings->team[i].name), &s->team_key[i]);
    key_ring_make(&master, &s->key_ring);
    explicit_bzero(&master, sizeof master);
    return true;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, sizeof((struct key_row *)0)->hash);
}

static void make_key_rows(struct snapshot *s)
{
    const struct settings *settings = s->settings;
    for (unsigned t = 0; t < settings->team_count; t++)
        s->key_count += settings->team[t].key_count;
    s->key_row = arena_array(s->arena, s->key_count, sizeof *s->key_row);
    struct key_row *row = s->key_row;
    for (unsigned t = 0; t < settings->team_count; t++)
        for (unsigned k = 0; k < settings->team[t].key_count; k++, row++) {
            memcpy(row->hash, settings->team[t].key_hash[k], sizeof row->hash);
            hex_write(row->hash, KEY_NAME_BYTES, row->name);
            row->team = &settings->team[t];
            row->owner = &settings->team[t].key_owner[k];
        }
    qsort(s->key_row, s->key_count, sizeof *s->key_row, by_hash);
}

static bool is_this_machine(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return strcmp(host, "::1") == 0 || strcasecmp(host, "localhost") == 0;
}

/* A store on this machine is as near as the process; another is "trusted" at best. */
static unsigned store_zone(const struct settings *settings)
{
    struct redis_url url;
    struct fault     why;
    if (!settings->redis_url)
        return 0;
    bool is_near = redis_url_parse(settings->redis_url, &url, &why) &&
                   (url.kind == REDIS_URL_UNIX || is_this_machine(url.host));
    explicit_bzero(&url, sizeof url);
    return is_near || settings->zone_count < 2 ? 0 : 1;
}

/* ---- a snapshot's life ---- */

static atomic_uint_fast64_t generations; /* # snapshots begun */

struct snapshot *snapshot_load(const char *file, const struct snapshot *old, struct diag *diag)
{
    struct arena    *arena = arena_new();
    struct snapshot *s = must_calloc(1, sizeof *s);
    struct fault     why = { 0 };
    atomic_init(&s->refs, 1);
    s->generation = atomic_fetch_add(&generations, 1);
    s->arena = arena;
    s->settings = settings_read(arena, file, file_read, environment, diag);
    if (!s->settings || !(s->policy = policy_read(arena, s->settings, file_read, diag)))
        goto failed;
    s->needs = policy_needs(s->policy);
    s->needs.view = s->settings->records_file != NULL;
    s->finder = policy_finder(s->policy, &why);
    if (!s->finder) {
        place_error(diag, s->settings, &why);
        goto failed;
    }
    bool has_weights = share_weights(s, old, diag) && heads_fit(s, diag);
    bool has_tls = make_tls(s, diag);
    bool has_keys = make_team_keys(s, diag);
    if (!has_weights || !has_tls || !has_keys)
        goto failed;
    learn_classes(s);
    make_key_rows(s);
    s->redis_zone = store_zone(s->settings);
    return s;
failed:
    snapshot_unref(&s);
    return NULL;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void snapshot_unref(struct snapshot **handle)
{
    struct snapshot *s = *handle;
    *handle = NULL;
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    for (unsigned i = 0; s->origin && i < s->settings->provider_count; i++)
        tls_context_free(&s->origin[i].tls);
    tls_context_free(&s->webhook.tls);
    for (unsigned i = 0; s->listen_tls && i < s->settings->listen_count; i++)
        tls_context_free(&s->listen_tls[i]);
    tls_context_free(&s->admin_tls);
    finder_free(&s->finder);
    weights_unref(s->slm_share);
    explicit_bzero(&s->cache_secret, sizeof s->cache_secret);
    if (s->team_key)
        explicit_bzero(s->team_key, s->settings->team_count * sizeof *s->team_key);
    explicit_bzero(&s->key_ring, sizeof s->key_ring);
    arena_free(&s->arena);
    free(s);
}

const struct origin *snapshot_origin(const struct snapshot *s, const struct provider *provider)
{
    return &s->origin[provider - s->settings->provider];
}

const struct vault_key *snapshot_team_key(const struct snapshot *s, const struct team *team)
{
    return &s->team_key[team - s->settings->team];
}

static const struct key_row *find_key(const struct snapshot *s, struct slice api_key)
{
    struct key_row wanted = { .team = NULL };
    SHA256((const unsigned char *)api_key.ptr, api_key.len, wanted.hash);
    return bsearch(&wanted, s->key_row, s->key_count, sizeof wanted, by_hash);
}

static void add_tag(struct payer *payer, const char *tag)
{
    for (unsigned i = 0; i < payer->tags; i++)
        if (strcmp(payer->tag[i], tag) == 0)
            return;
    if (payer->tags < TAGS_MOST)
        payer->tag[payer->tags++] = tag;
}

const struct team *snapshot_payer(const struct snapshot *s, struct slice api_key, struct payer *out,
                                  const struct key_owner **owner)
{
    const struct key_row *row = s->settings->has_keys ? find_key(s, api_key) : NULL;
    const struct team    *team = row ? row->team : s->settings->has_keys ? NULL : &s->settings->team[0];
    *out = (struct payer){ .team = team ? team->name : "", .key = "", .user = "" };
    *owner = row ? row->owner : NULL;
    if (!row)
        return team;
    out->key = row->name;
    out->user = row->owner->user;
    for (unsigned i = 0; i < row->owner->tags; i++)
        add_tag(out, row->owner->tag[i]);
    return team;
}

static bool is_tag(struct slice word)
{
    enum { TAG_MOST_BYTES = 64 };
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_word && c != '_' && c != '-' && c != '.')
            return false;
    }
    return word.len > 0 && word.len <= TAG_MOST_BYTES;
}

void payer_add_tags(struct payer *payer, struct slice header, struct arena *arena)
{
    while (header.len) {
        size_t       comma = slice_find_byte(header, ',');
        struct slice word = slice_trim(slice_cut(header, 0, comma));
        header = comma == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(header, comma + 1, header.len);
        if (is_tag(word))
            add_tag(payer, arena_cstr(arena, word));
    }
}
