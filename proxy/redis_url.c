/* redis_url.c - see redis_url.h. */
#include "redis_url.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>

enum { PORT_DEFAULT = 6379, SENTINEL_PORT = 26379, PORT_MOST = 65535, DB_MOST = 65535 };

static bool bad(struct fault *why, const char *what)
{
    return fault_set(why, FAULT_INTERNAL, "the Redis URL cannot be used: %s", what);
}

static bool copy(struct slice s, char *out, size_t out_bytes)
{
    if (s.len >= out_bytes || slice_find_byte(s, '\0') != SLICE_NONE)
        return false;
    memcpy(out, s.len ? s.ptr : "", s.len);
    out[s.len] = '\0';
    return true;
}

/* As copy(), with %41 read as A. A NUL cannot be meant: it would cut the word short. */
static bool decode(struct slice s, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0' || used + 1 >= out_bytes)
            return false;
        out[used++] = c;
    }
    out[used] = '\0';
    return true;
}

static bool parse_number(struct slice s, int64_t most, int64_t *out)
{
    return slice_to_i64(s, out) && *out >= 0 && *out <= most;
}

static bool parse_db(struct slice s, struct redis_url *out, struct fault *why)
{
    int64_t db;
    if (!parse_number(s, DB_MOST, &db))
        return bad(why, "the database is not a number");
    out->db = (unsigned)db;
    return true;
}

static bool parse_login(struct slice login, struct redis_url *out, struct fault *why)
{
    size_t colon = slice_find_byte(login, ':');
    if (colon == SLICE_NONE)
        return bad(why, "before the @ there must be user:password or :password");
    if (!decode(slice_cut(login, 0, colon), out->user, sizeof out->user))
        return bad(why, "the user is too long or wrongly escaped");
    if (!decode(slice_cut(login, colon + 1, login.len), out->password, sizeof out->password))
        return bad(why, "the password is too long or wrongly escaped");
    if (out->password[0] == '\0')
        return bad(why, "the password is empty");
    return true;
}

/* host, host:port, [v6], [v6]:port */
static bool parse_place(struct slice place, uint16_t port_default, struct redis_place *out, struct fault *why)
{
    size_t host_from = 0, host_to, after;
    if (place.len && place.ptr[0] == '[') {
        host_from = 1;
        host_to = slice_find_byte(place, ']');
        if (host_to == SLICE_NONE)
            return bad(why, "the address lacks its ]");
        after = host_to + 1;
    } else {
        host_to = slice_find_byte(place, ':');
        if (host_to == SLICE_NONE)
            host_to = place.len;
        after = host_to;
    }
    struct slice host = slice_cut(place, host_from, host_to), port = slice_cut(place, after, place.len);
    if (host.len == 0 || !copy(host, out->host, sizeof out->host))
        return bad(why, "the host is missing or too long");
    out->port = port_default;
    if (port.len == 0)
        return true;
    int64_t number;
    if (port.ptr[0] != ':' || !parse_number(slice_cut(port, 1, port.len), PORT_MOST, &number) || number == 0)
        return bad(why, "the port is not a number from 1 to 65535");
    out->port = (uint16_t)number;
    return true;
}

/* What is before the mark; *rest is what comes after it, or nothing. */
static struct slice take_until(struct slice *rest, char mark)
{
    size_t       at = slice_find_byte(*rest, mark);
    struct slice part = slice_cut(*rest, 0, at);
    *rest = at == SLICE_NONE ? S("") : slice_cut(*rest, at + 1, rest->len);
    return part;
}

/* The last @ ends the login: a password written by hand may hold one. */
static bool take_login(struct slice *rest, struct redis_url *out, struct fault *why)
{
    size_t at = rest->len;
    while (at > 0 && rest->ptr[at - 1] != '@')
        at--;
    if (at > 0 && !parse_login(slice_cut(*rest, 0, at - 1), out, why))
        return false;
    *rest = slice_cut(*rest, at, rest->len);
    return true;
}

static bool parse_network(struct slice rest, struct redis_url *out, struct fault *why)
{
    struct redis_place place = { .port = 0 };
    struct slice       db = rest;
    rest = take_until(&db, '/');
    if ((db.len && !parse_db(db, out, why)) || !take_login(&rest, out, why) ||
        !parse_place(rest, PORT_DEFAULT, &place, why))
        return false;
    memcpy(out->host, place.host, sizeof out->host);
    out->port = place.port;
    return true;
}

