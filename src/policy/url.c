/* url.c - http(s)://host[:port][/path] (RFC 3986, the parts that a provider's address may have). */
#include "settings_parts.h"

static bool is_host(struct slice host, bool is_ipv6)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alnum && c != '.' && c != (is_ipv6 ? ':' : '-') && (is_ipv6 || c != '_'))
            return false;
    }
    return host.len > 0 && host.len <= 253;
}

/* The path goes into a request line as it stands. */
static bool is_path(struct slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c <= ' ' || c >= 0x7F || strchr("?#\"<>\\^`{|}", c))
            return false;
    }
    return true;
}

/* Cuts "host:port", "[v6]:port" in two; the port is empty where there is none. */
static bool split_authority(struct slice authority, struct slice *host, struct slice *port, bool *is_ipv6)
{
    *is_ipv6 = authority.len && authority.ptr[0] == '[';
    size_t end = *is_ipv6 ? slice_find_byte(authority, ']') : slice_find_byte(authority, ':');
    if (*is_ipv6 && end == SLICE_NONE)
        return false;
    *host = *is_ipv6 ? slice_cut(authority, 1, end) : slice_cut(authority, 0, end);
    struct slice rest = slice_cut(authority, *is_ipv6 ? end + 1 : host->len, authority.len);
    *port = slice_cut(rest, 1, rest.len);
    return rest.len == 0 || (rest.ptr[0] == ':' && port->len > 0);
}

bool url_parse(struct arena *arena, struct slice text, struct url *out, struct fault *why)
{
    size_t scheme_len = slice_find(text, S("://"));
    bool   is_ipv6;
    if (scheme_len == SLICE_NONE)
        return fault_set(why, FAULT_BAD_REQUEST, "a URL begins with http:// or https://");
    struct slice scheme = slice_cut(text, 0, scheme_len);
    struct slice rest = slice_cut(text, scheme_len + 3, text.len);
    struct slice authority = slice_cut(rest, 0, slice_find_byte(rest, '/'));
    struct slice path = slice_cut(rest, authority.len, rest.len);
    struct slice host, port;
    int64_t      number;

    *out = (struct url){ .is_tls = slice_is_nocase(scheme, "https") };
    if (!out->is_tls && !slice_is_nocase(scheme, "http"))
        return fault_set(why, FAULT_BAD_REQUEST, "a URL begins with http:// or https://");
    if (slice_find_byte(authority, '@') != SLICE_NONE)
        return fault_set(why, FAULT_BAD_REQUEST, "a URL has no user or password; a key goes into `key`");
    if (!split_authority(authority, &host, &port, &is_ipv6) || !is_host(host, is_ipv6))
        return fault_set(why, FAULT_BAD_REQUEST, "the URL's host cannot be read");
    number = out->is_tls ? 443 : 80;
    if (port.len && (!slice_to_i64(port, &number) || number < 1 || number > UINT16_MAX))
        return fault_set(why, FAULT_BAD_REQUEST, "the URL's port is none from 1 to 65535");
    if (!is_path(path))
        return fault_set(why, FAULT_BAD_REQUEST, "the URL's path has a character that does not belong there");
    while (slice_ends(path, S("/")))
        path.len--;
    out->host = arena_cstr(arena, host);
    out->port = (uint16_t)number;
    out->path = arena_cstr(arena, path);
    return true;
}

bool host_is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0;
}
