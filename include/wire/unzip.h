/*
 * unzip.h - a body as it was before its Content-Encoding (RFC 9110, 8.4.1): gzip and deflate, by zlib.
 *
 * Fed bytes cut anywhere, it adds what they were to a buf, whose ceiling is the only one: what swells beyond it
 * is refused, and until then costs no memory but the buf's. What it holds itself (about 48 KB) is overwritten
 * when it is freed: it is the body's last 32 KB.
 */
#ifndef WEIR_WIRE_UNZIP_H
#define WEIR_WIRE_UNZIP_H

#include "base/buf.h"
#include "base/fault.h"

struct unzip;

/* Is it a coding that can be undone? "gzip", "x-gzip" or "deflate", in any case. */
bool unzip_knows(struct slice coding);

struct unzip *unzip_new(void);
void          unzip_free(struct unzip **);

/* False with why: BAD_REQUEST where it was not zipped, or is followed by something else; TOO_LARGE where out is
 * full. */
MUST_CHECK bool unzip_feed(struct unzip *, struct slice zipped, struct buf *out, struct fault *why);
/* The body ended. False with why, BAD_REQUEST, where more had to come; no bytes at all are an empty body. */
MUST_CHECK bool unzip_end(const struct unzip *, struct fault *why);

#endif
