/*
 * kernels.c - which make of the kernels runs here, and how weights are packed for it.
 */
#include "slm/kernels.h"

#include "base/die.h"
#include "kernels_list.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

const struct kernels *const *kernels_here(void)
{
    static const struct kernels *const all[] = {
#if defined(__x86_64__)
        &kernels_avx512,
        &kernels_avx2,
#endif
        &kernels_portable,
        NULL,
    };
    size_t first = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx512f"))
        first = 1;
    if (first == 1 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")))
        first = 2;
#endif
    return all + first;
}

const struct kernels *kernels_pick(void)
{
    const struct kernels *const *here = kernels_here();
    const char                  *wanted = getenv("WEIR_KERNEL");
    if (!wanted || !*wanted)
        return here[0];
    while (*here && strcmp((*here)->name, wanted) != 0)
        here++;
    return *here;
}

float *floats_new(size_t count)
{
    void  *floats;
    size_t bytes = count ? count * sizeof(float) : 1;
    if (posix_memalign(&floats, bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE, bytes) != 0)
        die_if_null(NULL);
    /* A wish: without huge pages all works, a little slower. The rest of the last one stays small. */
    if (bytes >= HUGE_PAGE)
        madvise(floats, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return memset(floats, 0, bytes);
}

void matrix_init(struct matrix *m, const struct kernels *k, size_t outputs, size_t inputs)
{
    size_t padded = (outputs + k->tile - 1) / k->tile * k->tile;
    *m = (struct matrix){ .inputs = inputs, .outputs = outputs };
    m->packed = floats_new(padded * inputs);
    m->bias = floats_new(padded);
}

void matrix_fini(struct matrix *m)
{
    free(m->packed);
    free(m->bias);
    *m = (struct matrix){ .packed = NULL };
}

void matrix_pack(struct matrix *m, const struct kernels *k, size_t at, const float *rows, const float *bias,
                 size_t count)
{
    for (size_t row = 0; row < count; row++) {
        size_t output = at + row;
        float *column = m->packed + output / k->tile * k->tile * m->inputs + output % k->tile;
        for (size_t i = 0; i < m->inputs; i++)
            column[i * k->tile] = rows[row * m->inputs + i];
        m->bias[output] = bias[row];
    }
}
