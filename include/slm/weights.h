/*
 * weights.h - reads model.safetensors: eight bytes of length, a JSON header that says where each tensor lies,
 * then the tensors themselves. (https://github.com/huggingface/safetensors, "Format")
 *
 * The file is mapped, not read: a tensor of 32-bit floats is a pointer into it, and costs memory only where it
 * is touched; one of 16 bits (F16, BF16) is made wider when it is asked for. Every offset is checked against
 * the file's size when it is opened, so a pointer handed out can be read to its end. For one thread at a time.
 */
#ifndef WEIR_SLM_WEIGHTS_H
#define WEIR_SLM_WEIGHTS_H

#include "base/fault.h"

struct weights;

/* why names the file and what is wrong with it. */
MUST_CHECK struct weights *weights_open(const char *path, struct fault *why);

/* The same for bytes in memory, which must outlive it and begin at a multiple of 8. */
MUST_CHECK struct weights *weights_read(struct slice file, const char *name, struct fault *why);

void weights_close(struct weights **);

/* Whether there is a tensor of this name, of whatever shape. */
bool weights_has(const struct weights *, const char *tensor);

/* A tensor with `rows` rows of `columns`, as 32-bit floats; rows == 1 also fits a vector of `columns`. NULL,
 * and why says it, where it is missing or is of another shape or type. Valid until weights_done_with() it, or
 * weights_close(). */
MUST_CHECK const float *weights_floats(struct weights *, const char *tensor, size_t rows, size_t columns,
                                       struct fault *why);

/* Says that a tensor has been copied and need not stay in memory. */
void weights_done_with(struct weights *, const float *floats, size_t count);

#endif
