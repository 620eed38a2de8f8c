/* kernels_portable.c - 4 floats to a register, as NEON and SSE2 have it; a compiler makes something of it
 * anywhere. */

#define MAKE portable
#define FOR_MAKE
#if defined(__aarch64__)
enum { LANES = 4, TILE = 12 }; /* 32 registers */
#else
enum { LANES = 4, TILE = 6 };
#endif
enum { OUTPUTS = TILE, STEP = 1, IS_INT8 = 0 };
#include "kernels_body.h"
