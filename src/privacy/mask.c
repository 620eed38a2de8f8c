/* mask.c - see mask.h. */
#include "privacy/mask.h"

/* How many of the secret's first bytes the text ends in; all of it is not asked about. */
static size_t tail_of(struct slice text, struct slice secret)
{
    size_t most = text.len < secret.len - 1 ? text.len : secret.len - 1;
    for (size_t len = most; len > 0; len--)
        if (slice_starts(secret, slice_cut(text, text.len - len, text.len)))
            return len;
    return 0;
}

void mask_strike_out(struct buf *text, struct slice secret)
{
    for (size_t from = 0; secret.len >= MASK_LEAST_BYTES;) {
        size_t at = slice_find(slice_cut(buf_slice(text), from, text->len), secret);
        if (at == SLICE_NONE)
            return;
        memset(text->ptr + from + at, '*', secret.len);
        from += at + secret.len;
    }
}

struct slice mask_pass(struct mask *m, struct slice bytes, struct buf *out)
{
    if (m->secret.len < MASK_LEAST_BYTES)
        return bytes;
    if (m->held == 0 && slice_find(bytes, m->secret) == SLICE_NONE && tail_of(bytes, m->secret) == 0)
        return bytes;
    buf_reset(out);
    buf_add(out, slice_cut(m->secret, 0, m->held));
    buf_add(out, bytes);
    mask_strike_out(out, m->secret);
    m->held = tail_of(buf_slice(out), m->secret);
    return slice_cut(buf_slice(out), 0, out->len - m->held);
}

struct slice mask_end(struct mask *m)
{
    struct slice held = slice_cut(m->secret, 0, m->held);
    m->held = 0;
    return held;
}
