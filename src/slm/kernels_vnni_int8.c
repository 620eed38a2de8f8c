/* kernels_vnni_int8.c - AVX-512 VNNI: four products of bytes are summed in one step, in each of 16 lanes. */
#if defined(__x86_64__)
#include <immintrin.h>

#define MAKE     vnni_int8
#define FOR_MAKE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,fma")))
enum { LANES = 16, TILE = 12, OUTPUTS = 12, STEP = 4, IS_INT8 = 1 };

#define DOT4(sum, bytes, weights)                                                                              \
    (ivec) _mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(bytes), (__m512i)(weights))
#define PACK_512
#define VEC_MAX(a, b) (vec) _mm512_max_ps((__m512)(a), (__m512)(b))
#define VEC_MIN(a, b) (vec) _mm512_min_ps((__m512)(a), (__m512)(b))
#include "kernels_body.h"
#endif
