/* Whatever claims to be zipped ends in a fault or in at most what the buf may hold, and cutting it changes
 * nothing. */
#include "wire/unzip.h"

#include <stdlib.h>

enum { MOST_BYTES = 1 << 16 };

static bool unzip(struct slice zipped, size_t step, struct buf *out)
{
    struct unzip *u = unzip_new();
    struct fault  why = { 0 };
    bool          ok = true;
    buf_init(out, MOST_BYTES);
    for (size_t at = 0; ok && at < zipped.len; at += step)
        ok = unzip_feed(u, slice_cut(zipped, at, at + step < zipped.len ? at + step : zipped.len), out, &why);
    ok = ok && unzip_end(u, &why);
    unzip_free(&u);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice zipped = slice_of((const char *)data, size);
    struct buf   whole, pieces;
    bool         ok = unzip(zipped, size ? size : 1, &whole), also = unzip(zipped, 3, &pieces);
    if (ok != also || (ok && !slice_eq(buf_slice(&whole), buf_slice(&pieces))))
        abort();
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
