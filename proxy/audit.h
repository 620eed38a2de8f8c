/*
 * audit.h - what became of each request: one line of JSON a request in a file of the operator's, in words of
 * ours alone.
 *
 * It names team, rules, reach, model, zone, verdict, money, counts; never a text, a key or a placeholder's
 * value (law 6). Lines are handed to a thread, since a loop touches no files; a queue that is full drops lines,
 * and a line in the file tells how many.
 */
#ifndef WEIR_AUDIT_H
#define WEIR_AUDIT_H

#include "base/fault.h"

struct audit;

/* Appends to the file; made with mode 0600. why: INTERNAL. */
MUST_CHECK struct audit *audit_open(const char *file, struct fault *why);
/* The same, bounded: a file of half of most_bytes is set aside as FILE.old, in the place of the one before.
 * Both may be larger by what waits at once. */
MUST_CHECK struct audit *audit_open_bounded(const char *file, int64_t most_bytes, struct fault *why);
void                     audit_close(struct audit **); /* what is queued is written */

/* A change that an operator made: who ("admin", "cli"), by which request ("" for none), what ("revoke_key"), of
 * which ("key 01hzy…"), and what became of it ("done", or a fault's code). From any thread. */
void audit_change(struct audit *, int64_t wall_ms, const char *who, const char *id, const char *what,
                  const char *which, const char *verdict);

/* line: a JSON object without its line end; copied. From any thread. */
void audit_line(struct audit *, struct slice line);

#endif
