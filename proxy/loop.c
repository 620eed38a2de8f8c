/*
 * loop.c - see loop.h.
 *
 * Two ways in, both drained by the loop's own thread: `deferred`, a list that only this thread touches, run by
 * an event that is made active by the first entry and so comes after the callbacks of this turn; and `posted`,
 * a list under a lock, behind an eventfd.
 */
#include "loop.h"

#include "base/die.h"
#include "base/wipe.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct work {
    struct work *next;
    void (*call)(void *arg);
    void *arg;
};

/* First in, first out. */
struct work_list {
    struct work *first, **end;
};

struct loop {
    unsigned           index;
    struct event_base *base;
    struct evdns_base *dns;

    struct work_list deferred;
    struct event    *on_turn_end;

    pthread_mutex_t  lock; /* over posted */
    struct work_list posted;
    int              doorbell; /* eventfd */
    struct event    *on_doorbell;

    struct loop_guest *guests;
};

static void list_init(struct work_list *list)
{
    *list = (struct work_list){ .end = &list->first };
}

static void list_add(struct work_list *list, void (*call)(void *), void *arg)
{
    struct work *work = must_calloc(1, sizeof *work);
    *work = (struct work){ .call = call, .arg = arg };
    *list->end = work;
    list->end = &work->next;
}

/* What is added while it runs waits for the next time. */
static void list_run(struct work_list *list)
{
    struct work *work = list->first;
    list_init(list);
    while (work) {
        struct work *next = work->next;
        work->call(work->arg);
        free(work);
        work = next;
    }
}

static void on_turn_end(evutil_socket_t fd, short events, void *arg)
{
    (void)fd, (void)events;
    struct loop *l = arg;
    list_run(&l->deferred);
    wipe_stack(); /* what was freed just now may have left its words there */
}

static void run_posted(struct loop *l)
{
    struct work_list taken;
    pthread_mutex_lock(&l->lock);
    taken = l->posted;
    list_init(&l->posted);
    pthread_mutex_unlock(&l->lock);
    list_run(&taken);
}

static void on_doorbell(evutil_socket_t fd, short events, void *arg)
{
    (void)events;
    uint64_t rings;
    ssize_t  taken = read(fd, &rings, sizeof rings);
    (void)taken; /* the count is of no interest */
    run_posted(arg);
}

/* libevent's buffers hold what clients and providers say. */
static void wipe_and_free(void *memory)
{
    free_wiped(memory, memory ? malloc_usable_size(memory) : 0);
}

static void *wipe_and_move(void *memory, size_t bytes)
{
    size_t held = memory ? malloc_usable_size(memory) : 0;
    void  *moved = malloc(bytes);
    if (!moved)
        return NULL;
    if (held)
        memcpy(moved, memory, held < bytes ? held : bytes);
    wipe_and_free(memory);
    return moved;
}

/* Before libevent's first allocation; loops are made by one thread. */
static void set_up_libevent(void)
{
    static bool is_done;
    if (is_done)
        return;
    is_done = true;
    event_set_mem_functions(malloc, wipe_and_move, wipe_and_free);
    evthread_use_pthreads(); /* event_base_loopbreak() comes from other threads */
}

struct loop *loop_new(unsigned index)
{
    set_up_libevent();
    struct loop *l = must_calloc(1, sizeof *l);
    l->index = index;
    l->base = die_if_null(event_base_new());
    list_init(&l->deferred);
    list_init(&l->posted);
    pthread_mutex_init(&l->lock, NULL);
    l->on_turn_end = die_if_null(event_new(l->base, -1, 0, on_turn_end, l));
    l->doorbell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (l->doorbell < 0)
        die("no eventfd for a loop");
    l->on_doorbell = die_if_null(event_new(l->base, l->doorbell, EV_READ | EV_PERSIST, on_doorbell, l));
    event_add(l->on_doorbell, NULL);
    return l;
}

void loop_free(struct loop **handle)
{
    struct loop *l = *handle;
    if (!l)
        return;
    while (l->guests) {
        struct loop_guest *guest = l->guests;
        loop_dismiss(guest);
        guest->on_free(guest);
    }
    while (l->deferred.first || l->posted.first) {
        list_run(&l->deferred);
        run_posted(l);
    }
    if (l->dns)
        evdns_base_free(l->dns, 0);
    event_free(l->on_turn_end);
    event_free(l->on_doorbell);
    close(l->doorbell);
    event_base_free(l->base);
    pthread_mutex_destroy(&l->lock);
    free(l);
    *handle = NULL; /* not earlier: what was still deferred may have come through the same handle */
}

void loop_run(struct loop *l)
{
    event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *l)
{
    event_base_loopbreak(l->base);
}

unsigned loop_index(const struct loop *l)
{
    return l->index;
}

struct event_base *loop_base(const struct loop *l)
{
    return l->base;
}

struct evdns_base *loop_dns(struct loop *l)
{
    if (!l->dns)
        l->dns = die_if_null(
            evdns_base_new(l->base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE));
    return l->dns;
}

int64_t loop_now_ms(const struct loop *l)
{
    (void)l;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t loop_now_us(const struct loop *l)
{
    (void)l;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t loop_wall_ms(const struct loop *l)
{
    struct timeval now;
    event_base_gettimeofday_cached(l->base, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

void loop_defer(struct loop *l, void (*call)(void *), void *arg)
{
    if (!l->deferred.first)
        event_active(l->on_turn_end, EV_TIMEOUT, 0);
    list_add(&l->deferred, call, arg);
}

void loop_post(struct loop *l, void (*call)(void *), void *arg)
{
    pthread_mutex_lock(&l->lock);
    bool was_empty = !l->posted.first;
    list_add(&l->posted, call, arg);
    pthread_mutex_unlock(&l->lock);
    if (was_empty) {
        uint64_t ring = 1;
        ssize_t  rung = write(l->doorbell, &ring, sizeof ring);
        (void)rung; /* full means it rings already */
    }
}

void loop_invite(struct loop *l, struct loop_guest *guest)
{
    guest->next = l->guests;
    guest->link = &l->guests;
    if (guest->next)
        guest->next->link = &guest->next;
    l->guests = guest;
}

bool loop_has_guests(const struct loop *l)
{
    return l->guests != NULL;
}

void loop_dismiss(struct loop_guest *guest)
{
    if (!guest->link)
        return;
    *guest->link = guest->next;
    if (guest->next)
        guest->next->link = guest->link;
    guest->link = NULL;
}

/* libevent's callback has another shape than ours, so a timer's target stands beside its event. */
struct timer_target {
    void (*on_time)(void *arg);
    void *arg;
};

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd, (void)events;
    struct timer_target target = *(struct timer_target *)arg;
    target.on_time(target.arg);
}

void timer_set(struct loop *l, struct timer *t, int64_t ms, void (*on_time)(void *), void *arg)
{
    if (!t->event) {
        struct timer_target *target = must_calloc(1, sizeof *target);
        t->event = die_if_null(event_new(l->base, -1, 0, on_timer, target));
    }
    struct timer_target *target = event_get_callback_arg(t->event);
    *target = (struct timer_target){ .on_time = on_time, .arg = arg };
    struct timeval wait = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
    event_add(t->event, &wait);
}

void timer_clear(struct timer *t)
{
    if (t->event)
        event_del(t->event);
}

void timer_fini(struct timer *t)
{
    if (!t->event)
        return;
    free(event_get_callback_arg(t->event));
    event_free(t->event);
    t->event = NULL;
}
