/* kernels_avx2.c - 8 floats to a register, 16 registers: 12 of them hold a tile's sums. */
#if defined(__x86_64__)

#define MAKE     avx2
#define FOR_MAKE __attribute__((target("avx2,fma")))
enum { LANES = 8, TILE = 6, OUTPUTS = TILE, STEP = 1, IS_INT8 = 0 };
#include "kernels_body.h"
#endif
