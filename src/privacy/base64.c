/* base64.c - see base64.h. */
#include "base64.h"

int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct slice letters, char *out, size_t *len)
{
    uint32_t bits = 0;
    unsigned count = 0; /* # of bits held */
    *len = 0;
    for (int i = 0; i < 2 && letters.len > 0 && letters.ptr[letters.len - 1] == '='; i++)
        letters.len--;
    if (letters.len % 4 == 1)
        return false;
    for (size_t i = 0; i < letters.len; i++) {
        int value = base64_value(letters.ptr[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[(*len)++] = (char)(bits >> count);
        }
    }
    return true;
}
