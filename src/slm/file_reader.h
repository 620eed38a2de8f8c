/*
 * file_reader.h - reads a file of weights that is in memory, number by number, all of them little-endian.
 *
 * Once the file is too short for what is asked, nothing more is taken: pointers are NULL and numbers 0, and
 * is_short stays true, so that it need be asked about only where it matters.
 */
#ifndef WEIR_SRC_SLM_FILE_READER_H
#define WEIR_SRC_SLM_FILE_READER_H

#include "base/slice.h"

struct file_reader {
    struct slice file;
    size_t       at; /* bytes of it that have been taken */
    bool         is_short;
};

/* The next so many bytes (ref in the file). */
const void *file_take(struct file_reader *, size_t bytes);
uint32_t    file_take_u32(struct file_reader *);
uint64_t    file_take_u64(struct file_reader *);
/* Where they lie, so only for a file that begins, and has them, at a multiple of 4. */
const float *file_take_floats(struct file_reader *, size_t count);

/* Takes slice_hash() of all before, with which a file must end. *seal: what stands there. */
MUST_CHECK bool file_take_seal(struct file_reader *, uint64_t *seal);

#endif
