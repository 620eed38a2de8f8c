/* utf8.c - see base/utf8.h. */
#include "base/utf8.h"

static bool is_within(const char *p, unsigned char least, unsigned char most)
{
    return (unsigned char)*p >= least && (unsigned char)*p <= most;
}

/* The table of RFC 3629, 4: only the second byte's range depends on the first. */
size_t utf8_length(const char *p, const char *end)
{
    unsigned char lead = (unsigned char)*p;
    size_t        room = (size_t)(end - p);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return room >= 2 && is_within(p + 1, 0x80, 0xBF) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        unsigned char least = lead == 0xE0 ? 0xA0 : 0x80, most = lead == 0xED ? 0x9F : 0xBF;
        return room >= 3 && is_within(p + 1, least, most) && is_within(p + 2, 0x80, 0xBF) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        unsigned char least = lead == 0xF0 ? 0x90 : 0x80, most = lead == 0xF4 ? 0x8F : 0xBF;
        return room >= 4 && is_within(p + 1, least, most) && is_within(p + 2, 0x80, 0xBF) &&
                       is_within(p + 3, 0x80, 0xBF)
                   ? 4
                   : 0;
    }
    return 0;
}

bool utf8_is_control(const char *p, size_t len)
{
    unsigned char first = (unsigned char)p[0];
    return first < 0x20 || first == 0x7F || (len == 2 && first == 0xC2 && (unsigned char)p[1] < 0xA0);
}

size_t utf8_whole(const char *text, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)text[len - back];
        if (c < 0x80)
            break;
        if (c >= 0xC0) { /* it begins a sequence: do its bytes reach as far as it says? */
            size_t wants = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
            return wants > back ? len - back : len;
        }
    }
    return len;
}

size_t utf8_write(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}
