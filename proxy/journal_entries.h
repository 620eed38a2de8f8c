/*
 * journal_entries.h - the last entry of each thing that a journal tells of: what a file that is written anew
 * holds, and what an heir takes over. journal.c's own; one thread at a time.
 */
#ifndef WEIR_JOURNAL_ENTRIES_H
#define WEIR_JOURNAL_ENTRIES_H

#include "base/arena.h"
#include "journal.h"

struct kept;
enum { ENTRY_SLOTS = 4096 };
struct entries {
    struct kept *slot[ENTRY_SLOTS];
};

/* Notes each whole line of a file's text. One that is torn, or tells of less than is known, changes nothing. */
void entries_note_all(struct entries *, struct slice text);
void entries_note(struct entries *, const struct journal_entry *);
/* Counts each call that had begun and is not over at its worst. Returns how many there were. */
unsigned entries_end_calls(struct entries *);
/* What nobody asks for any more by then; INT64_MAX: all. */
void entries_forget(struct entries *, int64_t wall_ms);
/* All lines, as they stand in a file. */
void entries_write(const struct entries *, struct buf *out);
/* Copies in the arena. */
struct journal_entry *entries_list(const struct entries *, struct arena *, unsigned *count);

#endif
