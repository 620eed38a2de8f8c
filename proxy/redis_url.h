/*
 * redis_url.h - where a Redis is, read out of its URL.
 *
 *     redis://[user:password@]host[:port][/db]     plain TCP, port 6379
 *     rediss://…                                   the same over TLS
 *     unix:///path[?db=N]                          a unix socket
 *
 * User and password are percent-decoded. The URL holds a secret, so no error here quotes any of it.
 */
#ifndef WEIR_REDIS_URL_H
#define WEIR_REDIS_URL_H

#include "base/fault.h"

struct redis_url {
    enum redis_url_kind { REDIS_URL_TCP, REDIS_URL_TLS, REDIS_URL_UNIX } kind;
    char     host[256]; /* name or address, without brackets; "" for a unix socket */
    uint16_t port;
    char     path[108]; /* as sockaddr_un holds it, NUL included; "" for TCP */
    char     user[128]; /* "" for none */
    char     password[512];
    unsigned db; /* 0: no SELECT is needed */
};

/* why: INTERNAL, naming the part of the URL that is wrong. On false *out is wiped. */
MUST_CHECK bool redis_url_parse(const char *text, struct redis_url *out, struct fault *why);

/* "cache.internal:6380" or "/run/weir/redis.sock", without secrets, NUL-terminated, cut to fit. */
void redis_url_address(const struct redis_url *, char *out, size_t out_bytes);

#endif
