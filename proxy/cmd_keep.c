/* cmd_keep.c - weir keep: stands between weir serve and a generator that it runs; see child.h. */
#include "child.h"
#include "commands.h"

#include <stdio.h>

int cmd_keep(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: weir keep PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    return child_keep(argv + 1);
}
