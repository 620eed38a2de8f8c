/* slm_pool.c - see slm_pool.h. */
#include "slm_pool.h"

#include "base/die.h"
#include "dice.h"
#include "base/wipe.h"
#include "snapshot.h"

#include <pthread.h>

struct slm_pool {
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t  news;
    struct job     *first, **end;
    unsigned        waiting, most;
    bool            is_closing;
    pthread_mutex_t memo_lock;
    struct memo    *memo; /* of all threads' inspections */
    unsigned        threads;
    pthread_t       thread[];
};

/* One thread's scratch, made anew when a job of another snapshot comes; the reference keeps the address from
 * being given twice. */
struct bench {
    struct snapshot *snapshot;
    struct inspector inspector;
};

static void bench_clear(struct bench *b)
{
    finder_scratch_free(&b->inspector.scratch);
    slm_worker_free(&b->inspector.worker);
    if (b->snapshot)
        snapshot_unref(&b->snapshot);
}

static const struct inspector *bench_for(struct bench *b, struct snapshot *s, struct memo *memo)
{
    if (b->snapshot != s) {
        bench_clear(b);
        b->snapshot = snapshot_ref(s);
        b->inspector = (struct inspector){
            .finder = s->finder,
            .scratch = finder_scratch_new(s->finder),
            .worker = s->slm ? slm_worker_new(s->slm) : NULL,
            .classes = s->policy ? policy_classes(s->policy) : NULL,
            .heads = s->policy ? policy_heads(s->policy) : NULL,
            .policy = s->policy,
            .memo = memo,
            .generation = s->generation,
        };
    }
    return &b->inspector;
}

/* At most some 40 MB: what is kept of a text is its findings, or an embedding of 3 KB. */
enum { REMEMBERED_MOST = 65536, REMEMBERED_BYTES_MOST = 40 << 20 };

static void take_memo(void *lock)
{
    pthread_mutex_lock(lock);
}

static void give_memo(void *lock)
{
    pthread_mutex_unlock(lock);
}

static void memo_open(struct slm_pool *p)
{
    struct siphash_key key;
    dice_bytes(key.bytes, sizeof key.bytes);
    pthread_mutex_init(&p->memo_lock, NULL);
    p->memo = memo_new(&key, REMEMBERED_MOST, REMEMBERED_BYTES_MOST,
                       (struct memo_lock){ take_memo, give_memo, &p->memo_lock });
}

static void on_done(void *arg)
{
    struct job *job = arg;
    job->done(job);
}

static struct job *take(struct slm_pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->first && !p->is_closing)
        pthread_cond_wait(&p->news, &p->lock);
    struct job *job = p->is_closing ? NULL : p->first;
    if (job) {
        p->first = job->next;
        if (!p->first)
            p->end = &p->first;
        p->waiting--;
    }
    pthread_mutex_unlock(&p->lock);
    return job;
}

static void *work(void *arg)
{
    struct slm_pool *p = arg;
    struct bench     bench = { 0 };
    for (struct job *job; (job = take(p));) {
        struct loop *loop = job->loop;
        job->run(job, bench_for(&bench, job->snapshot, p->memo));
        wipe_stack(); /* before anybody hears of it; afterwards the thread may sleep for long */
        loop_post(loop, on_done, job);
    }
    bench_clear(&bench);
    return NULL;
}

struct slm_pool *slm_pool_new(unsigned threads, unsigned queue_most)
{
    struct slm_pool *p = must_calloc(1, sizeof *p + threads * sizeof *p->thread);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->news, NULL);
    p->end = &p->first;
    p->most = queue_most;
    p->threads = threads;
    memo_open(p);
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&p->thread[i], NULL, work, p) != 0)
            die("no thread for the small language model");
    return p;
}

void slm_pool_free(struct slm_pool **handle)
{
    struct slm_pool *p = *handle;
    *handle = NULL;
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_closing = true;
    pthread_cond_broadcast(&p->news);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
    memo_free(&p->memo);
    pthread_mutex_destroy(&p->memo_lock);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->news);
    free(p);
}

struct memo *slm_pool_memo(const struct slm_pool *p)
{
    return p->memo;
}

bool slm_pool_submit(struct slm_pool *p, struct job *job)
{
    pthread_mutex_lock(&p->lock);
    bool is_taken = p->waiting < p->most && !p->is_closing;
    if (is_taken) {
        job->next = NULL;
        *p->end = job;
        p->end = &job->next;
        p->waiting++;
        pthread_cond_signal(&p->news);
    }
    pthread_mutex_unlock(&p->lock);
    return is_taken;
}

bool slm_pool_cancel(struct slm_pool *p, struct job *job)
{
    pthread_mutex_lock(&p->lock);
    struct job **at = &p->first;
    while (*at && *at != job)
        at = &(*at)->next;
    bool was_waiting = *at != NULL;
    if (was_waiting) {
        *at = job->next;
        if (p->end == &job->next)
            p->end = at;
        p->waiting--;
    }
    pthread_mutex_unlock(&p->lock);
    return was_waiting;
}
