/* kernels_avx2.c - 8 floats to a register, 16 registers: 12 of them hold a tile's sums. */
#if defined(__x86_64__)
#include <immintrin.h>

#define MAKE     avx2
#define FOR_MAKE __attribute__((target("avx2,fma")))
enum { LANES = 8, TILE = 6, OUTPUTS = TILE, STEP = 1, IS_INT8 = 0 };
#define VEC_MAX(a, b) (vec) _mm256_max_ps((__m256)(a), (__m256)(b))
#define VEC_MIN(a, b) (vec) _mm256_min_ps((__m256)(a), (__m256)(b))
#include "kernels_body.h"
#endif
