/* clock.c - see clock.h. */
#include "clock.h"

#include <time.h>

enum { NAP_MS = 10 };

static int64_t read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

void clock_nap(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = NAP_MS * 1000000L }, NULL);
}
