/* anthropic_inside.h - what the files that write requests of Anthropic's share; for src/wire/anthropic_*.c
 * alone. */
#ifndef WEIR_WIRE_ANTHROPIC_INSIDE_H
#define WEIR_WIRE_ANTHROPIC_INSIDE_H

#include "translate_inside.h"

rewrite_fn anthropic_write_temperature, anthropic_write_top_p, anthropic_write_top_k;

/* How hard it shall think, in Anthropic's word; empty where it cannot be told, or says nothing. */
struct slice anthropic_effort(struct rewrite *);

#endif
