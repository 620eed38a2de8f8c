/*
 * sum.h - sums that cannot overflow.
 */
#ifndef WEIR_BASE_SUM_H
#define WEIR_BASE_SUM_H

#include <stdint.h>

/* a + b, or the end of int64_t that it is beyond. */
static inline int64_t sum_capped(int64_t a, int64_t b)
{
    int64_t all;
    return __builtin_add_overflow(a, b, &all) ? (b < 0 ? INT64_MIN : INT64_MAX) : all;
}

#endif
