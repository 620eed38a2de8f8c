/* settings_listen.c - where Weir listens, and which web pages may ask. */
#include "settings_parts.h"

bool setup_address(struct setup *s, const struct yaml *y, struct listen *listen)
{
    struct slice text = yaml_text(y, S(""), s->diag);
    size_t       colon = text.len;
    int64_t      port;
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    struct slice host = slice_cut(text, 0, colon ? colon - 1 : 0);
    if (slice_starts(host, S("[")) && slice_ends(host, S("]")))
        host = slice_cut(host, 1, host.len - 1);
    else if (slice_find_byte(host, ':') != SLICE_NONE)
        host.len = 0;
    if (text.len && host.len && slice_to_i64(slice_cut(text, colon, text.len), &port) && port >= 0 &&
        port <= UINT16_MAX) {
        listen->host = arena_cstr(s->arena, host);
        listen->port = (uint16_t)port;
        return true;
    }
    if (text.len)
        diag_error(s->diag, y->place, "an address is HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
    return false;
}

static void read_listener(struct setup *s, const struct yaml *y, struct listen *listen)
{
    static const char *const keys[] = { "address", "certificate", "key", NULL };
    const struct yaml       *address = y->kind == YAML_SCALAR ? y : yaml_get(y, "address");
    listen->place = y->place;
    if (y->kind == YAML_MAP) {
        yaml_known_keys(y, keys, s->diag);
        const char *certificate = setup_text(s, y, "certificate"), *key = setup_text(s, y, "key");
        if (!certificate != !key)
            diag_error(s->diag, y->place, "TLS needs both `certificate` and `key`");
        listen->certificate_file = certificate ? setup_path(s, certificate) : NULL;
        listen->key_file = key ? setup_path(s, key) : NULL;
    }
    if (!address)
        diag_error(s->diag, y->place, "a listener needs an `address`");
    else
        s->settings->listen_count += setup_address(s, address, listen);
}

void read_listeners(struct setup *s)
{
    const struct yaml *list = yaml_get(s->root, "listen");
    s->settings->listen = arena_array(s->arena, yaml_count(list) + 1, sizeof *s->settings->listen);
    if (!list) {
        s->settings->listen[0] = (struct listen){ .host = "127.0.0.1", .port = 8080, .place = s->root->place };
        s->settings->listen_count = 1;
        return;
    }
    if (!yaml_is_list(list, "listen", s->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next)
        read_listener(s, y, &s->settings->listen[s->settings->listen_count]);
    if (!list->child)
        diag_error(s->diag, list->place, "listen names no address");
}

/* An origin is SCHEME://HOST or SCHEME://HOST:PORT, as browsers say it (RFC 6454, 6.2): nothing behind it, and
 * in lower case. */
static bool is_origin(struct slice text)
{
    size_t colon = slice_find_byte(text, ':');
    if (colon == SLICE_NONE || !slice_starts(slice_cut(text, colon, text.len), S("://")))
        return false;
    struct slice host = slice_cut(text, colon + 3, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z'))
            return false;
    return colon > 0 && host.len > 0 && slice_find_byte(host, '/') == SLICE_NONE;
}

void read_cors(struct setup *s)
{
    static const char *const keys[] = { "origins", NULL };
    const struct yaml       *cors = yaml_get(s->root, "cors"), *list = yaml_get(cors, "origins");
    if (!yaml_is_map(cors, "cors", s->diag))
        return;
    yaml_known_keys(cors, keys, s->diag);
    if (!yaml_is_list(list, "origins", s->diag))
        return;
    s->settings->cors_origin = arena_array(s->arena, yaml_count(list) + 1, sizeof *s->settings->cors_origin);
    for (const struct yaml *y = list->child; y; y = y->next) {
        struct slice text = yaml_text(y, S(""), s->diag);
        if (slice_is(text, "*") || is_origin(text))
            s->settings->cors_origin[s->settings->cors_origins++] = text;
        else
            diag_error(s->diag, y->place,
                       "an origin is written https://app.example.org or http://localhost:3000, or * for all");
    }
}
