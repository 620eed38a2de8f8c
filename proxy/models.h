/*
 * models.h - which models there are: what the caller may name, no more.
 */
#ifndef WEIR_MODELS_H
#define WEIR_MODELS_H

#include "visit.h"

/* /v1/models, for OpenAI's clients and Anthropic's; one of them; and their deletion, which is refused: they
 * stand in the settings. */
visit_fn tell_models, tell_model, refuse_model_deletion;
/* /api/tags, for Ollama's. */
visit_fn tell_ollama_tags;

#endif
