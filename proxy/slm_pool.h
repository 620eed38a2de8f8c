/*
 * slm_pool.h - threads for the small language model: a queue in, the asking loop's reply queue out.
 *
 * A job is embedded in whoever waits for it. It is run on an SLM thread with that thread's scratch, and done()
 * is called on the loop it came from. What a job touches must live until done(), also when nobody is interested
 * any more; so cancelling tells whether it will come. Inspections on all threads share one memo
 * (policy/memo.h).
 */
#ifndef WEIR_SLM_POOL_H
#define WEIR_SLM_POOL_H

#include "loop.h"
#include "policy/inspect.h"

struct snapshot;
struct slm_pool;

struct job {
    void (*run)(struct job *, const struct inspector *);
    void (*done)(struct job *);
    struct loop     *loop;
    struct snapshot *snapshot; /* whose finder and model it is run with; the job's owner holds a reference */
    struct job      *next;
};

struct slm_pool *slm_pool_new(unsigned threads, unsigned queue_most);
/* Waits for the jobs that run; those that wait are never run. Call when no loop runs any more. */
void slm_pool_free(struct slm_pool **);

/* What inspections remember, for inspect_recall(). */
struct memo *slm_pool_memo(const struct slm_pool *);

/* False when the queue is full: shed, which for an inspection means private (law 2). */
MUST_CHECK bool slm_pool_submit(struct slm_pool *, struct job *);
/* True: it had not begun, it will not, and done() will not come. False: done() has come or will. */
bool slm_pool_cancel(struct slm_pool *, struct job *);

#endif
