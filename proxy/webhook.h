/*
 * webhook.h - what is told to an address of the operator's: one POST of JSON a notice.
 *
 * The address and a secret stand in the settings (`alerts:`); what is told, alerts.h says. With a secret a
 * notice is signed:
 *
 *     x-weir-signature: t=1795420800,v1=<hex of HMAC-SHA-256(secret, "1795420800." body)>
 *
 * A 5xx, 408 or 429, a broken connection and a deadline are tried again, WEBHOOK_TRIES times with a back-off
 * that doubles; any other answer than 2xx ends it, and so does a redirect: it is not followed. What the
 * receiver says beyond the status is not read. At most WEBHOOK_QUEUE_MOST notices wait; the log tells of those
 * that are lost. Requests wait for none of it.
 */
#ifndef WEIR_WEBHOOK_H
#define WEIR_WEBHOOK_H

#include "metrics.h"
#include "snapshot.h"

enum { WEBHOOK_QUEUE_MOST = 64, WEBHOOK_TRIES = 8, WEBHOOK_DEADLINE_MS = 15 * 1000 };

struct webhook; /* one loop's */

/* in_force: where the loop's snapshot is; its settings say where to, anew for each try. All must outlive it. */
struct webhook *webhook_new(struct loop *, struct upstream *, struct metrics *,
                            struct snapshot *const *in_force);
void            webhook_free(struct webhook **); /* what waits is lost, and told in the log */

/* Do the settings name an address? */
bool webhook_is_set(const struct webhook *);
/* Nothing where they do not. body: JSON, copied; about: a few words for the log, without secrets. */
void webhook_send(struct webhook *, const char *about, struct slice body);

/* Is nothing waiting that has not been tried yet? A call that has run for some time is not waited for. */
bool webhook_is_idle(const struct webhook *);

#endif
