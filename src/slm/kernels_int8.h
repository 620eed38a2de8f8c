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
 * it. Where the matrix is wide, q is of 0..65535 in two bytes, which are multiplied one after the other.
 *
 * Activations lie in panels of bytes: [features / 4][PANEL][4], so that a register holds four features of LANES
 * tokens.
 */

/*
 * The next block of weights is fetched into the second cache while this one is at work: a short text waits for
 * weights more than for anything else. Finishing fetches two lines with each register of outputs, since memory
 * would have nothing to do meanwhile; the steps of the first panel's sums fetch what that leaves.
 */
struct ahead {
    const int8_t *at;
    size_t        step; /* bytes to fetch with each step of STEP inputs */
};

/* What multiply() works with, in the room that the caller gives. */
struct quantized {
    uint8_t *bytes; /* panels; where they are wide, those of the upper bytes after all of the lower */
    size_t   upper; /* from a lower byte to its upper one, 0 where there is none */
    float   *scale; /* [tokens, in whole panels] */
    float   *low;   /* likewise */
    size_t   depth; /* features of a panel of bytes: inputs, rounded up to STEP */
};

/* Of each of LANES tokens. Two at once, so that none waits for the one before. */
INLINE void range_of(const float *in, size_t features, vec *least, vec *most)
{
    vec    low = load(in), high = low, low2 = low, high2 = low;
    size_t f = 1;
    for (; f + 2 <= features; f += 2) {
        vec x = load(in + f * PANEL), y = load(in + (f + 1) * PANEL);
        low = vec_min(low, x);
        high = vec_max(high, x);
        low2 = vec_min(low2, y);
        high2 = vec_max(high2, y);
    }
    if (f < features) {
        low = vec_min(low, load(in + f * PANEL));
        high = vec_max(high, load(in + f * PANEL));
    }
    *least = vec_min(low, low2);
    *most = vec_max(high, high2);
}

/* Up to four features of LANES tokens. Adding 2^23 rounds, and leaves the whole number in the lowest bits. */
INLINE void quantize_four(const float *in, const size_t count, vec least, vec steps_in_one, uint8_t *bytes,
                          const size_t upper)
{
    const float round = 8388608.0f;
    ivec        lower_four = { 0 }, upper_four = { 0 };
    UNROLL
    for (size_t i = 0; i < 4; i++) {
        if (i == count)
            break;
        ivec whole = (ivec)((load(in + i * PANEL) - least) * steps_in_one + round);
        lower_four |= (whole & 0xFF) << (8 * (int)i);
        upper_four |= (whole >> 8 & 0xFF) << (8 * (int)i);
    }
    *(ivec *)(void *)bytes = lower_four;
    if (upper)
        *(ivec *)(void *)(bytes + upper) = upper_four;
}

/* LANES tokens of a panel; all point at the first of them. */
INLINE void quantize_lanes(const float *in, size_t features, uint8_t *bytes, const size_t upper, float *scale,
                           float *low)
{
    const float levels = upper ? 65535.0f : 255.0f;
    vec         least, most;
    range_of(in, features, &least, &most);
    vec range = most - least;
    vec steps_in_one = choose(range > splat(1e-30f), levels / range, splat(0.0f));
    store(scale, range * (1.0f / levels));
    store(low, least);
    size_t f = 0;
    for (; f + 4 <= features; f += 4)
        quantize_four(in + f * PANEL, 4, least, steps_in_one, bytes + f * PANEL, upper);
    for (size_t rest = features - f; rest > 0; rest = 0)
        quantize_four(in + f * PANEL, rest, least, steps_in_one, bytes + f * PANEL, upper);
}

FOR_MAKE static struct quantized quantize(const struct matrix *m, const float *in, size_t tokens, void *room)
{
    size_t           lanes = (tokens + PANEL - 1) / PANEL * PANEL;
    struct quantized q = { .bytes = room, .depth = (m->inputs + STEP - 1) / STEP * STEP };
    q.upper = m->is_wide ? lanes * q.depth : 0;
    q.scale = (float *)(void *)(q.bytes + lanes * q.depth + q.upper);
    q.low = q.scale + lanes;
    for (size_t from = 0; from < tokens; from += PANEL)
        for (size_t lane = 0; lane < panel_tokens(tokens, from); lane += LANES) {
            const float *at = in + from * m->inputs + lane;
            uint8_t     *to = q.bytes + from * q.depth + 4 * lane;
            if (q.upper)
                quantize_lanes(at, m->inputs, to, q.upper, q.scale + from + lane, q.low + from + lane);
            else
                quantize_lanes(at, m->inputs, to, 0, q.scale + from + lane, q.low + from + lane);
        }
    return q;
}

#if defined(DOT4)

