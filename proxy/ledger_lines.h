/*
 * ledger_lines.h - budgets' lines as they stand in Redis now: who has spent how much of which, and what runs.
 *
 * What a line may hold is not in Redis but in the policies, under the rule's name. A rolling window's line may
 * still hold what has left the window, until the next call is charged to it.
 */
#ifndef WEIR_LEDGER_LINES_H
#define WEIR_LEDGER_LINES_H

#include "redis.h"

struct ledger_line {
    const char *tag;    /* "team:interns" or "all" */
    const char *rule;   /* the budget's name */
    const char *whose;  /* "team=interns,user=ann"; names in it as ledger_name() writes them; "" for all */
    const char *window; /* "month-20261101T0000Z": when it began, "rolling-86400000": its ms, or "total" */
    int64_t     spent_nanousd, running_nanousd;
};

struct ledger_reading;

/* lines is NULL where Redis did not answer, or there are more than LEDGER_LINES_READ; why says so. Sorted by
 * rule, whose and window. Valid during the call. */
typedef void on_lines_fn(void *arg, const struct ledger_line *lines, size_t count, const struct fault *why);

enum { LEDGER_LINES_READ = 50000 };

/* All lines, by SCAN: many round trips, none of them long. The callback never comes from within. */
struct ledger_reading *ledger_read_lines(struct redis *, on_lines_fn *, void *arg);
/* No callback will come; *reading is nulled. NULL is allowed. After the callback it is gone by itself. */
void ledger_reading_cancel(struct ledger_reading **);

#endif
