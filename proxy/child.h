/*
 * child.h - a program that Weir runs: started, looked at now and then, started again, stopped.
 *
 * It leads a session of its own, so that Ctrl-C is for Weir alone, and dies with us also when we are killed
 * (PR_SET_PDEATHSIG). What a kept one has started itself goes with it: between Weir and it stands a keeper,
 * `weir keep`, which outlives a Weir that was killed for as long as it takes to end them all.
 *
 * Of our environment it gets what Redis or a generator may need, and no secrets: theirs lies open to whoever
 * may look at that process, and in its core.
 *
 * Main thread only: a child's death signal is tied to the thread that forked it. Nothing here waits but
 * child_stop() and child_ends_within().
 */
#ifndef WEIR_CHILD_H
#define WEIR_CHILD_H

#include "base/fault.h"

#include <limits.h>
#include <sys/types.h>

/* The storage is the caller's; { 0 } is one that was never started. */
struct child {
    pid_t   pid;                  /* 0: it does not run */
    int64_t started_ms, again_ms; /* when; and how long after that it may be started again */
};

struct child_plan {
    const char  *name;    /* for the log and faults */
    const char  *program; /* a path; or for a kept one a name, which is looked for in PATH */
    char *const *argv;    /* NULL-terminated, the program's name first */
    int          output;  /* descriptor that its words go to; below 0: nowhere */
    int  passed; /* descriptor that goes along, so that a lock lives as long as it does; below 0: none */
    bool is_kept;
};

/* False with why: INTERNAL. The descriptors stay the caller's. */
MUST_CHECK bool child_start(struct child *, const struct child_plan *, struct fault *why);

/* Has it ended since it was last looked at? Then it may be started again after child->again_ms: at once where
 * it has lived for a minute, else after a pause that doubles, a minute at most. */
MUST_CHECK bool child_has_ended(struct child *);
bool            child_may_start(const struct child *);

/* SIGTERM to all of its session's group, and no waiting: so that several may end at once before each is
 * stopped. */
void child_ask_to_end(struct child *);
bool child_ends_within(struct child *, int64_t ms);
/* SIGTERM, and SIGKILL after so long, to all of its session's group. */
void child_stop(struct child *, int64_t patience_ms);

/* The path of a program that is looked for in PATH; false where there is none. */
MUST_CHECK bool child_find(const char *name, char out[PATH_MAX]);

/* weir keep PROGRAM ARGUMENT...: the keeper. Returns the exit status. */
int child_keep(char *const argv[]);

#endif
