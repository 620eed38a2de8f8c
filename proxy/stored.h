/*
 * stored.h - what a client asked to keep, asked for again: OpenAI's stored responses and chat completions.
 *
 * A team sees its own, and nothing tells it whether an id is another's or nobody's.
 */
#ifndef WEIR_STORED_H
#define WEIR_STORED_H

#include "errand.h"

extern const struct errand_kind stored_response, stored_response_deletion, stored_response_cancel,
    stored_input_items;
extern const struct errand_kind stored_completions, stored_completion, stored_completion_update,
    stored_completion_deletion, stored_messages;

#endif
