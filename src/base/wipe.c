/* wipe.c - see base/wipe.h. */
#include "base/wipe.h"

enum { STACK_BYTES = 64 * 1024 };

/* Without the sanitizer's red zones its frame is the array, and ends where any other begins. */
__attribute__((noinline, no_sanitize("address"))) void wipe_stack(void)
{
    char below[STACK_BYTES];
    explicit_bzero(below, sizeof below);
}
