/*
 * unzip.c - see wire/unzip.h. The format tells itself: gzip (RFC 1952), of one member or several, or zlib's
 * (RFC 1950), which is what RFC 9110 means by "deflate".
 */
#include "wire/unzip.h"

#include "base/die.h"
#include "base/wipe.h"

#include <zlib.h>

enum { ANY_FORMAT = 32 + MAX_WBITS, STEP_BYTES = 8 * 1024, GZIP_FIRST_BYTE = 0x1F };

struct unzip {
    z_stream z;
    bool     is_gzip, has_begun, has_ended; /* a member has, and another may follow */
};

/* What is given out remembers its size, so that it can be overwritten. */
union block {
    size_t      bytes;
    max_align_t aligned;
};

static void *take(void *arg, unsigned count, unsigned size)
{
    (void)arg;
    size_t       bytes = sizeof(union block) + (size_t)count * size;
    union block *block = must_calloc(1, bytes);
    block->bytes = bytes;
    return block + 1;
}

static void give(void *arg, void *memory)
{
    (void)arg;
    union block *block = (union block *)memory - 1;
    free_wiped(block, block->bytes);
}

bool unzip_knows(struct slice coding)
{
    return slice_is_nocase(coding, "gzip") || slice_is_nocase(coding, "x-gzip") ||
           slice_is_nocase(coding, "deflate");
}

struct unzip *unzip_new(void)
{
    struct unzip *u = must_calloc(1, sizeof *u);
    u->z.zalloc = take;
    u->z.zfree = give;
    if (inflateInit2(&u->z, ANY_FORMAT) != Z_OK)
        die("zlib cannot begin");
    return u;
}

void unzip_free(struct unzip **handle)
{
    struct unzip *u = *handle;
    *handle = NULL;
    if (!u)
        return;
    inflateEnd(&u->z);
    free(u);
}

/* Some more of what it was; an end of it, perhaps. */
static bool step(struct unzip *u, struct buf *out, struct fault *why)
{
    char plain[STEP_BYTES];
    u->z.next_out = (Bytef *)plain;
    u->z.avail_out = sizeof plain;
    int    result = inflate(&u->z, Z_NO_FLUSH);
    size_t bytes = sizeof plain - u->z.avail_out;
    buf_add(out, slice_of(plain, bytes));
    explicit_bzero(plain, bytes);
    u->has_ended = result == Z_STREAM_END;
    if (out->full)
        return fault_set(why, FAULT_TOO_LARGE, "unzipped, the body has more than %zu bytes", out->ceiling);
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
        return fault_set(why, FAULT_BAD_REQUEST, "the body cannot be unzipped: %s",
                         u->z.msg ? u->z.msg : "it makes no sense");
    return true;
}

bool unzip_feed(struct unzip *u, struct slice zipped, struct buf *out, struct fault *why)
{
    if (zipped.len == 0)
        return true;
    if (!u->has_begun)
        u->is_gzip = (unsigned char)zipped.ptr[0] == GZIP_FIRST_BYTE;
    u->has_begun = true;
    u->z.next_in = (Bytef *)zipped.ptr;
    u->z.avail_in = (uInt)zipped.len;
    do {
        if (u->has_ended && (!u->is_gzip || inflateReset(&u->z) != Z_OK))
            return fault_set(why, FAULT_BAD_REQUEST, "something follows the zipped body");
        if (!step(u, out, why))
            return false;
    } while (u->z.avail_in > 0 || (u->z.avail_out == 0 && !u->has_ended));
    return true;
}

bool unzip_end(const struct unzip *u, struct fault *why)
{
    return u->has_ended || !u->has_begun || fault_set(why, FAULT_BAD_REQUEST, "the zipped body ends too early");
}
