/*
 * sabotage.c - stands before Hyperscan's scan (LD_PRELOAD) and lets inspections fail as the file says that
 * $WEIR_SABOTAGE names: "fail N", "hang N" or "exit N", from the N-th scan on since it was written; without the
 * file, or before, all is well. Hanging lasts three seconds; at "exit" the thread dies.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int scan_fn(const void *, const char *, unsigned, unsigned, void *, void *, void *);

static atomic_long written_ns, scans;

/* What this scan shall do: "", "fail", "hang" or "exit". */
static void read_order(char order[8])
{
    const char *name = getenv("WEIR_SABOTAGE");
    FILE       *file = name ? fopen(name, "r") : NULL;
    struct stat st;
    long        from = 0;
    order[0] = '\0';
    if (!file)
        return;
    if (fstat(fileno(file), &st) == 0 && fscanf(file, "%7s %ld", order, &from) == 2) {
        long now = st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec;
        if (atomic_exchange(&written_ns, now) != now)
            atomic_store(&scans, 0);
        if (atomic_fetch_add(&scans, 1) + 1 < from)
            order[0] = '\0';
    }
    fclose(file);
}

int hs_scan(const void *db, const char *data, unsigned length, unsigned flags, void *scratch, void *on_event,
            void *context)
{
    scan_fn *scan;
    char     order[8];
    *(void **)&scan = dlsym(RTLD_NEXT, "hs_scan");
    read_order(order);
    if (strcmp(order, "fail") == 0)
        return -1;
    if (strcmp(order, "hang") == 0)
        sleep(3);
    if (strcmp(order, "exit") == 0)
        pthread_exit(NULL);
    return scan(db, data, length, flags, scratch, on_event, context);
}
