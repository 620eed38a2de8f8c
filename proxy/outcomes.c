/* outcomes.c - see outcomes.h. */
#include "outcomes.h"

#include <inttypes.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "records are written as they lie in memory, and they are little-endian"
#endif

enum { FINGERPRINT_DIGITS = 16, FLOATS = 4 + HEADS_MARKS, SEEN_MOST = FLOATS * sizeof(float) + SLM_DIM_MOST };

static size_t seen_bytes(unsigned dim)
{
    return FLOATS * sizeof(float) + dim;
}

static void fingerprint_of(uint64_t print, char out[FINGERPRINT_DIGITS + 1])
{
    snprintf(out, FINGERPRINT_DIGITS + 1, "%0*" PRIx64, FINGERPRINT_DIGITS, print);
}

/* Where the middle layer's mean begins in a view. */
static size_t middle_of(unsigned dim)
{
    return dim + TAUGHT_MIDDLE;
}

static void pack(unsigned dim, const struct taught_view *view, unsigned char *out)
{
    const float *middle = view->dense + middle_of(dim);
    float        number[FLOATS], most = 0;
    for (size_t i = 0; i < dim; i++)
        most = fmaxf(most, fabsf(middle[i]));
    number[0] = most / 127;
    memcpy(number + 1, view->dense + dim, TAUGHT_MIDDLE * sizeof *number);
    memcpy(out, number, sizeof number);
    for (size_t i = 0; i < dim; i++)
        out[sizeof number + i] = (unsigned char)(signed char)(most > 0 ? lroundf(middle[i] / number[0]) : 0);
}

static void unpack(unsigned dim, const unsigned char *seen, struct taught_view *view)
{
    float number[FLOATS];
    memset(view, 0, sizeof *view);
    memcpy(number, seen, sizeof number);
    memcpy(view->dense + dim, number + 1, TAUGHT_MIDDLE * sizeof *number);
    for (size_t i = 0; i < dim; i++)
        view->dense[middle_of(dim) + i] = number[0] * (float)(signed char)seen[sizeof number + i];
}

void outcome_write(unsigned dim, uint64_t fingerprint, const struct taught_view *view, bool weak_ok,
                   const float *marks, struct buf *out)
{
    unsigned char seen[SEEN_MOST];
    char          print[FINGERPRINT_DIGITS + 1];
    size_t        bytes = seen_bytes(dim);
    fingerprint_of(fingerprint, print);
    pack(dim, view, seen);
    buf_printf(out, "{\"encoder\":\"%s\",\"weak_ok\":%s,\"seen\":\"", print, weak_ok ? "true" : "false");
    char *room = buf_reserve(out, (bytes + 2) / 3 * 4 + 1); /* EVP_EncodeBlock() adds a NUL */
    if (room)
        out->len += (size_t)EVP_EncodeBlock((unsigned char *)room, seen, (int)bytes);
    buf_add_byte(out, '"');
    for (unsigned i = 0; marks && i < DRAFT_MARKS; i++)
        buf_printf(out, "%s%.5g", i ? "," : ",\"marks\":[", (double)marks[i]);
    buf_add_str(out, marks ? "]}" : "}");
}

bool outcome_read_marks(const struct json *row, float mark[DRAFT_MARKS])
{
    json_at  list = json_get(row, 0, "marks");
    unsigned count = 0;
    for (json_at at = json_first(row, list); at != JSON_NONE; at = json_next(row, at)) {
        double number;
        if (count == DRAFT_MARKS || !json_double(row, at, &number) || !isfinite((float)number))
            return false;
        mark[count++] = (float)number;
    }
    return count == DRAFT_MARKS;
}

bool outcome_is_for_another(const struct json *row, struct arena *arena, uint64_t fingerprint)
{
    char         print[FINGERPRINT_DIGITS + 1];
    struct slice told = json_string(row, json_get(row, 0, "encoder"), arena);
    fingerprint_of(fingerprint, print);
    return told.len > 0 && !slice_is(told, print);
}

static bool all_finite(unsigned dim, const struct taught_view *view)
{
    bool ok = true;
    for (size_t i = 0; i < middle_of(dim) + dim; i++)
        ok = ok && isfinite(view->dense[i]);
    return ok;
}

bool outcome_read(const struct json *row, struct arena *arena, unsigned dim, struct taught_view *out,
                  uint64_t *twin, struct fault *why)
{
    unsigned char seen[SEEN_MOST + 3]; /* whole groups of three */
    struct slice  text = json_string(row, json_get(row, 0, "seen"), arena);
    size_t        bytes = seen_bytes(dim);
    if (text.len != (bytes + 2) / 3 * 4 ||
        EVP_DecodeBlock(seen, (const unsigned char *)text.ptr, (int)text.len) < (int)bytes)
        return fault_set(why, FAULT_BAD_REQUEST, "the record is damaged, or of another encoder's size");
    unpack(dim, seen, out);
    *twin = slice_hash(text);
    return all_finite(dim, out) || fault_set(why, FAULT_BAD_REQUEST, "the record is damaged");
}
