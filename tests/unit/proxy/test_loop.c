/* test_loop.c - deferred work comes after the callback that asked for it, posted work from any thread, timers
 * once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop.h"

#include <pthread.h>
#include <string.h>

struct story {
    struct loop *loop;
    char         told[64];
    int          count;
    struct timer timer;
};

static void tell(struct story *s, const char *word)
{
    strncat(s->told, word, sizeof s->told - strlen(s->told) - 1);
}

static void on_later(void *arg)
{
    struct story *s = arg;
    tell(s, "later ");
    loop_stop(s->loop);
}

static void on_now(void *arg)
{
    struct story *s = arg;
    loop_defer(s->loop, on_later, s);
    tell(s, "now ");
}

static void test_deferred_after_the_callback(void **state)
{
    (void)state;
    struct story s = { .loop = loop_new(3) };
    assert_int_equal(loop_index(s.loop), 3);
    timer_set(s.loop, &s.timer, 1, on_now, &s);
    loop_run(s.loop);
    assert_string_equal(s.told, "now later ");
    timer_fini(&s.timer);
    loop_free(&s.loop);
    assert_null(s.loop);
}

enum { POSTS = 1000, POSTERS = 4 };

static void on_posted(void *arg)
{
    struct story *s = arg;
    if (++s->count == POSTS * POSTERS)
        loop_stop(s->loop);
}

static void *post_many(void *arg)
{
    struct story *s = arg;
    for (int i = 0; i < POSTS; i++)
        loop_post(s->loop, on_posted, s);
    return NULL;
}

static void test_posts_of_many_threads_all_come(void **state)
{
    (void)state;
    struct story s = { .loop = loop_new(0) };
    pthread_t    thread[POSTERS];
    for (int i = 0; i < POSTERS; i++)
        pthread_create(&thread[i], NULL, post_many, &s);
    loop_run(s.loop);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(s.count, POSTS * POSTERS);
    loop_free(&s.loop);
}

static void on_count(void *arg)
{
    ((struct story *)arg)->count++;
}

static void test_free_runs_what_is_still_deferred_and_posted(void **state)
{
    (void)state;
    struct story s = { .loop = loop_new(0) };
    loop_defer(s.loop, on_count, &s);
    loop_post(s.loop, on_count, &s);
    loop_free(&s.loop);
    assert_int_equal(s.count, 2);
}

static void on_stop(void *arg)
{
    loop_stop(((struct story *)arg)->loop);
}

static void test_a_cleared_timer_does_not_come_and_a_set_one_once(void **state)
{
    (void)state;
    struct story s = { .loop = loop_new(0) };
    struct timer cleared = { 0 }, end = { 0 };
    timer_set(s.loop, &cleared, 1, on_count, &s);
    timer_clear(&cleared);
    timer_set(s.loop, &s.timer, 1, on_count, &s);
    timer_set(s.loop, &s.timer, 2, on_count, &s); /* set again: still one */
    timer_set(s.loop, &end, 30, on_stop, &s);
    loop_run(s.loop);
    assert_int_equal(s.count, 1);
    timer_fini(&cleared);
    timer_fini(&s.timer);
    timer_fini(&end);
    loop_free(&s.loop);
}

struct guest_story {
    struct loop_guest guest;
    int               freed;
};

static void on_guest_free(struct loop_guest *guest)
{
    ((struct guest_story *)guest)->freed++;
}

static void test_guests_are_told_when_the_loop_goes(void **state)
{
    (void)state;
    struct loop       *loop = loop_new(0);
    struct guest_story stays = { .guest.on_free = on_guest_free }, leaves = { .guest.on_free = on_guest_free };
    loop_invite(loop, &stays.guest);
    loop_invite(loop, &leaves.guest);
    loop_dismiss(&leaves.guest);
    loop_dismiss(&leaves.guest);
    loop_free(&loop);
    assert_int_equal(stays.freed, 1);
    assert_int_equal(leaves.freed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deferred_after_the_callback),
        cmocka_unit_test(test_posts_of_many_threads_all_come),
        cmocka_unit_test(test_free_runs_what_is_still_deferred_and_posted),
        cmocka_unit_test(test_a_cleared_timer_does_not_come_and_a_set_one_once),
        cmocka_unit_test(test_guests_are_told_when_the_loop_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
