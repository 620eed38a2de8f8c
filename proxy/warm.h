/*
 * warm.h - a TLS connection is kept open to each provider that is in use, so that the next request need not
 * wait for a handshake: opened when Weir starts, and again whenever it closes, until the provider's `warm` has
 * passed since its last use.
 *
 * One for each loop, since pools are a loop's own.
 */
#ifndef WEIR_WARM_H
#define WEIR_WARM_H

#include "providers.h"
#include "snapshot.h"

struct warm;

/* *in_force is the snapshot of the loop, whenever it is looked at. */
struct warm *warm_new(struct loop *, struct upstream *, struct providers *, struct snapshot *const *in_force);
void         warm_free(struct warm **);

#endif
