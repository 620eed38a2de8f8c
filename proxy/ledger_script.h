/*
 * ledger_script.h - the two scripts that money is moved by, and how they are called. ledger.c's own.
 *
 * Both begin with: who tells (this loop's name), which server it takes this to be ("" when it does not know),
 * now, when leases lapse, for how long lines wait, whether this link has told all that it knows, # tags, #
 * lines, # rates, and for each tag whether it was seen before.
 */
#ifndef WEIR_LEDGER_SCRIPT_H
#define WEIR_LEDGER_SCRIPT_H

/* Then the lease's id; for each line: amount, the lease that it replaces ("id:amount" or ""), limit, bucket, #
 * buckets, who, what who spent in all, for how long to keep it in ms (0: for ever); for each rate: requests a
 * minute, tokens a minute, at once, tokens asked for. KEYS: tags, lines, rates. Answers {0, run, lost, each
 * line's held, each rate's requests and tokens left}     reserved {1, run, lost, which line, held, running}
 * over {2, run, lost, which rate, why (enum ledger_limit), ms, requests, tokens}  limited {3, run, lost} waits
 * for what proxies know lost: 1 when what this proxy had seen is gone. */
extern const char ledger_reserve_script[];

/* Then for each line: the lease to end or "", the lease that must stand or "", limit, bucket, # buckets, who,
 * what who spent in all, for how long to keep it, marks as "50,80"; for each rate: the lease's id, tokens asked
 * for, tokens used, tokens a minute. Answers {run, lost, alerts…}, an alert being 1000 * line + percent, and
 * -line saying that the line is overdrawn. */
extern const char ledger_report_script[];

#endif
