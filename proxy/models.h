/*
 * models.h - which models there are: what the caller may name, no more.
 */
#ifndef WEIR_MODELS_H
#define WEIR_MODELS_H

#include "errand.h"
#include "visit.h"

/* /v1/models, for OpenAI's clients and Anthropic's. */
visit_fn tell_models;
/* One of them; and its deletion, which is refused: they stand in the settings. Any other may be of an account.
 */
extern const struct errand_kind model_errand, model_deletion_errand;
/* /api/tags, for Ollama's. */
visit_fn tell_ollama_tags;

#endif
