/*
 * kernels_int8.h - multiply() in bytes; a part of kernels_body.h for those makes that say what DOT4 or AMX is.
 *
 * A token's activations x, each times its feature's easing, lie between the token's least and its most, and
 * become bytes q of 0..255: x = low + scale q. An output's weights w, divided by the easings, became bytes v of
 * -127..127 when they were packed: w = scale_w v. So
 *
 *     sum of x w = scale_w (scale * sum of q v + low * sum of v)
 *
 * where the first sum is of whole numbers, 32 bits wide and exact, and the last is known beforehand. That the
 * range need not lie evenly around zero is worth a bit for what comes out of GELU, which is hardly ever below
 * it.
 *
 * Activations lie in panels of bytes: [features / 4][PANEL][4], so that a register holds four features of LANES
 * tokens. A make may say how it rounds a register to bytes (CONVERT), and how four such become one (PACK).
 */

/* What multiply() works with, in the room that the caller gives. */
struct quantized {
    uint8_t *bytes; /* panels */
    float   *scale; /* [tokens, in whole panels] */
    float   *low;   /* likewise */
    size_t   depth; /* features of a panel of bytes: inputs, rounded up to STEP */
};

#if !defined(CONVERT)
/* Adding 2^23 rounds, and leaves the whole number in the lowest bits. */
#define CONVERT(x)       ((ivec)((x) + 8388608.0f) & 0xFF)
#define PACK(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (d) << 24)
#endif

/* Feature f of LANES tokens as it is held in bytes. */
INLINE vec eased(const float *in, const float *easing, size_t f)
{
    vec x = load(in + f * PANEL);
    return easing ? (vec)(x * easing[f]) : x;
}

/* Of each of LANES tokens. Two at once, so that none waits for the one before. */
INLINE void range_of(const float *in, const float *easing, size_t features, vec *least, vec *most)
{
    vec    low = eased(in, easing, 0), high = low, low2 = low, high2 = low;
    size_t f = 1;
    for (; f + 2 <= features; f += 2) {
        vec x = eased(in, easing, f), y = eased(in, easing, f + 1);
        low = vec_min(low, x);
        high = vec_max(high, x);
        low2 = vec_min(low2, y);
        high2 = vec_max(high2, y);
    }
    if (f < features) {
        low = vec_min(low, eased(in, easing, f));
        high = vec_max(high, eased(in, easing, f));
    }
    *least = vec_min(low, low2);
    *most = vec_max(high, high2);
}

/* LANES tokens of a panel; all point at the first of them. */
INLINE void quantize_lanes(const float *in, const float *easing, size_t features, uint8_t *bytes, float *scale,
                           float *low)
{
    const float levels = 255;
    vec         least, most;
    range_of(in, easing, features, &least, &most);
    vec range = most - least;
    vec steps_in_one = choose(range > splat(1e-30f), levels / range, splat(0.0f));
    vec start = splat(0.0f) - least * steps_in_one;
    store(scale, range * (1.0f / levels));
    store(low, least);
    for (size_t f = 0; f < features; f += 4, bytes += 4 * PANEL) {
        ivec four[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
        UNROLL
        for (size_t i = 0; i < 4; i++)
            if (f + i < features)
                four[i] = CONVERT(eased(in, easing, f + i) * steps_in_one + start);
        *(ivec *)(void *)bytes = PACK(four[0], four[1], four[2], four[3]);
    }
}

FOR_MAKE static struct quantized quantize(const struct matrix *m, const float *in, size_t tokens, void *room)
{
    size_t           lanes = (tokens + PANEL - 1) / PANEL * PANEL;
    struct quantized q = { .bytes = room, .depth = (m->inputs + STEP - 1) / STEP * STEP };
    q.scale = (float *)(void *)(q.bytes + lanes * q.depth);
    q.low = q.scale + lanes;
    for (size_t from = 0; from < tokens; from += PANEL)
        for (size_t lane = 0; lane < panel_tokens(tokens, from); lane += LANES) {
            const float *at = in + from * m->inputs + lane;
            uint8_t     *to = q.bytes + from * q.depth + 4 * lane;
            if (m->easing)
                quantize_lanes(at, m->easing, m->inputs, to, q.scale + from + lane, q.low + from + lane);
            else
                quantize_lanes(at, NULL, m->inputs, to, q.scale + from + lane, q.low + from + lane);
        }
    return q;
}

/* What a product is made of. */
struct product {
    const struct matrix *m;
    struct quantized     q;
    float               *out;
    size_t               tokens;
};

/* Sums of up to OUTPUTS outputs for a panel of tokens, and all that makes floats of them: in registers, where
 * the functions are inlined that it is given to. */
struct sums {
    const int32_t *sum; /* [OUTPUTS][PANEL] */
    const float   *factor, *shift, *bias;
    float         *out;
    size_t         rows;  /* outputs that there are */
    bool           right; /* whether there are more than LANES tokens */
    vec            scale[2], low[2];
};

/* Of the block that begins at output `row`, for the panel that begins at token `from`. */
INLINE struct sums sums_of(const struct product *p, size_t row, size_t from, const int32_t *sum)
{
    const struct matrix *m = p->m;
    const float         *scale = p->q.scale + from, *low = p->q.low + from;
    return (struct sums){
        .sum = sum,
        .factor = m->scale + row,
        .shift = m->shift + row,
        .bias = m->bias + row,
        .out = p->out + from * m->outputs + row * PANEL,
        .rows = m->outputs - row < OUTPUTS ? m->outputs - row : OUTPUTS,
        .right = p->tokens - from > LANES,
        .scale = { load(scale), load(scale + LANES) },
        .low = { load(low), load(low + LANES) },
    };
}

/* v: which half of the panel; after is a constant wherever this is inlined. */
INLINE void finish_lanes(const struct sums *s, size_t r, const size_t v, const enum after after)
{
    size_t at = r * PANEL + v * LANES;
    vec    sum = __builtin_convertvector(*(const ivec *)(const void *)(s->sum + at), vec);
    vec    x = sum * (s->scale[v] * s->factor[r]) + (s->low[v] * s->shift[r] + s->bias[r]);
    if (after == AFTER_ADD)
        x += load(s->out + at);
    store(s->out + at, after == AFTER_GELU ? gelu_of(x) : x);
}

/* Outputs [r, end) become floats. */
INLINE void finish_rows(const struct sums *s, size_t r, size_t end, const enum after after)
{
    for (end = end < s->rows ? end : s->rows; r < end; r++) {
        finish_lanes(s, r, 0, after);
        if (s->right)
            finish_lanes(s, r, 1, after);
    }
}

#if defined(AMX)
#include "kernels_tiles.h"
#else
#include "kernels_dot4.h"
#endif

/* Block by block of weights, so that each is fetched from memory once and serves all panels from a near cache.
 */
FOR_MAKE static void multiply(const struct matrix *m, const float *in, float *out, size_t tokens,
                              enum after after, void *room)
{
    const struct product p = { .m = m, .q = quantize(m, in, tokens, room), .out = out, .tokens = tokens };
    switch (after) {
    case AFTER_STORE:
        run_product(&p, AFTER_STORE);
        break;
    case AFTER_ADD:
        run_product(&p, AFTER_ADD);
        break;
    case AFTER_GELU:
        run_product(&p, AFTER_GELU);
        break;
    }
}
