/* kernels_avx512.c - 16 floats to a register, 32 registers: 24 of them hold a tile's sums. */
#if defined(__x86_64__)

#define MAKE     avx512
#define FOR_MAKE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))
enum { LANES = 16, TILE = 12, OUTPUTS = TILE, STEP = 1, IS_INT8 = 0 };
#include "kernels_body.h"
#endif
