/* settings_admin.c - the admin API: where it listens, and its own key. */
#include "settings_parts.h"

enum { KEY_LEAST_BYTES = 16 };

static bool read_key(struct setup *s, const struct yaml *map)
{
    const struct yaml *key = yaml_get(map, "key"), *file = yaml_get(map, "key_file");
    struct slice       text = slice_str(setup_text(s, map, "key"));
    if (key && file)
        diag_error(s->diag, file->place, "both `key` and `key_file` are given");
    if (text.len == 0)
        text = setup_secret_file(s, map, "key_file");
    if (text.len)
        return setup_key_hash(s, text, KEY_LEAST_BYTES, "the admin API's key", (key ? key : file)->place,
                              s->settings->admin_key_hash);
    diag_error(s->diag, map->place,
               "admin needs a `key`, or a `key_file`; `openssl rand -hex 32` makes a good one");
    return false;
}

/* Whoever hears the key governs all that is spent. */
static void refuse_open_door(struct setup *s, const struct yaml *map, const struct listen *listen)
{
    bool is_plain = !listen->certificate_file && !host_is_loopback(listen->host);
    if (is_plain && !yaml_bool(yaml_get(map, "without_tls"), false, s->diag))
        diag_error(s->diag, listen->place,
                   "%s can be reached from outside, where the admin API's key could be overheard: give a "
                   "`certificate` and its `certificate_key`, listen on 127.0.0.1, or say `without_tls: true` "
                   "where something else encrypts the way",
                   listen->host);
}

void read_admin(struct setup *s)
{
    static const char *const known[] = { "address",         "key",         "key_file", "certificate",
                                         "certificate_key", "without_tls", NULL };
    const struct yaml       *map = yaml_get(s->root, "admin"), *address = yaml_get(map, "address");
    struct listen           *listen = arena_alloc(s->arena, sizeof *listen);
    if (!yaml_is_map(map, "admin", s->diag))
        return;
    yaml_known_keys(map, known, s->diag);
    bool        has_key = read_key(s, map);
    const char *certificate = setup_text(s, map, "certificate"), *key = setup_text(s, map, "certificate_key");
    if (!certificate != !key)
        diag_error(s->diag, map->place, "TLS needs both `certificate` and `certificate_key`");
    *listen = (struct listen){ .place = map->place };
    listen->certificate_file = certificate ? setup_path(s, certificate) : NULL;
    listen->key_file = key ? setup_path(s, key) : NULL;
    if (!address)
        diag_error(s->diag, map->place, "admin needs an `address`, such as 127.0.0.1:8081");
    else if (setup_address(s, address, listen) && has_key) {
        refuse_open_door(s, map, listen);
        s->settings->admin = listen;
    }
}
