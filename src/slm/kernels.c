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

/* Leaf 7: EDX bit 22 is AMX's bf16, bit 24 its tiles, bit 25 their int8. The kernel gives a process room for
 * tiles when it is asked, once for all threads. (Linux, Documentation/arch/x86/xstate.rst) */
static bool has_amx(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, TILE_INT8_BF16 = 13 << 22 };
    unsigned a, b, c, d;
    return has_vnni() && __builtin_cpu_supports("avx512bf16") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
           (d & TILE_INT8_BF16) == TILE_INT8_BF16 &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

static const struct {
    const struct kernels *kernels;
    bool (*is_here)(void);
} makes[] = {
#if defined(__x86_64__)
    { &kernels_amx_int8, has_amx },  { &kernels_vnni_int8, has_vnni },
    { &kernels_avx512, has_avx512 }, { &kernels_avx2, has_avx2 },
#endif
    { &kernels_portable, always },   { &kernels_portable_int8, always },
};
enum { MAKES = sizeof makes / sizeof *makes };

const struct kernels *kernels_here(size_t i)
{
    for (size_t make = 0; make < MAKES; make++)
        if (makes[make].is_here() && i-- == 0)
            return makes[make].kernels;
    return NULL;
}

static bool is_wanted(const struct kernels *k, enum slm_precision precision, const char *name)
{
    if (name && *name)
        return strcmp(k->name, name) == 0;
    return precision == SLM_FASTEST || k->is_int8 == (precision == SLM_INT8);
}

const struct kernels *kernels_pick(enum slm_precision precision)
{
    const struct kernels *found;
    const char           *name = getenv("WEIR_KERNEL");
    for (size_t i = 0; (found = kernels_here(i)) && !is_wanted(found, precision, name);)
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

/* Scores, and in bf16 keys, values and one panel of queries, whose features are filled up to whole steps of 32.
 */
size_t attention_room(const struct kernels *k, const struct attention *shape)
{
    size_t lanes = panels_of(k, shape->tokens) * k->panel, features = round_up(shape->head_features, 32);
    size_t in_bf16 = k->attends_in_bf16 ? (2 * lanes + k->panel) * features * 2 : 0;
    return lanes * k->panel * sizeof(float) + in_bf16;
}

/* An int8 make puts the activations' bytes there, then two floats for each token. */
size_t kernels_room(const struct kernels *k, size_t inputs, size_t tokens)
{
    size_t lanes = panels_of(k, tokens) * k->panel;
    return k->is_int8 ? lanes * (round_up(inputs, k->step) + 2 * sizeof(float)) : 0;
}

/* ------------------------------------------------------------------------------------------ packed matrices */

static size_t outputs_bytes(const struct kernels *k, size_t outputs)
{
    return round_up(round_up(outputs, k->tile) * sizeof(float), CACHE_LINE);
}

static size_t easing_bytes(size_t inputs)
{
    return round_up(inputs * sizeof(float), CACHE_LINE);
}

static size_t weights_bytes(const struct kernels *k, size_t outputs, size_t inputs)
{
    size_t weights = round_up(outputs, k->tile) * round_up(inputs, k->step);
    return round_up(weights * (k->is_int8 ? 1 : sizeof(float)), CACHE_LINE);
}

size_t matrix_room(const struct kernels *k, size_t outputs, size_t inputs)
{
    size_t floats =
        k->is_int8 ? 3 * outputs_bytes(k, outputs) + easing_bytes(inputs) : outputs_bytes(k, outputs);
    return floats + weights_bytes(k, outputs, inputs);
}

/* The weights last: behind them comes the next matrix. */
void matrix_init(struct matrix *m, const struct kernels *k, size_t outputs, size_t inputs, void *room)
{
    char  *at = room;
    size_t step = outputs_bytes(k, outputs);
    *m = (struct matrix){ .inputs = inputs, .outputs = outputs, .bias = (float *)(void *)at };
    if (k->is_int8) {
        m->scale = (float *)(void *)(at + step);
        m->shift = (float *)(void *)(at + 2 * step);
        m->bytes = (int8_t *)(at + 3 * step + easing_bytes(inputs));
    } else {
        m->floats = (float *)(void *)(at + step);
    }
}

void matrix_ease(struct matrix *m, const float *easing)
{
    m->easing = (float *)(void *)((char *)m->bytes - easing_bytes(m->inputs));
    memcpy(m->easing, easing, m->inputs * sizeof *easing);
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

static float eased(const struct matrix *m, const float *row, size_t i)
{
    return m->easing ? row[i] / m->easing[i] : row[i];
}

/* The largest weight becomes 127 or -127. */
static void pack_bytes(struct matrix *m, const struct kernels *k, size_t output, const float *row)
{
    int8_t *to = m->bytes + place_of(m, k, output);
    float   most = 0;
    int32_t sum = 0;
    for (size_t i = 0; i < m->inputs; i++)
        most = fmaxf(most, fabsf(eased(m, row, i)));
    float steps_in_one = most > 0 ? 127 / most : 0;
    m->scale[output] = most / 127;
    for (size_t i = 0; i < m->inputs; to += k->tile * k->step)
        for (size_t part = 0; part < k->step && i < m->inputs; part++) {
            to[part] = (int8_t)lrintf(eased(m, row, i++) * steps_in_one);
            sum += to[part];
        }
    m->shift[output] = m->scale[output] * (float)sum;
}

void matrix_pack(struct matrix *m, const struct kernels *k, size_t at, const float *rows, const float *bias,
                 size_t count)
{
    for (size_t row = 0; row < count; row++) {
        (k->is_int8 ? pack_bytes : pack_floats)(m, k, at + row, rows + row * m->inputs);
        m->bias[at + row] = bias[row];
    }
}
