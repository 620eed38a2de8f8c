/* settings_teams.c - who may ask: teams and their keys, kept as hashes; and the master key of the vaults. */
#include "settings_parts.h"

#include "base/hex.h"

#include <openssl/sha.h>

enum { KEY_LEAST_BYTES = 8, SECRET_LEAST_BYTES = 16 };

/* ---- keys ---- */

static bool is_taken(const struct settings *settings, const unsigned char hash[32])
{
    for (unsigned t = 0; t < settings->team_count; t++) {
        for (unsigned k = 0; k < settings->team[t].key_count; k++) {
            if (memcmp(settings->team[t].key_hash[k], hash, 32) == 0)
                return true;
        }
    }
    return false;
}

bool setup_key_hash(struct setup *s, struct slice key, size_t least_bytes, const char *whose, struct place at,
                    unsigned char out[32])
{
    static const struct slice prefix = SLICE("sha256:");
    if (slice_starts(key, prefix)) {
        if (hex_read(slice_cut(key, prefix.len, key.len), out, 32))
            return true;
        diag_error(s->diag, at, "after sha256: come 64 hexadecimal digits");
        return false;
    }
    SHA256((const unsigned char *)key.ptr, key.len, out);
    if (key.len < least_bytes)
        diag_error(s->diag, at, "%s is shorter than %zu characters", whose, least_bytes);
    return key.len >= least_bytes;
}

/* The team's array has room. */
static void add_key(struct setup *s, struct team *team, struct slice key, struct key_owner owner,
                    struct place at)
{
    unsigned char *hash = team->key_hash[team->key_count];
    const char    *whose = arena_printf(s->arena, "a key of team %s", team->name);
    if (!setup_key_hash(s, key, KEY_LEAST_BYTES, whose, at, hash))
        return;
    if (is_taken(s->settings, hash))
        diag_error(s->diag, at, "a key of team %s is given twice: it must say whose request it is", team->name);
    else
        team->key_owner[team->key_count++] = owner;
}

