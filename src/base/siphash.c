/* siphash.c - see base/siphash.h. */
#include "base/siphash.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as they lie");

struct state {
    uint64_t v[4];
};

static uint64_t turn(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void mix(struct state *s, unsigned rounds)
{
    uint64_t *v = s->v;
    while (rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = turn(v[1], 13) ^ v[0];
        v[3] = turn(v[3], 16) ^ v[2];
        v[0] = turn(v[0], 32) + v[3];
        v[2] += v[1];
        v[3] = turn(v[3], 21) ^ v[0];
        v[1] = turn(v[1], 17) ^ v[2];
        v[2] = turn(v[2], 32);
    }
}

static void add(struct state *s, uint64_t word)
{
    s->v[3] ^= word;
    mix(s, 2);
    s->v[0] ^= word;
}

static uint64_t result(struct state *s, unsigned char mark, unsigned where)
{
    s->v[where] ^= mark;
    mix(s, 4);
    return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

struct siphash siphash_of(const struct siphash_key *key, struct slice text)
{
    uint64_t k[2], last = (uint64_t)text.len << 56;
    size_t   at = 0;
    memcpy(k, key->bytes, sizeof k);
    struct state s = { { 0x736f6d6570736575u ^ k[0], 0x646f72616e646f6du ^ k[1] ^ 0xee,
                         0x6c7967656e657261u ^ k[0], 0x7465646279746573u ^ k[1] } };
    for (; at + 8 <= text.len; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, sizeof word);
        add(&s, word);
    }
    for (unsigned shift = 0; at < text.len; at++, shift += 8)
        last |= (uint64_t)(unsigned char)text.ptr[at] << shift;
    add(&s, last);
    struct siphash hash;
    hash.half[0] = result(&s, 0xee, 2);
    hash.half[1] = result(&s, 0xdd, 1);
    return hash;
}
