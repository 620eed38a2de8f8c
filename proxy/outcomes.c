/* outcomes.c - see outcomes.h. */
#include "outcomes.h"

#include <math.h>
#include <openssl/evp.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "records are written as they lie in memory, and they are little-endian"
#endif

enum { FINGERPRINT_DIGITS = 16, FLOATS = 2 + HEADS_MARKS, SEEN_MOST = FLOATS * sizeof(float) + SLM_DIM_MOST };

static size_t seen_bytes(const struct slm *s)
{
    return FLOATS * sizeof(float) + slm_dim(s);
}

static void fingerprint_of(const struct slm *s, char out[FINGERPRINT_DIGITS + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t          print = slm_fingerprint(s);
    for (int i = FINGERPRINT_DIGITS - 1; i >= 0; i--, print >>= 4)
        out[i] = digits[print & 15];
    out[FINGERPRINT_DIGITS] = '\0';
}

/* Where the middle layer's mean begins in a view. */
static size_t middle_of(const struct slm *s)
{
    return slm_dim(s) + HEADS_MARKS + 1;
}

static void pack(const struct slm *s, const struct taught_view *view, unsigned char *out)
{
    const float *middle = view->dense + middle_of(s);
    float        number[FLOATS], most = 0;
    for (size_t i = 0; i < slm_dim(s); i++)
        most = fmaxf(most, fabsf(middle[i]));
    number[0] = most / 127;
    number[1] = view->dense[middle_of(s) - 1];
    memcpy(number + 2, view->dense + slm_dim(s), HEADS_MARKS * sizeof *number);
    memcpy(out, number, sizeof number);
    for (size_t i = 0; i < slm_dim(s); i++)
        out[sizeof number + i] = (unsigned char)(signed char)(most > 0 ? lroundf(middle[i] / number[0]) : 0);
}

static void unpack(const struct slm *s, const unsigned char *seen, struct taught_view *view)
{
    float number[FLOATS];
    memset(view, 0, sizeof *view);
    memcpy(number, seen, sizeof number);
    view->dense[middle_of(s) - 1] = number[1];
    memcpy(view->dense + slm_dim(s), number + 2, HEADS_MARKS * sizeof *number);
    for (size_t i = 0; i < slm_dim(s); i++)
        view->dense[middle_of(s) + i] = number[0] * (float)(signed char)seen[sizeof number + i];
}

void outcome_write(const struct slm *s, const struct taught_view *view, bool weak_ok, struct buf *out)
{
    unsigned char seen[SEEN_MOST];
    char          print[FINGERPRINT_DIGITS + 1];
    size_t        bytes = seen_bytes(s);
    fingerprint_of(s, print);
    pack(s, view, seen);
    buf_printf(out, "{\"encoder\":\"%s\",\"weak_ok\":%s,\"seen\":\"", print, weak_ok ? "true" : "false");
    char *room = buf_reserve(out, (bytes + 2) / 3 * 4 + 1); /* EVP_EncodeBlock() adds a NUL */
    if (room)
        out->len += (size_t)EVP_EncodeBlock((unsigned char *)room, seen, (int)bytes);
    buf_add(out, S("\"}"));
}

bool outcome_is_for_another(const struct json *row, struct arena *arena, const struct slm *s)
{
    char         print[FINGERPRINT_DIGITS + 1];
    struct slice told = json_string(row, json_get(row, 0, "encoder"), arena);
    fingerprint_of(s, print);
    return told.len > 0 && !slice_is(told, print);
}

static bool all_finite(const struct slm *s, const struct taught_view *view)
{
    bool ok = true;
    for (size_t i = 0; i < middle_of(s) + slm_dim(s); i++)
        ok = ok && isfinite(view->dense[i]);
    return ok;
}

bool outcome_read(const struct json *row, struct arena *arena, const struct slm *s, struct taught_view *out,
                  uint64_t *twin, struct fault *why)
{
    unsigned char seen[SEEN_MOST + 3]; /* whole groups of three */
    struct slice  text = json_string(row, json_get(row, 0, "seen"), arena);
    size_t        bytes = seen_bytes(s);
    if (text.len != (bytes + 2) / 3 * 4 ||
        EVP_DecodeBlock(seen, (const unsigned char *)text.ptr, (int)text.len) < (int)bytes)
        return fault_set(why, FAULT_BAD_REQUEST, "the record is damaged, or of another encoder's size");
    unpack(s, seen, out);
    *twin = slice_hash(text);
    return all_finite(s, out) || fault_set(why, FAULT_BAD_REQUEST, "the record is damaged");
}
