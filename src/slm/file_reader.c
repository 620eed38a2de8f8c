/* file_reader.c - see file_reader.h. */
#include "file_reader.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "weights are read and written as they lie in memory, and a file is little-endian"
#endif

const void *file_take(struct file_reader *r, size_t bytes)
{
    r->is_short = r->is_short || bytes > r->file.len - r->at;
    if (r->is_short)
        return NULL;
    const void *taken = r->file.ptr + r->at;
    r->at += bytes;
    return taken;
}

uint32_t file_take_u32(struct file_reader *r)
{
    uint32_t    number = 0;
    const void *taken = file_take(r, sizeof number);
    if (taken)
        memcpy(&number, taken, sizeof number);
    return number;
}

uint64_t file_take_u64(struct file_reader *r)
{
    uint64_t    number = 0;
    const void *taken = file_take(r, sizeof number);
    if (taken)
        memcpy(&number, taken, sizeof number);
    return number;
}

const float *file_take_floats(struct file_reader *r, size_t count)
{
    return file_take(r, count * sizeof(float));
}

bool file_take_seal(struct file_reader *r, uint64_t *seal)
{
    uint64_t hash = slice_hash(slice_cut(r->file, 0, r->at));
    *seal = file_take_u64(r);
    return *seal == hash && !r->is_short && r->at == r->file.len;
}
