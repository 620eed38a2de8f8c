/*
 * similar_record.h - a question as it stands in Redis, under its seal.
 *
 *     offset  0    8  "weirlik1"; the last byte is the version
 *             8    8  slm_fingerprint() of the model that embedded it      numbers are little-endian
 *            16    8  when its answer ends, ms since 1970
 *            24   32  context          (cache.h)
 *            56   32  exact
 *            88  384  embedding, a signed byte a dim
 *           472       the words, at most ALIKE_BYTES_MOST
 */
#ifndef WEIR_SIMILAR_RECORD_H
#define WEIR_SIMILAR_RECORD_H

#include "base/buf.h"
#include "similar.h"
#include "slm/near.h"

enum { SIMILAR_RECORD_HEAD = 88 + SIMILAR_DIM, SIMILAR_RECORD_MOST = SIMILAR_RECORD_HEAD + ALIKE_BYTES_MOST };

void similar_record_write(struct buf *out, uint64_t fingerprint, const struct near_entry *);
/* False for what similar_record_write() did not write, or another model embedded. Refs into the record. */
MUST_CHECK bool similar_record_read(struct slice record, uint64_t fingerprint, struct near_entry *out);

#endif