/* sums[output][token] of a block of OUTPUTS, for `vectors` of the panel's two. */
INLINE void sum_lanes(const int8_t *weights, const uint8_t *bytes, size_t depth, struct ahead ahead,
                      const size_t vectors, int32_t *sums)
{
    ivec sum[OUTPUTS][2];
    UNROLL
    for (size_t r = 0; r < OUTPUTS; r++)
        sum[r][0] = sum[r][1] = (ivec){ 0 };
    for (size_t i = 0; i < depth; i += 4, weights += 4 * OUTPUTS, bytes += 4 * PANEL) {
        ivec b0 = *(const ivec *)(const void *)bytes;
        ivec b1 = vectors > 1 ? *(const ivec *)(const void *)(bytes + 4 * LANES) : b0;
        __builtin_prefetch(ahead.at, 0, SECOND_CACHE);
        ahead.at += ahead.step;
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

FOR_MAKE static void sum_block(const int8_t *weights, const uint8_t *bytes, size_t depth, struct ahead ahead,
                               size_t tokens, int32_t *sums)
{
    if (tokens > LANES)
        sum_lanes(weights, bytes, depth, ahead, 2, sums);
    else
        sum_lanes(weights, bytes, depth, ahead, 1, sums);
}

#else

/* Two tiles of 16 outputs by two of 16 tokens, 64 features a step: four loads, four multiplications. The panel
 * of bytes is already what a tile of tokens looks like. */
FOR_MAKE static void sum_block(const int8_t *weights, const uint8_t *bytes, size_t depth, struct ahead ahead,
                               size_t tokens, int32_t *sums)
{
    enum { TILE_BYTES = 16 * 64, STEP_BYTES = STEP * PANEL, BETWEEN = 4 * PANEL, RIGHT = 4 * LANES };
    bool is_wide = tokens > LANES;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t i = 0; i < depth; i += STEP, weights += STEP * OUTPUTS, bytes += STEP_BYTES) {
        for (const int8_t *end = ahead.at + ahead.step; ahead.at < end; ahead.at += 64)
            __builtin_prefetch(ahead.at, 0, SECOND_CACHE);
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

/* What becomes of a block's sums; upper is NULL, or the sums of the upper bytes. */
struct block {
    const struct matrix *m;
    size_t               row, rows;
    const int32_t       *lower, *upper; /* [OUTPUTS][PANEL] */
    const int8_t        *late;          /* LATE_BYTES to fetch */
};

/* Sums of LANES tokens become floats. is_wide and after are constants wherever this is inlined. */
INLINE void finish_lanes(const struct block *b, vec scale, vec low, size_t lane, float *to, const bool is_wide,
                         const enum after after)
{
    const float *output_scale = b->m->scale + b->row, *shift = b->m->shift + b->row,
                *bias = b->m->bias + b->row;
    for (size_t r = 0; r < b->rows; r++) {
        size_t at = r * PANEL + lane;
        vec    sum = __builtin_convertvector(*(const ivec *)(const void *)(b->lower + at), vec);
        if (is_wide)
            sum += __builtin_convertvector(*(const ivec *)(const void *)(b->upper + at), vec) * 256.0f;
        if (LATE_BYTES > 0) {
            const int8_t *late = b->late + (2 * r + lane / LANES) * 128;
            __builtin_prefetch(late, 0, SECOND_CACHE);
            __builtin_prefetch(late + 64, 0, SECOND_CACHE);
        }
        vec x = sum * (scale * output_scale[r]) + (low * shift[r] + bias[r]);
        if (after == AFTER_ADD)
            x += load(to + at);
        store(to + at, after == AFTER_GELU ? gelu_of(x) : x);
    }
}

INLINE void finish_after(const struct block *b, const float *scale, const float *low, size_t tokens, float *to,
                         const bool is_wide, enum after after)
{
    for (size_t lane = 0; lane < tokens; lane += LANES) {
        vec s = load(scale + lane), l = load(low + lane);
        switch (after) {
        case AFTER_STORE:
            finish_lanes(b, s, l, lane, to, is_wide, AFTER_STORE);
            break;
        case AFTER_ADD:
            finish_lanes(b, s, l, lane, to, is_wide, AFTER_ADD);
            break;
        case AFTER_GELU:
            finish_lanes(b, s, l, lane, to, is_wide, AFTER_GELU);
            break;
        }
    }
}

FOR_MAKE static void finish_block(const struct block *b, const float *scale, const float *low, size_t tokens,
                                  float *to, enum after after)
{
    if (b->upper)
        finish_after(b, scale, low, tokens, to, true, after);
    else
        finish_after(b, scale, low, tokens, to, false, after);
}

/* What the steps of the first panel's sums fetch of a block that begins at `next`. */
static struct ahead ahead_of(const int8_t *next, size_t depth)
{
    size_t block = depth * OUTPUTS;
    return (struct ahead){ next + LATE_BYTES, block > LATE_BYTES ? (block - LATE_BYTES) / (depth / STEP) : 0 };
}

/* Block by block of weights, so that each is fetched from memory once and serves all panels from a near cache.
 */
FOR_MAKE static void multiply(const struct matrix *m, const float *in, float *out, size_t tokens,
                              enum after after, void *room)
{
    _Alignas(64) int32_t lower[OUTPUTS * PANEL], upper[OUTPUTS * PANEL];
    struct quantized     q = quantize(m, in, tokens, room);
    const struct ahead   nothing = { m->bytes, 0 };
    TILES_BEGIN
    for (size_t row = 0; row < m->outputs; row += OUTPUTS) {
        struct block  block = { .m = m, .row = row, .lower = lower, .upper = q.upper ? upper : NULL };
        const int8_t *weights = m->bytes + row * q.depth;
        struct ahead  ahead = ahead_of(weights + q.depth * OUTPUTS, q.depth);
        block.rows = m->outputs - row < OUTPUTS ? m->outputs - row : OUTPUTS;
        block.late = weights + q.depth * OUTPUTS;
        for (size_t from = 0; from < tokens; from += PANEL, ahead = nothing) {
            const uint8_t *bytes = q.bytes + from * q.depth;
            size_t         now = panel_tokens(tokens, from);
            sum_block(weights, bytes, q.depth, ahead, now, lower);
            if (q.upper)
                sum_block(weights, bytes + q.upper, q.depth, nothing, now, upper);
            finish_block(&block, q.scale + from, q.low + from, now, out + from * m->outputs + row * PANEL,
                         after);
        }
    }
    TILES_END
}
