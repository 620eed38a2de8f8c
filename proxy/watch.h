/*
 * watch.h - generators are asked how they are: who has a `health` path in the settings, every two seconds, and
 * five times a second while it starts.
 *
 * What they say goes to providers.h: any answer below 500 is well; a list of loaded models, or slots at work,
 * is noted where the body has one. One loop's; one of a process is enough.
 */
#ifndef WEIR_WATCH_H
#define WEIR_WATCH_H

#include "providers.h"
#include "snapshot.h"

struct watch;

struct watch *watch_new(struct loop *, struct upstream *, struct providers *, struct snapshot *);
void          watch_free(struct watch **);

/* Other settings are in force. */
void watch_take(struct watch *, struct snapshot *);

#endif