static bool parse_sentinel_login(struct slice query, struct redis_url *out, struct fault *why)
{
    while (query.len) {
        struct slice value = take_until(&query, '&'), key = take_until(&value, '=');
        bool         is_user = slice_is(key, "sentinel_user");
        if (!is_user && !slice_is(key, "sentinel_password"))
            return bad(why, "after the ? only sentinel_user and sentinel_password are known");
        if (!decode(value, is_user ? out->sentinel_user : out->sentinel_password,
                    is_user ? sizeof out->sentinel_user : sizeof out->sentinel_password))
            return bad(why, "Sentinel's user or password is too long or wrongly escaped");
    }
    return true;
}

static bool parse_sentinels(struct slice places, struct redis_url *out, struct fault *why)
{
    for (bool is_last = false; !is_last;) {
        is_last = slice_find_byte(places, ',') == SLICE_NONE;
        if (out->sentinels == SENTINELS_MOST)
            return bad(why, "it names more than 8 Sentinels");
        if (!parse_place(take_until(&places, ','), SENTINEL_PORT, &out->sentinel[out->sentinels++], why))
            return false;
    }
    return true;
}

static bool parse_sentinel(struct slice rest, struct redis_url *out, struct fault *why)
{
    struct slice query = rest;
    rest = take_until(&query, '?');
    if (!parse_sentinel_login(query, out, why) || !take_login(&rest, out, why))
        return false;
    struct slice db = rest, places = take_until(&db, '/'), master = take_until(&db, '/');
    if (master.len == 0 || !decode(master, out->master, sizeof out->master))
        return bad(why, "after the Sentinels there must be the master's name: /mymaster");
    return parse_sentinels(places, out, why) && (db.len == 0 || parse_db(db, out, why));
}

static bool parse_unix(struct slice rest, struct redis_url *out, struct fault *why)
{
    size_t query = slice_find_byte(rest, '?');
    if (query != SLICE_NONE) {
        struct slice db = slice_cut(rest, query + 1, rest.len);
        if (!slice_starts(db, S("db=")))
            return bad(why, "after the ? only db=N is known");
        if (!parse_db(slice_cut(db, 3, db.len), out, why))
            return false;
        rest = slice_cut(rest, 0, query);
    }
    if (rest.len == 0 || rest.ptr[0] != '/')
        return bad(why, "unix:// must be followed by an absolute path");
    if (!copy(rest, out->path, sizeof out->path))
        return bad(why, "the socket's path is longer than the 107 bytes that the system allows");
    return true;
}

static bool parse(struct slice text, struct redis_url *out, struct fault *why)
{
    static const struct {
        struct slice        scheme;
        enum redis_url_kind kind;
        bool (*parse)(struct slice rest, struct redis_url *, struct fault *);
    } schemes[] = {
        { SLICE("redis://"), REDIS_URL_TCP, parse_network },
        { SLICE("rediss://"), REDIS_URL_TLS, parse_network },
        { SLICE("unix://"), REDIS_URL_UNIX, parse_unix },
        { SLICE("redis+sentinel://"), REDIS_URL_TCP, parse_sentinel },
        { SLICE("rediss+sentinel://"), REDIS_URL_TLS, parse_sentinel },
    };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!slice_starts(text, schemes[i].scheme))
            continue;
        struct slice rest = slice_cut(text, schemes[i].scheme.len, text.len);
        out->kind = schemes[i].kind;
        return schemes[i].parse(rest, out, why);
    }
    return bad(why, "it must begin with redis://, rediss://, unix://, redis+sentinel:// or rediss+sentinel://");
}

bool redis_url_parse(const char *text, struct redis_url *out, struct fault *why)
{
    *out = (struct redis_url){ 0 };
    if (parse(slice_str(text), out, why))
        return true;
    explicit_bzero(out, sizeof *out);
    return false;
}

void redis_url_address(const struct redis_url *url, char *out, size_t out_bytes)
{
    if (url->kind == REDIS_URL_UNIX)
        snprintf(out, out_bytes, "%s", url->path);
    else if (url->host[0] == '\0')
        snprintf(out, out_bytes, "master %s", url->master);
    else
        snprintf(out, out_bytes, strchr(url->host, ':') ? "[%s]:%u" : "%s:%u", url->host, url->port);
}
