/* main.c - the command line's front door. */
#include <stdio.h>

int main(void)
{
    puts("weir");
    return 0;
}
