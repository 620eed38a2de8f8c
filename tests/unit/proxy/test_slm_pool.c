/* test_slm_pool.c - jobs come back to the loop they came from; a full queue sheds; what is cancelled in time
 * never runs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm_pool.h"
#include "snapshot.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { JOBS = 200 };

static struct snapshot snapshot;
static sem_t           gate; /* blocks a job until it is posted */
static sem_t           is_inside;

struct task {
    struct job  job;
    bool        has_run, has_come;
    bool        had_scratch;
    atomic_int *left;
};

static int set_up(void **state)
{
    (void)state;
    struct fault why = { 0 };
    snapshot = (struct snapshot){ .finder = finder_new(&why) };
    atomic_init(&snapshot.refs, 1);
    sem_init(&gate, 0, 0);
    sem_init(&is_inside, 0, 0);
    return snapshot.finder ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&snapshot.refs), 1); /* the threads gave their references back */
    finder_free(&snapshot.finder);
    return 0;
}

static void run(struct job *job, const struct inspector *inspector)
{
    struct task *task = (struct task *)job;
    task->has_run = true;
    task->had_scratch = inspector->scratch && inspector->finder == snapshot.finder && !inspector->worker;
}

static void run_behind_gate(struct job *job, const struct inspector *inspector)
{
    sem_post(&is_inside);
    sem_wait(&gate);
    run(job, inspector);
}

static void done(struct job *job)
{
    struct task *task = (struct task *)job;
    task->has_come = true;
    if (task->left && atomic_fetch_sub(task->left, 1) == 1)
        loop_stop(job->loop);
}

static struct task task_new(struct loop *loop, void (*call)(struct job *, const struct inspector *))
{
    return (struct task){ .job = { .run = call, .done = done, .loop = loop, .snapshot = &snapshot } };
}

static void test_all_jobs_run_and_come_back(void **state)
{
    (void)state;
    static struct task tasks[JOBS];
    atomic_int         left = JOBS;
    struct loop       *loop = loop_new(0);
    struct slm_pool   *pool = slm_pool_new(3, JOBS);
    for (int i = 0; i < JOBS; i++) {
        tasks[i] = task_new(loop, run);
        tasks[i].left = &left;
        assert_true(slm_pool_submit(pool, &tasks[i].job));
    }
    loop_run(loop);
    slm_pool_free(&pool);
    loop_free(&loop);
    for (int i = 0; i < JOBS; i++)
        assert_true(tasks[i].has_run && tasks[i].has_come && tasks[i].had_scratch);
}

static void test_a_full_queue_sheds_and_a_waiting_job_can_be_cancelled(void **state)
{
    (void)state;
    struct loop     *loop = loop_new(0);
    struct slm_pool *pool = slm_pool_new(1, 2);
    struct task      running = task_new(loop, run_behind_gate);
    struct task      first = task_new(loop, run), second = task_new(loop, run), third = task_new(loop, run);
    assert_true(slm_pool_submit(pool, &running.job));
    sem_wait(&is_inside); /* the thread is busy, so what follows waits */
    assert_true(slm_pool_submit(pool, &first.job));
    assert_true(slm_pool_submit(pool, &second.job));
    assert_false(slm_pool_submit(pool, &third.job));
    assert_true(slm_pool_cancel(pool, &second.job));
    assert_true(slm_pool_submit(pool, &third.job)); /* in the place that was freed, at the queue's end */
    assert_false(slm_pool_cancel(pool, &running.job));
    sem_post(&gate);

    atomic_int left = 1;
    third.left = &left;
    loop_run(loop);
    slm_pool_free(&pool);
    loop_free(&loop);
    assert_true(running.has_come && first.has_come && third.has_come);
    assert_false(second.has_run || second.has_come);
}

static void test_closing_runs_nothing_that_waits(void **state)
{
    (void)state;
    struct loop     *loop = loop_new(0);
    struct slm_pool *pool = slm_pool_new(1, 2);
    struct task      running = task_new(loop, run_behind_gate), waiting = task_new(loop, run);
    assert_true(slm_pool_submit(pool, &running.job));
    sem_wait(&is_inside);
    assert_true(slm_pool_submit(pool, &waiting.job));
    assert_true(slm_pool_cancel(pool, &waiting.job));
    sem_post(&gate);
    slm_pool_free(&pool); /* waits for the one that runs */
    assert_true(running.has_run);
    loop_free(&loop); /* brings it home */
    assert_true(running.has_come);
    assert_false(waiting.has_run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_jobs_run_and_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_queue_sheds_and_a_waiting_job_can_be_cancelled, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_closing_runs_nothing_that_waits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
