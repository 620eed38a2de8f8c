/* caching.c - `cache:` of routes; see policy/caching.h. */
#include "rules.h"

enum { ANSWER_BYTES = 1 << 20, ANSWER_BYTES_MOST = 8 << 20, WAIT_MS = 30 * 1000 };

/* What the learned check has bars for. */
#define SIMILAR_ERROR_LEAST 0.0005
#define SIMILAR_ERROR_MOST  0.2

#define TEMPERATURE         1.0 /* what a request without one has, with every provider that we know */

static const char *const also_words[] = { "tools", "length", "choices", "logprobs", "seed", NULL };

static unsigned read_also(struct compiling *c, const struct yaml *y)
{
    unsigned also = 0, bit;
    if (!y)
        return 0;
    if (y->kind == YAML_SCALAR)
        return is_word(c, y, also_words, &bit) ? 1u << bit : 0;
    if (!yaml_is_list(y, "also", c->diag))
        return 0;
    for (const struct yaml *item = y->child; item; item = item->next) {
        struct yaml word = *item;
        word.key = y->key; /* for the message: an item has none */
        if (is_word(c, &word, also_words, &bit))
            also |= 1u << bit;
    }
    return also;
}

/* similar: { max_error: 0.01, audit: 0.02 } */
static void read_similar(struct compiling *c, const struct yaml *y, struct caching *out)
{
    static const char *const keys[] = { "max_error", "audit", NULL };
    if (!yaml_is_map(y, "similar", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "max_error"))
        diag_error(c->diag, y->place,
                   "similar needs `max_error`: the share of look-alikes that may be served, such as 0.01");
    out->similar_max_error =
        yaml_number(yaml_get(y, "max_error"), SIMILAR_ERROR_LEAST, SIMILAR_ERROR_MOST, 0, c->diag);
    out->similar_audit = yaml_number(yaml_get(y, "audit"), 0, 1, 0, c->diag);
    c->policy->likens = true;
}

const struct caching *caching_read(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "keep", "stale", "share",   "temperature", "also",
                                        "most", "wait",  "similar", NULL };
    if (!yaml_is_map(y, "cache", c->diag))
        return NULL;
    struct caching *caching = arena_alloc(c->arena, sizeof *caching);
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "keep"))
        diag_error(c->diag, y->place, "cache needs `keep`: for how long, such as 24h");
    caching->keep_ms = yaml_duration_ms(yaml_get(y, "keep"), 0, c->diag);
    caching->stale_ms = yaml_duration_ms(yaml_get(y, "stale"), 0, c->diag);
    caching->most_bytes = yaml_bytes(yaml_get(y, "most"), ANSWER_BYTES, c->diag);
    caching->wait_ms = yaml_duration_ms(yaml_get(y, "wait"), WAIT_MS, c->diag);
    caching->temperature = yaml_number(yaml_get(y, "temperature"), 0, 2, TEMPERATURE, c->diag);
    read_similar(c, yaml_get(y, "similar"), caching);
    caching->also = read_also(c, yaml_get(y, "also"));
    if (yaml_get(y, "share"))
        caching->share = arena_cstr(c->arena, yaml_text(yaml_get(y, "share"), S(""), c->diag));
    if (caching->most_bytes > ANSWER_BYTES_MOST)
        diag_error(c->diag, yaml_get(y, "most")->place, "most is at most 8m");
    if (caching->keep_ms > CACHE_KEEP_MOST_MS || caching->stale_ms > CACHE_KEEP_MOST_MS - caching->keep_ms)
        diag_error(c->diag, y->place, "keep and stale are at most 90 days together");
    return caching->keep_ms > 0 ? caching : NULL;
}
