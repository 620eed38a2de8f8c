/*
 * encoder.c - milliseconds that an embedding takes, by tokens, on one core; run by tests/bench/encoder.
 *
 *     bench_encoder MODEL    prints one line of JSON: the median of the runs at each length, and resident
 * memory
 */
#include "slm/encoder.h"
#include "slm/kernels.h"
#include "slm/slm.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MOST = 400, DIM_MOST = SLM_DIM_MOST };
#define SECONDS_A_LENGTH 1.0

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_ms(const struct encoder *encoder, struct encoder_scratch *scratch, const uint32_t *ids,
                        size_t count)
{
    static double ms[RUNS_MOST];
    size_t        runs = 0;
    float         out[DIM_MOST];
    encoder_run(encoder, scratch, ids, count, out);
    for (double end = now_s() + SECONDS_A_LENGTH; runs < RUNS_MOST && now_s() < end; runs++) {
        double from = now_s();
        encoder_run(encoder, scratch, ids, count, out);
        ms[runs] = (now_s() - from) * 1e3;
    }
    qsort(ms, runs, sizeof *ms, compare_doubles);
    return ms[runs / 2];
}

static double resident_mb(void)
{
    long  pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

int main(int argc, char **argv)
{
    static const size_t   lengths[] = { 16, 32, 64, 128, 256 };
    struct fault          why = { .kind = FAULT_NONE };
    const struct kernels *kernels = kernels_pick(SLM_FASTEST);
    struct encoder       *encoder = argc == 2 && kernels ? encoder_open(argv[1], kernels, &why) : NULL;
    if (!encoder) {
        fprintf(stderr, "bench_encoder: %s\n", why.kind ? why.detail : "usage: bench_encoder MODEL");
        return 1;
    }
    uint32_t                  ids[ENCODER_TOKENS_MOST];
    const struct bert_config *config = encoder_config(encoder);
    struct encoder_scratch   *scratch = encoder_scratch_new(encoder);
    for (size_t i = 0; i < ENCODER_TOKENS_MOST; i++)
        ids[i] = (uint32_t)((1000 + i * 37) % config->vocabulary);

    printf("{");
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths && lengths[i] <= config->tokens_most; i++)
        printf("\"weir_ms_%zu\": %.3f, ", lengths[i], median_ms(encoder, scratch, ids, lengths[i]));
    printf("\"rss_mb\": %.1f, \"kernel\": \"%s\"}\n", resident_mb(), kernels->name);
    encoder_scratch_free(&scratch);
    encoder_close(&encoder);
    return 0;
}
