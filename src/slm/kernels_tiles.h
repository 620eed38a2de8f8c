/*
 * kernels_tiles.h - products of bytes on AMX's tiles; a part of kernels_int8.h.
 *
 * Two tiles of 16 outputs by two of 16 tokens, 64 features a step: four loads, four products. A panel of bytes
 * is already what a tile of tokens looks like. Two things decide the speed:
 *
 * The tiles' unit and the vector unit work at once only if the program gives both something to do. So while one
 * unit's products are summed up, the sums of the one before become floats, some rows with each step.
 *
 * Products are as fast as they can be if weights or tokens come from the first cache, a third as fast where
 * both come from the second. So a deep matrix is worked off CHUNK features at a time, for GROUP panels of
 * tokens, and the sums wait in memory meanwhile.
 */

enum { TILE_BYTES = 16 * 64, STEP_BYTES = STEP * PANEL, BETWEEN = 4 * PANEL, RIGHT = 4 * LANES };
enum { CHUNK = 512, GROUP = 4 };

/* The blocks of sums of a group of panels; two, where it is only one panel, for the one that waits. */
struct sums_ring {
    _Alignas(64) int32_t sum[GROUP][OUTPUTS * PANEL];
};

/* What a unit of work multiplies: a block of outputs, a panel of tokens, a chunk of features. */
struct unit {
    const int8_t  *weights;
    const uint8_t *bytes;
    size_t         steps;
    int32_t       *sum;
    bool           goes_on; /* sum holds what earlier chunks came to */
};

/* Runs the unit and finishes, meanwhile, `waiting`: a few rows after each product. */
INLINE void run_unit(const struct unit *u, const struct sums *waiting, const enum after after)
{
    const int8_t  *weights = u->weights;
    const uint8_t *bytes = u->bytes;
    const size_t   rows = (waiting->rows + 4 * u->steps - 1) / (4 * u->steps);
    size_t         row = 0;
    if (u->goes_on) {
        _tile_loadd(0, u->sum, BETWEEN);
        _tile_loadd(1, u->sum + 16 * PANEL, BETWEEN);
        _tile_loadd(2, u->sum + LANES, BETWEEN);
        _tile_loadd(3, u->sum + 16 * PANEL + LANES, BETWEEN);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (size_t step = 0; step < u->steps; step++, weights += STEP * OUTPUTS, bytes += STEP_BYTES) {
        _tile_loadd(6, bytes, BETWEEN);
        _tile_loadd(4, weights, 64);
        _tile_dpbsud(0, 4, 6);
        finish_rows(waiting, row, row + rows, after);
        _tile_loadd(5, weights + TILE_BYTES, 64);
        _tile_dpbsud(1, 5, 6);
        finish_rows(waiting, row + rows, row + 2 * rows, after);
        _tile_loadd(7, bytes + RIGHT, BETWEEN);
        _tile_dpbsud(2, 4, 7);
        finish_rows(waiting, row + 2 * rows, row + 3 * rows, after);
        _tile_dpbsud(3, 5, 7);
        finish_rows(waiting, row + 3 * rows, row + 4 * rows, after);
        row += 4 * rows;
    }
    _tile_stored(0, u->sum, BETWEEN);
    _tile_stored(1, u->sum + 16 * PANEL, BETWEEN);
    _tile_stored(2, u->sum + LANES, BETWEEN);
    _tile_stored(3, u->sum + 16 * PANEL + LANES, BETWEEN);
}

INLINE void run_product(const struct product *p, const enum after after)
{
    struct sums_ring     ring;
    const struct matrix *m = p->m;
    const size_t         depth = p->q.depth;
    struct sums          waiting = { .rows = 0 };
    TILES_BEGIN
    for (size_t group = 0; group < p->tokens; group += GROUP * PANEL) {
        size_t end = p->tokens - group < GROUP * PANEL ? p->tokens : group + GROUP * PANEL;
        for (size_t row = 0; row < m->outputs; row += OUTPUTS)
            for (size_t chunk = 0; chunk < depth; chunk += CHUNK)
                for (size_t from = group; from < end; from += PANEL) {
                    size_t      deep = depth - chunk < CHUNK ? depth - chunk : CHUNK;
                    size_t      slot = end - group > PANEL ? (from - group) / PANEL : row / OUTPUTS % 2;
                    struct unit u = { .weights = m->bytes + row * depth + chunk * OUTPUTS,
                                      .bytes = p->q.bytes + from * depth + chunk * PANEL,
                                      .steps = deep / STEP,
                                      .sum = ring.sum[slot],
                                      .goes_on = chunk > 0 };
                    run_unit(&u, &waiting, after);
                    if (chunk + deep == depth)
                        waiting = sums_of(p, row, from, u.sum);
                    else
                        waiting.rows = 0;
                }
    }
    TILES_END
    finish_rows(&waiting, 0, OUTPUTS, after);
}
