/*
 * kernels_body.h - the kernels, written once in vectors of LANES floats (GCC's vector extension, which clang
 * has too) and compiled by each kernels_<make>.c. That says, before it includes this:
 *
 *     MAKE, FOR_MAKE   its name, and the attribute that lets a function use its instructions
 *     LANES, TILE      floats in a register; outputs that a tile of floats has
 *     OUTPUTS, STEP    how its weights are packed: outputs side by side, inputs side by side
 *     IS_INT8          and where it is 1, DOT4 or AMX: see kernels_int8.h
 *     VEC_MAX, VEC_MIN the larger and the smaller of two registers' lanes, where one instruction knows
 *
 * What is here is of one token alone, a lane each. Sums over features and tokens, multiply() and attend(), are
 * in kernels_floats.h, kernels_int8.h and kernels_amx.h.
 */
#include "kernels_list.h"

#include <math.h>

enum { PANEL = 2 * LANES, SECOND_CACHE = 2 };

#define JOIN2(a, b) a##b
#define JOIN(a, b)  JOIN2(a, b)
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE FOR_MAKE static inline __attribute__((always_inline))
#if !defined(VEC_MAX)
#define VEC_MAX(a, b) choose((a) > (b), a, b)
#define VEC_MIN(a, b) choose((a) < (b), a, b)
#endif

typedef float   vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE vec load(const float *at)
{
    return *(const vec *)at;
}

INLINE void store(float *at, vec x)
{
    *(vec *)at = x;
}

/* x - 0 is x for every x, as x + 0 is not, so that compilers make a plain broadcast of it. */
INLINE vec splat(float x)
{
    return x - (vec){ 0 };
}

