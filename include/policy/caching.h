/*
 * caching.h - what a policy says of answers that are remembered: for how long, which ones, and between whom.
 *
 *   cache: { keep: 24h, stale: 1h, share: handbook, temperature: 0.7, also: [tools], most: 256k, wait: 30s,
 *            similar: { max_error: 0.01, audit: 0.02 } }
 *
 * Only whole, good answers are kept: each choice ended by itself, with words, without calling a tool, and
 * without refusing. `also` widens that, and lets in requests that ask for what a remembered answer is seldom
 * meant for. An answer that broke off, was filtered or is an error is never kept.
 *
 * `similar` serves the answer to a question in other words too, where the conversation before it and all else
 * is the same, and nothing that matters differs (policy/alike.h). Its max_error is the share of look-alikes,
 * that is, questions that want another answer though one near them is kept, that may be served all the same.
 */
#ifndef WEIR_POLICY_CACHING_H
#define WEIR_POLICY_CACHING_H

#include <stdint.h>

/* What `also` may name, as bits. The first two are kinds of answers, the others kinds of requests. */
enum cache_also {
    CACHE_TOOLS = 1 << 0,    /* answers that call tools */
    CACHE_LENGTH = 1 << 1,   /* answers cut off by the limit that the request set: for the same limit alone */
    CACHE_CHOICES = 1 << 2,  /* n above 1 */
    CACHE_LOGPROBS = 1 << 3, /* logprobs: true */
    CACHE_SEED = 1 << 4,     /* with a seed, that is, by someone who wants this very sample drawn */
};

#define CACHE_KEEP_MOST_MS (INT64_C(90) * 24 * 3600 * 1000) /* keep and stale together */

struct caching {
    int64_t     keep_ms;     /* an answer is fresh for so long */
    int64_t     stale_ms;    /* and for so long after that it is given at once, and asked for anew behind it */
    int64_t     most_bytes;  /* of one answer; a larger one is not kept */
    int64_t     wait_ms;     /* one waits so long for another who asks the same; 0: not at all */
    double      temperature; /* requests above it are not looked up and not kept */
    unsigned    also;        /* enum cache_also */
    double      similar_max_error; /* 0: only the same question is answered */
    double      similar_audit;     /* share of such hits that are asked anew, to see whether they were right */
    const char *share; /* the namespace that teams of routes which name it share; NULL: a team's own alone */
};

#endif
