/*
 * encoder.c - milliseconds that an embedding and an inspection take on one core; run by tests/bench/encoder.
 *
 *     bench_encoder MODEL TEXTS
 *
 * prints one line of JSON: what a tenth of the runs stay below at each length (on a machine that others use
 * too, the rest tells of them), in the kernels that Weir chooses and in floats; an inspection of 128 tokens;
 * the cosine between both over TEXTS (token ids, a text a line); resident memory.
 */
#include "base/die.h"
#include "bench.h"
#include "policy/inspect.h"
#include "slm/encoder.h"
#include "slm/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS_MOST = 2000, INSPECTED_TOKENS = 128 };
#define SECONDS_A_LENGTH 0.5

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One encoder, and what is given to it. */
struct bench {
    struct encoder         *encoder;
    struct encoder_scratch *scratch;
    uint32_t                ids[ENCODER_TOKENS_MOST];
    size_t                  count;
};

static void embed(void *arg)
{
    struct bench *b = arg;
    float         out[SLM_DIM_MOST];
    encoder_run(b->encoder, b->scratch, b->ids, b->count, out);
}

static double fast_ms(void (*once)(void *), void *arg)
{
    static double ms[RUNS_MOST];
    size_t        runs = 0;
    once(arg);
    for (double end = now_s() + SECONDS_A_LENGTH; runs < RUNS_MOST && now_s() < end; runs++) {
        double from = now_s();
        once(arg);
        ms[runs] = (now_s() - from) * 1e3;
    }
    qsort(ms, runs, sizeof *ms, compare_doubles);
    return ms[runs / 10];
}

static void bench_open(struct bench *b, const char *model, enum slm_precision precision)
{
    struct fault          why;
    const struct kernels *kernels = kernels_pick(precision);
    b->encoder = kernels ? encoder_open(model, kernels, &why) : NULL;
    if (!b->encoder)
        die("%s", kernels ? why.detail : "WEIR_KERNEL names no kernel that runs here");
    b->scratch = encoder_scratch_new(b->encoder);
}

static void bench_close(struct bench *b)
{
    encoder_scratch_free(&b->scratch);
    encoder_close(&b->encoder);
}

static void print_lengths(struct bench *b, const char *name)
{
    static const size_t       lengths[] = { 16, 32, 64, 128, 256, 512 };
    const struct bert_config *config = encoder_config(b->encoder);
    for (size_t i = 0; i < config->tokens_most; i++)
        b->ids[i] = (uint32_t)((1000 + i * 37) % config->vocabulary);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths && lengths[i] <= config->tokens_most; i++) {
        b->count = lengths[i];
        printf("\"%s_ms_%zu\": %.3f, ", name, lengths[i], fast_ms(embed, b));
    }
}

/* ---- what bytes do to an embedding ---- */

/* line: token ids, blanks between them. */
static double cosine_of(struct bench *a, struct bench *b, const char *line)
{
    float  x[SLM_DIM_MOST], y[SLM_DIM_MOST];
    double dot = 0;
    char  *end;
    a->count = 0;
    for (unsigned long id; id = strtoul(line, &end, 10), end != line; line = end)
        a->ids[a->count++] = (uint32_t)id;
    encoder_run(a->encoder, a->scratch, a->ids, a->count, x);
    encoder_run(b->encoder, b->scratch, a->ids, a->count, y);
    for (size_t i = 0; i < encoder_config(a->encoder)->hidden; i++)
        dot += (double)x[i] * y[i];
    return dot;
}

static void print_cosine(struct bench *a, struct bench *b, const char *texts)
{
    FILE  *file = fopen(texts, "r");
    char  *line = NULL;
    size_t cap = 0, count = 0;
    double least = 1, sum = 0;
    for (; file && getline(&line, &cap, file) > 0; count++) {
        double cosine = cosine_of(a, b, line);
        least = fmin(least, cosine);
        sum += cosine;
    }
    free(line);
    if (!file || fclose(file) != 0 || count == 0)
        die("%s has no texts", texts);
    printf("\"cosine\": %.5f, \"cosine_mean\": %.5f, ", least, sum / (double)count);
}

/* ---- a prompt, inspected whole ---- */

struct inspected {
    struct inspector inspector;
    struct slice     prompt;
};

static void inspect_once(void *arg)
{
    const struct inspected *of = arg;
    struct arena           *arena = arena_new();
    struct chat             chat;
    struct inspection       out;
    struct fault            why;
    struct needs            everything = { .pii = true, .names = true, .judgement = true };
    if (!chat_of_prompt(arena, S("m"), of->prompt, &chat, &why) ||
        !inspect(&of->inspector, everything, arena, &chat, &out, &why))
        die("%s", why.detail);
    arena_free(&arena);
}

/* A prompt of INSPECTED_TOKENS with an address in it: embedded, judged by all heads, searched for what is
 * private, names too. */
static void print_inspection(const char *model)
{
    static const char unit[] =
        "Please tell ada@example.org how the treaty of 1648 changed the balance of power. ";
    char           text[64 * sizeof unit] = "";
    uint32_t       ids[2 * INSPECTED_TOKENS];
    struct fault   why;
    struct slm    *slm = slm_open(model, &why);
    struct finder *finder = slm ? finder_new(&why) : NULL;
    if (!finder)
        die("%s", why.detail);
    struct inspected of = {
        .inspector = { .finder = finder, .scratch = finder_scratch_new(finder), .worker = slm_worker_new(slm) }
    };
    size_t len = 0;
    for (; slm_tokenize(of.inspector.worker, slice_of(text, len), ids, 2 * INSPECTED_TOKENS) < INSPECTED_TOKENS;
         len++)
        text[len] = unit[len % (sizeof unit - 1)];
    of.prompt = slice_of(text, len);
    printf("\"inspect_ms_%d\": %.3f, ", INSPECTED_TOKENS, fast_ms(inspect_once, &of));
    slm_worker_free(&of.inspector.worker);
    finder_scratch_free(&of.inspector.scratch);
    finder_free(&finder);
    slm_close(&slm);
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
    static struct bench chosen, exact;
    if (argc != 3)
        die("usage: bench_encoder MODEL TEXTS");
    bench_open(&chosen, argv[1], SLM_FASTEST);
    printf("{");
    print_lengths(&chosen, "weir");
    printf("\"rss_mb\": %.1f, ", resident_mb());
    print_inspection(argv[1]);
    unsetenv("WEIR_KERNEL"); /* it was for the other */
    bench_open(&exact, argv[1], SLM_FP32);
    print_lengths(&exact, "weir_fp32");
    print_cosine(&chosen, &exact, argv[2]);
    printf("\"kernel\": \"%s\"}\n", encoder_kernels(chosen.encoder)->name);
    bench_close(&chosen);
    bench_close(&exact);
    return 0;
}
