/*
 * names_decode.c - from what the head says of each word to names: the likeliest way through, on which a name
 * goes on only where it has begun. (Viterbi 1967)
 */
#include "names_decode.h"

#include "floats.h"

#include <math.h>

enum { OUTSIDE };

static unsigned begins(unsigned kind)
{
    return 1 + 2 * kind;
}

static unsigned goes_on(unsigned kind)
{
    return 2 + 2 * kind;
}

static float score(const struct names *n, const float *chance, unsigned output)
{
    float c = output == OUTSIDE ? chance[output] * n->outside : chance[output];
    return logf(c > 1e-9f ? c : 1e-9f);
}

/* back: from which output the likeliest way to this one comes. */
static void step(const struct names *n, const float *chance, float *path, uint8_t *back)
{
    float    next[NAMES_OUTPUTS];
    unsigned best = greatest(path, NAMES_OUTPUTS);
    for (unsigned i = 0; i < NAMES_OUTPUTS; i++)
        back[i] = (uint8_t)best;
    for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
        unsigned begun = begins(kind), on = goes_on(kind);
        back[on] = (uint8_t)(path[begun] >= path[on] ? begun : on);
    }
    for (unsigned i = 0; i < NAMES_OUTPUTS; i++)
        next[i] = path[back[i]] + score(n, chance, i);
    memcpy(path, next, sizeof next);
}

/* The name that begins at word i, whose outputs on the way are in `way`; *to: the word behind it. */
static struct named gather(const struct names_word *words, const float *chance, const uint8_t *way,
                           size_t count, size_t i, size_t *to)
{
    unsigned kind = (way[i] - 1u) / 2;
    float    sum = 0;
    size_t   end = i;
    do
        sum += 1 - chance[end * NAMES_OUTPUTS + OUTSIDE];
    while (++end < count && way[end] == goes_on(kind));
    *to = end;
    return (struct named){
        .start = words[i].from,
        .end = words[end - 1].to,
        .kind = (enum name_kind)kind,
        .confidence = sum / (float)(end - i),
    };
}

size_t names_decode(const struct names *n, const struct names_word *words, size_t count, float *logits,
                    uint8_t *back, struct named *out)
{
    float   path[NAMES_OUTPUTS];
    uint8_t way[NAMES_WORDS_MOST];
    size_t  named = 0;
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        softmax(logits + i * NAMES_OUTPUTS, NAMES_OUTPUTS);
    for (unsigned i = 0; i < NAMES_OUTPUTS; i++)
        path[i] = i != OUTSIDE && i % 2 == 0 ? -1e9f : score(n, logits, i);
    for (size_t i = 1; i < count; i++)
        step(n, logits + i * NAMES_OUTPUTS, path, back + i * NAMES_OUTPUTS);

    way[count - 1] = (uint8_t)greatest(path, NAMES_OUTPUTS);
    for (size_t i = count - 1; i > 0; i--)
        way[i - 1] = back[i * NAMES_OUTPUTS + way[i]];
    for (size_t i = 0, to; i < count; i = to) {
        to = i + 1;
        if (way[i] == OUTSIDE)
            continue;
        struct named found = gather(words, logits, way, count, i, &to);
        if (found.confidence >= n->threshold[found.kind])
            out[named++] = found;
    }
    return named;
}
