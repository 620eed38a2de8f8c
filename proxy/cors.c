/* cors.c - see cors.h. */
#include "cors.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { LINES_MOST_BYTES = 2048, ASKED_MOST_BYTES = 1024 };

static bool is_ours(const struct settings *settings, struct slice origin)
{
    for (unsigned i = 0; origin.len && i < settings->cors_origins; i++)
        if (slice_is(settings->cors_origin[i], "*") || slice_eq(settings->cors_origin[i], origin))
            return true;
    return false;
}

static struct slice origin_of(struct client *client)
{
    return http1_header(client_head(client), "origin");
}

/* ---- who may ask where no key is asked for ---- */

/* Without the port, the brackets of IPv6, and a dot that ends it. */
static struct slice host_name(struct slice authority)
{
    bool         is_ipv6 = slice_starts(authority, S("["));
    size_t       end = slice_find_byte(authority, is_ipv6 ? ']' : ':');
    struct slice name = slice_cut(authority, is_ipv6, end);
    return slice_ends(name, S(".")) ? slice_cut(name, 0, name.len - 1) : name;
}

static bool is_address(struct slice name)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char          text[INET6_ADDRSTRLEN];
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(slice_cut(name, 0, sizeof text - 1)));
    return strlen(text) == name.len &&
           (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1);
}

static bool is_under(struct slice name, const char *domain)
{
    size_t len = strlen(domain);
    return name.len > len && slice_is_nocase(slice_cut(name, name.len - len, name.len), domain);
}

/* An address, or a name that nobody can register: one word, or under a domain that is set aside for this
 * machine (RFC 6761, 6.3) or this network (.internal, ICANN 2024; so containers call the machine that they run
 * on). */
static bool is_at_home(struct slice name)
{
    return name.len == 0 || is_address(name) || slice_find_byte(name, '.') == SLICE_NONE ||
           is_under(name, ".localhost") || is_under(name, ".internal");
}

static bool is_host_of_ours(const struct settings *settings, struct slice name)
{
    for (unsigned i = 0; i < settings->cors_origins; i++) {
        struct slice origin = settings->cors_origin[i];
        size_t       colon = slice_find(origin, S("://"));
        if (slice_is(origin, "*") ||
            (colon != SLICE_NONE && slice_eq(host_name(slice_cut(origin, colon + 3, origin.len)), name)))
            return true;
    }
    return false;
}

/* "http://127.0.0.1:8080" at 127.0.0.1:8080. */
static bool is_same_origin(struct slice origin, struct slice host)
{
    size_t colon = slice_find(origin, S("://"));
    return colon != SLICE_NONE && slice_eq(slice_cut(origin, colon + 3, origin.len), host);
}

bool cors_admits(const struct settings *settings, struct client *client, struct fault *why)
{
    struct slice origin = origin_of(client), host = http1_header(client_head(client), "host");
    if (settings->has_keys)
        return true;
    if (!is_at_home(host_name(host)) && !is_host_of_ours(settings, host_name(host)))
        return fault_set(
            why, FAULT_NOT_ALLOWED,
            "no key is asked for here, and so Weir must be called by an address or by localhost: any "
            "page may have a name that leads here; `cors: { origins: … }` names those that may");
    if (origin.len && !is_same_origin(origin, host) && !is_ours(settings, origin))
        return fault_set(
            why, FAULT_NOT_ALLOWED,
            "no key is asked for here, and so web pages may not ask; `cors: { origins: … }` names those "
            "that may");
    return true;
}

/* ---- what pages are told ---- */

void cors_open(const struct settings *settings, struct client *client)
{
    struct buf lines;
    if (settings->cors_origins == 0)
        return;
    buf_init(&lines, LINES_MOST_BYTES);
    buf_add(&lines, S("vary: origin\r\n"));
    if (is_ours(settings, origin_of(client)))
        buf_printf(&lines, "access-control-allow-origin: %.*s\r\naccess-control-expose-headers: *\r\n",
                   SLICE_ARG(origin_of(client)));
    if (!lines.full)
        client_say_besides(client, buf_slice(&lines));
    buf_fini(&lines);
}

/* Field names, blanks and commas: what may stand in a header of ours without being looked at any closer. */
static bool is_list_of_names(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alnum && c != '-' && c != '_' && c != ',' && c != ' ')
            return false;
    }
    return text.len > 0 && text.len <= ASKED_MOST_BYTES;
}

void cors_answer_options(const struct settings *settings, struct client *client, struct slice methods)
{
    const struct http1_head *head = client_head(client);
    struct slice             asked = http1_header(head, "access-control-request-headers");
    struct buf               lines;
    buf_init(&lines, LINES_MOST_BYTES);
    buf_printf(&lines, "allow: %.*s, OPTIONS\r\n", SLICE_ARG(methods));
    if (is_ours(settings, origin_of(client)) && http1_header(head, "access-control-request-method").len) {
        buf_printf(&lines, "access-control-allow-methods: %.*s\r\naccess-control-max-age: 600\r\n",
                   SLICE_ARG(methods));
        if (is_list_of_names(asked)) /* said back, since a * there would not stand for Authorization */
            buf_printf(&lines, "access-control-allow-headers: %.*s\r\n", SLICE_ARG(asked));
        if (slice_is(http1_header(head, "access-control-request-private-network"), "true"))
            buf_add(&lines, S("access-control-allow-private-network: true\r\n"));
    }
    client_reply(client, 204, NULL, buf_slice(&lines), S(""));
    buf_fini(&lines);
}
