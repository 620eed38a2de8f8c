/*
 * alerts.h - what an operator is woken for, as a webhook hears it:
 *
 *     {"type":"budget_mark","id":"9f2c…","at":"2026-11-23T08:00:00Z","text":"80 % of …","budget":"interns",
 *      "whose":"team interns","percent":80,"limit_nanousd":20000000000,"limit_usd":"20.000000000",
 *      "window":"a month","resets_at":"2026-12-01T00:00:00Z","spent_nanousd":16012000000,
 *      "spent_usd":"16.012000000"}
 *     {"type":"redis_away","id":"…","at":"…","text":"Redis has not answered for 30 s: …"}
 *     {"type":"redis_back","id":"…","at":"…","text":"Redis answers again after 95 s"}
 *
 * `text` is what chat programs show. spent is null where Redis did not say, resets_at where the budget does not
 * begin anew at a known time. `id` is the same whenever a notice is sent again. There are names out of settings
 * and policies in it, and of users and tags; never a prompt, never a key (law 6).
 *
 * Of each mark and window there is one notice over all proxies, since the ledger tells of it once. That Redis
 * is away each proxy says for itself, where there are budgets: nobody is left to agree through.
 */
#ifndef WEIR_ALERTS_H
#define WEIR_ALERTS_H

#include "ledger.h"
#include "webhook.h"

struct alerts; /* one loop's */

/* watches_redis: one loop of a process does. All must outlive it. */
struct alerts *alerts_new(struct loop *, struct redis *, struct webhook *, struct snapshot *const *in_force,
                          bool watches_redis);
void           alerts_free(struct alerts **); /* before its redis */

/* A mark of a budget was passed. */
void alerts_mark(struct alerts *, const struct ledger_alert *);

#endif
