/*
 * kernels_amx.h - attend() in bf16 on AMX's tiles; a part of kernels_body.h for the make that has them.
 *
 * A tile product is C[16][16] += A[16][32] B[32][16], where B lies in pairs: [16][16][2]. Panels have features
 * one below the other and tokens side by side. So a B of queries is two features' rows interleaved, a B of
 * powers two keys' rows, and an A of values 32 keys of a feature's row as they lie. Only an A of keys, a row a
 * key, must be turned round: that is done once a head.
 *
 *     scores[key][query]  = sum over features  keys[key][feature] queries[feature][query]
 *     out[feature][query] = sum over keys      values[feature][key] powers[key][query]
 *
 * Features are filled up to whole steps of 32 with zeros; keys beyond the last have the power 0.
 */

/* In the room that the caller gives: attention_room() counts the same. */
struct attention_tiles {
    size_t    steps;   /* of 32 features */
    size_t    panels;  /* of 32 keys */
    uint32_t *keys;    /* [panels * 2][steps][16 keys][16 pairs of features] */
    uint16_t *values;  /* [steps * 2][panels][16 features][32 keys] */
    uint32_t *queries; /* [steps * 16 pairs of features][PANEL] */
    float    *scores;  /* [keys][PANEL]; then, in the same place, powers, [keys / 2][PANEL] pairs */
};

enum { TILE_ROWS = 16, TILE_PAIRS = 16, TILE_WORDS = TILE_ROWS * TILE_PAIRS, TILE_LINE = 64 };
_Static_assert(PANEL == 2 * TILE_ROWS, "a panel is two tiles wide");

/* The upper halves of two floats' bits, rounded; a in the lower half of the pair. */
INLINE ivec pair_of(vec a, vec b)
{
    ivec half = 0x8000 - (ivec){ 0 };
    return (((ivec)a + half) >> 16 & 0xFFFF) | (((ivec)b + half) & ~0xFFFF);
}

INLINE vec feature_of(const float *panel, size_t f, size_t features)
{
    return f < features ? load(panel + f * PANEL) : splat(0.0f);
}

/* Rows become columns: what two rows have off the diagonal changes places, in squares of 1, 2, 4 and 8. */
INLINE void transpose(ivec *row)
{
    const ivec lane = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
    UNROLL
    for (int square = 1; square < TILE_ROWS; square *= 2) {
        ivec is_right = (lane & square) != 0;
        ivec upper = (is_right & ((lane ^ square) | TILE_ROWS)) | (~is_right & lane);
        ivec lower = (is_right & (lane | TILE_ROWS)) | (~is_right & (lane ^ square));
        UNROLL
        for (int i = 0; i < TILE_ROWS; i++)
            if ((i & square) == 0) {
                __m512i a = (__m512i)row[i], b = (__m512i)row[i + square];
                row[i] = (ivec)_mm512_permutex2var_epi32(a, (__m512i)upper, b);
                row[i + square] = (ivec)_mm512_permutex2var_epi32(a, (__m512i)lower, b);
            }
    }
}

/* A row a key: 16 pairs of features of one key after the other. */
FOR_MAKE static void lay_keys(const float *k, size_t features, size_t steps, uint32_t *to)
{
    for (size_t lane = 0; lane < PANEL; lane += LANES)
        for (size_t step = 0; step < steps; step++, to += TILE_WORDS) {
            ivec row[TILE_ROWS];
            UNROLL
            for (size_t pair = 0; pair < TILE_PAIRS; pair++) {
                size_t f = (step * TILE_PAIRS + pair) * 2;
                row[pair] = pair_of(feature_of(k + lane, f, features), feature_of(k + lane, f + 1, features));
            }
            transpose(row);
            memcpy(to, row, sizeof row);
        }
}

/* A row a feature, as it lies: 32 keys. */
FOR_MAKE static void lay_values(const float *v, size_t features, size_t steps, size_t panel_values,
                                uint16_t *to)
{
    for (size_t f = 0; f < steps * 32; f++) {
        __m512bh row =
            _mm512_cvtne2ps_pbh((__m512)feature_of(v + LANES, f, features), (__m512)feature_of(v, f, features));
        memcpy(to + f / TILE_ROWS * panel_values + f % TILE_ROWS * PANEL, &row, sizeof row);
    }
}

FOR_MAKE static void lay_queries(const float *q, size_t features, size_t steps, uint32_t *to)
{
    for (size_t f = 0; f < steps * 32; f += 2)
        for (size_t lane = 0; lane < PANEL; lane += LANES)
            *(ivec *)(void *)(to + f / 2 * PANEL + lane) =
                pair_of(feature_of(q + lane, f, features), feature_of(q + lane, f + 1, features));
}

/* scores of a panel of keys for a panel of queries. */
FOR_MAKE static void score_panel(const struct attention_tiles *t, size_t panel)
{
    const uint32_t *keys = t->keys + panel * 2 * t->steps * TILE_WORDS, *queries = t->queries;
    float          *to = t->scores + panel * PANEL * PANEL;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t step = 0; step < t->steps; step++, keys += TILE_WORDS, queries += TILE_PAIRS * PANEL) {
        _tile_loadd(4, keys, TILE_LINE);
        _tile_loadd(5, keys + t->steps * TILE_WORDS, TILE_LINE);
        _tile_loadd(6, queries, 2 * TILE_LINE);
        _tile_loadd(7, queries + TILE_PAIRS, 2 * TILE_LINE);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, to, 2 * TILE_LINE);
    _tile_stored(1, to + LANES, 2 * TILE_LINE);
    _tile_stored(2, to + TILE_ROWS * PANEL, 2 * TILE_LINE);
    _tile_stored(3, to + TILE_ROWS * PANEL + LANES, 2 * TILE_LINE);
}

