/*
 * kernels_body.h - the kernels, written once in vectors of LANES floats (GCC's vector extension, which clang
 * has too) and compiled by each kernels_<make>.c. That says, before it includes this:
 *
 *     MAKE, FOR_MAKE   its name, and the attribute that lets a function use its instructions
 *     LANES, TILE      floats in a register; outputs that a tile of floats has
 *     OUTPUTS, STEP    how its weights are packed: outputs side by side, inputs side by side
 *     IS_INT8          and where it is 1, DOT4 or AMX: see kernels_int8.h
 *
 * All matrix work in floats is one loop: a tile of TILE outputs by PANEL tokens is summed up in 2 * TILE
 * registers; each step takes one feature of the PANEL tokens (two registers) and multiplies it with that
 * feature's weight in each of the TILE outputs. Weights come packed in the order in which they are read. For
 * attention, keys, queries and values are already panels, and are read where they lie.
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
    return choose(a > b, a, b);
}

INLINE vec vec_min(vec a, vec b)
{
    return choose(a < b, a, b);
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

FOR_MAKE static void exp_all(float *x, size_t count)
{
    for (size_t i = 0; i < count; i += LANES)
        store(x + i, exp_of(load(x + i)));
}

FOR_MAKE static void gelu_all(float *x, size_t count)
{
    for (size_t i = 0; i < count; i += LANES) {
        vec v = load(x + i);
        store(x + i, v * 0.5f * (erf_of(v * 0.707106781f) + 1.0f));
    }
}

/* ------------------------------------------------------------------------------------------------- the tile */

/* What a tile multiplies: out[row][token] (+)= sum over i of a[row * a_row + i * a_step] * b[i][token]. */
struct work {
    size_t       depth; /* how many i */
    const float *a;
    size_t       a_row, a_step;
    const float *b;     /* [depth][PANEL] */
    const float *bias;  /* [rows], NULL for none */
    float       *out;   /* [rows][PANEL] */
    bool         adds;  /* to what out holds, rather than storing */
    size_t       ahead; /* floats from a to what will be needed next, fetched meanwhile */
};

/* rows, a_row and vectors (1 or 2: how much of the panel) are constants wherever this is inlined, so the sums
 * stay in registers. */
INLINE void tile_of(const size_t rows, const size_t a_row, const size_t vectors, const struct work *w)
{
    vec sum[TILE][2];
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            sum[r][v] = splat(w->bias ? w->bias[r] : 0.0f);
            if (w->adds)
                sum[r][v] += load(w->out + r * PANEL + v * LANES);
        }
    }
    const float *a = w->a, *b = w->b;
    for (size_t i = 0; i < w->depth; i++, a += w->a_step, b += PANEL) {
        vec b0 = load(b), b1 = vectors > 1 ? load(b + LANES) : b0;
        __builtin_prefetch(a + w->ahead, 0, SECOND_CACHE); /* the first is full of what is at hand */
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            vec x = splat(a[r * a_row]);
            sum[r][0] += x * b0;
            if (vectors > 1)
                sum[r][1] += x * b1;
        }
    }
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            store(w->out + r * PANEL + v * LANES, sum[r][v]);
    }
}

/* Any number of rows, in tiles of TILE, 4 and 1. */
INLINE void rows_of(size_t rows, const size_t a_row, const size_t vectors, struct work w)
{
    while (rows > 0) {
        size_t now = rows >= TILE ? TILE : rows >= 4 ? 4 : 1;
        if (now == TILE)
            tile_of(TILE, a_row, vectors, &w);
        else if (now == 4)
            tile_of(4, a_row, vectors, &w);
        else
            tile_of(1, a_row, vectors, &w);
        rows -= now;
        w.a += now * a_row;
        w.out += now * PANEL;
        if (w.bias)
            w.bias += now;
    }
}

/* The weights' and the keys' rows lie side by side, the values' a panel apart. */
FOR_MAKE static void multiply_near(size_t rows, size_t tokens, struct work w)
{
    if (tokens > LANES)
        rows_of(rows, 1, 2, w);
    else
        rows_of(rows, 1, 1, w);
}

FOR_MAKE static void multiply_apart(size_t rows, size_t tokens, struct work w)
{
    if (tokens > LANES)
        rows_of(rows, PANEL, 2, w);
    else
        rows_of(rows, PANEL, 1, w);
}

/* Tokens in the panel that begins at token `from`. */
INLINE size_t panel_tokens(size_t tokens, size_t from)
{
    return tokens - from < PANEL ? tokens - from : PANEL;
}

#if defined(DOT4) || defined(AMX)
#include "kernels_int8.h"
#else

/* Block by block of weights, so that each is fetched from memory once and serves all panels from the first
 * cache. */
