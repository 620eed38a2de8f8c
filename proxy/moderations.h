/*
 * moderations.h - POST /v1/moderations, answered by the encoder in the process: no text leaves the machine, and
 * it costs nothing.
 *
 * Whatever model is named, it is this one that answers, and says so. It reads texts alone: of an input with
 * images the texts, which x-weir-unread-parts tells. src/slm/train/README.md says how often it is wrong.
 */
#ifndef WEIR_MODERATIONS_H
#define WEIR_MODERATIONS_H

#include "errand.h"

extern const struct errand_kind moderations_errand;

#endif
