/*
 * kernels_int8.h - multiply() in bytes; a part of kernels_body.h for those makes that say what DOT4 or AMX is.
 *
 * A token's activations x, between its least and its most, become bytes q of 0..255: x = low + scale q. An
 * output's weights w became bytes v of -127..127 when they were packed: w = scale_w v. So
 *
 *     sum of x w = scale_w (scale * sum of q v + low * sum of v)
 *
 * where the first sum is of whole numbers, 32 bits wide and exact, and the last is known beforehand. That the
 * range need not lie evenly around zero is worth a bit for what comes out of GELU, which is hardly ever below
 * it.
 *
 * Activations lie in panels of bytes: [features / 4][PANEL][4], so that a register holds four features of LANES
 * tokens.
 */

/* What multiply() works with, in the room that the caller gives. */
struct quantized {
    uint8_t *bytes; /* panels */
    float   *scale; /* [tokens, in whole panels] */
    float   *low;   /* likewise */
    size_t   depth; /* features of a panel of bytes: inputs, rounded up to STEP */
};

/* LANES tokens of a panel; all point at the first of them. */
FOR_MAKE static void quantize_lanes(const float *in, size_t features, uint8_t *bytes, float *scale, float *low)
{
    const float round = 12582912.0f; /* as in exp_of() */
    vec         least = load(in), most = least;
    for (size_t f = 1; f < features; f++) {
        least = vec_min(least, load(in + f * PANEL));
        most = vec_max(most, load(in + f * PANEL));
    }
    vec range = most - least;
    vec steps_in_one = choose(range > splat(1e-30f), 255.0f / range, splat(0.0f));
    store(scale, range * (1.0f / 255.0f));
    store(low, least);
    for (size_t f = 0; f < features; f += 4) {
        ivec four = { 0 };
        for (size_t i = 0; i < 4 && f + i < features; i++) {
            vec whole = ((load(in + (f + i) * PANEL) - least) * steps_in_one + round) - round;
            four |= __builtin_convertvector(whole, ivec) << (8 * (int)i);
        }
        *(ivec *)(void *)(bytes + f * PANEL) = four;
    }
}

FOR_MAKE static struct quantized quantize(const struct matrix *m, const float *in, size_t tokens, void *room)
{
    size_t           lanes = (tokens + PANEL - 1) / PANEL * PANEL;
    struct quantized q = { .bytes = room, .depth = (m->inputs + STEP - 1) / STEP * STEP };
    q.scale = (float *)(void *)(q.bytes + lanes * q.depth);
    q.low = q.scale + lanes;
    for (size_t from = 0; from < tokens; from += PANEL)
        for (size_t lane = 0; lane < PANEL; lane += LANES)
            quantize_lanes(in + from * m->inputs + lane, m->inputs, q.bytes + from * q.depth + 4 * lane,
                           q.scale + from + lane, q.low + from + lane);
    return q;
}

#if defined(DOT4)

/* sums[output][token] of a block of OUTPUTS, for `vectors` of the panel's two. */
INLINE void sum_block(const int8_t *weights, const uint8_t *bytes, size_t depth, const size_t vectors,
                      int32_t *sums)
{
    ivec sum[OUTPUTS][2];
    UNROLL
    for (size_t r = 0; r < OUTPUTS; r++)
        sum[r][0] = sum[r][1] = (ivec){ 0 };
    for (size_t i = 0; i < depth; i += 4, weights += 4 * OUTPUTS, bytes += 4 * PANEL) {
        ivec b0 = *(const ivec *)(const void *)bytes;
        ivec b1 = vectors > 1 ? *(const ivec *)(const void *)(bytes + 4 * LANES) : b0;
        __builtin_prefetch(weights + depth * OUTPUTS, 0, SECOND_CACHE);
        UNROLL
        for (size_t r = 0; r < OUTPUTS; r++) {
            int32_t four;
            memcpy(&four, weights + 4 * r, sizeof four);
            ivec w = four - (ivec){ 0 };
            sum[r][0] = DOT4(sum[r][0], b0, w);
            if (vectors > 1)
                sum[r][1] = DOT4(sum[r][1], b1, w);
        }
    }
    UNROLL
    for (size_t r = 0; r < OUTPUTS; r++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            *(ivec *)(void *)(sums + r * PANEL + v * LANES) = sum[r][v];
    }
}

