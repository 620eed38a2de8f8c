/*
 * day.h - days of the Gregorian calendar, in UTC, as numbers since 1970-01-01.
 */
#ifndef WEIR_BASE_DAY_H
#define WEIR_BASE_DAY_H

#include "base/slice.h"

enum { DAY_BYTES = 16 };

/* "2026-11-23", and no other spelling, of a day that there is. */
MUST_CHECK bool day_read(struct slice text, int64_t *day);
/* The same back, NUL-terminated, of the years 1000 to 9999. */
void day_name(int64_t day, char out[DAY_BYTES]);

#endif
