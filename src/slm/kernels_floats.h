/*
 * kernels_floats.h - multiply() and attend() in floats; a part of kernels_body.h.
 *
 * All of it is one loop: a tile of TILE outputs by PANEL tokens is summed up in 2 * TILE registers; each step
 * takes one feature of the PANEL tokens (two registers) and multiplies it with that feature's weight in each of
 * the TILE outputs. Weights come packed in the order in which they are read. For attention, keys, queries and
 * values are already panels, and are read where they lie.
 */

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

#if !defined(DOT4)

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

/* scores[key][query] -> e^(scale (score - the query's largest)), and each query's 1 / sum. Dividing is left for
 * the end, where there are fewer numbers. */
FOR_MAKE static void soften(float *scores, size_t keys, float scale, float *one_over_sum)
{
    for (size_t lane = 0; lane < PANEL; lane += LANES) {
        vec most = largest_of(scores + lane, keys), sum = splat(0.0f);
        for (size_t key = 0; key < keys; key++) {
            float *at = scores + key * PANEL + lane;
            vec    power = power_of((load(at) - most) * scale);
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

FOR_MAKE static void attend(const struct attention *shape, const float *qkv, float *out, void *room)
{
    float *scores = room;
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
