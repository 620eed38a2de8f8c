/* die.c - see base/die.h. */
#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>

void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("weir: fatal: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
