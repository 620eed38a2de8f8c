/*
 * cache_entry.h - an answer as it lies in Redis: sealed with AES-256-GCM, bound to the key that it lies under.
 *
 * Redis may be read, or written, by others: without the installation's secret an entry says nothing and none
 * can be made, and one that is copied under another key does not open. What does not open, for that or because
 * it is cut, from another version or another secret, is no entry.
 *
 *     offset  0   8  "weirans2"; the last byte is the version
 *             8  12  nonce, drawn for each entry
 *            20  16  GCM's tag
 *            36      sealed: the head below, then model, route, question, answer, and nothing more
 *
 *     head    0   8  made_ms     numbers are little-endian
 *             8   8  keep_ms
 *            16   8  cost_nanousd
 *            24   8  tokens
 *            32   8  limit_tokens + 1
 *            40   4  bytes of the model's name; 4 of the route's, 4 of the question, 4 of the answer
 *            56   1  dialect
 *            57   1  1: a stream; 2: cut by its limit
 */
#ifndef WEIR_CACHE_ENTRY_H
#define WEIR_CACHE_ENTRY_H

#include "cache.h"

void cache_entry_seal(const struct cache_key *, const struct cache_secret *, const struct cached *,
                      struct buf *out);

/* False for anything that cache_entry_seal() did not write under this key. What *out refers to is in `plain`,
 * which the caller has initialised, and wipes. */
MUST_CHECK bool cache_entry_open(const struct cache_key *, const struct cache_secret *, struct slice entry,
                                 struct buf *plain, struct cached *out);

/* The sealed part alone: what opening reads once the seal has been found whole. */
MUST_CHECK bool cache_entry_read(struct slice plain, struct cached *out);

#endif
