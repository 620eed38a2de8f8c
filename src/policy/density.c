/* density.c - see policy/density.h. */
#include "policy/density.h"

#include <math.h>

#define MARGIN 2.0

static bool is_packed(unsigned char c)
{
    return (unsigned)((c | 0x20) - 'a') < 26 || c == ' ';
}

struct weight weight_of(struct slice text)
{
    int64_t packed = 0;
    for (size_t i = 0; i < text.len; i++)
        packed += is_packed((unsigned char)text.ptr[i]);
    return (struct weight){ .packed_bytes = packed, .single_bytes = (int64_t)text.len - packed };
}

int64_t density_most_tokens(const struct density *d, struct weight weight)
{
    double bound = d->prompts < DENSITY_PROMPTS ? 1 : d->peak * MARGIN;
    bound = bound > 1 ? 1 : bound < DENSITY_LEAST ? DENSITY_LEAST : bound;
    return weight.single_bytes + (int64_t)ceil(bound * (double)weight.packed_bytes);
}

void density_note(struct density *d, struct weight weight, int64_t tokens)
{
    double left = (double)(tokens - weight.single_bytes);
    double dense = left > 0 && weight.packed_bytes > 0 ? left / (double)weight.packed_bytes : 0;
    d->peak *= exp2(-1.0 / DENSITY_PROMPTS_TO_HALF);
    if (dense > d->peak)
        d->peak = dense;
    if (d->prompts < DENSITY_PROMPTS)
        d->prompts++;
}
