/* dice.c - see dice.h. */
#include "dice.h"

#include "base/die.h"
#include "base/hex.h"

#include <openssl/rand.h>

void dice_bytes(void *out, size_t bytes)
{
    if (RAND_bytes(out, (int)bytes) != 1)
        die("OpenSSL has no random bytes");
}

void dice_digits(char *out, size_t digits)
{
    unsigned char random[DICE_DIGITS_MOST / 2];
    dice_bytes(random, digits / 2);
    hex_write(random, digits / 2, out);
}
