/*
 * models.h - which models there are: what the caller may name, no more. ollama_models.h says it in Ollama's
 * words.
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

/* Calls add for all that the caller may name; owner: a provider's name, or "weir". */
typedef void told_model_fn(void *arg, const char *name, const char *owner);
void         models_each(const struct snapshot *, const struct grants *, told_model_fn *add, void *arg);

#endif
