/*
 * shorten_span.h - what answers a question stands together: from evidence for each unit to the chance that it
 * lies in the one stretch which answers.
 *
 * All stretches are weighed: by the evidence within them, and by how likely so long a stretch is. What a unit
 * gets is the sum over the stretches that hold it. So one strong sentence lifts what lies between it and the
 * next, a lone one lifts its neighbours only as far as the evidence goes, and nothing need be said of how far
 * that is.
 */
#ifndef WEIR_SLM_SHORTEN_SPAN_H
#define WEIR_SLM_SHORTEN_SPAN_H

#include "shorten_relevance.h"

/* evidence[i]: how relevant unit i looks by itself, of mean 0 and standard deviation about 1 to 2. chance[i]:
 * 0..1. Units are taken together to SPAN_BLOCKS_MOST blocks, so it costs a millisecond at most. */
enum { SPAN_BLOCKS_MOST = 400 };
void span_chances(struct arena *, const struct unit *, size_t count, const float *evidence, float *chance);

#endif