FOR_MAKE static void multiply(const struct matrix *m, const float *in, float *out, size_t tokens,
                              enum after after, void *room)
{
    (void)room;
    for (size_t row = 0; row < m->outputs; row += TILE) {
        size_t rows = m->outputs - row < TILE ? m->outputs - row : TILE;
        for (size_t from = 0; from < tokens; from += PANEL) {
            float *to = out + from * m->outputs + row * PANEL;
            multiply_near(rows, panel_tokens(tokens, from),
                          (struct work){ .depth = m->inputs,
                                         .a = m->floats + row * m->inputs,
                                         .a_step = TILE,
                                         .b = in + from * m->inputs,
                                         .bias = m->bias + row,
                                         .out = to,
                                         .adds = after == AFTER_ADD,
                                         .ahead = m->inputs * TILE });
            if (after == AFTER_GELU)
                gelu_all(to, rows * PANEL);
        }
    }
}

#endif

/* ------------------------------------------------------------------------------------------------ attention */

/* scores[key][query] -> e^(scale (score - the query's largest)), and each query's 1 / sum. Dividing is left for
 * the end, where there are fewer numbers. */
FOR_MAKE static void soften(float *scores, size_t keys, float scale, float *one_over_sum)
{
    for (size_t lane = 0; lane < PANEL; lane += LANES) {
        vec most = load(scores + lane), sum = splat(0.0f);
        for (size_t key = 1; key < keys; key++)
            most = vec_max(most, load(scores + key * PANEL + lane));
        for (size_t key = 0; key < keys; key++) {
            float *at = scores + key * PANEL + lane;
            vec    power = exp_of((load(at) - most) * scale);
            sum += power;
            store(at, power);
        }
        store(one_over_sum + lane, 1.0f / sum);
    }
}

/* One head's answer for one panel of queries. q, k and v point at the head's first feature: q in the queries'
 * panel, k and v in the first panel of all; panel_step is from panel to panel. */
FOR_MAKE static void attend_panel(const struct attention *shape, const float *q, size_t queries, const float *k,
                                  const float *v, size_t panel_step, float *scores, float *out)
{
    size_t features = shape->head_features;
    float  one_over_sum[PANEL];
    for (size_t from = 0; from < shape->tokens; from += PANEL)
        multiply_near(panel_tokens(shape->tokens, from), queries,
                      (struct work){ .depth = features,
                                     .a = k + from / PANEL * panel_step,
                                     .a_step = PANEL,
                                     .b = q,
                                     .out = scores + from * PANEL });
    soften(scores, shape->tokens, 1.0f / sqrtf((float)features), one_over_sum);
    for (size_t from = 0; from < shape->tokens; from += PANEL)
        multiply_apart(features, queries,
                       (struct work){ .depth = panel_tokens(shape->tokens, from),
                                      .a = v + from / PANEL * panel_step,
                                      .a_step = 1,
                                      .b = scores + from * PANEL,
                                      .out = out,
                                      .adds = from > 0 });
    for (size_t f = 0; f < features; f++)
        for (size_t lane = 0; lane < PANEL; lane += LANES)
            store(out + f * PANEL + lane, load(out + f * PANEL + lane) * load(one_over_sum + lane));
}

FOR_MAKE static void attend(const struct attention *shape, const float *qkv, float *out, float *scores)
{
    size_t hidden = shape->heads * shape->head_features;
    size_t panel_step = 3 * hidden * PANEL;
    for (size_t head = 0; head < shape->heads; head++) {
        const float *q = qkv + head * shape->head_features * PANEL;
        const float *k = q + hidden * PANEL;
        const float *v = k + hidden * PANEL;
        for (size_t from = 0; from < shape->tokens; from += PANEL)
            attend_panel(shape, q + from / PANEL * panel_step, panel_tokens(shape->tokens, from), k, v,
                         panel_step, scores, out + from * hidden + head * shape->head_features * PANEL);
    }
}

/* --------------------------------------------------------------------------------------- layer normalization
 */

/* Variance is the mean square of the differences from the mean: two passes, and no cancellation. */
FOR_MAKE static void normalize_lanes(float *x, const float *gain, const float *shift, size_t features,
                                     float epsilon)
{
    vec sum = splat(0.0f), squares = splat(0.0f);
    for (size_t f = 0; f < features; f++)
        sum += load(x + f * PANEL);
    vec mean = sum / (float)features;
    for (size_t f = 0; f < features; f++) {
        vec apart = load(x + f * PANEL) - mean;
        squares += apart * apart;
    }
    vec   variance = squares / (float)features + epsilon, factor;
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

#define WORD2(name) #name
#define WORD(name)  WORD2(name)

const struct kernels JOIN(kernels_, MAKE) = {
    .name = WORD(MAKE),
    .is_int8 = IS_INT8,
    .panel = PANEL,
    .tile = OUTPUTS,
    .step = STEP,
    .multiply = multiply,
    .attend = attend,
    .normalize = normalize,
    .gelu = gelu_all,
    .exp = exp_all,
};