FOR_MAKE static void sum_of_block(const int8_t *weights, const uint8_t *bytes, size_t depth, size_t tokens,
                                  int32_t *sums)
{
    if (tokens > LANES)
        sum_block(weights, bytes, depth, 2, sums);
    else
        sum_block(weights, bytes, depth, 1, sums);
}

#else

/* Two tiles of 16 outputs by two of 16 tokens, 64 features a step: four loads, four multiplications. The panel
 * of bytes is already what a tile of tokens looks like. */
FOR_MAKE static void sum_of_block(const int8_t *weights, const uint8_t *bytes, size_t depth, size_t tokens,
                                  int32_t *sums)
{
    enum { TILE_BYTES = 16 * 64, STEP_BYTES = STEP * PANEL, BETWEEN = 4 * PANEL, RIGHT = 4 * LANES };
    bool is_wide = tokens > LANES;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t i = 0; i < depth; i += STEP, weights += STEP * OUTPUTS, bytes += STEP_BYTES) {
        for (size_t line = 0; line < STEP * OUTPUTS; line += 64)
            __builtin_prefetch(weights + depth * OUTPUTS + line, 0, SECOND_CACHE);
        _tile_loadd(4, weights, 64);
        _tile_loadd(5, weights + TILE_BYTES, 64);
        _tile_loadd(6, bytes, BETWEEN);
        _tile_dpbsud(0, 4, 6);
        _tile_dpbsud(1, 5, 6);
        if (is_wide) {
            _tile_loadd(7, bytes + RIGHT, BETWEEN);
            _tile_dpbsud(2, 4, 7);
            _tile_dpbsud(3, 5, 7);
        }
    }
    _tile_stored(0, sums, BETWEEN);
    _tile_stored(1, sums + 16 * PANEL, BETWEEN);
    _tile_stored(2, sums + LANES, BETWEEN);
    _tile_stored(3, sums + 16 * PANEL + LANES, BETWEEN);
}

#endif

/* Sums become floats; panel is q moved on to the panel that they are of. */
FOR_MAKE static void finish_block(const struct matrix *m, size_t row, size_t rows, const int32_t *sums,
                                  const struct quantized *panel, float *to, enum after after)
{
    for (size_t r = 0; r < rows; r++) {
        float scale = m->scale[row + r], shift = scale * (float)m->sum[row + r];
        for (size_t lane = 0; lane < PANEL; lane += LANES) {
            vec sum = __builtin_convertvector(*(const ivec *)(const void *)(sums + r * PANEL + lane), vec);
            vec x = sum * (load(panel->scale + lane) * scale) +
                    (load(panel->low + lane) * shift + m->bias[row + r]);
            if (after == AFTER_ADD)
                x += load(to + r * PANEL + lane);
            store(to + r * PANEL + lane, x);
        }
    }
    if (after == AFTER_GELU)
        gelu_all(to, rows * PANEL);
}

FOR_MAKE static void multiply(const struct matrix *m, const float *in, float *out, size_t tokens,
                              enum after after, void *room)
{
    _Alignas(64) int32_t sums[OUTPUTS * PANEL] = { 0 };
    struct quantized     q = quantize(m, in, tokens, room);
    TILES_BEGIN
    for (size_t row = 0; row < m->outputs; row += OUTPUTS) {
        size_t rows = m->outputs - row < OUTPUTS ? m->outputs - row : OUTPUTS;
        for (size_t from = 0; from < tokens; from += PANEL) {
            struct quantized panel = { q.bytes + from * q.depth, q.scale + from, q.low + from, q.depth };
            sum_of_block(m->bytes + row * q.depth, panel.bytes, q.depth, panel_tokens(tokens, from), sums);
            finish_block(m, row, rows, sums, &panel, out + from * m->outputs + row * PANEL, after);
        }
    }
    TILES_END
}