/* a where mask is all ones, b where it is 0. */
INLINE vec choose(ivec mask, vec a, vec b)
{
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

INLINE vec vec_max(vec a, vec b)
{
    return VEC_MAX(a, b);
}

INLINE vec vec_min(vec a, vec b)
{
    return VEC_MIN(a, b);
}

/* ----------------------------------------------------------------------------------------- smooth functions */

/*
 * e^x for x <= 0 is 2^n 2^f with n whole and |f| <= 1/2. Adding and taking away 1.5 * 2^23 rounds to a whole
 * number; ln 2 in two parts, the first so short that n times it is exact, keeps f good where x is large. 2^f is
 * a polynomial fitted for the least relative error (1.9e-9 before rounding); n is added to the exponent's bits.
 */
INLINE vec exp_of(vec x)
{
    const float round = 12582912.0f;
    vec         bounded = vec_max(x, splat(-87.0f));
    vec         n = (bounded * 1.44269504f + round) - round;
    vec         f = ((bounded - n * 0.693359375f) + n * 2.12194440e-4f) * 1.44269504f;
    vec         p = splat(1.53458094e-4f);
    p = p * f + 1.33999312e-3f;
    p = p * f + 9.61848897e-3f;
    p = p * f + 5.55032878e-2f;
    p = p * f + 2.40226469e-1f;
    p = p * f + 6.93147206e-1f;
    p = p * f + 1.0f;
    ivec power = (ivec)p + (__builtin_convertvector(n, ivec) << 23);
    return choose(x < splat(-87.0f), splat(0.0f), (vec)power);
}

/*
 * erf(z) = z P(z^2) / Q(z^2) for |z| <= 3.95, beyond which it is 1 to the last bit of a float. P and Q of
 * degree 5, fitted for the least largest error (1.8e-8 before rounding, 4e-7 in floats).
 */
INLINE vec erf_of(vec z)
{
    z = vec_min(vec_max(z, splat(-3.95f)), splat(3.95f));
    vec t = z * z;
    vec p = splat(2.01173928e-6f);
    p = p * t + 2.87595023e-4f;
    p = p * t + 3.91716986e-3f;
    p = p * t + 5.32066126e-2f;
    p = p * t + 1.94032552e-1f;
    p = p * t + 1.12837901f;
    vec q = splat(3.78393779e-5f);
    q = q * t + 1.19816036e-3f;
    q = q * t + 1.52704138e-2f;
    q = q * t + 1.15589424e-1f;
    q = q * t + 5.05288362e-1f;
    q = q * t + 1.0f;
    return z * p / q;
}

/*
 * What bytes deserve: 2^y, e^x and GELU to a ten-thousandth, in half the steps. Adding 1.5 * 2^23 leaves n in
 * the lowest bits, where a shift makes it an exponent's; 2^f is a polynomial fitted for the least relative
 * error (7.5e-5).
 */
INLINE vec power_near(vec y)
{
    const float round = 12582912.0f;
    y = vec_max(y, splat(-126.0f));
    vec shifted = y + round, f = y - (shifted - round);
    vec p = splat(5.51716681e-2f);
    p = p * f + 2.42611134e-1f;
    p = p * f + 6.93260987e-1f;
    p = p * f + 9.99928073e-1f;
    return (vec)((ivec)p + ((ivec)shifted << 23));
}

INLINE vec exp_near(vec x)
{
    return power_near(x * 1.44269504f);
}

/* gelu(x) = x (1/2 + z P(z^2)) with z = x held within 3.75; P fitted for the least largest error (9.5e-5). */
INLINE vec gelu_near(vec x)
{
    vec z = vec_min(vec_max(x, splat(-3.75f)), splat(3.75f));
    vec t = z * z;
    vec p = splat(3.24474669e-8f);
    p = p * t - 2.05580977e-6f;
    p = p * t + 5.63490103e-5f;
    p = p * t - 8.89112533e-4f;
    p = p * t + 9.10806842e-3f;
    p = p * t - 6.52523339e-2f;
    p = p * t + 3.98331523e-1f;
    return x * (z * p + 0.5f);
}

INLINE vec power_of(vec x)
{
    return IS_INT8 ? exp_near(x) : exp_of(x);
}

INLINE vec gelu_of(vec x)
{
    return IS_INT8 ? gelu_near(x) : (vec)(x * 0.5f * (erf_of(x * 0.707106781f) + 1.0f));
}

FOR_MAKE static void exp_all(float *x, size_t count)
{
    for (size_t i = 0; i < count; i += LANES)
        store(x + i, power_of(load(x + i)));
}

FOR_MAKE static void gelu_all(float *x, size_t count)
{
    for (size_t i = 0; i < count; i += LANES)
        store(x + i, gelu_of(load(x + i)));
}

/* What is folded over the rows of a panel, four rows at once so that none waits for the one before; rows > 0,
 * LANES of each. */
#define FOLD(name, start, with)                                                                                \
    INLINE vec name(const float *x, size_t rows)                                                               \
    {                                                                                                          \
        vec    a = start, b = a, c = a, d = a;                                                                 \
        size_t r = 0;                                                                                          \
        for (; r + 4 <= rows; r += 4, x += 4 * PANEL) {                                                        \
            a = with(a, load(x));                                                                              \
            b = with(b, load(x + PANEL));                                                                      \
            c = with(c, load(x + 2 * PANEL));                                                                  \
            d = with(d, load(x + 3 * PANEL));                                                                  \
        }                                                                                                      \
        for (; r < rows; r++, x += PANEL)                                                                      \
            a = with(a, load(x));                                                                              \
        return with(with(a, b), with(c, d));                                                                   \
    }

INLINE vec vec_add(vec a, vec b)
{
    return a + b;
}

FOLD(largest_of, load(x), vec_max)
FOLD(sum_of, splat(0.0f), vec_add)

#if defined(PACK_512)
/* Whole numbers of 0..255 in four registers become the bytes of one: lanes of 128 bits hold 4 lanes of a, of b
 * and so on, which change places there. */
INLINE ivec pack_bytes(ivec a, ivec b, ivec c, ivec d)
{
    const __m512i order = _mm512_set4_epi32(0x0F0B0703, 0x0E0A0602, 0x0D090501, 0x0C080400);
    __m512i       ab = _mm512_packus_epi32((__m512i)a, (__m512i)b);
    __m512i       cd = _mm512_packus_epi32((__m512i)c, (__m512i)d);
    return (ivec)_mm512_shuffle_epi8(_mm512_packus_epi16(ab, cd), order);
}
#define CONVERT(x)       (ivec) _mm512_cvtps_epi32((__m512)(x))
#define PACK(a, b, c, d) pack_bytes(a, b, c, d)
#endif

/* Tokens in the panel that begins at token `from`. */
INLINE size_t panel_tokens(size_t tokens, size_t from)
{
    return tokens - from < PANEL ? tokens - from : PANEL;
}

#if defined(AMX)
#include "kernels_amx.h"
enum { ATTENDS_IN_BF16 = 1 };
#else
#include "kernels_floats.h"
enum { ATTENDS_IN_BF16 = 0 };
#endif
#if defined(AMX) || defined(DOT4)
#include "kernels_int8.h"
#endif

/* --------------------------------------------------------------------------------------- layer normalization
 */

/* Variance is the mean square of the differences from the mean: two passes, and no cancellation. */
FOR_MAKE static void normalize_lanes(float *x, const float *gain, const float *shift, size_t features,
                                     float epsilon)
{
    vec    mean = sum_of(x, features) / (float)features, even = splat(0.0f), odd = even, factor;
    size_t at = 0;
    for (; at + 2 <= features; at += 2) {
        vec a = load(x + at * PANEL) - mean, b = load(x + (at + 1) * PANEL) - mean;
        even += a * a;
        odd += b * b;
    }
    if (at < features) {
        vec a = load(x + at * PANEL) - mean;
        even += a * a;
    }
    vec   variance = (even + odd) / (float)features + epsilon;
    float lane[LANES];
    store(lane, variance);
    for (size_t i = 0; i < LANES; i++)
        lane[i] = 1.0f / sqrtf(lane[i]);
    factor = load(lane);
    for (size_t f = 0; f < features; f++)
        store(x + f * PANEL, (load(x + f * PANEL) - mean) * factor * gain[f] + shift[f]);
}

FOR_MAKE static void normalize(float *x, const float *gain, const float *shift, size_t features, size_t tokens,
                               float epsilon)
{
    for (size_t from = 0; from < tokens; from += PANEL)
        for (size_t lane = 0; lane < PANEL; lane += LANES)
            normalize_lanes(x + from * features + lane, gain, shift, features, epsilon);
}

/* ---------------------------------------------------------------------------------------------- the mean's sum
 */

FOR_MAKE static void add_up(const float *x, size_t features, size_t tokens, float *out)
{
    for (size_t f = 0; f < features; f++) {
        vec   sum = splat(0.0f);
        float lane[LANES], total = 0;
        for (size_t from = 0; from < tokens; from += LANES) {
            const float *at = x + from / PANEL * PANEL * features + f * PANEL + from % PANEL;
            if (tokens - from >= LANES)
                sum += load(at);
            else
                for (size_t t = 0; t < tokens - from; t++)
                    total += at[t];
        }
        store(lane, sum);
        for (size_t i = 0; i < LANES; i++)
            total += lane[i];
        out[f] = total;
    }
}

#define WORD2(name) #name
#define WORD(name)  WORD2(name)

const struct kernels JOIN(kernels_, MAKE) = {
    .name = WORD(MAKE),
    .is_int8 = IS_INT8,
    .attends_in_bf16 = ATTENDS_IN_BF16,
    .panel = PANEL,
    .tile = OUTPUTS,
    .step = STEP,
    .multiply = multiply,
    .attend = attend,
    .normalize = normalize,
    .add_up = add_up,
    .gelu = gelu_all,
    .exp = exp_all,
};
