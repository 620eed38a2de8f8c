/*
 * embeddings.h - POST /v1/embeddings, answered by the encoder in the process: no text leaves the machine, and
 * it costs nothing.
 */
#ifndef WEIR_EMBEDDINGS_H
#define WEIR_EMBEDDINGS_H

#include "errand.h"

extern const struct errand_kind embeddings_errand;

#endif
