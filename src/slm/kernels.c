/*
 * kernels.c - which make of the kernels runs here, and how weights are packed for it.
 */
#include "slm/kernels.h"

#include "base/die.h"
#include "kernels_list.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

/* ------------------------------------------------------------------------------------------- what runs here */

static bool always(void)
{
    return true;
}

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool has_vnni(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}

/* Leaf 7: EDX bit 24 is AMX's tiles, bit 25 their int8. The kernel gives a process room for tiles when it is
 * asked, once for all threads. (Linux, Documentation/arch/x86/xstate.rst) */
static bool has_amx(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, TILE_AND_INT8 = 3 << 24 };
    unsigned a, b, c, d;
    return has_vnni() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & TILE_AND_INT8) == TILE_AND_INT8 &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

static const struct {
    const struct kernels *kernels;
    bool (*is_here)(void);
} makes[] = {
#if defined(__x86_64__)
    { &kernels_avx512, has_avx512 },    { &kernels_avx2, has_avx2 },
#endif
    { &kernels_portable, always },
#if defined(__x86_64__)
    { &kernels_amx_int8, has_amx },     { &kernels_vnni_int8, has_vnni },
#endif
    { &kernels_portable_int8, always },
};
enum { MAKES = sizeof makes / sizeof *makes };

const struct kernels *kernels_here(size_t i)
{
    for (size_t make = 0; make < MAKES; make++)
        if (makes[make].is_here() && i-- == 0)
            return makes[make].kernels;
    return NULL;
}

const struct kernels *kernels_pick(void)
{
    const struct kernels *found;
    const char           *wanted = getenv("WEIR_KERNEL");
    if (!wanted || !*wanted)
        return kernels_here(0);
    for (size_t i = 0; (found = kernels_here(i)) && strcmp(found->name, wanted) != 0;)
        i++;
    return found;
}

/* --------------------------------------------------------------------------------------------------- memory */

static size_t round_up(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

void *vectors_new(size_t bytes)
{
    void *memory;
    bytes = bytes ? bytes : 1;
    if (posix_memalign(&memory, bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE, bytes) != 0)
        die_if_null(NULL);
    /* A wish: without huge pages all works, a little slower. The rest of the last one stays small. */
    if (bytes >= HUGE_PAGE)
        madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return memset(memory, 0, bytes);
}

/* An int8 make puts the activations' bytes there, then two floats for each token. */
size_t kernels_room(const struct kernels *k, size_t inputs, size_t tokens)
{
    size_t lanes = panels_of(k, tokens) * k->panel;
    return k->is_int8 ? lanes * (round_up(inputs, k->step) + 2 * sizeof(float)) : 0;
}

/* ------------------------------------------------------------------------------------------ packed matrices */

void matrix_init(struct matrix *m, const struct kernels *k, size_t outputs, size_t inputs)
{
    size_t padded = round_up(outputs, k->tile), weights = padded * round_up(inputs, k->step);
    *m = (struct matrix){ .inputs = inputs, .outputs = outputs, .bias = vectors_new(padded * sizeof *m->bias) };
    if (k->is_int8) {
        m->bytes = vectors_new(weights);
        m->scale = vectors_new(padded * sizeof *m->scale);
        m->sum = vectors_new(padded * sizeof *m->sum);
    } else {
        m->floats = vectors_new(weights * sizeof *m->floats);
    }
}

void matrix_fini(struct matrix *m)
{
    free(m->floats);
    free(m->bytes);
    free(m->scale);
    free(m->sum);
    free(m->bias);
    *m = (struct matrix){ .floats = NULL };
}

/* Where an output's first step lies; the next is a tile's step further. */
static size_t place_of(const struct matrix *m, const struct kernels *k, size_t output)
{
    return output / k->tile * k->tile * round_up(m->inputs, k->step) + output % k->tile * k->step;
}

static void pack_floats(struct matrix *m, const struct kernels *k, size_t output, const float *row)
{
    float *to = m->floats + place_of(m, k, output);
    for (size_t i = 0; i < m->inputs; to += k->tile * k->step)
        for (size_t part = 0; part < k->step && i < m->inputs; part++)
            to[part] = row[i++];
}

/* The largest weight becomes 127 or -127. */
static void pack_bytes(struct matrix *m, const struct kernels *k, size_t output, const float *row)
{
    int8_t *to = m->bytes + place_of(m, k, output);
    float   most = 0;
    for (size_t i = 0; i < m->inputs; i++)
        most = fmaxf(most, fabsf(row[i]));
    float steps_in_one = most > 0 ? 127 / most : 0;
    m->scale[output] = most / 127;
    for (size_t i = 0; i < m->inputs; to += k->tile * k->step)
        for (size_t part = 0; part < k->step && i < m->inputs; part++) {
            to[part] = (int8_t)lrintf(row[i++] * steps_in_one);
            m->sum[output] += to[part];
        }
}

void matrix_pack(struct matrix *m, const struct kernels *k, size_t at, const float *rows, const float *bias,
                 size_t count)
{
    for (size_t row = 0; row < count; row++) {
        (k->is_int8 ? pack_bytes : pack_floats)(m, k, at + row, rows + row * m->inputs);
        m->bias[at + row] = bias[row];
    }
}
