/*
 * redis_url.h - where a Redis is, read out of its URL.
 *
 *     redis://[user:password@]host[:port][/db]     plain TCP, port 6379
 *     rediss://…                                   the same over TLS
 *     unix:///path[?db=N]                          a unix socket
 *     redis+sentinel://[user:password@]host[:port][,host[:port]...]/master[/db][?sentinel_user=...]
 *                      [&sentinel_password=...]    whoever Sentinel, port 26379, says is the master; the login
 *                                                  is for Redis
 *     rediss+sentinel://...                        the same, Sentinel and Redis over TLS
 *
 * User and password are percent-decoded. The URL holds a secret, so no error here quotes any of it.
 */
#ifndef WEIR_REDIS_URL_H
#define WEIR_REDIS_URL_H

#include "base/fault.h"

enum { SENTINELS_MOST = 8 };

struct redis_place {
    char     host[256]; /* name or address, without brackets */
    uint16_t port;
};

struct redis_url {
    enum redis_url_kind { REDIS_URL_TCP, REDIS_URL_TLS, REDIS_URL_UNIX } kind;
    char     host[256]; /* as in a place; "" for a unix socket, and where Sentinel is to be asked */
    uint16_t port;
    char     path[108]; /* as sockaddr_un holds it, NUL included; "" for TCP */
    char     user[128]; /* "" for none */
    char     password[512];
    unsigned db; /* 0: no SELECT is needed */
    /* whom to ask for the master */
    struct redis_place sentinel[SENTINELS_MOST];
    unsigned           sentinels; /* 0: nobody; it is as the URL says */
    char               master[64], sentinel_user[128], sentinel_password[256];
};

/* why: INTERNAL, naming the part of the URL that is wrong. On false *out is wiped. */
MUST_CHECK bool redis_url_parse(const char *text, struct redis_url *out, struct fault *why);

/* "cache.internal:6380", "/run/weir/redis.sock" or "master mymaster", without secrets, NUL-terminated, cut to
 * fit. */
void redis_url_address(const struct redis_url *, char *out, size_t out_bytes);

#endif
