/*
 * cache_control.h - what a client wishes of the cache: "cache-control" of a request (RFC 9111, 5.2.1).
 *
 * no-cache: not out of the cache, but into it; no-store: neither; max-age=N: no older than N seconds;
 * only-if-cached: no provider is asked. Directives that are not known say nothing, as do their arguments.
 * Several such lines say what one would with all of it (RFC 9110, 5.3).
 */
#ifndef WEIR_CACHE_CONTROL_H
#define WEIR_CACHE_CONTROL_H

#include "wire/http1.h"

struct cache_wishes {
    bool    no_cache, no_store, only_if_cached;
    int64_t most_age_ms; /* INT64_MAX: any */
};

struct cache_wishes cache_wishes_read(const struct http1_head *);

#endif
