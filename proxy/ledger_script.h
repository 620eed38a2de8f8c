/*
 * ledger_script.h - the scripts that money is moved by, and how they are called. ledger.c's own.
 *
 * KEYS: weir:{all}:ledger, lines, rates. All begin with: who tells (a loop's name, "<process>-<index>"), which
 * of its links this is (1, 2, …), which server it takes this to be ("" when it does not know), now, when leases
 * lapse, whether Redis knew this loop before, or the process that it is heir to, for how long lines wait, #
 * lines, # rates. Of what comes over a link that is not the loop's newest, nothing is done.
 */
#ifndef WEIR_LEDGER_SCRIPT_H
#define WEIR_LEDGER_SCRIPT_H

/* Then the lease's id; for each line: amount, the lease that it replaces ("id:amount" or ""), limit, bucket, #
 * buckets, who, what who spent in all, what was seen spent by all, for how long to keep it in ms (0: for ever);
 * for each rate: requests a minute, tokens a minute, at once, tokens asked for. Answers
 *     {0, run, lost, each line's held and what is spent of it, each rate's requests and tokens left}  reserved
 *     {1, run, lost, which line, held, running}                                                       over
 *     {2, run, lost, which rate, why (enum ledger_limit), ms, requests, tokens}                       limited
 *     {3, run, lost}                                               waits for what somebody has to tell
 * lost: 1 when Redis does not know this loop over this link: it has to tell all. */
extern const char ledger_reserve_script[];

/* Then, for one that tells all and is done with it: "1", the loops that it knows of ("a-0,a-1"), the processes
 * that it is heir to ("b,c"); else "0", "", "". For each line: the lease to end or "", leases that must stand,
 * blanks between, or may where a ~ stands before, whose other leases are over ("a-0- b-") or "", limit, bucket,
 * # buckets, who, what who spent in all, what was seen spent by all, for how long to keep it, marks as "50,80";
 * for each rate: the lease's id, tokens asked for, tokens used, tokens a minute. Answers {run, lost, alerts…},
 * an alert being 1000 * line + percent, and -line saying that the line is overdrawn. One that tells all is
 * answered as a beat is. */
extern const char ledger_report_script[];

/* Then the number of changes that it knows, and "1" when it takes its leave. Answers {run, lost, changes, the
 * loops that there are ("a-0,a-1") or "" where nothing has changed}. */
extern const char ledger_beat_script[];

#endif
