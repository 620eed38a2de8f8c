/*
 * bars.h - what "the hardest 20 %" means now: the process's memory of how hard recent prompts were.
 *
 * One for all loops, kept over reloads; it begins anew where the head that tells difficulty is another one,
 * since its numbers are others. A lock is held for about a microsecond.
 */
#ifndef WEIR_BARS_H
#define WEIR_BARS_H

#include "base/buf.h"
#include "policy/decide.h"

struct bars;

struct bars *bars_new(void);
void         bars_free(struct bars **);

/* The bar of each of policy_shares(), by the prompts before this one, whose difficulty is counted then. False
 * before enough were seen: *bar is as it was. */
MUST_CHECK bool bars_take(struct bars *, const struct policy *, double difficulty, double bar[SHARES_MOST]);

/* weir_difficulty_bar{hardest="20%"} and weir_difficulty_recent, in Prometheus' format. Nothing where no policy
 * asks for a share. */
void bars_write(struct bars *, const struct policy *, struct buf *out);

#endif
