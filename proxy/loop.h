/*
 * loop.h - one event loop: a thread, its timers, its deferred work, and a way for other threads to reach it.
 *
 * A loop shares nothing that changes with another loop. What happens inside a libevent callback frees nothing:
 * loop_defer() runs at the end of the turn (law 8). Nothing here blocks (law 9).
 */
#ifndef WEIR_LOOP_H
#define WEIR_LOOP_H

#include "base/slice.h"

struct event_base;
struct evdns_base;
struct loop;

struct loop *loop_new(unsigned index);
void         loop_free(struct loop **); /* after loop_run() has returned; runs what is still deferred */
void         loop_run(struct loop *);   /* returns after loop_stop() */
void         loop_stop(struct loop *);  /* from any thread */

unsigned           loop_index(const struct loop *);
struct event_base *loop_base(const struct loop *);
struct evdns_base *loop_dns(struct loop *); /* made at the first call */

/* A monotonic clock: to some milliseconds and cheap; and to the microsecond. The wall clock since 1970, as of
 * this turn. */
int64_t loop_now_ms(const struct loop *);
int64_t loop_now_us(const struct loop *);
int64_t loop_wall_ms(const struct loop *);

/* From the loop's own thread: call(arg) once this turn's callbacks have returned, in the order given. */
void loop_defer(struct loop *, void (*call)(void *arg), void *arg);

/* From any thread: call(arg) on the loop's thread. */
void loop_post(struct loop *, void (*call)(void *arg), void *arg);

/* Something that lives until its own time or the loop's end, whichever comes first: on_free() is told when the
 * loop goes. */
struct loop_guest {
    struct loop_guest *next, **link;
    void (*on_free)(struct loop_guest *);
};
void loop_invite(struct loop *, struct loop_guest *);
bool loop_has_guests(const struct loop *);
void loop_dismiss(struct loop_guest *); /* no guest of any loop any more; idempotent */

/* One-shot timer that can be set again; on_time(arg) on the loop's thread. The timer is the caller's storage.
 */
struct timer {
    struct event *event; /* NULL until first set */
};
void timer_set(struct loop *, struct timer *, int64_t ms, void (*on_time)(void *arg), void *arg);
void timer_clear(struct timer *); /* not set any more; may be set again */
void timer_fini(struct timer *);

#endif
