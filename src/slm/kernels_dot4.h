/*
 * kernels_dot4.h - products of bytes in vector registers, four to a lane at once; a part of kernels_int8.h.
 *
 * The next block of weights is fetched into the second cache while this one is at work: a short text waits for
 * weights more than for anything else.
 */

/* Of a block of OUTPUTS, for `vectors` of the panel's two. ahead: bytes from a weight to what is fetched, 0 for
 * nothing. */
INLINE void sum_lanes(const int8_t *weights, const uint8_t *bytes, size_t depth, size_t ahead,
                      const size_t vectors, int32_t *sums)
{
    ivec sum[OUTPUTS][2];
    UNROLL
    for (size_t r = 0; r < OUTPUTS; r++)
        sum[r][0] = sum[r][1] = (ivec){ 0 };
    for (size_t i = 0; i < depth; i += 4, weights += 4 * OUTPUTS, bytes += 4 * PANEL) {
        ivec b0 = *(const ivec *)(const void *)bytes;
        ivec b1 = vectors > 1 ? *(const ivec *)(const void *)(bytes + 4 * LANES) : b0;
        __builtin_prefetch(weights + ahead, 0, SECOND_CACHE);
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

INLINE void run_product(const struct product *p, const enum after after)
{
    _Alignas(64) int32_t sum[OUTPUTS * PANEL];
    const struct matrix *m = p->m;
    size_t               depth = p->q.depth;
    for (size_t row = 0; row < m->outputs; row += OUTPUTS) {
        const int8_t *weights = m->bytes + row * depth;
        for (size_t from = 0; from < p->tokens; from += PANEL) {
            const struct sums s = sums_of(p, row, from, sum);
            const uint8_t    *bytes = p->q.bytes + from * depth;
            size_t            ahead = from == 0 ? depth * OUTPUTS : 0;
            if (s.right)
                sum_lanes(weights, bytes, depth, ahead, 2, sum);
            else
                sum_lanes(weights, bytes, depth, ahead, 1, sum);
            finish_rows(&s, 0, OUTPUTS, after);
        }
    }
}
