/*
 * needed.h - is a hidden value what the question is about?
 */
#ifndef WEIR_SRC_POLICY_NEEDED_H
#define WEIR_SRC_POLICY_NEEDED_H

#include "policy/inspect.h"

/* The kinds found in the last user message whose values an answer takes: "which country is +49 30 901820 from?"
 * cannot be answered of a placeholder. Values in earlier messages are context, and never needed. Findings are
 * one for each text of the chat. */
pii_set needed_kinds(const struct chat *, const struct findings *);

#endif
