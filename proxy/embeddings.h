/*
 * embeddings.h - POST /v1/embeddings, answered by the encoder in the process: no text leaves the machine, and
 * it costs nothing.
 *
 * A text that the model can look at whole gets sentence-transformers' embedding. A longer one is read in
 * windows that overlap, up to 8,192 tokens as OpenAI's models do, and gets their mean, so that what it says at
 * its end counts too; x-weir-cut-texts tells how many texts were longer still. usage counts each token once.
 */
#ifndef WEIR_EMBEDDINGS_H
#define WEIR_EMBEDDINGS_H

#include "errand.h"

extern const struct errand_kind embeddings_errand;
/* /api/embed and the older /api/embeddings, for Ollama's clients. */
extern const struct errand_kind ollama_embed_errand, ollama_embeddings_errand;

#endif
