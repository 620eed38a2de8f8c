/*
 * error.h - errors as clients of each dialect read them.
 */
#ifndef WEIR_WIRE_ERROR_H
#define WEIR_WIRE_ERROR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "wire/dialect.h"

/* {"error":{"message":…,"type":…,"param":…,"code":…}}: OpenAI's shape, all four fields, param null where there
 * is none. */
void error_write(const struct fault *, struct buf *out);
/* The same in a dialect's shape. */
void error_write_in(enum dialect, const struct fault *, struct buf *out);

/* Any provider's error body (OpenAI's, a bare string, HTML, nothing) made whole in OpenAI's shape; of a body
 * that is no JSON no byte is kept. */
void error_mend(struct slice body, int status, struct arena *, struct buf *out);

#endif
