/*
 * bench.h - what benches share: the model, a clock, and rows of the data that stands beside the checkout.
 */
#ifndef WEIR_TESTS_BENCH_BENCH_H
#define WEIR_TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

static inline double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * The lines of data/NAME.jsonl.gz, which pclose() ends; NULL where it is not there. The data stands beside the
 * checkout, or, for a worktree, a folder higher.
 */
static inline FILE *open_rows(const char *name)
{
    const char *const folder[] = { getenv("WEIR_SHARED"), WEIR_SOURCE_DIR "/../shared",
                                   WEIR_SOURCE_DIR "/../../shared" };
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        char path[1024], command[1100];
        if (!folder[i])
            continue;
        snprintf(path, sizeof path, "%s/data/%s.jsonl.gz", folder[i], name);
        snprintf(command, sizeof command, "gzip -dc '%s'", path);
        if (access(path, R_OK) == 0)
            return popen(command, "r"); /* NOLINT(bugprone-command-processor): a path of the developer's own */
    }
    return NULL;
}

#endif