static size_t count_lines(struct slice text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

/* A key a line; blank lines and those that begin with # are passed over. */
static void add_key_lines(struct setup *s, struct team *team, struct slice text, struct place at)
{
    while (text.len) {
        struct slice line = slice_cut(text, 0, slice_find_byte(text, '\n'));
        text = slice_cut(text, line.len + 1, text.len);
        line = slice_trim(line);
        if (line.len && line.ptr[0] != '#')
            add_key(s, team, line, (struct key_owner){ .user = "" }, at);
    }
}

struct tag_list {
    struct setup     *setup;
    struct key_owner *owner;
};

static void add_tag(const struct yaml *y, void *arg)
{
    struct tag_list  *list = arg;
    struct key_owner *owner = list->owner;
    struct slice      tag = yaml_text(y, S(""), list->setup->diag);
    if (tag.len && owner->tags == TAGS_MOST)
        diag_error(list->setup->diag, y->place, "a key has at most %d tags", TAGS_MOST);
    else if (tag.len)
        owner->tag[owner->tags++] = arena_cstr(list->setup->arena, tag);
}

/* A key as it stands, or { key: …, user: ann, tags: [batch] }. */
static void read_key(struct setup *s, const struct yaml *y, struct team *team)
{
    static const char *const known[] = { "key", "user", "tags", "models", "routes", "zones", "reach", NULL };
    struct key_owner         owner = { .user = "" };
    struct tag_list          tags = { s, &owner };
    const struct yaml       *key = y;
    if (y->kind == YAML_MAP) {
        yaml_known_keys(y, known, s->diag);
        key = yaml_get(y, "key");
        if (!key)
            diag_error(s->diag, y->place, "a key of team %s is a text, or a map with `key`", team->name);
        const char *user = setup_text(s, y, "user");
        owner.user = user ? user : "";
        read_grant(s, y, &owner.grant);
        if (yaml_get(y, "tags"))
            yaml_each(yaml_get(y, "tags"), add_tag, &tags);
    }
    struct slice text = yaml_text(key, S(""), s->diag);
    if (key && text.len)
        add_key(s, team, text, owner, key->place);
}

static void read_team(struct setup *s, const struct yaml *y, struct team *team)
{
    static const char *const known[] = { "keys",  "keys_file", "requests_a_minute", "models", "routes", "zones",
                                         "reach", NULL };
    team->name = arena_cstr(s->arena, y->key);
    team->place = y->place;
    if (!yaml_is_map(y, arena_printf(s->arena, "team %s", team->name), s->diag))
        return;
    yaml_known_keys(y, known, s->diag);
    read_grant(s, y, &team->grant);
    team->requests_a_minute = yaml_int(yaml_get(y, "requests_a_minute"), 0, 1000000, 0, s->diag);
    const struct yaml *keys = yaml_get(y, "keys"), *file = yaml_get(y, "keys_file");
    struct slice       lines = setup_secret_file(s, y, "keys_file");
    size_t             most = yaml_count(keys) + count_lines(lines);
    team->key_hash = arena_array(s->arena, most, sizeof *team->key_hash);
    team->key_owner = arena_array(s->arena, most, sizeof *team->key_owner);
    if (yaml_is_list(keys, "keys", s->diag)) {
        for (const struct yaml *key = keys->child; key; key = key->next)
            read_key(s, key, team);
    }
    if (file)
        add_key_lines(s, team, lines, file->place);
}

/* Without keys, whoever reaches a listener may spend: so none may be reached from outside. */
static void refuse_open_doors(struct setup *s)
{
    for (unsigned i = 0; i < s->settings->listen_count; i++) {
        const struct listen *listen = &s->settings->listen[i];
        if (!host_is_loopback(listen->host))
            diag_error(s->diag, listen->place,
                       "%s can be reached from outside, and there are no `teams` with keys: name teams, or "
                       "listen on 127.0.0.1",
                       listen->host);
    }
}

void read_teams(struct setup *s)
{
    struct settings   *settings = s->settings;
    const struct yaml *map = yaml_get(s->root, "teams");
    settings->team = arena_array(s->arena, yaml_count(map) + 1, sizeof *settings->team);
    if (!map) {
        settings->team[0].name = "default";
        settings->team_count = 1;
        refuse_open_doors(s);
        return;
    }
    settings->has_keys = true;
    if (!yaml_is_map(map, "teams", s->diag))
        return;
    for (const struct yaml *y = map->child; y; y = y->next) {
        struct team *team = &settings->team[settings->team_count++];
        read_team(s, y, team);
    }
    if (settings->team_count == 0)
        diag_error(s->diag, map->place,
                   "teams names none; left out, everyone on this machine is the team `default`");
}

/* ---- the master key ---- */

void read_master_key(struct setup *s)
{
    const struct yaml *inline_key = yaml_get(s->root, "secret"), *file = yaml_get(s->root, "secret_file");
    struct slice       secret = slice_str(setup_text(s, s->root, "secret"));
    struct settings   *settings = s->settings;
    if (inline_key && file)
        diag_error(s->diag, file->place, "both `secret` and `secret_file` are given");
    if (secret.len == 0)
        secret = setup_secret_file(s, s->root, "secret_file");
    if (secret.len == 0)
        return;
    if (secret.len < SECRET_LEAST_BYTES) {
        diag_error(s->diag, (inline_key ? inline_key : file)->place,
                   "the secret is shorter than %d characters; `openssl rand -hex 32` makes a good one",
                   SECRET_LEAST_BYTES);
        return;
    }
    settings->has_master_key = true;
    if (!hex_read(secret, settings->master_key.bytes, sizeof settings->master_key.bytes))
        SHA256((const unsigned char *)secret.ptr, secret.len, settings->master_key.bytes);
}
