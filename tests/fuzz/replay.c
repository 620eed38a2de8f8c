/*
 * replay.c - gives a libFuzzer driver a main where there is no libFuzzer: every file named is run, then some
 * thousand mutations of a few seeds, always the same ones. WEIR_FUZZ_RUNS sets how many.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A driver may offer seeds of its own: NULL-terminated C strings. */
extern const char *const fuzz_seeds[] __attribute__((weak));

enum { INPUT_MOST = 4096, RUNS = 3000 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static size_t mutate(uint8_t *data, size_t size)
{
    for (uint32_t edits = 1 + next_random() % 4; edits > 0; edits--) {
        size_t at = size ? next_random() % size : 0;
        switch (next_random() % 4) {
        case 0:
            if (size)
                data[at] = (uint8_t)next_random();
            break;
        case 1:
            if (size)
                data[at] ^= (uint8_t)(1u << next_random() % 8);
            break;
        case 2: /* cut */
            size = at;
            break;
        default: /* repeat a piece */
            if (size && size * 2 < INPUT_MOST) {
                size_t len = 1 + next_random() % (size - at);
                memmove(data + at + len, data + at, size - at);
                size += len;
            }
        }
    }
    return size;
}

static void run_file(const char *name)
{
    static uint8_t data[1 << 20];
    FILE          *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(1);
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);

    static const char *const no_seeds[] = { "", NULL };
    const char *const       *seeds = fuzz_seeds && fuzz_seeds[0] ? fuzz_seeds : no_seeds;
    const char              *asked = getenv("WEIR_FUZZ_RUNS");
    long                     runs = asked ? atol(asked) : RUNS;
    size_t                   seed_count = 1;
    while (seeds[seed_count])
        seed_count++;
    for (long run = 0; run < runs; run++) {
        uint8_t     data[INPUT_MOST * 2];
        const char *seed = seeds[(size_t)run % seed_count];
        size_t      size = strnlen(seed, INPUT_MOST);
        memcpy(data, seed, size);
        size = mutate(data, size);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("%ld inputs\n", runs);
    return 0;
}
