/*
 * clock.h - time for threads that have no loop: the main thread, the journal's, subcommands. Loops have their
 * own (loop.h).
 */
#ifndef WEIR_CLOCK_H
#define WEIR_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);      /* goes on evenly; since some time before */
int64_t clock_wall_ms(void); /* since 1970 */

/* The thread rests for a moment, about 10 ms, before it looks again at what it waits for. */
void clock_nap(void);

#endif
