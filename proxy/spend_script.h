/*
 * spend_script.h - the script that takes a batch of rows, and how it is called. spend.c's own.
 *
 * KEYS: the sheet, the day's set of teams. ARGV: who tells, the batch's number, the number of the last batch
 * that this loop knows to be taken, for how long to keep the sheet in ms, # rows it may have, the team; then
 * for each row its name, the name that it has beyond that, and its sums as "q1c-250": a letter and a number
 * each. A batch without rows and with both numbers alike asks whether it is still there. Answers {0, last}:
 * taken, now or before; {1, last}: Redis has lost all after `last`, and took nothing.
 */
#ifndef WEIR_SPEND_SCRIPT_H
#define WEIR_SPEND_SCRIPT_H

enum { SPEND_SCRIPT_KEYS = 2, SPEND_SCRIPT_FIRST = SPEND_SCRIPT_KEYS + 6, SPEND_SCRIPT_A_ROW = 3 };

extern const char spend_script[];

#endif
