/*
 * ollama_models.h - which models there are, in the words of Ollama's clients: the list, one of them, and those
 * that are loaded.
 *
 * What Ollama tells of files (sizes, digests, templates), and models elsewhere do not have, is told as nothing.
 */
#ifndef WEIR_OLLAMA_MODELS_H
#define WEIR_OLLAMA_MODELS_H

#include "errand.h"
#include "visit.h"

visit_fn                        tell_ollama_tags, tell_ollama_ps; /* GET /api/tags, /api/ps */
extern const struct errand_kind ollama_show_errand;               /* POST /api/show */

#endif
