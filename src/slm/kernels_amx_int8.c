/* kernels_amx_int8.c - AMX: tiles of 16 by 16 sums, 64 products of bytes deep, or 32 of bf16. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#define MAKE amx_int8
#define FOR_MAKE                                                                                               \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,fma,amx-tile,amx-int8,amx-bf16")))
enum { LANES = 16, TILE = 12, OUTPUTS = 32, STEP = 64, IS_INT8 = 1 };

/* Eight tiles of 16 rows of 64 bytes. (Intel SDM, volume 1, 18.3, "TILECFG") */
struct tile_config {
    uint8_t  palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t  rows[16];
};
static const struct tile_config eight_tiles = {
    .palette = 1,
    .row_bytes = { 64, 64, 64, 64, 64, 64, 64, 64 },
    .rows = { 16, 16, 16, 16, 16, 16, 16, 16 },
};

/* Tiles are a thread's, and whoever switches threads is spared them when they are given back. */
#define AMX
#define TILES_BEGIN _tile_loadconfig(&eight_tiles);
#define TILES_END   _tile_release();
#define PACK_512
#define VEC_MAX(a, b) (vec) _mm512_max_ps((__m512)(a), (__m512)(b))
#define VEC_MIN(a, b) (vec) _mm512_min_ps((__m512)(a), (__m512)(b))
#include "kernels_body.h"
#endif
