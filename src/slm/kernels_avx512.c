/* kernels_avx512.c - 16 floats to a register, 32 registers: 24 of them hold a tile's sums. */
#if defined(__x86_64__)
#include <immintrin.h>

#define MAKE     avx512
#define FOR_MAKE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))
enum { LANES = 16, TILE = 12, OUTPUTS = TILE, STEP = 1, IS_INT8 = 0 };
#define VEC_MAX(a, b) (vec) _mm512_max_ps((__m512)(a), (__m512)(b))
#define VEC_MIN(a, b) (vec) _mm512_min_ps((__m512)(a), (__m512)(b))
#include "kernels_body.h"
#endif
