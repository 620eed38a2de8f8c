/*
 * webhook.h - alerts, told to an address of the operator's: a mark of a budget was passed.
 *
 * One POST an alert, of JSON:
 *
 *     {"type":"budget_mark","id":"9f2c…","at":"2026-11-23T08:00:00Z","text":"80 % of …","budget":"interns",
 *      "whose":"team interns","percent":80,"limit_nanousd":20000000000,"limit_usd":"20.000000000",
 *      "spent_nanousd":16012000000,"spent_usd":"16.012000000","window":"a month",
 *      "resets_at":"2026-12-01T00:00:00Z"}
 *
 * `text` is what chat programs show. spent is null where Redis did not say, resets_at where the budget does not
 * begin anew at a known time. It holds names out of settings and policies, and of users and tags; never a
 * prompt, never a key (law 6). With a secret it is signed:
 *
 *     x-weir-signature: t=1795420800,v1=<hex of HMAC-SHA-256(secret, "1795420800." body)>
 *
 * Of each mark and window there is one alert over all proxies, since the ledger tells of it once; `id` is the
 * same whenever it is sent again, so that a receiver can tell. A 5xx, 408 or 429, a broken connection and a
 * deadline are tried again WEBHOOK_TRIES times with a back-off that doubles; any other answer than 2xx ends it,
 * and so does a redirect: it is not followed. At most WEBHOOK_QUEUE_MOST alerts wait; the log tells of those
 * that are lost. Requests wait for none of it.
 */
#ifndef WEIR_WEBHOOK_H
#define WEIR_WEBHOOK_H

#include "ledger.h"
#include "snapshot.h"

enum { WEBHOOK_QUEUE_MOST = 64, WEBHOOK_TRIES = 8, WEBHOOK_DEADLINE_MS = 15 * 1000 };

struct webhook; /* one loop's */

/* in_force: where the loop's snapshot is; its settings say where to, anew for each alert. All must outlive it.
 */
struct webhook *webhook_new(struct loop *, struct upstream *, struct redis *, struct metrics *,
                            struct snapshot *const *in_force);
void            webhook_free(struct webhook **); /* what waits is lost, and told in the log */

/* Nothing where the settings name no address. */
void webhook_tell(struct webhook *, const struct ledger_alert *);

/* Is nothing waiting that has not been tried yet? A call that has run for some time is not waited for. */
bool webhook_is_idle(const struct webhook *);

#endif
