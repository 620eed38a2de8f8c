/*
 * journal.h - what was spent, written down on this machine, so that a Redis that lost its last second, or all,
 * can be told again: by this process, and by the next one after a crash.
 *
 * One file a process in the state folder, "<name>.journal", append-only, a line an entry, each with a checksum;
 * a file that nobody holds (flock) belongs to a process that is gone. The next one takes it over: its entries
 * are told to Redis and written into the new file, and the old one is removed.
 *
 * Entries are handed to a thread (law 9). It writes at once, so that a killed process loses only what it had
 * not handed over, and syncs at most once in JOURNAL_SYNC_MS: a machine that loses its power, and its Redis
 * with it, loses at most that long. What stands in the file is the total of a line, so only the last entry of
 * each counts; when the file has grown past JOURNAL_MOST_BYTES it is written anew with these alone. A disk that
 * is full is told in the log, and spending goes on without a journal.
 */
#ifndef WEIR_JOURNAL_H
#define WEIR_JOURNAL_H

#include "base/buf.h"
#include "base/fault.h"

enum { JOURNAL_SYNC_MS = 1000, JOURNAL_MOST_BYTES = 8 << 20 };

struct journal;

/* All that must be told of a line; words are refs. Without blanks in them. */
struct journal_entry {
    const char *line;   /* its key in Redis */
    const char *marker; /* of its tag */
    const char *who;    /* whose total it is */
    const char *lease;  /* "+id:amount", a call that begins; "-id:amount", one that was settled; "-" for none */
    int64_t     bucket, buckets;
    int64_t     total_nanousd;
    int64_t     until_ms; /* the wall clock's time from which nobody asks for it */
    int64_t     keep_ms;  /* as the scripts take it */
};

/* Takes over what others have left in the folder (which is made). NULL with why: INTERNAL. */
MUST_CHECK struct journal *journal_open(const char *folder, int64_t wall_ms, struct fault *why);
void                       journal_close(struct journal **); /* what was handed over is written and synced */

/* From any thread; copied. */
void journal_add(struct journal *, const struct journal_entry *);

/* What was taken over: each line's last total, and the calls that had begun and were not over. To be told by
 * one loop; the entries live as long as the journal. */
const struct journal_entry *journal_past(const struct journal *, unsigned *count);

/* One line of the file, without its end: for the tests. False when it is torn or no entry; words are cut out of
 * `line`, which is changed. */
void            journal_write_line(struct buf *out, const struct journal_entry *);
MUST_CHECK bool journal_read_line(char *line, size_t bytes, struct journal_entry *out);

#endif
