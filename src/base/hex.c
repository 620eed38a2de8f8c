/* hex.c - see base/hex.h. */
#include "base/hex.h"

size_t hex_write(const unsigned char *bytes, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
    return 2 * count;
}

bool hex_read(struct slice digits, unsigned char *out, size_t count)
{
    if (digits.len != 2 * count)
        return false;
    for (size_t i = 0; i < count; i++) {
        int high = hex_digit(digits.ptr[2 * i]), low = hex_digit(digits.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
