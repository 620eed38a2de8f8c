/* kernels_portable_int8.c - bytes in plain C. Half the memory, but slower than floats: no instruction helps. */

#define MAKE portable_int8
#define FOR_MAKE
enum { LANES = 4, TILE = 6, OUTPUTS = 6, STEP = 4, IS_INT8 = 1 };

/* The i-th byte of each lane: of activations unsigned, of weights with its sign. */
#define ACTIVATION(bytes, i) (((bytes) >> (8 * (i))) & 0xFF)
#define WEIGHT(bytes, i)     (((bytes) << (24 - 8 * (i))) >> 24)
#define PRODUCT(b, w, i)     (ACTIVATION(b, i) * WEIGHT(w, i))
#define DOT4(sum, b, w)      ((sum) + PRODUCT(b, w, 0) + PRODUCT(b, w, 1) + PRODUCT(b, w, 2) + PRODUCT(b, w, 3))
#include "kernels_body.h"