/* scores -> pairs of e^(scale (score - the query's largest)), which take the place of what was read before, and
 * each query's 1 / sum. LANES queries; all point at the first of them. */
FOR_MAKE static void soften_lanes(float *scores, size_t keys, size_t keys_padded, float scale,
                                  float *one_over_sum)
{
    scale *= 1.44269504f; /* powers of two */
    vec    shift = largest_of(scores, keys) * scale, sum = splat(0.0f);
    size_t key = 0;
    for (; key + 2 <= keys; key += 2) {
        vec a = power_near(load(scores + key * PANEL) * scale - shift);
        vec b = power_near(load(scores + (key + 1) * PANEL) * scale - shift);
        sum += a + b;
        *(ivec *)(void *)(scores + key / 2 * PANEL) = pair_of(a, b);
    }
    for (; key < keys_padded; key += 2) {
        vec a = key < keys ? power_near(load(scores + key * PANEL) * scale - shift) : splat(0.0f);
        sum += a;
        *(ivec *)(void *)(scores + key / 2 * PANEL) = pair_of(a, splat(0.0f));
    }
    store(one_over_sum, 1.0f / sum);
}

/* sums of a tile of features times 1 / sum of the powers. */
INLINE void mix_rows(const float *sums, const float *one_over_sum, size_t rows, float *out)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t lane = 0; lane < PANEL; lane += LANES)
            store(out + r * PANEL + lane, load(sums + r * PANEL + lane) * load(one_over_sum + lane));
}

/* Up to 32 features' sums for a panel of queries; values: their first tile. */
FOR_MAKE static void mix_panel(const struct attention_tiles *t, const uint16_t *values,
                               const float *one_over_sum, size_t rows, float *out)
{
    _Alignas(64) float sums[2][TILE_ROWS * PANEL];
    const float       *powers = t->scores;
    const size_t       lower = t->panels * TILE_ROWS * PANEL; /* from a tile to that of the next 16 features */
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t panel = 0; panel < t->panels; panel++, values += 2 * TILE_WORDS, powers += TILE_PAIRS * PANEL) {
        _tile_loadd(4, values, TILE_LINE);
        _tile_loadd(5, values + lower, TILE_LINE);
        _tile_loadd(6, powers, 2 * TILE_LINE);
        _tile_loadd(7, powers + TILE_PAIRS, 2 * TILE_LINE);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums[0], 2 * TILE_LINE);
    _tile_stored(1, sums[0] + LANES, 2 * TILE_LINE);
    _tile_stored(2, sums[1], 2 * TILE_LINE);
    _tile_stored(3, sums[1] + LANES, 2 * TILE_LINE);
    mix_rows(sums[0], one_over_sum, rows < TILE_ROWS ? rows : TILE_ROWS, out);
    if (rows > TILE_ROWS)
        mix_rows(sums[1], one_over_sum, rows - TILE_ROWS, out + TILE_ROWS * PANEL);
}

/* One head's answer for one panel of queries. */
FOR_MAKE static void attend_panel(const struct attention *shape, const struct attention_tiles *t,
                                  const float *q, float *out)
{
    float  one_over_sum[PANEL];
    size_t features = shape->head_features;
    lay_queries(q, features, t->steps, t->queries);
    for (size_t panel = 0; panel < t->panels; panel++)
        score_panel(t, panel);
    for (size_t lane = 0; lane < PANEL; lane += LANES)
        soften_lanes(t->scores + lane, shape->tokens, t->panels * PANEL, 1.0f / sqrtf((float)features),
                     one_over_sum + lane);
    for (size_t f = 0; f < features; f += 2 * TILE_ROWS)
        mix_panel(t, t->values + f * t->panels * PANEL, one_over_sum,
                  features - f < 2 * TILE_ROWS ? features - f : 2 * TILE_ROWS, out + f * PANEL);
}

FOR_MAKE static void attend(const struct attention *shape, const float *qkv, float *out, void *room)
{
    size_t features = shape->head_features, hidden = shape->heads * features, step = 3 * hidden * PANEL;
    struct attention_tiles t = { .steps = (features + 31) / 32, .panels = (shape->tokens + PANEL - 1) / PANEL };
    t.scores = room;
    t.keys = (uint32_t *)(void *)(t.scores + t.panels * PANEL * PANEL);
    t.values = (uint16_t *)(void *)(t.keys + 2 * t.panels * t.steps * TILE_WORDS);
    t.queries = (uint32_t *)(void *)(t.values + 4 * t.panels * t.steps * TILE_WORDS);
    TILES_BEGIN
    for (size_t head = 0; head < shape->heads; head++) {
        const float *q = qkv + head * features * PANEL, *k = q + hidden * PANEL, *v = k + hidden * PANEL;
        for (size_t panel = 0; panel < t.panels; panel++) {
            lay_keys(k + panel * step, features, t.steps, t.keys + panel * 2 * t.steps * TILE_WORDS);
            lay_values(v + panel * step, features, t.steps, t.panels * TILE_ROWS * PANEL,
                       t.values + panel * TILE_ROWS * PANEL);
        }
        for (size_t panel = 0; panel < t.panels; panel++)
            attend_panel(shape, &t, q + panel * step, out + panel * PANEL * hidden + head * features * PANEL);
    }
    TILES_END
}
