/*
 * generators.h - the generators that Weir runs itself: providers with `start: [ollama, serve]` in the settings.
 *
 * Each is a kept child (child.h): started with Weir, again when it has ended, stopped with Weir, whatever that
 * has started too. Whether it is well yet is for watch.h to find out. What it writes may quote prompts: it goes
 * to the file that the settings name, else nowhere (law 6).
 *
 * Main thread only.
 */
#ifndef WEIR_GENERATORS_H
#define WEIR_GENERATORS_H

#include "providers.h"

struct generators;

/* Starts them. NULL with why, INTERNAL, where one cannot be: its output's file, or no process to be had. The
 * settings must outlive them. */
MUST_CHECK struct generators *generators_start(const struct settings *, struct providers *, struct fault *why);

/* Asked now and then (twice a second): starts those again that have ended, with a pause where they keep ending.
 */
void generators_tend(struct generators *);

void generators_stop(struct generators **);

#endif
