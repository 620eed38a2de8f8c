/*
 * near.c - how long it takes to find the nearest of 1,000 to 1,000,000 embeddings in one group, on one core.
 *
 * They are drawn by chance, of 384 dims; each that is asked for is one of them with noise, at a cosine of about
 * .8, a paraphrase's. Beside the
 * time: the share of these that were found.
 */
#include "slm/near.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DIM = 384, ASKED = 200, MOST = 1000000 };

#define LEAST_COSINE 0.6F

static uint64_t lot = 88172645463325252ULL;

static float draw(void)
{
    float sum = 0;
    for (int i = 0; i < 2; i++) {
        lot ^= lot << 13;
        lot ^= lot >> 7;
        lot ^= lot << 17;
        sum += (float)(lot >> 40) / (float)(1 << 24) - 0.5F;
    }
    return sum;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static float kept[ASKED][DIM];

static void put(struct near *n, unsigned number, const float *v)
{
    int8_t            packed[DIM];
    struct near_entry e = { .ends_ms = 1, .embedding = packed };
    near_pack(v, DIM, packed);
    uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15ULL;
    memcpy(e.id, &mixed, sizeof mixed);
    memcpy(e.id + 8, &number, sizeof number);
    near_put(n, &e, 0);
}

static unsigned number_of(const struct near_found *f)
{
    unsigned number;
    memcpy(&number, f->id + 8, sizeof number);
    return number;
}

static void measure(struct near *n, unsigned count, struct arena *arena)
{
    static const unsigned char group[NEAR_ID_BYTES];
    double                     us[ASKED];
    unsigned                   right = 0;
    for (unsigned i = 0; i < ASKED; i++) {
        struct near_found found[16];
        float             v[DIM];
        int8_t            packed[DIM];
        for (int k = 0; k < DIM; k++)
            v[k] = kept[i][k] + 0.75F * draw();
        near_pack(v, DIM, packed);
        double began_us = now_us();
        size_t some = near_find(n, arena, group, packed, LEAST_COSINE, 0, found, 16);
        us[i] = now_us() - began_us;
        right += some > 0 && number_of(&found[0]) == i;
        arena_reset(arena);
    }
    qsort(us, ASKED, sizeof *us, by_size);
    printf("%9u entries  p50 %9.1f us  p99 %9.1f us  found %.3f\n", count, us[ASKED / 2], us[ASKED * 99 / 100],
           (double)right / ASKED);
    printf("{\"entries\":%u,\"p50_us\":%.1f,\"p99_us\":%.1f,\"found\":%.3f}\n", count, us[ASKED / 2],
           us[ASKED * 99 / 100], (double)right / ASKED);
    fflush(stdout);
}

int main(void)
{
    struct arena *arena = arena_new();
    struct near  *n = near_new(DIM, MOST, (struct near_lock){ 0 });
    unsigned      count = 0;
    for (unsigned size = 1000; size <= MOST; size *= 10) {
        for (; count < size; count++) {
            float other[DIM], *v = count < ASKED ? kept[count] : other;
            for (int k = 0; k < DIM; k++)
                v[k] = draw();
            put(n, count, v);
        }
        measure(n, count, arena);
    }
    near_free(&n);
    arena_free(&arena);
    return 0;
}
