/*
 * journal.h - what was spent and what runs, written down on this machine, so that a Redis that lost its last
 * second, or all, can be told again: by this process, and by the next one after a crash.
 *
 * One file a process in the state folder, "<name>.journal", append-only, a line an entry, each with a checksum;
 * a file that nobody holds (flock) belongs to a process that is gone. The next one is its heir: it takes the
 * entries over into its own file and removes the old one. A call that had begun and was not over counts as
 * spent, at its worst, since nobody will ever know: so the next process can tell what its predecessor had
 * running.
 *
 * Handing an entry over is writing ahead: it goes into a queue that is a mapped file, "<name>.queue", and so
 * the kernel's before journal_add() returns; a process that is killed at any instruction after that has lost
 * nothing, and no loop waits for a disk (law 9). A thread moves the queue into the journal and syncs that at
 * most once in JOURNAL_SYNC_MS: a machine that loses its power loses at most that long. A predecessor's journal
 * is whole where the machine has not been started again in between; the queue counts in that case alone.
 *
 * What stands in the file is a total, so only the last entry of each counts; when the file has grown past
 * JOURNAL_MOST_BYTES it is written anew with these alone. A disk that is full is told in the log, and spending
 * goes on without a journal.
 */
#ifndef WEIR_JOURNAL_H
#define WEIR_JOURNAL_H

#include "base/buf.h"
#include "base/fault.h"

enum { JOURNAL_SYNC_MS = 1000, JOURNAL_MOST_BYTES = 8 << 20, JOURNAL_NAME_BYTES = 17 };

struct journal;

/* In the file as this letter. */
enum journal_kind {
    JOURNAL_SPENT = 's',   /* what `who` has spent from a line's bucket, in all */
    JOURNAL_BEGUN = '+',   /* that, and the call `lease` begins */
    JOURNAL_OVER = '-',    /* that, with what the call `lease` did cost, which is over */
    JOURNAL_ALLOWED = 'a', /* what `who` has taken from its allowance, and Redis was not told of */
    JOURNAL_PEERS = 'p',   /* the loops of all proxies that share the budgets, commas between, are `lease` */
    JOURNAL_HEIR = 'h',    /* this file holds what process `who` left; buckets is 1 where that was whole */
};

/* Words are refs, without blanks in them; "-" stands for none. */
struct journal_entry {
    enum journal_kind kind;
    const char       *line;  /* its key in Redis */
    const char       *who;   /* a loop, or a process */
    const char       *lease; /* "id:amount" */
    int64_t           bucket, buckets;
    int64_t           total_nanousd;
    int64_t           until_ms; /* the wall clock's time from which nobody asks for it */
    int64_t           keep_ms;  /* as the scripts take it */
};

/* Takes over what others have left in the folder (which is made). NULL with why: INTERNAL. */
MUST_CHECK struct journal *journal_open(const char *folder, int64_t wall_ms, struct fault *why);
void                       journal_close(struct journal **); /* what was handed over is written and synced */

/* The process' name, which no other has. */
const char *journal_name(const struct journal *);

/* From any thread; copied. */
void journal_add(struct journal *, const struct journal_entry *);

/* What was taken over, to be told by one loop: lines' last totals (SPENT, OVER), and entries of the three last
 * kinds. They live as long as the journal. */
const struct journal_entry *journal_past(const struct journal *, unsigned *count);

/* One line of the file, without its end: for the tests. False when it is torn or no entry; words are cut out of
 * `line`, which is changed. */
void            journal_write_line(struct buf *out, const struct journal_entry *);
MUST_CHECK bool journal_read_line(char *line, size_t bytes, struct journal_entry *out);

#endif
