/*
 * journal_queue.h - entries on their way into a journal, in a file that is mapped: what is put in is the
 * kernel's at once, and outlives a process that is killed at the next instruction. Not a machine that loses its
 * power: that is the journal's.
 *
 * Two halves: one takes what comes, the other is being written to the journal. A file of a process that is gone
 * is read in that order, the older first; what had been written to the journal already is read twice, which
 * does no harm to totals. The caller holds a lock over add and swap.
 */
#ifndef WEIR_JOURNAL_QUEUE_H
#define WEIR_JOURNAL_QUEUE_H

#include "base/buf.h"

enum { QUEUE_HALF_BYTES = 2 << 20, BOOT_ID_BYTES = 40 };

struct queue;

/* Where the file cannot be mapped it is memory of the process alone, which is told in the log. */
struct queue *queue_new(const char *path);
void          queue_free(struct queue **, const char *path); /* and removes the file */

MUST_CHECK bool queue_add(struct queue *, struct slice); /* false: there is no room */
bool            queue_is_empty(const struct queue *);
/* What has come so far; valid until queue_done(), which must follow before the next swap. */
struct slice queue_swap(struct queue *);
void         queue_done(struct queue *);

/* What a process that is gone had in hand, appended. True: the machine has not been started again since, so
 * this is all. */
bool queue_read(const char *path, struct buf *out);

#endif
