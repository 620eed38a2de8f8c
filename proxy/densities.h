/*
 * densities.h - how densely prompts are packed into tokens, by model: a process' memory of it
 * (policy/density.h).
 *
 * One for all loops, kept over reloads; another process learns for itself. A lock is held for less than a
 * microsecond.
 */
#ifndef WEIR_DENSITIES_H
#define WEIR_DENSITIES_H

#include "base/buf.h"
#include "policy/density.h"
#include "policy/settings.h"

struct densities;

struct densities *densities_new(void);
void              densities_free(struct densities **);

/* The first 256 models are learned of; of others every byte may be a token. */
int64_t densities_most_tokens(struct densities *, const struct model *, struct weight);
void    densities_note(struct densities *, const struct model *, struct weight, int64_t tokens);

#endif
