/*
 * encoder_batch.c - several short texts in one pass.
 *
 * All that is done to a token alone, and every product with a matrix, cares for no text: tokens of several
 * texts lie side by side, and the weights are fetched once for all. Only attention and the mean are of one
 * text. For these its tokens are moved to the beginning of panels of their own, where they lie as they would
 * alone; so the answer is the same to the last bit.
 */
#include "encoder_inside.h"

#include <math.h>

/* A few floats, in moves of a size that the compiler knows. */
static void move_few(const float *from, float *to, size_t count)
{
    for (; count >= 8; count -= 8, from += 8, to += 8)
        memcpy(to, from, 8 * sizeof *to);
    for (; count > 0; count--)
        *to++ = *from++;
}

/* Moves `count` tokens of `features` from lane `from` on in `panels` to lane `to` on in `out`. */
static void move_lanes(const struct encoder *e, const float *panels, size_t from, float *out, size_t to,
                       size_t features, size_t count)
{
    size_t width = e->kernels->panel;
    while (count > 0) {
        size_t a = from % width, b = to % width, now = width - (a > b ? a : b);
        now = now < count ? now : count;
        const float *in_panel = panels + from / width * width * features + a;
        float       *out_panel = out + to / width * width * features + b;
        for (size_t f = 0; f < features; f++)
            move_few(in_panel + f * width, out_panel + f * width, now);
        from += now;
        to += now;
        count -= now;
    }
}

void batch_attend(const struct encoder *e, struct encoder_scratch *s)
{
    size_t hidden = e->config.hidden;
    for (size_t i = 0, from = 0; i < s->texts; from += s->length[i++]) {
        struct attention shape = attention_of(e, s->length[i]);
        move_lanes(e, s->qkv, from, s->one_qkv, 0, 3 * hidden, s->length[i]);
        e->kernels->attend(&shape, s->one_qkv, s->one_mixed, s->scores);
        move_lanes(e, s->one_mixed, 0, s->mixed, from, hidden, s->length[i]);
    }
}

/* Each text's tokens are given places from 0 on. */
void encoder_run_many(const struct encoder *e, struct encoder_scratch *s, const uint32_t *ids,
                      const size_t *length, size_t texts, float *const *out)
{
    size_t count = 0, hidden = e->config.hidden;
    for (size_t i = 0; i < texts; count += length[i++])
        embed_tokens(e, ids + count, length[i], s->x, count);
    s->texts = texts;
    s->length = length;
    encoder_begin(e, s, count);
    encoder_advance(e, s, e->config.layers);
    for (size_t i = 0, from = 0; i < texts; from += length[i++]) {
        move_lanes(e, s->x, from, s->one_mixed, 0, hidden, length[i]);
        mean_of(e, s->one_mixed, length[i], out[i]);
    }
    s->texts = 0;
}
